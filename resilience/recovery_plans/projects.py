"""A recovery as a project: activities under precedence, with limited people and media (RCPSP).

Moments are whole milliseconds, so that sums and comparisons are exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, to the nearest.

    >>> milliseconds(90.0), milliseconds(0.0004)
    (90000, 0)
    """
    return round(seconds * 1000)


@dataclass(frozen=True)
class Activity:
    """A piece of work that is not interrupted once it has begun."""

    id: str
    duration: int
    ready: int = 0
    """Not before this moment."""
    after: tuple[str, ...] = ()
    """Activities that come first."""
    uses: tuple[tuple[str, int], ...] = ()
    """Resources it has while it lasts, and how much of each."""


@dataclass(frozen=True)
class Project:
    """Activities in the order of the runbook, and what there is of each resource.

    A resource that `capacity` does not name has no limit. An activity that asks for more than there is does
    with all there is.
    """

    activities: tuple[Activity, ...]
    capacity: Mapping[str, int]

    @cached_property
    def by_id(self) -> dict[str, Activity]:
        """Activities by id."""
        return {activity.id: activity for activity in self.activities}

    def taken(self, activity: Activity) -> dict[str, int]:
        """What an activity takes of the limited resources; nothing if it lasts no time."""
        if activity.duration == 0:
            return {}
        return {
            name: min(amount, self.capacity[name])
            for name, amount in activity.uses
            if name in self.capacity and amount > 0
        }

    def in_order_of_need(self) -> tuple[Activity, ...]:
        """Those activities that can begin at all, what comes first before what follows; of those ready the
        first in the runbook's order. Rings, what follows them and what waits for something that is not
        there are left out."""
        place = {activity.id: number for number, activity in enumerate(self.activities)}
        waits = [len(set(activity.after)) for activity in self.activities]
        following: list[list[int]] = [[] for _ in self.activities]
        for number, activity in enumerate(self.activities):
            for name in set(activity.after) & place.keys():
                following[place[name]].append(number)
        ready = [number for number, count in enumerate(waits) if count == 0]
        found: list[Activity] = []
        while ready:
            number = heappop(ready)
            found.append(self.activities[number])
            for other in following[number]:
                waits[other] -= 1
                if waits[other] == 0:
                    heappush(ready, other)
        return tuple(found)

    def only(self, last: Iterable[str]) -> "Project":
        """The part of it that those activities wait for, themselves among it."""
        kept: set[str] = set()
        pending = [name for name in last if name in self.by_id]
        while pending:
            name = pending.pop()
            if name not in kept:
                kept.add(name)
                pending += [other for other in self.by_id[name].after if other in self.by_id]
        return Project(tuple(a for a in self.activities if a.id in kept), self.capacity)
