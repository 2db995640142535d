"""How long needs are borne and how long whatever takes over needs: the graph of run needs with its times.

Three kinds of time stand at a need. A loss is *borne* for a while (battery, ride-through, a declared
tolerance). What was away is *back* only after a while (a cooling unit restarts). And of several ways some
*stand by*: they serve only once the usual ones have been lost for as long as the switch takes. Which are
usual: closed inputs from sources that run anyway; active workloads; the platform itself rather than its
twin; the way of least latency.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from resilience.compiled import Compiled, compile_needs
from resilience.failure_sweep.merging import merged
from resilience.graph import EstateGraph
from resilience.links import Ways
from resilience.loads import units_by_room
from resilience.results import Missing, in_order
from resilience.whereabouts import by_id
from specs.model import Estate
from specs.platforms import Platform, PlatformKind
from specs.power import PowerElement

UNTOLD = 30 * 86_400.0
"""Seconds put for a battery or a thermal buffer that nobody has declared: longer than any switch takes, so
that it bridges whatever comes back, and does not save what never does. A moment that late is not known."""

OUT = "#out"
"""After the name of a power element: it is out for maintenance, and fed around."""

BYPASSES = frozenset({"ups", "switchboard", "transfer-switch", "pdu", "transformer"})
"""Kinds that can be fed around; a source cannot."""

ASKED = ("services", "workloads", "power", "cooling", "devices", "circuits", "sites", "outside")
"""Collections whose nodes are read once they have been swept."""

ASKS_ANOTHER: frozenset[PlatformKind] = frozenset({"dns", "time"})
"""Kinds of which clients ask another one themselves, so that no timer stands between."""


@dataclass(frozen=True)
class Timetable:
    """The graph of run needs in numbers, with the times at its needs."""

    compiled: Compiled
    borne: dict[int, dict[int, float]]
    """By node and need: seconds for which the loss is borne."""
    back: dict[int, dict[int, float]]
    """By node and need: seconds until it counts as there again."""
    standby: dict[int, dict[int, float]]
    """By gate: the needs that stand by, with the seconds that it takes to switch to each."""
    missing: tuple[Missing, ...]
    """Times that nobody has declared; they are taken as 0."""

    @cached_property
    def special(self) -> frozenset[int]:
        """Nodes at which time plays a part."""
        return frozenset(self.borne.keys() | self.back.keys() | self.standby.keys())


def can_be_bypassed(element: PowerElement) -> bool:
    """Whether what it feeds stays fed while it is maintained, as declared."""
    return element.bypass is True and element.kind in BYPASSES


def timetable(graph: EstateGraph) -> Timetable:
    """The times of that estate's run needs."""
    return _Builder(graph).built()


