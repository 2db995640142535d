"""Time lost while standbys take over: how often a service waits for one, times how long."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from resilience.availability.failing import Failures
from resilience.availability.pairs import swept
from resilience.availability.results import Bounds, Switchover
from resilience.failure_logic.events import SECONDS_A_YEAR
from resilience.failure_logic.logic import FailureLogic
from resilience.failure_logic.standbys import Standby
from resilience.results import Missing, in_order
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
        for service, events in _waiting(logic, late, until, singles).items():
            for event in events:
                shares[service] += _rate(logic, event) * (until - before)
                waits[service][event] = until
        before = until
    unknown = [one for one in logic.standbys if one.seconds is None]
    doubts = _waiting(logic, unknown, None, singles) if unknown else {}
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
    logic: FailureLogic, late: list[Standby], until: float | None, singles: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    """Of each service the single events that fail it while those standbys are late, and not for good."""
    needs = logic.graph.needs.copy()
    if until is not None:
        edges: Any = needs.edges(data="tolerates")
        borne = [(source, target) for source, target, tolerates in edges if tolerates >= until]
        needs.remove_edges_from(borne)
    for one in late:
        needs.add_node(f"{one.gate}!", op="any", needs=0, flow=False, shows=None, category=None)
        needs.add_edge(
            one.gate, f"{one.gate}!", kind="run", why="waits", path=(), tolerates=0.0, times=1, starts=True
        )
    then = Failures(replace(logic, graph=replace(logic.graph, needs=needs)))
    sweep = then.logic.sweep
    events = list(logic.events)
    holding = {event: 1 << number for number, event in enumerate(events)}
    ones = (1 << len(events)) - 1
    values, width = swept(then, holding, frozenset(), len(events))
    empty = [bool(value) for value in sweep.compiled.lost({}, 1)]
    quiet = then.below([int(value) for value in empty], {"site": 0, "region": 0}, 1)
    below = then.below(values, width, ones)
    return {
        service: [
            events[number]
            for number in bits(value)
            if events[number] not in settled and logic.events[events[number]].frequency != 0.0
        ]
        for service, value in below.items()
        if not quiet[service]
        for settled in (frozenset(singles[service]),)
    }
