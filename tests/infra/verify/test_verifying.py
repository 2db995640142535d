"""Declared, told and observed, held against each other."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from infra.observe.importing import Scope, take_in
from infra.observe.stocktake import read_stocktake
from infra.register.register import Register
from infra.register.rows import Element, Event
from infra.stacks.inputs import Inputs
from infra.verify.differences import Difference, FieldDifference
from infra.verify.reports import as_json, as_text
from infra.verify.verifying import verify
from tests.infra.stacks.places import inputs, write_estate
from tests.published import hold

DAY = date(2026, 3, 1)
EVERYWHERE = (Scope("devices", None),)


@pytest.fixture
def declared(tmp_path: Path) -> Inputs:
    return inputs(write_estate(tmp_path / "estate", servers=4))


@pytest.fixture
def register(tmp_path: Path, declared: Inputs) -> Iterator[Register]:
    """A register that was told everything that is declared."""
    with Register.open(tmp_path / "register.sqlite") as opened:
        for members in declared.planned.values():
            for one in members:
                urn = f"urn:pulumi:{one.stack}::ndc::{one.token}::{one.key}"
                opened.create(Element(urn, one.stack, one.collection, one.key, dict(one.properties)))
        yield opened


def seen(register: Register, *lines: str, on: date = DAY, covers: tuple[Scope, ...] = EVERYWHERE) -> None:
    data = "\n".join(("element,rack,position,model,serial", *lines)).encode()
    take_in(register, read_stocktake(data, "s.csv"), source="s.csv", who="Ana", on=on, covers=covers)


def found(declared: Inputs, register: Register) -> list[tuple[str, str, str]]:
    return [(one.between, one.kind, one.element) for one in verify(declared, register).differences]


def test_what_nobody_looked_at_is_unknown_and_no_difference(declared: Inputs, register: Register) -> None:
    result = verify(declared, register)
    assert result.agrees
    assert "devices/srv-01" in result.unknown
    assert [(one.collection, one.observed, one.declared) for one in result.coverage] == [
        ("rooms", 0, 2),
        ("racks", 0, 3),
        ("devices", 0, 4),
    ]


def test_one_moved_one_missing_and_one_undeclared_are_exactly_those_three(
    declared: Inputs, register: Register
) -> None:
    seen(
        register,
        "srv-01,a-01,1,S1,sn-01",
        "srv-02,a-02,3,Maker S1,",
        "srv-04,A-01,7,server,SN-04",
        "srv-77,a-01,20,,X-1",
    )
    assert verify(declared, register).differences == (
        Difference(
            "declared-observed",
            "different",
            "devices/srv-02",
            "ndc",
            (FieldDifference("rack", "a-01", "a-02"),),
            "s.csv, Ana, 2026-03-01",
        ),
        Difference(
            "declared-observed",
            "missing",
            "devices/srv-03",
            "ndc",
            (),
            "not reported by s.csv, Ana, 2026-03-01; planned in the register",
        ),
        Difference(
            "declared-observed",
            "unexpected",
            "devices/srv-77",
            "",
            (
                FieldDifference("position", "–", "20"),
                FieldDifference("rack", "–", "a-01"),
                FieldDifference("serial", "–", "X-1"),
            ),
            "s.csv, Ana, 2026-03-01",
        ),
    )


def test_without_a_scope_nothing_is_missing(declared: Inputs, register: Register) -> None:
    seen(register, "srv-01,a-01,1,,", covers=())
    assert found(declared, register) == []
    assert "devices/srv-02" in verify(declared, register).unknown


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ("racks/a-01", ["02", "03", "04"]),
        ("rooms/hall", ["02", "03", "04"]),
        ("racks/a-02", []),
        ("sites/drc", []),
    ],
)
def test_missing_is_what_stands_in_the_scope_and_was_not_reported(
    declared: Inputs, register: Register, place: str, missing: list[str]
) -> None:
    seen(register, "srv-01,a-01,1,,", covers=(Scope("devices", place),))
    expected = [("declared-observed", "missing", f"devices/srv-{key}") for key in missing]
    assert found(declared, register) == expected


def test_what_was_seen_elsewhere_on_the_same_day_is_not_missing_where_it_belongs(
    declared: Inputs, register: Register
) -> None:
    seen(register, "srv-02,a-02,3,,", covers=(Scope("devices", "racks/a-02"),))
    seen(
        register,
        "srv-01,a-01,1,,",
        "srv-03,a-01,5,,",
        "srv-04,a-01,7,,",
        covers=(Scope("devices", "racks/a-01"),),
    )
    assert found(declared, register) == [("declared-observed", "different", "devices/srv-02")]


def test_the_later_look_counts_and_what_it_did_not_look_at_is_still_known(
    declared: Inputs, register: Register
) -> None:
    every = [f"srv-0{number},a-01,{2 * number - 1},,SN-0{number}" for number in range(1, 5)]
    seen(register, *every[:3], "srv-04,a-01,7,,WRONG")
    assert found(declared, register) == [("declared-observed", "different", "devices/srv-04")]
    seen(register, "srv-04,a-01,7,,", on=DAY + timedelta(days=1), covers=())
    assert found(declared, register) == [("declared-observed", "different", "devices/srv-04")]
    seen(register, *every, on=DAY + timedelta(days=2))
    assert found(declared, register) == []


def test_something_undeclared_that_a_later_look_no_longer_reports_is_gone(
    declared: Inputs, register: Register
) -> None:
    every = [f"srv-0{number},a-01,{2 * number - 1},," for number in range(1, 5)]
    seen(register, *every, "srv-77,a-01,20,,")
    seen(register, *every, on=DAY + timedelta(days=1))
    assert found(declared, register) == []


def test_a_device_that_takes_units_although_none_were_planned_is_different(tmp_path: Path) -> None:
    estate = write_estate(tmp_path / "estate", servers=2)
    text = (estate / "estate.yaml").read_text()
    (estate / "estate.yaml").write_text(text.replace(', position: "[1,3]"', ""))
    planned = inputs(estate)
    with Register.open(tmp_path / "register.sqlite") as register:
        seen(register, "srv-01,a-01,9,,", covers=())
        differences = [
            one for one in verify(planned, register).differences if one.between == "declared-observed"
        ]
    assert [one.fields for one in differences] == [(FieldDifference("position", "beside the units", "9"),)]


def test_what_was_changed_in_the_register_without_the_program_is_told_with_its_values(
    tmp_path: Path, declared: Inputs, register: Register
) -> None:
    with sqlite3.connect(tmp_path / "register.sqlite") as connection:
        connection.execute(
            "UPDATE planned SET properties = replace(properties, 'SN-02', 'SN-XX') WHERE key = 'srv-02'"
        )
        connection.execute("DELETE FROM planned WHERE key = 'srv-03'")
    differences = verify(declared, register).differences
    assert [(one.between, one.kind, one.element, one.fields) for one in differences] == [
        ("told-found", "different", "devices/srv-02", (FieldDifference("serial", "SN-02", "SN-XX"),)),
        ("told-found", "missing", "devices/srv-03", ()),
    ]


def test_what_the_estate_says_and_up_has_not_told_yet_is_a_difference(
    tmp_path: Path, register: Register
) -> None:
    changed = inputs(write_estate(tmp_path / "estate", servers=3, serial="NEW"))
    assert found(changed, register) == [
        ("declared-told", "different", "devices/srv-01"),
        ("declared-told", "different", "devices/srv-02"),
        ("declared-told", "different", "devices/srv-03"),
        ("declared-told", "different", "racks/a-01"),
        ("declared-told", "unexpected", "devices/srv-04"),
    ]
    grown = inputs(write_estate(tmp_path / "estate", servers=5))
    assert ("declared-told", "missing", "devices/srv-05") in found(grown, register)


def test_a_recorded_step_of_a_life_is_no_difference_and_is_counted(
    declared: Inputs, register: Register
) -> None:
    register.record(Event("devices", "srv-01", "installed", "Ana", "ticket 1", DAY))
    result = verify(declared, register)
    assert result.agrees
    assert result.states == {"installed": 1, "planned": 11}


def test_the_report_says_how_much_was_seen_and_how_long_ago(declared: Inputs, register: Register) -> None:
    seen(register, "srv-01,a-01,1,,", covers=())
    text = as_text(verify(declared, register), declared, DAY + timedelta(days=40))
    assert "devices 1 of 4 (25%), the oldest look 40 days ago (2026-03-01)" in text
    assert "racks 0 of 3 (0%), never looked at" in text
    assert "UNKNOWN, as nobody has looked: " in text
    assert "Small · internal · version 7" in text


def test_what_a_program_gets_is_as_published(declared: Inputs, register: Register) -> None:
    seen(register, "srv-01,a-02,1,,", "srv-77,a-01,3,,")
    hold(as_json(verify(declared, register), declared, DAY, "1"), "verify")


def test_results_are_the_same_byte_for_byte(declared: Inputs, register: Register) -> None:
    seen(register, "srv-01,a-02,1,,", "srv-77,a-01,3,,")
    texts = {as_json(verify(declared, register), declared, DAY, "1") for _ in range(3)}
    assert len(texts) == 1


def test_a_hostile_name_in_a_stocktake_is_shown_harmless(declared: Inputs, register: Register) -> None:
    seen(register, "<script>x<>,a-01,30,,", covers=())
    assert "devices/<script>x<>" in as_text(verify(declared, register), declared, DAY)
