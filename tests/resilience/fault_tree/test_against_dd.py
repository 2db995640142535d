"""The engine against another one, `dd`, by a way of its own: a cut set is minimal if less of it is none."""

from collections.abc import Mapping

import pytest
from dd import autoref
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.fault_tree.failure_function import compile_formula
from resilience.fault_tree.formulas import Formula, Formulas


@st.composite
def coherent_trees(draw: st.DrawFn) -> tuple[Formula, tuple[str, ...]]:
    """Up to fourteen events under gates that share them and one another."""
    place = Formulas()
    names = tuple(f"e{number:02}" for number in range(draw(st.integers(6, 14))))
    known = [place.event(name) for name in names]
    for _ in range(draw(st.integers(4, 12))):
        inputs = draw(st.lists(st.sampled_from(known), min_size=2, max_size=4, unique=True))
        least = draw(st.integers(1, len(inputs)))
        known.append(place.at_least(least, inputs))
    return known[-1], names


def _built(formula: Formula, manager: autoref.BDD) -> autoref.Function:
    values = [manager.false, manager.true]
    for node in formula.place.nodes[2:]:
        inputs = [values[one] if one > 0 else ~values[-one] for one in node.inputs]
        if node.event:
            values.append(manager.var(node.event))
        elif node.least:
            reached = [manager.true] + [manager.false] * node.least
            for one in inputs:
                for count in range(node.least, 0, -1):
                    reached[count] = manager.ite(one, reached[count - 1], reached[count])
            values.append(reached[node.least])
        else:
            joined = manager.true
            for one in inputs:
                joined = joined & one
            values.append(joined)
    return values[formula.literal] if formula.literal > 0 else ~values[-formula.literal]


def _probability(function: autoref.Function, manager: autoref.BDD, chances: Mapping[str, float]) -> float:
    """Summed over the ways that lead to true."""
    found = 0.0
    for cube in manager.pick_iter(function, care_vars=set()):
        product = 1.0
        for name, happens in cube.items():
            product *= chances[name] if happens else 1 - chances[name]
        found += product
    return found


@settings(max_examples=40)
@given(coherent_trees())
def test_probability_and_number_of_minimal_cut_sets_agree(tree: tuple[Formula, tuple[str, ...]]) -> None:
    formula, names = tree
    manager = autoref.BDD()
    manager.declare(*names)
    function = _built(formula, manager)
    smallest = function
    for name in names:
        smallest = smallest & ~(manager.var(name) & manager.let({name: False}, function))
    found = compile_formula(formula)
    chances = {name: 0.02 * (number + 1) for number, name in enumerate(names)}
    assert found.minimal_cut_set_count() == manager.count(smallest, nvars=len(names))
    assert found.probability(chances) == pytest.approx(_probability(function, manager, chances), rel=1e-9)
