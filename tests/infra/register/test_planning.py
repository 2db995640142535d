"""Planned rows: made, changed, retired, made again; and what their history keeps of it."""

from dataclasses import replace
from datetime import date

import pytest

from infra.register import Event, NoSuchRowError, Register, RegisterError, Seen
from tests.infra.register.things import device, element, rack, urn


def test_a_row_holds_what_was_planned_and_who_planned_it(register: Register) -> None:
    planned = element(
        "devices", "d", {"model": "m", "site": "ndc", "name": {"ar": "خادم"}, "n": [1, 2.5, None, True]},
        site="ndc", estate="/e",
    )  # fmt: skip
    row = register.create(planned)
    assert register.planned() == (row,)
    assert register.row(row.token) == row
    assert (row.urn, row.stack, row.reference, row.site, row.estate) == (
        planned.urn, "ndc", "devices/d", "ndc", "/e",
    )  # fmt: skip
    assert dict(row.properties) == dict(planned.properties)
    assert (row.state, row.who, row.update) == ("planned", "tester@bench", "update-1")


def test_making_it_again_gives_one_row_under_a_fresh_token_and_the_same_life(register: Register) -> None:
    first = register.create(rack("r1", a=1))
    second = register.create(rack("r1", a=2))
    assert register.planned() == (second,)
    assert first.token != second.token
    assert first.life == second.life
    assert register.row(first.token) is None


def test_another_identity_begins_another_life(register: Register) -> None:
    first = register.create(element("devices", "d", {"model": "m"}, identity=("key", "model")))
    second = register.create(element("devices", "d", {"model": "other"}, identity=("key", "model")))
    assert first.life != second.life


def test_what_is_installed_stays_so_when_a_killed_run_makes_it_again(register: Register) -> None:
    register.create(device("d", {}))
    register.record(Event("devices", "d", "installed", "A. Engineer", "photo 12", date(2026, 1, 2)))
    assert register.create(device("d", {})).state == "installed"


def test_what_replaces_an_installed_thing_is_only_planned(register: Register) -> None:
    one = element("devices", "d", {"model": "m"}, identity=("key", "model"))
    register.create(one)
    register.record(Event("devices", "d", "installed", "A. Engineer", "photo 12", date(2026, 1, 2)))
    assert register.create(replace(one, properties={"key": "d", "model": "other"})).state == "planned"


def test_a_change_keeps_the_token_and_the_state(register: Register) -> None:
    made = register.create(device("d", {}))
    register.record(Event("devices", "d", "ordered", "Buyer", "order 7", date(2026, 1, 2)))
    changed = register.change(made.token, device("d", {"eth0": "cables/c"}))
    assert changed.token == made.token
    assert changed.state == "ordered"
    assert changed.properties["ports"] == {"eth0": "cables/c"}


def test_a_change_of_a_token_that_is_gone_says_what_to_do(register: Register) -> None:
    first = register.create(device("d", {}))
    register.create(device("d", {}))
    with pytest.raises(
        NoSuchRowError, match=r"devices/d is not in the register under the id .*pulumi refresh"
    ):
        register.change(first.token, device("d", {"eth0": "cables/c"}))


def test_a_change_may_bring_a_new_urn(register: Register) -> None:
    made = register.create(rack("r1", a=1))
    moved = replace(rack("r1", a=1), urn=urn("Room$Rack", "r1"))
    assert register.change(made.token, moved).urn == moved.urn
    assert [row.urn for row in register.planned()] == [moved.urn]
    assert register.unsettled() == ()
    with pytest.raises(RegisterError, match="held for device a"):
        register.create(replace(rack("r1", b=1), urn="urn:pulumi:other::ndc::x::r1", stack="other"), ())


