"""What verifying finds, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["missing", "unexpected", "different"]
"""Not where it should be; where nothing should be; there, and not as it should be."""

Between = Literal["declared-told", "told-found", "declared-observed"]
"""The estate against what the register was told, that against what stands there, the estate against looks."""


@dataclass(frozen=True, order=True)
class FieldDifference:
    """One field, as it should be and as it is."""

    field: str
    expected: str
    found: str


@dataclass(frozen=True)
class Difference:
    """One element that two of the three do not agree on."""

    between: Between
    kind: Kind
    element: str
    """`collection/id`."""
    stack: str
    """Stack that it belongs to; empty for what nobody declared."""
    fields: tuple[FieldDifference, ...] = ()
    """Of `different`: what, by name."""
    told: str = ""
    """Who says so and when, for a person."""

    @property
    def order(self) -> tuple[str, str, str, str]:
        """What sorts differences."""
        return self.between, self.kind, self.element, self.stack


@dataclass(frozen=True)
class Coverage:
    """How much of a collection was looked at."""

    collection: str
    declared: int
    observed: int
    """Of those declared: how many somebody has looked at."""
    oldest: date | None = None
    """Day of the oldest of their latest looks."""
    newest: date | None = None

    @property
    def share(self) -> float:
        """Observed of declared; 1 where nothing is declared."""
        return self.observed / self.declared if self.declared else 1.0


@dataclass(frozen=True)
class Verification:
    """What came of it."""

    differences: tuple[Difference, ...]
    """In the order of `Difference.order`."""
    coverage: tuple[Coverage, ...]
    """By collection, of those that can be looked at."""
    unknown: tuple[str, ...]
    """Declared elements that nobody has looked at, as `collection/id`."""
    states: Mapping[str, int]
    """How many rows of the register are planned, ordered, delivered, installed, commissioned."""
    unsettled: tuple[str, ...] = ()
    """Claims that one row lists and another holds, for people: a move half done."""

    @property
    def agrees(self) -> bool:
        """Whether nobody contradicts anybody. What is unknown does not agree; it says nothing."""
        return not self.differences and not self.unsettled


def shown(value: Any) -> str:
    """A value as a person reads it; `–` for none.

    >>> shown(None), shown(12.0), shown(["a", "b"])
    ('–', '12', 'a, b')
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(value[key])}" for key in sorted(value)) or "–"
    return str(value)


def field_differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[FieldDifference, ...]:
    """Fields in which two mappings differ, tables entry by entry, by name."""
    differences: list[FieldDifference] = []
    for name in sorted({*expected, *found}):
        before, after = expected.get(name), found.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            differences += (
                FieldDifference(f"{name}.{inner.field}", inner.expected, inner.found)
                for inner in field_differences(before, after)
            )
        else:
            differences.append(FieldDifference(name, shown(before), shown(after)))
    return tuple(differences)
