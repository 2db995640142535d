"""Reliability of a network by a sweep over its places: what matters of the past is which of the places on the
frontier hang together.

Every state of the frontier is a way in which its places are joined by links that are up; each has its
probability, and a place's last link decides whether it was left alone. The work grows with the width of the
frontier, not with the size of the map (Hardy, Lucet, Limnios: "K-terminal network reliability measures with
binary decision diagrams", IEEE Trans. Reliability 56, 2007).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from resilience.wan_map.reduction import Chance

Link = tuple[int, int]
_START: Final = -1
_GOAL: Final = -2
_NEW: Final = 0
_GROWTH: Final = 3.0
"""How many times the states one more place on the frontier brings, roughly."""


@dataclass(frozen=True)
class Connection:
    """How probably what is asked for is connected."""

    up: float
    down: float
    unknown: float = 0.0
    """Probability of states that were given up because there were too many: the true figure lies between `up`
    and `up + unknown`. 0 where it is exact."""


def connection(links: Mapping[Link, Chance], ends: tuple[int, int] | None, most_states: int) -> Connection:
    """That all places are connected, or the two ends, if links fail independently.

    Where there would be more than `most_states` states at once, the least likely are given up.

    >>> grid = [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)]
    >>> connection(dict.fromkeys(grid, Chance(0.5, 0.5)), None, 1_000).up
    0.1796875
    """
    if not links:
        return Connection(1.0, 0.0)
    return _Sweep(links, narrow_order(list(links)), ends, most_states).run()


def narrow_order(links: Sequence[Link]) -> tuple[int, ...]:
    """Places in an order that keeps the frontier narrow: the best of a greedy walk from each start."""
    around: dict[int, set[int]] = {}
    for one, other in links:
        around.setdefault(one, set()).add(other)
        around.setdefault(other, set()).add(one)
    best, least = tuple(sorted(around)), float("inf")
    for start in sorted(around):
        walked, cost = _walk(start, around, least)
        if cost < least:
            best, least = walked, cost
    return best


def _walk(start: int, around: Mapping[int, set[int]], limit: float) -> tuple[tuple[int, ...], float]:
    """The order from one start, always on to the place that leaves the frontier narrowest, and of several to
    that beside the place that waits longest; and its cost, which is infinite where it passes the limit."""
    left = {place: len(near) for place, near in around.items()}
    position: dict[int, int] = {}
    frontier: set[int] = set()
    cost = 0.0

    def growth(place: int) -> tuple[int, int, int]:
        near = around[place] & frontier
        closed = sum(left[one] == 1 for one in near)
        waits = min((position[one] for one in near), default=len(around))
        return (left[place] > 0) - closed, waits, place

    place = start
    while True:
        position[place] = len(position)
        frontier.add(place)
        for near in around[place]:
            left[near] -= 1
        frontier = {one for one in frontier if left[one]}
        cost += _GROWTH ** len(frontier)
        if cost >= limit:
            return (), float("inf")
        if len(position) == len(around):
            return tuple(position), cost
        beside = set().union(*(around[one] for one in frontier)) - position.keys()
        place = min(beside or around.keys() - position.keys(), key=growth)


class _Sweep:
    """The states of the frontier, as labels: places with one label hang together."""

    def __init__(
        self, links: Mapping[Link, Chance], order: Sequence[int], ends: tuple[int, int] | None, most: int
    ) -> None:
        self.order = order
        self.ends = ends
        self.most = most
        self.around: dict[int, dict[int, Chance]] = {place: {} for place in order}
        for (one, other), chance in links.items():
            self.around[one][other] = chance
            self.around[other][one] = chance
        self.frontier: list[int] = []
        self.states: dict[tuple[int, ...], float] = {(): 1.0}
        self.up: list[float] = []
        self.down: list[float] = []
        self.unknown: list[float] = []

    def run(self) -> Connection:
        done: set[int] = set()
        for place in self.order:
            self._enter(place)
            for other in [one for one in self.frontier if one in self.around[place]]:
                self._link(other, place, self.around[place][other])
                self._give_up()
            done.add(place)
            last = len(done) == len(self.order)
            for one in [one for one in self.frontier if self.around[one].keys() <= done]:
                self._leave(one, last)
        return Connection(fsum(self.up), fsum(self.down), fsum(self.unknown))

    def _enter(self, place: int) -> None:
        label = _NEW
        if self.ends is not None and place in self.ends:
            label = _START if place == self.ends[0] else _GOAL
        self.frontier.append(place)
        self.states = {
            (*state, max(0, max(state, default=-1) + 1) if label == _NEW else label): chance
            for state, chance in self.states.items()
        }

    def _link(self, one: int, other: int, chance: Chance) -> None:
        first, second = self.frontier.index(one), self.frontier.index(other)
        after: dict[tuple[int, ...], float] = {}
        for state, here in self.states.items():
            left, right = state[first], state[second]
            if left == right:
                after[state] = after.get(state, 0.0) + here
                continue
            after[state] = after.get(state, 0.0) + here * chance.down
            if left < 0 and right < 0:
                self.up.append(here * chance.up)
                continue
            kept, gone = (left, right) if left < right else (right, left)
            joined = _plain([kept if label == gone else label for label in state])
            after[joined] = after.get(joined, 0.0) + here * chance.up
        self.states = after

    def _leave(self, place: int, last: bool) -> None:
        at = self.frontier.index(place)
        self.frontier.pop(at)
        after: dict[tuple[int, ...], float] = {}
        for state, here in self.states.items():
            label = state[at]
            rest = state[:at] + state[at + 1 :]
            if label not in rest and (self.ends is None or label < 0):
                (self.up if last and not rest else self.down).append(here)
                continue
            plain = _plain(rest)
            after[plain] = after.get(plain, 0.0) + here
        self.states = after

    def _give_up(self) -> None:
        if len(self.states) > self.most:
            ranked = sorted(self.states.items(), key=lambda held: (-held[1], held[0]))
            self.unknown += [chance for _, chance in ranked[self.most :]]
            self.states = dict(ranked[: self.most])


def _plain(labels: Sequence[int]) -> tuple[int, ...]:
    """The labels numbered in the order of their first places; those of the two ends stay."""
    number: dict[int, int] = {}
    return tuple(label if label < 0 else number.setdefault(label, len(number)) for label in labels)
