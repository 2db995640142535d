"""Why each cut set takes its service down: a chain of needs for every one."""

from collections.abc import Mapping, Sequence

from resilience.availability.failing import Failures
from resilience.results import Chain
from resilience.sweep import AND, Sweep, scenario_of


def chains_of(
    failures: Failures, listed: Mapping[str, Sequence[tuple[str, ...]]]
) -> dict[str, dict[tuple[str, ...], Chain]]:
    """Of each service the chain of each of its cut sets, from the service to one of the events."""
    found: dict[str, dict[tuple[str, ...], Chain]] = {service: {} for service in listed}
    services: dict[tuple[str, ...], list[str]] = {}
    for service, sets in sorted(listed.items()):
        for one in sets:
            services.setdefault(one, []).append(service)
    if not services:
        return found
    graph = failures.logic.graph
    sweep = Sweep(graph, tuple(sorted(services)))
    for events, held in sorted(services.items()):
        name = AND.join(events)
        number = sweep.numbers[name]
        scenario = scenario_of(graph.estate, name, sweep.categories[name])
        views = {
            service: sweep.failing_view(service, sweep.owed(service, scenario), number) for service in held
        }
        chains = sweep.chains(name, tuple(dict.fromkeys(views.values())))
        for service, view in views.items():
            found[service][events] = chains.get(view, ())
    return found
