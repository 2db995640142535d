"""Single points of failure of each service, and what nobody declared that may hide one."""

from collections import defaultdict

from resilience.results import Category, Missing, SinglePoint, Standing, Tri, in_order
from resilience.sweep import Sweep, bits, scenario_of
from specs.issues import FieldPath

WIDE: frozenset[Category] = frozenset({"site", "common-cause"})
"""Events that take a site, a region or a whole family of devices: shown, and no single point within a
design."""


BOUNDED: frozenset[tuple[str, str]] = frozenset(
    {
        ("circuits", "segments"),
        ("circuits", "carrier"),
        ("circuits", "device"),
        ("devices", "feeds"),
        ("devices", "cables"),
        ("cooling", "feeds"),
    }
)
"""Facts whose lack can do no worse than take their element down whatever happens; where even that gives a
service no new single point of failure, they hide none."""


def standings(sweep: Sweep) -> tuple[Standing, ...]:
    """Every service by id."""
    points = _single_points(sweep)
    missing = missing_by_service(sweep)
    doubtful = _doubtful(sweep)
    return tuple(
        _standing(
            sweep,
            service,
            points.get(service, []),
            tuple(fact for fact in missing[service] if service in doubtful or not is_bounded(fact)),
        )
        for service in sorted(sweep.graph.estate.services)
    )


def is_bounded(fact: Missing) -> bool:
    """Whether the worst that a missing fact can mean is the loss of its element.

    >>> is_bounded(Missing("circuits/a", "segments", ("circuits", "a"), ""))
    True
    """
    return (fact.element.partition("/")[0], fact.field) in BOUNDED


def _doubtful(sweep: Sweep) -> frozenset[str]:
    """Services that some event takes below their level if all elements with bounded gaps are lost besides."""
    elements = frozenset(fact.element for fact in sweep.graph.missing if is_bounded(fact))
    if not elements:
        return frozenset()
    narrow = sum(
        1 << number
        for number, (event, category) in enumerate(sweep.categories.items())
        if not is_wide(sweep, event, category)
    )
    worst = Sweep(sweep.graph, always=elements).only_below()
    return frozenset(service for service, value in worst.items() if value & ~sweep.below[service] & narrow)


def _standing(
    sweep: Sweep, service: str, points: list[SinglePoint], missing: tuple[Missing, ...]
) -> Standing:
    found = any(not is_wide(sweep, point.event, point.category) for point in points)
    down = f"services/{service}" in sweep.calm
    if down:
        missing = in_order([*missing, _why_down(sweep, service)])
    has: Tri = "yes" if found else "unknown" if missing else "no"
    declared = bool(sweep.graph.components.get(service)) or bool(sweep.graph.estate.services[service].needs)
    runs: Tri = "no" if down else "yes" if declared else "unknown"
    order = sorted(points, key=lambda point: (point.category, point.event))
    return Standing(f"services/{service}", runs, has, tuple(order), missing)


def _why_down(sweep: Sweep, service: str) -> Missing:
    """What a service that never runs lacks: the end of the first way down over needs that never hold."""
    needs, here = sweep.graph.needs, f"services/{service}"
    path: FieldPath = ("services", service)
    shown, seen = here, {here}
    while True:
        below = sorted(node for node in needs.successors(here) if node in sweep.calm and node not in seen)
        below = [node for node in below if needs.edges[here, node]["kind"] == "run"]
        if not below:
            return Missing(
                shown, "supply", path, f"how {service} runs at all: this never does, with nothing failed"
            )
        path = needs.edges[here, below[0]]["path"]
        here = below[0]
        shown = needs.nodes[here]["shows"] or shown
        seen.add(here)


def is_wide(sweep: Sweep, event: str, category: Category) -> bool:
    """Whether the event takes a whole site or more, so that only another site can bear it."""
    return category in WIDE or scenario_of(sweep.graph.estate, event, category) == "region"


def _single_points(sweep: Sweep) -> dict[str, list[SinglePoint]]:
    by_event: dict[int, list[str]] = defaultdict(list)
    for service, scenarios in sweep.below.items():
        for number in bits(scenarios):
            by_event[number].append(service)
    found: dict[str, list[SinglePoint]] = defaultdict(list)
    for number, services in sorted(by_event.items()):
        event = sweep.events[number]
        category = sweep.categories[event]
        scenario = scenario_of(sweep.graph.estate, event, category)
        nodes = {service: sweep.owed(service, scenario) for service in services}
        views = {service: sweep.failing_view(service, node, number) for service, node in nodes.items()}
        chains = sweep.chains(event, tuple(views.values()))
        for service, node in nodes.items():
            chain = chains[views[service]]
            found[service].append(
                SinglePoint(
                    service=f"services/{service}",
                    event=event,
                    category=category,
                    chain=chain,
                    after=sum(link.tolerates for link in chain),
                    level="full" if node.endswith("#full") else "minimum",
                )
            )
    return found


def missing_by_service(sweep: Sweep) -> dict[str, tuple[Missing, ...]]:
    """Undeclared facts among all that each service rests on."""
    compiled, facts = sweep.compiled, sweep.graph.missing
    values = [0] * len(compiled.names)
    for number, fact in enumerate(facts):
        if fact.element in compiled.index:
            values[compiled.index[fact.element]] |= 1 << number
    for ring in compiled.order:
        gathered = 0
        for node in ring:
            gathered |= values[node]
            for child, _ in compiled.children[node]:
                gathered |= values[child]
        for node in ring:
            values[node] = gathered
    found = {}
    for service in sorted(sweep.graph.estate.services):
        rests_on = values[compiled.index[f"services/{service}#full"]]
        rests_on |= values[compiled.index[f"services/{service}"]]
        found[service] = tuple(facts[number] for number in bits(rests_on))
    return found
