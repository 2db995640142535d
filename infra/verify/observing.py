"""The estate against what was observed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from infra.register.rows import Observation, ObservedRow, PlannedRow
from infra.verify.differences import Coverage, Difference, FieldDifference, shown
from infra.verify.sighting import Sighting, sightings
from specs.base import Element
from specs.importing.naming import identifier
from specs.model import Estate
from specs.planned import Planned
from specs.tokens import NATIONAL

PHYSICAL: Final = ("rooms", "racks", "power", "cooling", "safeguards", "devices", "cables", "circuits")
"""Collections whose elements somebody can go and look at."""

BESIDE_THE_UNITS: Final = "beside the units"
"""Position of a device in a rack that takes none of its units."""


def against_observed(
    planned: tuple[Planned, ...],
    estate: Estate,
    looks: tuple[Observation, ...],
    rows: tuple[ObservedRow, ...],
    register: tuple[PlannedRow, ...],
) -> tuple[tuple[Difference, ...], tuple[Coverage, ...], tuple[str, ...]]:
    """Differences, coverage by collection, and the declared elements that nobody has looked at."""
    declared = {one.reference: one for one in planned if one.collection in PHYSICAL}
    places = Places(estate, planned)
    found = sightings(looks, rows, declared, places.of)
    states = {row.reference: row.state for row in register}
    differences = [
        difference
        for reference, sighting in sorted(found.items())
        for difference in _compared(declared.get(reference), reference, sighting, estate, places, states)
    ]
    unknown = tuple(
        reference
        for reference, _ in sorted(
            declared.items(), key=lambda entry: (PHYSICAL.index(entry[1].collection), entry[0])
        )
        if reference not in found
    )
    return tuple(differences), tuple(_coverage(declared, found)), unknown


class Places:
    """Where elements stand, by the estate and by what was seen."""

    def __init__(self, estate: Estate, planned: tuple[Planned, ...]) -> None:
        self._estate = estate
        self._stacks = {one.reference: one.stack for one in planned}

    def of(self, reference: str, seen: Mapping[str, Any]) -> frozenset[str]:
        """The site, room and rack that it is declared to stand in, or was last seen in."""
        fields = self.declared(reference) if reference in self._stacks else self._completed(seen)
        return frozenset(f"{name}s/{fields[name]}" for name in ("site", "room", "rack") if fields.get(name))

    def declared(self, reference: str) -> dict[str, str]:
        """Its site, room and rack, as far as it has them."""
        element = self._estate.element(reference)
        fields: dict[str, str] = {}
        if reference.startswith("rooms/"):
            fields["room"] = reference.removeprefix("rooms/")
        if reference.startswith("racks/"):
            fields["rack"] = reference.removeprefix("racks/")
        for name in ("site", "room", "rack"):
            value = getattr(element, name, None)
            if isinstance(value, str):
                fields[name] = value
        stack = self._stacks.get(reference, NATIONAL)
        if stack != NATIONAL:
            fields.setdefault("site", stack)
        return self._completed(fields)

    def _completed(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """With the room of the rack and the site of the room."""
        known = {name: str(value) for name, value in fields.items()}
        rack = self._estate.racks.get(known.get("rack", ""))
        if rack is not None:
            known.setdefault("room", rack.room)
        room = self._estate.rooms.get(known.get("room", ""))
        if room is not None:
            known.setdefault("site", room.site)
        return known


def _compared(
    planned: Planned | None,
    reference: str,
    sighting: Sighting,
    estate: Estate,
    places: Places,
    states: Mapping[str, str],
) -> Iterator[Difference]:
    said = f"{sighting.look.source}, {sighting.look.who}, {sighting.look.seen_on}"
    if planned is None:
        if sighting.present and reference.partition("/")[0] in PHYSICAL:
            fields = tuple(
                FieldDifference(name, shown(None), shown(value))
                for name, value in sorted(sighting.fields.items())
            )
            yield Difference("declared-observed", "unexpected", reference, "", fields, said)
    elif not sighting.present:
        how = "not reported by" if sighting.implied else "not found by"
        state = states.get(reference)
        told = f"{how} {said}" + (f"; {state} in the register" if state else "")
        yield Difference("declared-observed", "missing", reference, planned.stack, (), told)
    else:
        fields = tuple(_differing(reference, sighting.fields, estate, places))
        if fields:
            yield Difference("declared-observed", "different", reference, planned.stack, fields, said)


def _differing(
    reference: str, seen: Mapping[str, Any], estate: Estate, places: Places
) -> Iterator[FieldDifference]:
    """Fields that were seen otherwise than declared; what is not declared cannot be contradicted."""
    element = estate.element(reference)
    if element is None:
        return
    standing = places.declared(reference)
    for name, value in sorted(seen.items()):
        expected = standing.get(name, getattr(element, name, None))
        if name == "position" and expected is None and standing.get("rack"):
            expected = BESIDE_THE_UNITS
        if expected not in (None, ()) and not same(name, expected, value, element, estate):
            yield FieldDifference(name, shown(expected), shown(value))


def same(name: str, expected: Any, value: Any, element: Element, estate: Estate) -> bool:
    if name == "model":
        return identifier(str(value)) in names_of_model(str(expected), estate)
    if isinstance(expected, tuple):
        return sorted(map(_folded, expected)) == sorted(map(_folded, value))
    if isinstance(expected, int | float) and isinstance(value, int | float):
        return float(expected) == float(value)
    return _folded(expected) == _folded(value)


def _folded(value: Any) -> str:
    return " ".join(str(value).split()).casefold()


def names_of_model(key: str, estate: Estate) -> frozenset[str]:
    """What a stocktake or NetBox may call an equipment model."""
    model = estate.models.get(key)
    names = [key]
    if model is not None:
        kind = model.device_type
        names += [kind.model, kind.slug, kind.part_number]
        names += [f"{kind.manufacturer} {name}" for name in (kind.model, kind.slug, kind.part_number) if name]
    return frozenset(identifier(name) for name in names if name)


def _coverage(declared: Mapping[str, Planned], found: Mapping[str, Sighting]) -> Iterator[Coverage]:
    for collection in PHYSICAL:
        references = [reference for reference, one in declared.items() if one.collection == collection]
        days: list[date] = [found[reference].look.seen_on for reference in references if reference in found]
        if references:
            oldest, newest = (min(days), max(days)) if days else (None, None)
            yield Coverage(collection, len(references), len(days), oldest, newest)
