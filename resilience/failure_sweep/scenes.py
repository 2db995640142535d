"""The scenarios that are swept, each with its number: single events, and elements out and fed around."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from resilience.compiled import Compiled
from resilience.failure_sweep.levels import SCENARIOS
from resilience.failure_sweep.timetable import OUT
from resilience.results import Scenario
from resilience.sweep import Sweep, bits, scenario_of

WORTH_ORDERING = 10**12
"""Above so many ways upwards nodes are alike: all of them have nearly everything above them."""

MAINTAINED = ("power", "cooling", "devices", "cables", "circuits")
"""Collections whose elements are taken out to be maintained."""


@dataclass(frozen=True)
class Scenes:
    """Scenarios by number. Events with most above them come first: whoever goes through pairs needs, for
    each event, only those with a lower number."""

    names: tuple[str, ...]
    """Of events, then of elements out (`power/…#out`)."""
    nodes: tuple[int, ...]
    """The node that is lost in each."""
    events: int
    """How many are events."""
    kinds: tuple[Scenario, ...]
    """Kind of loss whose objective counts in each."""
    known: dict[int, tuple[str, ...]] = field(default_factory=dict, compare=False)
    """Names of sets of scenarios that have been asked for."""

    @cached_property
    def numbers(self) -> dict[str, int]:
        """By name."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def own(self) -> dict[int, int]:
        """By node the scenario in which it is lost by itself."""
        return {node: 1 << number for number, node in enumerate(self.nodes)}

    @cached_property
    def by_kind(self) -> dict[Scenario, int]:
        """Scenarios of each kind."""
        found = dict.fromkeys(SCENARIOS, 0)
        for number, kind in enumerate(self.kinds):
            found[kind] |= 1 << number
        return found

    def named(self, scenarios: int) -> tuple[str, ...]:
        """Scenarios by name, in order; the same names are held once."""
        found = self.known.get(scenarios)
        if found is None:
            found = tuple(sorted(self.names[number] for number in bits(scenarios)))
            self.known[scenarios] = found
        return found

    def beside(self, number: int) -> int:
        """Scenarios to look at together with that one: events with a lower number, and with an element out
        all events but its own."""
        if number < self.events:
            return (1 << number) - 1
        own = self.numbers.get(self.names[number].removesuffix(OUT))
        return ((1 << self.events) - 1) & ~(0 if own is None else 1 << own)


def scenes(sweep: Sweep, compiled: Compiled) -> Scenes:
    """Every event that can happen by itself, and every power element that can be fed around."""
    above = _above(compiled)
    events = sorted(sweep.events, key=lambda name: (-above[compiled.index[name]], name))
    outs = [name for name in compiled.names if name.startswith("power/") and name.endswith(OUT)]
    names = (*events, *outs)
    kinds: list[Scenario] = [scenario_of(sweep.graph.estate, name, sweep.categories[name]) for name in events]
    kinds += ["component" for _ in outs]
    return Scenes(
        names,
        tuple(compiled.index[name] for name in names),
        len(events),
        tuple(kinds),
    )


def _above(compiled: Compiled) -> list[int]:
    """Of each node how many ways lead up from it: as good as how many nodes lie above it, to order by."""
    found = [0] * len(compiled.names)
    for ring in reversed(compiled.order):
        inside = frozenset(ring)
        ways = len(ring)
        for node in ring:
            ways += sum(found[parent] for parent, _ in compiled.parents[node] if parent not in inside)
        for node in ring:
            found[node] = min(ways, WORTH_ORDERING)
    return found


def supports(compiled: Compiled, own: Mapping[int, int], wanted: frozenset[int]) -> dict[int, int]:
    """Of each wanted node the scenarios that it rests on: those in which anything below it is lost by
    itself. Numbers that nobody needs any more are let go."""
    found: dict[int, int] = {}
    kept: dict[int, int] = {}
    left = [len(parents) for parents in compiled.parents]
    for ring in compiled.order:
        gathered = 0
        for node in ring:
            gathered |= own.get(node, 0)
            for child, _ in compiled.children[node]:
                gathered |= found.get(child, 0)
        for node in ring:
            found[node] = gathered
            if node in wanted:
                kept[node] = gathered
        for node in ring:
            for child, _ in compiled.children[node]:
                left[child] -= 1
                if not left[child]:
                    found.pop(child, None)
            if not compiled.parents[node]:
                found.pop(node, None)
    return kept
