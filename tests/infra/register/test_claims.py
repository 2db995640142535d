"""What an element claims, without any database."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.register.claims import Claims, claims_of


def rack(units: int = 42, /, **holds: dict[str, Any]) -> Claims:
    return claims_of("racks", "r1", {"units": units, "holds": holds})


def slots(claims: Claims) -> list[str]:
    return [f"{claim.thing}:{claim.place}" for claim in claims.claims if claim.kind == "unit"]


def test_a_device_takes_each_unit_of_its_height_on_its_face() -> None:
    claims = rack(a={"position": 3, "height": 2, "face": "rear"})
    assert slots(claims) == ["r1:rear/3", "r1:rear/4"]
    assert claims.faults == ()


def test_a_device_of_full_depth_takes_both_faces() -> None:
    claims = rack(a={"position": 3, "height": 1, "face": "front", "full_depth": True})
    assert slots(claims) == ["r1:front/3", "r1:rear/3"]


def test_front_and_rear_of_one_unit_may_hold_two_shallow_devices() -> None:
    claims = rack(
        a={"position": 3, "height": 1, "face": "front"}, b={"position": 3, "height": 1, "face": "rear"}
    )
    assert claims.faults == ()


def test_a_part_of_a_unit_takes_the_whole_of_it() -> None:
    assert slots(rack(a={"position": 3, "height": 1.5, "face": "front"})) == ["r1:front/3", "r1:front/4"]


def test_a_device_beside_the_units_takes_none_and_still_stands_there() -> None:
    claims = rack(pdu={"face": "rear", "height": 0})
    assert [(claim.kind, claim.thing, claim.holder) for claim in claims.claims] == [("stand", "pdu", "r1")]


def test_two_devices_in_one_unit_are_both_named_once_with_the_number_of_units() -> None:
    claims = rack(
        a={"position": 3, "height": 4, "face": "front"}, b={"position": 5, "height": 2, "face": "front"}
    )
    assert [(fault.path, fault.message) for fault in claims.faults] == [
        ("holds.b", "b and a both take unit 5 (front) of rack r1 and 1 more")
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"position": 42, "height": 2}, "a reaches unit 43 of rack r1, which has 42"),
        ({"position": 0, "height": 1}, "a stands at 0 and is 1 units high"),
        ({"position": -3, "height": 1}, "a stands at -3 and is 1 units high"),
        ({"position": 1, "height": -1}, "a stands at 1 and is -1 units high"),
        ({"position": float("nan"), "height": 1}, "a stands at nan and is 1 units high"),
        ({"position": True, "height": 1}, "a stands at True and is 1 units high"),
        ({"position": 1, "height": "2"}, "a stands at 1 and is '2' units high"),
        ({"position": 1, "height": 1, "face": "side"}, "'side' is no face of a rack"),
        ("unit 3", "is not a place"),
    ],
)
def test_a_place_that_cannot_be_is_refused(entry: Any, said: str) -> None:
    claims = claims_of("racks", "r1", {"units": 42, "holds": {"a": entry}})
    assert [fault.message for fault in claims.faults] == [said]
    assert slots(claims) == []


def test_a_table_that_is_none_is_refused_with_its_name() -> None:
    for collection, table in (
        ("racks", "holds"),
        ("devices", "ports"),
        ("networks", "assigned"),
        ("power", "outlets"),
    ):
        faults = claims_of(collection, "x", {table: ["a"]}).faults
        assert [(fault.path, fault.message) for fault in faults] == [(table, "is not a table")]


def test_an_address_is_claimed_in_its_routing_table_in_its_plain_form() -> None:
    claims = claims_of("networks", "n", {"vrf": "red", "assigned": {"2001:DB8::0:1": "a", "192.0.2.1": "b"}})
    assert [(claim.thing, claim.place, claim.holder) for claim in claims.claims] == [
        ("red", "192.0.2.1", "b"),
        ("red", "2001:db8::1", "a"),
    ]


def test_one_address_in_two_spellings_is_one_address_and_both_devices_are_named() -> None:
    faults = claims_of("networks", "n", {"assigned": {"2001:db8::1": "a", "2001:DB8:0::1": "b"}}).faults
    assert [fault.message for fault in faults] == [
        "a and b both take address 2001:db8::1 (routing table default)"
    ]


@pytest.mark.parametrize("address", ["192.0.2.300", "", "192.0.2.1/24", "host"])
def test_what_is_no_address_is_refused(address: str) -> None:
    faults = claims_of("networks", "n", {"assigned": {address: "a"}}).faults
    assert [fault.message for fault in faults] == [f"{address!r} is no address"]


def test_a_port_is_claimed_for_its_cable() -> None:
    claims = claims_of("devices", "d", {"ports": {"eth0": "cables/c1", "eth1": "circuits/w"}})
    assert [(claim.kind, claim.thing, claim.place, claim.holder) for claim in claims.claims] == [
        ("port", "d", "eth0", "cables/c1"),
        ("port", "d", "eth1", "circuits/w"),
    ]


def test_a_load_over_the_rating_names_the_feed_and_the_heaviest_devices() -> None:
    outlets = {"a": 500, "b": 700.5, "c": 100, "d": "2 kW"}
    faults = claims_of("power", "pdu-1", {"rating": "3 kW", "outlets": outlets}).faults
    assert [fault.message for fault in faults] == [
        "3.3005 kW hang on pdu-1, which bears 3 kW: d 2 kW, b 700.5 W, a 500 W and 1 more"
    ]


def test_a_load_equal_to_the_rating_is_borne() -> None:
    claims = claims_of("power", "pdu", {"rating": "1 kW", "outlets": {"a": 400, "b": 600}})
    assert claims.faults == ()
    assert claims.load is not None
    assert (claims.load.limit, claims.load.watts) == (1000.0, 1000.0)


def test_the_apparent_rating_at_its_power_factor_bounds_the_load_too() -> None:
    feed = {"rating": "10 kW", "apparent": "1 kVA", "power_factor": "90 %", "outlets": {"a": 901}}
    faults = claims_of("power", "pdu", feed).faults
    assert [fault.message for fault in faults] == ["901 W hang on pdu, which bears 900 W: a 901 W"]


def test_a_feed_of_unknown_rating_bears_what_nobody_can_judge() -> None:
    claims = claims_of("power", "pdu", {"outlets": {"a": 1e9}})
    assert claims.faults == ()
    assert claims.load is not None
    assert claims.load.limit is None


@pytest.mark.parametrize("draw", [-1, "much", None, True, float("inf")])
def test_a_draw_that_is_no_power_is_refused(draw: Any) -> None:
    assert [fault.path for fault in claims_of("power", "p", {"outlets": {"a": draw}}).faults] == ["outlets.a"]


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(st.integers(1, 9), st.integers(1, 3), st.sampled_from(["front", "rear"]), st.booleans()),
    )
)
def test_overlaps_are_those_that_comparing_every_pair_of_intervals_finds(
    places: dict[str, tuple[int, int, str, bool]],
) -> None:
    def overlap(one: tuple[int, int, str, bool], other: tuple[int, int, str, bool]) -> bool:
        same_face = one[2] == other[2] or one[3] or other[3]
        return same_face and one[0] < other[0] + other[1] and other[0] < one[0] + one[1]

    expected = {
        frozenset((first, second))
        for first, second in combinations(sorted(places), 2)
        if overlap(places[first], places[second])
    }
    claims = rack(
        **{
            name: {"position": position, "height": height, "face": face, "full_depth": deep}
            for name, (position, height, face, deep) in places.items()
        }
    )
    found = {frozenset(fault.message.split(" both take ")[0].split(" and ")) for fault in claims.faults}
    # A slot that three want is told against the one that has it first, so every pair found is a true one
    # and a rack has a fault exactly when it has an overlap.
    assert found <= expected
    assert bool(found) == bool(expected)
    assert len({claim.slot for claim in claims.claims}) == len(claims.claims)
