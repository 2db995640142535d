"""Which way users take to a service after each single loss, and what that way lives on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from resilience.failover import Failovers, Flow, Routed
from resilience.links import Ways
from resilience.sweep import Sweep, bits

Told = Literal["way", "none", "undeclared"]


@dataclass(frozen=True)
class Way:
    """How a place of users reaches a service.

    Losing more takes choices away and adds none. So as long as nothing that this way lives on is lost, it
    stays the one that is taken, whatever else fails.
    """

    told: Told
    """Whether it is known; whether there is none; or whether nobody declared how the places are joined."""
    serving: str | None
    """Site that serves (`sites/…`)."""
    circuits: tuple[str, ...]
    """In order (`circuits/…`)."""
    lives_on: tuple[str, ...]
    """Nodes none of which may be lost: its circuits, the sites that it passes and ends at, the workloads
    that serve there."""


@dataclass(frozen=True)
class Journey:
    """The ways of one place of users to one service."""

    service: str
    user: str
    """`sites/…` or `outside/…`."""
    usual: Way
    after: tuple[tuple[int, Way], ...]
    """By number of the single loss that the usual way does not survive."""


def lived_on(sweep: Sweep) -> frozenset[str]:
    """Every node that some way may live on."""
    estate = sweep.graph.estate
    return frozenset(
        f"{collection}/{name}"
        for collection in ("circuits", "sites", "workloads")
        for name in estate.collection(collection)
    )


def journeys(sweep: Sweep) -> tuple[Journey, ...]:
    """Every service from each place of its users, by service, then place; `sweep` is of single losses."""
    failovers = Failovers(sweep, Ways(sweep.graph.estate))
    flows = [flow for flow in failovers.flows if flow.fixed is None]
    return tuple(
        Journey(flow.owner, flow.user, usual, tuple(_after(failovers, flow, usual)))
        for flow in flows
        for usual in (_way(failovers, flow, failovers.usual[flow], ""),)
    )


def _after(failovers: Failovers, flow: Flow, usual: Way) -> Iterator[tuple[int, Way]]:
    sweep = failovers.sweep
    broken = 0
    for node in usual.lives_on:
        broken |= sweep.lost_in(node)
    for number in bits(broken & ~sweep.lost_in(flow.user)):
        event = sweep.events[number]
        yield number, _way(failovers, flow, failovers.route(flow, event), event)


def _way(failovers: Failovers, flow: Flow, routed: Routed, event: str) -> Way:
    if routed.circuits is None:
        told: Told = "none" if failovers.is_told(flow, routed) else "undeclared"
        return Way(told, routed.serving, (), _serving(failovers, flow, routed, event))
    circuits = tuple(f"circuits/{name}" for name in routed.circuits)
    passed = {place for place in routed.places if place.startswith("sites/") and place != flow.user}
    return Way(
        "way",
        routed.serving,
        circuits,
        tuple(sorted({*circuits, *passed, *_serving(failovers, flow, routed, event)})),
    )


def _serving(failovers: Failovers, flow: Flow, routed: Routed, event: str) -> tuple[str, ...]:
    if routed.serving is None:
        return ()
    estate = failovers.sweep.graph.estate
    running = {
        f"workloads/{name}"
        for workloads in failovers.sweep.graph.components[flow.owner.partition("/")[2]].values()
        for name in workloads
        if f"sites/{estate.workloads[name].site}" == routed.serving
        and not failovers.lost(f"workloads/{name}", event)
    }
    return tuple(sorted({routed.serving, *running}))
