"""A fault in what somebody wrote: what is wrong, where, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

from specs.text import plain

FieldPath = tuple[str | int, ...]
"""Where in the estate: collection, id, then field by field (`("racks", "a-01", "power")`)."""


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; lines and columns count from 1."""

    file: str
    """Path relative to the estate's root, or as it was given."""
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Issue:
    """One fault, told to the person who can mend it."""

    code: str
    """Stable code (`KEY-001`); `specs.issue_codes` says what each means."""
    location: Location | None
    """Where it is; None where no file is to blame."""
    message: str
    hint: str
    """How to mend it, or empty."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _on_one_line(self.message))
        object.__setattr__(self, "hint", _on_one_line(self.hint))

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        mending = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.code} {self.message}{mending}"


@dataclass(frozen=True)
class Fault:
    """What a consistency check found, in terms of the estate; loading turns its paths into locations."""

    code: str
    path: FieldPath
    message: str
    hint: str
    related: tuple[FieldPath, ...] = ()
    """Other places to blame; their locations are added to the message."""


class SpecError(Exception):
    """The estate cannot be used: every issue of the stage that failed, sorted by place, then code."""

    issues: tuple[Issue, ...]

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = in_order(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


def _on_one_line(text: str) -> str:
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def in_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Each issue once, by file, line and column, then code and message; those without a place come first."""
    return tuple(sorted(dict.fromkeys(issues), key=_place_then_code))


def _place_then_code(issue: Issue) -> tuple[str, int, int, str, str]:
    place = issue.location or Location("", 0, 0)
    return place.file, place.line, place.column, issue.code, issue.message
