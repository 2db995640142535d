"""What could carry too much once load has moved: power elements against their ratings, rooms against the
cooling units that are left.

An element whose rating bears all that could ever come to it, from every device and unit below it at once, is
left out: no failure can overload it. Loads move as in `resilience.loads`; what is lost takes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import networkx as nx

from resilience.failure_sweep.bounding import bounds
from resilience.failure_sweep.burdens import Terms
from resilience.failure_sweep.power_net import Lost, LostIn, PowerNet
from resilience.graph import EstateGraph
from resilience.loads import CONVERTS, Loads, draw_of, rating_of, units_by_room
from resilience.results import Missing, in_order
from resilience.whereabouts import by_id

SLACK = 1e-9
"""Share by which a load must pass its limit: less is rounding."""


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
    doubtful: Callable[[LostIn, int], int] = field(compare=False)
    """Of many scenarios those that have to be looked at: in all others it certainly bears its load."""

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
    found = [_power(net, name) for name in _at_risk(net)]
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


def _at_risk(net: PowerNet) -> tuple[str, ...]:
    """Elements that all which could ever come to them would overload."""
    found = []
    for name, element in by_id(net.estate.power):
        rating = rating_of(element)
        if rating is not None and net.most(name) > rating * (1.0 + SLACK):
            found.append(name)
    return tuple(found)


def _power(net: PowerNet, name: str) -> Overload:
    """That element against its rating."""
    below = nx.descendants(net.chain, name) | {name}
    elements = set(below)
    rest: set[int] = set()
    for element in sorted(below):
        elements |= {entry.source for entry in net.estate.power[element].inputs if element != name}
        for node, _, _, cords in net.devices.get(element, ()):
            rest.add(node)
            elements.update(cords)
        for node, _, feeds in net.units.get(element, ()):
            rest.add(node)
            elements.update(feeds)
    for ring in net.rings:
        if ring & elements:
            elements |= {above for member in ring for above in nx.ancestors(net.chain, member)} | ring
    movers = frozenset(net.node(element) for element in elements if element in net.estate.power)
    rating = rating_of(net.estate.power[name]) or 0.0
    most = bounds(net, name, rating)

    def carried(lost: LostIn, scenarios: int) -> tuple[Terms, int]:
        terms, untold = net.terms(name, lost, scenarios)
        return (*terms, (scenarios, -rating * (1.0 + SLACK))), untold

    return Overload(
        element=f"power/{name}",
        takes=(net.node(name),),
        movers=movers - {net.node(name)},
        bears=movers | rest,
        limit=rating,
        load=lambda lost: net.load(name, lost),
        capacity=lambda lost: rating,
        terms=carried,
        doubtful=most.doubtful,
    )


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
        doubtful=lambda lost, scenarios: scenarios,
    )


def _units_left(loads: Loads, room: str, units: int) -> int:
    """How many units are left as long as the graph takes the room to be cool; all, where it has counted by
    their capacities."""
    declared = loads.estate.rooms[room].cooling_needs
    if declared is not None:
        return min(declared, units)
    return 1 if loads.heat[room].missing else units
