"""Steps that bring data back: keys opened, copies read, searched, moved and rolled forward."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from resilience.keys import KeysLeft
from resilience.recovery_plans.copies import BITS, Copies, Target
from resilience.recovery_plans.draft import Draft, Medium, Work, exactly, span
from resilience.recovery_plans.results import Copy
from resilience.results import Missing
from specs.issues import FieldPath

SEARCH = "search of copies"
"""The one search through which every copy passes after an intruder."""


@dataclass
class DataSteps:
    """Adds the steps of each dataset once.

    Each restore keeps its own rate, that of the narrowest it passes through, from beginning to end; another
    begins beside it where there is enough left for the other's rate, in the runbook's order.
    """

    draft: Draft
    copies: Copies
    clean: Target | None = None
    """After an intruder: where copies are read to and searched before they move on."""
    chosen: dict[str, Copy] = field(default_factory=dict)
    """By dataset: the copy that it is brought back from, or would be."""
    _ends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By dataset: the step after which it is back."""
    _lacks: dict[str, list[Missing]] = field(default_factory=lambda: defaultdict(list))
    """By dataset: undeclared facts of its way from the clean platform."""

    def choose(self, dataset: str, target: Target, unreadable: tuple[str, ...] = ()) -> Copy:
        """The copy that the data is brought back from to that target. `unreadable`: replicas that are there
        and that nothing opens."""
        if dataset not in self.chosen:
            copy = self.copies.of(dataset, self.clean or target, target)
            self.chosen[dataset] = replace(
                copy,
                unreadable=(*copy.unreadable, *unreadable),
                paths=(*copy.paths, *self.copies.closing(unreadable)),
            )
        return self.chosen[dataset]

    def bring_back(
        self,
        service: str,
        dataset: str,
        target: Target,
        after: tuple[str, ...],
        unreadable: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        """The steps after which the data is back for that service; none where it never is."""
        fate = self.draft.fates[service]
        copy = self.choose(dataset, target, unreadable)
        if copy.backup is None and copy.missing:
            fate.missing += copy.missing
            fate.state = "unknown" if fate.state == "back" else fate.state
            return ()
        if copy.backup is None:
            fate.never(why_no_copy(copy, self.copies.keys), *copy.paths)
            return ()
        if dataset not in self._ends:
            self._ends[dataset] = self._chain(service, dataset, copy, target, after)
        fate.missing += (*copy.missing, *self._lacks[dataset])
        self.open(service, copy.backup)
        return self._ends[dataset]

    def _chain(
        self, service: str, dataset: str, copy: Copy, target: Target, after: tuple[str, ...]
    ) -> tuple[str, ...]:
        backup = self.draft.estate.backups[(copy.backup or "").partition("/")[2]]
        vault = self.draft.estate.vaults[backup.vault]
        begins = self.draft.begins[service]
        opened = self.open(service, f"backups/{backup.id}")
        into = self.clean or target
        media = self.copies.from_vault(vault, into, copy.rate)
        base = f"datasets/{dataset}"
        path = copy.paths[0]
        last = self.draft.add(
            Work(
                f"{base}:read", base, "read", exactly(copy.read or 0.0), path,
                (*after, *opened), media=media, ready=begins,
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
                    media=(Medium(SEARCH),),
                )
            )
        if self.clean is not None and self.clean.platform != target.platform:
            last = self._move(dataset, target, last)
        if backup.log_shipping is not None:
            rolled: FieldPath = ("backups", backup.id, "log_shipping")
            last = self.draft.add(
                Work(
                    f"{base}:replay", base, "replay", exactly(copy.replay or 0.0), rolled, (last,),
                    media=(self.copies.of_platform(target.platform, self._takes_in(target)),),
                )
            )  # fmt: skip
        return (last,)

    def _takes_in(self, target: Target) -> float | None:
        """Bit/s at which logs are rolled forward: all that the platform takes in."""
        platform = self.draft.estate.platforms.get(target.platform)
        return platform.restore_rate if platform is not None else None

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
        if clean.site is not None and target.site is not None and clean.site != target.site:
            way, _ = self.copies.bandwidth(clean.site, target.site, lacks)
            rates += [] if way is None else [way]
        least = min(rates, default=None)
        media = (
            self.copies.of_platform(clean.platform, least),
            self.copies.of_platform(target.platform, least),
            *self.copies.of_way(clean.site, target.site, least),
        )
        size = estate.datasets[dataset].size
        lasts = size * BITS / least if size is not None and least is not None else 0.0
        base = f"datasets/{dataset}"
        return self.draft.add(
            Work(
                f"{base}:move", base, "move", exactly(lasts), ("platforms", target.platform, "restore_rate"),
                (after,), media=media,
            )
        )  # fmt: skip

    def open(self, service: str, copy: str) -> tuple[str, ...]:
        """The steps after which an encrypted copy (`backups/…`, `replications/…`) can be read."""
        found = self.copies.keys.opening(copy)
        self.draft.fates[service].missing += found.missing
        return () if found.custodians_of is None else (self._custodians(service, found.custodians_of),)

    def _custodians(self, service: str, name: str) -> str:
        """The step in which a quorum opens the keys of a domain."""
        fate, domain = self.draft.fates[service], self.draft.estate.admin_domains[name]
        keys, path = domain.keys, ("admin_domains", name, "keys")
        assert keys is not None
        for fact, matters in (("quorum", "how many must come"), ("opening", "how long opening takes")):
            if getattr(keys, fact) is None:
                fate.missing.append(Missing(f"admin_domains/{name}", f"keys.{fact}", (*path, fact), matters))
        team = domain.teams[0] if domain.teams else None
        if team is None:
            fate.missing.append(
                Missing(f"admin_domains/{name}", "teams", ("admin_domains", name, "teams"), "who opens it")
            )
        people = keys.quorum or 1
        fate.missing += self.draft.lacking_people(team, people, None)
        low, high = self.draft.begins[service]
        arrival = self.draft.arrival(team, None)
        return self.draft.add(
            Work(
                f"admin_domains/{name}:open", f"admin_domains/{name}", "open", span(keys.opening), path,
                team=team, people=people, ready=(low + arrival, high + arrival),
            )
        )  # fmt: skip


def why_no_copy(copy: Copy, keys: KeysLeft) -> str:
    """In words, why a dataset has no copy to be brought back from."""
    reasons = []
    if copy.too_young:
        reasons.append(f"{', '.join(copy.too_young)}: not kept until older than an intruder's dwell time")
    if copy.destroyed:
        reasons.append(f"{', '.join(copy.destroyed)}: within reach of what was lost or of the intruder")
    for name in copy.unreadable:
        why = keys.opening(name).closed
        reasons.append(f"{name}: {why[0] if why is not None else 'closed'}")
    return f"no copy of {copy.dataset} can be used" + (
        f" ({'; '.join(reasons)})" if reasons else ": none is made"
    )
