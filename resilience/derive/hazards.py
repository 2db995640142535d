"""Hazards and common causes as events: what is exposed needs them not to strike."""

from collections import defaultdict

from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.model import Estate
from specs.places import Hazard, HazardKind

TAKES_SITES: frozenset[HazardKind] = frozenset({"seismic", "flood", "storm", "fire", "conflict", "other"})
"""Kinds that take a place that names them. A grid region takes the place's utility feeds; exchanges, ducts
and carriers take the circuits that name them; fuel, import, staff and faults of software take what they
name as exposed."""


def declare_hazards(needs: Needs, estate: Estate) -> None:
    """A node for every hazard; one that only costs reserve takes nothing down."""
    for name, _ in by_id(estate.hazards):
        needs.element(f"hazards/{name}", "hazard")


def derive_hazards(needs: Needs, estate: Estate) -> None:
    """Exposure of sites, rooms, power elements and of whatever a hazard names."""
    for name, site in by_id(estate.sites):
        for position, hazard in enumerate(site.hazards):
            path = ("sites", name, "hazards", position)
            if _takes(estate, hazard, TAKES_SITES):
                needs.need(f"sites/{name}", f"hazards/{hazard}", "exposed to", path)
            elif _takes(estate, hazard, frozenset({"grid"})):
                for element, feed in by_id(estate.power):
                    if feed.site == name and feed.kind == "utility" and hazard not in feed.hazards:
                        needs.need(f"power/{element}", f"hazards/{hazard}", "exposed to", path)
    for name, room in by_id(estate.rooms):
        for position, hazard in enumerate(room.hazards):
            if _takes(estate, hazard, TAKES_SITES):
                path = ("rooms", name, "hazards", position)
                needs.need(f"rooms/{name}", f"hazards/{hazard}", "exposed to", path)
    for name, power in by_id(estate.power):
        for position, hazard in enumerate(power.hazards):
            if _takes(estate, hazard):
                path = ("power", name, "hazards", position)
                needs.need(f"power/{name}", f"hazards/{hazard}", "exposed to", path)
    for name, risk in by_id(estate.hazards):
        if risk.cause_of == "loss":
            _expose(needs, name, risk)


def _takes(estate: Estate, hazard: str, kinds: frozenset[HazardKind] | None = None) -> bool:
    found = estate.hazards.get(hazard)
    return found is not None and found.cause_of == "loss" and (kinds is None or found.kind in kinds)


def _expose(needs: Needs, name: str, risk: Hazard) -> None:
    for position, reference in enumerate(risk.exposed):
        if reference != f"hazards/{name}":
            here = needs.element(reference, None) if reference not in needs else reference
            needs.need(here, f"hazards/{name}", "exposed to", ("hazards", name, "exposed", position))


def derive_firmware(needs: Needs, estate: Estate, where: Whereabouts) -> None:
    """Devices of one firmware family fail by one fault; a family of a single device is no common cause."""
    families: dict[str, list[str]] = defaultdict(list)
    for name, device in by_id(estate.devices):
        model = where.model(device)
        if model is not None and model.firmware is not None:
            families[model.firmware].append(name)
    for family, devices in sorted(families.items()):
        if len(devices) < 2:
            continue
        fault = needs.element(f"firmware/{family}", "common-cause")
        for name in devices:
            path = ("models", estate.devices[name].model, "firmware")
            needs.need(f"devices/{name}", fault, "runs firmware", path)
