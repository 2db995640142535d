"""What an estate makes in a target, one planned resource an element; and back to an estate."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from specs.base import Element
from specs.cooling import CoolingElement
from specs.data import Backup, Dataset, Replication, Vault
from specs.equipment import Cable, Device
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.networks import Circuit, Network, Zone
from specs.places import Rack, Room, Site
from specs.platforms import Platform
from specs.power import PowerElement
from specs.safeguards import Safeguard
from specs.services import Service, Workload
from specs.tokens import COLLECTIONS, NATIONAL, TABLES, TOKENS, UNKNOWN, plain_numbers

MODELS: Final[Mapping[str, type[Element]]] = {
    "sites": Site,
    "rooms": Room,
    "racks": Rack,
    "power": PowerElement,
    "cooling": CoolingElement,
    "safeguards": Safeguard,
    "devices": Device,
    "cables": Cable,
    "circuits": Circuit,
    "networks": Network,
    "zones": Zone,
    "platforms": Platform,
    "services": Service,
    "workloads": Workload,
    "datasets": Dataset,
    "replications": Replication,
    "backups": Backup,
    "vaults": Vault,
}
"""The form of each planned collection's elements."""

_RESERVED: Final = frozenset(
    {
        "4dabf18193072939515e22adb298388d",  # the engine's signature key: makes a mapping a secret or a file
        UNKNOWN,
    }
)


@dataclass(frozen=True)
class Planned:
    """One resource that a stack is to hold."""

    token: str
    """Type token, such as `thabat:index:Rack`."""
    collection: str
    key: str
    """Id of the element; also the resource's name."""
    stack: str
    """Id of the site, or `national`."""
    parent: str | None
    """`collection/id` of what it stands in, of the same stack.

    Its type follows from the collection alone, so that nothing that moves within its site gets another URN.
    """
    properties: Mapping[str, Any]
    """JSON values: the element's fields that are not at their defaults (`id` as `key`), `site` where it
    belongs to one, and the table of `TABLES`."""

    @property
    def reference(self) -> str:
        """`collection/id`."""
        return f"{self.collection}/{self.key}"


@dataclass(frozen=True)
class PlannedResource:
    """A resource of a stack as the engine plans it; a value not known yet is `specs.tokens.UNKNOWN`."""

    token: str
    name: str
    urn: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Objection:
    """What is said against a plan."""

    message: str
    urn: str | None
    """Resource that it is about, where it is one of this stack."""
    mandatory: bool
    """Whether it stops the plan."""


def resource(token: str, name: str, stack: str, properties: Mapping[str, Any]) -> Planned:
    """A planned resource as the engine names it; KeyError for a type that is no collection's."""
    collection = COLLECTIONS[token]
    shown = plain_numbers(dict(properties))
    return Planned(token, collection, name, stack, _parent(collection, stack, shown), shown)


@dataclass(frozen=True)
class Rebuilt:
    """An estate as planned resources say it is."""

    estate: Estate
    unknown: tuple[FieldPath, ...] = ()
    """Fields whose planned value is not known yet: left out, or the base's where they are required."""
    unreadable: tuple[Fault, ...] = ()
    """Planned resources that are no element of the format; the base's element stands in their place."""


def plan(estate: Estate) -> tuple[Planned, ...]:
    """Every resource of every stack, for an estate as of a phase, in the order of the format, by id."""
    tables = _tables(estate)
    return tuple(
        _planned(estate, collection, element, tables.get((collection, element.id), {}))
        for collection in TOKENS
        for element in estate.collection(collection).values()
    )


def stacks(estate: Estate) -> tuple[str, ...]:
    """The estate's stacks in the order they are made: its sites by id, then `national`."""
    return (*sorted(estate.sites), NATIONAL)


def stack_of(estate: Estate, element: Element) -> str:
    """The site that all of the element belongs to, else `national`."""
    sites = _sites_of(estate, element)
    only = next(iter(sites)) if len(sites) == 1 else None
    return NATIONAL if only is None else only


