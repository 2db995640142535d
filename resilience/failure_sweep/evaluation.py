"""When every node is lost, in all scenarios at once: the compiled graph of needs over time.

A node outside of rings follows from its needs at every moment. A ring is solved moment by moment, since what
is lost in it at one moment may come back to it after a while: at each moment flow falls from all lost and
the rest rises from none lost, as in `resilience.compiled`, with what is borne, coming back or standing by
read from the moments before.

An *overlay* is the same for scenarios that each lose something more: only nodes above what is lost are
evaluated again, and only as far as anything differs. A node that no event of the pair lies below, or at
which the two differ in nothing from what they do alone, is never touched: that is why pairs outside a
service's support, and pairs whose members meet in no gate, need no evaluation.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.compiled import at_least
from resilience.failure_sweep.courses import (
    Value,
    held,
    joined,
    lingering,
    over_time,
    pieces,
    warm,
    window_at,
)
from resilience.failure_sweep.timetable import Timetable

MOMENTS = 1_000
"""At most so many moments of a ring are looked at; what holds at the last one is taken to last. Delays in a
ring could otherwise pass a loss on to one another for ever."""

Look = Callable[[int], Value]
Own = Mapping[int, Value]


def _and(a: int, b: int) -> int:
    return a & b


def _or(a: int, b: int) -> int:
    return a | b


@dataclass(frozen=True)
class Evaluation:
    """Evaluates one graph with its times."""

    times: Timetable
    calm: frozenset[int]
    """Nodes that are lost although nothing failed: they are lost in every scenario."""

    @cached_property
    def ring_of(self) -> list[int]:
        """Of each node the place of its ring in the order of need."""
        found = [0] * len(self.times.compiled.names)
        for number, ring in enumerate(self.times.compiled.order):
            for node in ring:
                found[node] = number
        return found

    @cached_property
    def goes_round(self) -> list[bool]:
        """Of each ring whether it is one, and no single node."""
        children = self.times.compiled.children
        return [
            len(ring) > 1 or any(child == ring[0] for child, _ in children[ring[0]])
            for ring in self.times.compiled.order
        ]

    def values(self, own: Own, ones: int) -> list[Value]:
        """Of every node when it is lost, `own` being when it fails by itself."""
        found: list[Value] = [0] * len(self.times.compiled.names)
        for number, ring in enumerate(self.times.compiled.order):
            if self.goes_round[number]:
                for node, value in self._ring(ring, found.__getitem__, own, ones).items():
                    found[node] = value
            else:
                node = ring[0]
                found[node] = self._node(node, found.__getitem__, own.get(node, 0), ones)
        return found

    def overlay(self, base: Look, seeds: Own, own: Look, ones: int) -> dict[int, Value]:
        """Nodes whose value in those scenarios differs from the base's, once the seeds fail by themselves
        as they say instead of as `own` does; base and own know of those scenarios alone."""
        compiled, ring_of, calm = self.times.compiled, self.ring_of, self.calm
        found: dict[int, Value] = {}
        waiting = sorted({ring_of[node] for node in seeds})
        queued = set(waiting)

        def look(node: int) -> Value:
            value = found.get(node)
            return base(node) if value is None else value

        def own_of(node: int) -> Value:
            value = seeds.get(node)
            return own(node) if value is None else value

        while waiting:
            number = heapq.heappop(waiting)
            ring = compiled.order[number]
            if self.goes_round[number]:
                news = self._ring(ring, look, {node: own_of(node) for node in ring}, ones)
            elif ring[0] in calm:
                continue
            else:
                news = {ring[0]: self._node(ring[0], look, own_of(ring[0]), ones)}
            for node, value in news.items():
                if value != base(node):
                    found[node] = value
                    for parent, _ in compiled.parents[node]:
                        if ring_of[parent] not in queued:
                            queued.add(ring_of[parent])
                            heapq.heappush(waiting, ring_of[parent])
        return found

    def _node(self, node: int, look: Look, own: Value, ones: int) -> Value:
        if node in self.calm:
            return ones
        children = self.times.compiled.children[node]
        if not children:
            return own if self.times.compiled.threshold[node] == 0 else ones
        values = [look(child) for child, _ in children]
        if node not in self.times.special:
            if isinstance(own, int):
                plain = [value for value in values if isinstance(value, int)]
                if len(plain) == len(values):
                    return own | self._gate(node, plain, ones)
            return over_time([own, *values], lambda now: now[0] | self._gate(node, now[1:], ones))
        standby = self.times.standby.get(node)
        if standby is not None:
            return self._switching(node, values, standby, own, ones)
        values = [
            self._delayed(node, child, value, ones)
            for (child, _), value in zip(children, values, strict=True)
        ]
        return over_time([own, *values], lambda now: now[0] | self._gate(node, now[1:], ones))

    def _delayed(self, node: int, child: int, value: Value, ones: int) -> Value:
        """A need's value as its node notices it."""
        before = ones if child in self.calm else 0
        borne = self.times.borne.get(node, {}).get(child)
        if borne is not None:
            value = held(value, before, borne)
        back = self.times.back.get(node, {}).get(child)
        return value if back is None else lingering(value, before, back)

    def _switching(
        self, node: int, values: list[Value], standby: Mapping[int, float], own: Value, ones: int
    ) -> Value:
        """A gate of which some needs stand by until the others have been lost for as long as it takes."""
        children = self.times.compiled.children[node]
        usual = [number for number, (child, _) in enumerate(children) if child not in standby]
        called = over_time([values[number] for number in usual], lambda now: self._called(node, now, ones))
        if called == 0:
            return own
        called_before = self._called(node, [ones * (children[n][0] in self.calm) for n in usual], ones)
        seen = list(values)
        flipped: list[int] = []
        for number, (child, _) in enumerate(children):
            if child in standby:
                lost_before = ones if child in self.calm else 0
                seen[number] = warm(called, values[number], called_before, lost_before, standby[child])
                flipped.append(number)

        def read(now: list[int]) -> int:
            losses = now[2:]
            for number in flipped:
                losses[number] = ones & ~losses[number]
            return now[0] | (now[1] & self._gate(node, losses, ones))

        return over_time([own, called, *seen], read)

    def _called(self, node: int, usual: list[int], ones: int) -> int:
        """Scenarios in which too few of the usual needs hold, `usual` being their losses."""
        compiled, standby = self.times.compiled, self.times.standby[node]
        children = compiled.children[node]
        needed = sum(times for _, times in children) - max(1, compiled.threshold[node]) + 1
        numbers = [times for child, times in children if child not in standby]
        spare = sum(numbers) - needed
        if spare < 0:
            return ones
        losses = [bits for bits, times in zip(usual, numbers, strict=True) for _ in range(times)]
        return at_least(spare + 1, losses, ones)

    def _gate(self, node: int, values: list[int], ones: int) -> int:
        """Scenarios in which a gate is lost, by the losses of its needs."""
        compiled = self.times.compiled
        children, threshold = compiled.children[node], compiled.threshold[node]
        if not children:
            return 0 if threshold == 0 else ones
        if threshold <= 1:
            result = 0
            for value in values:
                result |= value
            return result
        if threshold == len(values) and all(times == 1 for _, times in children):
            result = ones
            for value in values:
                result &= value
            return result
        losses = [
            value for (_, times), value in zip(children, values, strict=True) if value for _ in range(times)
        ]
        return at_least(threshold, losses, ones) if len(losses) >= threshold else 0

    def _ring(self, ring: tuple[int, ...], look: Look, own: Own, ones: int) -> dict[int, Value]:
        return _Ring(self, ring, look, own, ones).solved()


