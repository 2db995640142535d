"""Recovery from the loss of a site: what comes first, when each service is back, and what binds it.

Durations are the pessimistic ones. The order is that of the runbook: the tier, then the objective, then
the id; each step as early as its predecessors and its team allow. Services that stay up on another active
site need no step; those that have nowhere else to run are never back.
"""

from collections import defaultdict
from dataclasses import dataclass

from resilience.results import Booking, Missing, Prediction, Recovery, ScheduledStep, Tri, in_order
from resilience.scheduling import Placed, Task, busiest_moment, schedule
from resilience.site_loss import SiteRecovery
from resilience.sweep import Sweep
from specs.issues import FieldPath
from specs.services import RecoveryStep, Service


@dataclass(frozen=True)
class _Tasks:
    """Steps as tasks, and where each is declared."""

    tasks: tuple[Task, ...]
    steps: dict[str, tuple[str, RecoveryStep, FieldPath]]
    last: dict[str, tuple[str, ...]]
    """Of each service the steps that no other of its steps follows."""


def _tasks(loss: SiteRecovery) -> _Tasks:
    tasks: list[Task] = []
    steps: dict[str, tuple[str, RecoveryStep, FieldPath]] = {}
    last: dict[str, tuple[str, ...]] = {}
    estate = loss.sweep.graph.estate
    for service in loss.order:
        own = loss.steps(service)
        begins = loss.detection(service) + loss.decision(service)
        names = {step.id for step, _ in own}
        followed = {name for step, _ in own for name in step.after}
        last[service] = tuple(f"services/{service}:{step.id}" for step, _ in own if step.id not in followed)
        before = tuple(end for other in loss.ties.of(service) for end in last.get(other, ()))
        for step, path in own:
            name = f"services/{service}:{step.id}"
            team = estate.teams.get(step.team) if step.team is not None else None
            ready = begins + (loss.reaches_work(team, step) if team is not None else 0.0)
            own_after = tuple(f"services/{service}:{other}" for other in step.after if other in names)
            _note_people(loss, service, step)
            steps[name] = (service, step, path)
            tasks.append(Task(name, step.duration.high, ready, own_after + before, step.team, step.people))
    return _Tasks(tuple(tasks), steps, last)


def _note_people(loss: SiteRecovery, service: str, step: RecoveryStep) -> None:
    if step.team is None:
        return
    there = loss.people(step.team)
    if there is None or there < step.people:
        what = (
            "how many can work at once"
            if there is None
            else f"who does a step of {step.people} people with {there}"
        )
        fact = Missing(f"teams/{step.team}", "members", ("teams", step.team, "members"), what)
        loss.missing[service].append(fact)
    team = loss.sweep.graph.estate.teams.get(step.team)
    if team is not None and step.at is not None and step.at != team.site and step.at not in team.travel:
        fact = Missing(
            f"teams/{step.team}", "travel", ("teams", step.team, "travel"), f"how long it is to {step.at}"
        )
        loss.missing[service].append(fact)
    if team is not None and team.callout is None:
        fact = Missing(f"teams/{step.team}", "callout", ("teams", step.team, "callout"), "when it is at work")
        loss.missing[service].append(fact)


def recovery(sweep: Sweep, site: str) -> Recovery:
    """The recovery from the loss of that site."""
    loss = SiteRecovery(sweep, site)
    work = _tasks(loss)
    teams = {task.team: loss.people(task.team) for task in work.tasks if task.team is not None}
    limits = {team: people for team, people in teams.items() if people is not None}
    free = [task for task in work.tasks if work.steps[task.id][0] not in loss.rings]
    placed = {entry.id: entry for entry in schedule(free, limits)}
    found = [
        ScheduledStep(
            service=f"services/{work.steps[name][0]}",
            step=work.steps[name][1].id,
            team=f"teams/{work.steps[name][1].team}" if work.steps[name][1].team else None,
            people=work.steps[name][1].people,
            starts=entry.starts,
            ends=entry.ends,
            bound_by=_bound(entry, work.steps[name][1]),
            path=work.steps[name][2],
        )
        for name, entry in placed.items()
    ]
    return Recovery(
        site=f"sites/{site}",
        scenario="site",
        order=tuple(f"services/{service}" for service in loss.order),
        steps=tuple(sorted(found, key=lambda step: (step.starts, step.service, step.step))),
        predictions=tuple(_prediction(loss, work, placed, service) for service in loss.affected),
        bookings=_bookings(work, free, limits),
    )


def _bound(entry: Placed, step: RecoveryStep) -> str:
    if entry.bound_by:
        return f"{'busy' if entry.was_busy else 'step'} {entry.bound_by}"
    return f"callout teams/{step.team}" if step.team else "decision"


