"""What could carry too much once load has moved: power elements against their ratings, rooms against the
cooling units that are left.

An element whose rating bears all that could ever come to it, from every device and unit below it at once, is
left out: no failure can overload it. Loads move as in `resilience.loads`; what is lost takes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx

from resilience.derive.power import supplies_needed
from resilience.failure_sweep.burdens import Terms, cases
from resilience.graph import EstateGraph
from resilience.loads import CONVERTS, Loads, draw_of, rating_of, units_by_room
from resilience.results import Missing, in_order
from resilience.whereabouts import by_id
from specs.model import Estate
from specs.power import PowerElement

SLACK = 1e-9
"""Share by which a load must pass its limit: less is rounding."""

CASES = 8
"""Of something with more sources than this not all cases are gone through."""

Lost = Callable[[int], bool]
"""Whether a node is lost."""

LostIn = Callable[[int], int]
"""Scenarios in which a node is lost."""


class _GoesRound(Exception):
    """Load would go round a ring of ties."""


@dataclass(frozen=True)
class Overload:
    """Something that is lost when it carries too much."""

    element: str
    takes: tuple[int, ...]
    """Nodes that are lost with it."""
    movers: frozenset[int]
    """Nodes whose loss can bring more load to it, or take away what bears it."""
    bears: frozenset[int]
    """All nodes that its load depends on, and those that are lost with it."""
    limit: float
    """Watts."""
    load: Callable[[Lost], float] = field(compare=False)
    """Watts that it carries, by what is lost."""
    capacity: Callable[[Lost], float] = field(compare=False)
    """Watts that it bears then."""
    terms: Callable[[LostIn, int], tuple[Terms, int]] = field(compare=False)
    """The watts that it carries less those that it bears, in many scenarios at once; and those in which only
    `is_over` can tell."""

    def is_over(self, lost: Lost) -> bool:
        """Whether it carries too much."""
        return self.load(lost) > self.capacity(lost) * (1.0 + SLACK)


@dataclass(frozen=True)
class Overloads:
    """Everything that could be overloaded, and what is so in calm already."""

    possible: tuple[Overload, ...]
    in_calm: tuple[str, ...]


def overloads(graph: EstateGraph, index: Mapping[str, int], calm: frozenset[int]) -> Overloads:
    """Of that estate, its nodes being numbered so."""
    net = PowerNet(graph, index)
    possible: list[Overload] = []
    in_calm: list[str] = []
    found = [net.overload(name) for name in net.at_risk()]
    found += _rooms(graph, index, Loads(graph.estate, graph.where))
    for overload in found:
        if overload.is_over(calm.__contains__):
            in_calm.append(overload.element)
        else:
            possible.append(overload)
    return Overloads(tuple(possible), tuple(sorted(in_calm)))


def undeclared(graph: EstateGraph) -> tuple[Missing, ...]:
    """Undeclared facts without which nobody can tell whether something would be overloaded."""
    loads = Loads(graph.estate, graph.where)
    found: list[Missing] = []
    for name, element in by_id(graph.estate.power):
        if rating_of(element) is None:
            path = ("power", name, "rating")
            found.append(Missing(f"power/{name}", "rating", path, "whether it carries what others leave it"))
    for load in loads.normal.values():
        found += load.missing
    for heat in loads.heat.values():
        found += heat.missing
    return in_order(found)


@dataclass(frozen=True)
class PowerNet:
    """The power chain in a form that answers what one element carries, whatever is lost."""

    graph: EstateGraph
    index: Mapping[str, int]

    @property
    def estate(self) -> Estate:
        return self.graph.estate

    def node(self, name: str) -> int:
        """The node of a power element."""
        return self.index[f"power/{name}"]

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """Power elements that have each as an input."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, element in by_id(self.estate.power):
            for entry in element.inputs:
                found[entry.source].add(name)
        return {name: tuple(sorted(names)) for name, names in found.items()}

    @cached_property
    def devices(self) -> dict[str, tuple[tuple[int, float, int, tuple[str, ...]], ...]]:
        """On each power element the devices: node, watts, how many cords must be live, and all cords."""
        found: dict[str, list[tuple[int, float, int, tuple[str, ...]]]] = defaultdict(list)
        for name, device in by_id(self.estate.devices):
            cords = tuple(feed for feed in device.feeds if feed in self.estate.power)
            entry = (
                self.index[f"devices/{name}"],
                draw_of(device, self.graph.where) or 0.0,
                max(1, supplies_needed(device, self.graph.where)),
                cords,
            )
            for feed in dict.fromkeys(cords):
                found[feed].append(entry)
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def units(self) -> dict[str, tuple[tuple[int, float, tuple[str, ...]], ...]]:
        """On each power element the cooling units: node, watts, and all feeds, of which the first live one
        is taken."""
        found: dict[str, list[tuple[int, float, tuple[str, ...]]]] = defaultdict(list)
        for name, unit in by_id(self.estate.cooling):
            feeds = tuple(feed for feed in unit.feeds if feed in self.estate.power)
            for feed in dict.fromkeys(feeds):
                found[feed].append((self.index[f"cooling/{name}"], unit.draw or 0.0, feeds))
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def groups(self) -> dict[str, tuple[tuple[bool, tuple[str, ...]], ...]]:
        """Inputs of each element in the order in which they are taken: whether they are open, and those of
        one priority."""
        found = {}
        for name, element in by_id(self.estate.power):
            parts: dict[tuple[bool, int], list[str]] = defaultdict(list)
            for entry in element.inputs:
                parts[entry.normally == "open", entry.priority].append(entry.source)
            found[name] = tuple((key[0], tuple(sources)) for key, sources in sorted(parts.items()))
        return found

    @cached_property
    def chain(self) -> "nx.DiGraph[str]":
        """From each element to those that it feeds."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sorted(self.estate.power))
        graph.add_edges_from(
            (source, name) for source in sorted(self.consumers) for name in self.consumers[source]
        )
        return graph

    @cached_property
    def rings(self) -> tuple[frozenset[str], ...]:
        """Elements that could feed one another in turn, over ties."""
        return tuple(
            frozenset(ring) for ring in nx.strongly_connected_components(self.chain) if len(ring) > 1
        )

    @cached_property
    def parts(self) -> tuple[tuple[frozenset[str], float], ...]:
        """Elements and rings of them, what feeds others first, each with what a load grows by at most in
        passing it."""
        whole = nx.condensation(self.chain)
        found = []
        for number in nx.topological_sort(whole):
            members: frozenset[str] = frozenset(whole.nodes[number]["members"])
            grows = 1.0
            for member in sorted(members):
                grows /= self.estate.power[member].efficiency or 1.0
            found.append((members, grows))
        return tuple(found)

    @cached_property
    def part_of(self) -> dict[str, int]:
        """The place of each element in those."""
        return {member: number for number, (members, _) in enumerate(self.parts) for member in members}

    def at_risk(self) -> tuple[str, ...]:
        """Elements that all which could ever come to them would overload."""
        found = []
        for name, element in by_id(self.estate.power):
            rating = rating_of(element)
            if rating is not None and self.most(name) > rating * (1.0 + SLACK):
                found.append(name)
        return tuple(found)

    def most(self, name: str) -> float:
        """No less than any load of that element: all below it at once, through all conversions on the way
        that lose most."""
        below = nx.descendants(self.chain, name) | {name}
        worst = self._worst_conversion(name)
        seen: dict[int, float] = {}
        for element in below:
            drawn = [(node, watts) for node, watts, _, _ in self.devices.get(element, ())]
            drawn += [(node, watts) for node, watts, _ in self.units.get(element, ())]
            for node, watts in drawn:
                seen[node] = max(seen.get(node, 0.0), watts * worst[element])
        return sum(seen[node] for node in sorted(seen))

    def _worst_conversion(self, name: str) -> dict[str, float]:
        """For each element below by how much a load at it is greater at `name`."""
        below = nx.descendants(self.chain, name) | {name}
        worst = dict.fromkeys(below, 0.0)
        parts = sorted({self.part_of[element] for element in below})
        for part in (self.parts[number][0] & below for number in parts):
            entering = max(
                (
                    worst[source]
                    for member in part
                    for source in self.chain.predecessors(member)
                    if source in worst and source not in part
                ),
                default=1.0,
            )
            inner = 1.0 if part == {name} else self.parts[self.part_of[min(part)]][1]
            for member in part:
                worst[member] = max(entering, 1.0) * inner
        return worst

    def overload(self, name: str) -> Overload:
        """That element against its rating."""
        below = nx.descendants(self.chain, name) | {name}
        elements = set(below)
        rest: set[int] = set()
        for element in sorted(below):
            elements |= {entry.source for entry in self.estate.power[element].inputs if element != name}
            for node, _, _, cords in self.devices.get(element, ()):
                rest.add(node)
                elements.update(cords)
            for node, _, feeds in self.units.get(element, ()):
                rest.add(node)
                elements.update(feeds)
        for ring in self.rings:
            if ring & elements:
                elements |= {above for member in ring for above in nx.ancestors(self.chain, member)} | ring
        movers = frozenset(self.node(element) for element in elements if element in self.estate.power)
        rating = rating_of(self.estate.power[name]) or 0.0

        def carried(lost: LostIn, scenarios: int) -> tuple[Terms, int]:
            terms, untold = self.terms(name, lost, scenarios)
            return (*terms, (scenarios, -rating * (1.0 + SLACK))), untold

        return Overload(
            element=f"power/{name}",
            takes=(self.node(name),),
            movers=movers - {self.node(name)},
            bears=movers | rest,
            limit=rating,
            load=lambda lost: self.load(name, lost),
            capacity=lambda lost: rating,
            terms=carried,
        )

    def load(self, name: str, lost: Lost) -> float:
        """Watts at the output of that element, by what is lost."""
        try:
            return self._load(name, lost, {}, None)
        except _GoesRound:
            return self._load(name, lost, {}, self._ranks(lost))

    def _load(
        self, name: str, lost: Lost, known: dict[str, float | None], ranks: Mapping[str, int] | None
    ) -> float:
        if name in known:
            found = known[name]
            if found is None:
                raise _GoesRound
            return found
        known[name] = None
        watts = 0.0
        for node, draw, needed, cords in self.devices.get(name, ()):
            if not lost(node):
                live = [feed for feed in cords if not lost(self.node(feed))]
                if len(live) >= needed:
                    watts += draw * live.count(name) / len(live)
        for node, draw, feeds in self.units.get(name, ()):
            if not lost(node) and next((f for f in feeds if not lost(self.node(f))), None) == name:
                watts += draw
        for consumer in self.consumers.get(name, ()):
            if not lost(self.node(consumer)):
                active = self._active(consumer, lost, ranks)
                if name in active:
                    drawn = self._load(consumer, lost, known, ranks)
                    element: PowerElement = self.estate.power[consumer]
                    watts += drawn / (element.efficiency or 1.0) * active.count(name) / len(active)
        known[name] = watts
        return watts

    def terms(self, name: str, lost: LostIn, scenarios: int) -> tuple[Terms, int]:
        """Watts at the output of that element in those scenarios, and the scenarios of which it cannot tell:
        load may go round in them, or something has too many sources to go through all cases."""
        below = nx.descendants(self.chain, name) | {name}
        shares: dict[str, list[tuple[int, float]]] = defaultdict(list, {name: [(scenarios, 1.0)]})
        found: list[tuple[int, float]] = []
        untold = 0
        for number in sorted({self.part_of[element] for element in below}):
            ring = self.parts[number][0]
            reached = 0
            for members, _ in (share for element in ring for share in shares.get(element, ())):
                reached |= members
            if not reached:
                continue
            drawn = {element: list(self._drawn(element, lost, reached)) for element in sorted(ring & below)}
            taken = {element: list(self._taken(element, lost, reached)) for element in drawn}
            waiting: list[tuple[tuple[str, ...], int, float]] = [
                ((element,), *share) for element in drawn for share in shares[element]
            ]
            while waiting:
                way, members, share = waiting.pop()
                found += [(m & members, watts * share) for m, watts in drawn[way[-1]] if m & members]
                for consumer, taking, part in taken[way[-1]]:
                    both = members & taking
                    if both and (part is None or consumer in way):
                        untold |= both
                    elif both and part is not None and consumer in ring:
                        waiting.append(((*way, consumer), both, share * part))
                    elif both and part is not None:
                        _add(shares[consumer], both, share * part)
        return tuple(found), untold

    def _taken(self, name: str, lost: LostIn, scenarios: int) -> Iterator[tuple[str, int, float | None]]:
        """What takes from that element, in which scenarios, and what it takes of a watt at its own output;
        None: it has too many sources to tell."""

        def gone(element: str) -> int:
            return lost(self.node(element))

        for consumer in self.consumers.get(name, ()):
            element = self.estate.power[consumer]
            sources = sorted({entry.source for entry in element.inputs if entry.source in self.estate.power})
            live = scenarios & ~gone(consumer)
            if len(sources) > CASES:
                yield consumer, live, None
                continue
            for missing, members in cases(sources, gone, live):
                nodes = {self.node(source) for source in missing}
                active = self._active(consumer, nodes.__contains__, None)
                if name in active:
                    yield consumer, members, active.count(name) / len(active) / (element.efficiency or 1.0)

    def _drawn(self, name: str, lost: LostIn, scenarios: int) -> Iterator[tuple[int, float]]:
        """What devices and units take from that element itself."""

        def gone(element: str) -> int:
            return lost(self.node(element))

        scenarios &= ~gone(name)
        for node, draw, needed, cords in self.devices.get(name, ()):
            others = sorted({cord for cord in cords if cord != name})
            for missing, members in cases(others, gone, scenarios & ~lost(node)):
                live = [cord for cord in cords if cord not in missing]
                if len(live) >= needed:
                    yield members, draw * live.count(name) / len(live)
        for node, draw, feeds in self.units.get(name, ()):
            members = scenarios & ~lost(node)
            for feed in feeds[: feeds.index(name)]:
                members &= gone(feed)
            if members:
                yield members, draw

    def _active(self, name: str, lost: Lost, ranks: Mapping[str, int] | None) -> list[str]:
        """Sources that it takes its load from."""
        needs = self.estate.power[name].needs
        taken: list[str] = []
        for is_open, sources in self.groups[name]:
            if len(taken) >= needs:
                break
            live = [
                source
                for source in sources
                if source in self.estate.power
                and not lost(self.node(source))
                and (ranks is None or ranks.get(source, 0) < ranks.get(name, 0))
            ]
            taken += live[: needs - len(taken)] if is_open else live
        return taken

    def _ranks(self, lost: Lost) -> dict[str, int]:
        """Distance of each live element from a source: where inputs go round, only nearer ones feed."""
        power = self.estate.power
        ranks = {n: 0 for n in sorted(power) if not lost(self.node(n)) and not power[n].inputs}
        waiting = [n for n in sorted(power) if power[n].inputs and not lost(self.node(n))]
        distance = 0
        while True:
            distance += 1
            fed = [n for n in waiting if sum(e.source in ranks for e in power[n].inputs) >= power[n].needs]
            if not fed:
                return ranks
            ranks |= dict.fromkeys(fed, distance)
            waiting = [n for n in waiting if n not in ranks]


def _add(shares: list[tuple[int, float]], members: int, share: float) -> None:
    """One more share, with an equal one where the two are never there at once."""
    for place, (some, known) in enumerate(shares):
        if known == share and not some & members:
            shares[place] = (some | members, share)
            return
    shares.append((members, share))


def _rooms(graph: EstateGraph, index: Mapping[str, int], loads: Loads) -> list[Overload]:
    """Rooms, and groups of rooms that share units, against the capacity of the units that are left.

    The losses of power elements in a room are those in the normal state.
    """
    serving = {
        room: units
        for room, units in units_by_room(graph.estate).items()
        if room in loads.heat and f"rooms/{room}#cooling" in index
    }
    shared: nx.Graph[str] = nx.Graph()
    for room, units in sorted(serving.items()):
        shared.add_edges_from((f"rooms/{room}", f"cooling/{unit}") for unit in units)
    found = []
    for group in sorted(sorted(part) for part in nx.connected_components(shared)):
        rooms = [name.partition("/")[2] for name in group if name.startswith("rooms/")]
        wholes = [[room] for room in rooms] + ([rooms] if len(rooms) > 1 else [])
        for whole in wholes:
            overload = _heated(graph, index, loads, whole, serving)
            if overload is not None:
                found.append(overload)
    return found


def _heated(
    graph: EstateGraph,
    index: Mapping[str, int],
    loads: Loads,
    rooms: list[str],
    serving: Mapping[str, tuple[str, ...]],
) -> Overload | None:
    estate, where = graph.estate, graph.where
    units = sorted({unit for room in rooms for unit in serving[room]})
    capacities = {index[f"cooling/{unit}"]: estate.cooling[unit].capacity for unit in units}
    known = {node: capacity for node, capacity in capacities.items() if capacity is not None}
    if len(known) < len(capacities):
        return None
    sources: list[tuple[int, float]] = []
    for name, device in by_id(estate.devices):
        if where.device_rooms[name] in rooms:
            sources.append((index[f"devices/{name}"], draw_of(device, where) or 0.0))
    for name, element in by_id(estate.power):
        if element.room in rooms and element.kind in CONVERTS:
            lost_watts = loads.normal[name].watts * (1.0 / (element.efficiency or 1.0) - 1.0)
            sources.append((index[f"power/{name}"], lost_watts))
    heat = sum(watts for _, watts in sources)
    needed = max(_units_left(loads, room, len(serving[room])) for room in rooms)
    if len(rooms) == 1 and sum(sorted(known.values())[:needed]) >= heat:
        return None

    def warm(lost: Lost) -> float:
        return sum(watts for node, watts in sources if not lost(node))

    def cooled(lost: Lost) -> float:
        return sum(capacity for node, capacity in known.items() if not lost(node))

    def terms(lost: LostIn, scenarios: int) -> tuple[Terms, int]:
        heated = [(scenarios & ~lost(node), watts) for node, watts in sources]
        borne = [(scenarios & ~lost(n), -capacity * (1.0 + SLACK)) for n, capacity in known.items()]
        return (*heated, *borne), 0

    takes = tuple(index[f"rooms/{room}#cooling"] for room in rooms)
    return Overload(
        element=f"rooms/{rooms[0]}" if len(rooms) == 1 else " + ".join(f"rooms/{room}" for room in rooms),
        takes=takes,
        movers=frozenset(known),
        bears=frozenset(known) | {node for node, _ in sources} | set(takes),
        limit=sum(known.values()),
        load=warm,
        capacity=cooled,
        terms=terms,
    )


def _units_left(loads: Loads, room: str, units: int) -> int:
    """How many units are left as long as the graph takes the room to be cool; all, where it has counted by
    their capacities."""
    declared = loads.estate.rooms[room].cooling_needs
    if declared is not None:
        return min(declared, units)
    return 1 if loads.heat[room].missing else units
