"""CSV as people and spreadsheets write it, every cell with its line and column.

RFC 4180, with comma, semicolon, tab or bar between the cells, and a byte order mark or none. A cell is text:
what looks like a formula is only its letters, and a spreadsheet's guard (a leading apostrophe) is taken off.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from specs.issues import Issue, Location, SpecError
from specs.text import did_you_mean, plain

MOST_BYTES: Final = 32_000_000
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 300
LONGEST_CELL: Final = 10_000

_DELIMITERS: Final = ",;\t|"
_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')
_BARE = {mark: re.compile(rf"[^{re.escape(mark)}\r\n]*") for mark in _DELIMITERS}
_LINE_END = re.compile(r"\r\n|\n|\r")
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_GUARDED = re.compile(r"'[=+\-@\t]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Cell:
    """A cell's text, without blanks around it, and where it begins."""

    text: str
    location: Location


@dataclass(frozen=True)
class Row:
    """One row, by the field that each column stands for."""

    location: Location
    cells: Mapping[str, Cell]

    def text(self, field: str) -> str:
        """What stands there; empty where the table has no such column."""
        cell = self.cells.get(field)
        return cell.text if cell else ""

    def at(self, field: str) -> Location:
        """Where it stands, or the row where there is no such column."""
        cell = self.cells.get(field)
        return cell.location if cell else self.location


@dataclass(frozen=True)
class Column:
    """A field of a table, and the headings under which it may stand."""

    field: str
    also: tuple[str, ...] = ()
    """Other headings, as normalised (`serial_number`)."""
    required: bool = False


def read_table(data: bytes, file: str, columns: Sequence[Column]) -> tuple[Row, ...]:
    """The rows of a CSV file with one heading a column; SpecError with every fault.

    Headings count by their letters alone (`Serial number` is `serial_number`, `site.slug` is `site`); columns
    that nobody asked for are passed over, and so are empty rows.
    """
    return rows_under_headings(list(_lines(_decoded(data, file), file)), file, columns)


def rows_under_headings(
    lines: Sequence[Sequence[Cell]], file: str, columns: Sequence[Column]
) -> tuple[Row, ...]:
    """Rows of cells, however they were read, by the headings of the first; SpecError with every fault."""
    if not lines:
        raise _refused(file, 1, 1, "CSV-002", "the file is empty", "export it again, with its headings")
    fields = _fields(lines[0], columns, file)
    issues: list[Issue] = []
    rows: list[Row] = []
    for line in lines[1:]:
        if not any(cell.text for cell in line):
            continue
        if len(line) != len(lines[0]):
            issues.append(
                Issue(
                    "CSV-004",
                    line[0].location,
                    f"{len(line)} cells stand in this row, and {len(lines[0])} headings at the top",
                    "quote cells that hold the delimiter or a line end",
                )
            )
        else:
            cells = {field: cell for field, cell in zip(fields, line, strict=True) if field}
            rows.append(Row(line[0].location, cells))
    if issues:
        raise SpecError(issues)
    return tuple(rows)


def heading(text: str) -> str:
    """A heading by its letters alone.

    >>> heading("Serial number"), heading("site.slug"), heading("Height (U)")
    ('serial_number', 'site', 'height_u')
    """
    return _NOT_A_NAME.sub("_", text.partition(".")[0].casefold()).strip("_")


def _fields(headings: Sequence[Cell], columns: Sequence[Column], file: str) -> list[str]:
    meant = {name: column.field for column in columns for name in (column.field, *column.also)}
    found = [meant.get(heading(cell.text), "") for cell in headings]
    issues = [
        Issue(
            "CSV-005",
            cell.location,
            f"two columns stand for `{field}`",
            "delete the one that does not count",
        )
        for index, (cell, field) in enumerate(zip(headings, found, strict=True))
        if field and field in found[:index]
    ]
    seen = Counter(found)
    for column in columns:
        if column.required and not seen[column.field]:
            message = f"no column is headed `{column.field}`"
            known = [cell.text for cell in headings if cell.text]
            issues.append(
                Issue("CSV-003", Location(file, 1, 1), message, f"the headings are {', '.join(known)[:200]}")
            )
    if issues:
        raise SpecError(issues)
    return found


def one_of(row: Row, field: str, known: Mapping[str, str], issues: list[Issue], otherwise: str = "") -> str:
    """What a cell stands for among known words (`Front` is `front`); an issue for any other."""
    text = row.text(field)
    if not text:
        return otherwise
    meant = known.get(heading(text))
    if meant is None:
        issues.append(_cell_issue(row, field, f"`{text}` is no {field}", did_you_mean(text, known)))
        return otherwise
    return meant


