"""The package's schema in Pulumi's form, made from the element models."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from infra.provider.kinds import PACKAGE, PLAN_PROPERTIES, identity
from specs.planned import MODELS
from specs.tokens import PLAN_TOKEN, TABLES, TOKENS

_ANYTHING: Final = {"$ref": "pulumi.json#/Any"}
_STAND: Final = f"{PACKAGE}:index:Stand"

_TABLE_TYPES: Final[Mapping[str, dict[str, Any]]] = {
    "holds": {
        "type": "object",
        "additionalProperties": {"type": "object", "$ref": f"#/types/{_STAND}"},
        "description": "By device: where in the rack it stands.",
    },
    "ports": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "By port: the cable or circuit in it, as `collection/id`.",
    },
    "assigned": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "By address: the device that has it.",
    },
    "outlets": {
        "type": "object",
        "additionalProperties": {"type": "number"},
        "description": "By device: watts that it draws here while all its cords carry their share.",
    },
}

_PLAN_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "digest": "Digest of the estate's files.",
    "estate": "Folder or file of the estate.",
    "phase": "Phase or step that the stack stands at.",
    "stack": "The stack.",
    "target": "What `up` makes.",
}


def package_schema(version: str) -> dict[str, Any]:
    """The whole schema of the package at that version."""
    types: dict[str, Any] = {
        _STAND: {
            "type": "object",
            "description": "Where a device stands in a rack.",
            "properties": {
                "face": {"type": "string", "description": "Side that it is mounted on: front or rear."},
                "full_depth": {"type": "boolean", "description": "Whether it takes both sides."},
                "height": {"type": "number", "description": "Rack units."},
                "position": {"type": "integer", "description": "Lowest unit; absent: beside the units."},
            },
        }
    }
    resources = {token: _element(collection, types) for collection, token in TOKENS.items()}
    resources[PLAN_TOKEN] = _plan()
    register = {
        "type": "string",
        "description": "Path or database URL of the asset register.",
        "defaultInfo": {"environment": ["THABAT_REGISTER"]},
    }
    return {
        "name": PACKAGE,
        "version": version,
        "displayName": "Thabat",
        "description": "A national data centre in its asset register.",
        "license": "Apache-2.0",
        "config": {"variables": {"register": register}},
        "provider": {
            "description": "Keeps planned elements in the asset register.",
            "inputProperties": {"register": register},
        },
        "types": types,
        "resources": resources,
        "language": {},
    }


def _element(collection: str, types: dict[str, Any]) -> dict[str, Any]:
    own, required, description = _own_properties(collection)
    definitions, properties = own
    for name, definition in definitions.items():
        if "properties" in definition:
            types[_type_token(name)] = _object_type(definition, definitions)
    properties = {name: _property(entry, definitions) for name, entry in properties.items()}
    properties["key"] = {"type": "string", "description": "Its id in the estate."}
    properties.setdefault("site", {"type": "string", "description": "Site that it belongs to."})
    if collection in TABLES:
        properties[TABLES[collection]] = _TABLE_TYPES[TABLES[collection]]
    for name in identity(collection):
        properties[name] = {**properties[name], "willReplaceOnChanges": True}
    needed = sorted({"key", *required} - {"site"})
    return {
        "description": description,
        "properties": properties,
        "required": needed,
        "inputProperties": properties,
        "requiredInputs": needed,
    }


@cache
def _own_properties(collection: str) -> tuple[tuple[dict[str, Any], dict[str, Any]], tuple[str, ...], str]:
    schema = MODELS[collection].model_json_schema(mode="validation")
    properties = {name: entry for name, entry in schema["properties"].items() if name != "id"}
    return (schema.get("$defs", {}), properties), tuple(schema.get("required", ())), schema["description"]


def _plan() -> dict[str, Any]:
    properties = {
        name: {"type": "string", "description": _PLAN_DESCRIPTIONS[name]} for name in PLAN_PROPERTIES
    }
    return {
        "description": "Says which estate, in which state, the stack was made from. No row of the register.",
        "properties": properties,
        "required": list(PLAN_PROPERTIES),
        "inputProperties": properties,
        "requiredInputs": list(PLAN_PROPERTIES),
    }


def _object_type(definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": definition.get("description", ""),
        "properties": {
            name: _property(entry, definitions) for name, entry in definition["properties"].items()
        },
        "required": sorted(definition.get("required", ())),
    }


def _property(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    described = {"description": entry["description"]} if "description" in entry else {}
    return {**_type(entry, definitions), **described}


def _type(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in entry:
        name = str(entry["$ref"]).rpartition("/")[2]
        definition = definitions[name]
        if "properties" in definition:
            return {"type": "object", "$ref": f"#/types/{_type_token(name)}"}
        return _type(definition, definitions)
    alternatives = entry.get("anyOf") or entry.get("oneOf")
    if alternatives:
        return _one_of([_type(one, definitions) for one in alternatives if one.get("type") != "null"])
    kind = entry.get("type")
    if isinstance(kind, list):
        # What may be written in several ways is planned as text.
        return {"type": "string" if "string" in kind else str(kind[0])}
    if kind == "array":
        items = entry.get("items") or (entry.get("prefixItems") or [{}])[0]
        return {"type": "array", "items": _type(items, definitions)}
    if kind == "object":
        inner = entry.get("additionalProperties")
        values = _type(inner, definitions) if isinstance(inner, Mapping) else dict(_ANYTHING)
        return {"type": "object", "additionalProperties": values}
    if kind in ("string", "integer", "number", "boolean"):
        return {"type": str(kind)}
    return _const(entry)


def _const(entry: Mapping[str, Any]) -> dict[str, Any]:
    values = entry.get("enum", [entry["const"]] if "const" in entry else [])
    if values and all(isinstance(value, str) for value in values):
        return {"type": "string"}
    if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return {"type": "integer"}
    return dict(_ANYTHING)


def _one_of(types: list[dict[str, Any]]) -> dict[str, Any]:
    different = [one for index, one in enumerate(types) if one not in types[:index]]
    if len(different) == 1:
        return different[0]
    return {"oneOf": different} if different else dict(_ANYTHING)


def _type_token(name: str) -> str:
    return f"{PACKAGE}:index:{name}"
