"""Standbys that are neither instant nor perfect: what must start or switch becomes part of their gates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from resilience.failure_logic.events import BasicEvent
from resilience.graph import EstateGraph
from resilience.results import Missing
from resilience.whereabouts import by_id
from specs.issues import FieldPath
from specs.model import Estate
from specs.power import PowerElement, Switching

STARTS, SWITCHES, ACTIVATES = "fails-to-start", "fails-to-switch", "fails-to-activate"


@dataclass(frozen=True)
class Standby:
    """A way that carries only once something has started, switched or been activated."""

    gate: str
    """Its node: lost until the standby has taken over."""
    element: str
    """What takes over: a power element that is fed over an open tie, or a standby workload."""
    seconds: float | None
    """From the loss to the standby's carrying the load, pessimistic; None: unknown."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Refined:
    """The graph with standbys as they are."""

    needs: "nx.DiGraph[str]"
    events: tuple[BasicEvent, ...]
    """Failures to start, to switch and to activate."""
    standbys: tuple[Standby, ...]
    """By gate."""


def standing_by(estate: Estate) -> frozenset[str]:
    """Generators (ids) that nothing hangs on over closed inputs alone: they start on demand."""
    carrying: set[str] = set()
    waiting = sorted(_consumed(estate))
    while waiting:
        name = waiting.pop()
        if name in carrying or name not in estate.power:
            continue
        carrying.add(name)
        waiting += [entry.source for entry in estate.power[name].inputs if entry.normally == "closed"]
    return frozenset(
        name for name, element in estate.power.items() if element.kind == "generator" and name not in carrying
    )


def _consumed(estate: Estate) -> Iterator[str]:
    for collection in (estate.devices, estate.cooling, estate.safeguards, estate.racks):
        for element in collection.values():
            yield from element.feeds


def refine(graph: EstateGraph) -> Refined:
    """A copy of the graph in which every standby has its own failures on demand.

    Each demand is one trial: it fails with the declared probability, whatever happened before (one trial
    for all demands that prevail at once; NUREG-0492, X-2).
    """
    needs = graph.needs.copy()
    events: list[BasicEvent] = []
    standbys: list[Standby] = []
    asleep = standing_by(graph.estate)
    for name in sorted(asleep):
        element = graph.estate.power[name]
        chance = element.switching.failure_to_start if element.switching else None
        path: FieldPath = ("power", name, "switching", "failure_to_start")
        event = _demand(f"power/{name}", STARTS, chance, path, "how surely it starts when it is called")
        events.append(event)
        _hangs_on(needs, f"power/{name}", event, "does not run where it")
    for name, element in by_id(graph.estate.power):
        _ties(needs, graph.estate, name, element, asleep, events, standbys)
    _workloads(needs, graph, events, standbys)
    return Refined(needs, tuple(events), tuple(sorted(standbys, key=lambda one: one.gate)))


def _demand(element: str, how: str, chance: float | None, path: FieldPath, matters: str) -> BasicEvent:
    missing = () if chance is not None else (Missing(element, ".".join(map(str, path[2:])), path, matters),)
    basis = "undeclared" if chance is None else f"{chance:g} a demand"
    return BasicEvent(f"{element}:{how}", "demand", "component", chance, 0.0, basis, path, missing)


def _hangs_on(needs: "nx.DiGraph[str]", node: str, event: BasicEvent, why: str) -> None:
    if event.name not in needs:
        needs.add_node(event.name, op="all", needs=0, flow=False, shows=event.name, category="component")
    _edge(needs, node, event.name, why, event.path)


def _edge(needs: "nx.DiGraph[str]", source: str, target: str, why: str, path: FieldPath) -> None:
    facts: dict[str, Any] = {"kind": "run", "why": why, "path": path, "tolerates": 0.0, "times": 1}
    needs.add_edge(source, target, **facts, starts=True)


