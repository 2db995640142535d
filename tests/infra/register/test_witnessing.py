"""The life cycle and its evidence, and what was observed, apart from what is planned."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from infra.register import Event, LifeCycleError, NoSuchRowError, Register, RegisterError, Seen, State
from infra.register.opening import open_engine
from tests.infra.register.things import device, element, rack

DAY = date(2026, 3, 1)


def event(state: State, key: str = "d", who: str = "A. Engineer", evidence: str = "photo 12") -> Event:
    return Event("devices", key, state, who, evidence, DAY)


def test_a_life_goes_through_its_states_each_with_its_evidence(register: Register) -> None:
    register.create(device("d", {}))
    states: tuple[State, ...] = ("ordered", "delivered", "installed", "commissioned")
    assert [register.record(event(state)).state for state in states] == list(states)
    assert [(one.state, one.who, one.evidence, one.on, one.recorded_by) for one in register.events()] == [
        (state, "A. Engineer", "photo 12", DAY, "tester@bench") for state in states
    ]
    assert [change.action for change in register.history()] == ["created", *["state"] * 4]


def test_steps_before_installation_may_be_left_out(register: Register) -> None:
    register.create(device("d", {}))
    assert register.record(event("installed")).state == "installed"


def test_nothing_is_commissioned_that_was_not_installed(register: Register) -> None:
    register.create(device("d", {}))
    with pytest.raises(LifeCycleError, match="devices/d was never recorded as installed"):
        register.record(event("commissioned"))


@pytest.mark.parametrize("state", ["ordered", "installed"])
def test_a_life_does_not_go_back(register: Register, state: State) -> None:
    register.create(device("d", {}))
    register.record(event("installed"))
    with pytest.raises(
        LifeCycleError, match=f"is installed: it cannot become {state}; its next step is comm"
    ):
        register.record(event(state))


@pytest.mark.parametrize("state", ["planned", "retired"])
def test_planning_and_retiring_are_no_events(register: Register, state: State) -> None:
    register.create(device("d", {}))
    with pytest.raises(LifeCycleError, match=f"`{state}` is no event"):
        register.record(event(state))


@pytest.mark.parametrize(("who", "evidence"), [("", "photo"), ("A. Engineer", " ")])
def test_an_event_without_somebody_or_without_evidence_is_refused(
    register: Register, who: str, evidence: str
) -> None:
    register.create(device("d", {}))
    with pytest.raises(LifeCycleError, match="needs somebody who answers for it, and evidence"):
        register.record(event("installed", who=who, evidence=evidence))
    assert register.events() == ()


def test_an_event_of_what_is_not_planned_is_refused(register: Register) -> None:
    made = register.create(device("d", {}))
    register.retire(made.token)
    with pytest.raises(NoSuchRowError, match="devices/d is not in the register"):
        register.record(event("installed"))


def test_an_event_of_what_stands_in_two_stacks_needs_the_stack(register: Register) -> None:
    register.create(device("d", {}))
    register.create(device("d", {}, stack="dr"))
    with pytest.raises(RegisterError, match="devices/d stands in dr and ndc; say which stack"):
        register.record(event("installed"))
    assert register.record(event("installed"), stack="dr").stack == "dr"


@pytest.mark.parametrize("state", ["installed", "commissioned"])
def test_the_database_refuses_a_state_that_nobody_witnessed(
    register: Register, location: str, state: str
) -> None:
    register.create(device("d", {}))
    engine = open_engine(location)
    with pytest.raises(DBAPIError, match="need a recorded event"), engine.begin() as connection:
        connection.execute(text("UPDATE planned SET state = :state"), {"state": state})
    engine.dispose()


@pytest.mark.parametrize("table", ["history", "events", "observations", "observed"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET number = number + 100"])
def test_what_was_recorded_can_be_neither_altered_nor_removed(
    register: Register, location: str, table: str, statement: str
) -> None:
    register.create(device("d", {}))
    register.record(event("installed"))
    register.observe(source="s", who="w", seen_on=DAY, seen=[Seen("devices", "d")])
    engine = open_engine(location)
    with pytest.raises(DBAPIError, match="is only ever added to"), engine.begin() as connection:
        connection.execute(text(statement.format(table)))
    engine.dispose()


def test_a_row_deleted_behind_is_told_by_the_history_and_as_altered(
    register: Register, location: str
) -> None:
    made = register.create(device("d", {"eth0": "cables/c"}))
    kept = register.create(device("e", {}))
    engine = open_engine(location)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM planned WHERE key = 'd'"))
    engine.dispose()
    last = register.history("devices/d")[-1]
    assert (last.action, last.who, last.after) == ("erased", "somebody, by the database itself", None)
    assert last.before is not None
    assert last.before["properties"] == made.properties
    assert [(one.reference, one.found) for one in register.altered_behind()] == [("devices/d", None)]
    assert register.planned() == (kept,)
    register.create(device("d", {"eth0": "cables/c"}))
    assert register.altered_behind() == ()


def test_a_row_deleted_by_a_tool_that_knows_no_foreign_keys_leaves_no_claim_behind(tmp_path: Path) -> None:
    with Register.open(tmp_path / "register.sqlite") as register:
        register.create(rack("r1", a=1))
        register.create(element("power", "pdu", {"rating": "1 kW", "outlets": {"a": 900}}))
        connection = sqlite3.connect(tmp_path / "register.sqlite")
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
        connection.execute("DELETE FROM planned")
        connection.commit()
        connection.close()
        register.create(rack("r2", a=1))
        register.create(rack("r1", b=1))
        register.create(element("power", "pdu", {"rating": "1 kW", "outlets": {"a": 800}}))
        assert [row.key for row in register.planned()] == ["pdu", "r1", "r2"]


def test_a_row_changed_or_added_behind_is_told_with_both_values(register: Register, location: str) -> None:
    register.create(device("d", {}))
    register.create(device("e", {}, stack="dr"))
    assert register.altered_behind() == ()
    engine = open_engine(location)
    with engine.begin() as connection:
        connection.execute(
            text("""UPDATE planned SET properties = '{"key":"d","model":"x"}' WHERE key = 'd'""")
        )
        connection.execute(
            text(
                "INSERT INTO planned (urn, token, life, stack, collection, key, site, estate, properties, "
                "state, update_id, who, since) SELECT 'added', 'added', 'l', stack, collection, 'f', site, "
                "estate, properties, state, update_id, who, since FROM planned WHERE key = 'e'"
            )
        )
    engine.dispose()
    changed, added = sorted(register.altered_behind(), key=lambda one: one.reference)
    assert changed.written is not None
    assert changed.found is not None
    assert changed.written["properties"] == {"key": "d", "model": "m", "ports": {}}
    assert changed.found["properties"] == {"key": "d", "model": "x"}
    assert (added.reference, added.written) == ("devices/f", None)
    assert [one.reference for one in register.altered_behind("dr")] == ["devices/f"]


def test_a_look_is_kept_whole_with_its_source_and_apart_from_the_plan(register: Register) -> None:
    seen = [Seen("devices", "z", {"rack": "r2", "position": 3}), Seen("devices", "a", present=False)]
    look = register.observe(
        source="stocktake.csv",
        who="B. Auditor",
        seen_on=DAY,
        seen=seen,
        covers=["sites/ndc"],
        digest="sha256:0",
    )
    assert register.observations() == (look,)
    assert (look.source, look.who, look.seen_on, look.covers, look.digest) == (
        "stocktake.csv", "B. Auditor", DAY, ("sites/ndc",), "sha256:0",
    )  # fmt: skip
    assert [(row.key, row.present, dict(row.fields), row.observation) for row in register.observed()] == [
        ("a", False, {}, look),
        ("z", True, {"rack": "r2", "position": 3}, look),
    ]
    assert register.planned() == ()
    assert register.history() == ()


def test_looks_follow_each_other_and_can_be_asked_for_one_by_one(register: Register) -> None:
    first = register.observe(source="s", who="w", seen_on=DAY, seen=[Seen("devices", "a")])
    second = register.observe(source="s", who="w", seen_on=DAY, seen=[Seen("devices", "a")])
    assert first.number < second.number
    assert [row.observation for row in register.observed([second.number])] == [second]
    assert len(register.observed()) == 2


def test_a_look_that_tells_one_thing_twice_is_refused_whole(register: Register) -> None:
    with pytest.raises(RegisterError, match="devices/a stands twice in s"):
        register.observe(
            source="s", who="w", seen_on=DAY, seen=[Seen("devices", "a"), Seen("devices", "a", {"rack": "r"})]
        )
    assert register.observations() == ()


@pytest.mark.parametrize(("source", "who"), [("", "w"), ("s", "")])
def test_a_look_without_source_or_observer_is_refused(register: Register, source: str, who: str) -> None:
    with pytest.raises(RegisterError, match="needs its source and who looked"):
        register.observe(source=source, who=who, seen_on=DAY, seen=[])
