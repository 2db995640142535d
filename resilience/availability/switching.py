"""Time lost while standbys take over: how often a service waits for one, times how long."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from resilience.availability.failing import Failures
from resilience.availability.results import Bounds, Switchover
from resilience.failure_logic.events import SECONDS_A_YEAR
from resilience.failure_logic.logic import FailureLogic
from resilience.failure_logic.standbys import Standby
from resilience.results import Missing, Scenario, in_order
from resilience.sweep import bits


@dataclass(frozen=True)
class Switching:
    """What switching costs one service."""

    share: Bounds
    """Of time; high where a switch time is unknown and the standby might never take over."""
    switchovers: tuple[Switchover, ...]
    missing: tuple[Missing, ...]


def switching(failures: Failures, singles: Mapping[str, tuple[str, ...]]) -> dict[str, Switching]:
    """Of each service the time lost while standbys take over after a single event.

    For each stretch between two takeover times the graph is taken as it is then: standbys that need longer
    have not taken over yet, and the loss of what is borne for longer (batteries, thermal buffers, tolerated
    needs) is not felt yet. Events that fail the service then, and not once all has settled, count with their
    frequency times the length of the stretch. A second failure within the same minutes is left to the
    unavailability.
    """
    logic = failures.logic
    known = sorted({one.seconds for one in logic.standbys if one.seconds is not None and one.seconds > 0})
    shares = {one.service: 0.0 for one in failures.services}
    worst = dict(shares)
    waits: dict[str, dict[str, float]] = {service: {} for service in shares}
    before = 0.0
    for until in known:
        late = [one for one in logic.standbys if one.seconds is not None and one.seconds >= until]
        for service, events in _waiting(failures, late, until, singles).items():
            for event in events:
                shares[service] += _rate(logic, event) * (until - before)
                waits[service][event] = until
        before = until
    unknown = [one for one in logic.standbys if one.seconds is None]
    doubts = _waiting(failures, unknown, None, singles) if unknown else {}
    for service, events in doubts.items():
        worst[service] = sum(logic.events[event].unavailability or 0.0 for event in events)
    missing = in_order(fact for one in unknown for fact in one.missing)
    return {
        service: Switching(
            Bounds(shares[service], shares[service] + worst[service]),
            _switchovers(logic, waits[service]),
            missing if doubts.get(service) else (),
        )
        for service in shares
    }


def _rate(logic: FailureLogic, event: str) -> float:
    """Events a second."""
    return (logic.events[event].frequency or 0.0) / SECONDS_A_YEAR


def _switchovers(logic: FailureLogic, waits: Mapping[str, float]) -> tuple[Switchover, ...]:
    by_time: dict[float, list[str]] = {}
    for event, seconds in sorted(waits.items()):
        by_time.setdefault(seconds, []).append(event)
    return tuple(
        Switchover(
            seconds,
            sum(logic.events[event].frequency or 0.0 for event in events),
            tuple(events),
            tuple(sorted({one.element for one in logic.standbys if one.seconds == seconds})),
        )
        for seconds, events in sorted(by_time.items())
    )


def _waiting(
    failures: Failures, late: list[Standby], until: float | None, singles: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """Of each service the single events that fail it while those standbys are late, and not for good."""
    logic = failures.logic
    then = _then(failures, until)
    compiled = then.logic.sweep.compiled
    events = [name for name, event in logic.events.items() if event.frequency != 0.0]
    ones = (1 << len(events)) - 1
    own = {compiled.index[event]: 1 << number for number, event in enumerate(events)}
    gates = [compiled.index[one.gate] for one in late]
    width: dict[Scenario, int] = {"site": 0, "region": 0}
    for number, event in enumerate(events):
        if then.scenarios[event] in width:
            width[then.scenarios[event]] |= 1 << number
    quiet = then.below(compiled.lost(dict.fromkeys(gates, 1), 1), {"site": 0, "region": 0}, 1)
    below = then.below(compiled.lost(own | dict.fromkeys(gates, ones), ones), width, ones)
    return {
        service: [events[number] for number in bits(value) if events[number] not in settled]
        for service, value in below.items()
        if not quiet[service]
        for settled in (frozenset(singles[service]),)
    }


def _then(failures: Failures, until: float | None) -> Failures:
    """The failures before the loss of what is borne as long is felt; None: once all is felt."""
    graph = failures.logic.graph
    edges: Any = graph.needs.edges(data="tolerates")
    borne = [(a, b) for a, b, tolerates in edges if until is not None and tolerates >= until]
    if not borne:
        return failures
    needs = graph.needs.copy()
    needs.remove_edges_from(borne)
    return Failures(replace(failures.logic, graph=replace(graph, needs=needs)))
