"""CSV registers: RFC 4180, a header that stays, the marking in each row, and no cell that is a formula."""

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from policies.outputs.csv_registers import COLUMNS, FORMS
from policies.outputs.csv_registers.assets import ASSETS
from policies.outputs.csv_registers.cells import HEAD, cell
from policies.outputs.exported import Exported
from specs.findings import Verdict
from tests.policies.conftest import Amend
from tests.policies.oscal.conftest import GOVERNED, exported
from tests.policies.oscal.conftest import governed as governed
from tests.policies.oscal.conftest import hostile as hostile

SILENT = """
data_classes: {citizens: {purpose: null, legal_basis: " "}, idle: {level: internal, personal: true}}
datasets: {persons: {at_rest: null}, logs: {home: {platform: main-logs, site: main}}}
"""


def rows(form: str, of: Exported) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMS[form](of), newline=""), strict=True))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", ["governed", "hostile"])
def test_every_row_has_every_column_the_marking_and_an_end_of_its_own(
    form: str, which: str, request: pytest.FixtureRequest
) -> None:
    of: Exported = request.getfixturevalue(which)
    text = FORMS[form](of)
    table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(table[0]) == COLUMNS[form]
    assert COLUMNS[form][: len(HEAD)] == HEAD
    assert {len(row) for row in table} == {len(COLUMNS[form])}
    assert {row[0] for row in table[1:]} <= {of.judgement.classification}
    assert text.count("\r\n") == text.count("\n") == len(table)


