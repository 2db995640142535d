"""One estate swept: what every analysis of the failure sweep reads from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.compiled import at_least
from resilience.failure_sweep.cascade import Cascade
from resilience.failure_sweep.courses import Value, over_time, settled
from resilience.failure_sweep.evaluation import Evaluation
from resilience.failure_sweep.levels import Gauge, Losses, Marks, gauges, losses, marks
from resilience.failure_sweep.overloads import Overloads, overloads
from resilience.failure_sweep.results import Trip
from resilience.failure_sweep.scenes import Scenes, scenes, supports
from resilience.failure_sweep.shortness import Shortness
from resilience.failure_sweep.timetable import Timetable, timetable
from resilience.failure_sweep.traffic import Traffic
from resilience.graph import EstateGraph
from resilience.sweep import Sweep, bits
from resilience.whereabouts import by_id

SECONDS_AN_HOUR = 3_600.0


@dataclass(frozen=True)
class Swept:
    """All single scenarios of an estate, over time and with what trips."""

    sweep: Sweep

    @property
    def graph(self) -> EstateGraph:
        return self.sweep.graph

    @cached_property
    def times(self) -> Timetable:
        """The graph in numbers, with its times."""
        return timetable(self.graph)

    @cached_property
    def scenes(self) -> Scenes:
        """What is swept."""
        return scenes(self.sweep, self.times.compiled)

    @cached_property
    def calm(self) -> frozenset[int]:
        """Nodes that are lost although nothing failed."""
        index = self.times.compiled.index
        return frozenset(index[name] for name in self.sweep.calm if name in index)

    @cached_property
    def risks(self) -> Overloads:
        """What could be overloaded."""
        return overloads(self.graph, self.times.compiled.index, self.calm)

    @cached_property
    def cascade(self) -> Cascade:
        """Evaluates scenarios with all that trips in them."""
        return Cascade(Evaluation(self.times, self.calm), self.scenes, self.risks.possible)

    @cached_property
    def traffic(self) -> Traffic:
        """What crosses its circuits."""
        return Traffic(self.sweep)

    @cached_property
    def shortness(self) -> Shortness:
        """Services that a narrow circuit leaves short."""
        return Shortness(self.traffic, self.cascade, self.scenes, self.gauges, self.times.compiled.index)

    @cached_property
    def gauges(self) -> tuple[Gauge, ...]:
        """What each service's level is read from, by service."""
        return gauges(
            self.sweep, self.times.compiled, self.traffic.services if self.traffic.movers else frozenset()
        )

    @property
    def ones(self) -> int:
        """All scenarios."""
        return (1 << len(self.scenes.names)) - 1

    @property
    def events(self) -> int:
        """All scenarios that are events."""
        return (1 << self.scenes.events) - 1

    @cached_property
    def losses(self) -> tuple[Losses, ...]:
        """By gauge when the service is below its level and below full demand."""
        values = self.cascade.values
        return tuple(
            losses(gauge, values.__getitem__, self.scenes.by_kind, self.ones).short(
                *self.shortness.alone.get(place, (0, 0))
            )
            for place, gauge in enumerate(self.gauges)
        )

    @cached_property
    def alone(self) -> tuple[Marks, ...]:
        """By gauge what single scenarios come to."""
        return tuple(marks(found) for found in self.losses)

    @cached_property
    def supports(self) -> tuple[int, ...]:
        """By gauge the scenarios that it rests on: those of all nodes below it, of whatever can trip for
        them, and of all that moves traffic, where that can leave it short."""
        own: dict[int, int] = dict(self.scenes.own)
        below = supports(self.times.compiled, own, frozenset(n for o in self.risks.possible for n in o.bears))
        for overload in self.risks.possible:
            bearing = 0
            for node in overload.bears:
                bearing |= below[node]
            for node in overload.takes:
                own[node] = own.get(node, 0) | bearing
        movers = self.shortness.movers
        wanted = frozenset(node for gauge in self.gauges for node in gauge.nodes) | movers
        found = supports(self.times.compiled, own, wanted)
        moving = _joined(found, movers)
        return tuple(
            _joined(found, gauge.nodes)
            | (moving if movers and self.traffic.services.intersection(gauge.services) else 0)
            for gauge in self.gauges
        )

    @cached_property
    def gone(self) -> Mapping[str, int]:
        """Of each workload the scenarios in which it is lost in the end."""
        return {name: self.lost(f"workloads/{name}") for name, _ in by_id(self.graph.estate.workloads)}

    def lost(self, node: str) -> int:
        """Scenarios in which a node is lost in the end; none where it is lost in calm already."""
        if node in self.sweep.calm:
            return 0
        return settled(self.cascade.values[self.times.compiled.index[node]])

    def carriers(self, service: str, number: int) -> tuple[str, ...]:
        """Workloads that carry the components of which an active one is lost in a scenario."""
        workloads = self.graph.estate.workloads
        found: set[str] = set()
        for names in self.graph.components.get(service, {}).values():
            lost = {name for name in names if self.gone[name] >> number & 1}
            left = [n for n in names if n not in lost and f"workloads/{n}" not in self.sweep.calm]
            active = [name for name in left if workloads[name].role == "active"]
            if any(workloads[name].role == "active" for name in lost):
                found.update(f"workloads/{name}" for name in active or left)
        return tuple(sorted(found))

    @cached_property
    def switched(self) -> Mapping[str, int]:
        """Of power elements the scenarios in which they live on, and closed inputs from running sources
        are too few."""
        found = {}
        for name, element in by_id(self.graph.estate.power):
            closed = [entry.source for entry in element.inputs if entry.normally == "closed"]
            here = f"power/{name}"
            if not element.inputs or len(closed) == len(element.inputs) or here in self.sweep.calm:
                continue
            spare = len(closed) - element.needs
            lost = [self.lost(f"power/{source}") for source in closed]
            starved = at_least(spare + 1, lost, self.ones) if spare >= 0 else self.ones
            lives = starved & ~self.lost(here)
            if lives:
                found[here] = lives
        return found

    @cached_property
    def trips(self) -> Mapping[int, tuple[Trip, ...]]:
        """By scenario what trips in it."""
        found: dict[int, list[Trip]] = {}
        waves = self.cascade.waves
        for wave in range(1, len(waves)):
            before = waves[wave - 1]
            for place, overload in enumerate(self.risks.possible):
                for number in bits(waves[wave].tripped[place] & ~before.tripped[place]):

                    def lost(node: int, at: int = number, values: list[Value] = before.values) -> bool:
                        return bool(settled(values[node]) >> at & 1)

                    trip = Trip(overload.element, overload.load(lost), overload.capacity(lost), wave)
                    found.setdefault(number, []).append(trip)
        return {
            number: tuple(sorted(trips, key=lambda trip: (trip.wave, trip.element)))
            for number, trips in found.items()
        }

    @cached_property
    def with_fuel(self) -> tuple[Losses, ...] | None:
        """By gauge the same as `losses`, with generators that stop once their tanks are empty; None where no
        tank is declared, or where fuel is burnt in calm too."""
        seeds: dict[int, Value] = {}
        dry: dict[int, Value] = {}
        own = self.cascade.waves[-1].own
        for name, element in by_id(self.graph.estate.power):
            if element.fuel is not None and element.fuel.tank is not None and element.fuel.burn:
                node = self.times.compiled.index[f"power/{name}"]
                lasts = element.fuel.tank / element.fuel.burn * SECONDS_AN_HOUR
                already = own.get(node, 0)
                stops: Value = ((0.0, 0), (lasts, self.ones)) if lasts > 0 else self.ones
                seeds[node] = over_time([stops, already], lambda now: now[0] | now[1])
                dry[node] = 1
        if not seeds:
            return None
        calm = self.cascade.evaluation.values(dry, 1)
        if any(settled(losses(gauge, calm.__getitem__, {}, 1).reduced) for gauge in self.gauges):
            return None
        values = self.cascade.values
        differs = self.cascade.evaluation.overlay(
            values.__getitem__, seeds, lambda node: own.get(node, 0), self.ones
        )

        def look(node: int) -> Value:
            return differs.get(node, values[node])

        return tuple(losses(gauge, look, self.scenes.by_kind, self.ones) for gauge in self.gauges)


def _joined(found: Mapping[int, int], nodes: frozenset[int]) -> int:
    value = 0
    for node in nodes:
        value |= found[node]
    return value
