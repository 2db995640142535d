"""Nodes that cannot differ are made one, and nodes that nobody asks for are left out.

A gate of one need is that need; two gates of the same needs, counted and timed alike, are one gate. What can
be lost by itself, or trip, stays a node of its own, and so does every member of a ring. Many services on the
same platforms come to the same few nodes, and are swept once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resilience.compiled import Compiled, Edges

Times = Mapping[int, Mapping[int, float]]
"""By node and need: seconds."""

Seconds = dict[int, dict[int, float]]

Gate = tuple[object, ...]
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
    while True:
        merging = _Merging(compiled, (borne, back, standby), apart, kept_for)
        merging.go()
        if not merging.clashes:
            return merging.numbered()
        apart |= merging.clashes


@dataclass
class _Merging:
    """One pass, from what is needed to what needs it."""

    compiled: Compiled
    times: tuple[Times, Times, Times]
    apart: frozenset[int]
    kept_for: frozenset[int]
    clashes: set[int] = field(default_factory=set)
    """Needs of one node that came to be the same one with different times: they must stay apart."""
    stands_for: dict[int, int] = field(default_factory=dict)
    gates: dict[Gate, int] = field(default_factory=dict)
    edges: dict[int, Edges] = field(default_factory=dict)
    kept_times: tuple[Seconds, Seconds, Seconds] = field(default_factory=lambda: ({}, {}, {}))
    order: list[tuple[int, ...]] = field(default_factory=list)

    def go(self) -> None:
        """Goes through all rings, what is needed first."""
        for ring in self.compiled.order:
            inside = frozenset(ring)
            if not inside & self.kept_for:
                continue
            free = len(ring) == 1 and not any(c in inside for c, _ in self.compiled.children[ring[0]])
            if not free:
                self.stands_for.update((node, node) for node in ring)
            for node in ring:
                self._keep(node, free)
            kept = tuple(node for node in ring if self.stands_for[node] == node)
            if kept:
                self.order.append(kept)

    def _keep(self, node: int, free: bool) -> None:
        needs, mine = self._needs(node)
        if free and node not in self.apart:
            same = self._same(self.compiled.threshold[node], needs, mine, node)
            self.stands_for[node] = same
            if same != node:
                return
        self.stands_for[node] = node
        self.edges[node] = needs
        for kind, found in zip(self.kept_times, mine, strict=True):
            if found:
                kind[node] = found

    def _needs(self, node: int) -> tuple[Edges, tuple[dict[int, float], ...]]:
        """Needs of a node by what stands for them, and their times."""
        counts: dict[int, int] = {}
        told: dict[int, tuple[float | None, ...]] = {}
        own = [kind.get(node, {}) for kind in self.times]
        for child, number in self.compiled.children[node]:
            same = self.stands_for[child]
            counts[same] = counts.get(same, 0) + number
            seconds = tuple(kind.get(child) for kind in own)
            if told.setdefault(same, seconds) != seconds:
                alike = (other for other, _ in self.compiled.children[node])
                self.clashes |= {c for c in alike if self.stands_for[c] == same and c != same}
        mine = tuple(
            {same: value for same, seconds in told.items() if (value := seconds[place]) is not None}
            for place in range(len(own))
        )
        return tuple(sorted(counts.items())), mine

    def _same(self, threshold: int, needs: Edges, times: tuple[dict[int, float], ...], node: int) -> int:
        """What stands for a node that only its needs can take down."""
        if len(needs) == 1 and not any(times) and 1 <= threshold <= needs[0][1]:
            return needs[0][0]
        if threshold == 1:
            needs = tuple((child, 1) for child, _ in needs)
        key = (threshold, needs, *(tuple(sorted(found.items())) for found in times))
        return self.gates.setdefault(key, node)

    def numbered(self) -> Merged:
        """What is left, in the order of the names."""
        kept = sorted(self.edges)
        number = {node: place for place, node in enumerate(kept)}
        children = tuple(tuple(sorted((number[c], n) for c, n in self.edges[node])) for node in kept)
        parents: list[list[tuple[int, int]]] = [[] for _ in kept]
        for place, found in enumerate(children):
            for child, n in found:
                parents[child].append((place, n))
        borne, back, standby = (
            {
                number[node]: {number[child]: s for child, s in sorted(seconds.items())}
                for node, seconds in kind.items()
            }
            for kind in self.kept_times
        )
        compiled, stands_for = self.compiled, self.stands_for
        return Merged(
            Compiled(
                names=tuple(compiled.names[node] for node in kept),
                index={n: number[stands_for[k]] for n, k in compiled.index.items() if k in stands_for},
                children=children,
                threshold=tuple(compiled.threshold[node] for node in kept),
                flow=tuple(compiled.flow[node] for node in kept),
                order=tuple(tuple(number[node] for node in ring) for ring in self.order),
                parents=tuple(tuple(needing) for needing in parents),
            ),
            borne,
            back,
            standby,
        )


def _below(compiled: Compiled, asked: Iterable[int]) -> frozenset[int]:
    found = set(asked)
    waiting = list(found)
    while waiting:
        for child, _ in compiled.children[waiting.pop()]:
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)
