"""Which way traffic takes when its usual one is lost, and whether the circuits carry all that crosses them
then."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import networkx as nx

from resilience.links import Way, Ways
from resilience.results import FailoverPath, Missing, Tri, in_order
from resilience.routes import source_site
from resilience.sweep import Sweep
from resilience.whereabouts import by_id

Path = tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """Traffic between a user's place and wherever something is served."""

    owner: str
    """`services/…`, or `datasets/…` for its replication."""
    user: str
    fixed: str | None = None
    """Where a replication goes, whatever happens."""
    over: frozenset[str] = frozenset()
    """Circuits that it keeps to; none: any."""
    replication: str = ""


@dataclass(frozen=True)
class Routed:
    """A flow on its way in one state of the estate."""

    serving: str | None
    circuits: Path | None
    """None: no way."""
    places: Path = ()


@dataclass
class Failovers:
    """Routes all flows once for calm and again for each loss that one of them notices."""

    sweep: Sweep
    ways: Ways
    bounds: dict[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)
    downs: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    trees: dict[tuple[str, str, frozenset[str]], dict[str, Way]] = field(default_factory=dict)

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Every service from each place of its users, every replication between two sites."""
        estate = self.sweep.graph.estate
        found = []
        for name, service in by_id(estate.services):
            if self.sweep.graph.components.get(name):
                users = [f"sites/{site}" for site in service.users_at]
                users += [f"outside/{place}" for place in service.users_outside]
                found += [Flow(f"services/{name}", user) for user in dict.fromkeys(users)]
        for name, copy in by_id(estate.replications):
            source = source_site(estate, self.sweep.graph.where, copy)
            if source is not None and source != copy.target_site:
                target = f"sites/{copy.target_site}"
                over = frozenset(copy.over)
                found.append(Flow(f"datasets/{copy.dataset}", f"sites/{source}", target, over, name))
        return tuple(found)

    def lost(self, node: str, event: str) -> bool:
        """Whether a node is down after that event; '' is calm."""
        if not event:
            return node in self.sweep.calm
        return node in self.sweep.calm or bool(self.sweep.lost_in(node) >> self.sweep.numbers[event] & 1)

    def down(self, event: str) -> tuple[frozenset[str], frozenset[str]]:
        """Circuits (ids) and sites (`sites/…`) that are down after an event."""
        if event not in self.downs:
            estate = self.sweep.graph.estate
            self.downs[event] = (
                frozenset(name for name in estate.circuits if self.lost(f"circuits/{name}", event)),
                frozenset(f"sites/{name}" for name in estate.sites if self.lost(f"sites/{name}", event)),
            )
        return self.downs[event]

    def tree(self, source: str, event: str, over: frozenset[str]) -> dict[str, Way]:
        """Best ways from a place after an event; as in calm where nothing that they use is down."""
        key = (source, event, over)
        if key not in self.trees:
            circuits, sites = self.down(event)
            calm = self.tree(source, "", over) if event else {}
            used = {name for _, way, _ in calm.values() for name in way[-1:]}
            same = bool(event) and not (used & circuits) and not (calm.keys() & sites)
            self.trees[key] = calm if same else self.ways.tree(source, circuits, sites, over)
        return self.trees[key]

    def route(self, flow: Flow, event: str) -> Routed:
        """Where a flow is served after an event, and its way."""
        tree = self.tree(flow.user, event, flow.over)
        if flow.fixed is not None:
            found = tree.get(flow.fixed)
            return Routed(flow.fixed, found[1], found[2]) if found else Routed(flow.fixed, None)
        candidates = []
        for site, rank in self._served_at(flow.owner.partition("/")[2], event).items():
            found = tree.get(f"sites/{site}")
            cost = found[0] if found else None
            candidates.append(((found is None, rank, cost if found else (), site), site, found))
        if not candidates:
            return Routed(None, None)
        _, site, found = min(candidates, key=lambda entry: entry[0])
        return Routed(f"sites/{site}", found[1], found[2]) if found else Routed(f"sites/{site}", None)

    def _served_at(self, service: str, event: str) -> dict[str, tuple[int, int]]:
        """Sites with running workloads of the service, the best ranked lowest: most components, most of
        them active."""
        estate = self.sweep.graph.estate
        components: dict[str, set[str]] = defaultdict(set)
        active: dict[str, int] = defaultdict(int)
        for component, workloads in self.sweep.graph.components[service].items():
            for name in workloads:
                workload = estate.workloads[name]
                if not self.lost(f"workloads/{name}", event):
                    components[workload.site].add(component)
                    active[workload.site] += workload.role == "active"
        return {site: (-len(found), -active[site]) for site, found in sorted(components.items())}

    @cached_property
    def usual(self) -> dict[Flow, Routed]:
        """Every flow in calm."""
        return {flow: self.route(flow, "") for flow in self.flows}

    def events_on(self, flow: Flow) -> tuple[str, ...]:
        """Losses that a flow notices: its site, circuits on its way with their shared risks, sites it
        passes."""
        routed = self.usual[flow]
        found = {place for place in routed.places if place != flow.user and place.startswith("sites/")}
        if routed.serving is not None:
            found.add(routed.serving)
        for circuit in routed.circuits or ():
            found.add(f"circuits/{circuit}")
            found |= self.ways.risks[circuit]
        return tuple(sorted(event for event in found if event in self.sweep.numbers))

    def paths(self) -> tuple[FailoverPath, ...]:
        """By service (or dataset), user, event; the usual way first."""
        noticed: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            noticed[""].append(flow)
            for event in self.events_on(flow):
                noticed[event].append(flow)
        found: list[FailoverPath] = []
        cut: dict[Flow, list[str]] = defaultdict(list)
        for event in sorted(noticed, reverse=True):
            found += self._after(event, noticed[event], cut)
        return tuple(
            sorted(found, key=lambda path: (path.service, path.user, path.event, path.serving or ""))
        )

    def _after(self, event: str, flows: list[Flow], cut: dict[Flow, list[str]]) -> Iterator[FailoverPath]:
        hit = set(flows)
        routed = {flow: self.route(flow, event) if flow in hit else self.usual[flow] for flow in self.flows}
        loads = self._loads(routed, event)
        for flow in flows:
            way = routed[flow]
            ended = event in (flow.user, flow.fixed)
            if ended:
                continue
            if way.circuits is None and event.startswith(("hazards/", "vendors/")):
                cut[flow].append(event)
            yield self._path(flow, routed, event, loads, tuple(sorted(cut[flow])) if not event else ())

    def _loads(self, routed: dict[Flow, Routed], event: str) -> dict[str, tuple[float, list[Missing]]]:
        """What crosses each circuit, and what is not known of it."""
        sums: dict[str, float] = defaultdict(float)
        missing: dict[str, list[Missing]] = defaultdict(list)
        for flow, way in routed.items():
            moved = way is not self.usual[flow]
            needed, facts = self.needed(flow, way, event) if moved else self.usual_need[flow]
            for circuit in way.circuits or ():
                sums[circuit] += needed or 0.0
                missing[circuit] += facts
        return {circuit: (sums[circuit], missing[circuit]) for circuit in sorted(sums)}

    @cached_property
    def usual_need(self) -> dict[Flow, tuple[float | None, list[Missing]]]:
        """What every flow needs in calm."""
        return {flow: self.needed(flow, way, "") for flow, way in self.usual.items()}

    @cached_property
    def places(self) -> dict[str, int]:
        """From how many places each service is used."""
        found: dict[str, int] = defaultdict(int)
        for flow in self.flows:
            found[flow.owner] += flow.fixed is None
        return dict(found)

    def needed(self, flow: Flow, way: Routed, event: str) -> tuple[float | None, list[Missing]]:
        """Bandwidth of a flow: the dataset's peak of writes; or the greatest of the service's components
        where it is served (in DR mode away from its usual site), in equal parts for all places of its
        users, since which of them asks how much is not declared."""
        estate = self.sweep.graph.estate
        name = flow.owner.partition("/")[2]
        if flow.fixed is not None:
            writes = estate.datasets[name].writes if name in estate.datasets else None
            if writes is not None and writes.peak is not None:
                return writes.peak, []
            peak = ("datasets", name, "writes", "peak")
            return None, [Missing(flow.owner, "writes.peak", peak, "what its replication needs")]
        away = bool(event) and way.serving != self.usual[flow].serving
        known, missing = [], []
        for workloads in self.sweep.graph.components[name].values():
            for workload in workloads:
                found = estate.workloads[workload]
                if f"sites/{found.site}" != way.serving:
                    continue
                takes = found.takes.dr if away and found.takes.dr is not None else found.takes.normal
                if takes.throughput is not None:
                    known.append(takes.throughput)
                else:
                    path = ("workloads", workload, "takes")
                    missing.append(
                        Missing(f"workloads/{workload}", "throughput", path, "what its users' way needs")
                    )
        return (max(known) / self.places[flow.owner], []) if known else (None, missing)

    def _path(
        self,
        flow: Flow,
        routed: dict[Flow, Routed],
        event: str,
        loads: dict[str, tuple[float, list[Missing]]],
        shares: tuple[str, ...],
    ) -> FailoverPath:
        way = routed[flow]
        circuits = way.circuits or ()
        needed, missing = self.needed(flow, way, event)
        route = self.ways.route(circuits)
        missing += [fact for fact in route.missing if fact.field == "latency"]
        carries: list[Tri] = []
        room: list[tuple[float, str]] = []
        bandwidths: list[float | None] = []
        for circuit in circuits:
            load, unknown = loads.get(circuit, (0.0, []))
            bandwidth = self.ways.estate.circuits[circuit].bandwidth
            bandwidths.append(bandwidth)
            if bandwidth is None:
                path = ("circuits", circuit, "bandwidth")
                missing.append(
                    Missing(f"circuits/{circuit}", "bandwidth", path, "whether it carries the load")
                )
                carries.append("unknown")
                continue
            room.append((bandwidth - load, circuit))
            missing += unknown
            carries.append("no" if load > bandwidth else "unknown" if unknown else "yes")
        if "no" in carries and way.serving is not None:
            asked, capacity = self._between(flow.user, way.serving, event, routed)
            if asked <= capacity:
                carries = ["unknown"]
                tight = min(room)[1]
                path = ("circuits", tight, "bandwidth")
                why = "whether traffic spreads over other ways, for this one does not carry it"
                missing.append(Missing(f"circuits/{tight}", "routing", path, why))
        reached: Tri = "yes" if way.circuits is not None else "no"
        if way.circuits is None and not self.is_told(flow, way):
            reached = "unknown"
            missing.append(
                Missing(flow.owner, "circuits", tuple(flow.owner.split("/", 1)), "how it is reached")
            )
        busiest = min(room)[1] if room else None
        return FailoverPath(
            service=flow.owner,
            user=flow.user,
            event=event,
            serving=way.serving,
            circuits=tuple(f"circuits/{name}" for name in circuits),
            reached=reached,
            latency=route.latency if way.circuits is not None else None,
            bandwidth=_narrowest(bandwidths),
            needed=needed,
            busiest=f"circuits/{busiest}" if busiest else None,
            load=None if busiest is None or loads[busiest][1] else loads[busiest][0],
            carries=_all(carries) if reached == "yes" else reached,
            shares=shares,
            missing=in_order(missing),
        )

    def _between(
        self, user: str, serving: str, event: str, routed: dict[Flow, Routed]
    ) -> tuple[float, float]:
        """Over the narrowest cut between two places after an event: what must cross it, whatever the
        routing, and what its circuits carry together; a circuit of unknown bandwidth carries anything."""
        key = (user, serving, event)
        if key not in self.bounds:
            graph: nx.DiGraph[str] = nx.DiGraph()
            graph.add_nodes_from((user, serving))
            for place, links in self.ways.links.items():
                if place != user and place in self.ways.ends:
                    continue
                for name, other in links:
                    bandwidth = self.ways.estate.circuits[name].bandwidth
                    if name not in self.down(event)[0]:
                        known = graph.get_edge_data(place, other, {"capacity": 0.0})["capacity"]
                        graph.add_edge(
                            place, other, capacity=known + (inf if bandwidth is None else bandwidth)
                        )
            capacity, near = _narrowest_cut(graph, user, serving)
            asked = 0.0
            for flow, way in routed.items():
                if way.circuits and (flow.user in near) != (way.serving in near):
                    asked += self.needed(flow, way, event)[0] or 0.0
            self.bounds[key] = (asked, capacity)
        return self.bounds[key]

    def is_told(self, flow: Flow, way: Routed) -> bool:
        """Whether any way is declared at all between the two places."""
        usual = self.usual[flow].serving
        return any(
            place is not None and self.ways.joined(flow.user, place)
            for place in (way.serving, usual, flow.fixed)
        )


def _narrowest_cut(graph: "nx.DiGraph[str]", source: str, target: str) -> tuple[float, frozenset[str]]:
    """Its capacity and the places on the source's side; infinite where a way of unknown bandwidth leads
    from end to end."""
    try:
        capacity, (near, _) = nx.minimum_cut(graph, source, target)
    except nx.NetworkXUnbounded:
        return inf, frozenset({source})
    return float(capacity), frozenset(near)


def _narrowest(bandwidths: list[float | None]) -> float | None:
    known = [value for value in bandwidths if value is not None]
    return min(known) if known and len(known) == len(bandwidths) else None


def _all(answers: list[Tri]) -> Tri:
    """`no` if one says so, else `unknown` if one does, else `yes`."""
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def failover_paths(sweep: Sweep) -> tuple[FailoverPath, ...]:
    """The usual way of all traffic and those after each loss that changes it."""
    return Failovers(sweep, Ways(sweep.graph.estate)).paths()
