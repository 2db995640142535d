"""What the format wants at a place: the annotation found by following a path through the models."""

import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from specs.issues import FieldPath


def field_of(model: type[BaseModel], name: str | int) -> FieldInfo | None:
    """The field that is written under that key."""
    for own, field in model.model_fields.items():
        if name == (field.alias or own):
            return field
    return None


@lru_cache(maxsize=256)
def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that may be written in that model; an element's own id is never one."""
    return tuple(
        field.alias or name
        for name, field in model.model_fields.items()
        if name != "id" or field.is_required()
    )


@lru_cache(maxsize=4096)
def annotations_at(root: type[BaseModel], path: FieldPath) -> tuple[Any, ...]:
    """What may stand at that path; nothing where the format knows of no such place."""
    found: tuple[Any, ...] = (root,)
    for step in path:
        found = tuple(inner for each in found for inner in _within(each, step))
    return found


def models_at(root: type[BaseModel], path: FieldPath) -> tuple[type[BaseModel], ...]:
    """The models that may stand at that path."""
    return tuple(
        each for each in annotations_at(root, path) if isinstance(each, type) and issubclass(each, BaseModel)
    )


def words_at(root: type[BaseModel], path: FieldPath) -> tuple[str, ...]:
    """The words, where one of a few must stand at that path."""
    return tuple(
        str(word)
        for each in annotations_at(root, path)
        if get_origin(each) is Literal
        for word in get_args(each)
    )


def alternatives(annotation: Any) -> Iterator[Any]:
    """The annotation without its marks, each side of a union by itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for each in get_args(annotation):
            yield from alternatives(each)
    else:
        yield annotation


def _within(annotation: Any, step: str | int) -> Iterator[Any]:
    arguments = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = field_of(annotation, step)
        if field is not None:
            yield from alternatives(field.annotation)
    elif get_origin(annotation) is dict:
        yield from alternatives(arguments[1])
    elif get_origin(annotation) is tuple and isinstance(step, int):
        place = 0 if len(arguments) == 2 and arguments[1] is Ellipsis else step
        if place < len(arguments):
            yield from alternatives(arguments[place])
