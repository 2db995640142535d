"""A decision diagram engine in Python alone: for small diagrams, and where the compiled library is absent."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

TRUE: Final = 1
"""An edge is a node's number, negative where its opposite is meant: -1 is false."""

Exported = tuple[list[int], list[int], list[int], list[int], int]
"""A diagram: which variable each level asks; level, low and high of every node, 0 and 1 being false and true
and lower nodes standing before higher ones; the root."""


class TooLarge(Exception):
    """A diagram grew beyond its limit of nodes."""


@contextmanager
def deep_enough(levels: int) -> Iterator[None]:
    """Let a recursion go as deep as a diagram has levels."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 4 * levels + 1_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class PlainEngine:
    """A reduced ordered diagram with opposite edges; a node's high edge is never one.

    Brace, Rudell, Bryant: "Efficient implementation of a BDD package", DAC 1990.

    >>> engine = PlainEngine(2, most=100)
    >>> both = engine.conjunction([engine.variable(0), engine.variable(1)])
    >>> engine.conjunction([both, -engine.variable(1)]) == -TRUE
    True
    """

    def __init__(self, levels: int, most: int) -> None:
        self._level: list[int] = [levels, levels]
        self._low: list[int] = [0, 0]
        self._high: list[int] = [0, 0]
        self._nodes: dict[tuple[int, int, int], int] = {}
        self._made: dict[tuple[int, int], int] = {}
        self._levels = levels
        self._most = most

    def variable(self, level: int) -> int:
        """The function that is true where the variable of that level is."""
        return self._node(level, -TRUE, TRUE)

    def negation(self, function: int) -> int:
        """The opposite, for nothing."""
        return -function

    def conjunction(self, functions: Sequence[int]) -> int:
        """All of them; those that begin lowest are joined first. TooLarge beyond the limit."""
        with deep_enough(self._levels):
            found = TRUE
            for one in sorted(functions, key=lambda edge: -self._level[abs(edge)]):
                found = self._and(one, found)
            return found

    def choice(self, test: int, high: int, low: int) -> int:
        """`high` where the test is true, else `low`."""
        with deep_enough(self._levels):
            return -self._and(-self._and(test, high), -self._and(-test, low))

    def size(self) -> int:
        """Nodes made so far."""
        return len(self._nodes)

    def export(self, function: int) -> Exported:
        """The diagram below a function, in plain arrays; opposites become nodes of their own."""
        level, low, high = [self._levels, self._levels], [0, 1], [0, 1]
        number = {-TRUE: 0, TRUE: 1}
        stack = [function]
        while stack:
            edge = stack[-1]
            if edge in number:
                stack.pop()
                continue
            node = abs(edge)
            sign = 1 if edge > 0 else -1
            ends = sign * self._low[node], sign * self._high[node]
            missing = [one for one in ends if one not in number]
            if missing:
                stack += missing
                continue
            stack.pop()
            number[edge] = len(level)
            level.append(self._level[node])
            low.append(number[ends[0]])
            high.append(number[ends[1]])
        return list(range(self._levels)), level, low, high, number[function]

    def _node(self, level: int, low: int, high: int) -> int:
        if low == high:
            return low
        if high < 0:
            return -self._node(level, -low, -high)
        key = (level, low, high)
        found = self._nodes.get(key)
        if found is None:
            if len(self._nodes) >= self._most:
                raise TooLarge
            found = self._nodes[key] = len(self._level)
            self._level.append(level)
            self._low.append(low)
            self._high.append(high)
        return found

    def _and(self, left: int, right: int) -> int:
        if left == right or right == TRUE:
            return left
        if left == TRUE:
            return right
        if left in (-TRUE, -right) or right == -TRUE:
            return -TRUE
        key = (left, right) if left < right else (right, left)
        found = self._made.get(key)
        if found is not None:
            return found
        one, other = abs(left), abs(right)
        level = min(self._level[one], self._level[other])
        if self._level[one] == level:
            low, high = (self._low[one], self._high[one]) if left > 0 else (-self._low[one], -self._high[one])
        else:
            low = high = left
        if self._level[other] == level:
            if right > 0:
                low_, high_ = self._low[other], self._high[other]
            else:
                low_, high_ = -self._low[other], -self._high[other]
        else:
            low_ = high_ = right
        found = self._node(level, self._and(low, low_), self._and(high, high_))
        self._made[key] = found
        return found
