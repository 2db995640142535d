"""What is kept equals what trying everything finds, on thousands of small questions."""

from dataclasses import replace
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.dr_capacity.direct import Direct
from resilience.dr_capacity.keeping import kept, wishes_of
from resilience.dr_capacity.kept_one_by_one import one_by_one
from resilience.dr_capacity.program import Program
from resilience.dr_capacity.question import (
    Arc,
    Ask,
    Limit,
    Need,
    Part,
    Question,
    SiteLimit,
    Switching,
    Traffic,
)
from tests.resilience.dr_capacity import brute_force

SMALL = st.integers(0, 6).map(float)


@st.composite
def asks(draw: st.DrawFn, limits: int) -> tuple[Ask, ...]:
    """Who knows what a minimum takes may not know of the full level; the other way round is not asked."""
    chosen = draw(st.lists(st.integers(0, limits - 1), max_size=limits, unique=True))
    levels = st.tuples(SMALL, SMALL | st.just(inf)) | st.just((inf, inf))
    return tuple(Ask(limit, draw(SMALL | st.just(inf)), *draw(levels)) for limit in chosen)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    services = tuple(f"s{number}" for number in range(draw(st.integers(1, 4))))
    between = tuple(f"platforms/p{number}" for number in range(draw(st.integers(0, 2))))
    everyone = (*services, *between)
    limits = tuple(
        Limit("platforms/x", f"r{number}", "", float(draw(st.integers(0, 14))))
        for number in range(draw(st.integers(1, 3)))
    )
    nodes = draw(st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=3))
    has_nodes = draw(st.booleans())
    needs = []
    for _ in range(draw(st.integers(0, 3))):
        of = draw(st.lists(st.sampled_from(everyone), min_size=1, max_size=2, unique=True))
        needs.append(Need(draw(st.sampled_from(everyone)), draw(st.integers(1, len(of))), tuple(of)))
    parts: list[Part] = []
    for service in services:
        kind = draw(st.sampled_from(("one", "one", "two", "choice", "standby")))
        for number in range(1 if kind == "one" else 2):
            size = st.tuples(SMALL, SMALL)
            rack = "x" if has_nodes and draw(st.booleans()) else ""
            parts.append(
                Part(
                    name=f"{service}-{number}",
                    service=service,
                    group="main" if kind == "choice" else "",
                    carries=kind != "standby" or number == 0,
                    asks=draw(asks(len(limits))),
                    rack=rack,
                    instances=draw(st.integers(1, 2)),
                    sizes=(draw(size), draw(size), draw(size)),
                    apart=draw(st.booleans()),
                )
            )
    return Question(
        services, between, tuple(needs), tuple(parts), limits, (("x", tuple(nodes)),) if has_nodes else ()
    )


@settings(max_examples=60, deadline=None)
@given(questions())
def test_what_is_kept_is_what_trying_everything_finds(question: Question) -> None:
    check_kept(question)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(questions())
def test_what_is_kept_is_what_trying_everything_finds_a_thousand_times(question: Question) -> None:
    check_kept(question)


def check_kept(question: Question) -> None:
    """Holds what is kept against every mode, standby and node."""
    found = kept(question)
    alive, full, there = brute_force.best(question)
    assert (found.alive, found.full, found.there) == (alive, full, there)
    assert found.all_fit == (len(full) == len(question.services) and there == _standbys(question))
    assert not found.undecided


def _standbys(question: Question) -> frozenset[str]:
    return frozenset(part.name for part in question.parts if part.group or not part.carries)