def _ties(
    needs: "nx.DiGraph[str]",
    estate: Estate,
    name: str,
    element: PowerElement,
    asleep: frozenset[str],
    events: list[BasicEvent],
    standbys: list[Standby],
) -> None:
    """Every open input: it must switch, and what lies behind it must have started."""
    open_ones = [place for place, entry in enumerate(element.inputs) if entry.normally == "open"]
    if not open_ones:
        return
    here, switching = f"power/{name}", element.switching or Switching()
    path: FieldPath = ("power", name, "switching", "failure_to_switch")
    event = _demand(here, SWITCHES, switching.failure_to_switch, path, "how surely it switches over")
    events.append(event)
    gates: dict[str, list[int]] = {}
    for place in open_ones:
        gates.setdefault(element.inputs[place].source, []).append(place)
    closed = {entry.source for entry in element.inputs if entry.normally == "closed"}
    for source, places in gates.items():
        if source in closed:
            continue
        edge = needs.edges[f"{here}#inputs", f"power/{source}"]
        gate = f"{here}#inputs.{places[0]}"
        needs.add_node(gate, op="all", needs=0, flow=True, shows=None, category=None)
        needs.add_edge(gate, f"power/{source}", **{**edge, "times": 1})
        needs.add_edge(f"{here}#inputs", gate, **edge)
        needs.remove_edge(f"{here}#inputs", f"power/{source}")
        _hangs_on(needs, gate, event, "is not fed where it")
        standbys.append(_tie(estate, name, switching, gate, source, asleep))


def _tie(
    estate: Estate, name: str, switching: Switching, gate: str, source: str, asleep: frozenset[str]
) -> Standby:
    here = f"power/{name}"
    missing: list[Missing] = []
    seconds = switching.switch_time
    if seconds is None:
        path: FieldPath = ("power", name, "switching", "switch_time")
        missing.append(Missing(here, "switching.switch_time", path, "how long its load waits for the switch"))
    starting = 0.0
    for generator in sorted(_behind(estate, source) & asleep):
        found = estate.power[generator].switching
        if found is None or found.start_time is None:
            path = ("power", generator, "switching", "start_time")
            missing.append(
                Missing(f"power/{generator}", "switching.start_time", path, "how long its load waits for it")
            )
        else:
            starting = max(starting, found.start_time)
    known = None if missing or seconds is None else seconds + starting
    return Standby(gate, here, known, tuple(missing))


def _behind(estate: Estate, source: str) -> frozenset[str]:
    """Everything that feeds it over closed inputs, itself included."""
    found: set[str] = set()
    waiting = [source]
    while waiting:
        name = waiting.pop()
        if name not in found and name in estate.power:
            found.add(name)
            waiting += [entry.source for entry in estate.power[name].inputs if entry.normally == "closed"]
    return frozenset(found)


def _workloads(
    needs: "nx.DiGraph[str]", graph: EstateGraph, events: list[BasicEvent], standbys: list[Standby]
) -> None:
    """Standby workloads of components that have an active one."""
    estate = graph.estate
    waiting = {
        name
        for components in graph.components.values()
        for workloads in components.values()
        if any(estate.workloads[name].role == "active" for name in workloads)
        for name in workloads
        if estate.workloads[name].role == "standby"
    }
    parts: dict[str, list[tuple[str, str]]] = {name: [] for name in sorted(waiting)}
    for source, target, edge in sorted(needs.edges(data=True), key=lambda one: one[:2]):
        workload = edge["path"][1] if edge["path"][0] == "workloads" else None
        if workload in parts and edge["path"][2:] == ("service",):
            parts[workload].append((source, target))
    for name, edges in parts.items():
        workload = estate.workloads[name]
        path: FieldPath = ("workloads", name, "failure_to_activate")
        event = _demand(
            f"workloads/{name}", ACTIVATES, workload.failure_to_activate, path, "how surely it takes over"
        )
        events.append(event)
        missing: list[Missing] = []
        activation = workload.activation
        if activation is None:
            where: FieldPath = ("workloads", name, "activation")
            missing.append(
                Missing(f"workloads/{name}", "activation", where, "how long it takes to take over")
            )
        noticed = _noticed(estate, name, missing)
        seconds = None if missing or activation is None else activation.high + noticed
        for source, target in edges:
            gate = f"{target}#from {source}"
            facts = dict(needs.edges[source, target])
            needs.add_node(gate, op="all", needs=0, flow=False, shows=None, category=None)
            needs.add_edge(gate, target, **facts)
            needs.add_edge(source, gate, **facts)
            needs.remove_edge(source, target)
            _hangs_on(needs, gate, event, "does not serve where it")
            standbys.append(Standby(gate, f"workloads/{name}", seconds, tuple(missing)))


def _noticed(estate: Estate, workload: str, missing: list[Missing]) -> float:
    service = estate.workloads[workload].service
    found = estate.services[service].detection_time if service in estate.services else None
    if found is None:
        path: FieldPath = ("services", service, "detection_time")
        missing.append(Missing(f"services/{service}", "detection_time", path, "how soon a loss is noticed"))
    return found or 0.0
