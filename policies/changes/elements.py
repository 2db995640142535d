"""Which elements two estates do not have in common, field by field, each with its lines on both sides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from policies.evidence import UNDECLARED, shown_value
from specs.findings import Evidence
from specs.issues import FieldPath, Location
from specs.loading import Loaded
from specs.model import ELEMENT_COLLECTIONS, Estate

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Line:
    """One changed fact, and where it is written."""

    path: FieldPath
    """Collection, id, then field by field; of an element that came or went, the element."""
    before: str
    """Short, as the spec would write it; `undeclared` where nothing stood."""
    after: str
    before_at: Location | None
    """Where it stood, or where what encloses it stands; None where that was not there."""
    after_at: Location | None

    @property
    def fact(self) -> str:
        """What changed, as people read it.

        >>> Line(("devices", "sw", "feeds", 0), "a", "b", None, None).fact
        'devices/sw feeds[0]'
        """
        return Evidence(self.path, None, "").field


@dataclass(frozen=True)
class ElementChange:
    """One element that came, went or says otherwise."""

    element: str
    """`collection/id`; of what stands once, its key (`estate`, `plan`)."""
    kind: Kind
    label: str
    """What people call it."""
    lines: tuple[Line, ...]
    """By path; of one that came or went the element itself."""
    before_at: Location | None
    after_at: Location | None


def element_changes(before: Loaded, after: Loaded) -> tuple[ElementChange, ...]:
    """Every difference between two estates as declared, over all phases, in the order of the format."""
    return tuple(_changes(before, after))


def _changes(before: Loaded, after: Loaded) -> Iterator[ElementChange]:
    for path in sorted({*_paths(before.estate), *_paths(after.estate)}, key=_in_format_order):
        old, new = _at(before.estate, path), _at(after.estate, path)
        if old == new:
            continue
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        was = before.places.at(path) if old is not None else None
        now = after.places.at(path) if new is not None else None
        if old is None or new is None:
            told = (UNDECLARED, "declared") if old is None else ("declared", UNDECLARED)
            lines: tuple[Line, ...] = (Line(path, *told, was, now),)
        else:
            lines = tuple(
                Line(field, one, other, before.places.at(field), after.places.at(field))
                for field, one, other in _differing(_written(old), _written(new), path)
            )
        if lines:
            label = _label(new if new is not None else old, path)
            yield ElementChange("/".join(map(str, path)), kind, label, lines, was, now)


def _paths(estate: Estate) -> Iterator[FieldPath]:
    """Everything that is compared by itself: elements, thresholds, and what stands once."""
    yield ("estate",)
    yield ("plan",)
    for name in estate.thresholds:
        yield ("thresholds", name)
    for collection, element in estate.elements():
        yield (collection, element.id)


_ORDER = ("estate", *ELEMENT_COLLECTIONS, "plan", "thresholds")


def _in_format_order(path: FieldPath) -> tuple[int, FieldPath]:
    return (_ORDER.index(str(path[0])), path)


def _at(estate: Estate, path: FieldPath) -> BaseModel | None:
    held: Any = getattr(estate, str(path[0]))
    found: BaseModel | None = held.get(path[1]) if len(path) > 1 else held
    return found


def _label(element: BaseModel | None, path: FieldPath) -> str:
    name = getattr(element, "label", None)
    return str(name()) if callable(name) else str(path[-1])


def _written(element: BaseModel) -> Any:
    return element.model_dump(mode="json", exclude_defaults=True)


def _differing(old: Any, new: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str, str]]:
    """Mappings key by key; a list as a whole, but for records one by one where there are as many."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _differing(old.get(key), new.get(key), (*path, key))
    elif _records(old) and _records(new) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differing(one, other, (*path, index))
    else:
        yield path, _told(old), _told(new)


def _told(value: Any) -> str:
    return UNDECLARED if value is None else shown_value(value)


def _records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
