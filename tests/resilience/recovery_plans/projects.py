"""Small random projects, and the shortest makespan by trying every order."""

from hypothesis import strategies as st

from resilience.recovery_plans.projects import Activity, Project

SECOND = 1000


@st.composite
def projects(draw: st.DrawFn, least: int = 1, most: int = 6) -> Project:
    """So many activities of whole seconds, which share two teams and a medium."""
    activities = []
    for number in range(draw(st.integers(least, most))):
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
    only; nothing is pruned, and it shares nothing with the schedules that it checks."""
    return float(_tried(project, {}, {}))


def _tried(project: Project, ends: dict[str, int], taken: dict[tuple[str, int], int]) -> int:
    if len(ends) == len(project.activities):
        return max(ends.values())
    found = []
    for activity in project.activities:
        if activity.id in ends or any(name not in ends for name in activity.after):
            continue
        lasts = activity.duration // SECOND
        moment = max([activity.ready // SECOND, *(ends[name] for name in activity.after)])
        takes = [(name, min(amount, project.capacity[name])) for name, amount in activity.uses]
        while any(
            taken.get((name, tick), 0) + amount > project.capacity[name]
            for name, amount in takes
            for tick in range(moment, moment + lasts)
        ):
            moment += 1
        further = dict(taken)
        for name, amount in takes:
            for tick in range(moment, moment + lasts):
                further[name, tick] = further.get((name, tick), 0) + amount
        found.append(_tried(project, {**ends, activity.id: moment + lasts}, further))
    return min(found)
