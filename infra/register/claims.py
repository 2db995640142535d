"""What an element shares out or takes up, as claims that can be held against those of others."""

import ipaddress
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.register.errors import Impossible
from infra.register.paths import below
from specs.units import QuantityError, format_quantity, parse_quantity

Kind = Literal["unit", "stand", "port", "address"]
"""A rack unit, a place for a device, a port, an address."""

FACES = ("front", "rear")


@dataclass(frozen=True, order=True)
class Claim:
    """One thing that only one may have."""

    kind: Kind
    """What it is."""
    thing: str
    """Whose it is: rack of a unit, device of a port, routing table of an address, device that stands."""
    place: str
    """Which of them: face and unit, port, address; empty for a device's place."""
    holder: str
    """Who has it: the device in the unit or at the address, the cable in the port, the rack stood in."""
    path: str
    """Path of the property that says so."""

    @property
    def slot(self) -> tuple[str, str, str]:
        """What makes two claims the same."""
        return self.kind, self.thing, self.place

    @property
    def words(self) -> str:
        """The thing claimed, for people."""
        return in_words(self.kind, self.thing, self.place)


@dataclass(frozen=True)
class Load:
    """What hangs on a feed, against what it bears; both in watts."""

    limit: float | None
    """Rating; None: unknown."""
    watts: float
    """Sum of what is plugged in."""


@dataclass(frozen=True)
class Claims:
    """All that one element claims."""

    claims: tuple[Claim, ...] = ()
    """Sorted, one for each slot."""
    load: Load | None = None
    """Of a power element with outlets."""
    faults: tuple[Impossible, ...] = ()
    """What cannot be within the element itself."""


def in_words(kind: str, thing: str, place: str) -> str:
    """A claimed thing, for people.

    >>> in_words("unit", "r1", "front/12")
    'unit 12 (front) of rack r1'
    """
    if kind == "unit":
        face, _, unit = place.partition("/")
        return f"unit {unit} ({face}) of rack {thing}"
    if kind == "port":
        return f"port {place} of device {thing}"
    if kind == "address":
        return f"address {place} (routing table {thing})"
    return f"the place of device {thing}"


def claims_of(collection: str, key: str, properties: Mapping[str, Any]) -> Claims:
    """What the element claims by its tables: `holds`, `ports`, `assigned`, `outlets`.

    >>> rack = {"units": 42, "holds": {"srv-1": {"position": 3, "height": 2, "face": "front"}}}
    >>> [claim.words for claim in claims_of("racks", "r1", rack).claims]
    ['the place of device srv-1', 'unit 3 (front) of rack r1', 'unit 4 (front) of rack r1']
    """
    faults: list[Impossible] = []
    if collection == "racks":
        return _settle(_rack(key, properties, faults), faults)
    if collection == "devices":
        return _settle(_ports(key, properties, faults), faults)
    if collection == "networks":
        return _settle(_addresses(properties, faults), faults)
    if collection == "power":
        load = _load(key, properties, faults)
        return Claims(load=load, faults=tuple(faults))
    return Claims()


def _settle(claims: Iterator[Claim], faults: list[Impossible]) -> Claims:
    """One claim for each slot; a second one is a fault that names both holders."""
    by_slot: dict[tuple[str, str, str], Claim] = {}
    clashes: dict[tuple[str, str], tuple[Claim, list[str]]] = {}
    for claim in claims:
        first = by_slot.setdefault(claim.slot, claim)
        if first is not claim:
            clash = clashes.setdefault((first.holder, claim.holder), (claim, []))
            clash[1].append(claim.words)
    for (first_holder, second_holder), (claim, words) in clashes.items():
        what = words[0] if len(words) == 1 else f"{words[0]} and {len(words) - 1} more"
        faults.append(
            Impossible(
                claim.path,
                f"{second_holder} and {first_holder} both take {what}",
                "move one of the two",
            )
        )
    return Claims(claims=tuple(sorted(by_slot.values())), faults=tuple(faults))


def _table(properties: Mapping[str, Any], name: str, faults: list[Impossible]) -> Mapping[str, Any]:
    table = properties.get(name)
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        faults.append(Impossible(name, "is not a table", f"write {name} as names with their entries"))
        return {}
    return {entry: table[entry] for entry in sorted(table)}


