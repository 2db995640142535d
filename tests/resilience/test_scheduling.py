"""List schedules: closed forms for chains, stars and diamonds, and what holds for all of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.scheduling import Placed, Task, busiest_moment, schedule

MINUTE = 60.0


def ends(tasks: list[Task], teams: dict[str, int] | None = None) -> dict[str, float]:
    return {placed.id: placed.ends for placed in schedule(tasks, teams or {})}


def test_a_chain_takes_the_sum() -> None:
    chain = [Task("a", 3.0, ready=1.0), Task("b", 4.0, after=("a",)), Task("c", 5.0, after=("b",))]
    assert ends(chain)["c"] == 1 + 3 + 4 + 5


def test_a_star_takes_the_longest_arm_and_with_one_person_the_sum() -> None:
    star = [Task("hub", 1.0)] + [Task(f"arm{n}", float(n), after=("hub",), team="t") for n in (1, 2, 3)]
    assert max(ends(star).values()) == 1 + 3
    assert max(ends(star, {"t": 1}).values()) == 1 + 1 + 2 + 3
    assert max(ends(star, {"t": 2}).values()) == 1 + 1 + 3


def test_a_diamond_takes_its_longer_side() -> None:
    diamond = [Task("a", 1.0), Task("b", 5.0, after=("a",)), Task("c", 2.0, after=("a",))]
    diamond.append(Task("d", 1.0, after=("b", "c")))
    placed = {entry.id: entry for entry in schedule(diamond, {})}
    assert placed["d"].ends == 7.0
    assert placed["d"].bound_by == "b"


def test_a_task_that_waits_for_people_names_the_one_that_had_them() -> None:
    _, second = schedule([Task("a", 2.0, team="t"), Task("b", 1.0, team="t")], {"t": 1})
    assert (second.starts, second.bound_by, second.was_busy) == (2.0, "a", True)


def test_tasks_in_a_ring_and_those_behind_it_are_left_out() -> None:
    ring = [
        Task("a", 1.0, after=("b",)),
        Task("b", 1.0, after=("a",)),
        Task("c", 1.0, after=("b",)),
        Task("d", 1.0),
    ]
    assert set(ends(ring)) == {"d"}


def test_a_team_too_small_for_a_task_does_it_with_all_it_has() -> None:
    assert ends([Task("a", 2.0, team="t", people=3), Task("b", 1.0, team="t")], {"t": 2}) == {
        "a": 2.0,
        "b": 3.0,
    }


def test_the_busiest_moment_counts_people_at_work_at_once() -> None:
    tasks = [Task("a", 4.0, people=2), Task("b", 2.0, ready=1.0, people=1), Task("c", 1.0, ready=3.0)]
    placed = {entry.id: entry for entry in schedule(tasks, {})}
    assert busiest_moment([(task, placed[task.id]) for task in tasks]) == (3, ("a", "b"))


@st.composite
def works(draw: st.DrawFn) -> list[Task]:
    count = draw(st.integers(1, 8))
    return [
        Task(
            f"t{number}",
            float(draw(st.integers(0, 5))),
            float(draw(st.integers(0, 4))),
            tuple(f"t{n}" for n in range(number) if draw(st.integers(0, 3)) == 0),
            draw(st.sampled_from([None, "x", "y"])),
            draw(st.integers(1, 3)),
        )
        for number in range(count)
    ]


def people_at(tasks: dict[str, Task], placed: list[Placed], team: str, moment: float, limit: int) -> int:
    return sum(
        min(tasks[entry.id].people, limit)
        for entry in placed
        if tasks[entry.id].team == team and entry.starts <= moment < entry.ends
    )


@given(works(), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_no_task_begins_before_what_it_follows_and_no_team_works_beyond_its_people(
    tasks: list[Task], limit: int
) -> None:
    by_id = {task.id: task for task in tasks}
    placed = list(schedule(tasks, {"x": limit, "y": limit}))
    begins = {entry.id: entry for entry in placed}
    assert set(begins) == set(by_id)
    for entry in placed:
        task = by_id[entry.id]
        assert entry.ends == entry.starts + task.duration
        assert entry.starts >= task.ready
        assert all(begins[name].ends <= entry.starts for name in task.after)
        for team in ("x", "y"):
            assert people_at(by_id, placed, team, entry.starts, limit) <= limit


@given(works())
@settings(max_examples=200, deadline=None)
def test_without_limits_every_task_begins_when_its_longest_way_ends(tasks: list[Task]) -> None:
    expected: dict[str, float] = {}
    for task in tasks:
        expected[task.id] = max([task.ready, *(expected[name] for name in task.after)]) + task.duration
    assert ends(tasks) == expected
