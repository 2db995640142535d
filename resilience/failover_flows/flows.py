"""Every state of the circuits that a single failure brings about, with all traffic in it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from resilience.failover import Failovers
from resilience.failover_flows.diversity import diversity_of, has_second_way
from resilience.failover_flows.multi_commodity import Line
from resilience.failover_flows.results import FailoverFlows, FlowState, TrafficAfter
from resilience.failover_flows.shared_circuits import SharedCircuits, share_circuits
from resilience.failover_flows.spreading import Needs, Spreading, needs_of, pair_of
from resilience.failover_flows.states import Demand, State, calm_state, failed_states
from resilience.links import Ways
from resilience.results import Missing, Tri, in_order

if TYPE_CHECKING:
    from resilience.analysis import Analysis

ASSUMES = (
    "Routing prefers the way of least latency, and has settled after the failure.",
    "A circuit's bandwidth is shared by everything on it, in either direction.",
    "All places of a service's users ask for equal parts; a replication needs its dataset's peak of writes.",
    "Shares are rounded to six decimals, bandwidth left by spreading to the kilobit a second.",
)


def failover_flows(analysis: "Analysis") -> FailoverFlows:
    """All traffic in calm and after every single failure that changes a way.

    Failures that take the same circuits and sites and move the same traffic are one state, worked out once.
    """
    flows = _Flows(Failovers(analysis.sweep, Ways(analysis.estate)))
    calm = calm_state(flows.failovers)
    failed = failed_states(flows.failovers)
    states = tuple(flows.state(state) for state in failed)
    cuts = _cutting_events(failed)
    missing = [fact for state in (calm, *failed) for demand in state.demands for fact in demand.missing]
    missing += [
        _bandwidth_missing(load.circuit) for state in states for load in state.loads if load.bandwidth is None
    ]
    return FailoverFlows(flows.state(calm, cuts), states, in_order(missing), ASSUMES)


def _cutting_events(states: tuple[State, ...]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """By traffic (owner, user, replication): circuits and shared risks whose loss alone leaves it no way."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for state in states:
        shared = [event for event in state.events if event.startswith(("circuits/", "hazards/", "vendors/"))]
        for demand in state.demands:
            if demand.way.circuits is None and demand.way.serving is not None:
                found[_key(demand)] += shared
    return {key: tuple(sorted(events)) for key, events in found.items()}


def _key(demand: Demand) -> tuple[str, str, str]:
    return demand.flow.owner, demand.flow.user, demand.flow.replication


def _bandwidth_missing(circuit: str) -> Missing:
    path = ("circuits", circuit.partition("/")[2], "bandwidth")
    return Missing(circuit, "bandwidth", path, "whether it carries the load")


@dataclass
class _Flows:
    failovers: Failovers
    spreadings: dict[tuple[tuple[Line, ...], Needs, bool], Spreading] = field(default_factory=dict)

    @property
    def ways(self) -> Ways:
        return self.failovers.ways

    @cached_property
    def bandwidths(self) -> Mapping[str, float | None]:
        """Of every circuit."""
        return {name: circuit.bandwidth for name, circuit in self.ways.estate.circuits.items()}

    def state(
        self, state: State, cuts: Mapping[tuple[str, str, str], tuple[str, ...]] | None = None
    ) -> FlowState:
        """One state in full; `cuts` are given in calm alone."""
        shared = share_circuits(self.bandwidths, state.demands)
        spreading = self._spreading(state)
        shown = [demand for demand in state.demands if demand.moved or not state.events]
        traffic = [self._traffic(demand, shared, spreading, cuts) for demand in shown]
        return FlowState(
            events=state.events,
            circuits_lost=tuple(f"circuits/{name}" for name in sorted(state.circuits)),
            sites_lost=tuple(sorted(state.sites)),
            routed=shared.common_share(),
            spread=spreading.share,
            loads=shared.loads(),
            cut=tuple(sorted({d.flow.owner for d in state.demands if d.way.circuits is None})),
            traffic=tuple(sorted(traffic, key=lambda after: (after.owner, after.user, after.replication))),
        )

    def _spreading(self, state: State) -> Spreading:
        """The programs of a state; one set for all states of the same circuits and needs."""
        lines, needs = self._lines(state), needs_of(state.demands)
        silent = any(demand.needed is None and demand.way.circuits for demand in state.demands)
        key = (lines, needs, silent)
        if key not in self.spreadings:
            self.spreadings[key] = Spreading(lines, needs, self.ways.ends, silent)
        return self.spreadings[key]

    def _lines(self, state: State) -> tuple[Line, ...]:
        """Circuits that are left, by name; of undeclared bandwidth, without limit."""
        found = set()
        for place, links in self.ways.links.items():
            for name, other in links:
                if name in state.circuits or place in state.sites or other in state.sites:
                    continue
                bandwidth = self.bandwidths[name]
                a, b = sorted((place, other))
                found.add(Line(name, a, b, inf if bandwidth is None else bandwidth))
        return tuple(sorted(found))

    def _traffic(
        self,
        demand: Demand,
        shared: SharedCircuits,
        spreading: Spreading,
        cuts: Mapping[tuple[str, str, str], tuple[str, ...]] | None,
    ) -> TrafficAfter:
        flow, way, pair = demand.flow, demand.way, pair_of(demand)
        usual = self.failovers.usual[flow]
        circuits = way.circuits or ()
        route = self.ways.route(circuits)
        before = self.ways.route(usual.circuits or ()).latency if usual.circuits is not None else None
        reached: Tri = "yes" if way.circuits is not None else "no"
        missing = [fact for fact in route.missing if fact.field == "latency"] + list(demand.missing)
        if way.circuits is None and not self.failovers.is_told(flow, way):
            reached = "unknown"
            path = tuple(flow.owner.split("/", 1))
            missing.append(Missing(flow.owner, "circuits", path, "how it is reached"))
        missing += [_bandwidth_missing(f"circuits/{c}") for c in circuits if self.bandwidths[c] is None]
        if cuts is None:
            diverse, shares, facts = diversity_of(self.ways, usual.circuits or (), circuits)
            diverse = "no" if reached == "no" else "unknown" if reached == "unknown" else diverse
        else:
            diverse, facts = has_second_way(self.ways, flow, usual)
            shares = cuts.get(_key(demand), ())
        missing += facts
        latency = route.latency if way.circuits is not None else None
        return TrafficAfter(
            owner=flow.owner,
            user=flow.user,
            replication=f"replications/{flow.replication}" if flow.replication else "",
            serving=way.serving,
            circuits=tuple(f"circuits/{name}" for name in circuits),
            reached=reached,
            latency=latency,
            latency_added=None if latency is None or before is None else latency - before,
            needed=demand.needed,
            fair=shared.fair(demand) if circuits else None,
            left=shared.left(demand) if circuits else None,
            left_spread=spreading.left(demand, pair) if pair else None,
            carries=shared.carries(demand) if reached == "yes" else reached,
            carries_spread=(spreading.carries(demand, pair) if pair else "yes")
            if reached == "yes"
            else reached,
            diverse=diverse,
            shares=shares,
            missing=in_order(missing),
        )
