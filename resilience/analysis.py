"""All first proofs of one estate, each computed when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

from resilience.capacity import capacity_without
from resilience.cold_start import cold_start, deadlocks
from resilience.failover import failover_paths
from resilience.graph import EstateGraph, build
from resilience.impacts import impact_of, impacts
from resilience.loads import Loads
from resilience.recovery import recoveries
from resilience.recovery_rings import recovery_deadlocks
from resilience.results import (
    CapacityBalance,
    Category,
    Deadlock,
    FailoverPath,
    Impact,
    Missing,
    PowerLoad,
    Recovery,
    ReplicationRoutes,
    RoomHeat,
    Standing,
)
from resilience.routes import replication_routes
from resilience.standings import standings
from resilience.sweep import Sweep
from specs.model import Estate


@dataclass(frozen=True)
class Analysis:
    """The proofs of an estate as it stands in one phase; nothing is computed before it is read."""

    estate: Estate

    @cached_property
    def graph(self) -> EstateGraph:
        """Its typed needs."""
        return build(self.estate)

    @cached_property
    def sweep(self) -> Sweep:
        """Every event that can happen by itself, and what it takes down."""
        return Sweep(self.graph)

    @cached_property
    def loads(self) -> Loads:
        """Its electrical and thermal state."""
        return Loads(self.estate, self.graph.where)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every service by id, with its single points of failure and what is missing to be sure."""
        return standings(self.sweep)

    @cached_property
    def impacts(self) -> tuple[Impact, ...]:
        """What each event that touches a service does, by category, then event."""
        return impacts(self.sweep)

    def impact_of(self, *events: str) -> Impact:
        """What these events at once do to the services, whatever it is."""
        return impact_of(self.graph, events)

    @cached_property
    def failovers(self) -> tuple[FailoverPath, ...]:
        """Usual ways and those after each loss that changes them, by service, user, event."""
        return failover_paths(self.sweep)

    @cached_property
    def recoveries(self) -> tuple[Recovery, ...]:
        """Recovery from the loss of each site that services run at, by site."""
        return recoveries(self.sweep)

    @cached_property
    def deadlocks(self) -> tuple[Deadlock, ...]:
        """Cold-start deadlocks, and those of a recovery that are not the same ring once more."""
        cold = deadlocks(cold_start(self.graph))
        held = [frozenset(deadlock.held) for deadlock in cold]
        return (
            *cold,
            *(d for d in recovery_deadlocks(self.sweep) if not any(set(d.frees) <= h for h in held)),
        )

    @cached_property
    def missing(self) -> tuple[Missing, ...]:
        """Every undeclared fact met while the graph was built."""
        return self.graph.missing

    @cached_property
    def power_loads(self) -> tuple[PowerLoad, ...]:
        """Every power element in the normal state, by id."""
        return tuple(self.loads.normal.values())

    def power_loads_without(self, lost: frozenset[str]) -> tuple[PowerLoad, ...]:
        """Every power element once those (`power/…`) are lost and their load has moved, by id."""
        return tuple(self.loads.without(lost).values())

    def distribution_paths(self, site: str) -> dict[str, frozenset[str]]:
        """Power elements (`power/…`) of each distribution path of that site."""
        return self.loads.paths_at(site)

    @cached_property
    def heat(self) -> tuple[RoomHeat, ...]:
        """Every room with equipment, by id."""
        return tuple(self.loads.heat.values())

    def capacity_without(self, site: str | None) -> tuple[CapacityBalance, ...]:
        """Platforms against their workloads after the loss of that site (None: in quiet times)."""
        return capacity_without(self.estate, self.graph.where, site)

    @cached_property
    def replication_routes(self) -> tuple[ReplicationRoutes, ...]:
        """Every replication between two sites, by id."""
        return replication_routes(self.estate, self.graph.where)

    def category(self, event: str) -> Category:
        """Kind of an event."""
        return self.sweep.categories[event]


def analyse(estate: Estate) -> Analysis:
    """The proofs of that estate, which is already as of some phase."""
    return Analysis(estate)
