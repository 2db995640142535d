"""What was observed of each element, from all looks in their order: the latest counts, field by field."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.observe.importing import Scope
from infra.register.rows import Observation, ObservedRow

PlaceOf = Callable[[str, Mapping[str, Any]], frozenset[str]]
"""Where an element stands (`sites/…`, `rooms/…`, `racks/…`), from its reference and what was seen of it."""


@dataclass(frozen=True)
class Sighting:
    """The latest word on one element."""

    look: Observation
    """The look that has it."""
    present: bool
    implied: bool = False
    """Absent because a look that went through its place did not report it."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """By field, what was last seen of it; empty where it is absent."""
    looks: Mapping[str, Observation] = field(default_factory=dict)
    """By field, the look that last saw it."""


def sightings(
    looks: Iterable[Observation],
    rows: Iterable[ObservedRow],
    declared: Iterable[str],
    place_of: PlaceOf,
) -> dict[str, Sighting]:
    """By `collection/id`: the latest word on it. On one day, what was seen outweighs silence."""
    by_look: dict[int, list[ObservedRow]] = {}
    for row in rows:
        by_look.setdefault(row.observation.number, []).append(row)
    ordered = sorted(looks, key=lambda look: (look.seen_on, look.number))
    known = tuple(declared)
    found: dict[str, Sighting] = {}
    for look in ordered:
        reported = {f"{row.collection}/{row.key}": row for row in by_look.get(look.number, ())}
        for reference, row in reported.items():
            before = found.get(reference)
            kept = before if before is not None and before.present and row.present else None
            fields = {**kept.fields, **row.fields} if kept is not None else row.fields
            by = {**(kept.looks if kept is not None else {}), **dict.fromkeys(row.fields, look)}
            found[reference] = Sighting(
                look, row.present, fields=fields if row.present else {}, looks=by if row.present else {}
            )
        for reference in _not_reported(look, reported, (*known, *found), found, place_of):
            before = found.get(reference)
            if before is None or before.implied or before.look.seen_on < look.seen_on:
                found[reference] = Sighting(look, present=False, implied=True)
    return found


def _not_reported(
    look: Observation,
    reported: Mapping[str, ObservedRow],
    candidates: Iterable[str],
    found: Mapping[str, Sighting],
    place_of: PlaceOf,
) -> list[str]:
    """Elements that stand in what the look went through completely, and that it does not report."""
    scopes = [Scope.read(text) for text in look.covers]
    missing: dict[str, None] = {}
    for reference in candidates:
        if reference in reported:
            continue
        collection = reference.partition("/")[0]
        places = [scope.place for scope in scopes if scope.collection == collection]
        if not places:
            continue
        before = found.get(reference)
        seen = before.fields if before is not None else {}
        if None in places or place_of(reference, seen) & set(places):
            missing[reference] = None
    return list(missing)
