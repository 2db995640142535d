"""Services that a narrow circuit leaves short, as scenarios of the sweep."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.failure_sweep.blocks import by_column
from resilience.failure_sweep.cascade import After, Cascade
from resilience.failure_sweep.courses import settled
from resilience.failure_sweep.levels import Gauge
from resilience.failure_sweep.results import Congestion
from resilience.failure_sweep.scenes import Scenes
from resilience.failure_sweep.traffic import State, Traffic
from resilience.results import Scenario

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

    def _states(self, lost: Callable[[int], int], scenarios: int) -> list[tuple[State, int]]:
        """What becomes of traffic in which of those scenarios, where any is short."""
        found = []
        for gone, members in by_column(self.movers, lost, scenarios) if scenarios else ():
            state = self.traffic.state(frozenset(name for name, node in self.nodes if node in gone))
            if state.congested:
                found.append((state, members))
        return found

    @cached_property
    def states(self) -> list[tuple[State, int]]:
        """What becomes of traffic in which single scenarios, where any is short."""
        values = self.cascade.values
        return self._states(lambda node: settled(values[node]), self.moved)

    def congested(self, number: int) -> tuple[Congestion, ...]:
        """Circuits that are too narrow in a single scenario."""
        found = (state.congested for state, scenarios in self.states if scenarios >> number & 1)
        return next(found, ())

    @cached_property
    def alone(self) -> Short:
        """Single scenarios."""
        return self._short(self.states, self.scenes.by_kind)

    def beside(self, after: After) -> Short:
        """Scenarios of a block, as far as two together move traffic otherwise than either does alone."""
        if not after.differs.keys() & self.movers:
            return {}
        values = self.cascade.values
        against_other = against_this = 0
        for node in self.movers:
            now = settled(after.look(node))
            against_other |= now ^ settled(after.alone(node))
            against_this |= now ^ after.block.where(settled(values[node]))
        states = self._states(lambda node: settled(after.look(node)), against_other & against_this)
        return self._short(states, after.block.kinds)

    def _short(self, states: Iterable[tuple[State, int]], kinds: Mapping[Scenario, int]) -> Short:
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for state, scenarios in states:
            for service, share in state.shares.items():
                place = self.places[service]
                found[place][1] |= scenarios
                for kind, members in kinds.items():
                    if share < self.least(service, kind):
                        found[place][0] |= scenarios & members
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
