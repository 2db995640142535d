"""Nodes that cannot differ are made one, and nodes that nobody asks for are left out.

A gate of one need is that need; two gates of the same needs, counted and timed alike, are one gate. What can
be lost by itself, or trip, stays a node of its own, and so does every member of a ring. Many services on the
same platforms come to the same few nodes, and are swept once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resilience.compiled import Compiled, Edges

Times = Mapping[int, Mapping[int, float]]
"""By node and need: seconds."""

Gate = tuple[
    int, Edges, tuple[tuple[int, float], ...], tuple[tuple[int, float], ...], tuple[tuple[int, float], ...]
]
"""Threshold, needs, and the times at them."""


@dataclass(frozen=True)
class Merged:
    """The graph with fewer nodes; `index` still knows every name."""

    compiled: Compiled
    borne: dict[int, dict[int, float]]
    back: dict[int, dict[int, float]]
    standby: dict[int, dict[int, float]]


def merged(
    compiled: Compiled, borne: Times, back: Times, standby: Times, apart: frozenset[int], asked: Iterable[int]
) -> Merged:
    """That graph, `apart` being nodes to keep as they are and `asked` those that somebody will read."""
    kept_for = _below(compiled, apart.union(asked))
    stands_for: dict[int, int] = {}
    gates: dict[Gate, int] = {}
    edges: dict[int, Edges] = {}
    times: tuple[dict[int, dict[int, float]], ...] = ({}, {}, {})
    order: list[tuple[int, ...]] = []
    for ring in compiled.order:
        inside = frozenset(ring)
        free = len(ring) == 1 and not any(child in inside for child, _ in compiled.children[ring[0]])
        if not inside & kept_for:
            continue
        for node in ring:
            if not free:
                stands_for[node] = node
        for node in ring:
            needs, mine = _needs(node, compiled.children[node], stands_for, (borne, back, standby))
            if free and node not in apart:
                same = _same(compiled.threshold[node], needs, mine, gates, node)
                stands_for[node] = same
                if same != node:
                    continue
            stands_for[node] = node
            edges[node] = needs
            for kind, found in zip(times, mine, strict=True):
                if found:
                    kind[node] = found
        order.append(tuple(dict.fromkeys(stands_for[node] for node in ring if stands_for[node] in inside)))
    return _numbered(compiled, stands_for, edges, times, [ring for ring in order if ring])


def _below(compiled: Compiled, asked: Iterable[int]) -> frozenset[int]:
    found = set(asked)
    waiting = list(found)
    while waiting:
        for child, _ in compiled.children[waiting.pop()]:
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def _needs(
    node: int, children: Edges, stands_for: Mapping[int, int], times: tuple[Times, Times, Times]
) -> tuple[Edges, tuple[dict[int, float], dict[int, float], dict[int, float]]]:
    """Needs of a node by what stands for them, and their times. Where a usual need and one that stands by
    are the same, it does not stand by; of several tolerances the least counts."""
    counts: dict[int, int] = {}
    usual: set[int] = set()
    borne, back, standby = (found.get(node, {}) for found in times)
    least: dict[int, list[float]] = {}
    mine: tuple[dict[int, float], dict[int, float], dict[int, float]] = ({}, {}, {})
    for child, number in children:
        same = stands_for[child]
        counts[same] = counts.get(same, 0) + number
        least.setdefault(same, []).append(borne.get(child, 0.0))
        if child in back:
            mine[1][same] = max(mine[1].get(same, 0.0), back[child])
        if child in standby:
            mine[2][same] = min(mine[2].get(same, standby[child]), standby[child])
        else:
            usual.add(same)
    mine[0].update({same: min(seconds) for same, seconds in least.items() if min(seconds) > 0})
    for same in usual:
        mine[2].pop(same, None)
    return tuple(sorted(counts.items())), mine


def _same(
    threshold: int,
    needs: Edges,
    times: tuple[dict[int, float], dict[int, float], dict[int, float]],
    gates: dict[Gate, int],
    node: int,
) -> int:
    """What stands for a node that only its needs can take down."""
    if len(needs) == 1 and not any(times) and 1 <= threshold <= needs[0][1]:
        return needs[0][0]
    borne, back, standby = (tuple(sorted(found.items())) for found in times)
    if threshold == 1:
        needs = tuple((child, 1) for child, _ in needs)
    return gates.setdefault((threshold, needs, borne, back, standby), node)


def _numbered(
    compiled: Compiled,
    stands_for: Mapping[int, int],
    edges: Mapping[int, Edges],
    times: tuple[dict[int, dict[int, float]], ...],
    order: list[tuple[int, ...]],
) -> Merged:
    kept = sorted(edges)
    number = {node: place for place, node in enumerate(kept)}
    children = tuple(tuple(sorted((number[child], n) for child, n in edges[node])) for node in kept)
    parents: list[list[tuple[int, int]]] = [[] for _ in kept]
    for place, found in enumerate(children):
        for child, n in found:
            parents[child].append((place, n))
    borne, back, standby = (
        {
            number[node]: {number[child]: s for child, s in sorted(found.items())}
            for node, found in kind.items()
        }
        for kind in times
    )
    index = {name: number[stands_for[node]] for name, node in compiled.index.items() if node in stands_for}
    return Merged(
        Compiled(
            names=tuple(compiled.names[node] for node in kept),
            index=index,
            children=children,
            threshold=tuple(compiled.threshold[node] for node in kept),
            flow=tuple(compiled.flow[node] for node in kept),
            order=tuple(tuple(number[node] for node in ring) for ring in order),
            parents=tuple(tuple(found) for found in parents),
        ),
        borne,
        back,
        standby,
    )
