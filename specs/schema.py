"""The estate format as JSON Schema (draft 2020-12), generated from the models, for editors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from specs.amending import AMENDS
from specs.model import COLLECTIONS, FORMAT_VERSION, Estate

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
FILE: Final = Path(__file__).parent / "estate.schema.json"
"""The schema as it comes with Thabat, for the modelines of bundled estates."""
AMENDING_FILE: Final = Path(__file__).parent / "amendment.schema.json"
"""The same for files that amend another estate."""

KEY_PATTERN: Final = r"^[A-Za-z0-9\[][A-Za-z0-9._,\[\]-]*$"
"""An id, or one with ranges."""
_RANGE: Final = {"type": "string", "pattern": r"\[[A-Za-z0-9]+[-,][A-Za-z0-9,-]+\]"}
_DESCRIBES: Final = ("title", "description", "default", "examples")

Json = dict[str, Any]


def estate_schema(*, amending: bool = False) -> Json:
    """What one file of an estate may hold; every top-level key is optional, because files are merged.

    Of an amending estate nothing is required, and null removes.
    """
    whole = Estate.model_json_schema(mode="validation", by_alias=True)
    definitions: Json = {name: _written(each) for name, each in sorted(whole["$defs"].items())}
    if amending:
        definitions = {name: _amending(each) for name, each in definitions.items()}
    return {
        "$schema": DRAFT,
        "$id": f"urn:thabat:{'amendment' if amending else 'estate'}:{FORMAT_VERSION}",
        "title": "Amendment of an estate" if amending else "Estate",
        "description": Estate.__doc__,
        "type": "object",
        "properties": {
            AMENDS: {
                "type": "string",
                "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
                "description": "The estate that these files amend: a folder beside this, or a bundled one.",
            },
            **{name: _top(name, each, amending) for name, each in whole["properties"].items()},
        },
        "additionalProperties": False,
        "$defs": definitions | {"Range": dict(_RANGE)} | dict(sorted(_quantities(whole["$defs"]).items())),
    }


def estate_schema_text(*, amending: bool = False) -> str:
    """The schema as text, ending in a newline."""
    return json.dumps(estate_schema(amending=amending), indent=1, ensure_ascii=False) + "\n"


def _top(name: str, schema: Json, amending: bool) -> Json:
    description = " ".join((Estate.model_fields[name].description or "").split())
    if name not in COLLECTIONS:
        return {key: value for key, value in schema.items() if key != "default"} | {
            "description": description
        }
    element = schema["additionalProperties"]
    return {
        "type": ["object", "null"],
        "description": description,
        "patternProperties": {KEY_PATTERN: {"anyOf": [element, {"type": "null"}]}},
        "additionalProperties": False,
    }


def _written(definition: Json) -> Json:
    """A definition as the format is written: the key is the id, and ranges may stand for numbers."""
    if "properties" not in definition:
        return _each_inside(definition, _written)
    properties = {
        name: _or_range(_without_noise(each))
        for name, each in definition["properties"].items()
        if name != "id" or "id" in definition.get("required", ())
    }
    return {**definition, "properties": properties}


def _without_noise(schema: Json) -> Json:
    """Without titles that repeat the key, and defaults that say that there is none."""
    return {
        key: value
        for key, value in schema.items()
        if key != "title" and not (key == "default" and value is None)
    }


def _or_range(schema: Json) -> Json:
    """A number, a quantity, a day or a word of few, or the range of them where the element's key has one."""
    described: Json = {key: schema[key] for key in _DESCRIBES if key in schema}
    rest: Json = {key: value for key, value in schema.items() if key not in described}
    if "anyOf" in rest:
        return {**described, **rest, "anyOf": [*map(_or_range, rest["anyOf"])]}
    if "x-thabat-dimension" in rest:
        return {**described, "$ref": f"#/$defs/{_quantity_name(rest)}"}
    if rest.get("type") in ("integer", "number") or rest.get("format") == "date" or "enum" in rest:
        return {**described, "anyOf": [rest, {"$ref": "#/$defs/Range"}]}
    return schema


def _quantities(definitions: Json) -> Json:
    """One definition for each dimension, with the range that may stand in its place."""
    found: Json = {}
    waiting: list[Any] = [definitions]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "x-thabat-dimension" in each:
                bare = {
                    key: value
                    for key, value in each.items()
                    if key not in ("title", "description", "default")
                }
                found[_quantity_name(each)] = {"anyOf": [bare, {"$ref": "#/$defs/Range"}]}
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found


def _quantity_name(schema: Json) -> str:
    return f"quantity_{schema['x-thabat-dimension']}"


def _amending(definition: Json) -> Json:
    inside = {key: value for key, value in definition.items() if key != "required"}
    if "properties" in inside:
        inside["properties"] = {
            name: {"anyOf": [each, {"type": "null"}], "description": each.get("description", "")}
            for name, each in inside["properties"].items()
        }
    return _each_inside(inside, _amending)


def _each_inside(definition: Json, change: Callable[[Json], Json]) -> Json:
    if "anyOf" not in definition:
        return definition
    return {**definition, "anyOf": [change(each) for each in definition["anyOf"]]}
