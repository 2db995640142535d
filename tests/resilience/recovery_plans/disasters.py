"""Small estates at two sites for plans, and the plan of one scenario."""

from typing import Any

from resilience.analysis import analyse
from resilience.recovery_plans import Forecast, RecoveryPlan, recovery_plans
from tests.resilience.sketch import estate, two_sites

MINUTE = 60.0
HOUR = 3600.0


def step(name: str, minutes: int, **more: Any) -> dict[str, Any]:
    """A step of so many minutes."""
    return {"id": name, "does": name, "duration": f"{minutes} min"} | more


def plan(scenario: str, services: dict[str, Any], **more: Any) -> RecoveryPlan:
    """The plan of one scenario: each service runs at site a and has a standby at b; its loss is noticed after
    five minutes and recovery decided ten minutes later."""
    workloads: dict[str, Any] = {}
    for name in services:
        workloads[f"{name}-a"] = {"service": name, "platform": "pa", "site": "a"}
        workloads[f"{name}-b"] = {"service": name, "platform": "pb", "site": "b", "role": "standby"}
    given = more.pop("workloads", {})
    workloads = {name: entry for name, entry in (workloads | given).items() if entry is not None}
    told = {"decision": "10 min", "detection": "5 min"} | more.pop("plan", {})
    collections = two_sites(
        services={name: {"users_at": ["u"]} | body for name, body in services.items()},
        workloads=workloads,
        plan=told,
        **more,
    )
    (found,) = recovery_plans(analyse(estate(**collections)), scenario)
    return found


def forecast(found: RecoveryPlan, service: str) -> Forecast:
    """What becomes of a service."""
    return {entry.service: entry for entry in found.forecasts}[f"services/{service}"]


def ends(found: RecoveryPlan) -> dict[str, float]:
    """By step the seconds after the event at which it ends."""
    return {entry.id: entry.ends for entry in found.steps}