def estate_from_planned(planned: Iterable[Planned], base: Estate, stack: str | None = None) -> Rebuilt:
    """The base with the elements of one stack (None: of all) replaced by what is planned.

    Elements that belong to the stack and are not planned are gone; other stacks' elements and whatever is
    never planned (models, hazards, teams) stay as the base has them. Numbers may be floats: the engine's are.
    """
    kept: dict[str, dict[str, Element]] = {
        collection: {
            key: element
            for key, element in base.collection(collection).items()
            if stack is not None and stack_of(base, element) != stack
        }
        for collection in TOKENS
    }
    unknown: list[FieldPath] = []
    unreadable: list[Fault] = []
    for one in planned:
        reading = _read(one, base.collection(one.collection).get(one.key))
        unknown += reading.unknown
        unreadable += reading.faults
        if reading.element is not None:
            kept[one.collection][one.key] = reading.element
    collections = {name: dict(sorted(elements.items())) for name, elements in kept.items()}
    return Rebuilt(
        base.model_copy(update=collections),
        tuple(sorted(set(unknown), key=str)),
        tuple(sorted(unreadable, key=lambda fault: str(fault.path))),
    )


def unplannable(planned: Iterable[Planned]) -> tuple[Fault, ...]:
    """What the engine would misread: text that is a mark of its own, a site that would share a stack."""
    faults = [
        Fault(
            "PLN-001",
            (one.collection, one.key, *path),
            "this text is a mark of the Pulumi engine, which would not take it for text",
            "write something else",
        )
        for one in planned
        for path in _holding(one.properties, _RESERVED, ())
    ]
    faults += [
        Fault(
            "PLN-002",
            ("sites", NATIONAL),
            "`national` is the stack of what belongs to no one site",
            "rename the site",
        )
        for one in planned
        if one.collection == "sites" and one.key == NATIONAL
    ]
    return tuple(faults)


def _planned(estate: Estate, collection: str, element: Element, table: Mapping[str, Any]) -> Planned:
    stack = stack_of(estate, element)
    fields = element.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
    properties = {"key": element.id, **fields}
    if stack != NATIONAL:
        properties["site"] = stack
    if collection in TABLES:
        properties[TABLES[collection]] = table
    return Planned(
        token=TOKENS[collection],
        collection=collection,
        key=element.id,
        stack=stack,
        parent=_parent(collection, stack, properties),
        properties=dict(sorted(properties.items())),
    )


def _parent(collection: str, stack: str, properties: Mapping[str, Any]) -> str | None:
    if stack == NATIONAL or collection == "sites":
        return None
    return f"rooms/{properties.get('room')}" if collection == "racks" else f"sites/{stack}"


def _sites_of(estate: Estate, element: Element) -> frozenset[str | None]:
    """Sites that the element stands at; None for a place that is not known."""
    match element:
        case Site():
            return frozenset({element.id})
        case Rack():
            return frozenset({_site_of_rack(estate, element.id, element)})
        case Device():
            return frozenset({_site_of_device(estate, element)})
        case Cable():
            return _sites_of_devices(estate, (element.a.device, element.b.device))
        case Zone():
            return frozenset(element.sites)
        case Platform():
            return frozenset(element.sites) | _sites_of_devices(estate, element.nodes)
        case Dataset():
            return frozenset({element.home.site})
        case Backup():
            dataset = estate.datasets.get(element.dataset)
            vault = estate.vaults.get(element.vault)
            return frozenset({dataset.home.site if dataset else None, vault.site if vault else None})
        case _:
            return frozenset({getattr(element, "site", None)})


def _site_of_rack(estate: Estate, key: str, rack: Rack | None = None) -> str | None:
    found = rack or estate.racks.get(key)
    room = estate.rooms.get(found.room) if found else None
    return room.site if room else None


def _site_of_device(estate: Estate, device: Device) -> str | None:
    if device.rack is not None:
        return _site_of_rack(estate, device.rack)
    room = estate.rooms.get(device.room or "")
    return room.site if room else None


def _sites_of_devices(estate: Estate, keys: Iterable[str]) -> frozenset[str | None]:
    devices = (estate.devices.get(key) for key in keys)
    return frozenset(_site_of_device(estate, device) if device else None for device in devices)


