"""What one row of NetBox says, as the body of an element; words of NetBox as words of the estate format."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from specs.device_type import DeviceType
from specs.importing.netbox_rows import CableRow, CircuitRow, DeviceRow, RackRow
from specs.units import format_quantity

Body = dict[str, Any]

IN_USE: Final = frozenset({"", "active", "connected"})
"""Statuses that say nothing more than that the element is there."""

FIRST_UNIT: Final = "netbox-first-unit"
"""Tag of a rack whose units NetBox numbers from another number than 1."""
COUNTS_DOWN: Final = "netbox-units-from-top"
"""Tag of a rack whose units NetBox numbers from the top."""

_CABLES: Final = {
    "dac": ("dac", "direct attach"),
    "fibre": ("fiber", "fibre", "mmf", "smf", "aoc", "optical"),
    "copper": ("cat", "coax", "rg-", "lmr", "mrj21", "usb"),
    "power": ("power",),
}
_CIRCUITS: Final = {
    "dark-fibre": ("dark", "fibre", "fiber"),
    "internet": ("internet", "transit", "peering", "broadband"),
    "mpls": ("mpls", "vpn", "vpls", "wan"),
    "oob": ("out-of-band", "out of band", "oob"),
    "dci": ("dci", "interconnect", "wave", "dwdm"),
}


def named(key: str, name: str) -> Body:
    """The name, where it says more than the id."""
    return {"name": name} if name and name != key else {}


def device_name(row: DeviceRow) -> str:
    """What a device is known by: name, asset tag or serial number."""
    return row.name or row.asset_tag or row.serial


def rack_body(key: str, row: RackRow, room: str) -> Body:
    """A rack; what it bears is rounded down to 100 g."""
    body: Body = {**named(key, row.name), "room": room}
    if row.units is not None:
        body["units"] = row.units
    if row.depth_m:
        body["depth"] = format_quantity(row.depth_m, "length")
    if row.bears_kg:
        body["weight_limit"] = format_quantity(math.floor(row.bears_kg * 10) / 10, "mass")
    tags = {
        "facility-id": row.facility_id,
        FIRST_UNIT: str(row.first_unit) if row.first_unit != 1 else "",
        COUNTS_DOWN: "yes" if row.counts_down else "",
    }
    return body | besides(tags, row.status, row.description)


def cable_body(row: CableRow, a: str, b: str, kind: str) -> Body:
    """A cable between those devices."""
    body: Body = {
        **named("", row.label),
        "a": {"device": a, "port": row.a.names[0]},
        "b": {"device": b, "port": row.b.names[0]},
        "kind": kind,
    }
    if row.length_m:
        body["length"] = format_quantity(row.length_m, "length")
    return body | besides({"cable-type": row.type}, row.status, row.description)


def circuit_body(key: str, row: CircuitRow, ends: Iterable[Body], carrier: str) -> Body:
    """A circuit; nobody has said which way it runs."""
    body: Body = {
        **named(key, row.cid),
        "kind": _meant(row.type, _CIRCUITS) or "access",
        "ends": list(ends),
        "carrier": carrier,
    }
    if row.bits:
        body["bandwidth"] = format_quantity(row.bits, "bandwidth")
    return body | besides({"circuit-type": row.type}, row.status, row.description)


def cable_kind(row: CableRow, ports: Iterable[tuple[DeviceType | None, str]]) -> str:
    """What the table calls it, else what its ends are, else what the connector of one of its ports takes."""
    said = _meant(row.type, _CABLES)
    if said:
        return said
    ends = {row.a.kind, row.b.kind}
    if ends & {"powerport", "poweroutlet", "powerfeed"}:
        return "power"
    if ends & {"consoleport", "consoleserverport"}:
        return "console"
    for kind, name in ports:
        port = kind.ports.get(name) if kind else None
        if port and (port.type.endswith(("base-t", "base-tx", "base-t1")) or port.type in ("8p8c", "rj-45")):
            return "copper"
    return "fibre"


def besides(tags: Mapping[str, str], status: str, description: str) -> Body:
    """What the format has no field for, as tags; a description; nothing where there is neither."""
    kept = {name: text for name, text in tags.items() if text}
    if status not in IN_USE:
        kept["netbox-status"] = status
    return {**({"tags": kept} if kept else {}), **({"description": description} if description else {})}


def _meant(said: str, words: Mapping[str, tuple[str, ...]]) -> str:
    text = said.casefold()
    return next((kind for kind, marks in words.items() if any(mark in text for mark in marks)), "")
