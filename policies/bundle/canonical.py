"""JSON in one form only, so that whatever was changed in it shows, and read with care."""

import hashlib
import json
from typing import Any


class NotCanonical(ValueError):
    """Text that is no JSON, or JSON in another form than ours; the message says which."""


def rendered(value: Any) -> bytes:
    """The value on one line: keys sorted, no spaces, UTF-8, and a line end.

    >>> rendered({"b": 1, "a": "ق"}).decode()
    '{"a":"ق","b":1}\\n'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"


def parsed(data: bytes) -> Any:
    """The JSON value in the bytes, whatever its spacing; NotCanonical for doubled keys and what is no JSON.

    >>> parsed(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    policies.bundle.canonical.NotCanonical: the key `a` stands twice in one mapping
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise NotCanonical(f"it is no UTF-8 text (byte {fault.start})") from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refused, parse_int=_integer)
    except json.JSONDecodeError as fault:
        raise NotCanonical(f"it is no JSON (line {fault.lineno}, column {fault.colno})") from None
    except RecursionError:
        raise NotCanonical("values lie too deep within each other") from None


def canonical(data: bytes) -> Any:
    """The JSON value in the bytes, if `rendered` would give just those bytes; NotCanonical otherwise."""
    value = parsed(data)
    try:
        again = rendered(value)
    except (ValueError, RecursionError):
        again = b""
    if again != data:
        raise NotCanonical(
            "it is not in the one form in which it is written: spaces, order or escapes differ"
        )
    return value


def digest(data: bytes) -> str:
    """SHA-256 (FIPS 180-4) of the bytes, in hexadecimal.

    >>> digest(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NotCanonical(f"the key `{key[:80]}` stands twice in one mapping")
        found[key] = value
    return found


def _refused(text: str) -> Any:
    raise NotCanonical(f"`{text}` is no number of JSON")


def _integer(text: str) -> int:
    if len(text) > 30:
        raise NotCanonical("a number in it has more than 30 digits")
    return int(text)
