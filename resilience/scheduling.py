"""A list schedule of tasks under precedence and limited people: each in its turn, as early as it fits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOLERANCE = 1e-9
"""Seconds within which two moments are one."""


@dataclass(frozen=True)
class Task:
    """A piece of work."""

    id: str
    duration: float
    ready: float = 0.0
    """Not before this moment."""
    after: tuple[str, ...] = ()
    """Tasks that come first."""
    team: str | None = None
    people: int = 1


@dataclass(frozen=True)
class Placed:
    """A task in the schedule."""

    id: str
    starts: float
    ends: float
    bound_by: str
    """The task that it waited for, or empty where it began as soon as it was ready."""
    was_busy: bool = False
    """Whether it waited for people of its team and not for a result."""


def schedule(tasks: Sequence[Task], teams: Mapping[str, int]) -> tuple[Placed, ...]:
    """Tasks in the order given, but none before those that it follows (serial schedule generation; Kolisch
    1996).

    A team that is not in `teams` has no limit; one that is too small for a task does it with all it has.
    Tasks in a ring, and those that follow them, are left out.

    >>> two = [Task("a", 60.0, team="t"), Task("b", 30.0, team="t")]
    >>> [(placed.id, placed.starts) for placed in schedule(two, {"t": 1})]
    [('a', 0.0), ('b', 60.0)]
    """
    done: dict[str, Placed] = {}
    booked: dict[str, list[tuple[float, float, int, str]]] = defaultdict(list)
    pending = list(tasks)
    while pending:
        task = next((task for task in pending if all(name in done for name in task.after)), None)
        if task is None:
            break
        pending.remove(task)
        placed = _place(task, done, booked, teams)
        done[task.id] = placed
        if task.team is not None:
            booked[task.team].append((placed.starts, placed.ends, task.people, task.id))
    return tuple(done.values())


def _place(
    task: Task,
    done: Mapping[str, Placed],
    booked: Mapping[str, list[tuple[float, float, int, str]]],
    teams: Mapping[str, int],
) -> Placed:
    starts, bound_by = task.ready, ""
    for name in sorted(task.after):
        if done[name].ends > starts + TOLERANCE:
            starts, bound_by = done[name].ends, name
    limit = teams.get(task.team) if task.team is not None else None
    if task.team is None or limit is None:
        return Placed(task.id, starts, starts + task.duration, bound_by)
    people = min(task.people, limit)
    entries = booked.get(task.team, [])
    moments = sorted((end, name) for _, end, _, name in entries if end > starts + TOLERANCE)
    for moment, busy in [(starts, bound_by), *moments]:
        if _peak(entries, moment, moment + task.duration, limit) + people <= limit:
            return Placed(task.id, moment, moment + task.duration, busy, was_busy=moment > starts)
    moment, busy = moments[-1]
    return Placed(task.id, moment, moment + task.duration, busy, was_busy=True)


def _peak(entries: Sequence[tuple[float, float, int, str]], starts: float, ends: float, limit: int) -> int:
    """Most people at work at one moment between two."""
    inside = [
        (begin, end, min(people, limit))
        for begin, end, people, _ in entries
        if begin < ends - TOLERANCE and end > starts + TOLERANCE
    ]
    moments = [starts, *(begin for begin, _, _ in inside if begin > starts)]
    return max(
        sum(people for begin, end, people in inside if begin <= moment + TOLERANCE < end)
        for moment in moments
    )


def busiest_moment(tasks: Sequence[tuple[Task, Placed]]) -> tuple[int, tuple[str, ...]]:
    """Most people that those tasks take at one moment, and which tasks these are."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    for _, placed in tasks:
        moment = placed.starts
        at_work = [(task, other) for task, other in tasks if other.starts <= moment + TOLERANCE < other.ends]
        people = sum(task.people for task, _ in at_work)
        if people > best[0]:
            best = (people, tuple(sorted(task.id for task, _ in at_work)))
    return best
