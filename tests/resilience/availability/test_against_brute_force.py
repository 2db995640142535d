"""On small estates cut sets, availability and frequency are those of every state tried one by one."""

from itertools import combinations, product
from math import isclose, prod
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.availability.alike import alike
from resilience.availability.diagrams import failure_functions
from resilience.availability.failing import Failures
from resilience.availability.figures import frequency
from resilience.availability.pairs import small_cut_sets
from resilience.failure_logic import failure_logic
from resilience.graph import build
from specs.model import Estate
from tests.resilience.test_oracle import Dice, Plain, random_estate

by_seed = given(st.integers(0, 2**32))
few = settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def _fails(whole: Estate, service: str, failed: tuple[str, ...]) -> bool:
    """As the format says it: users that are lost themselves do not count, unless all are."""
    plain = Plain(whole, set(failed))
    users = whole.services[service].users_at
    left = [site for site in users if plain.stands(f"sites/{site}")]
    return not all(plain.serves(service, site) for site in left or users or (None,))


@pytest.mark.slow
@by_seed
@few
def test_cut_sets_of_one_and_two_events_are_those_of_the_plain_evaluator(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice)
    failures = Failures(failure_logic(build(whole)))
    events = [name for name, event in failures.logic.events.items() if event.kind != "demand"]
    chosen = sorted(dice.some_of(events, 12, 18))
    small = small_cut_sets(failures)
    for service in whole.services:
        if _fails(whole, service, ()):
            continue
        singles = {(one,) for one in chosen if _fails(whole, service, (one,))}
        assert {(one,) for one in small.singles[service] if one in chosen} == singles
        pairs = {
            pair
            for pair in combinations(chosen, 2)
            if not singles & {(one,) for one in pair} and _fails(whole, service, pair)
        }
        assert {pair for pair in small.pairs[service] if set(pair) <= set(chosen)} == pairs


@pytest.mark.slow
@by_seed
@few
def test_the_diagram_is_right_in_every_state_of_a_few_events_and_so_are_its_figures(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice)
    failures = Failures(failure_logic(build(whole)))
    events = [name for name, event in failures.logic.events.items() if event.kind != "demand"]
    chosen = sorted(dice.some_of(events, 6, 6))
    functions = failure_functions(failures, failures.services, frozenset(chosen))
    chances = {name: dice.random.uniform(0.01, 0.5) for name in chosen}
    rates = {name: dice.random.uniform(0.1, 5.0) for name in chosen}
    for service, function in functions.items():
        assert function is not None
        if _fails(whole, service, ()):
            continue
        fails: dict[tuple[bool, ...], bool] = {}
        for state in product((False, True), repeat=len(chosen)):
            failed = tuple(name for name, one in zip(chosen, state, strict=True) if one)
            fails[state] = _fails(whole, service, failed)
        expected = sum(_chance(state, chosen, chances) for state, lost in fails.items() if lost)
        padded = dict.fromkeys(failures.logic.events, 0.0) | chances
        assert isclose(function.probability(padded), expected, rel_tol=1e-12, abs_tol=1e-15)
        often = 0.0
        for place, name in enumerate(chosen):
            for state, lost in fails.items():
                if state[place]:
                    before = (*state[:place], False, *state[place + 1 :])
                    swing = int(lost) - int(fails[before])
                    others = _chance(state, chosen, chances) / chances[name]
                    often += swing * others * rates[name]
        found = frequency(function.birnbaum(padded), dict.fromkeys(failures.logic.events, 0.0) | rates)
        assert isclose(found, often, rel_tol=1e-9, abs_tol=1e-12)
        if function.coherent:
            minimal = _minimal(fails, chosen)
            assert {one.events for one in function.cut_sets(padded, always_order=len(chosen)).sets} == minimal


def _chance(state: tuple[bool, ...], names: list[str], chances: dict[str, float]) -> float:
    return prod(chances[name] if one else 1 - chances[name] for name, one in zip(names, state, strict=True))


def _minimal(fails: dict[tuple[bool, ...], bool], names: list[str]) -> set[tuple[str, ...]]:
    found: list[frozenset[str]] = []
    for state in sorted(fails, key=sum):
        failed = frozenset(name for name, one in zip(names, state, strict=True) if one)
        if fails[state] and not any(smaller <= failed for smaller in found):
            found.append(failed)
    return {tuple(sorted(one)) for one in found}


@pytest.mark.slow
@by_seed
@few
def test_services_that_are_told_to_be_alike_fail_together(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice)
    twins: dict[str, Any] = dict(whole.workloads)
    for name, workload in whole.workloads.items():
        if workload.service == "s0":
            twins[f"{name}-twin"] = workload.model_copy(update={"id": f"{name}-twin", "service": "twin"})
    services = {**whole.services, "twin": whole.services["s0"].model_copy(update={"id": "twin"})}
    doubled = whole.model_copy(update={"workloads": twins, "services": services})
    failures = Failures(failure_logic(build(doubled)))
    small = small_cut_sets(failures)
    for service, first in alike(failures).items():
        assert small.pairs[service] == small.pairs[first]
        assert small.singles[service] == small.singles[first]
