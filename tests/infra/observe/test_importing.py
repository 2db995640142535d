"""Taking what was seen into the register: by stocktake and by NetBox's exports."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from infra.observe.importing import Scope, known_names, read, scopes, take_in
from infra.observe.stocktake import read_stocktake
from infra.register.register import Register
from infra.register.rows import Element, Seen
from specs.issues import SpecError

DAY = date(2026, 3, 1)

NETBOX_DEVICES = b"""\
Name,Status,Manufacturer,Type,Role,Site,Location,Rack,Position,Face,Serial number
SRV 01,Active,Maker,S1,Server,NDC,Hall A,A 01,7.0,Front,SN-1
srv-02,Planned,Maker,S1,Server,NDC,,,,,
Unknown Thing,Active,Other,X9,Server,NDC,,Z-99,3,Rear,
"""


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.open(tmp_path / "register.sqlite") as opened:
        for reference in ("sites/ndc", "rooms/hall-a", "racks/a-01", "devices/srv-01", "devices/srv-02"):
            collection, _, key = reference.partition("/")
            urn = f"urn:pulumi:ndc::ndc::{collection}::{key}"
            opened.create(Element(urn, "ndc", collection, key, {"key": key}, site="ndc"))
        yield opened


def test_a_netbox_export_is_told_in_the_estates_ids_where_it_knows_them(register: Register) -> None:
    found = read(NETBOX_DEVICES, "devices.csv", "auto", known_names(register))
    assert found.seen == (
        Seen("devices", "Unknown Thing", {
            "face": "rear", "model": "Other X9", "position": 3, "rack": "Z-99", "role": "Server",
            "site": "ndc",
        }),
        Seen("devices", "srv-01", {
            "face": "front", "model": "Maker S1", "position": 7, "rack": "a-01", "role": "Server",
            "room": "hall-a", "serial": "SN-1", "site": "ndc",
        }),
    )  # fmt: skip
    assert found.notes == ("1 rows were left out: they are planned, in stock or without a name",)


def test_netbox_racks_are_told_by_their_headings(register: Register) -> None:
    data = b"name,site,location,status,u_height\nA 01,NDC,Hall A,active,42\n"
    assert read(data, "racks.csv", "auto", known_names(register)).seen == (
        Seen("racks", "a-01", {"room": "hall-a", "site": "ndc", "units": 42}),
    )


def test_a_file_that_netbox_never_wrote_is_refused_when_it_is_said_to_be_one(register: Register) -> None:
    with pytest.raises(SpecError, match="no list of devices or racks"):
        read(b"element,rack\nsrv-01,a-01\n", "x.csv", "netbox", {})


def test_a_scope_is_a_place_that_the_register_knows(register: Register) -> None:
    names = known_names(register)
    assert scopes(["rooms/hall-a", "all"], ("devices",), names) == (
        Scope("devices", None),
        Scope("devices", "rooms/hall-a"),
    )
    with pytest.raises(SpecError, match="rooms/hall-b") as refusal:
        scopes(["rooms/hall-b"], ("devices",), names)
    assert "did you mean `rooms/hall-a`" in refusal.value.issues[0].hint


def test_a_scope_reads_back_as_it_was_written() -> None:
    for scope in (Scope("devices", None), Scope("racks", "rooms/hall-a")):
        assert Scope.read(str(scope)) == scope


def test_a_look_is_taken_in_whole_and_once(register: Register) -> None:
    stocktake = read_stocktake(b"element,rack\nsrv-01,a-01\nsrv-99,a-01\n", "s.csv")
    scope = (Scope("devices", "racks/a-01"),)
    look = take_in(register, stocktake, source="s.csv", who="Ana", on=DAY, covers=scope)
    assert (look.who, look.seen_on, look.covers) == ("Ana", DAY, ("devices in racks/a-01",))
    assert [row.key for row in register.observed()] == ["srv-01", "srv-99"]
    with pytest.raises(SpecError, match="taken in before"):
        take_in(register, stocktake, source="s.csv", who="Ana", on=DAY, covers=scope)


def test_of_a_faulty_stocktake_nothing_is_taken_in(register: Register) -> None:
    with pytest.raises(SpecError):
        read(b"element,position\nsrv-01,1\nsrv-02,x\n", "s.csv", "auto", known_names(register))
    assert register.observations() == ()
