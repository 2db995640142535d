"""Where decision diagrams are made: CUDD where it is installed, else in Python alone; limits are in nodes."""

import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Protocol

from resilience.fault_tree.plain import Exported, PlainEngine, TooLarge

_START_BYTES: Final = 32 * 2**20
_BYTES_A_NODE: Final = 64
"""Of CUDD's memory, for each node that it may make: the node, its place in the tables, the cache."""
_CACHE_ENTRIES: Final = 2**12
_GROWS_UNDER: Final = 1.1
"""How much larger a diagram may become while one variable is moved."""


class Engine(Protocol):
    """What makes diagrams: functions over variables by level. TooLarge beyond the limit of nodes."""

    def variable(self, level: int) -> Any:
        """The function that is true where the variable of that level is."""

    def negation(self, function: Any) -> Any:
        """The opposite."""

    def conjunction(self, functions: Sequence[Any]) -> Any:
        """All of them."""

    def choice(self, test: Any, high: Any, low: Any) -> Any:
        """`high` where the test is true, else `low`."""

    def export(self, function: Any) -> Exported:
        """The diagram below a function, in plain arrays."""


class CuddEngine:
    """CUDD (F. Somenzi: Colorado University Decision Diagram package), by `dd`."""

    def __init__(self, levels: int, most: int, *, reorders: bool = False) -> None:
        self._manager = _cudd().BDD(memory_estimate=2**30, initial_cache_size=_CACHE_ENTRIES)
        self._manager.configure(
            reordering=reorders, max_memory=_START_BYTES + _BYTES_A_NODE * most, max_growth=_GROWS_UNDER
        )
        self._most = most
        names = [str(level) for level in range(levels)]
        self._manager.declare(*names)
        self._variables = [self._manager.var(name) for name in names]

    def variable(self, level: int) -> Any:
        """The function that is true where the variable of that level is."""
        return self._variables[level]

    def negation(self, function: Any) -> Any:
        """The opposite."""
        return ~function

    def conjunction(self, functions: Sequence[Any]) -> Any:
        """All of them; those that begin lowest are joined first."""
        found = self._manager.true
        try:
            for one in sorted(functions, key=lambda function: -int(function.level)):
                found = one & found
        except (ValueError, MemoryError):
            raise TooLarge from None
        return found

    def choice(self, test: Any, high: Any, low: Any) -> Any:
        """`high` where the test is true, else `low`."""
        try:
            return self._manager.ite(test, high, low)
        except (ValueError, MemoryError):
            raise TooLarge from None

    def export(self, function: Any) -> Exported:
        """The diagram below a function, in plain arrays; its levels as they are after reordering."""
        manager = self._manager
        levels = len(self._variables)
        if function in (manager.true, manager.false):
            return [], [levels, levels], [0, 1], [0, 1], int(function == manager.true)
        if function.dag_size > self._most:
            raise TooLarge
        variable = [int(manager.var_at_level(place)) for place in range(levels)]
        level, low, high = [levels, levels], [0, 1], [0, 1]
        number = {int(manager.false): 0, int(manager.true): 1}
        stack = [function]
        while stack:
            here = stack[-1]
            name = int(here)
            if name in number:
                stack.pop()
                continue
            place, down, up = manager.succ(here)
            if here.negated:
                down, up = ~down, ~up
            missing = [end for end in (down, up) if int(end) not in number]
            if missing:
                stack += missing
                continue
            stack.pop()
            number[name] = len(level)
            level.append(place)
            low.append(number[int(down)])
            high.append(number[int(up)])
        return variable, level, low, high, number[int(function)]


@cache
def has_cudd() -> bool:
    """Whether the installed `dd` was built with CUDD; its wheel for every platform is not."""
    try:
        _cudd()
    except ImportError:
        return False
    return True


def engine(levels: int, most: int, *, reorders: bool = False, fast: bool = True) -> Engine:
    """An engine for so many variables and at most so many nodes: CUDD where wanted and there."""
    if fast and has_cudd():
        return CuddEngine(levels, most, reorders=reorders)
    return PlainEngine(levels, most)


def _cudd() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("dd.cudd")
