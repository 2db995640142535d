"""Availability of every service, exact for the model stated: cut sets, importances, downtime a year."""

from resilience.availability.results import ServiceAvailability
from resilience.availability.services import availabilities
from resilience.availability.simulation import Simulated, beside, simulate

__all__ = ["ServiceAvailability", "Simulated", "availabilities", "beside", "simulate"]
