"""What trips once load has moved, wave by wave, until nothing more does.

In every wave all that carries too much trips at once, and stays lost; then load moves again. What trips
counts as lost from the event on: it does so as soon as the load is on it. Waves are worked out from what has
settled, for all scenarios at once; only scenarios in which something is lost that could have relieved an
element are looked at one by one, and of elements that could never be overloaded, none.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.failure_sweep.courses import Value, masked, settled
from resilience.failure_sweep.evaluation import Evaluation
from resilience.failure_sweep.overloads import Overload
from resilience.failure_sweep.scenes import Scenes
from resilience.sweep import bits

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class After:
    """Values of nodes in scenarios that each share something more that is lost."""

    base: list[Value]
    differs: Mapping[int, Value]
    ones: int

    def look(self, node: int) -> Value:
        """A node's value."""
        value = self.differs.get(node)
        return masked(self.base[node], self.ones) if value is None else value


@dataclass(frozen=True)
class Wave:
    """All single scenarios after some waves."""

    tripped: tuple[int, ...]
    """By overload the scenarios in which it has tripped so far."""
    own: Mapping[int, Value]
    """By node when it is lost by itself, or has tripped."""
    values: list[Value]


@dataclass(frozen=True)
class Cascade:
    """Evaluates scenarios with all that trips in them."""

    evaluation: Evaluation
    scenes: Scenes
    overloads: tuple[Overload, ...]
    """All that could ever carry too much."""

    @property
    def values(self) -> list[Value]:
        """Of every node when it is lost, in every single scenario, once nothing more trips."""
        return self.waves[-1].values

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        """Single scenarios before anything trips, after the first wave, and so on."""
        ones = (1 << len(self.scenes.names)) - 1
        own: Mapping[int, Value] = self.scenes.own
        found = [Wave((0,) * len(self.overloads), own, self.evaluation.values(own, ones))]
        while True:
            last = found[-1]
            tripped = tuple(
                before | self._overloaded(overload, last.values)
                for overload, before in zip(self.overloads, last.tripped, strict=True)
            )
            if tripped == last.tripped:
                return tuple(found)
            own = self._own(self.scenes.own, tripped)
            seeds = {node: own[node] for node in own if own[node] != last.own.get(node, 0)}
            differs = self.evaluation.overlay(last.values, seeds, last.own, ones)
            values = list(last.values)
            for node, value in differs.items():
                values[node] = value
            found.append(Wave(tripped, own, values))

    def _own(self, own: Mapping[int, Value], tripped: tuple[int, ...]) -> dict[int, Value]:
        found: dict[int, Value] = dict(own)
        for overload, scenarios in zip(self.overloads, tripped, strict=True):
            if scenarios:
                for node in overload.takes:
                    value = found.get(node, 0)
                    assert isinstance(value, int)
                    found[node] = value | scenarios
        return found

    def _overloaded(self, overload: Overload, values: list[Value]) -> int:
        """Single scenarios in which it carries too much: only the loss of a mover brings more load."""
        candidates = self._moved(overload, values)
        candidates &= ~_all_lost(overload, lambda node: settled(values[node]))
        found = 0
        for number in bits(candidates):
            if overload.is_over(_lost_at(lambda node: settled(values[node]), number)):
                found |= 1 << number
        return found

    def _moved(self, overload: Overload, values: list[Value]) -> int:
        found = 0
        for node in overload.movers:
            found |= settled(values[node])
        return found

    @cached_property
    def moved(self) -> tuple[tuple[int, ...], ...]:
        """By wave and overload the scenarios in which one of its movers is lost."""
        return tuple(tuple(self._moved(o, wave.values) for o in self.overloads) for wave in self.waves)

    @cached_property
    def ends(self) -> tuple[list[int], ...]:
        """By wave and node the scenarios in which it is lost in the end."""
        return tuple([settled(value) for value in wave.values] for wave in self.waves)

    @cached_property
    def felled(self) -> tuple[Mapping[int, frozenset[int]], ...]:
        """By wave and scenario the nodes that are lost in the end because something has tripped in it."""
        found = []
        for ends in self.ends:
            nodes: dict[int, list[int]] = defaultdict(list)
            for node, (first, now) in enumerate(zip(self.ends[0], ends, strict=True)):
                for number in bits(now & ~first):
                    nodes[number].append(node)
            found.append({number: frozenset(several) for number, several in nodes.items()})
        return tuple(found)

    def beside(self, number: int, ones: int) -> After:
        """Those scenarios, each with that one besides."""
        start = self.scenes.nodes[number]
        wave = 0
        base = self.waves[0]
        differs = self.evaluation.overlay(base.values, {start: ones}, base.own, ones)
        if not self.overloads:
            return After(base.values, differs, ones)
        tripped = (0,) * len(self.overloads)
        while True:
            following = min(wave + 1, len(self.waves) - 1)
            news = tuple(
                before | self._trips(place, number, ones, wave, following, differs)
                for place, before in enumerate(tripped)
            )
            if news == tripped and following == wave:
                return After(self.waves[wave].values, differs, ones)
            tripped, wave = news, following
            differs = self._again(number, ones, wave, tripped)

    def _again(self, number: int, ones: int, wave: int, tripped: tuple[int, ...]) -> dict[int, Value]:
        base = self.waves[wave]
        start = self.scenes.nodes[number]
        seeds: dict[int, Value] = {start: ones}
        changed = {
            node
            for place, overload in enumerate(self.overloads)
            if tripped[place] != base.tripped[place] & ones
            for node in overload.takes
        }
        if changed:
            own = self._own(
                {node: masked(v, ones) for node, v in self.scenes.own.items() if node in changed}, tripped
            )
            seeds |= {node: own.get(node, 0) for node in changed if node != start}
        return self.evaluation.overlay(base.values, seeds, base.own, ones)

    def _trips(
        self, place: int, number: int, ones: int, wave: int, following: int, differs: Mapping[int, Value]
    ) -> int:
        """Scenarios in which an overload trips after that wave, with scenario `number` besides.

        Where nothing that bears on it differs from what the other event does alone, it trips if it does
        then. Where its movers are lost as after one of the two alone, it carries at most what it does
        then: so it trips only where it does then, and is looked at to see whether it still does. But what
        one of the two takes down alone may be left by both together, as one relieves what trips after the
        other: then it can carry more, or be there at all.
        """
        overload, base = self.overloads[place], self.waves[wave]
        so_far = base.tripped[place] & ones
        alone = self.waves[following].tripped[place] & ones
        by_itself = bool(self.waves[following].tripped[place] >> number & 1)
        against_other = more_than_other = 0
        more_than_this = self.moved[wave][place] & ones
        for node in differs.keys() & overload.bears:
            now, before = settled(differs[node]), settled(base.values[node])
            against_other |= now ^ (before & ones)
            if node in overload.movers:
                more_than_other |= now ^ (before & ones)
                more_than_this |= now ^ (ones if before >> number & 1 else 0)
            else:
                more_than_other |= before & ones & ~now
                more_than_this |= ones & ~now if before >> number & 1 else 0
        standing = self.ends[wave]
        if more_than_other:
            for node in (self.felled[wave].get(number, NOTHING) & overload.bears) - differs.keys():
                more_than_this |= ones & ~standing[node]
        look = more_than_other & more_than_this
        look |= against_other & ~more_than_other & alone
        if by_itself:
            look |= against_other
        found = alone & ~so_far & ~against_other
        if not look:
            return found

        def lost(node: int) -> int:
            value = differs.get(node)
            return standing[node] if value is None else settled(value)

        look &= ~_all_lost(overload, lost)
        for scenario in bits(look):
            if overload.is_over(_lost_at(lost, scenario)):
                found |= 1 << scenario
        return found


def _lost_at(lost: Callable[[int], int], scenario: int) -> Callable[[int], bool]:
    return lambda node: bool(lost(node) >> scenario & 1)


def _all_lost(overload: Overload, lost: Callable[[int], int]) -> int:
    """Scenarios in which it is lost already, and carries nothing."""
    found = -1
    for node in overload.takes:
        found &= lost(node)
    return found
