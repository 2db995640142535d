"""From a draft to a plan: the runbook's order at pessimistic durations, beside what no order beats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from resilience.recovery_plans.draft import Draft, Work
from resilience.recovery_plans.list_schedule import Placement, in_runbook_order
from resilience.recovery_plans.optimum import shortest
from resilience.recovery_plans.projects import Project
from resilience.recovery_plans.results import (
    Bound,
    Copy,
    Forecast,
    PlanKind,
    PlannedStep,
    RecoveryPlan,
    Ring,
)
from resilience.results import Booking, Missing, Scenario, Tri, in_order
from specs.issues import FieldPath

Clock = Literal["event", "detection", "declaration"]

PEOPLE = (
    "people are unharmed and come as declared: callout and travel, absence taken off, nobody tires",
    "steps are not interrupted, and each takes its pessimistic duration",
)
CHOICES = (
    "of alternatives those are waited for that would be back first if nobody were busy; the bound is over "
    "orders, not over that choice",
)
MEDIA = (
    "a restore keeps the rate of the narrowest of vault, way and platform from beginning to end; tapes and "
    "discs serve one at a time for each drive, disks, platforms and ways as many as their rate is enough for",
    "logs are rolled forward as fast as the platform takes data in",
)


@dataclass(frozen=True)
class Drawn:
    """Everything about one scenario before it is put in time."""

    scenario: str
    kind: PlanKind
    objective: Scenario | None
    lost: tuple[str, ...]
    order: tuple[str, ...]
    draft: Draft
    rings: tuple[Ring, ...] = ()
    copies: tuple[Copy, ...] = ()
    assumes: tuple[str, ...] = ()


def evaluated(drawn: Drawn) -> RecoveryPlan:
    """The plan of that scenario."""
    draft = drawn.draft
    project = draft.project()
    placed = in_runbook_order(project)
    optimistic = in_runbook_order(draft.project(optimistic=True))
    forecasts = tuple(
        _forecast(drawn, project, placed, optimistic, service) for service in sorted(draft.fates)
    )
    makespan = max((entry.ends for entry in placed.values()), default=None)
    optimum = shortest(project) if placed else None
    return RecoveryPlan(
        scenario=drawn.scenario,
        kind=drawn.kind,
        objective=drawn.objective,
        lost=drawn.lost,
        order=drawn.order,
        steps=_steps(draft, placed),
        forecasts=forecasts,
        copies=drawn.copies,
        makespan=None if makespan is None else makespan / 1000,
        optimum=optimum,
        gap=None if optimum is None or makespan is None else _gap(makespan / 1000, optimum),
        bookings=_bookings(draft, project),
        rings=drawn.rings,
        assumes=tuple(dict.fromkeys((*drawn.assumes, *PEOPLE, *CHOICES, *MEDIA))),
        missing=in_order(fact for forecast in forecasts for fact in forecast.missing),
    )


def _gap(seconds: float, bound: Bound) -> float:
    return round(seconds - bound.seconds, 3)


def _steps(draft: Draft, placed: Mapping[str, Placement]) -> tuple[PlannedStep, ...]:
    found = []
    for name, entry in placed.items():
        work = draft.works[name]
        found.append(
            PlannedStep(
                id=name,
                subject=work.subject,
                step=work.step,
                team=f"teams/{work.team}" if work.team is not None else None,
                people=work.people,
                at=f"sites/{work.at}" if work.at is not None else None,
                media=tuple(medium.name for medium in work.media),
                low=work.duration.low,
                likely=work.duration.likely,
                high=work.duration.high,
                starts=entry.starts / 1000,
                ends=entry.ends / 1000,
                after=work.after,
                bound_by=_bound_by(draft, work, entry),
                path=work.path,
            )
        )
    return tuple(sorted(found, key=lambda step: (step.starts, step.ends, step.id)))


def _bound_by(draft: Draft, work: Work, entry: Placement) -> str:
    if entry.bound_by:
        return f"{'busy' if entry.busy else 'step'} {entry.bound_by}"
    return f"callout teams/{work.team}" if work.team is not None else "decision"


def _forecast(
    drawn: Drawn,
    project: Project,
    placed: Mapping[str, Placement],
    optimistic: Mapping[str, Placement],
    service: str,
) -> Forecast:
    fate = drawn.draft.fates[service]
    spec = drawn.draft.estate.services[service]
    owed = getattr(spec.objectives, drawn.objective) if drawn.objective is not None else None
    objective = owed.rto if owed is not None else None
    tolerable = owed.mtpd if owed is not None else None
    clock_starts: Clock = owed.clock_starts if owed is not None else "event"
    clock = _clock(drawn.draft, service, clock_starts)
    state, predicted, bound, soonest = fate.state, None, None, None
    chain: tuple[str, ...] = (fate.why,) if fate.why else ()
    paths = fate.paths
    if state == "stays up":
        predicted = 0.0
    elif state == "back" and not all(name in placed for name in fate.last):
        state = "unknown"
    elif state == "back":
        lasts = [placed[name] for name in fate.last]
        final = max(lasts, key=lambda entry: (entry.ends, entry.id), default=None)
        begun = drawn.draft.begins.get(service, (0.0, 0.0))
        predicted = final.ends / 1000 if final is not None else begun[1]
        soonest = max((optimistic[name].ends / 1000 for name in fate.last), default=begun[0])
        if final is not None:
            bound = shortest(project.only(fate.last))
            chain, paths = _binding(drawn.draft, placed, final)
    missing = in_order(fate.missing)
    counted = max(0.0, round(predicted - clock, 3)) if predicted is not None else None
    return Forecast(
        service=f"services/{service}",
        state=state,
        predicted=predicted,
        counted=counted,
        objective=objective,
        clock_starts=clock_starts,
        met=_met(state, counted, objective, missing),
        tolerable=tolerable,
        tolerated=_met(state, predicted, tolerable, missing),
        optimum=bound,
        gap=None if bound is None or predicted is None else _gap(predicted, bound),
        optimistic=soonest,
        chain=chain,
        paths=paths,
        why=fate.why,
        missing=missing,
    )


def _clock(draft: Draft, service: str, starts: Clock) -> float:
    """Pessimistic seconds after the event at which an objective's clock starts."""
    declared = draft.begins.get(service, (0.0, 0.0))[1]
    decision = draft.estate.plan.decision
    return {
        "event": 0.0,
        "detection": declared - (decision.high if decision is not None else 0.0),
        "declaration": declared,
    }[starts]