class _Builder:
    """Adds to a copy of the graph what only time needs, then numbers it."""

    def __init__(self, graph: EstateGraph) -> None:
        self.graph = graph
        self.estate: Estate = graph.estate
        self.needs: nx.DiGraph[str] = graph.needs.copy()
        self.standby: dict[str, dict[str, float]] = defaultdict(dict)
        self.back: dict[str, dict[str, float]] = defaultdict(dict)
        self.missing: list[Missing] = []

    def built(self) -> Timetable:
        for name, element in by_id(self.estate.power):
            self._bypass(name, element)
            self._inputs(name, element)
        for name, unit in by_id(self.estate.cooling):
            if unit.restart_time and f"cooling/{name}#power" in self.needs:
                self.back[f"cooling/{name}"][f"cooling/{name}#power"] = unit.restart_time
        for name, platform in by_id(self.estate.platforms):
            self._leader(name, platform)
        self._gates()
        self._ways()
        self._buffers()
        compiled = compile_needs(self.needs)
        index = compiled.index
        borne: dict[int, dict[int, float]] = defaultdict(dict)
        for source, target, edge in self.needs.edges(data=True):
            if edge["kind"] == "run" and edge["tolerates"]:
                borne[index[source]][index[target]] = edge["tolerates"]
        found = merged(
            compiled,
            borne,
            _numbered(self.back, index),
            _numbered(self.standby, index),
            frozenset(index[name] for name in self.needs if self._stands_apart(name)),
            [index[name] for name in compiled.names if name.partition("/")[0] in ASKED],
        )
        return Timetable(found.compiled, found.borne, found.back, found.standby, in_order(self.missing))

    def _stands_apart(self, name: str) -> bool:
        """Whether it can be lost by itself, or by overload."""
        cooled = name.startswith("rooms/") and name.endswith("#cooling")
        return self.needs.nodes[name]["category"] is not None or name.endswith(OUT) or cooled

    def _lacks(self, element: str, fact: str, matters: str) -> None:
        collection, _, name = element.partition("/")
        self.missing.append(Missing(element, fact, (collection, name), matters))

    def _node(self, name: str, *, op: str = "all", needs: int = 0, flow: bool = False) -> str:
        self.needs.add_node(name, op=op, needs=needs, flow=flow, shows=None, category=None)
        return name

    def _need(self, source: str, target: str, times: int = 1) -> None:
        self.needs.add_edge(
            source, target, kind="run", why="", path=(), tolerates=0.0, times=times, starts=True
        )

    def _buffers(self) -> None:
        """Batteries and thermal buffers that nobody has declared."""
        for room, units in units_by_room(self.estate).items():
            told = [self.estate.cooling[unit].ride_through for unit in units]
            known = [seconds for seconds in told if seconds is not None]
            for unit, seconds in zip(units, told, strict=True):
                if seconds is None:
                    self._lacks(f"cooling/{unit}", "ride_through", "how long its rooms stay cool without it")
            if f"rooms/{room}#cooling" in self.needs:
                for source in self.needs.predecessors(f"rooms/{room}#cooling"):
                    self.needs.edges[source, f"rooms/{room}#cooling"]["tolerates"] = min(
                        known, default=UNTOLD
                    )
        for name, element in by_id(self.estate.power):
            if element.kind == "ups" and element.autonomy is None:
                self._lacks(f"power/{name}", "autonomy", "how long it bridges a loss of its feeds")
                self.needs.edges[f"power/{name}", f"power/{name}#inputs"]["tolerates"] = UNTOLD

    def _bypass(self, name: str, element: PowerElement) -> None:
        """While the element is out it is fed around, by what feeds it usually: nothing switches, and no
        battery bridges."""
        if not can_be_bypassed(element):
            return
        here = f"power/{name}"
        out = self._node(f"{here}{OUT}")
        usual = usual_inputs(element)
        around = self._node(f"{here}#around", op="any", flow=True)
        way = self._node(f"{here}#bypass", op="k-of-n", needs=min(element.needs, len(usual)), flow=True)
        for source in usual:
            self._need(way, f"power/{source}")
        self._need(around, out)
        self._need(around, way)
        self._need(here, around)

    def _inputs(self, name: str, element: PowerElement) -> None:
        """Open inputs, and closed ones behind a generator that stands still, count only once they have
        been switched to."""
        waits = {entry.source: self._start(entry.source, frozenset({name})) for entry in element.inputs}
        sources = {entry.source: entry.normally for entry in element.inputs}
        later = {source for source, how in sources.items() if how == "open" or waits[source] is not None}
        if not later or len(later) == len(sources):
            return
        switching = element.switching.switch_time if element.switching is not None else None
        if switching is None:
            self._lacks(f"power/{name}", "switching.switch_time", "how long it is dark before it switches")
        gate = self.standby[f"power/{name}#inputs"]
        for source in sorted(later):
            gate[f"power/{source}"] = (switching or 0.0) + (waits[source] or 0.0)

    def _start(self, name: str, seen: frozenset[str]) -> float | None:
        """Seconds until an element carries power once it is called; None: it does so anyway."""
        element = self.estate.power.get(name)
        if element is None or name in seen or element.kind == "utility":
            return None
        if element.kind == "generator":
            start = element.switching.start_time if element.switching is not None else None
            if start is None:
                self._lacks(f"power/{name}", "switching.start_time", "how long it takes to start")
            return start or 0.0
        usual = [entry.source for entry in element.inputs if entry.normally == "closed"]
        if len(usual) < element.needs:
            usual = [entry.source for entry in element.inputs]
        waits = [self._start(source, seen | {name}) for source in usual]
        return sorted(waits, key=lambda wait: -1.0 if wait is None else wait)[element.needs - 1]

    def _leader(self, name: str, platform: Platform) -> None:
        """A cluster that elects its leader is away until it has: the node lost is taken to be the
        leader."""
        automatic = platform.quorum is not None and platform.quorum.automatic
        if len(platform.nodes) < 2 or not (automatic or platform.timers is not None):
            return
        seconds = self._takes_over(name, platform)
        if not seconds:
            return
        here = f"platforms/{name}"
        nodes = sorted(set(self.needs.successors(f"{here}#nodes")))
        gate = self._node(f"{here}#leader", op="k-of-n", needs=len(nodes))
        another = self._node(f"{here}#another")
        for node in nodes:
            self._need(gate, node)
        self._need(gate, another, len(nodes))
        self.standby[gate][another] = seconds
        self._need(here, gate)
        self._need(f"{here}#full", gate)

    def _takes_over(self, name: str, platform: Platform) -> float:
        """Until the leader's lock has run out and the control loop has seen it."""
        timers = platform.timers
        known = [timers.ttl, timers.loop_wait] if timers is not None else [None]
        if None in known and platform.kind not in ASKS_ANOTHER:
            self._lacks(f"platforms/{name}", "timers", "how long it is away before another node leads")
        return sum(value for value in known if value is not None)

    def _gates(self) -> None:
        """Standby workloads of each component, and twins of platforms."""
        for gate in sorted(self.needs):
            if gate.startswith("services/") and "#" in gate:
                self._component(gate)
            elif gate.startswith("platforms/") and "@from " in gate:
                self._twin(gate)

    def _component(self, gate: str) -> None:
        children = {node: _element(node) for node in sorted(self.needs.successors(gate))}
        workloads = self.estate.workloads
        named = {
            node: workloads[reference.partition("/")[2]]
            for node, reference in children.items()
            if reference.startswith("workloads/")
        }
        if len(named) != len(children) or self.needs.nodes[gate]["op"] != "any":
            return
        sites = {found.site for found in named.values() if found.role == "active"}
        for node, found in named.items():
            if found.role == "standby" and sites:
                wait = self._called(found.service, found.site in sites)
                if found.activation is None:
                    self._lacks(f"workloads/{found.id}", "activation", "how long it takes until it serves")
                self.standby[gate][node] = wait + (found.activation.high if found.activation else 0.0)

    def _called(self, service: str, beside: bool) -> float:
        """Until a standby is called: the loss is noticed, and at another site somebody has decided."""
        plan, found = self.estate.plan, self.estate.services.get(service)
        noticed = found.detection_time if found is not None else None
        if noticed is None and plan.detection is not None:
            noticed = plan.detection.high
        if noticed is None:
            self._lacks(f"services/{service}", "detection_time", "how long its loss goes unnoticed")
        if beside:
            return noticed or 0.0
        if plan.decision is None:
            self.missing.append(
                Missing(f"services/{service}", "plan.decision", ("plan",), "how long it takes to decide")
            )
        return (noticed or 0.0) + (plan.decision.high if plan.decision is not None else 0.0)

    def _twin(self, gate: str) -> None:
        name = _element(gate).partition("/")[2]
        twins = [
            node for node in sorted(self.needs.successors(gate)) if _element(node) != f"platforms/{name}"
        ]
        if len(twins) == self.needs.out_degree(gate):
            return
        for node in twins:
            self.standby[gate][node] = self._takes_over(name, self.estate.platforms[name])

    def _ways(self) -> None:
        """Other ways than the usual one carry traffic once routing has noticed the loss of that."""
        ways = Ways(self.estate)
        noticed = noticed_after(self.estate)
        trees: dict[str, dict[str, tuple[str, ...]]] = {}
        for gate in sorted(self.needs):
            if not (gate.startswith("reach#") and gate.endswith("#ways")):
                continue
            source, _, place = gate.removeprefix("reach#").removesuffix("#ways").partition("|")
            if source not in trees:
                trees[source] = {end: way[1] for end, way in ways.tree(source).items()}
            usual = trees[source].get(place, ())
            if not usual or self.needs.out_degree(gate) < 2:
                continue
            wait = max(noticed.get(circuit) or 0.0 for circuit in usual)
            for circuit in usual:
                if noticed.get(circuit) is None:
                    self._lacks(
                        f"circuits/{circuit}", "detection", "how long routing takes to notice its loss"
                    )
            for node in sorted(self.needs.successors(gate)):
                if node != f"reach#{source}|{place}#{usual[-1]}" and wait:
                    self.standby[gate][node] = wait


