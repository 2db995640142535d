"""NetBox's exported lists of devices and racks, as something that was seen."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from infra.observe.stocktake import Stocktake, digest_of
from infra.register.rows import Seen
from specs.importing.naming import identifier
from specs.importing.netbox_rows import DeviceRow, RackRow, read_devices, read_racks
from specs.issues import Issue, SpecError

NOT_THERE_YET: Final = frozenset({"planned", "inventory"})
"""States in NetBox in which a device stands nowhere yet."""


def read_netbox_devices(data: bytes, file: str, names: Mapping[str, Mapping[str, str]]) -> Stocktake:
    """Devices by NetBox's export; SpecError with every fault. `names`: by collection, ids by name."""
    rows = read_devices(data, file)
    there = [row for row in rows if row.status not in NOT_THERE_YET and row.name]
    notes = _left_out(len(rows) - len(there), "are planned, in stock or without a name")
    seen = [Seen("devices", _named(names, "devices", row.name), _device(row, names)) for row in there]
    return Stocktake(_once(seen, file), digest_of(data), notes)


def read_netbox_racks(data: bytes, file: str, names: Mapping[str, Mapping[str, str]]) -> Stocktake:
    """Racks by NetBox's export; SpecError with every fault."""
    rows = read_racks(data, file)
    there = [row for row in rows if row.status not in NOT_THERE_YET]
    notes = _left_out(len(rows) - len(there), "are planned")
    seen = [Seen("racks", _named(names, "racks", row.name), _rack(row, names)) for row in there]
    return Stocktake(_once(seen, file), digest_of(data), notes)


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Ids by what NetBox may call them: the id itself, or a name that becomes the id."""
    return {name: key for key in keys for name in (identifier(key), key.casefold())}


def _device(row: DeviceRow, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "site": _named(names, "sites", row.site),
        "room": _named(names, "rooms", row.location),
        "rack": _named(names, "racks", row.rack),
        "position": int(row.position) if row.position is not None else None,
        "face": row.face,
        "model": f"{row.manufacturer} {row.device_type}".strip(),
        "role": row.role,
        "serial": row.serial,
    }
    return {name: value for name, value in sorted(fields.items()) if value not in ("", None)}


def _rack(row: RackRow, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "site": _named(names, "sites", row.site),
        "room": _named(names, "rooms", row.location),
        "units": row.units,
    }
    return {name: value for name, value in sorted(fields.items()) if value not in ("", None)}


def _named(names: Mapping[str, Mapping[str, str]], collection: str, text: str) -> str:
    known = names.get(collection, {})
    return known.get(text.casefold()) or known.get(identifier(text), text) if text else ""


def _once(seen: list[Seen], file: str) -> tuple[Seen, ...]:
    ordered = sorted(seen, key=lambda one: (one.collection, one.key))
    twice = sorted({one.key for one, after in pairwise(ordered) if one.key == after.key})
    if twice:
        raise SpecError(
            Issue("OBS-001", None, f"{file}: {key} stands twice", "export one site at a time")
            for key in twice
        )
    return tuple(ordered)


def _left_out(count: int, why: str) -> tuple[str, ...]:
    return (f"{count} rows were left out: they {why}",) if count else ()
