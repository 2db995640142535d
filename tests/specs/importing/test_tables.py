"""CSV: every cell where it stands, whoever wrote it; every fault at its line and column."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.importing import tables
from specs.importing.tables import Column, read_table
from specs.issues import SpecError

NAME = (Column("name", ("called",), required=True), Column("serial", ("serial_number",)))


def faults(data: bytes) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read_table(data, "t.csv", NAME)
    return [f"{issue.location} {issue.code}" for issue in caught.value.issues]


_CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"])
    | st.sampled_from(' ,;"\n')
)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=6), st.sampled_from(",;\t|"), st.booleans())
def test_what_the_csv_module_writes_is_read_back(rows: list[tuple[str, str]], mark: str, bom: bool) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([("name", "serial_number"), *rows])
    read = read_table(out.getvalue().encode("utf-8-sig" if bom else "utf-8"), "t.csv", NAME)
    expected = [
        tuple(
            ""
            if cell.strip() in ("—", "None")
            else cell.strip().removeprefix("'")
            if cell.strip()[:2] in ("'=", "'+", "'-", "'@")
            else cell.strip()
            for cell in row
        )
        for row in rows
    ]
    assert [(row.text("name"), row.text("serial")) for row in read] == [row for row in expected if any(row)]


def test_cells_know_their_line_and_column() -> None:
    (first, second) = read_table(b'Called;x;Serial number\r\n"two\r\nlines";;S1\r\nb;c;S2\r\n', "t.csv", NAME)
    assert str(first.at("serial")) == "t.csv:3:9"
    assert str(second.at("serial")) == "t.csv:4:5"
    assert str(second.at("no-such-column")) == "t.csv:4:1"


def test_a_formula_is_only_its_letters() -> None:
    data = b"name,serial\n=cmd|'/c calc'!A1,'=1+1\n"
    (row,) = read_table(data, "t.csv", NAME)
    assert (row.text("name"), row.text("serial")) == ("=cmd|'/c calc'!A1", "=1+1")


def test_spreadsheets_may_write_utf_16() -> None:
    (row,) = read_table("name\tserial\nخادم\tS\n".encode("utf-16"), "t.csv", NAME)
    assert row.text("name") == "خادم"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ["t.csv:1:1 CSV-002"]),
        (b"serial\nx\n", ["t.csv:1:1 CSV-003"]),
        (b"name,called\na,b\n", ["t.csv:1:6 CSV-005"]),
        (b"name,serial\na\nb,c,d\n", ["t.csv:2:1 CSV-004", "t.csv:3:1 CSV-004"]),
        (b'name\n"never closed\n', ["t.csv:2:1 CSV-007"]),
        (b'name\n"closed"behind\n', ["t.csv:2:9 CSV-007"]),
        (b"name\na\x1b[31m\n", ["t.csv:2:1 CSV-008"]),
        (b"name\n\xff\xfe\n", ["t.csv:2:1 CSV-001"]),
        (b"name\n" + b"x" * 10_001, ["t.csv:2:1 CSV-001"]),
        (b"name" + b"," * 301, ["t.csv:1:1 CSV-001"]),
    ],
)
def test_every_fault_is_told_where_it_stands(data: bytes, expected: list[str]) -> None:
    assert faults(data) == expected


def test_a_table_may_not_be_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert faults(b"name\n" + b"a\n" * 4) == ["t.csv:4:1 CSV-001"]
    monkeypatch.setattr(tables, "MOST_BYTES", 5)
    assert faults(b"name\na\n") == ["t.csv:1:1 CSV-001"]


def test_a_million_quotes_take_no_time() -> None:
    assert faults(b"name\n" + b'"' * 1_000_001) == ["t.csv:2:1 CSV-007"]
