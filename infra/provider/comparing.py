"""What is different between the properties a resource has and those it should have."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.provider.values import UNKNOWN
from infra.register.paths import below


@dataclass(frozen=True, order=True)
class Difference:
    """One property that is different."""

    path: str
    """Where, as the engine writes paths."""
    kind: Literal["added", "removed", "changed"]
    """How."""
    replaces: bool
    """Whether it makes another thing of the resource, so that a new one takes its place."""


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], replacing: Collection[str] = ()
) -> tuple[Difference, ...]:
    """Every difference, by path; those below a property in `replacing` ask for a replacement.

    >>> differences({"holds": {"a": {"position": 1}}}, {"holds": {"a": {"position": 3}}})[0].path
    'holds.a.position'
    """
    found: list[Difference] = []
    for name in sorted({*old, *new}):
        of_name = _below(
            {name: old[name]} if name in old else {}, {name: new[name]} if name in new else {}, ""
        )
        found += (Difference(path, kind, name in replacing) for path, kind in of_name)
    return tuple(sorted(found))


_Kind = Literal["added", "removed", "changed"]


def _below(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[tuple[str, _Kind]]:
    for key in sorted({*old, *new}):
        at = below(path, key)
        if key not in new:
            yield at, "removed"
        elif key not in old:
            yield at, "added"
        else:
            yield from _between(old[key], new[key], at)


def _between(old: Any, new: Any, path: str) -> Iterator[tuple[str, _Kind]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _below(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            at = f"{path}[{index}]"
            if index >= len(new):
                yield at, "removed"
            elif index >= len(old):
                yield at, "added"
            else:
                yield from _between(old[index], new[index], at)
    elif new is UNKNOWN or old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path, "changed"
