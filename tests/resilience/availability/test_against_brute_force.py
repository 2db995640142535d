"""On small estates cut sets, availability and frequency are those of every state tried one by one."""

from itertools import product
from math import isclose
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.availability.alike import alike
from resilience.availability.composed import ComposedFunction, Sites
from resilience.availability.diagrams import failure_functions
from resilience.availability.division import divided
from resilience.availability.failing import Failures
from resilience.availability.figures import frequency
from resilience.availability.pairs import small_cut_sets
from resilience.failure_logic import failure_logic
from resilience.graph import build
from resilience.sweep import bits
from specs.model import Estate
from tests.resilience.plain_in_bits import PlainInBits, states_of
from tests.resilience.test_oracle import Dice, Plain, random_estate

by_seed = given(st.integers(0, 2**32))
few = settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
hundreds = settings(few, max_examples=20)
thousands = settings(few, max_examples=700)


def _fails(whole: Estate, service: str, failed: tuple[str, ...]) -> bool:
    """As the format says it: users that are lost themselves do not count, unless all are."""
    plain = Plain(whole, set(failed))
    users = whole.services[service].users_at
    left = [site for site in users if plain.stands(f"sites/{site}")]
    return not all(plain.serves(service, site) for site in left or users or (None,))


@pytest.mark.slow
@by_seed
@few
def test_all_states_at_once_are_those_of_the_plain_evaluator(seed: int) -> None:
    dice = Dice(seed)
    whole = random_estate(dice)
    events = [one.name for one in failure_logic(build(whole)).events.values() if one.kind != "demand"]
    chosen = sorted(dice.some_of(events, 4, 4))
    every = PlainInBits(whole, states_of(chosen), 2 ** (2 ** len(chosen)) - 1)
    for service in whole.services:
        for state, held in enumerate(product((False, True), repeat=len(chosen))):
            failed = tuple(name for name, one in zip(reversed(chosen), held, strict=True) if one)
            assert bool(every.fails(service) >> state & 1) == _fails(whole, service, failed)


def _agrees(seed: int) -> None:
    """Small cut sets, diagrams, sites put together: each against all states of some events."""
    dice = Dice(seed)
    whole = random_estate(dice)
    failures = Failures(failure_logic(build(whole)))
    events = [name for name, event in failures.logic.events.items() if event.kind != "demand"]
    chosen = sorted(dice.some_of(events, 7, 7))
    count = 2 ** len(chosen)
    every = PlainInBits(whole, states_of(chosen), 2**count - 1)
    chances = {name: dice.random.uniform(0.01, 0.5) for name in chosen}
    rates = {name: dice.random.uniform(0.1, 5.0) for name in chosen}
    likely = [1.0] * count
    for state in range(count):
        for place, name in enumerate(chosen):
            likely[state] *= chances[name] if state >> place & 1 else 1.0 - chances[name]
    padded = dict.fromkeys(failures.logic.events, 0.0) | chances
    rated = dict.fromkeys(failures.logic.events, 0.0) | rates
    small = small_cut_sets(failures)
    functions = failure_functions(failures, failures.services, frozenset(chosen))
    division = divided(failures, failures.services, frozenset(chosen))
    sites = Sites(division)
    for one in failures.services:
        fails = every.fails(one.service)
        if fails & 1:
            continue
        minimal = _minimal(fails, chosen)
        within: set[tuple[str, ...]] = {(name,) for name in small.singles[one.service] if name in chosen}
        within |= {pair for pair in small.pairs[one.service] if set(pair) <= set(chosen)}
        assert within == {events for events in minimal if len(events) < 3}
        expected = sum(likely[state] for state in bits(fails))
        often = 0.0
        for place, name in enumerate(chosen):
            held = [state for state in range(count) if state >> place & 1]
            swing = ((fails >> state & 1) - (fails >> (state ^ 1 << place) & 1) for state in held)
            joint = (likely[state] / chances[name] for state in held)
            often += rates[name] * sum(s * p for s, p in zip(swing, joint, strict=True))
        function = functions[one.service]
        assert function is not None
        assert isclose(function.probability(padded), expected, rel_tol=1e-12, abs_tol=1e-15)
        assert isclose(frequency(function.birnbaum(padded), rated), often, rel_tol=1e-9, abs_tol=1e-12)
        if function.coherent:
            found = function.cut_sets(padded, always_order=len(chosen))
            assert {cut.events for cut in found.sets} == minimal
        composed = ComposedFunction(division.part(one), sites)
        figures = composed.evaluated(composed.numbers(padded), 0.0)
        assert isclose(figures.probability, expected, rel_tol=1e-12, abs_tol=1e-15)
        slopes = composed.by_event(figures, padded)
        assert isclose(frequency(slopes, rated), often, rel_tol=1e-9, abs_tol=1e-12)


def _minimal(fails: int, names: list[str]) -> set[tuple[str, ...]]:
    """Smallest states that fail; bit by bit of a state's number the events."""
    found: list[int] = []
    for state in sorted(bits(fails), key=int.bit_count):
        if not any(smaller & state == smaller for smaller in found):
            found.append(state)
    return {tuple(names[place] for place in bits(state)) for state in found}


@by_seed
@hundreds
def test_cut_sets_availability_and_frequency_are_those_of_every_state(seed: int) -> None:
    _agrees(seed)


@pytest.mark.slow
@by_seed
@thousands
def test_they_are_so_on_thousands_of_services(seed: int) -> None:
    _agrees(seed)


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
