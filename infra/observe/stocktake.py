"""A stocktake: what somebody saw, one row a thing, as a sheet of named columns."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.observe.workbook import is_workbook, read_sheet
from infra.register.rows import Seen
from specs.importing.tables import Column, Row, heading, one_of, quantity, read_table, rows_under_headings
from specs.issues import Issue, Location, SpecError
from specs.text import did_you_mean
from specs.tokens import TOKENS

LONGEST_NAME: Final = 200

COLUMNS: Final = (
    Column("element", ("id", "device", "asset"), required=True),
    Column("collection", ("kind_of_element",)),
    Column("seen", ("present", "found")),
    Column("site"),
    Column("room", ("hall",)),
    Column("rack", ("cabinet",)),
    Column("position", ("unit", "u", "position_u")),
    Column("face", ("side",)),
    Column("model"),
    Column("serial", ("serial_number", "sn")),
    Column("firmware", ("version",)),
    Column(
        "role",
    ),
    Column("units", ("height", "height_u")),
    Column("feeds", ("feed", "power_feeds", "cords")),
)
"""Columns of a stocktake, and the headings under which they may stand."""

TEXTS: Final = ("site", "room", "rack", "model", "serial", "firmware", "role")
"""Columns whose cells are taken as they are."""

TEMPLATE: Final = (
    "element,collection,seen,site,room,rack,position,face,model,serial,firmware,role,note\r\n"
    "srv-01,devices,yes,ndc,hall-a,a-01,12,front,server-2u,SN-0001,,server,an example: write over it\r\n"
    "srv-02,devices,no,,,,,,,,,,looked for and not found\r\n"
)
"""A stocktake to begin with; `note` and any other column is for people."""

_YES: Final = {"yes": "yes", "y": "yes", "true": "yes", "1": "yes", "present": "yes", "found": "yes"}
_NO: Final = {"no": "no", "n": "no", "false": "no", "0": "no", "missing": "no", "absent": "no"}
_NAME: Final = re.compile(r"[^\s/](?:[^\n/]*[^\s/])?")


@dataclass(frozen=True)
class Stocktake:
    """What one file reports."""

    seen: tuple[Seen, ...]
    """By collection and key."""
    digest: str
    """`sha256:…` of the file."""
    notes: tuple[str, ...] = ()
    """What was left out, for a person to read."""

    @property
    def collections(self) -> tuple[str, ...]:
        """Collections that it speaks of."""
        return tuple(sorted({one.collection for one in self.seen})) or ("devices",)


def digest_of(data: bytes) -> str:
    """Digest by which a file is known again."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def sheet_rows(data: bytes, file: str, columns: Sequence[Column]) -> tuple[Row, ...]:
    """The rows of a CSV or XLSX file; SpecError with every fault."""
    if is_workbook(data):
        return rows_under_headings(read_sheet(data, file), file, columns)
    return read_table(data, file, columns)


def read_stocktake(data: bytes, file: str) -> Stocktake:
    """The stocktake in a CSV or XLSX file; SpecError with every fault."""
    issues: list[Issue] = []
    found = [(row, _seen(row, issues)) for row in sheet_rows(data, file, COLUMNS)]
    issues += _twice(found)
    if issues:
        raise SpecError(issues)
    seen = sorted((one for _, one in found), key=lambda one: (one.collection, one.key))
    return Stocktake(tuple(seen), digest_of(data))


def headings(data: bytes, file: str) -> frozenset[str]:
    """The headings of a CSV or XLSX file, by their letters alone."""
    if is_workbook(data):
        lines = read_sheet(data, file)
        return frozenset(heading(cell.text) for cell in lines[0]) if lines else frozenset()
    first = data[:20_000].decode("utf-8-sig", "replace").splitlines()[:1]
    words = re.split(r"[,;\t|]", first[0]) if first else []
    return frozenset(heading(word.strip().strip('"')) for word in words)


def _seen(row: Row, issues: list[Issue]) -> Seen:
    collection, key = _element(row, issues)
    fields: dict[str, Any] = {name: row.text(name) for name in TEXTS if row.text(name)}
    for name, most in (("position", 1000.0), ("units", 200.0)):
        number = quantity(row, name, {"u": 1.0}, issues, most)
        if number is not None and not number.is_integer():
            issues.append(
                _issue(row, name, f"`{row.text(name)}` is no whole number of units", "round it down")
            )
        elif number is not None:
            fields[name] = int(number)
    if feeds := _feeds(row):
        fields["feeds"] = feeds
    if face := one_of(row, "face", {"front": "front", "rear": "rear", "back": "rear"}, issues):
        fields["face"] = face
    present = one_of(row, "seen", {**_YES, **_NO}, issues, otherwise="yes") == "yes"
    if not present and fields:
        shown = ", ".join(sorted(fields))
        issues.append(
            _issue(row, "seen", f"{key} was not there, and yet its {shown} is told", "empty those cells")
        )
    return Seen(collection, key, dict(sorted(fields.items())), present)


def _feeds(row: Row) -> list[str]:
    """One entry a cord, in the order of their names: `pdu-a pdu-b`, with blanks, commas or semicolons."""
    return sorted(name for name in re.split(r"[\s,;|]+", row.text("feeds")) if name)


def _element(row: Row, issues: list[Issue]) -> tuple[str, str]:
    """Collection and key, from `devices/srv-01`, or from `srv-01` with the collection beside it."""
    written = row.text("element")
    before, slash, key = written.partition("/")
    collection = before if slash else row.text("collection").casefold() or "devices"
    key = key if slash else written
    if collection not in TOKENS:
        where = "element" if slash else "collection"
        issues.append(
            _issue(row, where, f"there is no collection `{collection}`", did_you_mean(collection, TOKENS))
        )
    elif slash and row.text("collection") not in ("", collection):
        issues.append(_issue(row, "collection", f"`{written}` is one of the {collection}", "write it once"))
    if not written:
        issues.append(_issue(row, "element", "the row names no element", "fill the cell, or delete the row"))
    elif len(key) > LONGEST_NAME or not _NAME.fullmatch(key):
        issues.append(_issue(row, "element", f"`{key}` is no name of an element", "write its id"))
    return collection, key


def _twice(found: Sequence[tuple[Row, Seen]]) -> Iterator[Issue]:
    first: dict[tuple[str, str], Location] = {}
    for row, one in found:
        place = first.setdefault((one.collection, one.key), row.at("element"))
        if place != row.at("element"):
            message = f"{one.collection}/{one.key} stands twice (first at {place})"
            yield _issue(row, "element", message, "keep the row that is true")


def _issue(row: Row, field: str, message: str, hint: str) -> Issue:
    return Issue("OBS-001", row.at(field), message, hint)
