"""Files become one estate: those of a folder together, an amending folder's over another estate."""

from collections.abc import Sequence
from typing import Final

from specs.expanding import declared_twice
from specs.issues import Issue
from specs.model import COLLECTIONS
from specs.reading import Node
from specs.text import did_you_mean, plain

AMENDS: Final = "amends"
"""Top-level key that names the estate over which the files are laid."""


def together(files: Sequence[Node], issues: list[Issue]) -> dict[str, Node]:
    """What the files of one folder say together; what two of them say is an issue naming both."""
    result: dict[str, Node] = {}
    for file in files:
        for name, entry in file.value.items():
            known = result.get(name)
            if known is None:
                result[name] = entry
            elif name in COLLECTIONS and isinstance(known.value, dict) and isinstance(entry.value, dict):
                result[name] = known.like(_elements_together(name, known.value, entry.value, issues))
            elif entry.value is not None and known.value is not None:
                issues.append(_said_twice((name,), known, entry))
            elif known.value is None:
                result[name] = entry
    return result


def laid_together(files: Sequence[Node], issues: list[Issue]) -> dict[str, Node]:
    """What the files of an amending folder say together: any part, but no value twice."""
    result: dict[str, Node] = {}
    for file in files:
        result = _values_together((), result, file.value, issues)
    return result


def amended(base: dict[str, Node], over: dict[str, Node], issues: list[Issue]) -> dict[str, Node]:
    """The base with the other laid over it: mappings key by key, lists and scalars replace, null removes."""
    return _amended((), base, over, issues)


def _amended(
    path: tuple[str, ...], base: dict[str, Node], over: dict[str, Node], issues: list[Issue]
) -> dict[str, Node]:
    result = dict(base)
    for key, entry in over.items():
        known = base.get(key)
        if entry.value is None:
            if known is None:
                issues.append(_removes_nothing((*path, key), entry, base))
            result.pop(key, None)
        elif not isinstance(entry.value, dict):
            result[key] = entry
        elif known is not None and isinstance(known.value, dict):
            result[key] = known.like(_amended((*path, key), known.value, entry.value, issues))
        else:
            result[key] = entry.like(_amended((*path, key), {}, entry.value, issues))
    return result


def _elements_together(
    collection: str, first: dict[str, Node], second: dict[str, Node], issues: list[Issue]
) -> dict[str, Node]:
    for key in second.keys() & first.keys():
        issues.append(declared_twice(collection, key, first[key], second[key]))
    return first | second


def _values_together(
    path: tuple[str, ...], first: dict[str, Node], second: dict[str, Node], issues: list[Issue]
) -> dict[str, Node]:
    result = dict(first)
    for key, entry in second.items():
        known = first.get(key)
        if known is None:
            result[key] = entry
        elif isinstance(known.value, dict) and isinstance(entry.value, dict):
            result[key] = known.like(_values_together((*path, key), known.value, entry.value, issues))
        else:
            issues.append(_said_twice((*path, key), known, entry))
    return result


def _said_twice(path: tuple[str, ...], first: Node, second: Node) -> Issue:
    message = f"`{plain('/'.join(path))}` stands in two files (first at {first.key_location})"
    return Issue("KEY-004", second.key_location, message, "keep one of the two")


def _removes_nothing(path: tuple[str, ...], entry: Node, base: dict[str, Node]) -> Issue:
    message = f"`{plain('/'.join(path))}` is to be removed, and the amended estate has none"
    return Issue("AMEND-003", entry.key_location, message, did_you_mean(path[-1], base))
