"""The optimum: equal to trying every order, to closed forms, and never longer with one more person."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.recovery_plans.list_schedule import in_runbook_order
from resilience.recovery_plans.optimum import shortest
from resilience.recovery_plans.projects import Activity, Project
from tests.resilience.recovery_plans.projects import SECOND, projects, shortest_by_trying


def step(name: str, seconds: int, *after: str, **uses: int) -> Activity:
    return Activity(name, seconds * SECOND, 0, after, tuple(sorted(uses.items())))


def project(*activities: Activity, **capacity: int) -> Project:
    return Project(activities, capacity)


@given(projects(most=4))
@settings(max_examples=300, deadline=None)
def test_the_optimum_of_up_to_four_steps_is_that_of_trying_every_order(found: Project) -> None:
    bound = shortest(found)
    assert bound.exact
    assert bound.seconds == bound.reached == shortest_by_trying(found)


@pytest.mark.slow
@given(projects(most=6))
@settings(max_examples=3000, deadline=None)
def test_the_optimum_of_up_to_six_steps_is_that_of_trying_every_order(found: Project) -> None:
    bound = shortest(found)
    assert bound.exact
    assert bound.seconds == bound.reached == shortest_by_trying(found)


@pytest.mark.slow
@given(projects(least=7, most=8))
@settings(max_examples=40, deadline=None)
def test_the_optimum_of_eight_steps_is_that_of_trying_every_order(found: Project) -> None:
    bound = shortest(found)
    assert bound.exact
    assert bound.seconds == shortest_by_trying(found)


@given(projects(most=6), st.sampled_from(["t", "u"]))
@settings(max_examples=200, deadline=None)
def test_one_more_person_never_lengthens_the_optimum(found: Project, team: str) -> None:
    check_one_more(found, team)


@pytest.mark.slow
@given(projects(most=10), st.sampled_from(["t", "u"]))
@settings(max_examples=1000, deadline=None)
def test_one_more_person_never_lengthens_the_optimum_of_ten_steps(found: Project, team: str) -> None:
    check_one_more(found, team)


def check_one_more(found: Project, team: str) -> None:
    """Holds the optimum against that with one more in the team."""
    # A step that asks for more than there is does with all there is: only then would it take more of more.
    people = found.capacity[team]
    asked = tuple(
        replace(a, uses=tuple((name, min(n, people) if name == team else n) for name, n in a.uses))
        for a in found.activities
    )
    few = Project(asked, found.capacity)
    more = Project(asked, {**found.capacity, team: people + 1})
    assert shortest(few).exact
    assert shortest(more).seconds <= shortest(few).seconds


@given(projects(most=9))
@settings(max_examples=150, deadline=None)
def test_the_runbooks_order_is_never_below_the_bound_and_the_bound_holds_when_the_search_is_cut(
    found: Project,
) -> None:
    listed = max((entry.ends for entry in in_runbook_order(found).values()), default=0) / SECOND
    whole, cut = shortest(found), shortest(found, work=0)
    assert cut.seconds <= whole.seconds <= whole.reached <= listed
    assert whole.reached <= cut.reached


SECONDS = st.lists(st.integers(0, 50), min_size=1, max_size=7)


@given(SECONDS, st.integers(0, 1))
@settings(max_examples=200, deadline=None)
def test_every_chain_star_and_diamond_has_its_closed_form(seconds: list[int], alone: int) -> None:
    """With as many people as one likes, or with one."""
    people = {"t": 1 if alone else 9}
    chain = [step(str(n), lasts, *([str(n - 1)] if n else []), t=1) for n, lasts in enumerate(seconds)]
    assert shortest(project(*chain, **people)).seconds == sum(seconds)
    arms = [step(f"arm{n}", lasts, "hub", t=1) for n, lasts in enumerate(seconds)]
    beside = sum(seconds) if alone else max(seconds)
    star = shortest(project(step("hub", 7, t=1), *arms, **people))
    assert (star.seconds, star.exact) == (7 + beside, True)
    names = [arm.id for arm in arms]
    diamond = shortest(project(step("hub", 7, t=1), *arms, step("end", 3, *names, t=1), **people))
    assert (diamond.seconds, diamond.exact) == (7 + beside + 3, True)


def test_a_chain_takes_the_sum_and_its_critical_path_proves_it() -> None:
    bound = shortest(project(step("a", 3), step("b", 4, "a"), step("c", 5, "b")))
    assert (bound.seconds, bound.by, bound.nodes) == (12.0, "critical path", 0)


def test_a_star_takes_its_longest_arm_and_with_one_person_the_sum() -> None:
    arms = [step(f"arm{n}", n, "hub", t=1) for n in (1, 2, 3)]
    assert shortest(project(step("hub", 1), *arms)).seconds == 1 + 3
    alone = shortest(project(step("hub", 1), *arms, t=1))
    assert (alone.seconds, alone.by) == (1 + 6, "people and media")


def test_a_diamond_takes_its_longer_side_and_both_with_one_person() -> None:
    sides = [step("b", 5, "a", t=1), step("c", 2, "a", t=1)]
    diamond = [step("a", 1), *sides, step("d", 1, "b", "c")]
    assert shortest(project(*diamond)).seconds == 7.0
    assert shortest(project(*diamond, t=1)).seconds == 9.0


def test_activities_in_a_ring_are_left_out() -> None:
    assert shortest(project(step("a", 1, "b"), step("b", 1, "a"), step("c", 2))).seconds == 2.0
    assert shortest(project(step("a", 1, "a"))).seconds == 0.0


def test_a_list_schedule_can_get_longer_with_one_more_person_and_the_optimum_does_not() -> None:
    """With two people the last step fits beside the first ones. With three the third step comes sooner, takes
    two of them, and the last one waits for it."""
    steps = [step("a", 2, t=1), step("b", 3, "a", t=1), step("c", 2, "a", t=2), step("d", 4, t=1)]

    def listed(people: int) -> int:
        placed = in_runbook_order(project(*steps, t=people))
        return max(entry.ends for entry in placed.values()) // SECOND

    assert (listed(2), listed(3)) == (7, 8)
    assert (shortest(project(*steps, t=2)).seconds, shortest(project(*steps, t=3)).seconds) == (7.0, 6.0)


def test_a_hundred_steps_get_a_bound_within_the_limit_of_work() -> None:
    steps = [
        step(f"s{n:03}", 1 + (n * 7) % 11, *([f"s{n - 7:03}"] if n >= 7 else []), t=1 + n % 2, u=1)
        for n in range(100)
    ]
    bound = shortest(project(*steps, t=3, u=2))
    assert 0 < bound.seconds <= bound.reached
    assert bound.nodes <= 25