def _rack(key: str, properties: Mapping[str, Any], faults: list[Impossible]) -> Iterator[Claim]:
    units = properties.get("units", 42)
    top = units if isinstance(units, int) else 42
    for device, entry in _table(properties, "holds", faults).items():
        path = below("holds", device)
        if not isinstance(entry, Mapping):
            faults.append(Impossible(path, "is not a place", "give position, height and face"))
            continue
        yield Claim("stand", device, "", key, path)
        position, height = entry.get("position"), entry.get("height", 1)
        if position is None:
            continue
        if not _number(position) or position < 1 or not _number(height) or height < 0:
            faults.append(
                Impossible(
                    path,
                    f"{device} stands at {position!r} and is {height!r} units high",
                    "the position is at least 1 and the height no less than 0",
                )
            )
            continue
        last = math.ceil(position + height) - 1
        if last > top:
            faults.append(
                Impossible(
                    path,
                    f"{device} reaches unit {last} of rack {key}, which has {top}",
                    "move it down, or give the rack its true height",
                )
            )
            continue
        face = entry.get("face", "front")
        if face not in FACES:
            faults.append(Impossible(path, f"{face!r} is no face of a rack", "write front or rear"))
            continue
        for taken in FACES if entry.get("full_depth") is True else (face,):
            for unit in range(math.floor(position), last + 1):
                yield Claim("unit", key, f"{taken}/{unit}", device, path)


def _ports(key: str, properties: Mapping[str, Any], faults: list[Impossible]) -> Iterator[Claim]:
    for port, cable in _table(properties, "ports", faults).items():
        if not isinstance(cable, str):
            faults.append(Impossible(below("ports", port), "names no cable", "write the cable's id"))
            continue
        yield Claim("port", key, port, cable, below("ports", port))


def _addresses(properties: Mapping[str, Any], faults: list[Impossible]) -> Iterator[Claim]:
    vrf = properties.get("vrf", "default")
    for address, device in _table(properties, "assigned", faults).items():
        path = below("assigned", address)
        try:
            plain = str(ipaddress.ip_address(address))
        except ValueError:
            faults.append(Impossible(path, f"{address!r} is no address", "write an IPv4 or IPv6 address"))
            continue
        if not isinstance(device, str):
            faults.append(Impossible(path, "names no device", "write the device's id"))
            continue
        yield Claim("address", str(vrf), plain, device, path)


def _load(key: str, properties: Mapping[str, Any], faults: list[Impossible]) -> Load | None:
    outlets = _table(properties, "outlets", faults)
    if not outlets:
        return None
    watts: dict[str, float] = {}
    for device, draw in outlets.items():
        taken = _watts(draw, "power")
        if taken is None:
            faults.append(
                Impossible(below("outlets", device), f"{draw!r} is no power", "write watts, or 450 W")
            )
        else:
            watts[device] = taken
    limit = _limit(properties)
    total = math.fsum(watts.values())
    if limit is not None and total > limit:
        heaviest = sorted(watts, key=lambda device: (-watts[device], device))[:3]
        shown = ", ".join(f"{device} {format_quantity(watts[device], 'power')}" for device in heaviest)
        rest = f" and {len(watts) - len(heaviest)} more" if len(watts) > len(heaviest) else ""
        faults.append(
            Impossible(
                "outlets",
                f"{format_quantity(total, 'power')} hang on {key}, which bears "
                f"{format_quantity(limit, 'power')}: {shown}{rest}",
                "move a device to another feed, or give the feed its true rating",
            )
        )
    return Load(limit=limit, watts=total)


def _limit(properties: Mapping[str, Any]) -> float | None:
    """The lesser of the real rating and of the apparent one at its power factor."""
    real = _watts(properties.get("rating"), "power")
    apparent = _watts(properties.get("apparent"), "apparent_power")
    factor = _watts(properties.get("power_factor"), "fraction")
    bounds = [real] if real is not None else []
    if apparent is not None:
        bounds.append(apparent * (1.0 if factor is None else factor))
    return min(bounds, default=None)


def _watts(value: Any, dimension: Literal["power", "apparent_power", "fraction"]) -> float | None:
    if _number(value):
        return float(value) if value >= 0 else None
    if isinstance(value, str):
        try:
            return parse_quantity(value, dimension)
        except QuantityError:
            return None
    return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
