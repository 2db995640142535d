"""Minimal cut sets by name, likeliest kept, with what is left out counted and bounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import prod

from resilience.fault_tree.minimal import EMPTY, NONE, SetDiagram
from resilience.fault_tree.modules import TooHard

Sources = Sequence[str | int]
"""What each variable of a diagram is: an event, or the module of that number."""


@dataclass(frozen=True)
class CutSet:
    """A smallest set of events that brings the failure about while no other event happens."""

    events: tuple[str, ...]
    """In the order of their names."""
    probability: float
    """That all of them happen."""


@dataclass(frozen=True)
class CutSets:
    """Minimal cut sets that were looked for, and what is known of the others."""

    sets: tuple[CutSet, ...]
    """By number of events, then likeliest first, then by name."""
    left_out: int
    """How many minimal cut sets there are besides, exactly."""
    bound: float
    """The probability that any of those left out happens is at most this: the sum of theirs, at most 1."""


@dataclass(frozen=True)
class _Weighed:
    """A set diagram with what is known below each of its nodes."""

    sets: SetDiagram
    sources: Sources
    chance: tuple[float, ...]
    """Of each variable that is an event; 0 for modules."""
    count: tuple[int, ...]
    best: tuple[float, ...]
    """The likeliest set's probability."""
    total: tuple[float, ...]
    """The sum of all."""
    shortest: tuple[int, ...]


@dataclass(frozen=True)
class _Rest:
    """What comes after a module's set: where to go on, and what is known of everything from there."""

    module: int
    place: int
    after: "_Rest | None"
    count: int
    best: float
    total: float
    shortest: int


def search(
    minimal: Sequence[SetDiagram],
    sources: Sequence[Sources],
    chances: Mapping[str, float],
    *,
    cut_off: float,
    always_order: int,
    most_order: int | None,
    most: int,
) -> CutSets:
    """The sets below the last diagram, as `FailureFunction.cut_sets` says."""
    weighed: list[_Weighed] = []
    for sets, asked in zip(minimal, sources, strict=True):
        weighed.append(_weigh(sets, asked, chances, weighed))
    longest = float("inf") if most_order is None else most_order
    found: list[CutSet] = []
    left_out = 0
    bound = 0.0
    top = len(weighed) - 1
    stack: list[tuple[int, int, _Rest | None, tuple[str, ...], float]] = []
    stack.append((top, minimal[top].root, None, (), 1.0))
    while stack:
        module, place, rest, events, chance = stack.pop()
        here = weighed[module]
        if place == NONE:
            continue
        count, best, total, shortest = 1, 1.0, 1.0, 0
        if rest is not None:
            count, best, total, shortest = rest.count, rest.best, rest.total, rest.shortest
        fewest = len(events) + here.shortest[place] + shortest
        if fewest > longest or (fewest > always_order and chance * here.best[place] * best < cut_off):
            left_out += here.count[place] * count
            bound += chance * here.total[place] * total
            continue
        if place == EMPTY:
            if rest is not None:
                stack.append((rest.module, rest.place, rest.after, events, chance))
                continue
            if len(found) >= most:
                raise TooHard(f"more than {most:,} minimal cut sets would be listed")
            found.append(_named(events, chances))
            continue
        variable = here.sets.level[place]
        low, high, source = here.sets.low[place], here.sets.high[place], here.sources[variable]
        stack.append((module, low, rest, events, chance))
        if isinstance(source, str):
            stack.append((module, high, rest, (*events, source), chance * here.chance[variable]))
        else:
            after = _after(here, module, high, rest)
            stack.append((source, weighed[source].sets.root, after, events, chance))
    found.sort(key=lambda one: (len(one.events), -one.probability, one.events))
    return CutSets(tuple(found), left_out, min(1.0, bound))


def likeliest(
    minimal: Sequence[SetDiagram], sources: Sequence[Sources], chances: Mapping[str, float], wanted: int
) -> tuple[CutSet, ...]:
    """The likeliest sets below the last diagram, likeliest first, then shorter ones, then by name.

    Best first: a start is followed only when nothing else can lead to a likelier set, so that of billions
    hardly more are looked at than are wanted. Of equally likely ones at the end of the list some may be left
    out.
    """
    weighed: list[_Weighed] = []
    for sets, asked in zip(minimal, sources, strict=True):
        weighed.append(_weigh(sets, asked, chances, weighed))
    top = len(weighed) - 1
    queue: list[tuple[float, int, int, int, _Rest | None, tuple[str, ...], float, int]] = []
    number = 0

    def push(module: int, place: int, rest: _Rest | None, events: tuple[str, ...], chance: float) -> None:
        nonlocal number
        if place != NONE:
            number += 1
            bound = chance * weighed[module].best[place] * (1.0 if rest is None else rest.best)
            heappush(queue, (-bound, -len(events), number, module, rest, events, chance, place))

    push(top, minimal[top].root, None, (), 1.0)
    found: list[CutSet] = []
    while queue and len(found) < wanted:
        _, _, _, module, rest, events, chance, place = heappop(queue)
        here = weighed[module]
        if place == EMPTY:
            if rest is None:
                found.append(_named(events, chances))
            else:
                push(rest.module, rest.place, rest.after, events, chance)
            continue
        variable = here.sets.level[place]
        low, high, source = here.sets.low[place], here.sets.high[place], here.sources[variable]
        push(module, low, rest, events, chance)
        if isinstance(source, str):
            push(module, high, rest, (*events, source), chance * here.chance[variable])
        else:
            after = _after(here, module, high, rest)
            push(source, weighed[source].sets.root, after, events, chance)
    return tuple(sorted(found, key=lambda one: (-one.probability, len(one.events), one.events)))


def _named(events: Sequence[str], chances: Mapping[str, float]) -> CutSet:
    """The set with its probability multiplied in the order of names, whatever order found it."""
    names = tuple(sorted(events))
    return CutSet(names, prod(chances[name] for name in names))


def _after(here: _Weighed, module: int, high: int, rest: _Rest | None) -> _Rest:
    """What remains once a set of an inner module is complete."""
    count, best, total, shortest = 1, 1.0, 1.0, 0
    if rest is not None:
        count, best, total, shortest = rest.count, rest.best, rest.total, rest.shortest
    return _Rest(
        module,
        high,
        rest,
        here.count[high] * count,
        here.best[high] * best,
        here.total[high] * total,
        here.shortest[high] + shortest,
    )


def _weigh(
    sets: SetDiagram, sources: Sources, chances: Mapping[str, float], modules: Sequence[_Weighed]
) -> _Weighed:
    far = len(sets.level) * (1 + sum(one.shortest[one.sets.root] for one in modules)) + 1
    count, best, total, shortest = [0, 1], [0.0, 1.0], [0.0, 1.0], [far, 0]
    chance: list[float] = []
    inner: list[tuple[int, float, float, int]] = []
    for source in sources:
        if isinstance(source, str):
            chance.append(chances[source])
            inner.append((1, chances[source], chances[source], 1))
        else:
            below = modules[source]
            root = below.sets.root
            chance.append(0.0)
            inner.append((below.count[root], below.best[root], below.total[root], below.shortest[root]))
    for place in range(2, len(sets.level)):
        low, high = sets.low[place], sets.high[place]
        times, likely, together, short = inner[sets.level[place]]
        count.append(count[low] + times * count[high])
        best.append(max(best[low], likely * best[high]))
        total.append(total[low] + together * total[high])
        shortest.append(min(shortest[low], short + shortest[high]))
    return _Weighed(sets, sources, tuple(chance), tuple(count), tuple(best), tuple(total), tuple(shortest))