@st.composite
def networks(draw: st.DrawFn) -> Question:
    """Services used from several places, all served at t, over circuits between five places."""
    places = ("a", "b", "c", "d", "t")
    pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    joined = draw(st.lists(st.sampled_from(pairs), min_size=3, max_size=8, unique=True))
    limits, arcs = [], []
    for number, (a, b) in enumerate(joined):
        told = draw(st.booleans()) or number < 3
        if told:
            limits.append(Limit(f"circuits/c{number}", "bandwidth", "", float(draw(st.integers(0, 8)))))
        limit = len(limits) - 1 if told else None
        arcs += [Arc(f"c{number}", limit, a, b), Arc(f"c{number}", limit, b, a)]
    services = tuple(f"s{number}" for number in range(draw(st.integers(1, 4))))
    traffic = [Traffic("", draw(st.sampled_from("abcd")), "t", frozenset(), 0.0, draw(SMALL) / 2)]
    for service in services:
        for place in draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True)):
            minimum = draw(SMALL)
            traffic.append(Traffic(service, place, "t", frozenset(), minimum, minimum + draw(SMALL)))
    if draw(st.booleans()):
        traffic = traffic[1:]
    parts = tuple(Part(service, service, "", True, ()) for service in services)
    return Question(services, (), (), parts, tuple(limits), (), tuple(traffic), tuple(arcs))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(networks())
def test_traffic_that_may_spread_is_kept_as_a_maximum_flow_allows(question: Question) -> None:
    nothing = dict.fromkeys(question.services, 0)
    if not brute_force._carried(question, nothing):
        assert not kept(question).alive
        return
    found = kept(question)
    assert (found.alive, found.full) == brute_force.best(question)[:2]


def test_traffic_that_fills_three_circuits_to_the_last_bit_is_carried() -> None:
    """3 from c reach t over a, b and d, each with 1; then nothing is left for what b asks in full."""
    services = ("s0", "s1")
    traffic = (
        Traffic("", "a", "t", frozenset(), 0.0, 0.0),
        Traffic("s0", "b", "t", frozenset(), 0.0, 1.0),
        Traffic("s1", "a", "t", frozenset(), 0.0, 0.0),
        Traffic("s1", "c", "t", frozenset(), 3.0, 3.0),
    )
    joined = (("a", "b"), ("b", "d"), ("c", "d"), ("a", "d"), ("d", "t"), ("b", "c"))
    arcs = [
        Arc(f"c{number}", number if number < 3 else None, *ends)
        for number, (one, other) in enumerate(joined)
        for ends in ((one, other), (other, one))
    ]
    limits = tuple(Limit(f"circuits/c{number}", "bandwidth", "", 1.0) for number in range(3))
    parts = tuple(Part(service, service, "", True, ()) for service in services)
    found = kept(Question(services, (), (), parts, limits, (), traffic, tuple(arcs)))
    assert found.alive == {"s0", "s1"}
    assert found.full == {"s1"}


def simple(*amounts: tuple[float, float], gives: float) -> Question:
    """Services in order, each taking so much of one limit at its minimum and in full."""
    services = tuple(f"s{number}" for number in range(len(amounts)))
    parts = tuple(
        Part(name, name, "", True, (Ask(0, 0.0, minimum, full),))
        for name, (minimum, full) in zip(services, amounts, strict=True)
    )
    return Question(services, (), (), parts, (Limit("platforms/p", "cores", "", gives),), ())


def test_every_minimum_comes_before_any_full_level() -> None:
    found = kept(simple((2, 8), (2, 8), (2, 8), gives=12))
    assert found.alive == {"s0", "s1", "s2"}
    assert found.full == {"s0"}


def test_a_minimum_is_never_given_up_for_less_important_ones() -> None:
    found = kept(simple((10, 10), (6, 6), (6, 6), gives=12))
    assert found.alive == found.full == {"s0"}


def test_what_comes_later_may_take_the_room_that_an_earlier_one_did_not_fit_into() -> None:
    assert kept(simple((5, 5), (8, 8), (6, 6), gives=12)).alive == {"s0", "s2"}


def test_a_service_brings_along_the_less_important_one_that_it_needs() -> None:
    question = replace(simple((4, 4), (4, 4), (4, 4), gives=8), needs=(Need("s0", 1, ("s2",)),))
    assert kept(question).alive == {"s0", "s2"}


def test_of_alternatives_that_it_needs_one_is_enough() -> None:
    question = replace(simple((4, 4), (9, 9), (4, 4), gives=8), needs=(Need("s0", 1, ("s1", "s2")),))
    assert kept(question).alive == {"s0", "s2"}


