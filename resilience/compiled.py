"""The graph in a compiled form that evaluates any number of scenarios at once, one bit of a whole number for
each.

Every node has a number whose bit *s* says that it is **lost** in scenario *s*. "All" is a bitwise or of what
is needed, "any" a bitwise and, k-of-n a threshold counted bit by bit. So a sweep of ten thousand scenarios is
one walk over the graph.

Rings are two kinds of fixpoint. Elements that need one another to keep running hold each other up, so
nothing is lost unless something takes it (the greatest fixpoint of running). Power and traffic flow from a
source, so a ring of boards or switches that no source reaches is dead (the least fixpoint). Where both
kinds meet in one ring (a UPS cooled by what it feeds) the flow is solved anew within each round of the
other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from resilience.results import NeedKind

Edges = tuple[tuple[int, int], ...]
"""Children, each with how often it is needed."""


@dataclass(frozen=True)
class Compiled:
    """Nodes by number, in the order of their names."""

    names: tuple[str, ...]
    index: Mapping[str, int]
    children: tuple[Edges, ...]
    threshold: tuple[int, ...]
    """How many lost children (counted with `times`) take the node down: 1 for all, as many as there are
    for any; 0 for a node that needs nothing."""
    flow: tuple[bool, ...]
    order: tuple[tuple[int, ...], ...]
    """Rings and single nodes, what is needed before what needs it."""
    parents: tuple[Edges, ...]
    """What needs each node, and how often."""

    def lost(self, own: Mapping[int, int], ones: int, wanted: Collection[int] | None = None) -> list[int]:
        """Of every node the scenarios in which it is lost, `own` being those in which it fails by itself.

        `wanted`: nodes that are asked for; of all others the numbers are let go, and are 0 in the end.
        """
        values = [0] * len(self.names)
        left = [len(parents) for parents in self.parents]
        for ring in self.order:
            if len(ring) == 1 and not any(child == ring[0] for child, _ in self.children[ring[0]]):
                node = ring[0]
                values[node] = own.get(node, 0) | self._gate(node, values, ones)
            else:
                self._ring(ring, own, ones, values)
            if wanted is not None:
                for node in self._done(ring, left):
                    if node not in wanted:
                        values[node] = 0
        return values

    def _done(self, ring: tuple[int, ...], left: list[int]) -> Iterator[int]:
        """Nodes that nothing needs any more after that ring; `left` counts what still needs each."""
        for node in ring:
            if not self.parents[node]:
                yield node
            for child, _ in self.children[node]:
                left[child] -= 1
                if not left[child]:
                    yield child

    def lost_needs(self, calm: Collection[int]) -> list[int]:
        """Of every node how many of its needs do not hold in calm, `calm` being what is lost then."""
        if not calm:
            return [0] * len(self.names)
        return [sum(times for child, times in edges if child in calm) for edges in self.children]

    def last_straws(
        self,
        lost: Sequence[int],
        mask: int,
        starts: Iterable[int],
        lost_needs: Sequence[int],
    ) -> dict[int, int]:
        """Nodes that the starts take down, each with the next one on the way down to them: the need whose
        loss was the last straw, so that of several alternatives the one that held out longest explains the
        loss."""
        level = sorted(starts)
        down = {start: start for start in level}
        count: dict[int, int] = {}
        touched: dict[int, int] = {}
        while True:
            following: list[int] = []
            for node in level:
                for parent, times in self.parents[node]:
                    if parent in down or not lost[parent] & mask:
                        continue
                    touched.setdefault(parent, node)
                    count[parent] = count.get(parent, lost_needs[parent]) + times
                    if count[parent] >= self.threshold[parent]:
                        down[parent] = node
                        following.append(parent)
            if not following:
                # A ring that lives on flow alone dies as a whole: no member of it is the first.
                following = sorted(node for node in touched if node not in down)
                down |= {node: touched[node] for node in following}
            if not following:
                break
            level = sorted(following)
        return down

    def _ring(self, ring: tuple[int, ...], own: Mapping[int, int], ones: int, values: list[int]) -> None:
        """Flow nodes from all lost downwards, within rounds of the others from none lost upwards."""
        flows = [node for node in ring if self.flow[node]]
        others = [node for node in ring if not self.flow[node]]
        for node in others:
            values[node] = own.get(node, 0)
        while True:
            for node in flows:
                values[node] = ones
            self._settle(flows, own, ones, values)
            if not self._settle(others, own, ones, values):
                return
            if not flows:
                return

    def _settle(self, nodes: Sequence[int], own: Mapping[int, int], ones: int, values: list[int]) -> bool:
        """Evaluates until nothing changes, to and fro; whether anything changed at all."""
        changed_ever = False
        ordered: Sequence[int] = nodes
        changed = bool(nodes)
        while changed:
            changed = False
            for node in ordered:
                value = own.get(node, 0) | self._gate(node, values, ones)
                if value != values[node]:
                    values[node] = value
                    changed = changed_ever = True
            ordered = ordered[::-1]
        return changed_ever

    def _gate(self, node: int, values: list[int], ones: int) -> int:
        children, threshold = self.children[node], self.threshold[node]
        if not children:
            return 0 if threshold == 0 else ones
        if threshold <= 1:
            result = 0
            for child, _ in children:
                result |= values[child]
            return result
        if threshold == sum(times for _, times in children):
            result = ones
            for child, _ in children:
                result &= values[child]
                if not result:
                    return 0
            return result
        return at_least(threshold, [values[child] for child, times in children for _ in range(times)], ones)


def way_down(down: Mapping[int, int], node: int) -> list[int]:
    """From a node of `Compiled.last_straws` over the last straws to a start.

    >>> way_down({1: 1, 2: 1, 3: 2}, 3)
    [3, 2, 1]
    """
    way = [node]
    while down[way[-1]] != way[-1]:
        way.append(down[way[-1]])
    return way


def at_least(count: int, values: Iterable[int], ones: int) -> int:
    """Bits that are set in at least `count` of the values.

    >>> bin(at_least(2, [0b1100, 0b1010, 0b1001], 0b1111))
    '0b1000'
    """
    reached = [ones] + [0] * count
    for value in values:
        if value:
            for number in range(count, 0, -1):
                reached[number] |= reached[number - 1] & value
    return reached[count]


def compile_needs(
    graph: "nx.DiGraph[str]", kinds: frozenset[NeedKind] = frozenset({"run"}), *, starting: bool = False
) -> Compiled:
    """The graph of those kinds of need. `starting`: only what must hold before its source begins, at its
    minimum level, and no ring begins by itself."""
    names = tuple(sorted(name for name in graph if not (starting and "#full" in name)))
    index = {name: number for number, name in enumerate(names)}
    children: list[Edges] = []
    threshold: list[int] = []
    flow: list[bool] = []
    for name in names:
        attributes = graph.nodes[name]
        kept = tuple(
            sorted(
                (index[target], edge["times"])
                for target, edge in graph.adj[name].items()
                if edge["kind"] in kinds and (edge["starts"] or not starting)
            )
        )
        total = sum(times for _, times in kept)
        children.append(kept)
        threshold.append(_threshold(attributes["op"], attributes["needs"], total))
        flow.append(starting or attributes["flow"])
    order = _in_order_of_need([tuple(child for child, _ in edges) for edges in children])
    parents: list[list[tuple[int, int]]] = [[] for _ in names]
    for number, edges in enumerate(children):
        for child, times in edges:
            parents[child].append((number, times))
    return Compiled(
        names, index, tuple(children), tuple(threshold), tuple(flow), order, tuple(map(tuple, parents))
    )


def _threshold(operator: str, needs: int, total: int) -> int:
    if operator == "all" or not total:
        return 0 if not total and operator == "all" else 1
    return total if operator == "any" else max(1, total - needs + 1)


def _in_order_of_need(children: list[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Strongly connected components, children first (Tarjan 1972, without recursion)."""
    count = len(children)
    found: list[tuple[int, ...]] = []
    number = [-1] * count
    low = [0] * count
    on_stack = [False] * count
    stack: list[int] = []
    clock = 0
    for root in range(count):
        if number[root] >= 0:
            continue
        number[root] = low[root] = clock
        clock += 1
        stack.append(root)
        on_stack[root] = True
        walk = [(root, iter(children[root]))]
        while walk:
            node, ahead = walk[-1]
            for child in ahead:
                if number[child] < 0:
                    number[child] = low[child] = clock
                    clock += 1
                    stack.append(child)
                    on_stack[child] = True
                    walk.append((child, iter(children[child])))
                    break
                if on_stack[child] and number[child] < low[node]:
                    low[node] = number[child]
            else:
                walk.pop()
                if walk and low[node] < low[walk[-1][0]]:
                    low[walk[-1][0]] = low[node]
                if low[node] == number[node]:
                    start = len(stack) - 1
                    while stack[start] != node:
                        start -= 1
                    ring = stack[start:]
                    del stack[start:]
                    for member in ring:
                        on_stack[member] = False
                    found.append(tuple(reversed(ring)))
    return tuple(found)
