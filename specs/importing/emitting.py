"""Plain values as YAML that this project's reader and any YAML 1.1 or 1.2 reader read back the same."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9_./+-]*(?: [A-Za-z0-9(][A-Za-z0-9_.()/+-]*)*")
_PLAIN_QUANTITY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})? (?:[A-Za-z]+(?:/[A-Za-z]+)?|%|/ [a-z]+)")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def emit(value: Mapping[str, Any], comment: str = "") -> str:
    """A mapping as block YAML with a line end; texts are quoted wherever a reader could take them for more.

    Values are mappings, lists, tuples, texts, whole and finite floating numbers, true, false and None.

    >>> print(emit({"racks": {"a-01": {"units": 42, "name": "no", "feeds": ["a", "b"]}}}), end="")
    racks:
      a-01:
        units: 42
        name: "no"
        feeds: [a, b]
    """
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    return "\n".join([*lines, *(_mapping(value, "") if value else ["{}"])]) + "\n"


def entry(key: str, value: Mapping[str, Any], indent: str) -> str:
    """One key of a mapping and what it holds, to be set into a file with that indent."""
    return "\n".join(_entry(key, value, indent)) + "\n"


def scalar(value: object) -> str:
    """One value in a line.

    >>> scalar("10 Gbit/s"), scalar("12:30"), scalar("010"), scalar("a: b"), scalar(1.5), scalar(None)
    ('10 Gbit/s', '"12:30"', '"010"', '"a: b"', '1.5', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    raise TypeError(f"{type(value).__name__} has no place in an estate")


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, held in value.items():
        yield from _entry(key, held, indent)


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    head = f"{indent}{scalar(str(key))}:"
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + "  ")
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value):
        yield head
        for item in value:
            yield f"{indent}  - {_flow(item)}"
    else:
        yield f"{head} {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{scalar(str(key))}: {_flow(held)}" for key, held in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value)


def _is_plain(text: str) -> bool:
    if text.casefold() in _NOT_TEXT:
        return False
    return bool(_PLAIN_WORDS.fullmatch(text) or _PLAIN_QUANTITY.fullmatch(text))


def _number(value: float) -> str:
    """YAML 1.1 wants a point in a floating number and a sign in its exponent."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("not a finite number")
    digits, e, exponent = repr(value).partition("e")
    if not e:
        return digits
    sign = "" if exponent.startswith("-") else "+"
    return f"{digits if '.' in digits else digits + '.0'}e{sign}{exponent.lstrip('+')}"


def _quoted(text: str) -> str:
    return '"' + "".join(map(_character, text)) + '"'


def _character(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    code = ord(letter)
    if letter.isprintable() and code not in (0x85, 0xA0, 0x2028, 0x2029, 0xFEFF):
        return letter
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
