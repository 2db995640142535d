"""Stocktakes from CSV and XLSX: what they say, where they are faulty, and what is refused."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from infra.observe.stocktake import TEMPLATE, read_stocktake
from infra.observe.workbook import read_sheet
from infra.register.rows import Seen
from specs.issues import SpecError


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def xlsx(*rows: tuple[Any, ...], title: str = "Hall A") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def issues(data: bytes, file: str = "stock.csv") -> list[str]:
    with pytest.raises(SpecError) as refusal:
        read_stocktake(data, file)
    return [f"{issue.location} {issue.message}" for issue in refusal.value.issues]


def test_a_row_says_what_was_seen_and_an_empty_cell_that_nobody_looked() -> None:
    found = read_stocktake(
        csv("Element;Rack;U;Serial number;Note", "srv-01;a-01;7U;SN-1;", "srv-02;;;;x"), "s.csv"
    )
    assert found.seen == (
        Seen("devices", "srv-01", {"position": 7, "rack": "a-01", "serial": "SN-1"}),
        Seen("devices", "srv-02", {}),
    )


def test_what_was_looked_for_and_not_found_is_absent() -> None:
    found = read_stocktake(csv("element,seen", "racks/a-01,no", "srv-01,yes"), "s.csv")
    assert found.seen == (Seen("devices", "srv-01"), Seen("racks", "a-01", present=False))
    assert found.collections == ("devices", "racks")


def test_a_workbook_says_the_same_as_a_table() -> None:
    rows = (
        ("element", "rack", "position", "seen"),
        ("srv-01", "a-01", 7.0, True),
        ("srv-02", None, None, False),
    )
    assert read_stocktake(xlsx(*rows), "s.xlsx").seen == (
        Seen("devices", "srv-01", {"position": 7, "rack": "a-01"}),
        Seen("devices", "srv-02", present=False),
    )


def test_dates_and_numbers_in_a_workbook_are_text_as_people_read_them() -> None:
    rows = (("element", "serial", "firmware"), ("srv-01", 4711, date(2026, 3, 1)))
    assert read_stocktake(xlsx(*rows), "s.xlsx").seen[0].fields == {
        "firmware": "2026-03-01",
        "serial": "4711",
    }


def test_the_template_is_a_stocktake() -> None:
    assert [one.present for one in read_stocktake(TEMPLATE.encode(), "t.csv").seen] == [True, False]


def test_every_fault_is_told_at_its_cell() -> None:
    faulty = csv(
        "element,collection,position,face,seen,rack",
        "srv-01,deviced,,,,",
        "srv-02,,1.5,,,",
        "srv-03,,many,side,maybe,",
        "srv-04,,,,no,a-01",
        ",,,,,a-01",
        "srv-05,,,,,",
        "devices/srv-05,,,,,",
    )
    assert issues(faulty) == [
        "stock.csv:2:8 there is no collection `deviced`",
        "stock.csv:3:9 `1.5` is no whole number of units",
        "stock.csv:4:9 `many` is no position",
        "stock.csv:4:14 `side` is no face",
        "stock.csv:4:19 `maybe` is no seen",
        "stock.csv:5:11 srv-04 was not there, and yet its rack is told",
        "stock.csv:6:1 the row names no element",
        "stock.csv:8:1 devices/srv-05 stands twice (first at stock.csv:7:1)",
    ]


def test_a_fault_in_a_workbook_is_told_with_its_sheet_row_and_column() -> None:
    assert issues(xlsx(("element", "position"), ("srv-01", 1), ("srv-02", "x")), "s.xlsx") == [
        "s.xlsx!Hall A:3:2 `x` is no position"
    ]


def test_a_formula_that_nobody_worked_out_is_refused_and_never_run() -> None:
    assert issues(xlsx(("element", "serial"), ("srv-01", '=HYPERLINK("http://x","y")')), "s.xlsx") == [
        "s.xlsx!Hall A:2:2 cell B2 holds a formula that no spreadsheet has worked out"
    ]


def test_a_formula_in_a_table_is_only_its_letters() -> None:
    assert read_stocktake(csv("element,serial", "srv-01,=1+1"), "s.csv").seen[0].fields == {"serial": "=1+1"}


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 and nothing more", "the file is no whole workbook"),
        (packed(**{"a.txt": b"x"}), "the archive holds no workbook"),
        (packed(**{"xl/workbook.xml": b"0" * 50_000_000}), "unfolds to hundreds of times its size"),
        (packed(**{"xl/workbook.xml": b"x", "../../etc/passwd": b"x"}), "lies outside of it"),
        (packed(**{"xl/workbook.xml": b"<not xml"}), "the workbook cannot be read"),
        (packed(**{f"xl/{number}": b"x" for number in range(2_001)}), "more than any stocktake"),
    ],
    ids=["torn", "no workbook", "bomb", "outside", "not xml", "many parts"],
)
def test_a_hostile_workbook_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        read_sheet(data, "s.xlsx")


def test_entities_that_unfold_in_a_workbooks_xml_are_refused() -> None:
    whole = xlsx(("element",), ("srv-01",))
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(file, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, bomb if name.endswith("styles.xml") else source.read(name))
    with pytest.raises(SpecError, match="declares entities"):
        read_sheet(file.getvalue(), "s.xlsx")


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    assert issues(b"\x00\x01\x02") != []
    assert issues(b"") == ["stock.csv:1:1 the file is empty"]
    assert "no column is headed `element`" in issues(csv("rack,serial", "a-01,x"))[0]


def test_feeds_are_one_entry_a_cord_however_they_are_parted() -> None:
    data = b'element,feeds\nsrv-01,pdu-b pdu-a\nsrv-02,"pdu-a, pdu-a"\nsrv-03,pdu-b;pdu-a\nsrv-04,\n'
    found = {one.key: one.fields.get("feeds") for one in read_stocktake(data, "s.csv").seen}
    assert found == {
        "srv-01": ["pdu-a", "pdu-b"],
        "srv-02": ["pdu-a", "pdu-a"],
        "srv-03": ["pdu-a", "pdu-b"],
        "srv-04": None,
    }