def number(row: Row, field: str, issues: list[Issue], most: float = 1e12) -> float | None:
    """The number in a cell, None where it is empty; an issue where it is none."""
    return quantity(row, field, {}, issues, most)


def quantity(
    row: Row, field: str, units: Mapping[str, float], issues: list[Issue], most: float = 1e12
) -> float | None:
    """The number in a cell times its unit's size (1 where it has none); an issue where it is none."""
    text = row.text(field)
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    unit = found[2].casefold() if found else ""
    if found is None or (unit and unit not in units):
        wanted = f"a number, or a number of {', '.join(units)}" if units else "a number"
        issues.append(_cell_issue(row, field, f"`{text}` is no {field.replace('_', ' ')}", f"write {wanted}"))
        return None
    value = float(found[1]) * (units[unit] if unit else 1.0)
    if value > most:
        issues.append(
            _cell_issue(row, field, f"`{text}` is too much for a {field.replace('_', ' ')}", "check it")
        )
        return None
    return value


_NUMBER = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([^\W\d_]*)(?:\s*\(.*\))?")


def _cell_issue(row: Row, field: str, message: str, hint: str) -> Issue:
    return Issue("CSV-006", row.at(field), message, hint)


def _refused(file: str, line: int, column: int, code: str, message: str, hint: str) -> SpecError:
    return SpecError([Issue(code, Location(file, line, column), message, hint)])


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MOST_BYTES:
        raise _refused(
            file,
            1,
            1,
            "CSV-001",
            f"the file is larger than {MOST_BYTES // 1_000_000} MB",
            "export a part of it",
        )
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise _refused(
            file, line, 1, "CSV-001", "the file is not UTF-8 text", "save it as CSV UTF-8"
        ) from None


def _lines(text: str, file: str) -> Iterator[list[Cell]]:
    """Every row's cells. The delimiter is the one that stands most often in the first line."""
    first = _QUOTED.sub("", _LINE_END.split(text, maxsplit=1)[0])
    delimiter = max(_DELIMITERS, key=first.count)
    bare = _BARE[delimiter]
    index, line, line_start, rows = 0, 1, 0, 0
    cells: list[Cell] = []
    while index < len(text):
        place = Location(file, line, index - line_start + 1)
        quoted = _QUOTED.match(text, index) if text[index] == '"' else None
        if quoted:
            raw, end = quoted[1].replace('""', '"'), quoted.end()
            ends = list(_LINE_END.finditer(text, index, end))
            if ends:
                line, line_start = line + len(ends), ends[-1].end()
            if end < len(text) and text[end] not in (delimiter, "\r", "\n"):
                raise _refused(
                    file, line, end - line_start + 1, "CSV-007", "text stands behind a quoted cell", _QUOTE
                )
        elif text[index] == '"':
            raise _refused(file, place.line, place.column, "CSV-007", "a quote is never closed", _QUOTE)
        else:
            found = bare.match(text, index)
            raw, end = (found[0], found.end()) if found else ("", index)
        cells.append(cell(raw, place))
        if len(cells) > MOST_COLUMNS:
            raise _refused(file, line, 1, "CSV-001", f"a row has more than {MOST_COLUMNS} cells", _QUOTE)
        if end < len(text) and text[end] == delimiter:
            index = end + 1
            if index < len(text):
                continue
            cells.append(Cell("", Location(file, line, index - line_start + 1)))
            end = index
        newline = _LINE_END.match(text, end)
        yield cells
        cells, rows = [], rows + 1
        if rows > MOST_ROWS:
            raise _refused(file, line, 1, "CSV-001", f"the file has more than {MOST_ROWS:,} rows", "split it")
        if newline is None:
            return
        index, line, line_start = newline.end(), line + 1, newline.end()
    if cells:
        yield cells


_QUOTE: Final = 'put quotes around the whole cell, and write a quote within it as ""'


def cell(raw: str, place: Location) -> Cell:
    """A cell with that in it, without blanks around and a spreadsheet's guard; SpecError for hostile text."""
    if len(raw) > LONGEST_CELL:
        raise SpecError([Issue("CSV-001", place, f"a cell longer than {LONGEST_CELL:,} characters", _QUOTE)])
    found = _FORBIDDEN.search(raw)
    if found:
        message = (
            f"the cell holds a character that steers a terminal or the direction of text: {plain(found[0])}"
        )
        raise SpecError([Issue("CSV-008", place, message, "delete it")])
    text = _LINE_END.sub("\n", raw.strip())
    if _GUARDED.match(text):
        text = text[1:]
    return Cell("" if text in ("—", "None") else text, place)
