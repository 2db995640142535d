"""Every single failure, hazard, site, element out for maintenance and pair: each service's level over
time."""
