"""What divides a bare map, and how probably it stays connected: exactly, block by block."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from resilience.wan_map.bare_map import BareMap
from resilience.wan_map.frontier import Connection, Link, connection
from resilience.wan_map.reduction import Chance, reduce

MOST_STATES: Final = 50_000
"""States of a frontier at once; the largest map of the Internet Topology Zoo needs fewer than 20,000."""


@dataclass(frozen=True)
class Terminals:
    """How probably two nodes are connected."""

    one: str
    other: str
    reliability: Connection
    joined: bool
    """Whether they are while every link is up."""


@dataclass(frozen=True)
class MapProof:
    """The proof of a bare map, its nodes perfect and its links failing independently."""

    title: str
    nodes: int
    links: int
    """Parallel ones merged."""
    merged: int
    loops: int
    link_availability: float
    parts: tuple[tuple[str, ...], ...]
    """Nodes that hang together while every link is up; one part where the map is connected. Largest first."""
    cut_nodes: tuple[str, ...]
    """Nodes whose loss divides what hung together."""
    bridges: tuple[tuple[str, str], ...]
    """Links whose loss does."""
    all_terminal: Connection
    """That every node reaches every other."""
    two_terminal: Terminals | None

    @property
    def connected(self) -> bool:
        """Whether every node reaches every other while every link is up."""
        return len(self.parts) == 1


def prove(
    map_: BareMap,
    link_availability: float,
    between: tuple[int, int] | None = None,
    most_states: int = MOST_STATES,
) -> MapProof:
    """The proof; ValueError where the availability is no probability.

    A map's blocks (what no one node divides) fail independently: all-terminal reliability is the product over
    blocks, two-terminal reliability that over the blocks on the way. Each block is reduced and swept.
    """
    if not 0 <= link_availability <= 1:
        raise ValueError("an availability lies between 0 and 1")
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(map_.places)))
    graph.add_edges_from(map_.links)
    parts = sorted(
        (sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part)
    )
    blocks = sorted(sorted(_link(*edge) for edge in block) for block in nx.biconnected_component_edges(graph))
    cuts = sorted(nx.articulation_points(graph))
    chance = Chance(link_availability, 1.0 - link_availability)
    names = [place.name for place in map_.places]
    return MapProof(
        map_.title,
        len(names),
        len(map_.links),
        map_.merged,
        map_.loops,
        link_availability,
        tuple(tuple(names[place] for place in part) for part in parts),
        tuple(names[place] for place in cuts),
        tuple((names[block[0][0]], names[block[0][1]]) for block in blocks if len(block) == 1),
        _whole(blocks, chance, most_states) if len(parts) == 1 else Connection(0.0, 1.0),
        _two(blocks, cuts, between, names, chance, most_states) if between is not None else None,
    )


def _whole(blocks: Iterable[Sequence[Link]], chance: Chance, most_states: int) -> Connection:
    return _product(_block(block, None, chance, most_states) for block in blocks)


def _two(
    blocks: Sequence[Sequence[Link]],
    cuts: Sequence[int],
    between: tuple[int, int],
    names: Sequence[str],
    chance: Chance,
    most_states: int,
) -> Terminals:
    """Along the tree of blocks and cut nodes there is one way; each block on it is to be crossed."""
    start, goal = between
    told = names[start], names[goal]
    if start == goal:
        return Terminals(*told, Connection(1.0, 0.0), True)
    tree: nx.Graph[tuple[str, int]] = nx.Graph()
    marked = {*cuts, start, goal}
    tree.add_nodes_from([("node", start), ("node", goal)])
    for number, block in enumerate(blocks):
        for place in sorted({end for link in block for end in link} & marked):
            tree.add_edge(("block", number), ("node", place))
    if not nx.has_path(tree, ("node", start), ("node", goal)):
        return Terminals(*told, Connection(0.0, 1.0), False)
    way = nx.shortest_path(tree, ("node", start), ("node", goal))
    crossed = [
        _block(blocks[way[at][1]], (way[at - 1][1], way[at + 1][1]), chance, most_states)
        for at in range(1, len(way), 2)
    ]
    return Terminals(*told, _product(crossed), True)


def _block(
    block: Sequence[Link], ends: tuple[int, int] | None, chance: Chance, most_states: int
) -> Connection:
    smaller = reduce([(one, other, chance) for one, other in block], ends)
    found = connection(smaller.links, ends, most_states)
    factor = smaller.factor
    return Connection(factor.up * found.up, factor.down + factor.up * found.down, factor.up * found.unknown)


def _product(parts: Iterable[Connection]) -> Connection:
    """All of them, each independent of the others."""
    up, down, unknown = 1.0, 0.0, 0.0
    for part in parts:
        up, down, unknown = (
            up * part.up,
            down + (1.0 - down) * part.down,
            unknown * (part.up + part.unknown) + up * part.unknown,
        )
    return Connection(up, down, unknown)


def _link(one: int, other: int) -> Link:
    return (one, other) if one < other else (other, one)
