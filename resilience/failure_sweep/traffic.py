"""WAN load after failures: circuits that more traffic crosses than they carry, and services left short by
it.

Traffic takes the way of least latency that is left, to the site that then serves. A circuit that is too
narrow does not fail: all that cross it are short alike, by its bandwidth over its load. Only scenarios in
which a circuit, a site or a workload is lost move traffic, and scenarios that lose the same of these are one.
Where all traffic together would fit on every circuit, nothing need be looked at.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from resilience.failover import Failovers, Flow
from resilience.failure_sweep.results import Congestion
from resilience.links import Ways
from resilience.sweep import Sweep
from resilience.whereabouts import by_id

SLACK = 1e-9
"""Share by which a load must pass a bandwidth: less is rounding."""


@dataclass
class _Routes(Failovers):
    """Routes flows in states that are named by what is lost in them."""

    states: dict[str, frozenset[str]] = field(default_factory=dict)

    def lost(self, node: str, event: str) -> bool:
        """Whether a node is down in that state; '' is calm."""
        return node in self.sweep.calm or node in self.states.get(event, ())


@dataclass(frozen=True)
class State:
    """Traffic once some circuits, sites and workloads are lost."""

    congested: tuple[Congestion, ...]
    shares: Mapping[str, float]
    """Of services whose traffic does not all arrive the share that does, at the place that is worst off."""


@dataclass(frozen=True)
class Traffic:
    """All traffic of one estate over its circuits."""

    sweep: Sweep
    known: dict[frozenset[str], State] = field(default_factory=dict, compare=False)

    @cached_property
    def routes(self) -> _Routes:
        return _Routes(self.sweep, Ways(self.sweep.graph.estate))

    @cached_property
    def services(self) -> frozenset[str]:
        """Services of which some traffic is known; of others no shortness can be told."""
        return frozenset(
            flow.owner.partition("/")[2]
            for flow in self.routes.flows
            if flow.fixed is None and self._most(flow)
        )

    @cached_property
    def movers(self) -> tuple[str, ...]:
        """Nodes whose loss moves traffic; none where every circuit carries all that could ever cross it."""
        estate = self.sweep.graph.estate
        most = sum(self._most(flow) for flow in self.routes.flows)
        widths = [c.bandwidth for _, c in by_id(estate.circuits) if c.bandwidth is not None]
        if not self.services or most <= min(widths, default=most) * (1.0 + SLACK):
            return ()
        found = [f"circuits/{name}" for name, _ in by_id(estate.circuits)]
        found += [f"sites/{name}" for name, _ in by_id(estate.sites)]
        found += [f"workloads/{n}" for n, w in by_id(estate.workloads) if w.service in self.services]
        return tuple(found)

    def _most(self, flow: Flow) -> float:
        """No less than this traffic ever needs."""
        estate, name = self.sweep.graph.estate, flow.owner.partition("/")[2]
        if flow.fixed is not None:
            dataset = estate.datasets.get(name)
            return (dataset.writes.peak or 0.0) if dataset is not None and dataset.writes is not None else 0.0
        found = [0.0]
        for workloads in self.sweep.graph.components[name].values():
            for workload in workloads:
                takes = estate.workloads[workload].takes
                found += [mode.throughput or 0.0 for mode in (takes.normal, takes.dr) if mode is not None]
        return max(found) / self.routes.places[flow.owner]

    @cached_property
    def in_calm(self) -> frozenset[str]:
        """Circuits that carry too much with nothing lost; they are not counted."""
        return frozenset(circuit for circuit, load in self._loads("").items() if self._is_over(circuit, load))

    def state(self, lost: frozenset[str]) -> State:
        """Traffic once those of the movers are lost."""
        if lost not in self.known:
            self.known[lost] = self._worked_out(lost)
        return self.known[lost]

    def _worked_out(self, lost: frozenset[str]) -> State:
        event = " + ".join(sorted(lost))
        self.routes.states[event] = lost
        over = {
            circuit: load
            for circuit, load in self._loads(event).items()
            if circuit not in self.in_calm and self._is_over(circuit, load)
        }
        shares: dict[str, float] = {}
        for flow in self.routes.flows if over else ():
            name = flow.owner.partition("/")[2]
            if flow.fixed is None and name in self.services:
                for circuit in self.routes.route(flow, event).circuits or ():
                    if circuit in over:
                        share = self._width(circuit) / over[circuit]
                        shares[name] = min(shares.get(name, 1.0), share)
        congested = [
            Congestion(f"circuits/{circuit}", load, self._width(circuit))
            for circuit, load in sorted(over.items())
        ]
        self._forget(event)
        return State(tuple(congested), shares)

    def _forget(self, event: str) -> None:
        routes = self.routes
        routes.downs.pop(event, None)
        for key in [key for key in routes.trees if key[1] == event and event]:
            del routes.trees[key]
        del routes.states[event]

    def _loads(self, event: str) -> dict[str, float]:
        sums: dict[str, float] = defaultdict(float)
        for flow in self.routes.flows:
            way = self.routes.route(flow, event)
            if way.circuits:
                needed, _ = self.routes.needed(flow, way, event)
                for circuit in way.circuits:
                    sums[circuit] += needed or 0.0
        return dict(sorted(sums.items()))

    def _width(self, circuit: str) -> float:
        return self.sweep.graph.estate.circuits[circuit].bandwidth or 0.0

    def _is_over(self, circuit: str, load: float) -> bool:
        width = self.sweep.graph.estate.circuits[circuit].bandwidth
        return width is not None and load > width * (1.0 + SLACK)
