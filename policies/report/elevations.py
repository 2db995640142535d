"""Rack elevations: where each device stands, as boxes to draw."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from specs.equipment import Device
from specs.model import Estate
from specs.places import Rack

UNIT = 10.0
"""Height of a rack unit in the drawing."""
WIDTH = 132.0
"""Width of a rack's inside in the drawing."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "storage": ("storage", "vault", "tape", "backup", "archive", "evidence", "object", "nas", "san"),
    "security": ("firewall", "hsm", "bastion", "security", "siem", "waf", "forensic"),
    "network": (
        "leaf", "spine", "border", "router", "switch", "balancer", "edge", "mux", "dwdm", "console", "oob",
        "time", "network", "core", "management",
    ),
    "power": ("pdu", "sts", "ats", "ups", "power"),
    "compute": ("server", "compute", "node", "host", "database", "hypervisor", "workstation", "controller"),
}  # fmt: skip
"""Words in a device's role by which it is coloured; the first family that has one wins."""


@dataclass(frozen=True)
class Slot:
    """A device's box."""

    device: str
    label: str
    model: str
    role: str
    family: str
    lowest: int
    height: float
    """In rack units."""
    face: str
    y: float
    """From the top of the drawing."""


@dataclass(frozen=True)
class Elevation:
    """One rack from its front."""

    rack: str
    label: str
    row: str
    units: int
    used: float
    """Units that are taken."""
    watts: float | None
    """Planned draw of all its devices; None where one has none declared."""
    limit: float | None
    slots: tuple[Slot, ...]
    beside: tuple[str, ...]
    """Devices that take no unit, by id."""

    @property
    def height(self) -> float:
        """Of the drawing's inside."""
        return self.units * UNIT


@dataclass(frozen=True)
class RoomElevations:
    """The racks of one room."""

    room: str
    label: str
    site: str
    racks: tuple[Elevation, ...]


def family(role: str) -> str:
    """The family that a role is coloured as.

    >>> family("database server"), family("spine"), family("kettle")
    ('compute', 'network', 'other')
    """
    folded = role.casefold()
    return next((name for name, words in FAMILIES.items() if any(word in folded for word in words)), "other")


def total(estate: Estate, devices: Iterable[Device]) -> float | None:
    """Planned power of them all in watts; None where one has none."""
    watts = [device.planned_draw(estate.models.get(device.model)) for device in devices]
    known = [value for value in watts if value is not None]
    return sum(known) if len(known) == len(watts) else None


def elevations(estate: Estate, language: str = "en") -> tuple[RoomElevations, ...]:
    """Every rack of every room that has one, by site, room, row and place."""
    standing: dict[str, list[Device]] = defaultdict(list)
    for device in estate.devices.values():
        if device.rack is not None:
            standing[device.rack].append(device)
    rooms: dict[str, list[Rack]] = defaultdict(list)
    for rack in estate.racks.values():
        rooms[rack.room].append(rack)
    ordered = sorted(rooms, key=lambda room: (estate.rooms[room].site, room))
    return tuple(
        RoomElevations(
            room,
            estate.rooms[room].label(language),
            estate.rooms[room].site,
            tuple(
                _elevation(estate, rack, standing[rack.id])
                for rack in sorted(rooms[room], key=lambda rack: (rack.row or "", rack.place or 0, rack.id))
            ),
        )
        for room in ordered
    )


def _elevation(estate: Estate, rack: Rack, devices: list[Device]) -> Elevation:
    slots = [slot for device in devices if (slot := _slot(estate, rack, device)) is not None]
    taken = {
        unit for slot in slots for unit in range(slot.lowest, slot.lowest + max(1, round(slot.height + 0.49)))
    }
    placed = {slot.device for slot in slots}
    return Elevation(
        rack=rack.id,
        label=rack.label(),
        row=rack.row or "",
        units=rack.units,
        used=len(taken),
        watts=total(estate, devices),
        limit=rack.power_limit,
        slots=tuple(sorted(slots, key=lambda slot: (-slot.lowest, slot.face, slot.device))),
        beside=tuple(sorted(device.id for device in devices if device.id not in placed)),
    )


def _slot(estate: Estate, rack: Rack, device: Device) -> Slot | None:
    kind = estate.models[device.model].device_type
    if device.position is None or not kind.u_height:
        return None
    return Slot(
        device=device.id,
        label=device.label(),
        model=f"{kind.manufacturer} {kind.model}",
        role=device.role,
        family=family(device.role),
        lowest=device.position,
        height=kind.u_height,
        face=device.face,
        y=(rack.units - (device.position - 1) - kind.u_height) * UNIT,
    )
