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

from resilience.failover import Failovers, Flow, Path
from resilience.failure_sweep.results import Congestion
from resilience.links import Way, Ways
from resilience.sweep import AND, Sweep
from resilience.whereabouts import by_id

SLACK = 1e-9
"""Share by which a load must pass a bandwidth: less is rounding."""

TREES = 10_000
"""Ways from one place in one state are kept for so many at once."""


@dataclass
class _Routes(Failovers):
    """Routes flows in states that are named by what is lost in them."""

    states: dict[str, frozenset[str]] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    """By state the one in which only its circuits and sites are lost."""
    taken: dict[tuple[Flow, str, frozenset[str]], tuple[Path, float]] = field(default_factory=dict)
    """By flow, lost circuits and sites, and lost workloads of its service: its way and what it needs."""

    def begin(self, lost: frozenset[str]) -> str:
        """A state with those nodes lost, by the name that it gets."""
        names = sorted(lost)
        network = AND.join(name for name in names if not _is_workload(name))
        event = AND.join(names)
        self.networks |= {event: network, network: network}
        self.states |= {event: lost, network: frozenset(n for n in names if not _is_workload(n))}
        return event

    def forget(self, event: str) -> None:
        """Lets go of what was kept for one state alone."""
        for name in {event, self.networks[event]} - {""}:
            for kept in (self.downs, self.states, self.networks):
                kept.pop(name, None)
        if len(self.trees) > TREES:
            self.trees = {key: tree for key, tree in self.trees.items() if not key[1]}

    def lost(self, node: str, event: str) -> bool:
        """Whether a node is down in that state; '' is calm."""
        return node in self.sweep.calm or node in self.states.get(event, ())

    def tree(self, source: str, event: str, over: frozenset[str]) -> dict[str, Way]:
        """Best ways from a place, which ask for no workload."""
        return super().tree(source, self.networks.get(event, event), over)

    def loading(self, flow: Flow, event: str) -> tuple[Path, float]:
        """The circuits that a flow takes, and bit/s that it needs, as far as declared."""
        names = self.workloads.get(flow.owner, frozenset()) if flow.fixed is None else frozenset()
        untouched = self.tree(flow.user, event, flow.over) is self.tree(flow.user, "", flow.over)
        network = "" if untouched else self.networks.get(event, event)
        key = (flow, network, names & self.states.get(event, frozenset()))
        if not event or key not in self.taken:
            way = self.route(flow, event)
            found = (way.circuits or (), self.needed(flow, way, event)[0] or 0.0)
            if not event:
                return found
            self.taken[key] = found
        return self.taken[key]

    @cached_property
    def workloads(self) -> dict[str, frozenset[str]]:
        """Of each service (`services/…`) its workloads."""
        return {
            f"services/{service}": frozenset(f"workloads/{n}" for names in found.values() for n in names)
            for service, found in self.sweep.graph.components.items()
        }


def _is_workload(name: str) -> bool:
    return name.startswith("workloads/")


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
        event = self.routes.begin(lost)
        over = {
            circuit: load
            for circuit, load in self._loads(event).items()
            if circuit not in self.in_calm and self._is_over(circuit, load)
        }
        shares: dict[str, float] = {}
        for flow in self.routes.flows if over else ():
            name = flow.owner.partition("/")[2]
            if flow.fixed is None and name in self.services:
                for circuit in self.routes.loading(flow, event)[0]:
                    if circuit in over:
                        share = self._width(circuit) / over[circuit]
                        shares[name] = min(shares.get(name, 1.0), share)
        congested = [
            Congestion(f"circuits/{circuit}", load, self._width(circuit))
            for circuit, load in sorted(over.items())
        ]
        self.routes.forget(event)
        return State(tuple(congested), shares)

    def _loads(self, event: str) -> dict[str, float]:
        sums: dict[str, float] = defaultdict(float)
        for flow in self.routes.flows:
            circuits, needed = self.routes.loading(flow, event)
            for circuit in circuits:
                sums[circuit] += needed
        return dict(sorted(sums.items()))

    def _width(self, circuit: str) -> float:
        return self.sweep.graph.estate.circuits[circuit].bandwidth or 0.0

    def _is_over(self, circuit: str, load: float) -> bool:
        width = self.sweep.graph.estate.circuits[circuit].bandwidth
        return width is not None and load > width * (1.0 + SLACK)
