"""What looks say of each element, in the estate's own names, each field with the look that saw it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from infra.observe.importing import Scope, take_in
from infra.observe.stocktake import read_stocktake
from infra.register.register import Register
from infra.verify.facts import observed_elements
from specs.loading import load
from specs.model import Estate
from specs.observed import ObservedElement
from tests.policies.conftest import BASE

FIRST, SECOND = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(BASE).estate.as_of(None)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.open(tmp_path / "register.sqlite") as opened:
        yield opened


def look(
    register: Register, heading: str, *lines: str, on: date = FIRST, covers: tuple[Scope, ...] = ()
) -> None:
    data = "\n".join((heading, *lines)).encode()
    take_in(register, read_stocktake(data, "s.csv"), source="s.csv", who="Ana", on=on, covers=covers)


def told(register: Register, estate: Estate, until: date = SECOND) -> dict[str, ObservedElement]:
    return {one.reference: one for one in observed_elements(register, estate, until)}


def test_names_become_the_estates_own_and_what_was_written_is_kept(
    register: Register, estate: Estate
) -> None:
    look(
        register,
        "element,rack,model,feeds,serial",
        "main-srv-1a,MAIN R1,server,main-pdu-1B; MAIN-pdu-1a,srv-MAIN-1a",
    )
    facts = told(register, estate)["devices/main-srv-1a"].facts
    assert {name: (fact.value, fact.named) for name, fact in facts.items()} == {
        "rack": ("main-r1", True),
        "model": ("server", True),
        "feeds": (("main-pdu-1a", "main-pdu-1b"), True),
        "serial": ("SRV-main-1a", True),
    }
    assert facts["rack"].written == "MAIN R1"


def test_a_name_that_the_estate_does_not_have_is_marked(register: Register, estate: Estate) -> None:
    look(register, "element,rack,model,feeds", "main-srv-1a,x-99,Unheard 9000,main-pdu-1a x-pdu")
    facts = told(register, estate)["devices/main-srv-1a"].facts
    assert {name for name, fact in facts.items() if not fact.named} == {"rack", "model", "feeds"}


def test_each_field_is_as_old_as_the_look_that_last_saw_it(register: Register, estate: Estate) -> None:
    look(register, "element,rack,feeds", "main-srv-1a,main-r1,main-pdu-1a")
    look(register, "element,rack", "main-srv-1a,main-r2", on=SECOND)
    one = told(register, estate)["devices/main-srv-1a"]
    assert {name: fact.look.seen_on for name, fact in one.facts.items()} == {"rack": SECOND, "feeds": FIRST}
    assert (one.look.seen_on, one.facts["rack"].value) == (SECOND, "main-r2")


def test_looks_after_the_day_do_not_count(register: Register, estate: Estate) -> None:
    look(register, "element,rack", "main-srv-1a,main-r2", on=SECOND)
    assert told(register, estate, until=FIRST) == {}


def test_what_a_complete_look_does_not_report_is_absent_and_keeps_no_fact(
    register: Register, estate: Estate
) -> None:
    look(register, "element,rack", "main-srv-1a,main-r1")
    look(
        register,
        "element,rack",
        "main-srv-1b,main-r1",
        on=SECOND,
        covers=(Scope("devices", "racks/main-r1"),),
    )
    found = told(register, estate)
    assert (found["devices/main-srv-1a"].present, found["devices/main-srv-1a"].implied) == (False, True)
    assert found["devices/main-srv-1a"].facts == {}
    assert found["devices/main-srv-1b"].present
    assert "devices/main-srv-2a" not in found
