"""What the register's looks say of each element, in the estate's own names, for whoever judges it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from infra.register.register import Register
from infra.register.rows import Observation
from infra.verify.observing import PHYSICAL, Places, names_of_model, same
from infra.verify.sighting import Sighting, sightings
from specs.importing.naming import identifier
from specs.model import Estate
from specs.observed import Look, ObservedElement, SeenFact
from specs.planned import plan

_NAMING: Final[Mapping[str, str]] = {
    "site": "sites",
    "room": "rooms",
    "rack": "racks",
    "feeds": "power",
}
"""By field: the collection of what it names."""


def observed_elements(register: Register, estate: Estate, until: date) -> tuple[ObservedElement, ...]:
    """The latest word on every element that was looked at until that day, by `collection/id`."""
    planned = plan(estate)
    places = Places(estate, planned)
    declared = [one.reference for one in planned if one.collection in PHYSICAL]
    looks = tuple(look for look in register.observations() if look.seen_on <= until)
    numbers = [look.number for look in looks]
    found = sightings(looks, register.observed(numbers), declared, places.of)
    return tuple(
        _element(reference, sighting, estate)
        for reference, sighting in sorted(found.items())
        if reference.partition("/")[0] in PHYSICAL
    )


def _element(reference: str, sighting: Sighting, estate: Estate) -> ObservedElement:
    facts = {
        name: _fact(reference, name, value, sighting.looks.get(name, sighting.look), estate)
        for name, value in sorted(sighting.fields.items())
    }
    return ObservedElement(reference, _look(sighting.look), sighting.present, sighting.implied, facts)


def _look(look: Observation) -> Look:
    return Look(look.seen_on, look.source, look.who)


def _fact(reference: str, name: str, seen: Any, look: Observation, estate: Estate) -> SeenFact:
    written = ", ".join(map(str, seen)) if isinstance(seen, list | tuple) else str(seen)
    element = estate.element(reference)
    declared = getattr(element, name, None)
    if element is not None and declared not in (None, ()) and same(name, declared, seen, element, estate):
        return SeenFact(declared, written, _look(look))
    if name == "model":
        key = _model(str(seen), estate)
        return SeenFact(seen if key is None else key, written, _look(look), key is not None)
    if name not in _NAMING:
        return SeenFact(seen, written, _look(look))
    names = [str(one) for one in seen] if isinstance(seen, list | tuple) else [str(seen)]
    keys = [_named(_NAMING[name], one, estate) for one in names]
    known = tuple(key for key in keys if key is not None)
    if len(known) < len(names):
        return SeenFact(seen, written, _look(look), named=False)
    return SeenFact(known if isinstance(seen, list | tuple) else known[0], written, _look(look))


def _named(collection: str, name: str, estate: Estate) -> str | None:
    """The id that is meant: the name itself, or the only one that is alike but for its signs and capitals."""
    known = estate.collection(collection)
    if name in known:
        return name
    alike = [key for key in known if identifier(key) == identifier(name)]
    return alike[0] if len(alike) == 1 else None


def _model(name: str, estate: Estate) -> str | None:
    alike = [key for key in sorted(estate.models) if identifier(name) in names_of_model(key, estate)]
    return alike[0] if len(alike) == 1 else None