@pytest.mark.parametrize("form", FORMS)
def test_no_cell_of_a_hostile_estate_is_a_formula(form: str, hostile: Exported) -> None:
    for row in rows(form, hostile):
        for value in row.values():
            assert not re.match(r"[=+\-@\t\r＝＋－＠]", value), value
            assert not re.search(r";\s*[=+\-@]", value), value
            assert value.isprintable()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("＝1", "'＝1"),
        ("a;=1", "a;'=1"),
        ('a; "=1', "a; \"'=1"),
        ("a\nb", "a b"),
        ("a=b", "a=b"),
        ("\u202ea", "\\u202ea"),
        ("\x00", "\\u0000"),
        (-1.5, "'-1.5"),
        (date(2026, 11, 1), "2026-11-01"),
        (False, "no"),
        (0, "0"),
        (None, ""),
    ],
)
def test_a_cell_is_harmless_and_on_one_line(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_what_stood_there_is_found_again_by_taking_the_apostrophe_away(hostile: Exported) -> None:
    by_id = {row["asset"]: row for row in rows("csv-assets", hostile)}
    assert by_id["power/main-pdu-1b"]["name"] == '\'=HYPERLINK("http://evil.example")'
    assert by_id["devices/main-srv-1a"]["serial"] == "'+1+cmd"


def test_every_asset_stands_in_the_register_once(governed: Exported) -> None:
    found = [row["asset"] for row in rows("csv-assets", governed)]
    declared = [f"{name}/{one.id}" for name, one in governed.estate.elements() if name in ASSETS]
    assert sorted(found) == sorted(declared)
    by_id = {row["asset"]: row for row in rows("csv-assets", governed)}
    server = governed.estate.devices["main-srv-1a"]
    row = by_id["devices/main-srv-1a"]
    assert (row["rack"], row["site"], row["model"]) == (server.rack, "main", server.model)
    assert row["room"] == governed.estate.racks[str(server.rack)].room
    assert row["serial"] == (server.serial or "undeclared")


def test_the_register_of_findings_holds_all_that_is_no_pass(governed: Exported) -> None:
    found = rows("csv-findings", governed)
    assert len(found) == len(governed.judgement.findings)
    assert {row["verdict"] for row in found} == {"fail", "unknown", "waived"}
    cord = next(row for row in found if row["element"] == "devices/main-srv-1a" and row["rule"] == "PWR-001")
    assert (cord["file"], cord["line"]) == ("plans/my estate/estate.yaml", "4")
    assert cord["actions"] == "second-cord"
    assert "cis: " in cord["controls"] or "nist-800-53: " in cord["controls"]
    assert "devices/main-srv-1a feeds: [main-pdu-1a]" in cord["evidence"]
    borne = next(row for row in found if row["verdict"] == "waived")
    assert (borne["waiver"], borne["actions"]) == ("cord", "")


def test_what_a_baseline_knows_is_marked(governed: Exported) -> None:
    judgement = governed.judgement
    known = replace(
        judgement,
        outcomes=tuple(replace(one, known=one.verdict is not Verdict.PASS) for one in judgement.outcomes),
    )
    assert {row["in_baseline"] for row in rows("csv-findings", replace(governed, judgement=known))} == {"yes"}


def test_the_register_of_processing_says_purpose_basis_retention_and_where_copies_lie(
    governed: Exported,
) -> None:
    found = {row["dataset"]: row for row in rows("csv-processing", governed)}
    row = found["persons"]
    assert (row["data_class"], row["personal"]) == ("citizens", "yes")
    assert (row["purpose"], row["legal_basis"]) == ("Records of civil status", "Civil registry act")
    assert (row["retention"], row["jurisdictions"]) == ("50 y", "XA")
    assert row["home"].endswith("at main")
    assert "dr" in row["copies_at"].split(", ")
    assert row["held_in"] == "XA"


def test_what_nobody_said_of_personal_data_is_undeclared_and_a_class_without_data_is_there_too(
    amend: Amend,
) -> None:
    found = rows("csv-processing", exported(amend(SILENT)))
    persons = next(row for row in found if row["dataset"] == "persons")
    assert (persons["purpose"], persons["legal_basis"], persons["encrypted"]) == ("undeclared",) * 3
    assert "DAT-003 unknown purpose" in persons["findings"]
    idle = next(row for row in found if row["data_class"] == "idle")
    assert (idle["dataset"], idle["retention"], idle["jurisdictions"]) == ("", "undeclared", "undeclared")
    unclassed = next(row for row in found if row["dataset"] == "logs")
    assert (unclassed["data_class"], unclassed["personal"]) == ("undeclared", "undeclared")


def test_what_people_answer_for_stands_in_registers_of_its_own(governed: Exported) -> None:
    (waiver,) = rows("csv-waivers", governed)
    assert (waiver["bears"], waiver["standing"], waiver["approver"]) == ("1", "in-force", "b")
    (attestation,) = rows("csv-attestations", governed)
    assert (attestation["controls"], attestation["standing"]) == (
        "iso-27001: A.6.3; nist-csf: PR.AT",
        "in-force",
    )
    steps = [row for row in rows("csv-actions", governed) if row["action"] == "second-cord"]
    assert [(row["milestone"], row["status"]) for row in steps] == [
        ("", "open"),
        ("1", "done"),
        ("2", "open"),
    ]
    flood = next(row for row in rows("csv-risks", governed) if row["risk"] == "flood")
    assert (flood["level"], flood["accepted_until"]) == ("6", "2027-05-31")
    assert len(rows("csv-drills", governed)) >= len(governed.estate.drills)


def test_an_action_past_its_day_is_overdue_and_an_attestation_past_its_own_expired(amend: Amend) -> None:
    late = exported(amend(GOVERNED), on=date(2027, 6, 1))
    steps = [row for row in rows("csv-actions", late) if row["action"] == "second-cord"]
    assert [row["status"] for row in steps] == ["overdue", "done", "overdue"]
    assert [row["standing"] for row in rows("csv-attestations", late)] == ["expired"]
    assert [row["standing"] for row in rows("csv-waivers", late)] == ["expired"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_judgement_gives_the_same_bytes(form: str, governed: Exported) -> None:
    assert FORMS[form](governed) == FORMS[form](governed)
