"""The power chain: what feeds what, and how many feeds each device needs."""

from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.equipment import Device
from specs.issues import FieldPath
from specs.model import Estate
from specs.power import PowerElement


def derive_power(needs: Needs, estate: Estate) -> None:
    """Power elements with their inputs; an open tie or a generator behind one counts as a standby that can be
    closed.

    Power flows from a source: two boards tied to one another do not keep each other alive.
    """
    for name, element in by_id(estate.power):
        here = needs.element(f"power/{name}", "component", flow=True)
        _stands(needs, here, name, element)
    for name, element in by_id(estate.power):
        _is_fed(needs, name, element)


def _stands(needs: Needs, here: str, name: str, element: PowerElement) -> None:
    place = (
        ("racks", element.rack, "rack") if element.rack
        else ("rooms", element.room, "room") if element.room
        else ("sites", element.site, "site")
    )  # fmt: skip
    needs.need(here, f"{place[0]}/{place[1]}", "stands in", ("power", name, place[2]))


def _is_fed(needs: Needs, name: str, element: PowerElement) -> None:
    if not element.inputs:
        return
    here = f"power/{name}"
    inputs = needs.gate(f"{here}#inputs", "k-of-n", element.needs, flow=True)
    needs.need(here, inputs, "fed by", ("power", name, "inputs"), tolerates=element.autonomy or 0.0)
    for position, entry in enumerate(element.inputs):
        why = "fed by" if entry.normally == "closed" else "fed, once its tie is closed, by"
        needs.need(inputs, f"power/{entry.source}", why, ("power", name, "inputs", position, "source"))


def supplies_needed(device: Device, where: Whereabouts) -> int:
    """How many of the device's cords must carry power; never more than it has."""
    model = where.model(device)
    return min(model.supplies_needed if model else 1, max(1, len(device.feeds)))


def is_passive(device: Device, where: Whereabouts) -> bool:
    """Whether it takes no power at all, as a patch panel."""
    model = where.model(device)
    return model is not None and model.device_type.supply_count == 0 and not model.power_supplies


def derive_device_power(needs: Needs, name: str, device: Device, where: Whereabouts) -> None:
    """Cords of one device; where none is declared, any power element of its rack is taken and the fact is
    missing."""
    here = f"devices/{name}"
    if device.feeds:
        gate = needs.gate(f"{here}#power", "k-of-n", supplies_needed(device, where))
        needs.need(here, gate, "fed by", ("devices", name, "feeds"))
        for position, feed in enumerate(device.feeds):
            needs.need(gate, f"power/{feed}", "fed by", ("devices", name, "feeds", position))
        return
    if is_passive(device, where):
        return
    needs.lacks(here, "feeds", ("devices", name, "feeds"), "whether it survives the loss of a power path")
    rack = where.estate.racks.get(device.rack) if device.rack else None
    if rack is not None and rack.feeds and device.rack is not None:
        feeds: FieldPath = ("racks", device.rack, "feeds")
        gate = needs.gate(f"{here}#power", "any")
        needs.need(here, gate, "fed by", feeds)
        for position, feed in enumerate(rack.feeds):
            needs.need(gate, f"power/{feed}", "fed by", (*feeds, position))
