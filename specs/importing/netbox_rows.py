"""Rows of NetBox's CSV for racks, devices, cables and circuits: of its import and of its exported lists."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from specs.device_type import UNITS_OF_WEIGHT
from specs.importing.tables import Column, Row, number, one_of, quantity, read_table
from specs.issues import Issue, Location, SpecError

T = TypeVar("T")

METRES: Final[Mapping[str, float]] = {
    "m": 1.0, "meters": 1.0, "km": 1000.0, "kilometers": 1000.0, "cm": 0.01, "centimeters": 0.01,
    "mm": 0.001, "millimeters": 0.001, "ft": 0.3048, "feet": 0.3048, "in": 0.0254, "inches": 0.0254,
    "mi": 1609.344, "miles": 1609.344,
}  # fmt: skip
"""Metres in each unit that NetBox writes, by its sign and by its name."""

KILOGRAMS: Final[Mapping[str, float]] = {
    **UNITS_OF_WEIGHT, "kilograms": 1.0, "grams": 0.001, "pounds": UNITS_OF_WEIGHT["lb"],
    "ounces": UNITS_OF_WEIGHT["oz"],
}  # fmt: skip

BITS: Final[Mapping[str, float]] = {"kbps": 1e3, "mbps": 1e6, "gbps": 1e9, "tbps": 1e12}


def _words(*words: str) -> dict[str, str]:
    return {word: word for word in words}


_TRUE: Final = {"true": "true", "yes": "true", "1": "true", "false": "", "no": "", "0": ""}

Termination = Literal[
    "interface", "consoleport", "consoleserverport", "powerport", "poweroutlet", "powerfeed", "frontport",
    "rearport", "circuittermination", "",
]  # fmt: skip
"""What a cable ends in, by NetBox's model name; empty where the table does not say."""

_TERMINATIONS: Final = (
    "interface", "consoleport", "consoleserverport", "powerport", "poweroutlet", "powerfeed", "frontport",
    "rearport", "circuittermination",
)  # fmt: skip


@dataclass(frozen=True)
class RackRow:
    """One rack."""

    row: Row
    """The cells, for where they stand."""
    name: str
    site: str
    location: str
    """Room, hall or cage; empty where NetBox knows none."""
    status: str
    units: int | None
    first_unit: int
    """Number of the first unit."""
    counts_down: bool
    """Units are numbered from the top."""
    bears_kg: float | None
    depth_m: float | None
    """Behind the front rail."""
    facility_id: str
    description: str


@dataclass(frozen=True)
class DeviceRow:
    """One device."""

    row: Row
    """The cells, for where they stand."""
    name: str
    """Empty for a device without one."""
    manufacturer: str
    device_type: str
    """Model, or the model's slug or part number."""
    role: str
    site: str
    location: str
    rack: str
    position: float | None
    """Lowest-numbered unit that it takes, as the rack counts; halves occur; None beside the units."""
    face: Literal["front", "rear", ""]
    serial: str
    asset_tag: str
    status: str
    parent: str
    """The device in whose bay it stands."""
    description: str


@dataclass(frozen=True)
class CableSide:
    """Where a cable ends."""

    device: str
    kind: Termination
    names: tuple[str, ...]
    """Ports; a fanned-out cable has several."""


@dataclass(frozen=True)
class CableRow:
    """One cable."""

    row: Row
    """The cells, for where they stand."""
    a: CableSide
    b: CableSide
    type: str
    """cat6a, smf-os2, dac-passive, power …; empty where nobody said."""
    status: str
    label: str
    length_m: float | None
    description: str


@dataclass(frozen=True)
class CircuitRow:
    """One circuit."""

    row: Row
    """The cells, for where they stand."""
    cid: str
    provider: str
    type: str
    status: str
    side_a: str
    """Site or provider network at its end A."""
    side_z: str
    bits: float | None
    """Committed rate, in bit/s."""
    description: str