def _prediction(loss: SiteRecovery, work: _Tasks, placed: dict[str, Placed], service: str) -> Prediction:
    spec = loss.sweep.graph.estate.services[service]
    objective = spec.objectives.site
    if service not in loss.recovering:
        return _judged(loss, service, 0.0, 0.0, ("stays up",), (("services", service),), lower=False)
    if service in loss.never_back:
        return _never(loss, service)
    lasts = [placed[name] for name in work.last.get(service, ()) if name in placed]
    path: FieldPath = ("services", service, "recovery")
    if not lasts or len(lasts) < len(work.last[service]):
        if service in loss.rings or any(other in loss.rings for other in loss.all_before(service)):
            fact = Missing(
                f"services/{service}", "order", path, "an order: it waits for itself through others"
            )
            loss.missing[service].append(fact)
        return Prediction(
            f"services/{service}", None, None, objective.rto if objective else None,
            "unknown", (), (path,), in_order(loss.missing[service]),
        )  # fmt: skip
    final = max(lasts, key=lambda entry: (entry.ends, entry.id))
    chain, paths = _binding(loss, work, placed, final)
    lower = bool(loss.missing[service])
    for other in loss.all_before(service):
        if loss.missing[other]:
            lower = True
            loss.missing[service] += [
                fact for fact in loss.missing[other] if fact not in loss.missing[service]
            ]
    waits = _clock(loss, spec, service)
    return _judged(loss, service, final.ends, waits, chain, paths, lower=lower)


def _never(loss: SiteRecovery, service: str) -> Prediction:
    """No step brings it back: it, or what it cannot do without, has nowhere to run."""
    root = loss.never_back[service]
    objective = loss.sweep.graph.estate.services[service].objectives.site
    return Prediction(
        service=f"services/{service}",
        predicted=None,
        counted=None,
        objective=objective.rto if objective is not None else None,
        met="no" if objective is not None else "unknown",
        chain=(f"nowhere services/{root}",),
        paths=(("services", root),),
        missing=(),
    )


def _clock(loss: SiteRecovery, spec: Service, service: str) -> float:
    """Seconds after the event at which the objective's clock starts."""
    starts = spec.objectives.site.clock_starts if spec.objectives.site else "event"
    if starts == "event":
        return 0.0
    detection = loss.detection(service)
    return detection if starts == "detection" else detection + loss.decision(service)


def _judged(
    loss: SiteRecovery,
    service: str,
    predicted: float,
    clock: float,
    chain: tuple[str, ...],
    paths: tuple[FieldPath, ...],
    *,
    lower: bool,
) -> Prediction:
    """`lower`: the figure is a lower bound, since facts are missing; it can break an objective, never meet
    it."""
    objective = loss.sweep.graph.estate.services[service].objectives.site
    counted = max(0.0, predicted - clock)
    met: Tri = "unknown"
    if objective is not None:
        met = "no" if counted > objective.rto else "unknown" if lower else "yes"
    return Prediction(
        service=f"services/{service}",
        predicted=predicted,
        counted=counted,
        objective=objective.rto if objective is not None else None,
        met=met,
        chain=chain,
        paths=paths,
        missing=in_order(loss.missing[service]),
    )


def _binding(
    loss: SiteRecovery, work: _Tasks, placed: dict[str, Placed], final: Placed
) -> tuple[tuple[str, ...], tuple[FieldPath, ...]]:
    """From the event to the last step: what each waited for."""
    chain: list[str] = []
    paths: list[FieldPath] = []
    entry = final
    while True:
        service, step, path = work.steps[entry.id]
        chain.append(entry.id)
        paths.append(path)
        if not entry.bound_by:
            if step.team is not None and loss.sweep.graph.estate.teams.get(step.team) is not None:
                chain.append(f"callout teams/{step.team}")
                paths.append(("teams", step.team, "callout"))
            break
        if entry.was_busy:
            chain.append(f"busy {entry.bound_by}")
            paths.append(("teams", step.team or "", "members"))
        entry = placed[entry.bound_by]
    service = work.steps[entry.id][0]
    own = loss.sweep.graph.estate.services[service].detection_time is not None
    paths += [("plan", "decision"), ("services", service, "detection_time") if own else ("plan", "detection")]
    return tuple(reversed([*chain, "decision", "detection"])), tuple(reversed(paths))


def _bookings(work: _Tasks, tasks: list[Task], limits: dict[str, int]) -> tuple[Booking, ...]:
    """Teams that would have to work in more places than they have people, if nobody waited for them."""
    unhindered = {entry.id: entry for entry in schedule(tasks, {})}
    by_team: dict[str, list[tuple[Task, Placed]]] = defaultdict(list)
    for task in tasks:
        if task.team is not None and task.id in unhindered:
            by_team[task.team].append((task, unhindered[task.id]))
    found = []
    for team, entries in sorted(by_team.items()):
        people, steps = busiest_moment(entries)
        if team in limits and people > limits[team] and len(steps) > 1:
            paths = tuple(work.steps[step][2] for step in steps)
            found.append(Booking(f"teams/{team}", limits[team], people, steps, paths))
    return tuple(found)


def recoveries(sweep: Sweep) -> tuple[Recovery, ...]:
    """The loss of each site with an active workload, by site."""
    workloads = sweep.graph.estate.workloads.values()
    sites = {workload.site for workload in workloads if workload.role == "active"}
    return tuple(recovery(sweep, site) for site in sorted(sites & sweep.graph.estate.sites.keys()))
