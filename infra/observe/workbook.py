"""The first sheet of an XLSX workbook as cells with their places; hostile files are refused unopened."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from specs.importing.tables import LONGEST_CELL, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, cell
from specs.issues import Issue, Location, SpecError

MOST_UNPACKED: Final = 200_000_000
"""Bytes that all parts of a workbook may come to."""
MOST_PARTS: Final = 2_000
MOST_EXPANSION: Final = 200
"""Times by which one part may be larger than it is packed, where it is larger than a megabyte."""

_MEGABYTE: Final = 1_000_000


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does, as every XLSX file is one."""
    return data[:4] == b"PK\x03\x04"


def read_sheet(data: bytes, file: str) -> list[list[Cell]]:
    """Every row of the first sheet, values as text; SpecError where the workbook is refused.

    Formulas are not worked out: what the spreadsheet last saw in such a cell counts, and where it saw nothing
    the cell is refused. A row's place is its number in the sheet.
    """
    _guard(data, file)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            raw = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            try:
                return list(_rows(book, raw, file))
            finally:
                book.close()
                raw.close()
    except SpecError:
        raise
    except Exception as fault:
        raise _refused(file, f"the workbook cannot be read ({type(fault).__name__})") from None


def _guard(data: bytes, file: str) -> None:
    """Refuse what unfolds to far more than it is, before anything of it is unfolded."""
    if len(data) > MOST_BYTES:
        raise _refused(file, f"the file is larger than {MOST_BYTES // _MEGABYTE} MB", "save a part of it")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refused(file, "the file is no whole workbook") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused(file, "the workbook unfolds to more than any stocktake does")
    for part in parts:
        packed = max(part.compress_size, 1)
        if part.file_size > _MEGABYTE and part.file_size / packed > MOST_EXPANSION:
            raise _refused(file, "a part of the workbook unfolds to hundreds of times its size")
        if part.filename.startswith("/") or ".." in part.filename.split("/"):
            raise _refused(file, "a part of the workbook lies outside of it")
        if part.flag_bits & 1:
            raise _refused(file, "the workbook is encrypted", "save it without a password")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise _refused(file, "the archive holds no workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            declares = any(_declares(archive, part) for part in parts)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, EOFError):
        raise _refused(file, "the file is no whole workbook") from None
    if declares:
        raise _refused(file, "a part of the workbook declares entities of its own, as no spreadsheet does")


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part has a document type, in which entities can be made that unfold without end."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_MEGABYTE):
            # A null between the letters is how UTF-16 writes them.
            letters = (tail + chunk).replace(b"\0", b"")
            if b"<!DOCTYPE" in letters or b"<!ENTITY" in letters:
                return True
            tail = chunk[-64:]
    return False


def _rows(book: Any, raw: Any, file: str) -> Iterator[list[Cell]]:
    sheet, formulas = book.worksheets[0], raw.worksheets[0]
    place = f"{file}!{sheet.title}"
    sheet.reset_dimensions()
    formulas.reset_dimensions()
    pairs = zip(sheet.iter_rows(), formulas.iter_rows(), strict=True)
    width = 0
    for number, (values, written) in enumerate(pairs, start=1):
        if number > MOST_ROWS:
            raise _refused(file, f"the sheet has more than {MOST_ROWS:,} rows", "split it")
        if len(values) > MOST_COLUMNS:
            raise _refused(file, f"a row has more than {MOST_COLUMNS} cells", "delete the others")
        line = [
            _cell(value.value, formula.value, Location(place, number, column))
            for column, (value, formula) in enumerate(zip(values, written, strict=True), start=1)
        ]
        width = width or len(line)
        while len(line) > width and not line[-1].text:
            line.pop()
        line += [Cell("", Location(place, number, column)) for column in range(len(line) + 1, width + 1)]
        yield line


def _cell(value: Any, written: Any, place: Location) -> Cell:
    if value is None and isinstance(written, str) and written.startswith("="):
        message = f"cell {_name(place)} holds a formula that no spreadsheet has worked out"
        raise SpecError(
            [Issue("XLS-002", place, message, "write its value, or save it once in a spreadsheet")]
        )
    if isinstance(value, str) and value.startswith("#") and value.endswith(("!", "?", "/A", "#")):
        raise SpecError([Issue("XLS-002", place, f"cell {_name(place)} holds the error {value}", "mend it")])
    return cell(_text(value), place)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[: LONGEST_CELL + 1]


def _name(place: Location) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(place.column)}{place.line}"


def _refused(file: str, message: str, hint: str = "save the sheet as CSV and take that") -> SpecError:
    return SpecError([Issue("XLS-001", Location(file, 1, 1), message, hint)])
