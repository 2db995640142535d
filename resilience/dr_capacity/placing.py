"""Instances onto nodes: an instance is never split, so sums may fit where no placement exists.

This is vector bin packing, here with cores and memory. Three answers, from the cheapest: a bound that
refuses (no more than ⌊c / s⌋ instances of size s or more fit on a node of capacity c); a placement found by
first fit, the greatest instance first (Johnson 1973), which proves that there is room; else the exact search
of `resilience.dr_capacity.program`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import floor, isinf
from operator import itemgetter

ROUNDING = 1e-6
"""Share of a capacity by which a sum may exceed it and still counts as fitting: rounding of figures, not
room."""

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Item:
    """So many equal instances."""

    size: Vector
    count: int
    apart: bool = False
    """No two of them on one node."""


def fits_in(size: float, capacity: float) -> int:
    """How many of that size a capacity holds; the size is above 0.

    >>> fits_in(8.0, 24.0), fits_in(9.0, 24.0), fits_in(0.1, 0.3)
    (3, 2, 3)
    """
    return floor(capacity * (1.0 + ROUNDING) / size)


def holds(nodes: Iterable[Vector], dimension: int, size: float) -> int:
    """How many instances of that size or more all nodes hold together, by that dimension alone."""
    return sum(fits_in(size, node[dimension]) for node in nodes)


Measure = Callable[[Vector], float]
"""By which instances are ordered, the greatest first, from the share that each takes of the largest node."""


def fitted(items: Sequence[Item], nodes: Sequence[Vector]) -> bool:
    """Whether first fit in any of a few orders finds a node for every instance; True is a proof, False says
    nothing. Instances of one size are taken together.

    >>> fitted([Item((6.0,), 2), Item((4.0,), 2)], [(10.0,), (10.0,)])
    True
    """
    counts: dict[Vector, int] = {}
    for item in items:
        if not item.apart:
            counts[item.size] = counts.get(item.size, 0) + item.count
    together = [Item(size, count) for size, count in sorted(counts.items())]
    together += sorted((item for item in items if item.apart), key=lambda item: (item.size, item.count))
    orders: list[Measure] = [max, sum]
    orders += [itemgetter(dimension) for dimension in range(len(nodes[0]) if nodes else 0)]
    return any(first_fit(together, nodes, measure) for measure in orders)


def first_fit(items: Sequence[Item], nodes: Sequence[Vector], measure: Measure = max) -> bool:
    """Whether first fit finds a node for every instance; True is a proof, False says nothing.

    Instances come by what they take of the largest node in each dimension, as measured: by the largest share,
    if nothing else is said.

    >>> first_fit([Item((6.0,), 2), Item((4.0,), 2)], [(10.0,), (10.0,)])
    True
    >>> first_fit([Item((6.0,), 3)], [(10.0,), (10.0,)])
    False
    """
    if not nodes:
        return all(item.count == 0 for item in items)
    top = [max(node[dimension] for node in nodes) or 1.0 for dimension in range(len(nodes[0]))]
    allowed = [[value * (1.0 + ROUNDING) for value in node] for node in nodes]
    order = sorted(items, key=lambda item: measure(tuple(s / t for s, t in zip(item.size, top, strict=True))))
    for item in reversed(order):
        left = item.count
        for room in allowed:
            times = [
                floor(have / size)
                for size, have in zip(item.size, room, strict=True)
                if size > 0.0 and not isinf(have)
            ]
            there = min(left, *times) if times else left
            there = min(there, 1) if item.apart else there
            for dimension, size in enumerate(item.size):
                room[dimension] -= there * size
            left -= there
            if not left:
                break
        if left:
            return False
    return True
