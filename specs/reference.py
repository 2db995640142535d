"""Reference pages of the estate format and of the issue codes, made from the models and the codes."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from specs import shape
from specs.base import AnyReference, Element, Provenance, Ref, Text
from specs.issue_codes import CODES
from specs.model import COLLECTIONS, FORMAT_VERSION, Estate
from specs.phases import PLANNED_FIELDS
from specs.units import DIMENSIONS, Money, Quantity

_NOTE: Final = "Written by `thabat schema --pages docs/reference`; do not edit."
_WIDTH: Final = 110
_LAPSES: Final = " °"
"""Marks a reference that is left out while what it names is not in service."""
_OF_EVERY_ELEMENT: Final = tuple(name for name in Element.model_fields if name != "id")


def pages() -> Mapping[str, str]:
    """The pages by file name."""
    return {"format.md": format_page(), "issues.md": issues_page()}


def issues_page() -> str:
    """Every issue code, what it means and how it is mended."""
    parts = [
        "# Issues",
        _filled(
            "What loading says of an estate: a code, `file:line:column`, a sentence and a hint. All issues "
            "of a stage are told at once; the stages are reading, merging, models, names and phases, and "
            "consistency at each moment of the plan."
        ),
        _NOTE,
    ]
    for code, meaning in CODES.items():
        parts += [f"## {code}", _filled(meaning.means), _filled(f"To mend it: {meaning.mending}")]
    return "\n\n".join(parts) + "\n"


def format_page() -> str:
    """Every collection and every key, with what may stand there."""
    parts = [
        "# The estate format",
        _filled(
            f"Version {FORMAT_VERSION}. An estate is a folder of YAML files, or one file; each holds any of "
            "the collections below, in any order. An element is declared under its id; that may hold ranges "
            "(`srv-[01-20]`). `thabat schema` gives the same to an editor. A key in **bold** must be there."
        ),
        _filled(
            f"What an element names must be declared, and in service when it is. A name marked{_LAPSES} is "
            "left out instead, as long as what it names has not entered service or has left it."
        ),
        _NOTE,
        "## Of every element",
        _table(Element, _OF_EVERY_ELEMENT),
        "### Provenance",
        _filled(_first_line(Provenance)),
        _table(Provenance, _own_keys(Provenance)),
    ]
    told: set[type[BaseModel]] = {Text, Element}
    for name, field in Estate.model_fields.items():
        model = next(iter(_models(field.annotation)))
        own = _own_keys(model)
        head = f"## `{name}`" + (", by id" if name in COLLECTIONS else "")
        parts += [head, _filled(_sentence(field)), _table(model, own)]
        told.add(model)
        for inner in _inside(model, told):
            parts += [f"### {inner.__name__}", _filled(_first_line(inner)), _table(inner, _own_keys(inner))]
    return "\n\n".join(parts) + "\n"


def _own_keys(model: type[BaseModel]) -> tuple[str, ...]:
    common = _OF_EVERY_ELEMENT if issubclass(model, Element) else ()
    return tuple(key for key in shape.keys_of(model) if key not in common)


def _table(model: type[BaseModel], keys: tuple[str, ...]) -> str:
    rows = ["| key | what may stand there | meaning |", "| --- | --- | --- |"]
    for key in keys:
        field = shape.field_of(model, key)
        if field is not None:
            shown = f"**`{key}`**" if field.is_required() else f"`{key}`"
            rows.append(f"| {shown} | {_what(field, key)} | {_cell(_sentence(field))} |")
    return "\n".join(rows)


def _what(field: FieldInfo, key: str) -> str:
    if key in PLANNED_FIELDS and key != "changes":
        return "phase or phase/step"
    if key == "device_type":
        return "path of a NetBox device-type file"
    return _cell(_told(field.annotation, tuple(field.metadata)))


def _told(annotation: Any, marks: tuple[Any, ...]) -> str:
    for mark in marks:
        if isinstance(mark, Quantity):
            kind = DIMENSIONS[mark.dimension]
            return f"{kind.says.removeprefix('a ').removeprefix('an ')}, as in `{kind.example}`"
        if isinstance(mark, Ref):
            return "id in " + " or ".join(f"`{name}`" for name in mark.collections) + _LAPSES * mark.lapses
        if isinstance(mark, AnyReference):
            return "`collection/id`" + _LAPSES * mark.lapses
    origin, arguments = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _told(arguments[0], (*marks, *annotation.__metadata__))
    if origin is tuple:
        if arguments[-1] is not Ellipsis:
            return f"list of {len(arguments)}: {_told(arguments[0], ())}"
        return f"list: {_told(arguments[0], ())}"
    if origin is dict:
        return f"mapping from {_told(arguments[0], ())} to {_told(arguments[1], ())}"
    if isinstance(annotation, type):
        return _of_type(annotation)
    if arguments and not any(isinstance(each, str | int) for each in arguments):
        sides = [each for each in arguments if each is not type(None)]
        return " or ".join(dict.fromkeys(_told(each, ()) for each in sides))
    return ", ".join(f"`{word}`" for word in arguments) if arguments else "anything"


def _of_type(annotation: type) -> str:
    names = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    if annotation is Text:
        return "text, or text by language"
    if annotation is Money:
        return "money, as in `1200 USD`"
    if annotation.__name__ == "Estimate":
        return "duration, or its `low`, `likely`, `high`"
    if issubclass(annotation, BaseModel):
        return annotation.__name__
    return names.get(annotation, "date, YYYY-MM-DD" if annotation.__name__ == "date" else "anything")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for each in get_args(annotation):
            yield from _models(each)


def _inside(model: type[BaseModel], told: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """The models in a model's own keys that have not been told of yet, each before what is in it."""
    hidden = ("Money", "Estimate", "DeviceType", "Provenance")
    for key in _own_keys(model):
        field = shape.field_of(model, key)
        for inner in _models(field.annotation if field is not None else None):
            if inner not in told and inner.__name__ not in hidden:
                told.add(inner)
                yield inner
                yield from _inside(inner, told)


def _sentence(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _first_line(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
