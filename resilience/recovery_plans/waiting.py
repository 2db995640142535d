"""What waits for what where alternatives count: who can begin, how soon, and by which of the alternatives."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

import networkx as nx

from resilience.results import NeedKind
from specs.issues import FieldPath

UP = "up"
"""Stands for whatever is left and waits for nothing."""


@dataclass(frozen=True)
class Group:
    """Things of which so many must be there; one that counts twice is named twice."""

    needs: int
    options: tuple[str, ...]
    path: FieldPath = ()
    kind: NeedKind = "run"


@dataclass(frozen=True)
class Waiter:
    """Something that begins once each of its groups is there, and then takes a while."""

    lasts: int = 0
    """Milliseconds."""
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Settled:
    """When something is there if nobody is ever busy, and what it waited for."""

    at: int
    """Milliseconds."""
    chosen: tuple[tuple[str, Group], ...]
    """Of each group the alternatives that were there first, as many as it needs."""


def settle(waiters: Mapping[str, Waiter]) -> dict[str, Settled]:
    """When each is there at the soonest; what waits for itself or for something that is not there is left
    out.

    A group is there with the k-th of its alternatives, and what needs several groups with the last of them
    (Möhring, Skutella and Stork, *Scheduling with AND/OR precedence constraints*, SIAM J. Comput. 33, 2004);
    the sooner is settled first, as in Dijkstra's method.

    >>> both = {"a": Waiter(5), "b": Waiter(3), "c": Waiter(1, (Group(1, ("a", "b")),))}
    >>> settle(both)["c"].at
    4
    """
    users: dict[str, list[tuple[str, int]]] = defaultdict(list)
    missing: dict[tuple[str, int], int] = {}
    groups_left: dict[str, int] = {}
    heap: list[tuple[int, str]] = []
    for name in sorted(waiters):
        waiter = waiters[name]
        waits = 0
        for number, group in enumerate(waiter.groups):
            if group.needs > 0:
                waits += 1
                missing[name, number] = group.needs
                for option in group.options:
                    users[option].append((name, number))
        groups_left[name] = waits
        if not waits:
            heappush(heap, (waiter.lasts, name))
    chosen: dict[str, list[tuple[str, Group]]] = defaultdict(list)
    done: dict[str, Settled] = {}
    while heap:
        at, name = heappop(heap)
        done[name] = Settled(at, tuple(chosen.pop(name, ())))
        for user, number in users.get(name, ()):
            if missing[user, number] <= 0:
                continue
            missing[user, number] -= 1
            entry = (name, waiters[user].groups[number])
            if entry not in chosen[user]:
                chosen[user].append(entry)
            if missing[user, number] == 0:
                groups_left[user] -= 1
                if groups_left[user] == 0:
                    heappush(heap, (at + waiters[user].lasts, user))
    return done


def rings(waiters: Mapping[str, Waiter], stuck: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Each ring among those that never begin, which waits for nothing but itself: the shortest round in it,
    first by name."""
    left = set(stuck)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(left))
    for name in sorted(left):
        for group in waiters[name].groups:
            graph.add_edges_from((name, option) for option in sorted(set(group.options) & left))
    found = []
    for members in sorted(map(sorted, nx.strongly_connected_components(graph))):
        inside = set(members)
        alone = len(members) == 1 and not graph.has_edge(members[0], members[0])
        if not alone and all(other in inside for name in members for other in graph.adj[name]):
            found.append(_round(graph, members))
    return tuple(found)


def paths_of(ring: tuple[str, ...], path_of_wait: Callable[[str, str], FieldPath]) -> tuple[FieldPath, ...]:
    """The needs that make a ring, each of its members waiting for the next."""
    return tuple(path_of_wait(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))


def _round(graph: "nx.DiGraph[str]", members: list[str]) -> tuple[str, ...]:
    """The shortest round among members that all lead to one another, first by name."""
    best: list[str] = []
    for root in members:
        came: dict[str, str] = {}
        level = [root]
        while level and root not in came:
            following = []
            for name in level:
                for other in sorted(graph.adj[name]):
                    if other in members and other not in came:
                        came[other] = name
                        following.append(other)
            level = following
        way = [root]
        while came[way[-1]] != root:
            way.append(came[way[-1]])
        if not best or len(way) < len(best):
            best = [root, *reversed(way[1:])]
    return tuple(best)
