"""Cooling: units behind each room, plant behind each unit."""

from resilience.derive.power import is_passive
from resilience.loads import Loads, units_by_room
from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.cooling import CoolingElement
from specs.model import Estate


def derive_cooling(needs: Needs, estate: Estate, where: Whereabouts) -> None:
    """Cooling elements, and for each room a gate `rooms/ID#cooling` of the units that serve it."""
    for name, unit in by_id(estate.cooling):
        here = needs.element(f"cooling/{name}", "component")
        place = f"rooms/{unit.room}" if unit.room else f"sites/{unit.site}"
        needs.need(here, place, "stands in", ("cooling", name, "room" if unit.room else "site"))
        _is_fed(needs, name, unit)
    serving = units_by_room(estate)
    loads = Loads(estate, where)
    for room, units in serving.items():
        if room in estate.rooms:
            _cool(needs, loads, room, units)
    for name, element in by_id(estate.power):
        if element.kind == "ups" and element.room in serving:
            _is_cooled(needs, estate, f"power/{name}", element.room, serving[element.room])


def units_needed(loads: Loads, room: str, units: tuple[str, ...]) -> int | None:
    """How many of a room's units must run: as declared, else the fewest of which *any* so many carry the
    heat.

    Taking the smallest units first errs towards more units, never towards fewer. None: nothing to tell it by.
    """
    declared = loads.estate.rooms[room].cooling_needs
    if declared is not None:
        return min(declared, len(units))
    heat = loads.heat.get(room)
    if heat is None:
        return 1
    if heat.missing:
        return None
    known = sorted(loads.estate.cooling[unit].capacity or 0.0 for unit in units)
    carried = 0.0
    for count, capacity in enumerate(known, 1):
        carried += capacity
        if carried >= heat.watts:
            return count
    return len(units)


def _cool(needs: Needs, loads: Loads, room: str, units: tuple[str, ...]) -> None:
    needed = units_needed(loads, room, units)
    if needed is None:
        needs.lacks(
            f"rooms/{room}",
            "cooling_needs",
            ("rooms", room, "cooling_needs"),
            "how many cooling units it can lose",
        )
    gate = needs.gate(f"rooms/{room}#cooling", "k-of-n", needed or 1)
    for unit in units:
        position = loads.estate.cooling[unit].serves.index(room)
        needs.need(gate, f"cooling/{unit}", "cooled by", ("cooling", unit, "serves", position))


def _is_cooled(needs: Needs, estate: Estate, here: str, room: str, units: tuple[str, ...]) -> None:
    borne = min((estate.cooling[unit].ride_through or 0.0 for unit in units), default=0.0)
    path = ("rooms", room, "cooling_needs")
    needs.need(here, f"rooms/{room}#cooling", "cooled by", path, tolerates=borne, starts=False)


def derive_device_cooling(
    needs: Needs, estate: Estate, name: str, where: Whereabouts, serving: dict[str, tuple[str, ...]]
) -> None:
    """The device stays cool as long as enough units serve its room; it can begin before they do."""
    room = where.device_rooms[name]
    if room is None or is_passive(estate.devices[name], where):
        return
    if room in serving:
        _is_cooled(needs, estate, f"devices/{name}", room, serving[room])
        return
    gate = f"rooms/{room}#cooling"
    if gate not in needs:
        needs.gate(gate)
        needs.lacks(f"rooms/{room}", "cooling", ("rooms", room), "which cooling units it cannot lose")
    needs.need(f"devices/{name}", gate, "cooled by", ("rooms", room), starts=False)


def _is_fed(needs: Needs, name: str, unit: CoolingElement) -> None:
    here = f"cooling/{name}"
    if unit.feeds:
        gate = needs.gate(f"{here}#power", "any")
        needs.need(here, gate, "fed by", ("cooling", name, "feeds"))
        for position, feed in enumerate(unit.feeds):
            needs.need(gate, f"power/{feed}", "fed by", ("cooling", name, "feeds", position))
    elif unit.kind not in ("loop", "buffer"):
        needs.lacks(here, "feeds", ("cooling", name, "feeds"), "which power path it stops with")