_RACKS = (
    Column("name", required=True),
    Column("site", required=True),
    Column("location"),
    Column("status"),
    Column("u_height", ("height", "height_u")),
    Column("starting_unit"),
    Column("desc_units", ("descending_units",)),
    Column("max_weight"),
    Column("weight_unit"),
    Column("mounting_depth"),
    Column("facility_id"),
    Column("description"),
)
_DEVICES = (
    Column("name", required=True),
    Column("manufacturer"),
    Column("device_type", ("type", "model"), required=True),
    Column("role", ("device_role",)),
    Column("site", required=True),
    Column("location"),
    Column("rack"),
    Column("position", ("position_u",)),
    Column("face", ("rack_face",)),
    Column("serial", ("serial_number",)),
    Column("asset_tag"),
    Column("status"),
    Column("parent", ("parent_device",)),
    Column("description"),
)
_CABLES = (
    Column("side_a_device", ("device_a", "termination_a_device"), required=True),
    Column("side_a_type", ("termination_a_type",)),
    Column("side_a_name", ("termination_a", "termination_a_name"), required=True),
    Column("side_b_device", ("device_b", "termination_b_device"), required=True),
    Column("side_b_type", ("termination_b_type",)),
    Column("side_b_name", ("termination_b", "termination_b_name"), required=True),
    Column("type"),
    Column("status"),
    Column("label"),
    Column("length"),
    Column("length_unit"),
    Column("description"),
)
_CIRCUITS = (
    Column("cid", ("circuit_id",), required=True),
    Column("provider", required=True),
    Column("type"),
    Column("status"),
    Column("side_a", ("termination_a", "site_a", "a_side")),
    Column("side_z", ("termination_z", "site_z", "z_side", "side_b", "termination_b")),
    Column("commit_rate", ("commit_rate_kbps",)),
    Column("description"),
)


def read_racks(data: bytes, file: str) -> tuple[RackRow, ...]:
    """Racks by NetBox's columns; SpecError with every fault."""
    return _read(data, file, _RACKS, _rack)


def read_devices(data: bytes, file: str) -> tuple[DeviceRow, ...]:
    """Devices by NetBox's columns; SpecError with every fault."""
    return _read(data, file, _DEVICES, _device)


def read_cables(data: bytes, file: str) -> tuple[CableRow, ...]:
    """Cables by NetBox's columns; SpecError with every fault."""
    return _read(data, file, _CABLES, _cable)


def read_circuits(data: bytes, file: str) -> tuple[CircuitRow, ...]:
    """Circuits by NetBox's columns; SpecError with every fault."""
    return _read(data, file, _CIRCUITS, _circuit)


def line(text: str) -> str:
    """The text in one line.

    >>> line("Rack  7\\n(north)")
    'Rack 7 (north)'
    """
    return " ".join(text.split())


def _read(
    data: bytes, file: str, columns: tuple[Column, ...], make: Callable[[Row, list[Issue]], T]
) -> tuple[T, ...]:
    issues: list[Issue] = []
    made = tuple(make(row, issues) for row in read_table(data, file, columns))
    if issues:
        raise SpecError(issues)
    return made


def _rack(row: Row, issues: list[Issue]) -> RackRow:
    _wants(row, ("name", "site"), issues)
    units = quantity(row, "u_height", {"u": 1.0}, issues, most=200)
    if units is not None and (units < 1 or not units.is_integer()):
        issues.append(_issue(row, "u_height", f"`{row.text('u_height')}` is no height of a rack", "write 42"))
    first = number(row, "starting_unit", issues, most=1000)
    return RackRow(
        row=row,
        name=line(row.text("name")),
        site=line(row.text("site")),
        location=line(row.text("location")),
        status=_status(row),
        units=int(units) if units is not None else None,
        first_unit=int(first) if first is not None else 1,
        counts_down=bool(one_of(row, "desc_units", _TRUE, issues)),
        bears_kg=_with_unit(row, "max_weight", "weight_unit", KILOGRAMS, issues),
        depth_m=_scaled(number(row, "mounting_depth", issues, most=10_000), 0.001),
        facility_id=line(row.text("facility_id")),
        description=line(row.text("description")),
    )


