"""What a NetBox table may name: sites, rooms, racks, devices, device types, by the names people gave them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from specs.device_type import DeviceType
from specs.importing.folder import Folder
from specs.importing.naming import distinct, identifier
from specs.importing.netbox_bodies import COUNTS_DOWN, FIRST_UNIT, Body, named
from specs.importing.netbox_rows import RackRow

UNITS: Final = 42
"""Of a rack that does not say, in NetBox and here."""
_NO_LOCATION: Final = "room"
"""Where NetBox knows no location within a site, its one room is meant."""


class Known:
    """What lies in the folder already, and what this import adds to it, each found by its name."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._numbering = {
            key: _numbering(body) for key, body in folder.collection("racks").items() if body.get("tags")
        }
        self.kinds: dict[str, DeviceType] = {}
        """By device: its device type, where that is known."""
        self._sites = dict(_by_name(folder, "sites"))
        self._rooms = {
            (str(folder.collection("rooms")[key].get("site")), name): key
            for name, key in _by_name(folder, "rooms")
        }
        for site in folder.collection("sites"):
            if f"{site}-{_NO_LOCATION}" in folder.collection("rooms"):
                self._rooms.setdefault((site, _NO_LOCATION), f"{site}-{_NO_LOCATION}")
        self._racks: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._devices: dict[str, list[str]] = {}
        for name, key in _by_name(folder, "racks"):
            room = str(folder.collection("racks")[key].get("room"))
            site = str(folder.collection("rooms").get(room, {}).get("site"))
            self._racks.setdefault((site, name), []).append((room, key))
        of_model = {
            key: folder.device_types.get(str(body.get("device_type")))
            for key, body in folder.collection("models").items()
        }
        for name, key in _by_name(folder, "devices"):
            kind = of_model.get(str(folder.collection("devices")[key].get("model")))
            self.add_device(key, name, kind)

    def add_sites(self, names: Iterable[str]) -> dict[str, Body]:
        """Sites for the names that none has, by id."""
        new: dict[str, str] = {}
        for name in names:
            if name and name.casefold() not in self._sites:
                new.setdefault(name.casefold(), name)
        wanted = [(_site_id(name),) for name in new.values()]
        taken = {*self.folder.collection("sites"), *self._sites.values()}
        ids = distinct(wanted, taken)
        self._sites.update(zip(new, ids, strict=True))
        return {
            key: {"role": "other", **named(key, name)} for key, name in zip(ids, new.values(), strict=True)
        }

    def add_rooms(self, places: Iterable[tuple[str, str]]) -> dict[str, Body]:
        """Rooms for the sites and locations that none has, by id."""
        new: dict[tuple[str, str], str] = {}
        for site, location in places:
            place = (self.site(site), location.casefold() or _NO_LOCATION)
            if site and place not in self._rooms:
                new.setdefault(place, location)
        wanted = [(f"{site}-{identifier(location, _NO_LOCATION)}",) for (site, _), location in new.items()]
        taken = {*self.folder.collection("rooms"), *self._rooms.values()}
        ids = distinct(wanted, taken)
        self._rooms.update(zip(new, ids, strict=True))
        return {
            key: {"site": site, "purpose": "data-hall", **named(key, location)}
            for key, ((site, _), location) in zip(ids, new.items(), strict=True)
        }

    def site(self, name: str) -> str:
        """Id of the site of that name, or empty."""
        return self._sites.get(name.casefold(), "")

    def room(self, site: str, location: str) -> str:
        """Id of the room of that location, or of the site's one room where there is no location; or empty."""
        return self._rooms.get((self.site(site), location.casefold() or _NO_LOCATION), "")

    def racks(self, site: str, location: str, name: str) -> list[str]:
        """Ids of the racks of that name, in that location if it says which of several is meant."""
        found = self._racks.get((self.site(site), name.casefold()), [])
        if len(found) > 1 and location:
            room = self.room(site, location)
            found = [one for one in found if one[0] == room]
        return [key for _, key in found]

    def add_rack(self, key: str, row: RackRow, room: str) -> bool:
        """Whether the rack is the only one of its name in its room; it is known from now on."""
        there = self._racks.setdefault((self.site(row.site), row.name.casefold()), [])
        is_new = all(room != other for other, _ in there)
        there.append((room, key))
        self._numbering[key] = (row.first_unit, row.counts_down, row.units or UNITS)
        return is_new

    def lowest_unit(self, rack: str, position: int, height: float) -> int:
        """The lowest unit, counted from the bottom as estates count, of a device at NetBox's position."""
        first, counts_down, units = self._numbering.get(rack, (1, False, UNITS))
        from_end = position - first + 1
        return units - (from_end + max(1, math.ceil(height)) - 1) + 1 if counts_down else from_end

    def add_device(self, key: str, name: str, kind: DeviceType | None) -> None:
        """The device is known from now on, by its id and its name."""
        for called in {key.casefold(), name.casefold()}:
            there = self._devices.setdefault(called, [])
            if key not in there:
                there.append(key)
        if kind is not None:
            self.kinds[key] = kind

    def devices(self, name: str) -> Sequence[str]:
        """Ids of the devices of that name."""
        return self._devices.get(name.casefold(), ())

    def vendors(self) -> dict[str, str]:
        """Ids of vendors by name."""
        return dict(_by_name(self.folder, "vendors"))

    @property
    def device_names(self) -> Iterable[str]:
        """Everything that a device is called."""
        return self._devices


class Catalogue:
    """Device types of a folder, by what NetBox may call them: model, slug or part number."""

    def __init__(self, folder: Folder) -> None:
        self.labels = [f"{kind.manufacturer} {kind.model}" for kind in folder.device_types.values()]
        self._paths: dict[tuple[str, str], str] = {}
        makers: dict[str, set[str]] = {}
        for path, kind in sorted(folder.device_types.items()):
            for called in (kind.model, kind.slug, kind.part_number):
                if called:
                    self._paths.setdefault((kind.manufacturer.casefold(), called.casefold()), path)
                    makers.setdefault(called.casefold(), set()).add(kind.manufacturer.casefold())
        self._only_maker = {called: next(iter(own)) for called, own in makers.items() if len(own) == 1}

    def find(self, manufacturer: str, called: str) -> str:
        """The file of that device type, empty where there is none; without a maker, only if one has it."""
        maker = manufacturer.casefold() or self._only_maker.get(called.casefold(), "")
        return self._paths.get((maker, called.casefold()), "")


def _numbering(body: Mapping[str, Any]) -> tuple[int, bool, int]:
    """First number, whether it is at the top, and count of a rack's units, as an import noted them."""
    tags, units = body.get("tags"), body.get("units")
    said = tags if isinstance(tags, dict) else {}
    first = str(said.get(FIRST_UNIT, "1"))
    return (
        int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 1,
        COUNTS_DOWN in said,
        units if isinstance(units, int) else UNITS,
    )


def _by_name(folder: Folder, collection: str) -> Iterable[tuple[str, str]]:
    for key, body in folder.collection(collection).items():
        for name in _names(key, body):
            yield name, key


def _names(key: str, body: Mapping[str, Any]) -> list[str]:
    name = body.get("name")
    texts = name.values() if isinstance(name, dict) else (name,)
    return list(
        dict.fromkeys([key.casefold(), *(text.casefold() for text in texts if isinstance(text, str))])
    )


def _site_id(name: str) -> str:
    made = identifier(name, "site")
    return "site-national" if made == "national" else made
