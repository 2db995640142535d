"""Availability of every service, exact for the model stated: cut sets, importances, downtime a year."""

from resilience.availability.results import ServiceAvailability
from resilience.availability.services import availabilities

__all__ = ["ServiceAvailability", "availabilities"]
