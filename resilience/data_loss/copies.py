"""Copies of a dataset: where they lie, which kinds of loss they outlive, and which platform feeds each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.data_loss.results import CopyKind
from resilience.graph import EstateGraph
from resilience.keys import KeysLeft
from resilience.results import Missing, Tri
from resilience.routes import source_site
from resilience.sweep import Sweep, bits, scenario_of
from resilience.whereabouts import by_id
from specs.data import Backup, Dataset, Replication, Vault
from specs.model import Estate
from specs.services import Scenario


@dataclass(frozen=True)
class Copy:
    """One copy of a dataset besides the authoritative one."""

    element: str
    """`replications/…`, `backups/…`, or `platforms/…` for the other nodes of the cluster that holds it."""
    kind: CopyKind
    dataset: str
    platform: str | None
    """Where it lies (id); None: a vault that names none."""
    site: str
    source: str | None
    """Site (id) from which it is fed; None: unknown."""
    upstream: str
    """The replication that feeds it, where it is fed from another copy; else empty."""
    replication: Replication | None = None
    backup: Backup | None = None
    vault: Vault | None = None

    @property
    def id(self) -> str:
        """Without its collection."""
        return self.element.partition("/")[2]


@dataclass(frozen=True)
class Survival:
    """Whether a copy outlives a kind of loss."""

    outlives: Tri
    why: str
    missing: tuple[Missing, ...] = ()


YES = Survival("yes", "")


@dataclass(frozen=True)
class Copies:
    """All copies of all datasets of one estate."""

    sweep: Sweep

    @property
    def graph(self) -> EstateGraph:
        """The graph that is swept."""
        return self.sweep.graph

    @property
    def estate(self) -> Estate:
        """The estate."""
        return self.graph.estate

    @cached_property
    def by_dataset(self) -> Mapping[str, tuple[Copy, ...]]:
        """Of every dataset its copies, by element."""
        found: dict[str, list[Copy]] = {name: [] for name in sorted(self.estate.datasets)}
        for name, dataset in by_id(self.estate.datasets):
            nodes = self._nodes(dataset)
            if nodes is not None:
                found[name].append(nodes)
        for name, replication in by_id(self.estate.replications):
            dataset = self.estate.datasets[replication.dataset]
            if (replication.target, replication.target_site) != (dataset.home.platform, dataset.home.site):
                found[replication.dataset].append(self._replica(name, replication, dataset))
        for name, backup in by_id(self.estate.backups):
            found[backup.dataset].append(self._backup(name, backup))
        return {name: tuple(sorted(copies, key=lambda copy: copy.element)) for name, copies in found.items()}

    def _nodes(self, dataset: Dataset) -> Copy | None:
        """A cluster that keeps its data when a node fails."""
        home = dataset.home
        platform = self.estate.platforms.get(home.platform)
        if platform is None or platform.needs_nodes is None or platform.needs_nodes >= len(platform.nodes):
            return None
        return Copy(
            f"platforms/{home.platform}", "nodes", dataset.id, home.platform, home.site, home.site, ""
        )

    def _replica(self, name: str, replication: Replication, dataset: Dataset) -> Copy:
        upstream = ""
        if replication.source != dataset.home.platform:
            feeding = self._targets.get((replication.dataset, replication.source), ())
            upstream = f"replications/{feeding[0]}" if feeding else ""
        return Copy(
            element=f"replications/{name}",
            kind=replication.mode,
            dataset=replication.dataset,
            platform=replication.target,
            site=replication.target_site,
            source=source_site(self.estate, self.graph.where, replication),
            upstream=upstream,
            replication=replication,
        )

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """By dataset and platform the replications that end there."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, replication in by_id(self.estate.replications):
            found[replication.dataset, replication.target].append(name)
        return {key: tuple(names) for key, names in found.items()}

    def _backup(self, name: str, backup: Backup) -> Copy:
        vault = self.estate.vaults.get(backup.vault)
        return Copy(
            element=f"backups/{name}",
            kind="backup" if backup.log_shipping is None else "logged-backup",
            dataset=backup.dataset,
            platform=vault.platform if vault is not None else None,
            site=vault.site if vault is not None else "",
            source=self.estate.datasets[backup.dataset].home.site,
            upstream="",
            backup=backup,
            vault=vault,
        )

    def node(self, platform: str, site: str) -> str:
        """The node of a platform at one of its sites."""
        placed = f"platforms/{platform}@{site}"
        return placed if placed in self.sweep.compiled.index else f"platforms/{platform}"

    def survival(self, copy: Copy, scenario: Scenario) -> Survival:
        """Whether a copy outlives that kind of loss, by where it lies; an intruder is judged apart."""
        home = self.estate.datasets[copy.dataset].home
        undeclared = self._undeclared(copy)
        if undeclared:
            return Survival("unknown", "where it lies is undeclared", undeclared)
        if copy.kind == "nodes":
            return YES if scenario == "component" else Survival("no", "lost with the cluster")
        if scenario == "component":
            same = (copy.platform, copy.site) == (home.platform, home.site)
            return Survival("no", "on the same platform") if same else YES
        if copy.site == home.site:
            return Survival("no", "at the same site")
        found = YES if scenario == "site" else self._region(copy, home.site)
        closed = self.closed(copy, scenario) if found.outlives != "no" else ""
        return Survival("no", closed) if closed else found

    def closed(self, copy: Copy, scenario: Scenario) -> str:
        """Why no key is left that opens a copy after that kind of loss; empty: one is, as far as is known.

        An undeclared encryption leaves open whether the copy can be read, not how old it is: recovery plans
        say so.
        """
        if copy.backup is None and copy.replication is None:
            return ""
        home = self.estate.datasets[copy.dataset].home.site
        events: tuple[str, ...] = (f"sites/{home}",) if scenario in ("site", "region") else ()
        events += self._region_events(home) if scenario == "region" else ()
        kept = [self._keys_after(event) for event in events if event in self.sweep.numbers]
        if scenario == "cyber":
            kept.append(KeysLeft(self.estate, self.sites, lambda element: False, after_intruder=True))
        whys = (keys.opening(copy.element).closed for keys in kept)
        return next((why[0] for why in whys if why is not None), "")

    @property
    def sites(self) -> Mapping[str, tuple[str, ...]]:
        """By platform the sites where it stands."""
        return self.graph.where.platform_sites

    def _keys_after(self, event: str) -> KeysLeft:
        number = self.sweep.numbers[event]
        return KeysLeft(
            self.estate, self.sites, lambda element: bool(self.sweep.lost_in(element) >> number & 1)
        )

    def _undeclared(self, copy: Copy) -> tuple[Missing, ...]:
        """What is named as its place, and not in this estate or phase."""
        named = [f"sites/{copy.site}"] if copy.vault is not None or copy.backup is None else []
        if copy.backup is not None and copy.vault is None:
            named.append(f"vaults/{copy.backup.vault}")
        if copy.platform is not None:
            named.append(f"platforms/{copy.platform}")
        collection = copy.element.partition("/")[0]
        path = (collection, copy.id)
        return tuple(
            Missing(place, "declaration", path, "whether a copy there outlives a loss")
            for place in named
            if self.estate.element(place) is None
        )

    def _region(self, copy: Copy, home: str) -> Survival:
        """Another failure region, and no hazard that takes whole sites takes both."""
        for event in self._region_events(home):
            if self._lost_in(copy, event):
                return Survival("no", f"{event} takes both sites")
        regions = {
            site: self.estate.sites[site].failure_region if site in self.estate.sites else None
            for site in (home, copy.site)
        }
        for site in (home, copy.site):
            if regions[site] is None:
                path = ("sites", site, "failure_region")
                fact = Missing(f"sites/{site}", "failure_region", path, "whether a region takes both sites")
                return Survival("unknown", "its region is undeclared", (fact,))
        if regions[home] == regions[copy.site]:
            return Survival("no", "in the same failure region")
        return YES

    def _region_events(self, site: str) -> tuple[str, ...]:
        """Regions and hazards that take a site."""
        known = self._regions.get(site)
        if known is None:
            known = self._regions[site] = tuple(
                event
                for number in bits(self.sweep.lost_in(f"sites/{site}"))
                if scenario_of(self.estate, event := self.sweep.events[number], self.sweep.categories[event])
                == "region"
            )
        return known

    @cached_property
    def _regions(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _lost_in(self, copy: Copy, event: str) -> bool:
        nodes = [f"sites/{copy.site}"]
        if copy.platform is not None:
            nodes.append(self.node(copy.platform, copy.site))
        number = self.sweep.numbers[event]
        return any(self.sweep.lost_in(node) >> number & 1 for node in nodes)

    def fed_by(self, copy: Copy) -> tuple[str, ...]:
        """Nodes without any of which nothing new reaches the copy, the way to it left out."""
        found = [f"sites/{copy.site}"]
        if copy.platform is not None:
            found.append(self.node(copy.platform, copy.site))
        if copy.backup is not None and copy.backup.made_by is not None:
            found.append(f"platforms/{copy.backup.made_by}")
        if copy.replication is not None and copy.upstream:
            found.append(self.node(copy.replication.source, copy.source or ""))
        return tuple(found)


def users_of(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Of every dataset the services that own it, or a workload of which reaches it, by id."""
    found = {name: set(dataset.services) for name, dataset in estate.datasets.items()}
    for workload in estate.workloads.values():
        for name in workload.datasets:
            found.setdefault(name, set()).add(workload.service)
    return {name: tuple(sorted(services)) for name, services in found.items()}
