"""Steps that bring data back: keys opened, copies read, searched, moved and rolled forward."""

from collections import defaultdict
from dataclasses import dataclass, field

from resilience.recovery_plans.copies import BITS, Copies, Target, way_between
from resilience.recovery_plans.draft import Draft, Work, exactly, span
from resilience.recovery_plans.results import Copy
from resilience.results import Missing
from specs.issues import FieldPath
from specs.people import AdminDomain

SEARCH = "search of copies"
"""The one search through which every copy passes after an intruder."""


@dataclass
class DataSteps:
    """Adds the steps of each dataset once. Media are read, and platforms filled, one restore after the other
    in the runbook's order: that ends all of them no later than sharing would, and the first ones sooner."""

    draft: Draft
    copies: Copies
    clean: Target | None = None
    """After an intruder: where copies are read to and searched before they move on."""
    done: dict[str, tuple[Copy, tuple[str, ...]]] = field(default_factory=dict)
    """By dataset: its copy, and the step after which it is back."""
    _lacks: dict[str, list[Missing]] = field(default_factory=lambda: defaultdict(list))
    """By dataset: undeclared facts of its way from the clean platform."""

    def bring_back(
        self, service: str, dataset: str, target: Target, after: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The steps after which the data is back for that service; none where it never is."""
        fate = self.draft.fates[service]
        if dataset not in self.done:
            copy = self.copies.of(dataset, self.clean or target, target)
            last: tuple[str, ...] = ()
            if copy.backup is not None:
                last = self._chain(service, dataset, copy, target, after)
            self.done[dataset] = (copy, last)
        copy, last = self.done[dataset]
        if copy.backup is None:
            fate.never(why_no_copy(copy), *copy.paths)
            return ()
        fate.missing += (*copy.missing, *self._lacks[dataset])
        backup = self.draft.estate.backups[copy.backup.partition("/")[2]]
        closed = self.keys(service, backup.id)[1]
        if closed is not None:
            fate.never(*closed)
            return ()
        return last

    def _chain(
        self, service: str, dataset: str, copy: Copy, target: Target, after: tuple[str, ...]
    ) -> tuple[str, ...]:
        backup = self.draft.estate.backups[(copy.backup or "").partition("/")[2]]
        vault = self.draft.estate.vaults[backup.vault]
        begins = self.draft.begins[service]
        opened, _ = self.keys(service, backup.id)
        into = self.clean or target
        media = [f"vaults/{backup.vault}", f"platforms/{into.platform}"]
        if into.site is not None and into.site != vault.site:
            media.append(way_between(vault.site, into.site))
        base = f"datasets/{dataset}"
        path = copy.paths[0]
        last = self.draft.add(
            Work(
                f"{base}:read", base, "read", exactly(copy.read or 0.0), path,
                (*after, *opened), media=tuple(media), ready=begins,
            )
        )  # fmt: skip
        if self.copies.intruder is not None:
            searched: FieldPath = ("plan", "intruder", "scan_rate")
            last = self.draft.add(
                Work(
                    f"{base}:search",
                    base,
                    "search",
                    exactly(copy.search or 0.0),
                    searched,
                    (last,),
                    media=(SEARCH,),
                )
            )
        if self.clean is not None and self.clean.platform != target.platform:
            last = self._move(dataset, target, last)
        if backup.log_shipping is not None:
            rolled: FieldPath = ("backups", backup.id, "log_shipping")
            last = self.draft.add(
                Work(
                    f"{base}:replay", base, "replay", exactly(copy.replay or 0.0), rolled, (last,),
                    media=(f"platforms/{target.platform}",),
                )
            )  # fmt: skip
        return (last,)

    def _move(self, dataset: str, target: Target, after: str) -> str:
        """From the clean platform to where the data lives, at the narrowest of both and the way between."""
        estate, lacks = self.draft.estate, self._lacks[dataset]
        clean = self.clean or target
        rates: list[float] = []
        for name in (clean.platform, target.platform):
            platform = estate.platforms.get(name)
            rate = platform.restore_rate if platform is not None else None
            if rate is None:
                path: FieldPath = ("platforms", name, "restore_rate")
                lacks.append(
                    Missing(f"platforms/{name}", "restore_rate", path, "how fast data is brought back")
                )
            else:
                rates.append(rate)
        media = [f"platforms/{clean.platform}", f"platforms/{target.platform}"]
        if clean.site is not None and target.site is not None and clean.site != target.site:
            media.append(way_between(clean.site, target.site))
            rate, _ = self.copies.bandwidth(clean.site, target.site, lacks)
            rates += [] if rate is None else [rate]
        size = estate.datasets[dataset].size
        lasts = size * BITS / min(rates) if size is not None and rates else 0.0
        base = f"datasets/{dataset}"
        return self.draft.add(
            Work(
                f"{base}:move", base, "move", exactly(lasts), ("platforms", target.platform, "restore_rate"),
                (after,), media=tuple(media),
            )
        )  # fmt: skip

    def keys(self, service: str, backup: str) -> tuple[tuple[str, ...], tuple[str, FieldPath] | None]:
        """The steps after which an encrypted copy can be read, or why it never can."""
        found = self.draft.estate.backups[backup]
        fate = self.draft.fates[service]
        base: FieldPath = ("backups", backup, "at_rest")
        if found.at_rest is None or found.at_rest.keys is None:
            fate.missing.append(
                Missing(f"backups/{backup}", "at_rest", base, "which keys open the copy, if any")
            )
            return (), None
        name = found.at_rest.keys
        domain = self.draft.estate.admin_domains.get(name)
        path: FieldPath = ("admin_domains", name, "keys")
        if domain is None or domain.keys is None:
            fate.missing.append(Missing(f"admin_domains/{name}", "keys", path, "who can open the copy"))
            return (), None
        return self._opening(service, name, domain, path)

    def _opening(
        self, service: str, name: str, domain: AdminDomain, path: FieldPath
    ) -> tuple[tuple[str, ...], tuple[str, FieldPath] | None]:
        fate, keys = self.draft.fates[service], domain.keys
        assert keys is not None
        works = keys.hsm is not None and not self._module_is_lost(keys.hsm)
        if works and self.copies.intruder is None:
            return (), None
        left = [site for site in keys.escrow or () if not self.copies.is_lost(f"sites/{site}")]
        if keys.escrow is None:
            fate.missing.append(
                Missing(f"admin_domains/{name}", "keys.escrow", (*path, "escrow"), "where keys lie besides")
            )
        elif not left and not works:
            return (), (f"nothing is left that opens copies under admin_domains/{name}", (*path, "escrow"))
        quorum, custodians = keys.quorum, keys.custodians
        if quorum is not None and custodians is not None and quorum > custodians:
            return (), (
                f"admin_domains/{name} needs {quorum} shares and has {custodians} custodians",
                (*path, "quorum"),
            )
        if quorum is None:
            fate.missing.append(
                Missing(f"admin_domains/{name}", "keys.quorum", (*path, "quorum"), "how many must come")
            )
        if keys.opening is None:
            fate.missing.append(
                Missing(f"admin_domains/{name}", "keys.opening", (*path, "opening"), "how long opening takes")
            )
        team = domain.teams[0] if domain.teams else None
        if team is None:
            fate.missing.append(
                Missing(f"admin_domains/{name}", "teams", ("admin_domains", name, "teams"), "who opens it")
            )
        people = quorum or 1
        fate.missing += self.draft.lacking_people(team, people, None)
        low, high = self.draft.begins[service]
        arrival = self.draft.arrival(team, None)
        work = Work(
            f"admin_domains/{name}:open", f"admin_domains/{name}", "open", span(keys.opening), path,
            team=team, people=people, ready=(low + arrival, high + arrival),
        )  # fmt: skip
        return (self.draft.add(work),), None

    def _module_is_lost(self, reference: str) -> bool:
        """Whether the security module is lost; whether another holds the keys too is what `escrow` says."""
        estate = self.draft.estate
        for collection in ("platforms", "devices"):
            if reference in estate.collection(collection):
                return self.copies.is_lost(f"{collection}/{reference}")
        return True


def why_no_copy(copy: Copy) -> str:
    """In words, why a dataset has no copy to be brought back from."""
    reasons = []
    if copy.too_young:
        reasons.append(f"{', '.join(copy.too_young)}: not kept until older than an intruder's dwell time")
    if copy.destroyed:
        reasons.append(f"{', '.join(copy.destroyed)}: within reach of what was lost or of the intruder")
    return f"no copy of {copy.dataset} can be used" + (
        f" ({'; '.join(reasons)})" if reasons else ": none is made"
    )
