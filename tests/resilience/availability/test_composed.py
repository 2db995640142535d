"""Put together from the joint outcomes of sites, failure is what one diagram over all events makes it."""

from math import isclose

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.availability import outcomes
from resilience.availability.composed import ComposedFunction, Sites
from resilience.availability.diagrams import failure_functions
from resilience.availability.division import divided
from resilience.availability.failing import Failures
from resilience.failure_logic import failure_logic
from resilience.graph import build
from tests.resilience.test_oracle import Dice, random_estate

by_seed = given(st.integers(0, 2**32), st.booleans())
some = settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
many = settings(some, max_examples=200)


def _agrees(seed: int, counted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """`counted`: even gates of two needs are counted, not drawn."""
    monkeypatch.setattr(outcomes, "MANY", 2 if counted else 24)
    dice = Dice(seed)
    failures = Failures(failure_logic(build(random_estate(dice))))
    events = frozenset(dice.some_of(sorted(failures.logic.events), 8, 24))
    chances = dict.fromkeys(failures.logic.events, 0.0)
    chances |= {name: dice.random.choice([0.0, 0.01, 0.3, 1.0]) for name in sorted(events)}
    division = divided(failures, failures.services, events)
    sites = Sites(division)
    whole = failure_functions(failures, failures.services, events)
    for one in failures.services:
        function, exact = ComposedFunction(division.part(one), sites), whole[one.service]
        assert exact is not None
        found = function.evaluated(function.numbers(chances), 0.0)
        assert found.left_out == 0.0
        assert isclose(found.probability, exact.probability(chances), rel_tol=1e-12, abs_tol=1e-15)
        slopes, expected = function.by_event(found, chances), exact.birnbaum(chances)
        assert expected.keys() <= function.support
        for event in sorted(function.support):
            assert isclose(slopes.get(event, 0.0), expected.get(event, 0.0), rel_tol=1e-9, abs_tol=1e-12)
        coarse = function.evaluated(function.numbers(chances), 1e-3)
        assert coarse.probability <= exact.probability(chances) * (1 + 1e-12)
        assert exact.probability(chances) <= coarse.probability + coarse.left_out + 1e-15


@by_seed
@some
def test_composed_figures_are_those_of_one_diagram(seed: int, counted: bool) -> None:
    with pytest.MonkeyPatch.context() as patched:
        _agrees(seed, counted, patched)


@pytest.mark.slow
@by_seed
@many
def test_composed_figures_are_those_of_one_diagram_on_hundreds_of_estates(seed: int, counted: bool) -> None:
    with pytest.MonkeyPatch.context() as patched:
        _agrees(seed, counted, patched)
