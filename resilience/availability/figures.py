"""Figures of one failure function: from its whole diagram, or from its small cut sets and a sampled rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from resilience.availability.composed import Composed, ComposedFunction
from resilience.availability.pairs import SmallCutSets
from resilience.availability.results import Bounds, Method
from resilience.availability.sampling import AT_MOST, Remainder
from resilience.fault_tree.failure_function import (
    FailureFunction,
    Importance,
    compile_formula,
    importance,
    rank,
)
from resilience.fault_tree.formulas import Formulas
from resilience.fault_tree.modules import TooHard

_LISTED = 100_000
EXACT: Final = 1e-6
"""A figure whose bounds lie no further apart, as a share of it, is told as exact."""
_LEAST: Final = 1e-12
_FIRST: Final = 1e-13
"""Of a figure: states that rare are not followed at first; then ones that are so much rarer, down
to a last."""
_FINER: Final = 1e-2
_LAST: Final = 1e-26
_UNSEEN: Final = 1e-8
"""Of a figure: what may be left out."""


@dataclass(frozen=True)
class Figures:
    """What is told of a failure function."""

    method: Method
    unavailability: Bounds
    failures_a_year: Bounds | None
    importances: tuple[Importance, ...]
    """With what is unknown perfect."""
    hides: Mapping[str, float]
    """Of each unknown event how much it alone may add."""
    larger: tuple[tuple[str, ...], ...]
    """Cut sets of three events and more down to the cut-off."""
    left_out: float
    sampled: bool = False
    """Whether the upper bound is a sampled one."""


def exact_figures(
    function: FailureFunction,
    low: Mapping[str, float],
    high: Mapping[str, float],
    rates: Mapping[str, float],
    unknown: frozenset[str],
    cut_off: float,
) -> Figures:
    """From the whole failure function."""
    slopes = function.birnbaum(low)
    open_ones = unknown & set(function.support)
    above = function.probability(high) if open_ones else None
    best = function.probability(low)
    often = frequency(slopes, rates)
    larger, left_out = _larger(function, low, cut_off)
    return Figures(
        "exact",
        Bounds(best, best if above is None else above),
        None if open_ones else Bounds(often, often),
        tuple(one for one in function.importances(low) if one.event not in unknown),
        {event: slopes[event] for event in sorted(open_ones)},
        larger,
        left_out,
    )


def frequency(slopes: Mapping[str, float], rates: Mapping[str, float]) -> float:
    """How often a year failure begins: the sum of what each event's beginning does (Vesely 1970; IEC 61078).

    >>> frequency({"a": 0.01, "b": 0.02}, {"a": 1.0, "b": 2.0})
    0.05
    """
    return sum(slope * rates[event] for event, slope in sorted(slopes.items()))


def composed_figures(
    function: ComposedFunction,
    small: SmallCutSets,
    low: Mapping[str, float],
    high: Mapping[str, float],
    rates: Mapping[str, float],
    unknown: frozenset[str],
) -> Figures:
    """From the joint outcomes of all sites, and the cut sets of one and two events."""
    service = function.part.service.service
    counted = {name for name, chance in high.items() if chance > 0.0}
    few = _united(small.singles[service], small.pairs[service], counted).probability(low)
    best = _followed(function, low, max(few, _LEAST))
    open_ones = unknown & function.support
    worst = _followed(function, high, max(best.probability, _LEAST)) if open_ones else best
    slopes = function.by_event(best, low)
    importances = []
    for event, slope in slopes.items():
        never = best.probability - low[event] * slope
        if never < 1e-6 * best.probability:
            never = function.evaluated(
                function.numbers({**low, event: 0.0}), best.probability * _FIRST
            ).probability
        importances.append(importance(event, low[event], slope, best.probability, never))
    often = frequency(slopes, rates)
    more = 2.0 * best.left_out * _transitions(low, rates, function.support)
    upper = min(1.0, worst.probability + worst.left_out)
    return Figures(
        "exact" if best.left_out <= EXACT * best.probability else "bounded",
        Bounds(best.probability, upper),
        None if open_ones else Bounds(max(0.0, often - more), often + more),
        tuple(one for one in sorted(importances, key=rank) if one.event not in unknown and one.birnbaum),
        {event: slopes.get(event, 0.0) for event in sorted(open_ones)},
        (),
        max(0.0, best.probability + best.left_out - few),
    )


def _followed(function: ComposedFunction, chances: Mapping[str, float], about: float) -> Composed:
    """The figures with so many states followed that what is left out does not show, if that can be."""
    numbers = function.numbers(chances)
    too_rare = about * _FIRST
    found = function.evaluated(numbers, too_rare)
    while found.left_out > _UNSEEN * found.probability and too_rare > _LAST:
        too_rare *= _FINER
        found = function.evaluated(numbers, too_rare)
    return found


def _transitions(chances: Mapping[str, float], rates: Mapping[str, float], support: Iterable[str]) -> float:
    """How many events begin or end a year at most, in whatever state: the rates of all, from either side."""
    return sum(
        rates[one] / chances[one] + rates[one] / (1.0 - chances[one])
        for one in sorted(support)
        if 0.0 < chances[one] < 1.0
    )


def _larger(
    function: FailureFunction, chances: Mapping[str, float], cut_off: float
) -> tuple[tuple[tuple[str, ...], ...], float]:
    """Cut sets of three and more, and a bound of those left out."""
    try:
        found = function.cut_sets(chances, cut_off=cut_off, always_order=0, most=_LISTED)
    except TooHard:
        return (), 1.0
    return tuple(one.events for one in found.sets if len(one.events) > 2), found.bound


def bounded_figures(
    service: str,
    small: tuple[SmallCutSets, SmallCutSets],
    rest: tuple[Remainder, Remainder],
    low: Mapping[str, float],
    high: Mapping[str, float],
    rates: Mapping[str, float],
    unknown: frozenset[str],
) -> Figures:
    """From cut sets of one and two events, exactly, and the bound of what those of more add."""
    best, worst = small
    counted = {name for name, chance in high.items() if chance > 0.0}
    function = _united(best.singles[service], best.pairs[service], counted)
    slopes = function.birnbaum(low)
    bottom = function.probability(low)
    open_ones = unknown & set(function.support)
    if unknown:
        top = _united(worst.singles[service], worst.pairs[service], counted)
        upper = 1.0 if service in worst.down else top.probability(high)
    else:
        upper = bottom
    often = frequency(slopes, rates)
    # Failure begins in a state of the rest by one of its events, or ends up there: at most as often as the
    # events of such a state end, and as any begins.
    ends = sorted((rates[one] / low[one] for one in counted if 0 < low[one] < 1), reverse=True)
    begins = sum(rates[one] / (1.0 - low[one]) for one in sorted(counted) if 0 < low[one] < 1)
    return Figures(
        "bounded",
        Bounds(bottom, min(1.0, upper + rest[1].high)),
        None
        if unknown
        else Bounds(max(0.0, often - rest[1].high * begins), often + rest[1].high * sum(ends[:AT_MOST])),
        tuple(one for one in function.importances(low) if one.event not in unknown),
        {event: slopes[event] for event in sorted(open_ones)},
        (),
        rest[1].high,
        sampled=True,
    )


def _united(singles: Iterable[str], pairs: Iterable[tuple[str, str]], counted: set[str]) -> FailureFunction:
    """Any of those cut sets; pairs with one partner in common stand together."""
    place = Formulas()
    partners: dict[str, list[str]] = {}
    for a, b in pairs:
        if a in counted and b in counted:
            partners.setdefault(a, []).append(b)
            partners.setdefault(b, []).append(a)
    alike: dict[tuple[str, ...], list[str]] = {}
    for event, held in partners.items():
        alike.setdefault(tuple(sorted(held)), []).append(event)
    parts = [place.event(event) for event in sorted(singles) if event in counted]
    for others, events in sorted(alike.items()):
        either = place.any_of([place.event(event) for event in sorted(events)])
        parts.append(either & place.any_of([place.event(event) for event in others]))
    return compile_formula(place.any_of(parts))
