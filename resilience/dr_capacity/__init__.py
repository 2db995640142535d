"""DR capacity: whether the DR modes of all workloads fit together after a loss, what is shed, what to buy."""

from resilience.dr_capacity.losses import dr_capacities
from resilience.dr_capacity.results import DrCapacity

__all__ = ["DrCapacity", "dr_capacities"]
