"""Bounds of a formula that is too hard for a diagram: its likely cut sets, and the rest together at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from resilience.fault_tree.engine import TRUE, Engine, TooLarge, deep_enough
from resilience.fault_tree.formulas import ALWAYS, Formula, Kind, Literal
from resilience.fault_tree.network import Network, prepare

MOST_NODES: Final = 400_000
"""Of sets, made with one cut-off."""
_FIRST_CUT_OFF: Final = 1e-2
_STEP: Final = 0.1
_LAST_CUT_OFF: Final = 1e-16
_CLOSE: Final = 1e-7
"""Of the figure: bounds as near as this are near enough."""


@dataclass(frozen=True)
class Bounds:
    """What is certain of a coherent formula's failure."""

    at_least: float
    at_most: float
    cut_off: float
    """Minimal cut sets of at least this probability were all found."""
    minimal_cut_sets: int
    """How many those are; there are as many or more in all."""


def bounds(top: Formula, chances: Mapping[str, float], most: int = MOST_NODES) -> Bounds | None:
    """Bounds that hold whatever was left out; None where negations make the formula not coherent, as written.

    Cut sets are gathered from the events up, and those that are less probable than a cut-off are dropped
    where they come up. Whatever was dropped at one gate happens with at most the sum of its probabilities, so
    the failure is at most as probable as what was kept and all that was ever dropped, and at least as what
    was kept. The cut-off is lowered tenfold while that takes no more than `most` nodes.

    >>> from resilience.fault_tree.formulas import Formulas
    >>> place = Formulas()
    >>> a, b, c = (place.event(name) for name in "abc")
    >>> found = bounds(place.any_of([a & b, c]), {"a": 0.1, "b": 0.1, "c": 0.05})
    >>> round(found.at_least, 6), round(found.at_most, 6), found.minimal_cut_sets
    (0.0595, 0.0595, 2)
    """
    network = prepare(top)
    best: Bounds | None = None
    cut_off = _FIRST_CUT_OFF
    while cut_off >= _LAST_CUT_OFF:
        try:
            found = _with_cut_off(network, chances, cut_off, most)
        except TooLarge:
            break
        if found is None:
            return None
        if best is None or found.at_most - found.at_least <= best.at_most - best.at_least:
            best = found
        if found.at_most - found.at_least <= _CLOSE * found.at_least:
            break
        cut_off *= _STEP
    return best or Bounds(0.0, 1.0, 1.0, 0)


def _with_cut_off(network: Network, chances: Mapping[str, float], cut_off: float, most: int) -> Bounds | None:
    level = {number: at for at, number in enumerate(network.support)}
    sets = _Sets([chances[network.nodes[number].event] for number in network.support], cut_off, most)
    with deep_enough(len(level)):
        root = _gathered(network, level, sets)
        if root is None:
            return None
        try:
            kept = least = _probability(sets, root, most)
        except TooLarge:
            kept, least = sets.total[root], sets.best[root]
    return Bounds(least, min(1.0, kept + sets.dropped), cut_off, sets.count[root])


def _gathered(network: Network, level: Mapping[int, int], sets: "_Sets") -> int | None:
    """The cut sets of the top, gate by gate; None where an opposite of an event is needed."""
    made: dict[Literal, int] = {ALWAYS: _ONE, -ALWAYS: _NONE}
    stack = [network.top]
    while stack:
        literal = stack[-1]
        if literal in made:
            stack.pop()
            continue
        node = network.nodes[abs(literal)]
        if node.kind is Kind.EVENT:
            if literal < 0:
                return None
            made[literal] = sets.single(level[literal])
            continue
        if node.kind not in (Kind.AND, Kind.AT_LEAST):
            return None
        inputs = node.inputs if literal > 0 else tuple(-one for one in node.inputs)
        missing = [one for one in inputs if one not in made]
        if missing:
            stack += missing
            continue
        held = [made[one] for one in inputs]
        wanted = node.least or len(held)
        made[literal] = sets.at_least(wanted if literal > 0 else len(held) - wanted + 1, held)
    return made[network.top]


def _probability(sets: "_Sets", root: int, most: int) -> float:
    """That some set happens whole, by a diagram; TooLarge beyond the limit."""
    engine = Engine(len(sets.chances), most)
    value = {_NONE: -TRUE, _ONE: TRUE}
    needed = {root}
    for place in range(root, _ONE, -1):
        if place in needed:
            needed.update((sets.low[place], sets.high[place]))
    for place in sorted(needed - {_NONE, _ONE}):
        low, high = value[sets.low[place]], value[sets.high[place]]
        with_it = -engine.conjunction((-high, -low))
        value[place] = engine.choice(engine.variable(sets.level[place]), with_it, low)
    level, low_ends, high_ends, top = engine.export(value[root])
    found = [0.0, 1.0]
    for at, low_end, high_end in zip(level[2:], low_ends[2:], high_ends[2:], strict=True):
        found.append((1 - sets.chances[at]) * found[low_end] + sets.chances[at] * found[high_end])
    return found[top]


