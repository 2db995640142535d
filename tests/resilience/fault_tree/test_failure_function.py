"""Every figure of a failure function, held against all states of its events."""

from collections.abc import Callable
from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.fault_tree.failure_function import compile_formula
from resilience.fault_tree.formulas import Formula, Formulas
from resilience.fault_tree.modules import Limits, TooHard
from tests.resilience.fault_tree import brute_force
from tests.resilience.fault_tree.drawing import CHANCES, EVENTS, formulas

chances_of_all = st.fixed_dictionaries(dict.fromkeys(EVENTS, CHANCES))
EVEN = dict.fromkeys(EVENTS, 0.5)


@given(formulas(), chances_of_all)
def test_the_probability_is_that_of_all_states_together(formula: Formula, chances: dict[str, float]) -> None:
    found = compile_formula(formula).probability(chances)
    assert found == pytest.approx(brute_force.probability(formula, chances), rel=1e-12, abs=1e-300)


@given(formulas())
def test_minimal_cut_sets_are_the_smallest_states_that_fail(formula: Formula) -> None:
    wanted = brute_force.minimal_sets(formula, EVENTS)
    found = compile_formula(formula)
    listed = found.cut_sets(EVEN)
    assert {frozenset(one.events) for one in listed.sets} == wanted
    assert len(listed.sets) == found.minimal_cut_set_count() == len(wanted)
    assert (listed.left_out, listed.bound) == (0, 0.0)


@given(formulas(), chances_of_all)
def test_events_that_a_formula_writes_and_does_not_depend_on_need_no_probability(
    formula: Formula, chances: dict[str, float]
) -> None:
    found = compile_formula(formula)
    known = {event: chances[event] for event in found.support}
    assert found.probability(known) == found.probability(chances)
    assert found.importances(known) == found.importances(chances)
    assert found.likeliest_cut_sets(known, 5) == found.likeliest_cut_sets(chances, 5)
    assert found.cut_sets(known) == found.cut_sets(chances)


@given(formulas())
def test_support_and_coherence_are_those_of_the_function_not_of_its_writing(formula: Formula) -> None:
    found = compile_formula(formula)
    assert found.support == brute_force.support(formula, EVENTS)
    assert found.coherent == brute_force.is_monotone(formula, EVENTS)


def test_a_part_that_is_always_or_never_so_is_no_part_of_the_function() -> None:
    place = Formulas()
    a, b, c = (place.event(name) for name in "abc")
    always, never = place.any_of([a, ~a]), place.all_of([a, ~a])
    certain = compile_formula(place.any_of([~b, always]))
    assert (certain.support, certain.coherent, certain.minimal_cut_set_count()) == ((), True, 1)
    both = compile_formula(place.any_of([never, b & c, place.all_of([always, c])]))
    assert (both.support, both.coherent, both.minimal_cut_set_count()) == (("c",), True, 1)


@given(formulas(), chances_of_all)
def test_birnbaum_is_what_an_event_makes_of_the_difference(
    formula: Formula, chances: dict[str, float]
) -> None:
    found = compile_formula(formula)
    for event, slope in found.birnbaum(chances).items():
        certain = brute_force.probability(formula, {**chances, event: 1.0})
        never = brute_force.probability(formula, {**chances, event: 0.0})
        assert slope == pytest.approx(certain - never, abs=1e-12)


@given(formulas(coherent=True), chances_of_all)
def test_worths_are_ratios_of_probabilities(formula: Formula, chances: dict[str, float]) -> None:
    found = compile_formula(formula)
    top = brute_force.probability(formula, chances)
    for one in found.importances(chances):
        certain = brute_force.probability(formula, {**chances, one.event: 1.0})
        never = brute_force.probability(formula, {**chances, one.event: 0.0})
        if top == 0:
            assert (one.fussell_vesely, one.risk_achievement, one.risk_reduction) == (None, None, None)
            continue
        assert one.fussell_vesely == pytest.approx(1 - never / top, abs=1e-9)
        assert one.risk_achievement == pytest.approx(certain / top, rel=1e-9)
        assert one.risk_reduction == (pytest.approx(top / never, rel=1e-9) if never else None)


