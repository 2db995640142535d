"""Words for scenarios and for steps that nobody declared and that follow from other facts."""

from collections.abc import Callable

from resilience.recovery_plans.results import PlannedStep, RecoveryPlan
from resilience.recovery_plans.steps import ACTIVATION
from specs.model import Estate


def scenario_title(plan: RecoveryPlan, label: Callable[[str], str]) -> str:
    """What the scenario is, in a few words."""
    name = plan.scenario.partition("/")[2]
    match plan.kind:
        case "cold-start":
            return "Cold start of everything"
        case "ransomware":
            return "Data destroyed or locked by an intruder"
        case "failback":
            return f"Return to {label(f'sites/{name}')}"
        case "region":
            return f"Loss of the region {name}"
        case "site" | "platform":
            return f"Loss of {label(plan.scenario)}"


def derived_title(estate: Estate, plan: RecoveryPlan, step: PlannedStep) -> str:
    """What a step does that follows from the estate's facts and that no service declares."""
    name = step.subject.partition("/")[2]
    copy = next((found for found in plan.copies if found.dataset == step.subject), None)
    into = next((medium for medium in step.media if medium.startswith("platforms/")), "its platform")
    match step.step:
        case "read":
            source = f" of {copy.vault} ({copy.backup})" if copy is not None else ""
            return f"Read the copy{source} into {into}"
        case "search":
            return "Search the copy for what the intruder left"
        case "move":
            return f"Move the searched copy from {into} to platforms/{estate.datasets[name].home.platform}"
        case "replay":
            return f"Roll the logs forward on {into}"
        case "return":
            return f"Copy the data back to {into}"
        case "open":
            return "Gather a quorum of custodians and open the keys"
        case "rebuild":
            return "Rebuild the platform from clean media"
        case "start":
            return "Start the platform"
        case _:
            return "The standby takes over" if step.step == ACTIVATION else "Runs again by itself"
