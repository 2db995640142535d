"""What an event does: services lost and degraded, standbys that take over, power that is switched."""

from collections import defaultdict

from resilience.compiled import at_least
from resilience.graph import EstateGraph
from resilience.results import Impact, Takeover
from resilience.sweep import Sweep, bits, declared_at, scenario_of
from resilience.whereabouts import by_id


def impacts(sweep: Sweep) -> tuple[Impact, ...]:
    """Every event that any service or its components notice, by category, then event."""
    takeovers, switched = _takeovers(sweep), switched_power(sweep)
    touched = 0
    for service in sweep.below:
        touched |= sweep.below[service] | sweep.degraded[service]
    for number in takeovers:
        touched |= 1 << number
    by_number = {number: _impact(sweep, number, takeovers, switched) for number in bits(touched)}
    return tuple(sorted(by_number.values(), key=lambda impact: (impact.category, impact.event)))


def _impact(
    sweep: Sweep, number: int, takeovers: dict[int, list[Takeover]], switched: dict[str, int]
) -> Impact:
    event = sweep.events[number]
    mask = 1 << number
    return Impact(
        event=event,
        category=sweep.categories[event],
        scenario=scenario_of(sweep.graph.estate, event, sweep.categories[event]),
        lost=tuple(f"services/{name}" for name, value in sorted(sweep.below.items()) if value & mask),
        degraded=tuple(f"services/{name}" for name, value in sorted(sweep.degraded.items()) if value & mask),
        takeovers=tuple(takeovers.get(number, ())),
        switched=tuple(element for element, value in sorted(switched.items()) if value & mask),
        elements=sweep.elements_lost(event),
        path=declared_at(event, sweep.graph.estate),
    )


def impact_of(graph: EstateGraph, events: tuple[str, ...]) -> Impact:
    """What those events do at once, also where no service notices; any element may be among them."""
    sweep = Sweep(graph, (tuple(sorted(set(events))),))
    return _impact(sweep, 0, _takeovers(sweep), switched_power(sweep))


def _takeovers(sweep: Sweep) -> dict[int, list[Takeover]]:
    """By scenario: components of which an active workload is lost and another one runs."""
    estate = sweep.graph.estate
    found: dict[int, list[Takeover]] = defaultdict(list)
    for service, components in sorted(sweep.graph.components.items()):
        for component, workloads in components.items():
            gone = {name: sweep.lost_in(f"workloads/{name}") for name in workloads}
            scenarios = 0
            for name in workloads:
                if estate.workloads[name].role == "active":
                    scenarios |= gone[name]
            for number in bits(scenarios):
                lost = [name for name in workloads if gone[name] >> number & 1]
                left = [
                    name for name in workloads if name not in lost and f"workloads/{name}" not in sweep.calm
                ]
                takeover = _takeover(sweep, service, component, lost, left)
                if takeover is not None:
                    found[number].append(takeover)
    return found


def _takeover(
    sweep: Sweep, service: str, component: str, lost: list[str], left: list[str]
) -> Takeover | None:
    if not left:
        return None
    workloads = sweep.graph.estate.workloads
    active = [name for name in left if workloads[name].role == "active"]
    activations = [workloads[name].activation for name in left]
    known = [estimate.high for estimate in activations if estimate is not None]
    activation = 0.0 if active else min(known, default=None)
    return Takeover(
        service=f"services/{service}",
        component=component,
        lost=tuple(f"workloads/{name}" for name in lost if workloads[name].role == "active"),
        carried_by=tuple(f"workloads/{name}" for name in active or left),
        activation=activation,
    )


def switched_power(sweep: Sweep) -> dict[str, int]:
    """Of power elements the scenarios in which they live on, and closed inputs from running sources are
    too few."""
    found = {}
    ones = (1 << len(sweep.events)) - 1
    for name, element in by_id(sweep.graph.estate.power):
        here = f"power/{name}"
        closed = [entry.source for entry in element.inputs if entry.normally == "closed"]
        if not element.inputs or len(closed) == len(element.inputs) or here in sweep.calm:
            continue
        spare = len(closed) - element.needs
        lost = [sweep.lost[sweep.compiled.index[f"power/{source}"]] for source in closed]
        starved = at_least(spare + 1, lost, ones) if spare >= 0 else ones
        lives = starved & ~sweep.lost_in(here)
        if lives:
            found[here] = lives
    return found