@given(formulas(), chances_of_all, st.sampled_from([0.0, 1e-9, 1e-3, 0.2, 1.1]), st.integers(0, 3))
def test_what_a_cut_off_leaves_out_is_counted_and_bounded(
    formula: Formula, chances: dict[str, float], cut_off: float, always: int
) -> None:
    every = brute_force.minimal_sets(formula, EVENTS)
    chance = {one: prod(chances[event] for event in one) for one in every}
    found = compile_formula(formula).cut_sets(chances, cut_off=cut_off, always_order=always, most_order=5)
    kept = {frozenset(one.events) for one in found.sets}
    for one in every:
        near = isclose(chance[one], cut_off, rel_tol=1e-9)
        assert near or (one in kept) == (len(one) <= 5 and (len(one) <= always or chance[one] >= cut_off))
    out = every - kept
    assert kept <= every
    assert found.left_out == len(out)
    assert found.bound == pytest.approx(min(1.0, sum(chance[one] for one in out)), rel=1e-9)


@given(formulas(), chances_of_all, st.integers(1, 6))
def test_the_likeliest_are_as_likely_as_the_likeliest_of_all(
    formula: Formula, chances: dict[str, float], wanted: int
) -> None:
    every = brute_force.minimal_sets(formula, EVENTS)
    best = sorted((prod(chances[event] for event in one) for one in every), reverse=True)[:wanted]
    found = compile_formula(formula).likeliest_cut_sets(chances, wanted)
    assert [one.probability for one in found] == pytest.approx(best, rel=1e-12)
    assert {frozenset(one.events) for one in found} <= every


def test_a_rare_failure_keeps_its_digits() -> None:
    place = Formulas()
    top = place.all_of(place.any_of([place.event(f"{row}{side}") for side in "ab"]) for row in range(4))
    chances = {f"{row}{side}": 1e-7 for row in range(4) for side in "ab"}
    single = 2e-7 - 1e-14
    assert compile_formula(top).probability(chances) == pytest.approx(single**4, rel=1e-12)
    assert compile_formula(~~top).probability(chances) == pytest.approx(single**4, rel=1e-12)


def test_twenty_of_forty_have_as_many_cut_sets_as_there_are_choices() -> None:
    place = Formulas()
    events = [place.event(f"e{number:02}") for number in range(40)]
    found = compile_formula(place.at_least(20, events))
    assert found.minimal_cut_set_count() == 137_846_528_820
    assert found.probability({f"e{number:02}": 0.5 for number in range(40)}) == pytest.approx(
        0.5 + 137_846_528_820 / 2**41, rel=1e-12
    )
    with pytest.raises(TooHard, match="more than 1,000"):
        found.cut_sets({f"e{number:02}": 0.5 for number in range(40)}, most=1_000)


@pytest.mark.parametrize(
    ("write", "count", "probability"),
    [
        (lambda place: place.always, 1, 1.0),
        (lambda place: place.never, 0, 0.0),
        (lambda place: place.event("a"), 1, 0.25),
        (lambda place: ~place.event("a"), 1, 0.75),
    ],
)
def test_the_smallest_formulas_have_figures_too(
    write: Callable[[Formulas], Formula], count: int, probability: float
) -> None:
    found = compile_formula(write(Formulas()))
    assert found.minimal_cut_set_count() == count
    assert found.probability({"a": 0.25}) == probability


def test_what_is_too_hard_is_so_by_nodes_and_says_it() -> None:
    place = Formulas()
    pairs = [place.event(f"a{number}") & place.event(f"b{(number * 7) % 31}") for number in range(31)]
    ring = [place.event(f"a{number}") | place.event(f"b{(number * 11) % 31}") for number in range(31)]
    top = place.any_of(pairs) & place.at_least(16, ring)
    tight = Limits(good_enough=10, first=40, most=80)
    with pytest.raises(TooHard, match="more than 80 diagram nodes"):
        compile_formula(top, tight)


def test_a_name_that_has_no_probability_is_told() -> None:
    place = Formulas()
    with pytest.raises(KeyError, match="b"):
        compile_formula(place.event("a") & place.event("b")).probability({"a": 0.1})
