"""Which states of the traffic single failures bring about: failures of the same effect are one state."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from resilience.failover import Failovers, Flow, Routed
from resilience.results import Missing
from resilience.sweep import bits


@dataclass(frozen=True)
class Demand:
    """One traffic in one state: where it goes and what it needs."""

    flow: Flow
    way: Routed
    needed: float | None
    missing: tuple[Missing, ...]
    moved: bool
    """Whether its way or its serving site is another than usual."""

    @property
    def name(self) -> str:
        """The owner, and the user where one owner has several."""
        return self.flow.owner


@dataclass(frozen=True)
class State:
    """What is lost, and all traffic that is left."""

    events: tuple[str, ...]
    circuits: frozenset[str]
    """Circuits lost (ids)."""
    sites: frozenset[str]
    """Sites lost (`sites/ID`)."""
    demands: tuple[Demand, ...]
    """In the order of the flows; traffic from or to a lost place is no more."""


Change = tuple[tuple[int, str | None, tuple[str, ...] | None], ...]
"""Of each flow that goes another way (by its place in the order of flows) where it is served, and its way."""


def calm_state(failovers: Failovers) -> State:
    """All traffic when nothing has failed."""
    circuits, sites = failovers.down("")
    demands = [
        Demand(flow, way, failovers.usual_need[flow][0], tuple(failovers.usual_need[flow][1]), False)
        for flow, way in failovers.usual.items()
        if flow.user not in sites
    ]
    return State((), circuits, sites, tuple(demands))


def failed_states(failovers: Failovers) -> tuple[State, ...]:
    """Every distinct state in which some traffic goes another way than usual, by its first event."""
    order = {flow: number for number, flow in enumerate(failovers.flows)}
    grouped: dict[tuple[frozenset[str], frozenset[str], Change], list[str]] = defaultdict(list)
    for event, flows in sorted(_noticed(failovers).items()):
        circuits, sites = failovers.down(event)
        ways = {flow: failovers.route(flow, event) for flow in flows if not _ended(flow, sites)}
        change = tuple(
            (order[flow], way.serving, way.circuits)
            for flow, way in sorted(ways.items(), key=lambda entry: order[entry[0]])
            if _differs(way, failovers.usual[flow])
        )
        if change:
            grouped[circuits, sites, change].append(event)
    states = [
        _state(failovers, tuple(events), circuits, sites, change)
        for (circuits, sites, change), events in grouped.items()
    ]
    return tuple(sorted(states, key=lambda state: state.events))


def _noticed(failovers: Failovers) -> Mapping[str, list[Flow]]:
    """By event the flows that may go another way after it: it takes a circuit or a place on their way, or
    some of what serves them."""
    sweep = failovers.sweep
    workloads: dict[str, int] = defaultdict(int)
    for service, components in sweep.graph.components.items():
        for names in components.values():
            for name in names:
                workloads[f"services/{service}"] |= sweep.lost_in(f"workloads/{name}")
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow, way in failovers.usual.items():
        touched = 0 if flow.fixed is not None else workloads[flow.owner]
        for circuit in way.circuits or ():
            touched |= sweep.lost_in(f"circuits/{circuit}")
        for place in way.places:
            touched |= sweep.lost_in(place)
        for number in bits(touched):
            found[sweep.events[number]].append(flow)
    return found


def _ended(flow: Flow, sites: frozenset[str]) -> bool:
    return flow.user in sites or flow.fixed in sites


def _differs(way: Routed, usual: Routed) -> bool:
    return (way.serving, way.circuits) != (usual.serving, usual.circuits)


def _state(
    failovers: Failovers,
    events: tuple[str, ...],
    circuits: frozenset[str],
    sites: frozenset[str],
    change: Change,
) -> State:
    moved = {number for number, _, _ in change}
    demands = []
    for number, flow in enumerate(failovers.flows):
        if _ended(flow, sites):
            continue
        if number in moved:
            way = failovers.route(flow, events[0])
            needed, missing = failovers.needed(flow, way, events[0])
            demands.append(Demand(flow, way, needed, tuple(missing), True))
        else:
            needed, missing = failovers.usual_need[flow]
            demands.append(Demand(flow, failovers.usual[flow], needed, tuple(missing), False))
    return State(events, circuits, sites, tuple(demands))
