"""Racks stand in rooms, rooms in sites; rooms of one fire compartment and sites of one region are lost
together."""

from resilience.needs import Needs
from resilience.whereabouts import by_id
from specs.model import Estate


def derive_places(needs: Needs, estate: Estate) -> None:
    """Sites, rooms and racks, with what they share."""
    for name, site in by_id(estate.sites):
        here = needs.element(f"sites/{name}", "site")
        if site.failure_region is not None:
            region = needs.element(f"failure_regions/{site.failure_region}", "common-cause")
            needs.need(here, region, "lies in", ("sites", name, "failure_region"))
    for name, room in by_id(estate.rooms):
        here = needs.element(f"rooms/{name}", "place")
        needs.need(here, f"sites/{room.site}", "lies in", ("rooms", name, "site"))
        if room.fire_compartment is not None:
            compartment = needs.element(f"fire_compartments/{room.site}/{room.fire_compartment}", "place")
            needs.need(here, compartment, "burns with", ("rooms", name, "fire_compartment"))
    for name, rack in by_id(estate.racks):
        here = needs.element(f"racks/{name}", "place")
        needs.need(here, f"rooms/{rack.room}", "stands in", ("racks", name, "room"))
