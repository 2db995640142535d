"""One loss: what is left of platforms, and which workloads carry, stand by or have nowhere to run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf

from resilience.analysis import Analysis
from resilience.capacity import takes
from resilience.needs import is_element
from resilience.results import Scenario
from resilience.urgency import urgency
from resilience.whereabouts import by_id
from specs.base import Need
from specs.model import Estate
from specs.platforms import Capacity
from specs.services import Workload


@dataclass(frozen=True)
class Placed:
    """A workload that is left, and how it runs."""

    id: str
    workload: Workload
    called: bool
    """An active workload of its component was lost: who carries takes the share of DR."""
    carries: bool
    """Whether it may carry; else it stands by and takes what it takes in quiet times."""
    group: str
    """Its component, where exactly one of several standbys will carry."""

    @property
    def standing(self) -> Capacity:
        """What it takes while it stands by."""
        return self.workload.takes.normal

    @property
    def full(self) -> Capacity:
        """What it takes while it carries in full."""
        return takes(self.workload, "dr" if self.called else "normal")

    @property
    def minimum(self) -> Capacity:
        """What it takes at the minimum level; of one that is not called, absent is as normal."""
        return takes(self.workload, "minimum") if self.called else self.workload.takes.minimum or self.full


@dataclass(frozen=True)
class Loss:
    """The loss of a site or of a region."""

    analysis: Analysis
    event: str
    scenario: Scenario
    sites: frozenset[str]
    """Ids of the sites lost."""

    @property
    def estate(self) -> Estate:
        """The estate that suffers it."""
        return self.analysis.estate

    def down(self, node: str) -> bool:
        """Whether a node of the graph of needs is lost then, or was lost before."""
        sweep = self.analysis.sweep
        return node in sweep.calm or bool(sweep.lost_in(node) >> sweep.numbers[self.event] & 1)

    @cached_property
    def nodes_left(self) -> dict[str, tuple[str, ...]]:
        """Of each platform the nodes that are left."""
        return {
            name: tuple(node for node in platform.nodes if not self.down(f"devices/{node}"))
            for name, platform in by_id(self.estate.platforms)
        }

    def usable_nodes(self, platform: str, *, reserve: bool) -> int:
        """How many nodes count: as many as its full load takes; with a reserve one of those left does
        not."""
        found = self.estate.platforms[platform]
        left = len(self.nodes_left[platform])
        return max(0, min(found.needs_nodes or len(found.nodes), left - int(reserve)))

    def stands(self, workload: Workload) -> bool:
        """Whether its site and its platform are left, whatever else it needs."""
        platform = self.estate.platforms.get(workload.platform)
        if workload.site in self.sites or platform is None:
            return False
        if platform.nodes:
            return bool(self.nodes_left[workload.platform])
        return not platform.sites or bool(set(platform.sites) - self.sites)

    def runs(self, name: str) -> bool:
        """Whether a workload stands and all that it needs is left."""
        return self.stands(self.estate.workloads[name]) and not self.down(f"workloads/{name}")

    @cached_property
    def called(self) -> frozenset[tuple[str, str]]:
        """Services and components of which an active workload is lost."""
        return frozenset(
            (workload.service, workload.component)
            for workload in self.estate.workloads.values()
            if workload.role == "active" and not self.stands(workload)
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Services with workloads in the order in which they are kept: tier, business impact, id."""
        return tuple(
            sorted(
                (name for name, parts in self.analysis.graph.components.items() if parts),
                key=lambda name: (
                    4 if self.estate.services[name].tier is None else self.estate.services[name].tier,
                    urgency(self.estate.services[name]),
                    name,
                ),
            )
        )

    def placed(self, runs: Callable[[str], bool]) -> dict[str, tuple[Placed, ...]]:
        """Of each service that can run, the workloads that are left, by component; `runs`: which are.

        Active workloads that are left carry a component; where none is, one of its standbys does.
        """
        found: dict[str, tuple[Placed, ...]] = {}
        for service in self.order:
            parts: list[Placed] = []
            for component, names in self.analysis.graph.components[service].items():
                left = [name for name in names if runs(name)]
                if not left:
                    break
                parts += self._component(service, component, left)
            else:
                found[service] = tuple(parts)
        return found

    def _component(self, service: str, component: str, left: list[str]) -> list[Placed]:
        workloads = self.estate.workloads
        called = (service, component) in self.called
        active = {name for name in left if workloads[name].role == "active"}
        group = component if not active and len(left) > 1 else ""
        left = sorted(left, key=lambda name: (_activation(workloads[name]), name))
        return [Placed(name, workloads[name], called, not active or name in active, group) for name in left]

    @cached_property
    def able(self) -> dict[str, tuple[Placed, ...]]:
        """Of each service that has somewhere to run, with all that it needs, the workloads that are left."""
        return self.placed(self.runs)

    @cached_property
    def declared(self) -> dict[str, tuple[Placed, ...]]:
        """The same of each service that has a platform left for each component, as though whatever else it
        needs were there: capacity is proven apart from structure."""
        return self.placed(lambda name: self.stands(self.estate.workloads[name]))

    def run_needs(self, service: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """What a service and the workloads of it that are left need to run, as so many of these elements;
        administration, start and recovery are other proofs."""
        found = list(self.estate.services[service].needs)
        platforms = []
        for placed in self.able.get(service, ()):
            found += placed.workload.needs
            platforms.append((1, (f"platforms/{placed.workload.platform}",)))
        return tuple(dict.fromkeys([*_to_run(found), *platforms]))

    def run_needs_of_platform(self, platform: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The same of a platform."""
        return _to_run(self.estate.platforms[platform].needs)

    def lacking(self, service: str) -> tuple[str, ...]:
        """Why a service is stranded: components with no platform left, else what they need and is not
        there."""
        components = self.analysis.graph.components[service]
        for component, names in components.items():
            if not any(self.stands(self.estate.workloads[name]) for name in names):
                return (f"component {component}",)
        workloads = [name for names in components.values() for name in names]
        needs = list(self.estate.services[service].needs)
        found: set[str] = set()
        for name in workloads:
            workload = self.estate.workloads[name]
            if not self.stands(workload) or self.runs(name):
                continue
            if self.down(f"platforms/{workload.platform}"):
                found.add(f"platforms/{workload.platform}")
            found |= {f"datasets/{data}" for data in workload.datasets if self.down(f"datasets/{data}")}
            for need in (*needs, *workload.needs):
                lost = [element for element in need.elements if is_element(element) and self.down(element)]
                if need.kind == "run" and len(need.elements) - len(lost) < need.needs:
                    found |= set(lost)
        return tuple(sorted(found))


def _to_run(needs: Iterable[Need]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((need.needs, need.elements) for need in needs if need.kind == "run")


def _activation(workload: Workload) -> float:
    return inf if workload.activation is None else workload.activation.high
