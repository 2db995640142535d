"""How elements name one another: found in the models' own marks, so that no collection is forgotten."""

import types
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from specs.base import AnyReference, Ref
from specs.issues import FieldPath


class Reference(NamedTuple):
    """A field that names an element."""

    path: FieldPath
    """Where it stands, from the element on."""
    to: str
    """What it says: an id, or `collection/id` where any collection may be meant."""
    collections: tuple[str, ...]
    """Where the id may be declared; empty if the text says it itself."""
    lapses: bool
    """Whether it is passed over while what it names is not in service."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """`collection/id` of each element that may be meant."""
        return tuple(f"{collection}/{self.to}" for collection in self.collections) or (self.to,)


def references_of(model: BaseModel) -> tuple[Reference, ...]:
    """Every reference in a model and whatever it holds, in the order of the format."""
    found: list[Reference] = []
    for name, part in _parts(type(model)):
        value = getattr(model, name)
        if value is not None:
            found.extend(part.references(value, (name,)))
    return tuple(found)


def without(model: BaseModel, gone: Callable[[str], bool]) -> BaseModel:
    """The model without the lapsing references of which every candidate is gone; itself if there are none."""
    changed: dict[str, Any] = {}
    for name, part in _parts(type(model)):
        value = getattr(model, name)
        if value is not None and part.lapses:
            left = part.without(value, gone)
            if left is not value:
                changed[name] = left
    return model.model_copy(update=changed) if changed else model


class _Part(ABC):
    """A field, or something within one, that holds references."""

    lapses: bool

    @abstractmethod
    def references(self, value: Any, path: FieldPath) -> Iterator[Reference]: ...

    @abstractmethod
    def without(self, value: Any, gone: Callable[[str], bool]) -> Any: ...


@dataclass(frozen=True)
class _Name(_Part):
    """The text that names an element."""

    collections: tuple[str, ...]
    lapses: bool

    def references(self, value: Any, path: FieldPath) -> Iterator[Reference]:
        yield Reference(path, value, self.collections, self.lapses)

    def without(self, value: Any, gone: Callable[[str], bool]) -> Any:
        if not self.lapses:
            return value
        return None if all(map(gone, Reference((), value, self.collections, True).candidates)) else value


@dataclass(frozen=True)
class _Inside(_Part):
    """A model within the model."""

    model: type[BaseModel]

    @property
    def lapses(self) -> bool:  # type: ignore[override]
        return any(part.lapses for _, part in _parts(self.model))

    def references(self, value: Any, path: FieldPath) -> Iterator[Reference]:
        for name, part in _parts(self.model):
            inner = getattr(value, name)
            if inner is not None:
                yield from part.references(inner, (*path, name))

    def without(self, value: Any, gone: Callable[[str], bool]) -> Any:
        return without(value, gone)


@dataclass(frozen=True)
class _Listed(_Part):
    """Each of a list."""

    each: _Part

    @property
    def lapses(self) -> bool:  # type: ignore[override]
        return self.each.lapses

    def references(self, value: Any, path: FieldPath) -> Iterator[Reference]:
        for place, item in enumerate(value):
            yield from self.each.references(item, (*path, place))

    def without(self, value: Any, gone: Callable[[str], bool]) -> Any:
        items = [self.each.without(item, gone) for item in value]
        if all(left is item for left, item in zip(items, value, strict=True)):
            return value
        return tuple(item for item in items if item is not None)


@dataclass(frozen=True)
class _Keyed(_Part):
    """The keys of a mapping, or what stands under them."""

    key: _Part | None
    each: _Part | None

    @property
    def lapses(self) -> bool:  # type: ignore[override]
        return any(part is not None and part.lapses for part in (self.key, self.each))

    def references(self, value: Any, path: FieldPath) -> Iterator[Reference]:
        for key, item in value.items():
            if self.key is not None:
                yield from self.key.references(key, (*path, key))
            if self.each is not None:
                yield from self.each.references(item, (*path, key))

    def without(self, value: Any, gone: Callable[[str], bool]) -> Any:
        left = {
            key: item if self.each is None else self.each.without(item, gone)
            for key, item in value.items()
            if self.key is None or self.key.without(key, gone) is not None
        }
        same = left.keys() == value.keys() and all(left[key] is item for key, item in value.items())
        return value if same else left


@cache
def _parts(model: type[BaseModel]) -> tuple[tuple[str, _Part], ...]:
    found = (
        (name, _part(field.annotation, tuple(field.metadata))) for name, field in model.model_fields.items()
    )
    return tuple((name, part) for name, part in found if part is not None)


def _part(annotation: Any, marks: tuple[Any, ...]) -> _Part | None:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _part(inner, (*marks, *more))
    for mark in marks:
        if isinstance(mark, Ref):
            return _Name(mark.collections, mark.lapses)
        if isinstance(mark, AnyReference):
            return _Name((), mark.lapses)
    return _composed(annotation)


def _composed(annotation: Any) -> _Part | None:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _Inside(annotation) if _parts(annotation) else None
    if origin is tuple:
        each = _part(arguments[0], ())
        return _Listed(each) if each is not None else None
    if origin is dict:
        key, value = _part(arguments[0], ()), _part(arguments[1], ())
        return _Keyed(key, value) if key is not None or value is not None else None
    if origin is Union or origin is types.UnionType:
        return next((part for part in (_part(side, ()) for side in arguments) if part is not None), None)
    return None
