"""Small random projects, and the shortest makespan by trying every order."""

from itertools import permutations

from hypothesis import strategies as st

from resilience.recovery_plans.projects import Activity, Project

SECOND = 1000


@st.composite
def projects(draw: st.DrawFn, most: int = 6) -> Project:
    """Up to so many activities of whole seconds, which share two teams and a medium."""
    activities = []
    for number in range(draw(st.integers(1, most))):
        uses = [(name, draw(st.integers(1, 3))) for name in ("t", "u") if draw(st.booleans())]
        if draw(st.integers(0, 2)) == 0:
            uses.append(("medium", 1))
        activities.append(
            Activity(
                f"a{number}",
                draw(st.integers(0, 5)) * SECOND,
                draw(st.sampled_from([0, 0, 0, 1, 3])) * SECOND,
                tuple(f"a{other}" for other in range(number) if draw(st.integers(0, 3)) == 0),
                tuple(uses),
            )
        )
    order = draw(st.permutations(activities))
    return Project(tuple(order), {"t": draw(st.integers(1, 3)), "u": draw(st.integers(1, 3)), "medium": 1})


def shortest_by_trying(project: Project) -> float:
    """Every order that keeps to the needs, second by second: each activity as soon as it may. Whole seconds
    only; shares nothing with the schedules that it checks."""
    best: int | None = None
    for order in permutations(project.activities):
        at = {activity.id: place for place, activity in enumerate(order)}
        if any(at[name] > at[activity.id] for activity in order for name in activity.after):
            continue
        ends: dict[str, int] = {}
        taken: dict[tuple[str, int], int] = {}
        for activity in order:
            lasts = activity.duration // SECOND
            moment = max([activity.ready // SECOND, *(ends[name] for name in activity.after)])
            while not _free(project, activity, moment, lasts, taken):
                moment += 1
            for name, amount in activity.uses:
                for tick in range(moment, moment + lasts):
                    taken[name, tick] = taken.get((name, tick), 0) + min(amount, project.capacity[name])
            ends[activity.id] = moment + lasts
        last = max(ends.values())
        best = last if best is None else min(best, last)
    assert best is not None
    return float(best)


def _free(
    project: Project, activity: Activity, moment: int, lasts: int, taken: dict[tuple[str, int], int]
) -> bool:
    return all(
        taken.get((name, tick), 0) + min(amount, project.capacity[name]) <= project.capacity[name]
        for name, amount in activity.uses
        for tick in range(moment, moment + lasts)
    )
