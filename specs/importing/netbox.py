"""NetBox's racks, devices, cables and circuits as elements of an estate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.device_type import DeviceType
from specs.importing.device_types import model_entry, models_for
from specs.importing.draft import Draft
from specs.importing.emitting import emit
from specs.importing.folder import Folder
from specs.importing.naming import distinct, identifier
from specs.importing.netbox_bodies import (
    IN_USE,
    Body,
    besides,
    cable_body,
    cable_kind,
    circuit_body,
    device_name,
    named,
    rack_body,
)
from specs.importing.netbox_known import Catalogue, Known
from specs.importing.netbox_rows import CableRow, CableSide, CircuitRow, DeviceRow, RackRow
from specs.issues import Issue, SpecError
from specs.text import did_you_mean

FILES: Final[Mapping[str, str]] = {
    "racks": "netbox-racks.yaml",
    "devices": "netbox-devices.yaml",
    "cables": "netbox-cables.yaml",
    "circuits": "netbox-circuits.yaml",
}
"""The file that each table becomes."""

_WITHOUT_DEVICE: Final = ("", "powerfeed", "circuittermination")

Content = dict[str, dict[str, Body]]
"""By collection and id."""


@dataclass(frozen=True)
class Tables:
    """What was exported; a table that was not given is None."""

    racks: tuple[RackRow, ...] | None = None
    devices: tuple[DeviceRow, ...] | None = None
    cables: tuple[CableRow, ...] | None = None
    circuits: tuple[CircuitRow, ...] | None = None

    @property
    def files(self) -> frozenset[str]:
        """The files that these tables become."""
        return frozenset(name for table, name in FILES.items() if getattr(self, table) is not None)


def draft(folder: Folder, tables: Tables) -> Draft:
    """The tables as files of the estate; SpecError with every row that cannot be told.

    `folder` is read without the files that the tables become, so that a second import finds the same.
    """
    work = _Import(folder)
    made = {
        "racks": work.racks(tables.racks or ()),
        "devices": work.devices(tables.devices or ()),
        "cables": work.cables(tables.cables or ()),
        "circuits": work.circuits(tables.circuits or ()),
    }
    if work.issues:
        raise SpecError(work.issues)
    given = {table: content for table, content in made.items() if getattr(tables, table) is not None}
    files = {FILES[table]: _text(table, content, work.models).encode() for table, content in given.items()}
    counts: Counter[str] = Counter()
    for content in given.values():
        counts.update({name: len(held) for name, held in content.items() if held})
    return Draft(files, dict(counts), tuple(work.notes), "Imported from NetBox")


class _Import:
    """One import under way: later tables name what earlier ones brought."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.known = Known(folder)
        self.issues: list[Issue] = []
        self.notes: list[str] = []
        self.models: dict[str, tuple[str, DeviceType]] = {}
        """New models: file and content of their device type."""

    def racks(self, rows: Sequence[RackRow]) -> Content:
        """Sites, rooms and racks of the rack table."""
        places = self._places([(row.site, row.location) for row in rows])
        wanted = []
        for row in rows:
            name, site = identifier(row.name, f"rack-{row.row.location.line}"), self.known.site(row.site)
            wanted.append((name, f"{site}-{name}", f"{site}-{identifier(row.location, 'room')}-{name}"))
        racks: dict[str, Body] = {}
        for key, row in zip(distinct(wanted, self.folder.collection("racks")), rows, strict=True):
            room = self.known.room(row.site, row.location)
            if not self.known.add_rack(key, row, room):
                self._issue(row, "name", f"there are two racks `{row.name}` in {row.location or row.site}")
            racks[key] = rack_body(key, row, room)
        self._note_status("racks", [row.status for row in rows])
        if rows:
            self.notes.append("racks have no power limit and no PDUs: add `power_limit` and `feeds`")
        return {**places, "racks": racks}

    def devices(self, rows: Sequence[DeviceRow]) -> Content:
        """Models and devices of the device table, and the sites and rooms that only they name."""
        placed = [(row.site, row.location) for row in rows if not row.rack]
        places = self._places(placed, [row.site for row in rows])
        kinds = self._kinds_of(rows)
        wanted = []
        for row in rows:
            name = identifier(device_name(row), f"device-{row.row.location.line}")
            wanted.append((name, f"{identifier(row.site, 'site')}-{name}"))
        keys = distinct(wanted, self.folder.collection("devices"))
        for key, row, found in zip(keys, rows, kinds, strict=True):
            self.known.add_device(key, device_name(row), found[1] if found else None)
        rows_by_key = dict(zip(keys, rows, strict=True))
        devices = {
            key: self._device(key, row, *found, rows_by_key)
            for (key, row), found in zip(rows_by_key.items(), kinds, strict=True)
            if found
        }
        self._note_status("devices", [row.status for row in rows])
        self._note(
            sum(row.position is not None and not row.position.is_integer() for row in rows),
            "devices on half units, each set to the unit below",
        )
        self._note(sum(not row.role for row in rows), "devices without a role, each given `unspecified`")
        if rows:
            self.notes.append("devices are plugged in nowhere: add `feeds`, one entry a power cord")
        return {**places, "models": {key: {} for key in self.models}, "devices": devices}

    def cables(self, rows: Sequence[CableRow]) -> Content:
        """Cables between two ports of devices."""
        left_out: Counter[str] = Counter()
        kept: list[tuple[CableRow, str, str]] = []
        for row in rows:
            if not all(side.device or side.kind not in _WITHOUT_DEVICE for side in (row.a, row.b)):
                left_out["cables left out, as they end in no device (a power feed, a circuit)"] += 1
            elif len(row.a.names) > 1 or len(row.b.names) > 1:
                left_out["cables left out, as they fan out to several ports"] += 1
            else:
                a, b = self._end(row, row.a, "side_a"), self._end(row, row.b, "side_b")
                if a and b:
                    kept.append((row, a, b))
        wanted = []
        for row, a, b in kept:
            end = f"{a} {row.a.names[0]}"
            names = (row.label, f"{row.label} {end}") if identifier(row.label, "") else (end, f"{end} {b}")
            wanted.append(tuple(identifier(name) for name in names))
        cables = {
            key: cable_body(
                row,
                a,
                b,
                cable_kind(
                    row,
                    ((self.known.kinds.get(a), row.a.names[0]), (self.known.kinds.get(b), row.b.names[0])),
                ),
            )
            for key, (row, a, b) in zip(distinct(wanted, self.folder.collection("cables")), kept, strict=True)
        }
        for what, count in sorted(left_out.items()):
            self._note(count, what)
        self._note_status("cables", [row.status for row in rows])
        return {"cables": cables}

    def circuits(self, rows: Sequence[CircuitRow]) -> Content:
        """Circuits and their carriers. An end that is no known site lies outside the estate."""
        kept = [row for row in rows if row.status != "decommissioned"]
        self._note(len(rows) - len(kept), "circuits left out, as they are decommissioned")
        vendors, carriers = self._carriers(kept)
        wanted = []
        for row in kept:
            cid = identifier(row.cid, f"circuit-{row.row.location.line}")
            wanted.append((cid, f"{identifier(row.provider, 'carrier')}-{cid}"))
        circuits: dict[str, Body] = {}
        for key, row in zip(distinct(wanted, self.folder.collection("circuits")), kept, strict=True):
            ends = [self._circuit_end(side) for side in (row.side_a, row.side_z)]
            circuits[key] = circuit_body(key, row, ends, carriers[row.provider.casefold()])
        self._note(
            sum(not row.side_a or not row.side_z for row in kept),
            "circuits with an end that the table does not tell (export the list with its columns Side A and "
            "Side Z, or say `site` at their ends)",
        )
        self._note_status("circuits", [row.status for row in kept])
        if kept:
            self.notes.append("no circuit has segments: ask the carriers for their routes")
        return {"vendors": vendors, "circuits": circuits}

    def _places(self, places: Sequence[tuple[str, str]], sites: Sequence[str] = ()) -> Content:
        new_sites = self.known.add_sites([*(site for site, _ in places), *sites])
        new_rooms = self.known.add_rooms(places)
        self._note(len(new_sites), "new sites with the role `other` (say what each is for)")
        self._note(len(new_rooms), "new rooms taken for data halls (say what each is for)")
        return {"sites": new_sites, "rooms": new_rooms}

    def _kinds_of(self, rows: Sequence[DeviceRow]) -> list[tuple[str, DeviceType] | None]:
        """For each device: its model and device type; an issue for each device type that no file holds."""
        catalogue = Catalogue(self.folder)
        found = [catalogue.find(row.manufacturer, row.device_type) for row in rows]
        wanted = [f"{row.manufacturer} {row.device_type}".strip() for row in rows]
        missing = Counter(name for name, path in zip(wanted, found, strict=True) if not path)
        first = {name: row for name, row in reversed(list(zip(wanted, rows, strict=True))) if name in missing}
        for name, count in missing.items():
            near = did_you_mean(name, catalogue.labels)
            hint = near if near.startswith("did") else "thabat import device-types FILE -d FOLDER"
            devices = f"{count} device{'s have' if count > 1 else ' has'} it"
            message = f"no file in device-types/ is a `{name}`, and {devices}"
            self._issue(first[name], "device_type", message, f"import it first: {hint}")
        kinds = {path: self.folder.device_types[path] for path in found if path}
        self.models = {key: (path, kinds[path]) for key, path in models_for(self.folder, kinds).items()}
        new = {path: key for key, (path, _) in self.models.items()}
        return [
            (new.get(path) or self.folder.model_of(path) or "", kinds[path]) if path else None
            for path in found
        ]

    def _device(
        self, key: str, row: DeviceRow, model: str, kind: DeviceType, rows: Mapping[str, DeviceRow]
    ) -> Body:
        body: Body = {**named(key, row.name), "model": model, "role": identifier(row.role, "unspecified")}
        parents = [rows[one] for one in self.known.devices(row.parent) if one in rows] if row.parent else []
        place = parents[0] if len(parents) == 1 and not row.rack else row
        if place.rack:
            body["rack"] = rack = self._rack_of(row, place)
            if row.position is not None:
                body["position"] = self._lowest_unit(row, rack, kind)
            if row.face == "rear":
                body["face"] = "rear"
        else:
            body["room"] = self.known.room(place.site, place.location)
            if row.position is not None:
                self._issue(row, "position", "a position is given, and no rack")
        if row.serial:
            body["serial"] = row.serial
        return body | besides(
            {"asset-tag": row.asset_tag, "in-device": row.parent}, row.status, row.description
        )

    def _rack_of(self, row: DeviceRow, place: DeviceRow) -> str:
        found = self.known.racks(place.site, place.location, place.rack)
        if len(found) == 1:
            return found[0]
        if found:
            message, hint = f"{place.site} has several racks `{place.rack}`", "fill the column `location`"
        else:
            message = f"there is no rack `{place.rack}` in {place.site}"
            hint = "give the racks too: --racks FILE"
        self._issue(row, "rack", message, hint)
        return ""

    def _lowest_unit(self, row: DeviceRow, rack: str, kind: DeviceType) -> int:
        lowest = self.known.lowest_unit(rack, int(row.position or 0), kind.u_height)
        if lowest < 1:
            self._issue(row, "position", f"unit {row.row.text('position')} is none of rack `{row.rack}`")
        return lowest

    def _end(self, row: CableRow, side: CableSide, field: str) -> str:
        found = self.known.devices(side.device)
        if len(found) == 1:
            self._check_port(row, side, field, self.known.kinds.get(found[0]))
            return found[0]
        if found:
            message, hint = f"several devices are called `{side.device}`", "give each a name of its own"
        else:
            message = f"there is no device `{side.device}`"
            hint = (
                did_you_mean(side.device, self.known.device_names) or "give the devices too: --devices FILE"
            )
        self.issues.append(Issue("IMP-005", row.row.at(f"{field}_device"), message, hint))
        return ""

    def _check_port(self, row: CableRow, side: CableSide, field: str, kind: DeviceType | None) -> None:
        port = side.names[0]
        if kind is not None and port not in kind.ports and not kind.module_bays:
            message = f"`{side.device}` has no port `{port}`: its device type does not list one"
            hint = did_you_mean(port, kind.ports) or "add the port to its file in device-types/"
            self.issues.append(Issue("IMP-005", row.row.at(f"{field}_name"), message, hint))

    def _carriers(self, rows: Sequence[CircuitRow]) -> tuple[dict[str, Body], dict[str, str]]:
        """New vendors by id, and the vendor of each provider's name."""
        new = {row.provider.casefold(): row.provider for row in reversed(rows)}
        known = self.known.vendors()
        names = sorted(name for name in new if name not in known)
        ids = distinct(
            [(identifier(new[name], "carrier"),) for name in names], self.folder.collection("vendors")
        )
        made = dict(zip(names, ids, strict=True))
        vendors: dict[str, Body] = {
            key: {**named(key, new[name]), "kind": "carrier"} for name, key in made.items()
        }
        return vendors, {**known, **made}

    def _circuit_end(self, side: str) -> Body:
        site = self.known.site(side) if side else ""
        return {"site": site} if site else {"outside": side or "not stated"}

    def _note_status(self, what: str, statuses: Sequence[str]) -> None:
        others = Counter(status for status in statuses if status not in IN_USE)
        if others:
            counts = ", ".join(f"{count} {status}" for status, count in sorted(others.items()))
            self.notes.append(
                f"not all {what} are in use ({counts}): say by `enters` and `leaves` in which phase they are"
            )

    def _note(self, count: int, what: str) -> None:
        if count:
            self.notes.append(f"{what}: {count}")

    def _issue(self, row: RackRow | DeviceRow | CircuitRow, field: str, message: str, hint: str = "") -> None:
        self.issues.append(Issue("IMP-005", row.row.at(field), message, hint))


def _text(table: str, content: Content, models: Mapping[str, tuple[str, DeviceType]]) -> str:
    held: dict[str, Any] = {
        name: dict(sorted(bodies.items())) for name, bodies in content.items() if bodies and name != "models"
    }
    text = emit(held, f"Imported from NetBox's {table}.") if held else f"# NetBox has no {table}.\n"
    if table == "devices" and models:
        text += "models:\n" + "".join(model_entry(key, *models[key]) for key in sorted(models))
    return text
