"""The runbook's order: each activity in its turn, as early as what it waits for, people and media allow."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resilience.recovery_plans.projects import Activity, Project


@dataclass(frozen=True)
class Placement:
    """An activity in the schedule; moments in milliseconds."""

    id: str
    starts: int
    ends: int
    bound_by: str
    """The activity that it waited for, or empty where it began as soon as it was ready."""
    busy: str
    """The resource that the other one had, where it waited for that and not for a result; else empty."""


Bookings = dict[str, list[tuple[int, int, int, str]]]
"""By resource: from, until, how much, by which activity."""


def in_runbook_order(project: Project) -> dict[str, Placement]:
    """Each activity by id, placed in the order of the project, but none before those that it follows.

    The serial schedule generation of Kolisch (1996), as `resilience.scheduling` does for teams, here with
    several resources an activity. An order that is given can be made worse by a shorter step or one more
    person (Graham 1969); the optimum cannot. Activities in a ring, and those behind one, are left out.

    >>> two = Project((Activity("a", 60, uses=(("t", 1),)), Activity("b", 30, uses=(("t", 1),))), {"t": 1})
    >>> [(placed.id, placed.starts, placed.busy) for placed in in_runbook_order(two).values()]
    [('a', 0, ''), ('b', 60, 't')]
    """
    return placed_in(project, project.in_order_of_need())


def placed_in(project: Project, order: Sequence[Activity]) -> dict[str, Placement]:
    """Activities placed one after the other in that order, in which none stands before one it follows."""
    done: dict[str, Placement] = {}
    booked: Bookings = defaultdict(list)
    for activity in order:
        taken = project.taken(activity)
        placement = _place(activity, taken, done, booked, project.capacity)
        done[activity.id] = placement
        for name, amount in taken.items():
            booked[name].append((placement.starts, placement.ends, amount, activity.id))
    return done


def _place(
    activity: Activity,
    taken: Mapping[str, int],
    done: Mapping[str, Placement],
    booked: Bookings,
    capacity: Mapping[str, int],
) -> Placement:
    starts, bound_by = activity.ready, ""
    for name in sorted(activity.after):
        if done[name].ends > starts:
            starts, bound_by = done[name].ends, name
    moments = sorted(
        {(end, name, resource) for resource in taken for _, end, _, name in booked[resource] if end > starts}
    )
    for moment, other, resource in [(starts, bound_by, ""), *moments]:
        ends = moment + activity.duration
        if all(
            _peak(booked[name], moment, ends) + amount <= capacity[name] for name, amount in taken.items()
        ):
            return Placement(activity.id, moment, ends, other, resource)
    raise AssertionError("after the last booking everything is free")


def _peak(entries: Sequence[tuple[int, int, int, str]], starts: int, ends: int) -> int:
    """Most that is taken at one moment between two."""
    inside = [(begin, end, amount) for begin, end, amount, _ in entries if begin < ends and end > starts]
    moments = {starts, *(begin for begin, _, _ in inside if begin > starts)}
    return max(sum(amount for begin, end, amount in inside if begin <= moment < end) for moment in moments)