_NONE: Final = 0
_ONE: Final = 1


class _Sets:
    """Minimal sets as zero-suppressed diagrams, with what is dropped below the cut-off."""

    def __init__(self, chances: Sequence[float], cut_off: float, most: int) -> None:
        self.chances = chances
        self.cut_off = cut_off
        self.most = most
        self.dropped = 0.0
        """Probability of all that was dropped, at most."""
        self.level = [len(chances)] * 2
        self.low = [_NONE] * 2
        self.high = [_NONE] * 2
        self.count, self.total, self.best = [0, 1], [0.0, 1.0], [0.0, 1.0]
        self.worst = [float("inf"), 1.0]
        self._nodes: dict[tuple[int, int, int], int] = {}
        self._unions: dict[tuple[int, int], int] = {}
        self._products: dict[tuple[int, int], int] = {}
        self._without: dict[tuple[int, int], int] = {}

    def single(self, level: int) -> int:
        """The one event alone."""
        return self._kept(self._node(level, _NONE, _ONE))

    def at_least(self, least: int, inputs: Sequence[int]) -> int:
        """So many of the inputs; all of them is a product, one of them a union."""
        held = sorted(inputs, key=lambda one: (self.count[one], one))
        if least == len(held):
            found = _ONE
            for one in held:
                found = self._kept(self._product(found, one))
            return found
        reached = [_ONE] + [_NONE] * least
        for one in held:
            for number in range(least, 0, -1):
                more = self._product(reached[number - 1], one)
                reached[number] = self._kept(self._union(reached[number], more))
        return reached[least]

    def _node(self, level: int, low: int, high: int) -> int:
        if high == _NONE:
            return low
        key = (level, low, high)
        found = self._nodes.get(key)
        if found is None:
            if len(self.level) > self.most:
                raise TooLarge
            found = self._nodes[key] = len(self.level)
            chance = self.chances[level]
            self.level.append(level)
            self.low.append(low)
            self.high.append(high)
            self.count.append(self.count[low] + self.count[high])
            self.total.append(self.total[low] + chance * self.total[high])
            self.best.append(max(self.best[low], chance * self.best[high]))
            self.worst.append(min(self.worst[low], chance * self.worst[high]))
        return found

    def _union(self, one: int, other: int) -> int:
        if one in (_NONE, other):
            return other
        if other == _NONE:
            return one
        if _ONE in (one, other):
            return _ONE
        if one > other:
            one, other = other, one
        found = self._unions.get((one, other))
        if found is None:
            level, left, right = self._ends(one, other)
            low = self._union(left[0], right[0])
            high = self._less(self._union(left[1], right[1]), low)
            found = self._unions[one, other] = self._node(level, low, high)
        return found

    def _product(self, one: int, other: int) -> int:
        if _NONE in (one, other):
            return _NONE
        if one in (_ONE, other):
            return other
        if other == _ONE:
            return one
        if one > other:
            one, other = other, one
        found = self._products.get((one, other))
        if found is None:
            level, left, right = self._ends(one, other)
            low = self._product(left[0], right[0])
            high = self._union(self._product(left[1], right[1]), self._product(left[1], right[0]))
            high = self._union(high, self._product(left[0], right[1]))
            found = self._products[one, other] = self._node(level, low, self._less(high, low))
        return found

    def _less(self, sets: int, smaller: int) -> int:
        """Those of the sets that hold none of the smaller ones."""
        if smaller == _NONE or sets == _NONE:
            return sets
        if smaller == _ONE or sets == smaller:
            return _NONE
        if sets == _ONE:
            return _ONE
        found = self._without.get((sets, smaller))
        if found is None:
            level, left, right = self._ends(sets, smaller)
            low = self._less(left[0], right[0])
            high = self._less(self._less(left[1], right[1]), right[0])
            found = self._without[sets, smaller] = self._node(level, low, high)
        return found

    def _ends(self, one: int, other: int) -> tuple[int, tuple[int, int], tuple[int, int]]:
        """The first level of the two, and of each its sets without and with that variable."""
        level = min(self.level[one], self.level[other])
        left = (self.low[one], self.high[one]) if self.level[one] == level else (one, _NONE)
        right = (self.low[other], self.high[other]) if self.level[other] == level else (other, _NONE)
        return level, left, right

    def _kept(self, sets: int) -> int:
        """Those at least as probable as the cut-off; the others are added to what was dropped."""
        known: dict[tuple[int, float], tuple[int, float]] = {}

        def cut(place: int, chance: float) -> tuple[int, float]:
            if chance * self.worst[place] >= self.cut_off or place == _NONE:
                return place, 0.0
            if chance * self.best[place] < self.cut_off:
                return _NONE, chance * self.total[place]
            found = known.get((place, chance))
            if found is None:
                low, lost = cut(self.low[place], chance)
                high, more = cut(self.high[place], chance * self.chances[self.level[place]])
                found = known[place, chance] = self._node(self.level[place], low, high), lost + more
            return found

        kept, lost = cut(sets, 1.0)
        self.dropped += lost
        return kept
