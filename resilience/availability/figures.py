"""Figures of one failure function: from its whole diagram, or from its small cut sets and a sampled rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resilience.availability.pairs import SmallCutSets
from resilience.availability.results import Bounds, Method
from resilience.availability.sampling import Remainder
from resilience.fault_tree.failure_function import FailureFunction, Importance, compile_formula
from resilience.fault_tree.formulas import Formulas
from resilience.fault_tree.modules import TooHard

_LISTED = 100_000


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
    repairs = sorted(
        (rates[one] / low[one] for one in counted if 0 < low[one] < 1 and rates[one]), reverse=True
    )
    return Figures(
        "bounded",
        Bounds(bottom, min(1.0, upper + rest[1].high)),
        None if unknown else Bounds(often, often + rest[1].high * sum(repairs[:3])),
        tuple(one for one in function.importances(low) if one.event not in unknown),
        {event: slopes[event] for event in sorted(open_ones)},
        (),
        rest[1].high,
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