class _Ring:
    """One ring, solved moment by moment."""

    def __init__(
        self, evaluation: Evaluation, ring: tuple[int, ...], look: Look, own: Own, ones: int
    ) -> None:
        self.evaluation, self.ones = evaluation, ones
        self.times = evaluation.times
        compiled = self.times.compiled
        self.inside = frozenset(ring)
        self.flows = [node for node in ring if compiled.flow[node] and node not in evaluation.calm]
        self.others = [node for node in ring if not compiled.flow[node] and node not in evaluation.calm]
        self.outer: dict[tuple[int, int], Value] = {}
        self.own: dict[int, Value] = {}
        for node in ring:
            self.own[node] = own.get(node, 0)
            standby = self.times.standby.get(node)
            for child, _ in compiled.children[node]:
                if child not in self.inside:
                    value = look(child)
                    self.outer[node, child] = (
                        value if standby else evaluation._delayed(node, child, value, ones)
                    )
        self.now: dict[int, int] = {node: ones for node in ring if node in evaluation.calm}
        self.history: dict[int, list[tuple[float, int]]] = {node: [] for node in ring}
        self.ready: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
        self.warm = {
            (node, child): self._ready_before(node, child)
            for node in ring
            for child in self.times.standby.get(node, {})
        }
        self.moment = 0.0
        self.masks: dict[tuple[int, int], int] = {}
        self.outer_now: dict[tuple[int, int], int] = {}
        self.own_now: dict[int, int] = {}

    def solved(self) -> dict[int, Value]:
        agenda = {0.0}
        for value in (*self.outer.values(), *self.own.values()):
            if not isinstance(value, int):
                agenda |= {moment for moment, _ in value}
        waiting = sorted(agenda)
        seen = set(waiting)
        for _ in range(MOMENTS):
            if not waiting:
                break
            self.moment = heapq.heappop(waiting)
            self._begin()
            self._settle()
            for moment in self._note():
                if moment not in seen:
                    seen.add(moment)
                    heapq.heappush(waiting, moment)
        return {node: joined(steps) for node, steps in self.history.items()}

    def _begin(self) -> None:
        """What is fixed at this moment: values from outside, and what the moments before leave."""
        self.outer_now = {key: _at(value, self.moment) for key, value in self.outer.items()}
        self.own_now = {node: _at(value, self.moment) for node, value in self.own.items()}
        self.masks = {}
        for node in self.inside & self.times.special:
            standby = self.times.standby.get(node, {})
            for child, _ in self.times.compiled.children[node]:
                if child in standby:
                    before = self._ready_before(node, child)
                    steps = self.ready[node, child]
                    self.masks[node, child] = self._window(steps, before, standby[child], self.ones, _and)
                elif child in self.inside and not standby:
                    before = self.ones if child in self.evaluation.calm else 0
                    borne = self.times.borne.get(node, {}).get(child)
                    back = self.times.back.get(node, {}).get(child)
                    steps = self.history[child]
                    if borne is not None:
                        self.masks[node, child] = self._window(steps, before, borne, self.ones, _and)
                    elif back is not None:
                        self.masks[node, child] = self._window(steps, before, back, 0, _or)

    def _window(
        self,
        steps: list[tuple[float, int]],
        before: int,
        seconds: float,
        neutral: int,
        join: Callable[[int, int], int],
    ) -> int:
        if seconds <= 0:
            return neutral
        if not steps:
            return before
        return window_at(steps, before, self.moment, seconds, join)

    def _ready_before(self, node: int, child: int) -> int:
        calm = self.evaluation.calm
        if child in calm:
            return 0
        standby = self.times.standby[node]
        usual = [self.ones * (c in calm) for c, _ in self.times.compiled.children[node] if c not in standby]
        return self.evaluation._called(node, usual, self.ones)

    def _settle(self) -> None:
        for node in self.others:
            self.now[node] = self.own_now[node]
        while True:
            for node in self.flows:
                self.now[node] = self.ones
            self._until_nothing_changes(self.flows)
            if not self._until_nothing_changes(self.others) or not self.flows:
                return

    def _until_nothing_changes(self, nodes: list[int]) -> bool:
        ever = False
        ordered, changed = nodes, bool(nodes)
        while changed:
            changed = False
            for node in ordered:
                value = self._value(node)
                if value != self.now[node]:
                    self.now[node] = value
                    changed = ever = True
            ordered = ordered[::-1]
        return ever

    def _seen(self, node: int, child: int) -> int:
        return self.now[child] if child in self.inside else self.outer_now[node, child]

    def _value(self, node: int) -> int:
        children = self.times.compiled.children[node]
        standby = self.times.standby.get(node)
        values = [self._seen(node, child) for child, _ in children]
        if standby is None:
            if node in self.times.special:
                for number, (child, _) in enumerate(children):
                    mask = self.masks.get((node, child))
                    if mask is not None:
                        values[number] = (
                            values[number] & mask
                            if child in self.times.borne.get(node, {})
                            else values[number] | mask
                        )
            return self.own_now[node] | self.evaluation._gate(node, values, self.ones)
        called = self._called_now(node)
        for number, (child, _) in enumerate(children):
            if child in standby:
                values[number] = self.ones & ~self._serves(node, child, called, values[number])
        return self.own_now[node] | (called & self.evaluation._gate(node, values, self.ones))

    def _serves(self, node: int, child: int, called: int, lost: int) -> int:
        """Scenarios in which something that stands by serves now. What takes a while to serve has been called
        in the past: it does not ask whether it is called still, as that may have ended through itself."""
        ready = self.masks[node, child] if self.times.standby[node][child] > 0 else called
        return (self.warm[node, child] | ready) & ~lost

    def _called_now(self, node: int) -> int:
        standby = self.times.standby[node]
        usual = [self._seen(node, c) for c, _ in self.times.compiled.children[node] if c not in standby]
        return self.evaluation._called(node, usual, self.ones)

    def _note(self) -> list[float]:
        """Writes this moment down, and says at which later ones something may follow from it."""
        later: list[float] = []
        changed = set()
        for node, steps in self.history.items():
            before = steps[-1][1] if steps else self.ones * (node in self.evaluation.calm)
            if before != self.now[node]:
                changed.add(node)
            if before != self.now[node] or not steps:
                steps.append((self.moment, self.now[node]))
        for node in self.inside & self.times.special:
            standby = self.times.standby.get(node, {})
            for child, seconds in standby.items():
                called, lost = self._called_now(node), self._seen(node, child)
                self.warm[node, child] = self._serves(node, child, called, lost)
                ready, steps = called & ~lost, self.ready[node, child]
                before = steps[-1][1] if steps else self._ready_before(node, child)
                if before != ready:
                    later.append(self.moment + seconds)
                if before != ready or not steps:
                    steps.append((self.moment, ready))
            for delays in (self.times.borne.get(node, {}), self.times.back.get(node, {})):
                later += [self.moment + seconds for child, seconds in delays.items() if child in changed]
        return [moment for moment in later if moment > self.moment]


def _at(value: Value, moment: float) -> int:
    if isinstance(value, int):
        return value
    bits = value[0][1]
    for begins, found in pieces(value):
        if begins > moment:
            break
        bits = found
    return bits