def test_sums_that_fit_do_not_fit_where_an_instance_is_larger_than_any_rest() -> None:
    """Three instances of 6 cores are 18 of 20, and no node of 10 takes two of them."""
    part = Part("w", "s0", "", True, (Ask(0, 0, 18, 18),), "p", 3, ((0.0,), (6.0,), (6.0,)))
    limit = Limit("platforms/p", "cores", "", 20.0)
    question = Question(("s0",), (), (), (part,), (limit,), (("p", ((10.0,), (10.0,))),))
    found = kept(question)
    assert not found.alive
    assert found.proof == "aggregate"
    assert kept(replace(question, nodes=(("p", ((12.0,), (8.0,))),))).alive == {"s0"}


def test_two_dimensions_at_once_are_searched_exactly() -> None:
    """One node of (4, 4) takes neither (3, 1) twice nor (1, 3) twice, but one of each."""
    sizes = {"s0": (3.0, 1.0), "s1": (3.0, 1.0), "s2": (1.0, 3.0), "s3": (1.0, 3.0)}
    parts = tuple(Part(n, n, "", True, (), "p", 1, (size, size, size)) for n, size in sizes.items())
    question = Question(tuple(sizes), (), (), parts, (), (("p", ((4.0, 4.0), (4.0, 4.0))),))
    found = kept(question)
    assert found.all_fit
    assert found.proof == "placed"
    assert kept(replace(question, nodes=(("p", ((4.0, 4.0), (4.0, 3.0))),))).alive == {"s0", "s1", "s2"}


def test_standbys_are_switched_off_before_a_service_is_shed() -> None:
    question = simple((4, 4), (4, 4), gives=8)
    idle = Part("w", "s0", "", False, (Ask(0, 1.0, 0.0, 0.0),))
    found = kept(replace(question, parts=(*question.parts, idle)))
    assert found.full == {"s0", "s1"}
    assert not found.there
    assert not found.all_fit


def test_of_several_standbys_one_carries_the_first_that_can() -> None:
    def standby(name: str, limit: int) -> Part:
        return Part(name, "s0", "main", True, (Ask(limit, 1.0, 6.0, 6.0),))

    limits = (Limit("platforms/p", "cores", "", 4.0), Limit("platforms/q", "cores", "", 6.0))
    question = Question(("s0",), (), (), (standby("p", 0), standby("q", 1)), limits, ())
    assert kept(question).carriers == {"q"}
    wide = replace(question, limits=(replace(limits[0], gives=6.0), limits[1]))
    assert kept(wide).carriers == {"p"}
    assert kept(wide).all_fit


@st.composite
def switched_questions(draw: st.DrawFn) -> Question:
    """With nodes that can be off, in racks and a room that do not carry all of them."""
    question = draw(questions().filter(lambda question: bool(question.nodes)))
    ((name, nodes),) = question.nodes
    reserve = draw(st.integers(0, 1))
    weakest = tuple(sorted((cores, min(memory for _, memory in nodes)) for cores, memory in nodes))
    watts = [draw(st.integers(1, 4).map(float)) for _ in range(len(nodes) + reserve)]
    racks = [draw(st.integers(0, 1)) for _ in watts]
    limits = tuple(
        SiteLimit(f"rooms/r{number}", "heat", draw(st.integers(0, 8).map(float))) for number in range(2)
    )
    draws = tuple(
        ((0, each), (1, each)) if rack else ((0, each),) for each, rack in zip(watts, racks, strict=True)
    )
    return replace(
        question,
        nodes=((name, weakest),),
        site_limits=limits,
        switching=(Switching(name, reserve, draws),),
    )


def check_switched(question: Question) -> None:
    """What power and cooling leave on is what trying everything finds."""
    found = kept(question)
    assert (found.alive, found.full, found.there) == brute_force.best(question)


@settings(max_examples=15, deadline=None)
@given(switched_questions())
def test_nodes_are_on_as_power_and_cooling_allow(question: Question) -> None:
    check_switched(question)


@pytest.mark.slow
@settings(max_examples=700, deadline=None)
@given(switched_questions())
def test_nodes_are_on_as_power_and_cooling_allow_hundreds_of_times(question: Question) -> None:
    check_switched(question)


