"""Every deep proof of one estate, part by part."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal, get_args

from resilience.analysis import Analysis
from resilience.availability.results import ServiceAvailability
from resilience.availability.simulation import Simulated
from resilience.data_loss.results import DataLosses
from resilience.dr_capacity.results import DrCapacity
from resilience.failover_flows.results import FailoverFlows
from resilience.failure_sweep.results import FailureSweep
from resilience.recovery_plans.results import RecoveryPlan

Part = Literal[
    "availability", "failure-sweep", "failover-flows", "recovery-plans", "data-loss", "dr-capacity"
]
"""What can be proved by itself, in the order in which it is told."""

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class Proof:
    """What was proved; a part that was not asked for is None."""

    availability: tuple[ServiceAvailability, ...] | None = None
    """How long each service is down in a year, by what, and what to mend first; by service."""
    simulation: tuple[Simulated, ...] | None = None
    """What was seen of each service in simulated years, where they were asked for; by service."""
    failure_sweep: FailureSweep | None = None
    """What every failure, hazard, site, maintenance and pair does to each service, over time."""
    failover_flows: FailoverFlows | None = None
    """Ways and bandwidth of all traffic after every failure that changes them."""
    recovery_plans: tuple[RecoveryPlan, ...] | None = None
    """When every service is back after each scenario, by the runbook's order, and what no order beats."""
    data_loss: DataLosses | None = None
    """How old data may be that comes back, in calm and under every single failure."""
    dr_capacity: tuple[DrCapacity, ...] | None = None
    """Whether what is left after a loss carries all workloads together, what is shed, what to buy."""


def prove(
    analysis: Analysis, parts: Collection[Part] = PARTS, began: Callable[[Part], None] = lambda part: None
) -> Proof:
    """The parts that are asked for, in their order; `began` is told when one is begun."""
    found = {}
    for part in PARTS:
        if part in parts:
            began(part)
            found[part.replace("-", "_")] = _prover(part)(analysis)
    return Proof(**found)  # type: ignore[arg-type]


def _prover(part: Part) -> Callable[[Analysis], object]:
    """What proves that part; loaded when it is asked for, as solvers take long to load."""
    module = import_module(f"resilience.{part.replace('-', '_')}")
    function: Callable[[Analysis], object] = getattr(module, _FUNCTIONS[part])
    return function


_FUNCTIONS: Final[dict[Part, str]] = {
    "availability": "availabilities",
    "failure-sweep": "sweep_failures",
    "failover-flows": "failover_flows",
    "recovery-plans": "recovery_plans",
    "data-loss": "data_losses",
    "dr-capacity": "dr_capacities",
}