def usual_inputs(element: PowerElement) -> tuple[str, ...]:
    """Sources that it takes from when all is well: the closed inputs taken first, and as many more as it
    needs."""
    ordered = sorted(
        element.inputs, key=lambda entry: (entry.normally == "open", entry.priority, entry.source)
    )
    first = [e for e in ordered if (e.normally, e.priority) == (ordered[0].normally, ordered[0].priority)]
    chosen = first if len(first) >= element.needs else ordered[: element.needs]
    return tuple(dict.fromkeys(entry.source for entry in chosen))


def noticed_after(estate: Estate) -> dict[str, float | None]:
    """By circuit the seconds until the slowest adjacency over it notices its loss: BFD (RFC 5880), else the
    BGP hold time (RFC 4271); None: undeclared."""
    found: dict[str, float | None] = {}
    for _, network in by_id(estate.networks):
        told = network.detection
        seconds: float | None = None
        if told is not None and told.bfd_interval is not None and told.bfd_multiplier is not None:
            seconds = told.bfd_interval * told.bfd_multiplier
        elif told is not None:
            seconds = told.hold_time
        for circuit in network.over if network.kind == "peering" or told is not None else ():
            known = found.get(circuit, 0.0)
            found[circuit] = None if known is None or seconds is None else max(known, seconds)
    return found


def _element(node: str) -> str:
    """The element that a node belongs to.

    >>> _element("platforms/dns#full@from sites/a")
    'platforms/dns'
    """
    return re.split("[#@]", node)[0]


def _numbered(names: dict[str, dict[str, float]], index: Mapping[str, int]) -> dict[int, dict[int, float]]:
    return {
        index[node]: {index[need]: seconds for need, seconds in sorted(found.items())}
        for node, found in sorted(names.items())
        if found
    }
