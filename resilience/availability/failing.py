"""When a service fails: below the level that it owes in the widest kind of loss that prevails, for users that
are left; over any values that can be joined, met and turned into their opposite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from resilience.failure_logic.logic import FailureLogic
from resilience.results import Scenario
from resilience.sweep import scenario_of

V = TypeVar("V")

WIDENING: tuple[Scenario, ...] = ("component", "site", "region")


@dataclass(frozen=True)
class Values(Generic[V]):
    """An algebra of truth: whole numbers with a bit for each case, or decision diagrams."""

    never: V
    always: V
    both: Callable[[V, V], V]
    either: Callable[[V, V], V]
    opposite: Callable[[V], V]


def in_bits(ones: int) -> Values[int]:
    """Cases as bits of whole numbers.

    >>> cases = in_bits(0b111)
    >>> bin(cases.opposite(0b010)), bin(cases.both(0b011, 0b110))
    ('0b101', '0b10')
    """
    return Values(0, ones, int.__and__, int.__or__, lambda value: ones & ~value)


@dataclass(frozen=True)
class Level:
    """One level of a service as its users see it; nodes by number."""

    node: int
    views: tuple[tuple[int, int | None], ...]
    """Of each place of its users the node of the view, and the place itself where it can be lost."""

    def nodes(self) -> tuple[int, ...]:
        """Every node that tells."""
        places = (place for _, place in self.views if place is not None)
        return (self.node, *(view for view, _ in self.views), *places)


@dataclass(frozen=True)
class Failing:
    """The failure of one service."""

    service: str
    owed: tuple[Level, ...]
    """In the loss of a component, a site, a region."""

    def fails(
        self, lost: Callable[[int], V], site: Callable[[], V], region: Callable[[], V], values: Values[V]
    ) -> V:
        """When it fails, from when nodes are lost, and when an event of a site's or a region's width
        prevails."""
        component, at_site, in_region = (self._below(level, lost, values) for level in self.owed)
        if self.owed[0] == self.owed[1] == self.owed[2]:
            return component
        wide, narrow = region(), site()
        found = values.both(wide, in_region)
        here = values.opposite(wide)
        found = values.either(found, values.both(values.both(here, narrow), at_site))
        calm = values.both(here, values.opposite(narrow))
        return values.either(found, values.both(calm, component))

    def _below(self, level: Level, lost: Callable[[int], V], values: Values[V]) -> V:
        """As `Sweep.fails`: users that are lost themselves do not count, unless all are."""
        if not level.views:
            return lost(level.node)
        found, nobody = values.never, values.always
        for view, place in level.views:
            gone = values.never if place is None else lost(place)
            found = values.either(found, values.both(lost(view), values.opposite(gone)))
            nobody = values.both(nobody, gone)
        return values.either(found, values.both(lost(level.node), nobody))


@dataclass(frozen=True)
class Failures:
    """The failures of all services of one estate."""

    logic: FailureLogic

    @cached_property
    def calm(self) -> frozenset[int]:
        """Nodes that are lost although nothing failed: they tell nothing."""
        sweep = self.logic.sweep
        return frozenset(sweep.compiled.index[name] for name in sweep.calm)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Of every event the kind of loss that it is."""
        estate = self.logic.graph.estate
        return {name: scenario_of(estate, name, event.category) for name, event in self.logic.events.items()}

    @cached_property
    def services(self) -> tuple[Failing, ...]:
        """Every service by id."""
        return tuple(self._failing(name) for name in sorted(self.logic.graph.estate.services))

    def _failing(self, service: str) -> Failing:
        sweep = self.logic.sweep
        index = sweep.compiled.index
        levels = []
        for scenario in WIDENING:
            node = sweep.owed(service, scenario)
            found = self.logic.graph.estate.services[service]
            places: dict[str, None] = {}
            if self.logic.graph.components.get(service):
                places |= dict.fromkeys(f"sites/{site}" for site in found.users_at)
                places |= dict.fromkeys(f"outside/{place}" for place in found.users_outside)
            views = tuple((index[f"{node}@{place}"], index.get(place)) for place in places)
            levels.append(Level(index[node], views))
        return Failing(service, tuple(levels))

    def below(self, values: list[int], width: Mapping[Scenario, int], ones: int) -> dict[str, int]:
        """Of every service the cases in which it fails, from those in which each node is lost."""
        bits = in_bits(ones)
        return {
            one.service: one.fails(
                lambda node: 0 if node in self.calm else values[node],
                lambda: width["site"],
                lambda: width["region"],
                bits,
            )
            for one in self.services
        }
