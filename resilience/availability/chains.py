"""Why each cut set takes its service down: a chain of needs for every one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from resilience.availability.failing import WIDENING, Failures, Level
from resilience.availability.pairs import by_event, swept
from resilience.compiled import Compiled, at_least
from resilience.results import Chain
from resilience.sweep import bits

_AT_ONCE: Final = 2_000
"""Cut sets looked at together: 250 bytes a node."""

Way = tuple[int, ...]
"""Nodes from a view of a service over the last straws to an event."""


def chains_of(
    failures: Failures, listed: Mapping[str, Sequence[tuple[str, ...]]]
) -> dict[str, dict[tuple[str, ...], Chain]]:
    """Of each service the chain of each of its cut sets, from the service to one of the events."""
    found: dict[str, dict[tuple[str, ...], Chain]] = {service: {} for service in listed}
    sweep = failures.logic.sweep
    compiled = sweep.compiled
    lost_needs = compiled.lost_needs(failures.calm)
    chains: dict[Way, Chain] = {}
    ordered = iter(sorted({events for held in listed.values() for events in held}))
    while sets := list(islice(ordered, _AT_ONCE)):
        number = {events: place for place, events in enumerate(sets)}
        holding = by_event(sets)
        lost, _ = swept(failures, holding, frozenset(), len(sets))
        falling = Falling(compiled, lost, {compiled.index[name]: held for name, held in holding.items()})
        falling.fall(lost_needs)
        levels = _widest(failures, sets)
        for one in failures.services:
            asked = sum(1 << number[events] for events in listed[one.service] if events in number)
            for level, wide in zip(one.owed, levels, strict=True):
                for view, cases in _failing_views(failures, level, lost, asked & wide):
                    for way, alike in falling.ways(view, cases):
                        if way not in chains:
                            chains[way] = sweep.chain([compiled.names[step] for step in way])
                        for place in bits(alike):
                            found[one.service][sets[place]] = chains[way]
    return found


@dataclass
class Falling:
    """`Compiled.last_straws` of many cases at once, a bit for each: what falls in which round."""

    compiled: Compiled
    lost: Sequence[int]
    starts: Mapping[int, int]
    """Nodes that fail by themselves, and the cases in which they do."""
    down: dict[int, int] = field(default_factory=dict)
    """Of every node the cases in which it has fallen."""
    rounds: dict[int, dict[int, int]] = field(default_factory=dict)
    """The same by the round in which it fell, the starts in round 0."""
    sunk: set[int] = field(default_factory=set)
    """Rounds in which rings fell that live on flow alone: as a whole, no member of them is the first."""
    lost_needs: Sequence[int] = ()

    def fall(self, lost_needs: Sequence[int]) -> None:
        """Round by round, until nothing falls any more."""
        self.lost_needs = lost_needs
        fallen = {node: held for node, held in sorted(self.starts.items()) if held}
        turn = 0
        while fallen:
            for node, held in fallen.items():
                self.down[node] = self.down.get(node, 0) | held
                self.rounds.setdefault(node, {})[turn] = held
            touched = {parent for node in fallen for parent, _ in self.compiled.parents[node]}
            fallen = {node: held for node in sorted(touched) if (held := self._falls(node))}
            turn += 1
            if not fallen:
                touched = {parent for node in self.down for parent, _ in self.compiled.parents[node]}
                fallen = {node: held for node in sorted(touched) if (held := self._touched(node))}
                self.sunk.add(turn)

    def _needed(self, node: int) -> int:
        """How many of its needs must fall."""
        return max(1, self.compiled.threshold[node] - self.lost_needs[node])

    def _falls(self, node: int) -> int:
        """Cases in which it falls next."""
        open_ones = self.lost[node] & ~self.down.get(node, 0)
        if not open_ones:
            return 0
        down = self.down
        children, needed = self.compiled.children[node], self._needed(node)
        if needed == 1:
            return self._touched(node)
        values = [down.get(child, 0) for child, times in children for _ in range(times)]
        return at_least(needed, values, open_ones)

    def _touched(self, node: int) -> int:
        """Cases in which it has not fallen yet, but is lost, and one of its needs has."""
        either = 0
        for child, _ in self.compiled.children[node]:
            either |= self.down.get(child, 0)
        return either & self.lost[node] & ~self.down.get(node, 0)

    def ways(self, view: int, cases: int) -> Iterator[tuple[Way, int]]:
        """The ways from a view, each with the cases that take it; cases in which none takes it down are
        left out."""
        stack: list[tuple[Way, int]] = [((view,), cases)]
        while stack:
            way, held = stack.pop()
            for turn, fallen in self.rounds.get(way[-1], {}).items():
                here = fallen & held
                if here and not turn:
                    yield way, here
                elif here:
                    stack += [((*way, child), part) for child, part in self._straws(way[-1], turn, here)]

    def _straws(self, node: int, turn: int, cases: int) -> Iterator[tuple[int, int]]:
        """The needs whose fall was the last straw for what fell in that round, and in which cases."""
        edges, needed = self.compiled.children[node], self._needed(node)
        if turn in self.sunk:
            for when in range(turn):
                for child, _ in edges:
                    if here := self.rounds.get(child, {}).get(when, 0) & cases:
                        yield child, here
                        cases &= ~here
            return
        last = [(child, times, self.rounds.get(child, {}).get(turn - 1, 0)) for child, times in edges]
        if needed == 1:
            for child, _, fallen in last:
                if here := fallen & cases:
                    yield child, here
                    cases &= ~here
            return
        before = [(fallen, times) for child, times in edges if (fallen := self._before(child, turn - 1))]
        found: dict[int, int] = {}
        for case in bits(cases):
            mask = 1 << case
            count = sum(times for fallen, times in before if fallen & mask)
            for child, times, fallen in last:
                count += times if fallen & mask else 0
                if count >= needed and fallen & mask:
                    found[child] = found.get(child, 0) | mask
                    break
        yield from found.items()

    def _before(self, node: int, turn: int) -> int:
        """Cases in which it fell before that round."""
        return sum(held for when, held in self.rounds.get(node, {}).items() if when < turn)


def _widest(failures: Failures, sets: Iterable[tuple[str, ...]]) -> list[int]:
    """Of each kind of loss, in the order of `WIDENING`, the sets whose widest event is of that kind."""
    found = [0] * len(WIDENING)
    for number, events in enumerate(sets):
        found[max(WIDENING.index(failures.scenarios[event]) for event in events)] |= 1 << number
    return found


def _failing_views(
    failures: Failures, level: Level, lost: Sequence[int], cases: int
) -> Iterator[tuple[int, int]]:
    """Of each case the first view of users who are left that fails, the service itself where there is none;
    cases of one view together."""
    for view, place in level.views:
        gone = 0 if place is None or place in failures.calm else lost[place]
        failing = 0 if view in failures.calm else lost[view] & ~gone & cases
        if failing:
            yield view, failing
            cases &= ~failing
    if cases:
        yield level.node, cases
