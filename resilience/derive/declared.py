"""Needs as they are declared, and what it takes for one place to use an element that stands in another."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from resilience.derive.reach import Reach
from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.base import Need
from specs.issues import FieldPath
from specs.model import Estate
from specs.platforms import PlatformKind

LEVELS = ("minimum", "full")
"""A service, workload or platform runs at its minimum level, or carries full demand (`…#full`)."""

LEVELLED = ("services", "workloads", "platforms")
"""Collections whose elements have a node for each level."""


def at(reference: str, level: str) -> str:
    """The node of an element at a level.

    >>> at("platforms/dns", "full"), at("racks/a-01", "full")
    ('platforms/dns#full', 'racks/a-01')
    """
    levelled = level == "full" and reference.partition("/")[0] in LEVELLED
    return f"{reference}#full" if levelled else reference


SERVES_ITS_SITE: frozenset[PlatformKind] = frozenset(
    {"compute", "virtualisation", "block-storage", "load-balancer", "firewall", "management"}
)
"""Kinds whose twin takes their place for what runs beside the twin, and for nothing at the other site: a
disk or a firewall does not serve over the distance that a name server does."""


@dataclass
class Seen:
    """Makes gates for elements as they are seen from a place: they run, and the way to them is open."""

    needs: Needs
    estate: Estate
    where: Whereabouts
    reach: Reach
    service_components: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Of each service the workloads of each component, all by id."""

    @cached_property
    def replicas(self) -> dict[str, list[str]]:
        """Replications of each dataset."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, copy in by_id(self.estate.replications):
            found[copy.dataset].append(name)
        return dict(found)

    def from_place(self, reference: str, place: str | None, level: str = "minimum") -> str:
        """The node that holds while that element can be used from a site (`sites/ID`) or from outside."""
        collection, _, name = reference.partition("/")
        if collection == "services":
            return self._service(name, place, level)
        if collection == "platforms":
            return self._platform(name, place, level)
        if collection == "datasets":
            return self._dataset(name, place, level)
        node = self.attached(reference) if collection == "devices" else at(reference, level)
        sites = self.where.sites_of(reference) if collection in ("devices", "workloads", "vaults") else ()
        return self._through(node, reference, sites[0], place, level) if sites and place else node

    def attached(self, device: str) -> str:
        """The device on its site's network, where its cables say so; else the device."""
        return f"{device}#attached" if f"{device}#attached" in self.needs else device

    def _through(self, node: str, shows: str, site: str, place: str, level: str) -> str:
        way = self.reach.between(place, f"sites/{site}")
        if way is None:
            return node
        gate = f"{node}@{place}"
        if gate not in self.needs:
            collection, _, name = shows.partition("/")
            self.needs.gate(gate, shows=shows)
            self.needs.need(gate, node, "is", (collection, name))
            self.needs.need(gate, way, f"is reached from {place} over", (collection, name))
        return gate

    def _service(self, name: str, place: str | None, level: str) -> str:
        components = self.service_components.get(name)
        if not components or place is None:
            return at(f"services/{name}", level)
        gate = f"{at(f'services/{name}', level)}@{place}"
        if gate in self.needs:
            return gate
        self.needs.gate(gate, shows=f"services/{name}")
        for component, workloads in components.items():
            part = self.needs.gate(f"{gate}#{component}", "any")
            self.needs.need(gate, part, f"component {component} runs as", ("services", name))
            for workload in workloads:
                site = self.estate.workloads[workload].site
                node = self._through(
                    at(f"workloads/{workload}", level), f"workloads/{workload}", site, place, level
                )
                self.needs.need(
                    part, node, f"component {component} runs as", ("workloads", workload, "service")
                )
        return gate

    def placed(self, platform: str, site: str, level: str) -> str:
        """The platform at one of its sites."""
        node = at(f"platforms/{platform}", level)
        placed = f"{node}@{site}"
        return placed if placed in self.needs else node

    def _platform(self, name: str, place: str | None, level: str) -> str:
        """The platform or the twin that takes its place, seen from there."""
        node = at(f"platforms/{name}", level)
        twin = self._twin(name, place)
        candidates = [name] if twin is None else [name, twin]
        ways: list[tuple[str, FieldPath]] = []
        for candidate in candidates:
            path: FieldPath = ("platforms", name) if candidate == name else ("platforms", name, "twin")
            sites = self.where.platform_sites.get(candidate, ())
            for site in sites if place else ():
                placed = self.placed(candidate, site, level)
                ways.append((self._through(placed, f"platforms/{candidate}", site, place or "", level), path))
            if not sites or place is None:
                ways.append((at(f"platforms/{candidate}", level), path))
        if len(ways) == 1:
            return ways[0][0]
        gate = f"{node}@from {place or 'anywhere'}"
        if gate not in self.needs:
            self.needs.gate(gate, "any")
            for way, path in ways:
                why = "taken over by its twin" if path[-1] == "twin" else "is"
                self.needs.need(gate, way, why, path)
        return gate

    def _twin(self, name: str, place: str | None) -> str | None:
        """The twin that can serve that place when the platform is lost; None where there is none."""
        platform = self.estate.platforms.get(name)
        twin = platform.twin if platform is not None else None
        if platform is None or twin is None or twin == name or twin not in self.estate.platforms:
            return None
        sites = self.where.platform_sites.get(twin, ())
        here = place is None or place.partition("/")[2] in sites
        return twin if here or platform.kind not in SERVES_ITS_SITE else None

    def _dataset(self, name: str, place: str | None, level: str) -> str:
        """The authoritative copy if it is reached, or a replica at that very site."""
        dataset = self.estate.datasets.get(name)
        here = f"datasets/{name}"
        if dataset is None or place is None:
            return here
        gate = f"{here}@{place}{'#full' if level == 'full' else ''}"
        if gate in self.needs:
            return gate
        self.needs.gate(gate, "any", shows=here)
        home = self.placed(dataset.home.platform, dataset.home.site, level)
        way = self._through(home, f"platforms/{dataset.home.platform}", dataset.home.site, place, level)
        self.needs.need(gate, way, "has its authoritative copy on", ("datasets", name, "home"))
        for replication in self.replicas.get(name, ()):
            copy = self.estate.replications[replication]
            if f"sites/{copy.target_site}" == place:
                placed = self.placed(copy.target, copy.target_site, level)
                self.needs.need(gate, placed, "has a replica on", ("replications", replication, "target"))
        return gate

    def declare(
        self, owner: str, entries: Iterable[Need], base: FieldPath, place: str | None, level: str = "minimum"
    ) -> None:
        """The needs that an element declares, seen from where it stands."""
        for position, entry in enumerate(entries):
            path = (*base, position)
            if level == "full" and entry.kind != "run":
                continue
            gate = self.gate_of(entry, path, place, level)
            if gate is None:
                self.needs.lacks(
                    "/".join(map(str, base[:2])), "needs", path, "whether what it needs is there"
                )
                continue
            words = "needs" if entry.kind == "run" else f"needs, to {entry.kind},"
            first = entry.kind == "start" or not entry.tolerates
            self.needs.need(
                owner, gate, words, path, kind=entry.kind, tolerates=entry.tolerates, starts=first
            )

    def gate_of(self, entry: Need, path: FieldPath, place: str | None, level: str) -> str | None:
        """A gate of its own for one declared need, as seen from a place; None where nothing that it names
        is there."""
        suffix = "#full" if level == "full" else ""
        gate = f"{path[0]}/{path[1]}#{'.'.join(map(str, path[2:]))}@{place or 'anywhere'}{suffix}"
        if gate in self.needs:
            return gate
        there = [reference for reference in entry.elements if self.estate.element(reference) is not None]
        if len(there) < entry.needs:
            return None
        self.needs.gate(gate, "k-of-n", entry.needs)
        for position, reference in enumerate(entry.elements):
            if reference in there:
                node = self.from_place(reference, place, level)
                where: FieldPath = (*path, "on") if entry.on is not None else (*path, "any_of", position)
                self.needs.need(gate, node, "needs", where, kind=entry.kind)
        return gate
