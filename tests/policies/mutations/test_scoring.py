"""Every rule finds every known way to break what it asks for; a rule that never fires fails here."""

import sys
from collections import Counter
from dataclasses import replace

import pytest

from policies.mutations import MUTATIONS
from policies.mutations.scoring import Score, scores
from policies.outputs.scores import as_json
from policies.rule import passes
from policies.rules import RULES
from specs.bundled import find_estate
from specs.loading import Loaded, load
from specs.sentences import say
from tests.policies.conftest import BASE
from tests.published import hold


def scored(loaded: Loaded, *, seed: int, each: int) -> tuple[Score, ...]:
    day = loaded.estate.estate.judged_on
    assert day is not None
    estate = loaded.estate.as_of(None)
    return scores(loaded, estate, RULES, MUTATIONS, on=day, phase=None, seed=seed, each=each)


def told(found: tuple[Score, ...]) -> str:
    """The score by rule, as CI prints it."""
    return "\n".join(f"{one.rule} {one.killed}/{one.tried} {one.survivors}" for one in found)


@pytest.fixture(scope="module")
def of_base() -> tuple[Score, ...]:
    return scored(load(BASE), seed=1, each=5)


def test_every_mutant_of_the_rules_estate_is_found(of_base: tuple[Score, ...]) -> None:
    sys.stdout.write(told(of_base))
    assert [one for one in of_base if one.survivors] == []


def test_every_rule_fired(of_base: tuple[Score, ...]) -> None:
    assert [one.rule for one in of_base if not one.killed] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_mutant_of_the_national_estate_is_found(seed: int) -> None:
    found = scored(load(find_estate("national-cured")), seed=seed, each=3)
    sys.stdout.write(told(found))
    assert [one for one in found if one.survivors] == []
    assert sum(one.tried for one in found) > 200


def test_a_rule_that_is_blind_is_found_out() -> None:
    blind = [
        replace(rule, check=lambda case: [passes("sites/main", say("It holds."))])
        if rule.id == "SIT-001"
        else rule
        for rule in RULES
    ]
    loaded = load(BASE)
    day = loaded.estate.estate.judged_on
    assert day is not None
    found = scores(loaded, loaded.estate.as_of(None), blind, MUTATIONS, on=day, phase=None, seed=1, each=2)
    lives = [one for one in found if one.survivors]
    assert [one.rule for one in lives] == ["SIT-001"]
    assert not lives[0].killed


def test_two_runs_draw_the_same_places() -> None:
    loaded = load(BASE)
    assert scored(loaded, seed=7, each=1) == scored(loaded, seed=7, each=1)


def test_kinds_are_named_once_and_are_of_rules_that_there_are() -> None:
    assert [name for name, count in Counter(one.id for one in MUTATIONS).items() if count > 1] == []
    assert {one.rule for one in MUTATIONS} == {rule.id for rule in RULES}


def test_the_published_form_holds(of_base: tuple[Score, ...]) -> None:
    hold(as_json(of_base, 1, 5), "score")


def test_a_mutant_leaves_the_estate_as_it_was() -> None:
    before = load(BASE).estate
    loaded = load(BASE)
    scored(loaded, seed=1, each=1)
    assert loaded.estate == before
