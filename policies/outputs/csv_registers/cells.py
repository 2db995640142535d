"""Rows of registers: each value as a cell that is harmless, and where it is written."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from policies.evidence import UNDECLARED
from policies.outputs.exported import Exported
from policies.wording import amount, number, shown
from specs.base import Element
from specs.issues import Location

Row = Mapping[str, object]

HEAD: Final = ("classification", "estate", "version", "digest", "phase", "judged_on")
"""First columns of every register."""

PLACE: Final = ("file", "line")
"""Last columns of every register: where the row is declared."""

_FORMULA = re.compile(r"(^|;[\s\"']*)(?=[=+\-@\t\r\n＝＋－＠])")
"""Where a spreadsheet would see a formula begin; after a semicolon too, by which some split."""
_LONGEST = 4000


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula, on one line.

    >>> cell("=HYPERLINK(1)"), cell("a;-1"), cell(True), cell(None)
    ("'=HYPERLINK(1)", "a;'-1", 'yes', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = number(value) if isinstance(value, float) else str(value)
    return _FORMULA.sub(r"\1'", shown(text, _LONGEST))


def written(exported: Exported, columns: Iterable[str], rows: Iterable[Row]) -> str:
    """A register as text: `HEAD` and the columns as header row, then the rows; lines end with CR LF."""
    judgement, text = exported.judgement, io.StringIO()
    head = (
        judgement.classification,
        judgement.title,
        judgement.version,
        judgement.digest,
        judgement.phase,
        judgement.on.isoformat(),
    )
    names, first = tuple(columns), tuple(map(cell, head))
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*HEAD, *names))
    writer.writerows((*first, *(cell(row.get(name)) for name in names)) for row in rows)
    return text.getvalue()


def field_of(element: Element, name: str) -> str | None:
    """A field of an element that is text; None where it has none of that name."""
    value = getattr(element, name, None)
    return value if isinstance(value, str) else None


def place_of(exported: Exported, at: Location | None) -> dict[str, object]:
    """The columns of `PLACE`."""
    return {} if at is None else {"file": exported.origin.file(at), "line": at.line}


def duration(value: float | None) -> str:
    """A duration in s for people; `undeclared` where nobody said it."""
    return UNDECLARED if value is None else amount(value, "duration")


def controls_of(controls: Mapping[Any, tuple[str, ...]] | None) -> str:
    """Controls by framework, on one line."""
    return "; ".join(f"{key}: {', '.join(ids)}" for key, ids in sorted((controls or {}).items()))
