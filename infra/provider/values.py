"""Property values as the engine sends them, as Python values, and back."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

from infra.register.paths import below

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Key of an object that stands for something else than itself."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
ASSETS: Final = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})
UNKNOWN_TEXTS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What stands for an unknown value: any, a boolean, a number, an array or asset, a text or object."""

_WHOLE_UP_TO: Final = 2**53
"""Every whole number below it is exact as a double, and so as a number of the engine's."""


class Unknown:
    """A value that will be known only once something else has been made."""

    _only: "Unknown | None" = None

    def __new__(cls) -> "Unknown":
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Secret:
    """A value that was marked secret. It is never shown: neither its text nor its representation holds it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "SECRET"


class Foreign:
    """Something that is no plain value: an asset, an archive, a reference to a resource."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __repr__(self) -> str:
        return f"<{self.what}>"


def from_struct(struct: Struct) -> dict[str, Any]:
    """The properties in a message; whole numbers as integers, the engine's marks as values of this module."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: Value) -> Any:
    """One value of a message."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _WHOLE_UP_TO else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_value(entry) for entry in value.list_value.values]
    if kind == "struct_value":
        return _from_object(value.struct_value)
    return None


def to_struct(properties: Mapping[str, Any]) -> Struct:
    """The message that holds those properties."""
    struct = Struct()
    for key, value in properties.items():
        _fill(struct.fields[key], value)
    return struct


def paths_of(value: Any, kind: type[Any], path: str = "") -> Iterator[str]:
    """Where values of that kind stand in a value, as property paths.

    >>> list(paths_of({"a": [1, Secret("x")], "b": {"c.d": Secret("y")}}, Secret))
    ['a[1]', 'b["c.d"]']
    """
    if isinstance(value, kind):
        yield path
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from paths_of(value[key], kind, below(path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from paths_of(entry, kind, f"{path}[{index}]")


def _from_object(struct: Struct) -> Any:
    fields = struct.fields
    if SIGNATURE not in fields:
        return {key: from_value(value) for key, value in fields.items()}
    signature = fields[SIGNATURE].string_value
    if signature == SECRET:
        return Secret(from_value(fields["value"]) if "value" in fields else None)
    if signature == OUTPUT:
        inner = from_value(fields["value"]) if "value" in fields else UNKNOWN
        is_secret = "secret" in fields and fields["secret"].bool_value
        return Secret(inner) if is_secret and not isinstance(inner, Secret) else inner
    if signature == RESOURCE:
        return Foreign("reference to a resource")
    return Foreign("file" if signature in ASSETS else "value of an unknown kind")


def _fill(message: Value, value: Any) -> None:
    if value is None:
        message.null_value = 0  # type: ignore[assignment]
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number that can be sent")
        message.number_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, Unknown):
        message.string_value = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    elif isinstance(value, Secret):
        fields = message.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _fill(fields["value"], value.reveal())
    elif isinstance(value, Mapping):
        message.struct_value.SetInParent()
        for key, entry in value.items():
            _fill(message.struct_value.fields[key], entry)
    elif isinstance(value, list | tuple):
        message.list_value.SetInParent()
        for entry in value:
            _fill(message.list_value.values.add(), entry)
    else:
        raise TypeError(f"{type(value).__name__} is no property value")
