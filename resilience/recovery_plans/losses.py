"""What a site, a platform or a region takes with it, and where each service can run with its data then."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from resilience.keys import KeysLeft
from resilience.results import Scenario
from resilience.sweep import Sweep
from resilience.whereabouts import by_id
from specs.services import Occasion, Workload


@dataclass(frozen=True)
class Replica:
    """Where a replica lies."""

    id: str
    platform: str
    site: str

    @property
    def element(self) -> str:
        """As results name it."""
        return f"replications/{self.id}"


@dataclass(frozen=True)
class Loss:
    """One event of a sweep: sites, or one platform that is rebuilt where it stands."""

    sweep: Sweep
    event: str
    """Name of the scenario in the sweep."""
    occasion: Occasion
    """Steps of which kind are needed."""
    objective: Scenario
    sites: tuple[str, ...] = ()
    """Sites that are lost for good."""
    platform: str | None = None
    """The platform that is lost and rebuilt; else None."""

    @cached_property
    def number(self) -> int:
        """The scenario's number in the sweep."""
        return self.sweep.numbers[self.event]

    def takes(self, node: str) -> bool:
        """Whether a node is down after the event."""
        return node in self.sweep.calm or bool(self.sweep.lost_in(node) >> self.number & 1)

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """Sites and platforms that are lost."""
        estate = self.sweep.graph.estate
        found = [f"sites/{name}" for name in self.sites]
        found += [f"platforms/{name}" for name in estate.platforms if self.takes(f"platforms/{name}")]
        return tuple(sorted(found))

    @cached_property
    def affected(self) -> tuple[str, ...]:
        """Services of which an active workload is lost, or that are below the level that they owe."""
        found = {
            workload.service
            for name, workload in self.sweep.graph.estate.workloads.items()
            if workload.role == "active"
            and (workload.site in self.sites or self.sweep.lost_in(f"workloads/{name}") >> self.number & 1)
        }
        found |= {service for service, value in self.sweep.below.items() if value >> self.number & 1}
        return tuple(sorted(found & self.sweep.graph.estate.services.keys()))

    def is_below(self, service: str) -> bool:
        """Whether a service is below its level although all standbys count as serving."""
        return bool(self.sweep.below[service] >> self.number & 1)

    def stays(self, service: str) -> bool:
        """Whether active workloads that are left carry it without anybody doing anything."""
        components = self.sweep.graph.components.get(service, {})
        return (
            bool(components)
            and not self.is_below(service)
            and all(self.runs_by_itself(names) for names in components.values())
        )

    def runs_by_itself(self, workloads: tuple[str, ...]) -> bool:
        """Whether one of those workloads is active and left."""
        entries = self.sweep.graph.estate.workloads
        return any(
            entries[name].role == "active" and not self.takes(f"workloads/{name}") for name in workloads
        )

    def placed(self, platform: str, site: str) -> str:
        """The node of a platform at one of its sites."""
        node = f"platforms/{platform}@{site}"
        return node if node in self.sweep.compiled.index else f"platforms/{platform}"

    def can_host(self, workload: Workload) -> str:
        """`up`: its platform is left there; `rebuilt`: it is once the lost platform is; else `gone`."""
        if workload.site in self.sites:
            return "gone"
        if not self.takes(self.placed(workload.platform, workload.site)):
            return "up"
        return "rebuilt" if self.platform is not None else "gone"

    @cached_property
    def keys(self) -> KeysLeft:
        """What opens encrypted copies after it."""
        graph = self.sweep.graph
        return KeysLeft(graph.estate, graph.where.platform_sites, self.takes)

    def is_home_lost(self, dataset: str) -> bool:
        """Whether the authoritative copy is gone."""
        found = self.sweep.graph.estate.datasets.get(dataset)
        return found is not None and self.destroys(found.home.platform, found.home.site)

    def replica_at(self, dataset: str, site: str) -> Replica | None:
        """The replica that is left at that site and opened most easily; None: there is none that anything
        opens."""
        left = self._left_at(dataset, site)
        readable = [found for found in left if self.keys.opening(found.element).closed is None]
        return min(
            readable, key=lambda found: (self.keys.opening(found.element).ease, found.id), default=None
        )

    def closed_at(self, dataset: str, site: str) -> tuple[str, ...]:
        """Replicas (`replications/…`) that are left at that site, and that nothing opens any more."""
        left = (found.element for found in self._left_at(dataset, site))
        return tuple(name for name in left if self.keys.opening(name).closed is not None)

    def _left_at(self, dataset: str, site: str) -> list[Replica]:
        return [
            found
            for found in self.replicas.get(dataset, ())
            if found.site == site and not self.takes(self.placed(found.platform, found.site))
        ]

    def destroys(self, platform: str, site: str) -> bool:
        """Whether data that lies on a platform there is gone: the site is, or the platform itself, or the
        storage below it. One that only waits for another platform has its data still."""
        if site in self.sites or platform == self.platform:
            return True
        if not self.takes(self.placed(platform, site)):
            return False
        below = self.sweep.graph.estate.platforms.get(self.platform or "")
        return below is None or below.kind in ("block-storage", "object-storage")

    @cached_property
    def replicas(self) -> dict[str, list[Replica]]:
        """Replicas of each dataset, by id."""
        found: dict[str, list[Replica]] = defaultdict(list)
        for name, copy in by_id(self.sweep.graph.estate.replications):
            found[copy.dataset].append(Replica(name, copy.target, copy.target_site))
        return dict(found)
