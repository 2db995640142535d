"""Services that a narrow circuit leaves short, as scenarios of the sweep."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.failure_sweep.cascade import After, Cascade
from resilience.failure_sweep.courses import settled
from resilience.failure_sweep.levels import Gauge
from resilience.failure_sweep.results import Congestion
from resilience.failure_sweep.scenes import Scenes
from resilience.failure_sweep.traffic import State, Traffic
from resilience.results import Scenario
from resilience.sweep import bits

Short = Mapping[int, tuple[int, int]]
"""By gauge the scenarios in which too little arrives for its level, and those in which not all does."""


@dataclass(frozen=True)
class Shortness:
    """Reads from what is lost which services are short."""

    traffic: Traffic
    cascade: Cascade
    scenes: Scenes
    gauges: tuple[Gauge, ...]
    index: Mapping[str, int]

    @cached_property
    def nodes(self) -> tuple[tuple[str, int], ...]:
        """What moves traffic, each with its node."""
        return tuple((name, self.index[name]) for name in self.traffic.movers if name in self.index)

    @cached_property
    def movers(self) -> frozenset[int]:
        """Nodes whose loss moves traffic."""
        return frozenset(node for _, node in self.nodes)

    @cached_property
    def moved(self) -> int:
        """Single scenarios in which traffic moves."""
        found = 0
        for node in self.movers:
            found |= settled(self.cascade.values[node])
        return found

    def _state(self, lost: Callable[[int], int], number: int) -> State:
        return self.traffic.state(frozenset(n for n, node in self.nodes if lost(node) >> number & 1))

    @cached_property
    def states(self) -> Mapping[int, State]:
        """By single scenario what becomes of traffic, where any is short."""
        values = self.cascade.values
        found = {
            number: self._state(lambda node: settled(values[node]), number) for number in bits(self.moved)
        }
        return {number: state for number, state in found.items() if state.congested}

    def congested(self, number: int) -> tuple[Congestion, ...]:
        """Circuits that are too narrow in a single scenario."""
        state = self.states.get(number)
        return state.congested if state is not None else ()

    @cached_property
    def alone(self) -> Short:
        """Single scenarios."""
        return self._short(self.states, self.scenes.by_kind)

    def beside(self, number: int, after: After, kinds: Mapping[Scenario, int]) -> Short:
        """Scenarios each with that one besides, as far as the two together move traffic otherwise than
        either does alone."""
        if not after.differs.keys() & self.movers:
            return {}
        values = self.cascade.values
        against_other = against_this = 0
        for node in self.movers:
            before, now = settled(values[node]), settled(after.look(node))
            against_other |= now ^ (before & after.ones)
            against_this |= now ^ (after.ones if before >> number & 1 else 0)
        states = {
            scenario: self._state(lambda node: settled(after.look(node)), scenario)
            for scenario in bits(against_other & against_this)
        }
        return self._short(states, kinds)

    def _short(self, states: Mapping[int, State], kinds: Mapping[Scenario, int]) -> Short:
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        kind_of = {kind: mask for kind, mask in kinds.items() if mask}
        for number, state in states.items():
            for service, share in state.shares.items():
                place = self.places[service]
                kind = next(kind for kind, mask in kind_of.items() if mask >> number & 1)
                found[place][1] |= 1 << number
                if share < self.least(service, kind):
                    found[place][0] |= 1 << number
        return {place: (below, reduced) for place, (below, reduced) in found.items()}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The gauge of each service."""
        return {service: place for place, gauge in enumerate(self.gauges) for service in gauge.services}

    def least(self, service: str, kind: Scenario) -> float:
        """Share of demand that it owes in that kind of loss; 0 where no objective says."""
        objectives = self.traffic.sweep.graph.estate.services[service].objectives
        objective = getattr(objectives, kind)
        return objective.minimum_level if objective is not None else 0.0
