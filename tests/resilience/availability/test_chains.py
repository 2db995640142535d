"""Chains of many cut sets at once are those of each by itself."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.availability.chains import chains_of
from resilience.availability.failing import WIDENING, Failures
from resilience.availability.pairs import by_event, swept
from resilience.compiled import way_down
from resilience.failure_logic import failure_logic
from resilience.graph import build
from resilience.results import Chain
from tests.resilience.test_oracle import Dice, random_estate

by_seed = given(st.integers(0, 2**32))
some = settings(max_examples=4, deadline=None)


def _one_by_one(failures: Failures, service: str, events: tuple[str, ...]) -> Chain:
    """The chain of one cut set, by a walk of its own."""
    sweep = failures.logic.sweep
    compiled = sweep.compiled
    lost, _ = swept(failures, by_event([events]), frozenset(), 1)
    one = next(found for found in failures.services if found.service == service)
    level = one.owed[max(WIDENING.index(failures.scenarios[event]) for event in events)]
    view = level.node
    for seen, place in level.views:
        gone = place is not None and place not in failures.calm and lost[place]
        if seen not in failures.calm and lost[seen] and not gone:
            view = seen
            break
    starts = [compiled.index[event] for event in events]
    down = compiled.last_straws(lost, 1, starts, compiled.lost_needs(failures.calm))
    if view not in down:
        return ()
    return sweep.chain([compiled.names[step] for step in way_down(down, view)])


def _agrees(seed: int, most: int) -> None:
    dice = Dice(seed)
    failures = Failures(failure_logic(build(random_estate(dice))))
    events = dice.some_of(sorted(failures.logic.events), 4, most)
    sets = [tuple(sorted(held)) for size in (1, 2, 3) for held in combinations(sorted(set(events)), size)]
    listed = {one.service: sets for one in failures.services}
    for service, chains in chains_of(failures, listed).items():
        for held in sets:
            assert chains.get(held, ()) == _one_by_one(failures, service, held)


@by_seed
@some
def test_chains_of_many_cut_sets_are_those_of_each_by_itself(seed: int) -> None:
    _agrees(seed, 6)


@pytest.mark.slow
@by_seed
@settings(some, max_examples=100)
def test_chains_of_many_cut_sets_are_those_of_each_by_itself_on_a_hundred_estates(seed: int) -> None:
    _agrees(seed, 12)
