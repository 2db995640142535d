"""Waiting where alternatives count, against sweeping until nothing changes."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.recovery_plans.waiting import Group, Waiter, rings, settle


@st.composite
def webs(draw: st.DrawFn) -> dict[str, Waiter]:
    """Up to eight waiters in any tangle; `gone` is nowhere."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    found = {}
    for name in names:
        groups = []
        for _ in range(draw(st.integers(0, 2))):
            options = draw(st.lists(st.sampled_from([*names, "gone"]), min_size=1, max_size=4))
            groups.append(Group(draw(st.integers(1, len(options))), tuple(options)))
        found[name] = Waiter(draw(st.integers(0, 9)), tuple(groups))
    return found


def by_sweeping(web: dict[str, Waiter]) -> dict[str, float]:
    """From nothing there at all, until nothing changes: each as soon as its groups are."""
    at = dict.fromkeys(web, inf)
    for _ in range(len(web) + 1):
        for name, waiter in web.items():
            begins = 0.0
            for group in waiter.groups:
                begins = max(begins, sorted(at.get(option, inf) for option in group.options)[group.needs - 1])
            at[name] = begins + waiter.lasts
    return {name: value for name, value in at.items() if value < inf}


@pytest.mark.slow
@given(webs())
@settings(max_examples=1500, deadline=None)
def test_each_is_there_as_soon_as_sweeping_says_and_the_others_never(web: dict[str, Waiter]) -> None:
    assert {name: settled.at for name, settled in settle(web).items()} == by_sweeping(web)


@given(webs())
@settings(max_examples=200, deadline=None)
def test_what_is_chosen_is_enough_and_is_there_in_time(web: dict[str, Waiter]) -> None:
    done = settle(web)
    for name, settled in done.items():
        for group in web[name].groups:
            chosen = [other for other, of in settled.chosen if of == group]
            assert sum(group.options.count(other) for other in chosen) >= group.needs
        assert all(done[other].at + web[name].lasts <= settled.at for other, _ in settled.chosen)


@given(webs())
@settings(max_examples=200, deadline=None)
def test_a_ring_waits_for_itself_and_never_begins(web: dict[str, Waiter]) -> None:
    stuck = set(web) - set(settle(web))
    for ring in rings(web, stuck):
        assert set(ring) <= stuck
        for name, other in zip(ring, (*ring[1:], ring[0]), strict=True):
            assert any(other in group.options for group in web[name].groups)


def test_two_that_need_each_other_are_a_ring_and_one_that_needs_something_gone_is_none() -> None:
    web = {
        "a": Waiter(1, (Group(1, ("b",)),)),
        "b": Waiter(1, (Group(1, ("a",)),)),
        "c": Waiter(1, (Group(1, ("gone",)),)),
        "d": Waiter(1, (Group(1, ("a",)),)),
    }
    assert settle(web) == {}
    assert rings(web, web) == (("a", "b"),)
