"""Cut sets of one and two events of every service, exactly: every pair that can matter, swept in bits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from resilience.availability.failing import Failures
from resilience.results import Scenario
from resilience.sweep import bits

_AT_ONCE: Final = 100_000
"""Pairs in one sweep: 12 KB a node."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class SmallCutSets:
    """Of every service its cut sets of one and of two events, by name."""

    singles: dict[str, tuple[str, ...]]
    pairs: dict[str, tuple[Pair, ...]]
    down: frozenset[str]
    """Services that fail though none of these events happens; they have no cut set."""


def small_cut_sets(failures: Failures, always: frozenset[str] = frozenset()) -> SmallCutSets:
    """All minimal cut sets of one and two events, `always` being events that prevail anyhow.

    Two events can do together what neither does alone only at a gate that lets some of its needs fail, or
    within one ring of needs that hold each other up; so only pairs that touch one are swept. Events as wide
    as a site are paired with all, since they change what is owed.
    """
    events = [name for name in failures.logic.sweep.events if name not in always]
    alone_in = {event: 1 << number for number, event in enumerate(events)}
    lost, width = swept(failures, alone_in, always, len(events))
    below = failures.below(lost, width, (1 << len(events)) - 1)
    singles = {service: tuple(sorted(events[n] for n in bits(value))) for service, value in below.items()}
    empty = failures.below(*swept(failures, {}, always, 1), 1)
    found: dict[str, list[Pair]] = {service: [] for service in below}
    alone = {service: frozenset(names) for service, names in singles.items()}
    for chunk in _chunks(_candidates(failures, events, lost)):
        pairs = [(events[a], events[b]) for a, b in chunk]
        holding = by_event(pairs)
        values, width = swept(failures, holding, always, len(pairs))
        together = failures.below(values, width, (1 << len(pairs)) - 1)
        for service, value in together.items():
            if not value or empty[service]:
                continue
            covered = 0
            for event in alone[service]:
                covered |= holding.get(event, 0)
            found[service] += [pairs[n] for n in bits(value & ~covered)]
    ordered = {service: tuple(sorted((min(p), max(p)) for p in pairs)) for service, pairs in found.items()}
    down = frozenset(service for service, value in empty.items() if value)
    kept = {service: () if service in down else names for service, names in singles.items()}
    return SmallCutSets(kept, ordered, down)


def swept(
    failures: Failures, holding: Mapping[str, int], always: frozenset[str], cases: int
) -> tuple[list[int], dict[Scenario, int]]:
    """When each node is lost, from the cases that hold each event, and the cases of a site's and of a
    region's width."""
    compiled = failures.logic.sweep.compiled
    ones = (1 << cases) - 1
    held = {**holding, **dict.fromkeys(always, ones)}
    width: dict[Scenario, int] = {"site": 0, "region": 0}
    for event, value in held.items():
        scenario = failures.scenarios[event]
        if scenario in width:
            width[scenario] |= value
    return compiled.lost({compiled.index[event]: value for event, value in held.items()}, ones), width


def by_event(cases: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Cases that hold each event, as bits.

    >>> by_event([("a",), ("a", "b")]) == {"a": 0b11, "b": 0b10}
    True
    """
    size = (len(cases) + 7) // 8
    holding: dict[str, bytearray] = {}
    for number, case in enumerate(cases):
        for event in case:
            held = holding.get(event)
            if held is None:
                held = holding[event] = bytearray(size)
            held[number >> 3] |= 1 << (number & 7)
    return {event: int.from_bytes(held, "little") for event, held in holding.items()}


def _candidates(failures: Failures, events: list[str], lost: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of events, by number, that may do together what neither does alone; each once, in order."""
    compiled = failures.logic.sweep.compiled
    partners = [0] * len(events)
    groups: set[int] = set()
    for ring in compiled.order:
        touched = 0
        for node in ring:
            if compiled.threshold[node] > 1:
                reached = 0
                for child, _ in compiled.children[node]:
                    reached |= lost[child]
                touched |= reached if len(ring) > 1 else reached & ~lost[node]
        groups.add(touched)
    places = 0
    for one in failures.services:
        for level in one.owed:
            for _, place in level.views:
                places |= 0 if place is None else lost[place]
    groups.add(places)
    for group in sorted(groups):
        for member in bits(group):
            partners[member] |= group
    everyone = (1 << len(events)) - 1
    for number, event in enumerate(events):
        if failures.scenarios[event] != "component":
            partners[number] = everyone
    for number, value in enumerate(partners):
        for other in bits(value):
            if other > number or (other < number and not partners[other] >> number & 1):
                yield number, other


def _chunks(pairs: Iterator[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    held: list[tuple[int, int]] = []
    for pair in pairs:
        held.append(pair)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    if held:
        yield held
