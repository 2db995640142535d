"""Bounds hold, whatever is cut off."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.fault_tree.bounding import bounds
from resilience.fault_tree.formulas import Formula, Formulas
from tests.resilience.fault_tree import brute_force
from tests.resilience.fault_tree.drawing import EVENTS, formulas

chances_of_all = st.fixed_dictionaries(dict.fromkeys(EVENTS, st.sampled_from([1e-9, 1e-4, 0.01, 0.2, 0.6])))


@given(formulas(coherent=True), chances_of_all)
def test_with_room_enough_the_bounds_meet_at_the_figure(formula: Formula, chances: dict[str, float]) -> None:
    found = bounds(formula, chances)
    wanted = brute_force.probability(formula, chances)
    assert found is not None
    assert found.at_least <= wanted * (1 + 1e-9)
    assert found.at_most >= wanted * (1 - 1e-9)
    assert found.at_most - found.at_least <= 1e-6 * wanted + 1e-13


@given(formulas(coherent=True), chances_of_all, st.integers(2, 40))
def test_with_little_room_they_still_hold(formula: Formula, chances: dict[str, float], most: int) -> None:
    found = bounds(formula, chances, most)
    wanted = brute_force.probability(formula, chances)
    assert found is not None
    assert found.at_least <= wanted * (1 + 1e-9)
    assert found.at_most >= wanted * (1 - 1e-9)
    likely = [
        one
        for one in brute_force.minimal_sets(formula, EVENTS)
        if prod(chances[event] for event in one) >= found.cut_off * (1 + 1e-9)
    ]
    assert found.minimal_cut_sets >= len(likely) or found.cut_off == 1.0


def test_more_than_a_million_cut_sets_are_bounded_from_the_likely_ones() -> None:
    place = Formulas()
    rows = [[place.event(f"r{row}c{column}") for column in range(10)] for row in range(6)]
    top = place.all_of(place.any_of(row) for row in rows)
    chances = {f"r{row}c{column}": 10.0 ** -(1 + column) for row in range(6) for column in range(10)}
    exact = (1 - prod(1 - 10.0 ** -(1 + column) for column in range(10))) ** 6
    found = bounds(top, chances)
    assert found is not None
    assert found.at_least <= exact <= found.at_most
    assert found.at_most == pytest.approx(found.at_least, rel=1e-4)


def test_a_formula_with_negations_has_none() -> None:
    place = Formulas()
    assert bounds(place.event("a") ^ place.event("b"), {"a": 0.1, "b": 0.1}) is None
    assert bounds(place.event("a") & ~place.event("b"), {"a": 0.1, "b": 0.1}) is None
