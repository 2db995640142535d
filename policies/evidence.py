"""Facts of an estate as evidence: the value at a path, shown short, and where it is written."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from specs.findings import Evidence
from specs.issues import FieldPath
from specs.locate import Places
from specs.model import Estate
from specs.text import plain

UNDECLARED = "undeclared"
_LONGEST = 80


def evidence_for(path: FieldPath, estate: Estate, places: Places) -> Evidence:
    """What stands at the path, and where."""
    return Evidence(path, places.at(path), value_at(path, estate))


def value_at(path: FieldPath, estate: Estate) -> str:
    """The value at the path as the spec would write it, short; `undeclared` where nothing stands there."""
    holder: Any = None
    value: Any = estate
    for part in path:
        holder, value = value, _within(value, part)
        if value is None:
            return UNDECLARED
    if isinstance(value, BaseModel) and len(path) == 2:
        return "declared"
    if isinstance(holder, BaseModel) and isinstance(path[-1], str):
        value = holder.model_dump(mode="json", include={path[-1]}, exclude_defaults=True).get(path[-1], value)
    return shown_value(value)


def _within(value: Any, part: str | int) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, str(part), None)
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, tuple | list) and isinstance(part, int):
        return value[part] if 0 <= part < len(value) else None
    return None


def shown_value(value: Any) -> str:
    """A value as the spec would write it, on one line and short."""
    text = plain(_written(value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BaseModel):
        return _written(value.model_dump(mode="json", exclude_defaults=True))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(entry) for entry in value) + "]"
    return UNDECLARED if value is None else str(value)
