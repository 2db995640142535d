"""The plan for the way back to a site that was repaired: data first, then the services, in their order."""

from resilience.keys import KeysLeft
from resilience.links import Ways
from resilience.recovery_plans.copies import BITS, Copies
from resilience.recovery_plans.draft import Draft, Work, exactly
from resilience.recovery_plans.evaluating import Drawn
from resilience.recovery_plans.losing import Losing
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.service_waits import ServiceWaits
from resilience.recovery_plans.steps import declared_steps, place_steps
from resilience.results import Missing
from specs.issues import FieldPath

ASSUMES = (
    "the clock starts when the site is repaired and its platforms run; the way back is planned, so nothing "
    "is detected or decided",
    "data comes back whole, as if nothing of it were left at the repaired site",
    "services that were never brought back elsewhere are no part of it",
)


def failback(losing: Losing, ways: Ways) -> Drawn | None:
    """The way back of whatever the loss of that site moved; None where it moved nothing."""
    estate, graph = losing.estate, losing.loss.sweep.graph
    (site,) = losing.loss.sites
    moved = tuple(
        service
        for service in losing.recovering
        if losing.draft.fates[service].state == "back"
        and any(
            estate.workloads[name].site == site and estate.workloads[name].role == "active"
            for names in graph.components.get(service, {}).values()
            for name in names
        )
    )
    if not moved:
        return None
    draft = Draft(estate, dict.fromkeys(moved, (0.0, 0.0)))
    keys = KeysLeft(estate, graph.where.platform_sites, lambda element: False)
    copies = Copies(estate, ways, lambda element: False, keys)
    steps = {service: declared_steps(estate.services[service], "failback") for service in moved}
    lasts = {s: milliseconds(sum(step.duration.high for step, _ in steps[s])) for s in moved}
    waits = ServiceWaits(graph, moved, lasts, "site")
    for service in waits.order:
        _return(draft, losing, copies, service, waits)
    for service in moved:
        if service not in waits.order:
            draft.fates[service].never("it waits for itself through others", ("services", service, "needs"))
    return Drawn(
        scenario=f"failback/{site}",
        kind="failback",
        objective=None,
        lost=(),
        order=tuple(f"services/{service}" for service in waits.order),
        draft=draft,
        assumes=ASSUMES,
    )


def _return(draft: Draft, losing: Losing, copies: Copies, service: str, waits: ServiceWaits) -> None:
    estate, fate = losing.estate, draft.fates[service]
    steps = declared_steps(estate.services[service], "failback")
    data = _data_home(draft, losing, copies, service)
    before = list(data)
    for other in waits.awaited(service):
        theirs = draft.fates[other]
        before += theirs.last
        fate.missing += theirs.missing
        if theirs.state == "unknown":
            fate.state = "unknown"
    if not steps:
        path: FieldPath = ("services", service, "recovery")
        matters = "how it is brought back to the repaired site and how long it takes"
        fate.missing.append(Missing(f"services/{service}", "recovery", path, matters))
        fate.state = "unknown"
        return
    fate.last = place_steps(draft, service, steps, {step.id: tuple(before) for step, _ in steps}, {})


def _data_home(draft: Draft, losing: Losing, copies: Copies, service: str) -> tuple[str, ...]:
    """Steps that copy the service's data back to its home at the site, each dataset whole."""
    estate, graph = losing.estate, losing.loss.sweep.graph
    (site,) = losing.loss.sites
    fate = draft.fates[service]
    names = {
        dataset
        for workloads in graph.components.get(service, {}).values()
        for name in workloads
        for dataset in estate.workloads[name].datasets
        if dataset in estate.datasets and estate.datasets[dataset].home.site == site
    }
    found = []
    for name in sorted(names):
        dataset = estate.datasets[name]
        source = next((copy.site for copy in losing.loss.replicas.get(name, ()) if copy.site != site), None)
        if source is None:
            hosts = losing.hosts.get(service, {}).values()
            source = next(
                (estate.workloads[host.workload].site for host in hosts if name in host.restores), None
            )
        rates = []
        home = estate.platforms.get(dataset.home.platform)
        rate = home.restore_rate if home is not None else None
        here: FieldPath = ("platforms", dataset.home.platform, "restore_rate")
        if rate is None:
            fate.missing.append(
                Missing(
                    f"platforms/{dataset.home.platform}", "restore_rate", here, "how fast data comes back"
                )
            )
        else:
            rates.append(rate)
        if source is not None:
            lacks: list[Missing] = []
            narrow, _ = copies.bandwidth(source, site, lacks)
            fate.missing += lacks
            rates += [] if narrow is None else [narrow]
        if dataset.size is None:
            fate.missing.append(
                Missing(f"datasets/{name}", "size", ("datasets", name, "size"), "how much must come back")
            )
        least = min(rates, default=None)
        lasts = dataset.size * BITS / least if dataset.size is not None and least is not None else 0.0
        media = (copies.of_platform(dataset.home.platform, least), *copies.of_way(source, site, least))
        base = f"datasets/{name}"
        found.append(draft.add(Work(f"{base}:return", base, "return", exactly(lasts), here, media=media)))
    return tuple(found)