@st.composite
def plain_questions(draw: st.DrawFn) -> Question:
    """Without alternatives, and nothing that takes less in full than at its minimum."""
    question = draw(questions())
    needs = tuple(replace(need, at_least=len(need.of)) for need in question.needs)
    parts = tuple(
        replace(
            part,
            group="",
            asks=tuple(replace(ask, full=max(ask.minimum, ask.full)) for ask in part.asks),
            sizes=(part.sizes[0], part.sizes[1], tuple(map(max, part.sizes[1], part.sizes[2]))),
        )
        for part in question.parts
    )
    return replace(question, needs=needs, parts=parts)


def check_one_by_one(question: Question) -> None:
    """What is granted runs together, and where nothing is left open it is the optimum."""
    wishes = wishes_of(question)
    if Program(question).fits(wishes).fits:
        return
    found = one_by_one(question, wishes, "placed")
    alive, full, there = brute_force.best(question)
    modes = {name: (name in found.alive) + (name in found.full) for name in question.services}
    states = {name: int(name in found.there) for name in _standbys(question)}
    assert brute_force._bound(question, modes)
    assert brute_force._room(question, modes, states)
    if not found.undecided:
        assert (found.alive & set(question.services), found.full & set(question.services)) == (alive, full)
        assert found.there == there
    # The first thing that differs from the optimum was left open, and not refused.
    granted = [
        name in {"minimum": found.alive, "full": found.full, "there": found.there}[kind]
        for kind, name in wishes
    ]
    best = [name in {"minimum": alive, "full": full, "there": there}[kind] for kind, name in wishes]
    differs = next(
        (at for at, pair in enumerate(zip(granted, best, strict=True)) if pair[0] != pair[1]), None
    )
    assert differs is None or wishes[differs] in found.undecided


@settings(max_examples=50, deadline=None)
@given(plain_questions())
def test_one_by_one_grants_what_fits_and_leaves_open_what_it_cannot_tell(question: Question) -> None:
    check_one_by_one(question)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(plain_questions())
def test_one_by_one_is_sound_on_thousands_of_questions(question: Question) -> None:
    check_one_by_one(question)


@settings(max_examples=25, deadline=None)
@given(plain_questions())
def test_without_choice_the_answer_is_that_of_the_programme(question: Question) -> None:
    """Sums, bounds and first fit say what variables and rows do."""
    program = Program(question)
    wishes = wishes_of(question)
    for count in range(len(wishes) + 1):
        levels, there = Direct(question).levels(wishes[:count])
        direct = Direct(question).fits(levels, there)
        lower = program._wished(program._placed, wishes[:count])
        solved = lower is not None and (
            not program._placed.index or program._placed.solve({}, lower).x is not None
        )
        assert direct is None or direct == solved


@pytest.mark.slow
def test_a_thousand_services_on_a_hundred_nodes_are_kept_within_a_fixed_limit_of_work() -> None:
    """Nearly three percent more than there is: what is left open could fill no more than is left over."""
    dice = Random(1)
    parts = []
    for number in range(1000):
        cores, memory, instances = dice.choice([2, 3, 5, 6, 8, 10, 12]), dice.choice([2, 4, 8]), 1
        full = (float(cores), float(cores * memory))
        half = (cores / 2.0, cores * memory / 2.0)
        asks = (Ask(0, 0.0, half[0], full[0]), Ask(1, 0.0, half[1], full[1]))
        parts.append(
            Part(f"s{number:04}", f"s{number:04}", "", True, asks, "x", instances, ((0.0, 0.0), half, full))
        )
    each = sum(part.sizes[2][0] for part in parts) / 1.03 / 100
    nodes = ((each, 512.0),) * 100
    limits = (Limit("platforms/x", "cores", "", 100 * each), Limit("platforms/x", "memory", "", 51_200.0))
    services = tuple(part.name for part in parts)
    question = Question(services, (), (), tuple(parts), limits, (("x", nodes),))
    found = kept(question)
    assert found.alive == set(services)
    taken = sum(part.sizes[1 + (part.name in found.full)][0] for part in parts)
    assert taken <= 100 * each * 1.000001
    assert taken >= 100 * each * 0.98
    refused = set(services) - found.full
    assert {name for kind, name in found.undecided if kind == "full"} <= refused
    assert kept(question) == found
