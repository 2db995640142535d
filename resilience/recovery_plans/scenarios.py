"""Every scenario that a recovery is planned for."""

from typing import TYPE_CHECKING

from resilience.links import Ways
from resilience.recovery_plans.cold_starting import ColdStarting
from resilience.recovery_plans.evaluating import Drawn, evaluated
from resilience.recovery_plans.failing_back import failback
from resilience.recovery_plans.losing import Losing
from resilience.recovery_plans.losses import Loss
from resilience.recovery_plans.ransomware import Ransomware
from resilience.recovery_plans.results import RecoveryPlan, Ring
from resilience.recovery_plans.waiting import paths_of
from resilience.sweep import Sweep
from resilience.whereabouts import by_id

if TYPE_CHECKING:
    from resilience.analysis import Analysis


def recovery_plans(analysis: "Analysis", scenario: str | None = None) -> tuple[RecoveryPlan, ...]:
    """A plan for the loss of each site, each region and each platform that services notice; for a cold start
    of everything; for an intruder; and for the way back to each site that services were moved from. With
    `scenario` that one alone; none where nothing is so called."""
    return tuple(
        evaluated(drawn) for drawn in _scenarios(analysis) if scenario is None or drawn.scenario == scenario
    )


def scenario_names(analysis: "Analysis") -> tuple[str, ...]:
    """Names of all scenarios that there is a plan for, in the order of the plans."""
    return tuple(drawn.scenario for drawn in _scenarios(analysis))


def _scenarios(analysis: "Analysis") -> list[Drawn]:
    graph, ways = analysis.graph, Ways(analysis.estate)
    if not graph.estate.services:
        return []
    losses = [Losing(loss, ways).drawn() for loss in _losses(analysis)]
    back = [failback(losing, ways) for losing in losses if losing.loss.occasion == "site"]
    return [
        *map(_of_loss, losses),
        ColdStarting(graph).drawn(),
        Ransomware(graph, ways).drawn(),
        *(drawn for drawn in back if drawn is not None),
    ]


def _losses(analysis: "Analysis") -> list[Loss]:
    estate = analysis.estate
    sites = [f"sites/{name}" for name, _ in by_id(estate.sites)]
    regions: dict[str, list[str]] = {}
    for name, site in by_id(estate.sites):
        if site.failure_region is not None:
            regions.setdefault(f"failure_regions/{site.failure_region}", []).append(name)
    platforms = [f"platforms/{name}" for name, _ in by_id(estate.platforms)]
    events = [*sites, *sorted(regions), *platforms]
    if not events:
        return []
    sweep = Sweep(analysis.graph, tuple((event,) for event in events))
    found = []
    for event in events:
        name = event.partition("/")[2]
        if event in regions:
            loss = Loss(sweep, event, "region", "region", tuple(regions[event]))
        elif event.startswith("sites/"):
            loss = Loss(sweep, event, "site", "site", (name,))
        else:
            # A cluster is what a service moves away from, as after a site's loss; one device is a component.
            is_cluster = len(estate.platforms[name].nodes) > 1
            loss = Loss(sweep, event, "component", "site" if is_cluster else "component", platform=name)
        if loss.affected:
            found.append(loss)
    return found


def _of_loss(losing: Losing) -> Drawn:
    loss = losing.loss
    kind = "platform" if loss.platform is not None else loss.occasion
    assert kind in ("site", "region", "platform")
    return Drawn(
        scenario=loss.event,
        kind=kind,
        objective=loss.objective,
        lost=loss.lost,
        order=tuple(f"services/{service}" for service in losing.order),
        draft=losing.draft,
        rings=tuple(Ring(ring, paths_of(ring, losing.waits.path_of_wait)) for ring in losing.waits.rings),
        copies=tuple(copy for _, copy in sorted(losing.data.chosen.items())),
    )
