"""Taking a stocktake or an export into the register, all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from infra.observe.netbox import names_of, read_netbox_devices, read_netbox_racks
from infra.observe.stocktake import Stocktake, headings, read_stocktake
from infra.register.register import Register
from infra.register.rows import Observation
from specs.issues import Issue, SpecError
from specs.text import did_you_mean

Form = Literal["auto", "stocktake", "netbox"]

EVERYWHERE: Final = "all"
"""The scope of a stocktake that went through everything."""

SCOPES: Final = ("sites", "rooms", "racks")
"""Collections whose elements may be the scope of a stocktake."""


@dataclass(frozen=True)
class Scope:
    """What one look went through completely: one collection, everywhere or in one place."""

    collection: str
    place: str | None
    """`sites/ndc`, `rooms/hall-a` or `racks/a-01`; None is everywhere."""

    def __str__(self) -> str:
        return self.collection if self.place is None else f"{self.collection} in {self.place}"

    @classmethod
    def read(cls, text: str) -> "Scope":
        """What `str` wrote."""
        collection, _, place = text.partition(" in ")
        return cls(collection, place or None)


def known_names(register: Register) -> dict[str, dict[str, str]]:
    """By collection, the ids that the register knows, by the names that others may have for them."""
    keys: dict[str, list[str]] = {}
    for row in register.planned():
        keys.setdefault(row.collection, []).append(row.key)
    return {collection: names_of(sorted(found)) for collection, found in sorted(keys.items())}


def read(data: bytes, file: str, form: Form, names: Mapping[str, Mapping[str, str]]) -> Stocktake:
    """What the file reports, by its form or by its headings; SpecError with every fault."""
    found = headings(data, file)
    if form == "stocktake" or (form == "auto" and "element" in found):
        return read_stocktake(data, file)
    if found & {"device_type", "type", "manufacturer"} and "name" in found:
        return read_netbox_devices(data, file, names)
    if "name" in found and found & {"u_height", "height", "height_u", "width", "starting_unit"}:
        return read_netbox_racks(data, file, names)
    if form == "netbox":
        raise _refused(f"{file} is no list of devices or racks as NetBox exports it", "export it as CSV")
    return read_stocktake(data, file)


def scopes(
    asked: Sequence[str], collections: Sequence[str], names: Mapping[str, Mapping[str, str]]
) -> tuple[Scope, ...]:
    """What a look went through completely, as `all`, `sites/ndc`, `rooms/hall-a` or `racks/a-01` say it."""
    found: list[Scope] = []
    for text in asked:
        place = None if text == EVERYWHERE else _place(text, names)
        found += [Scope(collection, place) for collection in collections]
    return tuple(sorted(set(found), key=str))


def take_in(
    register: Register,
    stocktake: Stocktake,
    *,
    source: str,
    who: str,
    on: date,
    covers: Sequence[Scope],
) -> Observation:
    """Put all of the stocktake into the register's observed rows."""
    if any(look.digest == stocktake.digest and look.seen_on == on for look in register.observations()):
        raise _refused(
            f"{source} was taken in before, for {on}", "give the day it was seen, if it is another look"
        )
    return register.observe(
        source=source,
        who=who,
        seen_on=on,
        seen=stocktake.seen,
        covers=[str(scope) for scope in covers],
        digest=stocktake.digest,
    )


def _place(text: str, names: Mapping[str, Mapping[str, str]]) -> str:
    collection, slash, key = text.partition("/")
    known = [f"{name}/{key}" for name in SCOPES for key in sorted(set(names.get(name, {}).values()))]
    if not slash or text not in known:
        raise _refused(
            f"`{text}` is no scope of a stocktake",
            did_you_mean(text, [EVERYWHERE, *known]) if known else "bring the estate up first: `thabat up`",
        )
    return f"{collection}/{key}"


def _refused(message: str, hint: str) -> SpecError:
    return SpecError([Issue("OBS-002", None, message, hint)])
