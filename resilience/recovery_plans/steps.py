"""Steps that services declare: which are needed, in which order, and when they can begin."""

from collections.abc import Iterable, Mapping
from math import inf

from resilience.recovery_plans.draft import Draft
from resilience.results import Missing, Scenario
from resilience.urgency import Urgency, urgency
from specs.base import Estimate, Text
from specs.issues import FieldPath
from specs.model import Estate
from specs.services import Occasion, RecoveryStep, Service

ACTIVATION = "activation"
"""Step of a service that declares none and has a standby of which the activation time is known."""

AGAIN = "again"
"""Step, of no duration, of a service that runs again by itself once what it needs is back."""

Steps = tuple[tuple[RecoveryStep, FieldPath], ...]
"""Steps, and where each is declared."""


def declared_steps(service: Service, occasion: Occasion) -> Steps:
    """Steps of a service on that occasion, with where they are declared."""
    return tuple(
        (step, ("services", service.id, "recovery", position))
        for position, step in enumerate(service.recovery)
        if occasion in step.scenarios
    )


def place_steps(
    draft: Draft,
    service: str,
    steps: Steps,
    waits: Mapping[str, tuple[str, ...]],
    restored: Mapping[str, tuple[str, ...]],
    begins: tuple[float, float] | None = None,
) -> tuple[str, ...]:
    """Adds the steps of a service; those after which it is back.

    `waits` are, by step, steps of others that come first; `restored`, by dataset, those after which it is
    back. Data that a step restores is back with the step or with its copy, whichever is later. Data that no
    step says it restores comes back beside all of them: at its best, so that fact is missing.
    """
    names = {step.id for step, _ in steps}
    told: set[str] = set()
    ends: dict[str, tuple[str, ...]] = {}
    for step, _ in steps:
        data = [last for dataset in step.restores for last in restored.get(dataset, ())]
        told |= set(step.restores) & restored.keys()
        ends[step.id] = (f"services/{service}:{step.id}", *data)
    for step, path in steps:
        after = [name for other in step.after if other in names for name in ends[other]]
        draft.declared(service, step, path, (*after, *waits.get(step.id, ())), begins)
    last = [name for step, _ in steps if step.id not in followed(steps) for name in ends[step.id]]
    for dataset in sorted(restored.keys() - told):
        path = ("services", service, "recovery")
        matters = f"which step waits for datasets/{dataset}"
        draft.fates[service].missing.append(
            Missing(f"services/{service}", "recovery.restores", path, matters)
        )
        last += restored[dataset]
    return tuple(dict.fromkeys(last))


def followed(steps: Steps) -> frozenset[str]:
    """Steps that another one comes after."""
    return frozenset(other for step, _ in steps for other in step.after)


def begins(draft: Draft, service: str) -> tuple[float, float]:
    """Optimistic and pessimistic seconds until the loss is noticed and recovery decided; what is not declared
    counts as none and is missing."""
    own = draft.estate.services[service].detection_time
    plan = draft.estate.plan
    fate = draft.fates[service]
    low = high = 0.0
    if own is not None:
        low = high = own
    elif plan.detection is not None:
        low, high = plan.detection.low, plan.detection.high
    else:
        path: FieldPath = ("services", service, "detection_time")
        fate.missing.append(
            Missing(f"services/{service}", "detection_time", path, "when the loss is noticed")
        )
    if plan.decision is None:
        fate.missing.append(Missing("plan", "decision", ("plan", "decision"), "when recovery begins"))
        return low, high
    return low + plan.decision.low, high + plan.decision.high


def widest(spans: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The earliest optimistic and the latest pessimistic of some beginnings."""
    found = list(spans)
    return min((low for low, _ in found), default=0.0), max((high for _, high in found), default=0.0)


Priority = tuple[int, Urgency, float, str]
"""Tier, business impact, objective, id."""


def priority(estate: Estate, objective: Scenario | None, service: str) -> Priority:
    """Of equals the runbook takes the lower tier first, then the sooner and worse impact, then the shorter
    objective, then the id."""
    found = estate.services[service]
    owed = getattr(found.objectives, objective) if objective is not None else None
    tier = 9 if found.tier is None else found.tier
    return (tier, urgency(found), owed.rto if owed else inf, service)


def runs_again(service: str) -> Steps:
    """The one step of a service for which there is nothing to do."""
    does = Text({"en": "Runs again by itself once what it needs is back"})
    step = RecoveryStep(id=AGAIN, does=does, duration=Estimate.model_validate("0 s"))
    return ((step, ("services", service, "recovery")),)