def _met(state: str, counted: float | None, objective: float | None, missing: Sequence[Missing]) -> Tri:
    """A figure that lacks a fact is a lower bound: it can break an objective, never meet it."""
    if objective is None:
        return "unknown"
    if state == "never":
        return "no"
    if counted is None:
        return "unknown"
    return "no" if counted > objective else "unknown" if missing else "yes"


def _binding(
    draft: Draft, placed: Mapping[str, Placement], final: Placement
) -> tuple[tuple[str, ...], tuple[FieldPath, ...]]:
    """From the event to the last step: what each waited for."""
    chain: list[str] = []
    paths: list[FieldPath] = []
    entry = final
    while True:
        work = draft.works[entry.id]
        chain.append(entry.id)
        paths.append(work.path)
        if not entry.bound_by:
            break
        if entry.busy:
            chain.append(f"busy {entry.bound_by}")
            collection, _, name = entry.busy.partition("/")
            if collection == "teams":
                paths.append(("teams", name, "members"))
            elif collection in ("vaults", "platforms"):
                paths.append((collection, name, "restore_rate"))
        entry = placed[entry.bound_by]
    if work.team is not None and work.team in draft.estate.teams:
        chain.append(f"callout teams/{work.team}")
        paths.append(("teams", work.team, "callout"))
    chain += ["decision", "detection"]
    paths += [("plan", "decision"), _detected(draft, work)]
    return tuple(reversed(chain)), tuple(reversed(paths))


def _detected(draft: Draft, work: Work) -> FieldPath:
    collection, _, name = work.subject.partition("/")
    service = draft.estate.services.get(name) if collection == "services" else None
    if service is not None and service.detection_time is not None:
        return ("services", name, "detection_time")
    return ("plan", "detection")


def _bookings(draft: Draft, project: Project) -> tuple[Booking, ...]:
    """Teams that would have to work in more places than they have people, if nobody waited for them."""
    unhindered = in_runbook_order(Project(project.activities, {}))
    found = []
    for team in sorted({work.team for work in draft.works.values() if work.team is not None}):
        limit = draft.people(team)
        works = [w for w in draft.works.values() if w.team == team and w.id in unhindered]
        people, steps = _busiest(works, unhindered)
        if limit is not None and people > limit and len(steps) > 1:
            paths = tuple(draft.works[step].path for step in steps)
            found.append(Booking(f"teams/{team}", limit, people, steps, paths))
    return tuple(found)


def _busiest(works: Sequence[Work], placed: Mapping[str, Placement]) -> tuple[int, tuple[str, ...]]:
    """Most people that those steps take at one moment, and which steps these are."""
    best: tuple[int, tuple[str, ...]] = (0, ())
    for moment in sorted({placed[work.id].starts for work in works}):
        at_work = [w for w in works if placed[w.id].starts <= moment < placed[w.id].ends]
        people = sum(work.people for work in at_work)
        if people > best[0]:
            best = (people, tuple(sorted(work.id for work in at_work)))
    return best
