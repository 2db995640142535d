"""Several scenarios at once, each beside all that are looked at together with it: a row of bits for each.

Scenarios next to one another touch much the same nodes, and a gate takes hardly longer for a few thousand
bits than for a few hundred. So the graph is walked once a block, not once an event.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from resilience.failure_sweep.courses import Value, joined
from resilience.failure_sweep.levels import SCENARIOS
from resilience.failure_sweep.scenes import Scenes
from resilience.results import Scenario
from resilience.sweep import bits

BITS = 1 << 16
"""A block has about so many bits: enough that the walk itself costs little, few enough that numbers stay in
the processor's cache."""

LEAST_ROWS = 10
"""A block has so many scenarios even where that makes more bits: rows of tens of thousands of bits, too, cost
far less beside one another than alone."""

MOST_ROWS = 64
"""Scenarios in one block at most, so that the first ones, which touch most, are shared among processes."""


@dataclass(frozen=True)
class Block:
    """Scenarios that follow one another, all of them events or all of them elements out."""

    scenes: Scenes
    numbers: range

    @cached_property
    def beside(self) -> tuple[int, ...]:
        """For each of them the scenarios to look at together with it."""
        return tuple(self.scenes.beside(number) for number in self.numbers)

    @cached_property
    def width(self) -> int:
        """Bits of a row."""
        return max(1, *(scenarios.bit_length() for scenarios in self.beside))

    @cached_property
    def ones(self) -> int:
        """All that is looked at, in all rows."""
        found = 0
        for place, scenarios in enumerate(self.beside):
            found |= scenarios << place * self.width
        return found

    @cached_property
    def kinds(self) -> Mapping[Scenario, int]:
        """What is looked at by the widest kind of both scenarios."""
        found = dict.fromkeys(SCENARIOS, 0)
        for kind, own in self.scenes.by_kind.items():
            rows = self.where(own)
            if rows:
                for other, scenarios in self.scenes.by_kind.items():
                    widest = SCENARIOS[max(SCENARIOS.index(kind), SCENARIOS.index(other))]
                    found[widest] |= rows & self._repeated(scenarios)
        return found

    def row(self, number: int) -> int:
        """All that is looked at together with one of them."""
        place = number - self.numbers.start
        return self.beside[place] << place * self.width

    def rows(self, value: int) -> Iterator[tuple[int, int]]:
        """Each of them with what is set in its row, those without anything left out.

        >>> from resilience.failure_sweep.scenes import Scenes
        >>> block = Block(Scenes(tuple("abcd"), (0, 1, 2, 3), 4, ("component",) * 4), range(2, 4))
        >>> bin(block.ones), list(block.rows(0b100010))
        ('0b111011', [(2, 2), (3, 4)])
        """
        mask = (1 << self.width) - 1
        for number in self.numbers:
            if not value:
                return
            found = value & mask
            if found:
                yield number, found
            value >>= self.width

    @overload
    def repeated(self, value: int) -> int: ...
    @overload
    def repeated(self, value: Value) -> Value: ...
    def repeated(self, value: Value) -> Value:
        """What holds in single scenarios, in every row, as far as it is looked at there."""
        if isinstance(value, int):
            return self._repeated(value)
        return joined((moment, self._repeated(scenarios)) for moment, scenarios in value)

    def where(self, scenarios: int) -> int:
        """The whole rows of those of its own scenarios that are among these."""
        own = scenarios >> self.numbers.start & ((1 << len(self.numbers)) - 1)
        if not own:
            return 0
        if own.bit_count() == len(self.numbers):
            return self.ones
        found = 0
        for place in bits(own):
            found |= self.beside[place] << place * self.width
        return found

    def _repeated(self, scenarios: int) -> int:
        scenarios &= (1 << self.width) - 1
        if not scenarios:
            return 0
        found, rows, left = scenarios, 1, len(self.numbers)
        while rows * 2 <= left:
            found |= found << rows * self.width
            rows *= 2
        if rows < left:
            found |= found << (left - rows) * self.width
        return found & self.ones


def blocks(scenes: Scenes) -> tuple[Block, ...]:
    """All scenarios that are looked at together with others, in blocks."""
    found: list[Block] = []
    for first, last in ((1, scenes.events), (scenes.events, len(scenes.names))):
        start = first
        while start < last:
            width = min(last, start + MOST_ROWS) if last == scenes.events else scenes.events
            rows = min(MOST_ROWS, max(LEAST_ROWS, BITS // max(1, width)), last - start)
            found.append(Block(scenes, range(start, start + rows)))
            start += rows
    return tuple(found)


def by_column(
    nodes: Iterable[int], lost: Callable[[int], int], scenarios: int
) -> Iterator[tuple[frozenset[int], int]]:
    """Those scenarios, parted by which of the nodes are lost in them.

    >>> values = {7: 0b0110, 8: 0b0010}
    >>> [(sorted(gone), bin(found)) for gone, found in by_column((7, 8), values.__getitem__, 0b1110)]
    [([], '0b1000'), ([7], '0b100'), ([7, 8], '0b10')]
    """
    everywhere: list[int] = []
    columns: dict[int, list[int]] = defaultdict(list)
    reached = 0
    for node in sorted(nodes):
        value = lost(node) & scenarios
        if value == scenarios:
            everywhere.append(node)
        elif value:
            reached |= value
            for place in bits(value):
                columns[place].append(node)
    grouped: dict[tuple[int, ...], int] = defaultdict(int)
    rest = scenarios & ~reached
    for place, gone in columns.items():
        grouped[tuple(gone)] |= 1 << place
    if rest:
        grouped[()] = rest
    for some, found in sorted(grouped.items()):
        yield frozenset((*everywhere, *some)), found
