"""The graph of connectivity: places, devices, circuits, cables and the risks they share; and ways over
circuits."""

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from resilience.derive.network import SiteNetworks
from resilience.derive.reach import circuits_from, place_of
from resilience.results import Missing, Route, in_order
from resilience.whereabouts import by_id
from specs.model import Estate
from specs.networks import Circuit

SECONDS_PER_METRE = 4.9e-9
"""Light in fibre: 4.9 µs a kilometre, one way (group index 1.468, ITU-T G.652 fibre)."""

Cost = tuple[int, float, int]
"""Of a way: circuits of unknown latency, seconds, circuits; compared in that order."""


Way = tuple[Cost, tuple[str, ...], tuple[str, ...]]
"""Its cost, its circuits and the places it leaves one after the other."""


def risks_of(circuit: Circuit) -> frozenset[str]:
    """Shared risks of a circuit: ducts, exchanges, entrances, carrier. What is undeclared is not in it."""
    found = {f"hazards/{segment.through}" for segment in circuit.segments or ()}
    found |= {f"hazards/{end.entrance}" for end in circuit.ends if end.entrance is not None}
    if circuit.carrier is not None:
        found.add(f"vendors/{circuit.carrier}")
    return frozenset(found)


def length_of(circuit: Circuit) -> float | None:
    """Metres of its route; None where a segment or its length is not declared."""
    if circuit.segments is None:
        return None
    lengths = [segment.length for segment in circuit.segments if segment.length is not None]
    return sum(lengths) if len(lengths) == len(circuit.segments) else None


def latency_of(circuit: Circuit) -> float | None:
    """Seconds one way: as declared, else light over the declared route; None: unknown."""
    if circuit.latency is not None:
        return circuit.latency
    length = length_of(circuit)
    return length * SECONDS_PER_METRE if length else None


def connectivity(estate: Estate, networks: SiteNetworks) -> "nx.MultiGraph[str]":
    """Places, border devices and cabled devices; circuits and cables as edges that name their element and its
    risks.

    `told` is False on an edge whose shared risks nobody has declared in full: its diversity is unknown.
    """
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for name, circuit in by_id(estate.circuits):
        a, b = (f"devices/{end.device}" if end.device else place_of(end) for end in circuit.ends)
        for end, node in zip(circuit.ends, (a, b), strict=True):
            if node != place_of(end):
                graph.add_edge(
                    node, place_of(end), key="stands at", element=None, risks=frozenset(), told=True
                )
        told = circuit.segments is not None and circuit.carrier is not None
        element = f"circuits/{name}"
        graph.add_edge(a, b, key=element, element=element, risks=risks_of(circuit), told=told)
    for device, links in networks.neighbours.items():
        for cable, other in links:
            if device < other:
                tray = estate.cables[cable].tray
                risks = frozenset({f"hazards/{tray}"} if tray else ())
                a, b, key = f"devices/{device}", f"devices/{other}", f"cables/{cable}"
                graph.add_edge(a, b, key=key, element=key, risks=risks, told=True)
    return graph


@dataclass(frozen=True)
class Ways:
    """Ways between places over circuits: the least latency wins, a circuit of unknown latency is taken
    last."""

    estate: Estate

    @cached_property
    def links(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """From each place the circuits that services' traffic may take, and where they lead."""
        return circuits_from(self.estate)

    @cached_property
    def costs(self) -> Mapping[str, Cost]:
        """What it costs to cross each circuit."""
        latencies = {name: latency_of(circuit) for name, circuit in by_id(self.estate.circuits)}
        return {name: (int(value is None), value or 0.0, 1) for name, value in latencies.items()}

    @cached_property
    def risks(self) -> Mapping[str, frozenset[str]]:
        """Shared risks of each circuit."""
        return {name: risks_of(circuit) for name, circuit in by_id(self.estate.circuits)}

    @cached_property
    def ends(self) -> frozenset[str]:
        """Places that traffic does not pass through: outside ones that internet circuits lead to."""
        kinds = {
            place: {self.estate.circuits[name].kind for name, _ in ways} for place, ways in self.links.items()
        }
        return frozenset(
            p for p, found in kinds.items() if not p.startswith("sites/") and "internet" in found
        )

    def tree(
        self,
        source: str,
        lost: Collection[str] = frozenset(),
        gone: Collection[str] = frozenset(),
        only: Collection[str] = frozenset(),
    ) -> dict[str, Way]:
        """The best way from a place to every other, over circuits that are not lost (of `only`, if there
        are any) and places that are not gone."""
        done: dict[str, Way] = {}
        heap: list[tuple[Cost, tuple[str, ...], tuple[str, ...], str]] = [((0, 0.0, 0), (), (), source)]
        links, costs = self.links, self.costs
        while heap:
            cost, circuits, places, place = heapq.heappop(heap)
            if place in done or place in gone:
                continue
            done[place] = (cost, circuits, places)
            if place != source and place in self.ends:
                continue
            unknown, seconds, hops = cost
            for name, other in links.get(place, ()):
                if other not in done and name not in lost and (not only or name in only):
                    step = costs[name]
                    further = (unknown + step[0], seconds + step[1], hops + 1)
                    heapq.heappush(heap, (further, (*circuits, name), (*places, place), other))
        return done

    def joined(self, source: str, target: str) -> bool:
        """Whether circuits join two places at all when all is well."""
        return target in self._calm_tree(source)

    def _calm_tree(self, source: str) -> dict[str, Way]:
        if source not in self.calm_trees:
            self.calm_trees[source] = self.tree(source)
        return self.calm_trees[source]

    @cached_property
    def calm_trees(self) -> dict[str, dict[str, Way]]:
        """Trees of places that were asked for."""
        return {}

    def route(self, circuits: Iterable[str]) -> Route:
        """Length and latency of a way."""
        names = tuple(circuits)
        missing: list[Missing] = []
        lengths = [length_of(self.estate.circuits[name]) for name in names]
        latencies = [latency_of(self.estate.circuits[name]) for name in names]
        for name, length, latency in zip(names, lengths, latencies, strict=True):
            if length is None:
                path = ("circuits", name, "segments")
                missing.append(Missing(f"circuits/{name}", "segments", path, "how long its route is"))
            if latency is None:
                path = ("circuits", name, "latency")
                missing.append(
                    Missing(f"circuits/{name}", "latency", path, "how long a packet takes over it")
                )
        return Route(
            circuits=tuple(f"circuits/{name}" for name in names),
            length=sum((value for value in lengths if value is not None), 0.0)
            if None not in lengths
            else None,
            latency=sum((value for value in latencies if value is not None), 0.0)
            if None not in latencies
            else None,
            missing=in_order(missing),
        )
