"""Loops in what follows what."""

from collections import deque
from collections.abc import Iterable, Mapping


def loops(successors: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """One shortest loop of every knot (strongly connected component), from its smallest name on; sorted.

    >>> loops({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["d"], "e": []})
    (('a', 'b', 'c'), ('d',))
    """
    graph = {name: sorted(set(after)) for name, after in successors.items()}
    return tuple(sorted(_shortest(graph, knot) for knot in _knots(graph) if _turns(graph, knot)))


def _turns(graph: Mapping[str, list[str]], knot: frozenset[str]) -> bool:
    return len(knot) > 1 or any(name in graph.get(name, ()) for name in knot)


def _shortest(graph: Mapping[str, list[str]], knot: frozenset[str]) -> tuple[str, ...]:
    start = min(knot)
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for after in graph.get(name, ()):
            if after == start:
                return _back(came_from, name, start)
            if after in knot and after not in came_from:
                came_from[after] = name
                waiting.append(after)
    raise AssertionError("a knot leads back to each of its members")


def _back(came_from: Mapping[str, str], last: str, start: str) -> tuple[str, ...]:
    names = [last]
    while names[-1] != start:
        names.append(came_from[names[-1]])
    return tuple(reversed(names))


def _knots(graph: Mapping[str, list[str]]) -> list[frozenset[str]]:
    """Tarjan's algorithm (SIAM J. Comput. 1, 1972), without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[frozenset[str]] = []
    for root in sorted(graph):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(graph[root]))]
        while work:
            name, after = work[-1]
            for other in after:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in on_stack:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    found.append(_popped(stack, on_stack, name))
    return found


def _popped(stack: list[str], on_stack: set[str], until: str) -> frozenset[str]:
    members: set[str] = set()
    while until not in members:
        name = stack.pop()
        on_stack.discard(name)
        members.add(name)
    return frozenset(members)
