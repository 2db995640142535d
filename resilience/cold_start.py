"""Cold start: what can begin when everything is off, and the rings of needs that cannot."""

from dataclasses import dataclass

from resilience.compiled import Compiled, compile_needs
from resilience.graph import EstateGraph
from resilience.needs import is_element
from resilience.results import Chain, Deadlock, Link


@dataclass(frozen=True)
class ColdStart:
    """Start and run needs as they stand before anything runs; a run need whose loss is borne for a while
    does not hold anything back, nor does cooling."""

    graph: EstateGraph
    compiled: Compiled


def cold_start(graph: EstateGraph) -> ColdStart:
    """The start of that estate."""
    return ColdStart(graph, compile_needs(graph.needs, frozenset({"run", "start"}), starting=True))


def waiting(start: ColdStart) -> frozenset[int]:
    """Nodes that never begin."""
    return frozenset(node for node, value in enumerate(start.compiled.lost({}, 1)) if value)


def deadlocks(start: ColdStart) -> tuple[Deadlock, ...]:
    """Each ring that keeps others waiting and waits for nothing but itself, by its first element."""
    stuck = waiting(start)
    if not stuck:
        return ()
    compiled = start.compiled
    found = []
    for ring in compiled.order:
        members = frozenset(ring) & stuck
        if len(members) < 2:
            continue
        if any(
            child in stuck and child not in members
            for node in members
            for child, _ in compiled.children[node]
        ):
            continue
        cycle = _shortest_cycle(compiled, members)
        if cycle:
            found.append(_deadlock(start, members, stuck, cycle))
    return tuple(sorted(found, key=lambda deadlock: deadlock.held))


def _deadlock(start: ColdStart, ring: frozenset[int], stuck: frozenset[int], cycle: list[int]) -> Deadlock:
    """The need to break is a declared one where there is one, then the one that frees most."""
    links, edges = _links(start, cycle)
    freed = [(_freed_without(start, edge, stuck), link) for link, edge in zip(links, edges, strict=True)]
    best, breaks = min(freed, key=_worth_breaking)
    held = _held(start.compiled, ring, stuck)
    return Deadlock(
        kind="start",
        cycle=links,
        breaks=breaks,
        frees=_elements(start.compiled, best),
        held=_elements(start.compiled, held),
    )


def _worth_breaking(entry: tuple[frozenset[int], Link]) -> tuple[bool, int, bool, str]:
    frees, link = entry
    return "needs" not in link.path, -len(frees), link.kind != "start", link.source


def _shortest_cycle(compiled: Compiled, ring: frozenset[int]) -> list[int]:
    """The shortest cycle within the ring that passes two elements or more, first by number."""
    best: list[int] = []
    for root in sorted(ring):
        if not is_element(compiled.names[root]):
            continue
        way: dict[int, int] = {root: root}
        level = [root]
        closing = None
        while level and closing is None:
            following = []
            for node in level:
                for child, _ in compiled.children[node]:
                    if child == root:
                        closing = node
                        break
                    if child in ring and child not in way:
                        way[child] = node
                        following.append(child)
                if closing is not None:
                    break
            level = following
        if closing is None:
            continue
        cycle = [closing]
        while cycle[-1] != root:
            cycle.append(way[cycle[-1]])
        cycle.reverse()
        if not best or len(cycle) < len(best):
            best = cycle
    return best


def _links(start: ColdStart, cycle: list[int]) -> tuple[Chain, list[tuple[int, int]]]:
    """The cycle as needs between elements, and for each the edge of the graph that carries it."""
    names, needs = start.compiled.names, start.graph.needs
    links: list[Link] = []
    edges: list[tuple[int, int]] = []
    source = needs.nodes[names[cycle[0]]]["shows"]
    first: tuple[int, int] | None = None
    for here, there in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        edge = needs.edges[names[here], names[there]]
        first = first or (here, there)
        shows = needs.nodes[names[there]]["shows"]
        closes = there == cycle[0]
        if shows is None or (shows == source and not (closes and not links)):
            continue
        owner = needs.edges[names[first[0]], names[first[1]]]
        links.append(Link(source, shows, owner["kind"], edge["why"], edge["path"], owner["tolerates"]))
        edges.append(first)
        source, first = shows, None
    return tuple(links), edges


def _freed_without(start: ColdStart, edge: tuple[int, int], stuck: frozenset[int]) -> frozenset[int]:
    """What begins once the first node no longer needs the second."""
    compiled = start.compiled
    children = list(compiled.children)
    children[edge[0]] = tuple(entry for entry in children[edge[0]] if entry[0] != edge[1])
    thresholds = list(compiled.threshold)
    if not children[edge[0]]:
        thresholds[edge[0]] = 0
    freed = Compiled(
        compiled.names,
        compiled.index,
        tuple(children),
        tuple(thresholds),
        compiled.flow,
        compiled.order,
        compiled.parents,
    )
    still = {node for node, value in enumerate(freed.lost({}, 1)) if value}
    return stuck - still


def _held(compiled: Compiled, ring: frozenset[int], stuck: frozenset[int]) -> frozenset[int]:
    found = set(ring)
    pending = sorted(ring)
    while pending:
        for parent, _ in compiled.parents[pending.pop()]:
            if parent in stuck and parent not in found:
                found.add(parent)
                pending.append(parent)
    return frozenset(found)


def _elements(compiled: Compiled, nodes: frozenset[int]) -> tuple[str, ...]:
    names = (compiled.names[node] for node in nodes)
    return tuple(sorted(filter(is_element, names)))
