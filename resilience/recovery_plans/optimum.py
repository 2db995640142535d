"""What no order beats: the shortest makespan by branch and bound, or a proven bound where the search is cut.

Where some activities at work at one moment take more than there is, at least one of a smallest such set must
end before another of it begins. Branching over these pairs tries every order that differs (Bartusch, Möhring
and Radermacher, *Scheduling project networks with resource constraints and time windows*, Annals of
Operations Research 16, 1988); the node of the least bound is taken first, so the bound holds wherever the
search ends.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import permutations
from typing import Literal

from resilience.recovery_plans.list_schedule import placed_in
from resilience.recovery_plans.projects import Activity, Project
from resilience.recovery_plans.results import Bound

WORK = 250_000
"""Pairs of activities that a search may look at over all its nodes: a limit on work and never on time, so
two runs end alike. Eight activities have 3,906 nodes, twelve 1,736, a hundred 25."""

LEAST_NODES = 20
"""Nodes that a search has however many activities there are."""

Arcs = tuple[tuple[int, int], ...]
"""Orders that a node of the search has settled: the first activity ends before the second begins."""


def shortest(project: Project, work: int = WORK) -> Bound:
    """The shortest that any order of those activities takes; seconds.

    Activities that can never begin (in a ring or behind one) are left out.

    >>> one = (("t", 1),)
    >>> two = Project((Activity("a", 60_000, uses=one), Activity("b", 30_000, uses=one)), {"t": 1})
    >>> shortest(two).seconds, shortest(two).by
    (90.0, 'people and media')
    """
    search = _Search(project)
    if not search.activities:
        return Bound(0.0, 0.0, exact=True, by="critical path", nodes=0)
    heads = search.heads(())
    path = search.makespan(heads)
    root = max(path, search.by_resources(heads, search.tails(())))
    best = min(search.listed(heads), search.as_given())
    proven, best, nodes = _explored(search, root, best, max(LEAST_NODES, work // len(search.activities) ** 2))
    by: By = "search" if proven > root else "people and media" if root > path else "critical path"
    return Bound(proven / 1000, best / 1000, exact=proven == best, by=by, nodes=nodes)


By = Literal["critical path", "people and media", "search"]


def _explored(search: "_Search", root: int, best: int, limit: int) -> tuple[int, int, int]:
    """What is proven, the best makespan found, and how many nodes were looked at."""
    ahead: list[tuple[int, int, int, Arcs]] = [(root, 0, 0, ())]
    seen: set[frozenset[tuple[int, int]]] = set()
    nodes = 0
    while ahead and ahead[0][0] < best:
        if nodes >= limit:
            return ahead[0][0], best, nodes
        bound, _, _, arcs = heappop(ahead)
        nodes += 1
        heads = search.heads(arcs)
        conflict = search.conflict(heads)
        best = min(best, search.listed(heads) if conflict else search.makespan(heads))
        for first, second in permutations(conflict, 2):
            further = (*arcs, (first, second))
            key = frozenset(further)
            if key not in seen:
                seen.add(key)
                begins = search.heads(further)
                least = max(
                    bound, search.makespan(begins), search.by_resources(begins, search.tails(further))
                )
                if least < best:
                    heappush(ahead, (least, -len(further), len(seen), further))
    return best, best, nodes


class _Search:
    """Activities by number, with what the bounds need."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.activities: tuple[Activity, ...] = project.in_order_of_need()
        number = {activity.id: at for at, activity in enumerate(self.activities)}
        self.before = [tuple(sorted(number[name] for name in set(a.after))) for a in self.activities]
        self.takes = [project.taken(activity) for activity in self.activities]
        self.users: dict[str, list[int]] = {}
        for at, taken in enumerate(self.takes):
            for name in taken:
                self.users.setdefault(name, []).append(at)

    def _in_order(self, arcs: Arcs) -> tuple[list[int], list[list[int]]]:
        """Numbers, what comes first before what follows, and what follows each, with those arcs added."""
        count = len(self.activities)
        following: list[list[int]] = [[] for _ in range(count)]
        waits = [0] * count
        for at, before in enumerate(self.before):
            for other in before:
                following[other].append(at)
            waits[at] = len(before)
        for first, second in arcs:
            following[first].append(second)
            waits[second] += 1
        order = [at for at in range(count) if not waits[at]]
        for at in order:
            for other in following[at]:
                waits[other] -= 1
                if not waits[other]:
                    order.append(other)
        return order, following

    def heads(self, arcs: Arcs) -> list[int]:
        """The earliest moment at which each can begin, whoever is busy."""
        order, following = self._in_order(arcs)
        begins = [activity.ready for activity in self.activities]
        for at in order:
            ends = begins[at] + self.activities[at].duration
            for other in following[at]:
                if begins[other] < ends:
                    begins[other] = ends
        return begins

    def tails(self, arcs: Arcs) -> list[int]:
        """What must still pass after the end of each until the last ends."""
        order, following = self._in_order(arcs)
        tails = [0] * len(self.activities)
        for at in reversed(order):
            for other in following[at]:
                tails[at] = max(tails[at], tails[other] + self.activities[other].duration)
        return tails

    def makespan(self, heads: Sequence[int]) -> int:
        """When the last ends."""
        return max(begin + activity.duration for begin, activity in zip(heads, self.activities, strict=True))

    def by_resources(self, heads: Sequence[int], tails: Sequence[int]) -> int:
        """No resource does its work in less: of all activities that begin no sooner than one moment and have
        as much behind them, the first moment, their work over what there is, and what is behind (Carlier
        1982; of one machine that is its optimum with interruptions). Those that take more than half
        exclude each other, however much there is."""
        best = 0
        for name, users in self.users.items():
            capacity = self.project.capacity[name]
            entries = [
                (heads[at], self.takes[at][name] * self.activities[at].duration, tails[at]) for at in users
            ]
            best = max(best, _work_bound(entries, capacity))
            halves = [
                (heads[at], self.activities[at].duration, tails[at])
                for at in users
                if 2 * self.takes[at][name] > capacity
            ]
            best = max(best, _work_bound(halves, 1))
        return best

    def conflict(self, heads: Sequence[int]) -> tuple[int, ...]:
        """At the first moment at which more is taken than there is, a smallest set that takes too much."""
        users = sorted({at for found in self.users.values() for at in found}, key=lambda at: (heads[at], at))
        for at in users:
            moment = heads[at]
            for name in sorted(self.takes[at]):
                at_work = [
                    other
                    for other in self.users[name]
                    if heads[other] <= moment < heads[other] + self.activities[other].duration
                ]
                capacity = self.project.capacity[name]
                if sum(self.takes[other][name] for other in at_work) > capacity:
                    return _smallest(at_work, [self.takes[other][name] for other in at_work], capacity)
        return ()

    def listed(self, heads: Sequence[int]) -> int:
        """The makespan of a schedule that takes activities by those moments."""
        order = sorted(range(len(self.activities)), key=lambda at: (heads[at], at))
        rank = {self.activities[at].id: place for place, at in enumerate(order)}
        ranked = Project(
            tuple(sorted(self.activities, key=lambda activity: rank[activity.id])), self.project.capacity
        )
        return max(entry.ends for entry in placed_in(ranked, ranked.in_order_of_need()).values())

    def as_given(self) -> int:
        """The makespan in the order given, and with what has most behind it first, whichever is less."""
        tails = self.tails(())
        rest = {activity.id: tails[at] + activity.duration for at, activity in enumerate(self.activities)}
        urgent = Project(
            tuple(sorted(self.activities, key=lambda activity: (-rest[activity.id], activity.id))),
            self.project.capacity,
        )
        return min(
            max(entry.ends for entry in placed_in(found, found.in_order_of_need()).values())
            for found in (Project(self.activities, self.project.capacity), urgent)
        )


def _work_bound(entries: Sequence[tuple[int, int, int]], capacity: int) -> int:
    """Of all sets of (begin, work, behind) the most that the least begin, the work over the capacity and the
    least behind come to.

    >>> _work_bound([(0, 6, 0), (2, 4, 5)], 2)
    9
    """
    best = 0
    by_begin = sorted(entries, reverse=True)
    for least in sorted({behind for _, _, behind in entries}):
        work = 0
        for begin, own, behind in by_begin:
            if behind >= least:
                work += own
                best = max(best, begin + -(-work // capacity) + least)
    return best


def _smallest(numbers: Sequence[int], amounts: Sequence[int], capacity: int) -> tuple[int, ...]:
    """The greatest takers until they take too much together; without any one of them they do not."""
    found: list[int] = []
    total = 0
    for amount, at in sorted(zip((-amount for amount in amounts), numbers, strict=True)):
        found.append(at)
        total -= amount
        if total > capacity:
            break
    return tuple(sorted(found))