def test_a_new_urn_that_a_retired_row_had_is_given_to_the_one_in_service(register: Register) -> None:
    old = register.create(rack("r1", a=1))
    register.retire(old.token)
    made = register.create(replace(rack("r1", a=1), urn="urn:pulumi:ndc::ndc::x::r1"))
    changed = register.change(made.token, rack("r1", a=1))
    assert changed.urn == old.urn
    assert len(register.planned(retired=True)) == 2
    assert [row.token for row in register.planned()] == [made.token]


def test_a_new_urn_that_another_row_in_service_has_is_refused(register: Register) -> None:
    register.create(device("a", {}))
    other = register.create(device("b", {}))
    with pytest.raises(RegisterError, match="is the name of another row in service"):
        register.change(other.token, device("a", {}))
    assert [row.key for row in register.planned()] == ["a", "b"]


def test_retiring_keeps_the_row_out_of_service_and_lets_go_of_its_claims(register: Register) -> None:
    made = register.create(rack("r1", a=1))
    retired = register.retire(made.token)
    assert retired is not None
    assert retired.state == "retired"
    assert register.planned() == ()
    assert register.planned(retired=True) == (retired,)
    register.create(replace(rack("r1", b=1), urn="elsewhere"))


def test_only_the_exact_token_retires_and_only_once(register: Register) -> None:
    first = register.create(device("d", {}))
    second = register.create(device("d", {}))
    assert register.retire(first.token) is None
    assert register.planned() == (second,)
    assert register.retire(second.token) is not None
    assert register.retire(second.token) is None


def test_what_was_retired_comes_back_as_a_new_life_with_its_history(register: Register) -> None:
    first = register.create(device("d", {}))
    register.record(Event("devices", "d", "installed", "A. Engineer", "photo 12", date(2026, 1, 2)))
    register.retire(first.token)
    again = register.create(device("d", {}))
    assert again.state == "planned"
    assert again.token != first.token
    assert again.life != first.life
    assert [change.action for change in register.history("devices/d")] == [
        "created", "state", "retired", "created",
    ]  # fmt: skip


def test_the_history_says_who_and_when_and_what_was_before_and_after(register: Register) -> None:
    made = register.create(device("d", {}))
    register.change(made.token, device("d", {"eth0": "cables/c"}))
    register.retire(made.token)
    created, updated, retired = register.history()
    assert created.before is None
    assert created.after == updated.before
    assert updated.after is not None
    assert updated.after["properties"]["ports"] == {"eth0": "cables/c"}
    assert retired.before == updated.after
    assert retired.after == {**updated.after, "state": "retired"}
    assert {(one.who, one.update, one.token) for one in (created, updated, retired)} == {
        ("tester@bench", "update-1", made.token)
    }
    assert created.at <= updated.at <= retired.at


def test_a_run_that_does_not_know_its_estate_keeps_the_one_that_is_known(register: Register) -> None:
    made = register.create(element("devices", "d", estate="/e"))
    assert register.change(made.token, element("devices", "d", {"n": 1})).estate == "/e"


def test_rows_are_listed_in_one_order_whatever_the_database_makes_of_letters(register: Register) -> None:
    keys = ["a", "B", "_", "ب", "a-1", "A1", "é", "z"]
    for key in keys:
        register.create(device(key, {}))
    register.observe(
        source="s", who="w", seen_on=date(2026, 1, 1), seen=[Seen("devices", key) for key in keys]
    )
    assert [row.key for row in register.planned()] == sorted(keys)
    assert [row.key for row in register.observed()] == sorted(keys)


def test_rows_are_listed_by_stack_collection_and_key(register: Register) -> None:
    for one in (device("b", {}), device("a", {}), rack("r1"), device("c", {}, stack="dr")):
        register.create(one)
    assert [(row.stack, row.reference) for row in register.planned()] == [
        ("dr", "devices/c"), ("ndc", "devices/a"), ("ndc", "devices/b"), ("ndc", "racks/r1"),
    ]  # fmt: skip
    assert [row.reference for row in register.planned("ndc", "devices")] == ["devices/a", "devices/b"]
