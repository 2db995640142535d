"""What was observed, laid over what is declared: the observed estate, and what nobody can vouch for in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from specs.base import Element
from specs.consistency import check as inconsistencies
from specs.issues import Fault, FieldPath
from specs.model import ELEMENT_COLLECTIONS, Estate
from specs.observed import OBSERVABLE, Look, ObservedElement, SeenFact, observable
from specs.phases import changed
from specs.references import references_of, without
from specs.sentences import Sentence, say

_PLACE = ("rack", "room")
"""Where an element stands; what is seen in one place does not stand in the other as well."""


@dataclass(frozen=True)
class Overlay:
    """The estate as it was observed."""

    estate: Estate
    """What is declared, but for what was seen otherwise."""
    elements: Mapping[str, ObservedElement]
    """By `collection/id`: what was seen of it, whether or not it is declared."""
    differing: tuple[FieldPath, ...]
    """Facts that were seen otherwise than declared; of an element that was not found, its path alone."""
    since: date
    """Looks before that day count no more."""
    barred: Mapping[FieldPath, Sentence] = field(default_factory=dict)
    """Facts that were seen and could not be taken over, with why."""
    refused: tuple[Fault, ...] = ()
    """What physics or the format says against what was seen."""

    def doubt(self, path: FieldPath) -> Sentence | None:
        """Why nobody can vouch for that fact; None where somebody saw it, or where no look could."""
        if not observable(path):
            return None
        reference = f"{path[0]}/{path[1]}"
        seen = self.elements.get(reference)
        if seen is None:
            return say("nobody has looked at {element}", element=reference)
        if seen.look.seen_on < self.since:
            return _not_since(reference, seen.look)
        if not seen.present:
            return say("{element} was not found ({look})", element=reference, look=str(seen.look))
        name = str(path[2]) if len(path) > 2 else ""
        for place in ((path[0], path[1]), (path[0], path[1], name)):
            if place in self.barred:
                return self.barred[place]
        if name not in OBSERVABLE[str(path[0])]:
            return None
        fact = seen.facts.get(name)
        if fact is None:
            return say("nobody has looked at the {field} of {element}", field=f"`{name}`", element=reference)
        if fact.look.seen_on < self.since:
            return _not_since(f"{reference} {name}", fact.look)
        return None

    def fact(self, path: FieldPath) -> SeenFact | None:
        """What was seen there, if anything was, however long ago."""
        seen = self.elements.get(f"{path[0]}/{path[1]}") if len(path) > 2 else None
        return seen.facts.get(str(path[2])) if seen is not None else None


def laid_over(declared: Estate, seen: Iterable[ObservedElement], since: date) -> Overlay:
    """What was seen since that day, in the place of what is declared.

    A fact that nobody saw stays as it is declared and is in doubt (`Overlay.doubt`). What was not found is
    taken out, with the cables that end in it. Where physics refuses what was seen together (two devices in
    one unit, seen on different days), the facts to blame are left as declared, and are in doubt.
    """
    elements = {one.reference: one for one in sorted(seen, key=lambda one: one.reference)}
    fresh = {
        key: one
        for key, one in elements.items()
        if one.look.seen_on >= since and declared.element(key) is not None
    }
    barred: dict[FieldPath, Sentence] = {}
    refused: list[Fault] = []
    left: set[str] = set()
    while True:
        estate, differing = _laid(declared, fresh, since, left, barred)
        faults = inconsistencies(estate) if differing else ()
        if not faults:
            return Overlay(estate, elements, differing, since, dict(barred), tuple(refused))
        refused += faults
        blamed = _blamed(faults, {_reference(path) for path in differing} - left)
        for reference in blamed:
            barred[_path(reference)] = say(
                "what was seen of {element} cannot stand together with the rest ({code})",
                element=reference,
                code=faults[0].code,
            )
        left |= blamed


def _not_since(what: str, look: Look) -> Sentence:
    return say("nobody has looked at {element} since {day}", element=what, day=str(look.seen_on))


def _path(reference: str) -> FieldPath:
    collection, _, key = reference.partition("/")
    return collection, key


def _reference(path: FieldPath) -> str:
    return f"{path[0]}/{path[1]}"


def _blamed(faults: Iterable[Fault], laid: set[str]) -> set[str]:
    """Of what was laid over: what the faults name, else all of it."""
    named = {_reference(path) for fault in faults for path in (fault.path, *fault.related) if len(path) > 1}
    return (named & laid) or laid


def _laid(
    declared: Estate,
    fresh: Mapping[str, ObservedElement],
    since: date,
    left: set[str],
    barred: dict[FieldPath, Sentence],
) -> tuple[Estate, tuple[FieldPath, ...]]:
    kept = {name: dict(declared.collection(name)) for name in ELEMENT_COLLECTIONS}
    differing: list[FieldPath] = []
    gone: set[str] = set()
    for reference, one in fresh.items():
        if reference in left:
            continue
        collection, key = map(str, _path(reference))
        if not one.present:
            gone.add(reference)
            differing.append((collection, key))
            continue
        element = kept[collection][key]
        changes = _changes(declared, collection, element, one, since, barred)
        if changes:
            try:
                kept[collection][key] = changed(element, changes)
            except ValidationError:
                barred[collection, key] = say(
                    "what was seen of {element} is nothing that the format knows", element=reference
                )
            else:
                differing += ((collection, key, name) for name in changes)
    update: dict[str, Any] = dict(_without_gone(kept, gone)) if gone else dict(kept)
    estate = declared.model_copy(update=update) if differing else declared
    if gone and differing:
        taken_out = {key for key in gone if estate.element(key) is None}
        estate = estate.model_copy(update={"plan": without(estate.plan, taken_out.__contains__)})
    return estate, tuple(sorted(differing, key=str))


def _changes(
    declared: Estate,
    collection: str,
    element: Element,
    seen: ObservedElement,
    since: date,
    barred: dict[FieldPath, Sentence],
) -> dict[str, Any]:
    """By field, what was seen otherwise than declared; None empties a field."""
    where = (collection, element.id)
    facts = {
        name: fact
        for name, fact in seen.facts.items()
        if name in OBSERVABLE[collection] and name in type(element).model_fields
        and fact.look.seen_on >= since
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, fact in facts.items():
        if not fact.named:
            barred[(*where, name)] = say(
                "{field} of {element} was seen as {seen}, which nobody declared ({look})",
                field=f"`{name}`",
                element=seen.reference,
                seen=fact.written,
                look=str(fact.look),
            )
        elif not _alike(fact.value, getattr(element, name)):
            found[name] = fact.value
    _settle_place(declared, element, facts, found, where, barred)
    return found


def _settle_place(
    declared: Estate,
    element: Element,
    facts: Mapping[str, SeenFact],
    found: dict[str, Any],
    where: FieldPath,
    barred: dict[FieldPath, Sentence],
) -> None:
    """A rack that was seen settles the room; a room alone says which racks it cannot be."""
    rack = getattr(element, "rack", None)
    if "rack" in found and getattr(element, "room", None) is not None and where[0] == "devices":
        found["room"] = None
    elif "rack" in facts and where[0] == "devices":
        found.pop("room", None)
    elif "room" in found and rack is not None:
        room = found.pop("room")
        if rack in declared.racks and declared.racks[rack].room != room:
            fact = facts["room"]
            for name in ("rack", "position"):
                barred[(*where, name)] = say(
                    "{element} was seen in {room}, and its {field} was not told ({look})",
                    element=_reference(where),
                    room=f"rooms/{room}",
                    field=f"`{name}`",
                    look=str(fact.look),
                )
    moved = found.get("rack") is not None and "position" not in facts
    if moved and getattr(element, "position", None) is not None:
        found["position"] = None  # Nobody said at which unit: the declared one is of the declared rack.


def _alike(seen: Any, declared: Any) -> bool:
    if isinstance(seen, list | tuple):
        return sorted(map(str, seen)) == sorted(map(str, declared or ()))
    return bool(seen == declared)


def _without_gone(kept: Mapping[str, dict[str, Element]], gone: set[str]) -> dict[str, dict[str, Any]]:
    """The collections without what was not found, what ends in it, and every name of it that may lapse.

    What something that nobody can look at cannot do without stays, in doubt.
    """
    out = set(gone)
    needed: set[str] = set()
    users = [
        (name, element, [one for one in references_of(element) if not one.lapses])
        for name, elements in kept.items()
        for element in elements.values()
    ]
    while True:
        more: set[str] = set()
        for name, element, references in users:
            own = f"{name}/{element.id}"
            lost = [one for one in references if out.intersection(one.candidates)]
            if own in out or not lost or all(_droppable(element, one.path) for one in lost):
                continue
            if name in ("cables", "circuits"):
                more.add(own)
            else:
                needed |= {key for one in lost for key in one.candidates if key in out}
        if needed & out:
            out -= needed
            continue
        if not more:
            break
        out |= more
    return {
        name: {
            key: without(_dropped(element, out), out.__contains__)
            for key, element in elements.items()
            if f"{name}/{key}" not in out
        }
        for name, elements in kept.items()
    }


def _droppable(element: Element, path: FieldPath) -> bool:
    """Whether the name stands in a list of the element that can lose it and keep another."""
    listing = getattr(element, str(path[0]), None)
    return (
        len(path) > 1
        and isinstance(path[1], int)
        and isinstance(listing, tuple)
        and (len(listing) > 1 or path[0] == "feeds")
    )


def _dropped(element: Element, out: set[str]) -> Element:
    lost: dict[str, set[int]] = {}
    for one in references_of(element):
        if not one.lapses and out.intersection(one.candidates) and _droppable(element, one.path):
            lost.setdefault(str(one.path[0]), set()).add(int(one.path[1]))
    if not lost:
        return element
    update = {
        name: tuple(entry for place, entry in enumerate(getattr(element, name)) if place not in places)
        for name, places in lost.items()
    }
    return element.model_copy(update=update)
