"""Minimal cut sets of a diagram as a diagram of sets, zero-suppressed: one node stands for many sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resilience.fault_tree.diagram import Diagram
from resilience.fault_tree.engine import TooLarge, deep_enough

_BITS: Final = 32
"""Of a node's number in the key of a table."""
NONE, EMPTY = 0, 1
"""No set at all, and the one empty set."""


@dataclass(frozen=True)
class SetDiagram:
    """Sets of variables (Minato: "Zero-suppressed BDDs for set manipulation in combinatorial problems", DAC
    1993): `high` leads to those with the variable, `low` to those without; lower nodes stand first."""

    variables: tuple[str, ...]
    level: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    root: int

    def __len__(self) -> int:
        return len(self.level) - 2

    def counts(self, weights: Sequence[int]) -> list[int]:
        """How many sets there are below every node, where each variable stands for so many."""
        found = [0, 1]
        for place in range(2, len(self.level)):
            found.append(found[self.low[place]] + weights[self.level[place]] * found[self.high[place]])
        return found


def minimal_sets(diagram: Diagram, most: int) -> SetDiagram:
    """The minimal sets of variables that make the function true while all others are false.

    TooLarge where more than `most` steps would be needed. The method is that of Rauzy ("New algorithms for
    fault trees analysis", 1993): the sets of the high end, without those that hold one of the low end. It is
    right for functions that are not monotone too, by the definition above (Rauzy: "Mathematical foundations
    of minimal cutsets", IEEE Trans. Reliability 50, 2001).

    >>> either = Diagram(("a", "b", "c"), (3, 3, 2, 1, 0), (0, 1, 0, 0, 3), (0, 1, 1, 2, 1), 4)
    >>> found = minimal_sets(either, 100)
    >>> found.counts([1, 1, 1])[found.root], found.counts([10, 1, 1])[found.root]
    (2, 11)
    """
    work = _Work(len(diagram.variables), most)
    with deep_enough(len(diagram.variables)):
        minimal = [NONE, EMPTY]
        for place in range(2, len(diagram.level)):
            low = minimal[diagram.low[place]]
            high = work.without(minimal[diagram.high[place]], low)
            minimal.append(work.node(diagram.level[place], low, high))
    return work.kept(diagram.variables, minimal[diagram.root])


class _Work:
    """The tables while minimal sets are made."""

    def __init__(self, levels: int, most: int) -> None:
        self.level = [levels, levels]
        self.low = [NONE, NONE]
        self.high = [NONE, NONE]
        self.nodes: dict[int, int] = {}
        self.made: dict[int, int] = {}
        self.most = most

    def node(self, level: int, low: int, high: int) -> int:
        if high == NONE:
            return low
        key = (((level << _BITS) + low) << _BITS) + high
        found = self.nodes.get(key)
        if found is None:
            found = self.nodes[key] = len(self.level)
            self.level.append(level)
            self.low.append(low)
            self.high.append(high)
        return found

    def without(self, sets: int, smaller: int) -> int:
        """Those of `sets` that hold none of `smaller`."""
        if smaller == NONE or sets == NONE:
            return sets
        if smaller == EMPTY or sets == smaller:
            return NONE
        level, other = self.level[sets], self.level[smaller]
        if level > other:
            # No set here has the variable, so only the smaller ones without it can be held.
            low = self.low[smaller]
            while self.level[low] < level:
                low = self.low[low]
            return self.without(sets, low)
        key = (sets << _BITS) + smaller
        found = self.made.get(key)
        if found is not None:
            return found
        if len(self.made) >= self.most:
            raise TooLarge
        if level < other:
            low = self.without(self.low[sets], smaller)
            high = self.without(self.high[sets], smaller)
        else:
            below = self.low[smaller]
            low = self.without(self.low[sets], below)
            high = self.without(self.without(self.high[sets], self.high[smaller]), below)
        found = self.made[key] = self.node(level, low, high)
        return found

    def kept(self, variables: tuple[str, ...], root: int) -> SetDiagram:
        """What the root needs, numbered anew."""
        needed = {NONE, EMPTY, root}
        for place in range(root, 1, -1):
            if place in needed:
                needed.update((self.low[place], self.high[place]))
        order = sorted(needed)
        number = {place: new for new, place in enumerate(order)}
        return SetDiagram(
            variables,
            tuple(self.level[place] for place in order),
            tuple(number[self.low[place]] for place in order),
            tuple(number[self.high[place]] for place in order),
            number[root],
        )
