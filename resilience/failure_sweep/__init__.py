"""Every single failure, hazard, site, element out for maintenance and pair: each service's level over
time."""

from resilience.failure_sweep.sweeping import sweep_failures

__all__ = ["sweep_failures"]
