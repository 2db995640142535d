"""Recovery plans: each scenario in the runbook's order at pessimistic durations, and what no order beats."""

from resilience.recovery_plans.results import (
    Bound,
    Copy,
    Forecast,
    PlanKind,
    PlannedStep,
    RecoveryPlan,
    Ring,
    State,
)
from resilience.recovery_plans.runbook import Runbook, RunbookStep, runbook
from resilience.recovery_plans.scenarios import recovery_plans, scenario_names

__all__ = [
    "Bound",
    "Copy",
    "Forecast",
    "PlanKind",
    "PlannedStep",
    "RecoveryPlan",
    "Ring",
    "Runbook",
    "RunbookStep",
    "State",
    "recovery_plans",
    "runbook",
    "scenario_names",
]