def _device(row: Row, issues: list[Issue]) -> DeviceRow:
    _wants(row, ("device_type", "site"), issues)
    name = line(row.text("name"))
    face = one_of(row, "face", _FACES, issues)
    return DeviceRow(
        row=row,
        name="" if name.casefold() == "unnamed device" else name,
        manufacturer=line(row.text("manufacturer")),
        device_type=line(row.text("device_type")),
        role=line(row.text("role")),
        site=line(row.text("site")),
        location=line(row.text("location")),
        rack=line(row.text("rack")),
        position=quantity(row, "position", {"u": 1.0}, issues, most=1000),
        face="front" if face == "front" else "rear" if face == "rear" else "",
        serial=line(row.text("serial")),
        asset_tag=line(row.text("asset_tag")),
        status=_status(row),
        parent=line(row.text("parent")),
        description=line(row.text("description")),
    )


_FACES: Final = _words("front", "rear")


def _cable(row: Row, issues: list[Issue]) -> CableRow:
    _wants(row, ("side_a_name", "side_b_name"), issues)
    return CableRow(
        row=row,
        a=_side(row, "side_a", issues),
        b=_side(row, "side_b", issues),
        type=line(row.text("type")).casefold(),
        status=_status(row),
        label=line(row.text("label")),
        length_m=_with_unit(row, "length", "length_unit", METRES, issues),
        description=line(row.text("description")),
    )


def _side(row: Row, side: str, issues: list[Issue]) -> CableSide:
    field = f"{side}_type"
    said = re.sub(r"[^a-z]", "", row.text(field).rpartition(".")[2].rpartition("|")[2].casefold())
    kind: Termination = next((known for known in _TERMINATIONS if known == said), "")
    if said and not kind:
        known = ", ".join(f"dcim.{name}" for name in _TERMINATIONS[:6])
        issues.append(
            _issue(row, field, f"`{row.text(field)}` is no cable termination", f"known are {known} …")
        )
    names = row.text(f"{side}_name")
    return CableSide(
        device=line(row.text(f"{side}_device")),
        kind=kind,
        names=tuple(line(name) for name in names.split(",") if name.strip()),
    )


def _circuit(row: Row, issues: list[Issue]) -> CircuitRow:
    _wants(row, ("cid", "provider"), issues)
    rate = quantity(row, "commit_rate", BITS, issues, most=1e15)
    has_unit = re.search(r"[a-z]", row.text("commit_rate").casefold()) is not None
    return CircuitRow(
        row=row,
        cid=line(row.text("cid")),
        provider=line(row.text("provider")),
        type=line(row.text("type")),
        status=_status(row),
        side_a=line(row.text("side_a")),
        side_z=line(row.text("side_z")),
        bits=_scaled(rate, 1.0 if has_unit else 1e3),
        description=line(row.text("description")),
    )


def _status(row: Row) -> str:
    """As NetBox keeps it (`active`), also where the list's words were exported (`Active`)."""
    return re.sub(r"[^a-z]+", "-", row.text("status").casefold()).strip("-")


def _with_unit(
    row: Row, field: str, unit_field: str, units: Mapping[str, float], issues: list[Issue]
) -> float | None:
    """A quantity whose unit stands behind the number, or in a column of its own."""
    unit = row.text(unit_field).casefold()
    bare = quantity(row, field, units, issues)
    if bare is None or re.search(r"[a-z]", row.text(field).casefold()):
        return bare
    if unit not in units:
        hint = f"write one of {', '.join(units)} into `{unit_field}`"
        issues.append(_issue(row, field, f"`{row.text(field)}` has no unit", hint))
        return None
    return bare * units[unit]


def _wants(row: Row, fields: tuple[str, ...], issues: list[Issue]) -> None:
    issues += [
        _issue(row, field, f"the row has no {field.replace('_', ' ')}", "fill the cell, or delete the row")
        for field in fields
        if not row.text(field)
    ]


def _scaled(value: float | None, size: float) -> float | None:
    return None if value is None else round(value * size, 9)


def _issue(row: Row, field: str, message: str, hint: str) -> Issue:
    place: Location = row.at(field)
    return Issue("CSV-006", place, message, hint)
