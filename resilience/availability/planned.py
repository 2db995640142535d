"""Time lost to declared maintenance: what is taken out of service without a bypass, one at a time."""

from collections.abc import Iterable

from resilience.failure_logic.logic import FailureLogic
from resilience.fault_tree.failure_function import Importance


def planned_share(logic: FailureLogic, importances: Iterable[Importance]) -> float:
    """Share of time that planned maintenance adds to the unavailability of a service.

    Each element is out for `maintenance_takes` in every `maintained_every`, while all others are as they are:
    the service is then away with the probability P(failure | element out), so that what counts is
    (1 − q) × Birnbaum: a service that has another way loses only what fails meanwhile. Elements with a
    maintenance bypass are never out.
    """
    return sum(maintained(logic, one.event) * (1.0 - one.probability) * one.birnbaum for one in importances)


def maintained(logic: FailureLogic, event: str) -> float:
    """Share of time for which that element is out for maintenance; 0 where none is declared or a bypass
    carries its load meanwhile."""
    estate = logic.graph.estate
    collection, _, name = event.partition("/")
    element = estate.element(event)
    if collection == "devices" and name in estate.devices:
        element = estate.models.get(estate.devices[name].model)
    reliability = getattr(element, "reliability", None)
    if reliability is None or getattr(element, "bypass", None):
        return 0.0
    every, takes = reliability.maintained_every, reliability.maintenance_takes
    return min(1.0, takes / every) if every and takes else 0.0
