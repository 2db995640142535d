"""A decision diagram engine in Python alone, with a limit of nodes and no other: the same everywhere."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

TRUE: Final = 1
"""An edge is a node's number, negative where its opposite is meant: -1 is false."""

Exported = tuple[list[int], list[int], list[int], int]
"""A diagram: level, low and high of every node, 0 and 1 being false and true and lower nodes standing before
higher ones; the root."""

_BITS: Final = 28
"""Of a node's number in the key of a table; a limit of nodes lies far below."""


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


class Engine:
    """A reduced ordered diagram with opposite edges; a node's high edge is never one.

    Bryant: "Graph-based algorithms for Boolean function manipulation", IEEE Trans. Computers C-35, 1986;
    Brace, Rudell, Bryant: "Efficient implementation of a BDD package", DAC 1990. TooLarge once it has made
    `most` nodes.

    >>> engine = Engine(2, most=100)
    >>> both = engine.conjunction([engine.variable(0), engine.variable(1)])
    >>> engine.conjunction([both, -engine.variable(1)]) == -TRUE
    True
    """

    def __init__(self, levels: int, most: int) -> None:
        self._level: list[int] = [levels, levels]
        self._low: list[int] = [0, 0]
        self._high: list[int] = [0, 0]
        self._levels = levels
        self._tables: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._node, self._and = self._operations(min(most, 2 ** (_BITS - 2)))

    def __del__(self) -> None:
        # The operations refer to themselves, so that nobody would free their tables for a while.
        for table in (*self._tables, self._level, self._low, self._high):
            table.clear()

    def variable(self, level: int) -> int:
        """The function that is true where the variable of that level is."""
        return self._node(level, -TRUE, TRUE)

    def conjunction(self, functions: Sequence[int]) -> int:
        """All of them; those that begin lowest are joined first."""
        with deep_enough(self._levels):
            found = TRUE
            for one in sorted(functions, key=lambda edge: -self._level[abs(edge)]):
                found = self._and(one, found)
            return found

    def choice(self, test: int, high: int, low: int) -> int:
        """`high` where the test is true, else `low`."""
        with deep_enough(self._levels):
            return -self._and(-self._and(test, high), -self._and(-test, low))

    def export(self, function: int) -> Exported:
        """The diagram below a function, in plain arrays; opposites become nodes of their own."""
        level, low, high, roots = self.export_all((function,))
        return level, low, high, roots[0]

    def export_all(self, functions: Sequence[int]) -> tuple[list[int], list[int], list[int], list[int]]:
        """The diagrams of several functions in the same arrays, and the root of each."""
        level, low, high = [self._levels, self._levels], [0, 1], [0, 1]
        number = {-TRUE: 0, TRUE: 1}
        stack = list(reversed(functions))
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
        return level, low, high, [number[one] for one in functions]

    def _operations(self, most: int) -> tuple[Callable[[int, int, int], int], Callable[[int, int], int]]:
        """Making a node, and the conjunction of two functions; tables at hand make them a third faster."""
        levels, lows, highs = self._level, self._low, self._high
        nodes, made = self._tables

        def node(level: int, low: int, high: int) -> int:
            if low == high:
                return low
            if high < 0:
                return -node(level, -low, -high)
            key = (((level << _BITS) + low) << _BITS) + high
            found = nodes.get(key)
            if found is None:
                found = len(levels)
                if found > most:
                    raise TooLarge
                nodes[key] = found
                levels.append(level)
                lows.append(low)
                highs.append(high)
            return found

        def conjoin(left: int, right: int) -> int:
            if left == right or right == TRUE:
                return left
            if left == TRUE:
                return right
            if left == -TRUE or right == -TRUE or left == -right:
                return -TRUE
            if left > right:
                left, right = right, left
            key = (left << _BITS) + right
            found = made.get(key)
            if found is not None:
                return found
            one, other = abs(left), abs(right)
            level, beside = levels[one], levels[other]
            low, high, low_, high_ = left, left, right, right
            if level <= beside:
                low, high = (lows[one], highs[one]) if left > 0 else (-lows[one], -highs[one])
            if beside <= level:
                low_, high_ = (lows[other], highs[other]) if right > 0 else (-lows[other], -highs[other])
                level = beside
            found = made[key] = node(level, conjoin(low, low_), conjoin(high, high_))
            return found

        return node, conjoin
