"""What trips once load has moved, wave by wave, until nothing more does.

In every wave all that carries too much trips at once, and stays lost; then load moves again. What trips
counts as lost from the event on: it does so as soon as the load is on it. Waves are worked out from what has
settled, for all scenarios at once. Of elements that could never be overloaded no load is worked out; of the
others it is for scenarios in which something is lost that could have relieved them, in all of these at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from resilience.failure_sweep.blocks import Block, by_column
from resilience.failure_sweep.burdens import exceeding
from resilience.failure_sweep.courses import Value, settled
from resilience.failure_sweep.evaluation import Evaluation
from resilience.failure_sweep.overloads import Overload
from resilience.failure_sweep.scenes import Scenes


@dataclass(frozen=True)
class After:
    """Values of nodes in a block of scenarios, each beside all that are looked at together with it."""

    block: Block
    base: Sequence[Value]
    """Of every node in single scenarios."""
    differs: Mapping[int, Value]
    """Nodes that are lost otherwise than in the other scenario alone."""
    known: dict[int, Value] = field(default_factory=dict, compare=False)

    def alone(self, node: int) -> Value:
        """A node's value in the other scenario alone."""
        value = self.known.get(node)
        if value is None:
            value = self.known[node] = self.block.repeated(self.base[node])
        return value

    def look(self, node: int) -> Value:
        """A node's value."""
        value = self.differs.get(node)
        return self.alone(node) if value is None else value


@dataclass(frozen=True)
class Wave:
    """All single scenarios after some waves."""

    tripped: tuple[int, ...]
    """By overload the scenarios in which it has tripped so far."""
    own: Mapping[int, int]
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
        own: Mapping[int, int] = self.scenes.own
        found = [Wave((0,) * len(self.overloads), own, self.evaluation.values(own, ones))]
        while True:
            last = found[-1]
            tripped = tuple(
                before | self._overloaded(place, last.values) for place, before in enumerate(last.tripped)
            )
            if tripped == last.tripped:
                return tuple(found)
            own = self._own(tripped)
            seeds = {node: own[node] for node in own if own[node] != last.own.get(node, 0)}
            found.append(Wave(tripped, own, self._anew(last, seeds, ones)))

    def _anew(self, wave: Wave, seeds: Mapping[int, int], ones: int) -> list[Value]:
        values = list(wave.values)
        differs = self.evaluation.overlay(
            wave.values.__getitem__, seeds, lambda node: wave.own.get(node, 0), ones
        )
        for node, value in differs.items():
            values[node] = value
        return values

    def _own(self, tripped: tuple[int, ...]) -> dict[int, int]:
        found = dict(self.scenes.own)
        for overload, scenarios in zip(self.overloads, tripped, strict=True):
            if scenarios:
                for node in overload.takes:
                    found[node] = found.get(node, 0) | scenarios
        return found

    def _overloaded(self, place: int, values: list[Value]) -> int:
        """Single scenarios in which it carries too much: only the loss of a mover brings more load."""
        return self._over(place, lambda node: settled(values[node]), self._moved(place, values))

    def _over(self, place: int, lost: Callable[[int], int], among: int) -> int:
        """In which of those scenarios it carries too much."""
        overload = self.overloads[place]
        gone = among
        for node in overload.takes:
            gone &= lost(node)
        among &= ~gone
        if among:
            among = overload.doubtful(lost, among)
        if not among:
            return 0
        terms, untold = overload.terms(lost, among)
        found = exceeding(terms, 0.0, among & ~untold)
        for lost_nodes, scenarios in by_column(overload.bears, lost, untold) if untold else ():
            if overload.is_over(lost_nodes.__contains__):
                found |= scenarios
        return found

    def _moved(self, place: int, values: list[Value]) -> int:
        found = 0
        for node in self.overloads[place].movers:
            found |= settled(values[node])
        return found

    @cached_property
    def moved(self) -> tuple[tuple[int, ...], ...]:
        """By wave and overload the scenarios in which one of its movers is lost."""
        places = range(len(self.overloads))
        return tuple(tuple(self._moved(place, wave.values) for place in places) for wave in self.waves)

    @cached_property
    def felled(self) -> tuple[Mapping[int, int], ...]:
        """By wave and node the scenarios in which it is lost in the end because something has tripped."""
        first = self.waves[0].values
        return tuple(
            {
                node: fallen
                for node, (before, now) in enumerate(zip(first, wave.values, strict=True))
                if (fallen := settled(now) & ~settled(before))
            }
            for wave in self.waves
        )

    def beside(self, block: Block) -> After:
        """Those scenarios, each beside all that are looked at together with it."""
        tripped = (0,) * len(self.overloads)
        wave = 0
        after = self._with(block, wave, tripped)
        while self.overloads:
            following = min(wave + 1, len(self.waves) - 1)
            news = tuple(
                before | self._trips(place, after, wave, following) for place, before in enumerate(tripped)
            )
            if news == tripped and following == wave:
                break
            tripped, wave = news, following
            after = self._with(block, wave, tripped)
        return after

    def _with(self, block: Block, wave: int, tripped: tuple[int, ...]) -> After:
        """Beside what has tripped in single scenarios by that wave, but for what has here."""
        base = self.waves[wave]
        seeds: dict[int, int] = {}
        for overload, here, alone in zip(self.overloads, tripped, base.tripped, strict=True):
            if here != block.repeated(alone):
                seeds |= {node: block.repeated(self.scenes.own.get(node, 0)) for node in overload.takes}
        for overload, here in zip(self.overloads, tripped, strict=True):
            for node in seeds.keys() & set(overload.takes):
                seeds[node] |= here
        for number in block.numbers:
            node = self.scenes.nodes[number]
            own = seeds[node] if node in seeds else block.repeated(base.own.get(node, 0))
            seeds[node] = own | block.row(number)
        after = After(block, base.values, {})
        differs = self.evaluation.overlay(
            after.alone, seeds, lambda node: block.repeated(base.own.get(node, 0)), block.ones
        )
        return After(block, base.values, differs, after.known)

    def _trips(self, place: int, after: After, wave: int, following: int) -> int:
        """Scenarios in which an overload trips after that wave.

        Where nothing that bears on it differs from what the other event does alone, it trips if it does
        then. Where its movers are lost as after one of the two alone, it carries at most what it does
        then: so it trips only where it does then, and is looked at to see whether it still does. But what
        one of the two takes down alone may be left by both together, as one relieves what trips after the
        other: then it can carry more, or be there at all.
        """
        overload, base, block, differs = self.overloads[place], self.waves[wave], after.block, after.differs
        so_far = block.repeated(base.tripped[place])
        alone = block.repeated(self.waves[following].tripped[place])
        by_itself = block.where(self.waves[following].tripped[place])
        against_other = more_than_other = 0
        more_than_this = block.repeated(self.moved[wave][place])
        for node in differs.keys() & overload.bears:
            now, other = settled(differs[node]), settled(after.alone(node))
            this = block.where(settled(base.values[node]))
            against_other |= now ^ other
            if node in overload.movers:
                more_than_other |= now ^ other
                more_than_this |= now ^ this
            else:
                more_than_other |= other & ~now
                more_than_this |= this & ~now
        if more_than_other:
            felled = self.felled[wave]
            for node in (felled.keys() & overload.bears) - differs.keys():
                rows = block.where(felled[node])
                if rows:
                    more_than_this |= rows & ~settled(after.alone(node))
        look = more_than_other & more_than_this
        look |= against_other & ((~more_than_other & alone) | by_itself)
        found = alone & ~so_far & ~against_other
        return found | self._over(place, lambda node: settled(after.look(node)), look)