def _tables(estate: Estate) -> dict[tuple[str, str], dict[str, Any]]:
    """By element: the table of who shares it, sorted."""
    tables: dict[tuple[str, str], dict[str, Any]] = {}

    def enter(collection: str, key: str, member: str, entry: Any) -> None:
        tables.setdefault((collection, key), {})[member] = entry

    for device in estate.devices.values():
        if device.rack is not None:
            enter("racks", device.rack, device.id, _stand(estate, device))
        for address in device.addresses:
            enter("networks", address.network, address.address, device.id)
        for feed, watts in _draw_by_feed(estate, device).items():
            enter("power", feed, device.id, watts)
    for cable in estate.cables.values():
        for end in (cable.a, cable.b):
            enter("devices", end.device, end.port, f"cables/{cable.id}")
    for circuit in estate.circuits.values():
        for place_taken in circuit.ends:
            if place_taken.device is not None and place_taken.port is not None:
                enter("devices", place_taken.device, place_taken.port, f"circuits/{circuit.id}")
    return {place: dict(sorted(table.items())) for place, table in tables.items()}


def _stand(estate: Estate, device: Device) -> dict[str, Any]:
    model = estate.models.get(device.model)
    stand: dict[str, Any] = {"face": device.face}
    if model is not None:
        stand["full_depth"] = model.device_type.is_full_depth
        stand["height"] = plain_numbers(model.device_type.u_height)
    if device.position is not None:
        stand["position"] = device.position
    return stand


def _draw_by_feed(estate: Estate, device: Device) -> dict[str, float]:
    """Watts that the device draws at each of its feeds while every cord carries its share."""
    draw = device.planned_draw(estate.models.get(device.model))
    if draw is None or not device.feeds:
        return {}
    cords = Counter(device.feeds)
    return {feed: round(draw * cords[feed] / cords.total(), 3) for feed in sorted(cords)}


@dataclass(frozen=True)
class _Reading:
    element: Element | None
    unknown: tuple[FieldPath, ...] = ()
    faults: tuple[Fault, ...] = ()


def _read(planned: Planned, before: Element | None) -> _Reading:
    """The element that a planned resource describes; `before` is how the base has it."""
    model = MODELS[planned.collection]
    fields, strange = _own_fields(planned)
    unknown = tuple(_holding(fields, frozenset({UNKNOWN}), ()))
    hidden = {str(path[0]) for path in unknown}
    needed = {name for name in hidden if model.model_fields[name].is_required()}
    where = (planned.collection, planned.key)
    paths = tuple((*where, *path) for path in unknown)
    if needed and before is None:
        return _Reading(None, paths, strange)
    known = {name: value for name, value in fields.items() if name not in hidden}
    borrowed = before.model_dump(mode="json", include=needed) if before is not None else {}
    try:
        element = model.model_validate({**plain_numbers(known), **borrowed, "id": planned.key})
    except ValidationError as error:
        faults = (_unreadable((*where, *fault["loc"]), fault["msg"]) for fault in error.errors())
        return _Reading(before, paths, (*strange, *faults))
    return _Reading(element, paths, strange)


def _own_fields(planned: Planned) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """The fields that belong to the element itself, and a fault for each that nobody knows."""
    known = MODELS[planned.collection].model_fields
    added = {"key", "site", TABLES.get(planned.collection, "key")}
    fields = {name: value for name, value in planned.properties.items() if name in known and name != "id"}
    strange = sorted(set(planned.properties) - set(fields) - added)
    where = (planned.collection, planned.key)
    return fields, tuple(_unreadable((*where, name), "no such field") for name in strange)


def _unreadable(path: FieldPath, why: str) -> Fault:
    return Fault(
        "PLN-003",
        path,
        f"what is planned is no element of the estate format: {why}",
        "look for a transform or another program that changed the resource",
    )


def _holding(value: Any, marks: frozenset[str], path: FieldPath) -> Iterator[FieldPath]:
    """Where in a JSON value one of the marks stands, as a text or as a key."""
    if isinstance(value, str):
        if value in marks:
            yield path
    elif isinstance(value, Mapping):
        for key in sorted(value):
            if key in marks:
                yield (*path, key)
            yield from _holding(value[key], marks, (*path, key))
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _holding(entry, marks, (*path, index))
