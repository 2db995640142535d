"""What Pydantic says of a value, told as a fault: in plain words, with what was probably meant."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from specs import shape
from specs.issues import Fault, FieldPath
from specs.text import did_you_mean

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date",
}

LONGEST_ECHO: Final = 60
"""Characters of a value that a message repeats."""


def faults_of(fault: ValidationError, root: type[BaseModel], at: FieldPath = ()) -> list[Fault]:
    """Everything that a validation found; `at` is where the validated value stands in the estate."""
    return [_fault(error, root, at) for error in fault.errors(include_url=False)]


def _fault(error: ErrorDetails, root: type[BaseModel], at: FieldPath) -> Fault:
    kind, inside = error["type"], error["loc"]
    path = (*at, *inside)
    if kind == "extra_forbidden":
        models = shape.models_at(root, inside[:-1])
        known = [key for model in models for key in shape.keys_of(model)]
        message = f"unknown key `{inside[-1]}`{_of(path[:-1])}"
        return Fault("KEY-001", path, message, _likely(str(inside[-1]), tuple(known)))
    if kind == "missing":
        holder = "/".join(map(str, path[:-1])) or "the estate"
        message = f"{holder} lacks `{inside[-1]}`"
        return Fault("KEY-002", path[:-1], message, _says(root, inside))
    field = _field(path)
    if kind in ("quantity", "hinted"):
        code = "VAL-003" if kind == "quantity" else "VAL-004"
        return Fault(code, path, f"{field}{error['msg']}", str(error.get("ctx", {}).get("hint", "")))
    if kind == "literal_error":
        words = shape.words_at(root, inside)
        is_text = isinstance(error["input"], str)
        message = f"{field}{_echo(error['input'])} is not one of the words that may stand here"
        return Fault(
            "VAL-002", path, message, _likely(str(error["input"]), words) if is_text else _one_of(words)
        )
    if kind in _WANTED:
        message = f"{field}here stands {_what(error['input'])}, not {_WANTED[kind]}"
        return Fault("VAL-001", path, message, _mending(kind, error["input"]))
    if kind == "value_error":
        return Fault("VAL-004", path, f"{field}{_reason(error)}", "")
    return Fault("VAL-004", path, f"{field}{error['msg'][:1].lower()}{error['msg'][1:]}", "")


_likely = lru_cache(maxsize=1024)(did_you_mean)
"""The same mistake is often made many times."""


def _reason(error: ErrorDetails) -> str:
    cause = error.get("ctx", {}).get("error")
    return str(cause) if cause is not None else error["msg"].removeprefix("Value error, ")


def _of(path: tuple[str | int, ...]) -> str:
    return f" of {'/'.join(str(step) for step in path)}" if path else ""


def _field(path: tuple[str | int, ...]) -> str:
    """The field that is at fault, where the value alone would not say it."""
    names = [str(step) for step in path[2:] if isinstance(step, str)]
    return f"{'.'.join(names)}: " if names else ""


def _says(root: type[BaseModel], path: tuple[str | int, ...]) -> str:
    for model in shape.models_at(root, path[:-1]):
        field = shape.field_of(model, path[-1])
        if field is not None and field.description:
            return " ".join(field.description.split())
    return ""


def _one_of(words: tuple[str, ...]) -> str:
    return "one of " + ", ".join(f"`{word}`" for word in words) if words else ""


def _echo(value: Any) -> str:
    text = str(value)
    return f"`{text if len(text) <= LONGEST_ECHO else text[:LONGEST_ECHO] + '…'}`"


def _what(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {_echo(value)}"
    return "a mapping" if isinstance(value, Mapping) else "a list"


def _mending(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return f'quote it: "{str(value).lower() if isinstance(value, bool) else value}"'
    if kind in ("list_type", "tuple_type") and not isinstance(value, list | Mapping | None):
        return f"put it in brackets: [{str(value)[:LONGEST_ECHO]}]"
    if isinstance(value, list) and kind not in ("list_type", "tuple_type", "dict_type", "model_type"):
        return 'give one value; if a range is meant, quote it: "[3,5,7]"'
    return ""
