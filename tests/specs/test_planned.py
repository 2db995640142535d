"""What is planned from an estate, and the estate that planned resources stand for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.bundled import bundled, find_estate
from specs.loading import load
from specs.model import Estate
from specs.planned import Planned, estate_from_planned, plan, resource, stacks, unplannable
from specs.tokens import COLLECTIONS, NATIONAL, TOKENS, UNKNOWN, plain_numbers

SERVER = {
    "manufacturer": "Maker",
    "model": "S1",
    "u_height": 2,
    "power-ports": [{"name": "PSU1", "maximum_draw": 500}],
}


def small(**more: dict[str, Any]) -> Estate:
    """Two sites, a rack at each, two servers in the first with a cable between them."""
    declared: dict[str, Any] = {
        "estate": {"title": "Small", "owner": "Us"},
        "sites": {"ndc": {"role": "primary"}, "drc": {"role": "dr"}},
        "rooms": {
            "hall": {"site": "ndc", "purpose": "data-hall"},
            "cell": {"site": "drc", "purpose": "data-hall"},
        },
        "racks": {"a-01": {"room": "hall", "power_limit": "10 kW"}, "z-01": {"room": "cell"}},
        "power": {
            "grid": {"kind": "utility", "site": "ndc"},
            "pdu-a": {"kind": "pdu", "site": "ndc", "rack": "a-01", "inputs": [{"source": "grid"}]},
            "pdu-b": {"kind": "pdu", "site": "ndc", "rack": "a-01", "inputs": [{"source": "grid"}]},
        },
        "models": {"server": {"device_type": SERVER, "draw": "400 W"}},
        "devices": {
            "srv-01": {
                "model": "server", "role": "server", "rack": "a-01", "position": 3,
                "feeds": ["pdu-a", "pdu-b"],
                "addresses": [{"network": "lan", "address": "192.0.2.10"}],
            },
            "srv-02": {"model": "server", "role": "server", "rack": "a-01", "position": 5, "serial": "CN-77"},
            "srv-03": {"model": "server", "role": "server", "rack": "z-01", "position": 1},
        },
        "cables": {
            "c-01": {"a": {"device": "srv-01", "port": "eth0"}, "b": {"device": "srv-02", "port": "eth0"}}
        },
        "circuits": {
            "link": {
                "kind": "dci",
                "ends": [{"site": "ndc", "device": "srv-01", "port": "eth9"}, {"site": "drc"}],
                "cost": "1200.50 USD",
            }
        },
        "networks": {"lan": {"prefix": "192.0.2.0/24", "site": "ndc"}, "wan": {"prefix": "198.51.100.0/24"}},
        "platforms": {
            "db": {"kind": "database", "nodes": ["srv-01", "srv-02"], "overcommit": 1.5},
            "stretched": {"kind": "compute", "nodes": ["srv-01", "srv-03"]},
        },
        "services": {"registry": {"availability_target": 0.999}},
        "datasets": {"records": {"home": {"platform": "db", "site": "ndc"}, "size": "3 TB"}},
        "vaults": {
            "near": {"site": "ndc", "medium": "disk"},
            "far": {"site": "drc", "medium": "tape"},
        },
        "backups": {
            "daily": {"dataset": "records", "vault": "near", "interval": "1 d"},
            "weekly": {"dataset": "records", "vault": "far", "interval": "7 d"},
        },
    }  # fmt: skip
    for collection, elements in more.items():
        declared[collection] = {**declared.get(collection, {}), **elements}
    return Estate.model_validate(declared)


def planned(estate: Estate, reference: str) -> Planned:
    return next(one for one in plan(estate) if one.reference == reference)


def as_floats(value: Any) -> Any:
    """As the engine hands numbers back."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dict):
        return {key: as_floats(entry) for key, entry in value.items()}
    return [as_floats(entry) for entry in value]


def test_every_element_of_a_planned_collection_is_one_resource_in_the_order_of_the_format() -> None:
    estate = small()
    expected = [
        f"{name}/{key}" for name, element in estate.elements() if name in TOKENS for key in [element.id]
    ]
    assert [one.reference for one in plan(estate)] == expected
    assert {one.token for one in plan(estate)} <= set(COLLECTIONS)


@pytest.mark.parametrize(
    ("reference", "stack"),
    [
        ("sites/drc", "drc"),
        ("rooms/cell", "drc"),
        ("racks/a-01", "ndc"),
        ("power/pdu-a", "ndc"),
        ("devices/srv-03", "drc"),
        ("cables/c-01", "ndc"),
        ("circuits/link", NATIONAL),
        ("networks/lan", "ndc"),
        ("networks/wan", NATIONAL),
        ("platforms/db", "ndc"),
        ("platforms/stretched", NATIONAL),
        ("services/registry", NATIONAL),
        ("datasets/records", "ndc"),
        ("backups/daily", "ndc"),
        ("backups/weekly", NATIONAL),
        ("vaults/far", "drc"),
    ],
)
def test_what_stands_at_one_site_is_in_that_sites_stack_and_the_rest_is_national(
    reference: str, stack: str
) -> None:
    one = planned(small(), reference)
    assert one.stack == stack
    assert one.properties.get("site") == (None if stack == NATIONAL else stack)


def test_a_parent_is_of_the_same_stack_and_its_type_follows_from_the_collection() -> None:
    everything = plan(small())
    by_reference = {one.reference: one for one in everything}
    kinds: dict[str, set[str]] = {}
    for one in everything:
        if one.parent is not None:
            assert by_reference[one.parent].stack == one.stack
            kinds.setdefault(one.collection, set()).add(by_reference[one.parent].collection)
    assert all(len(found) == 1 for found in kinds.values())


def test_a_rack_holds_its_devices_so_that_a_swap_is_a_change_of_one_table() -> None:
    assert planned(small(), "racks/a-01").properties["holds"] == {
        "srv-01": {"face": "front", "full_depth": True, "height": 2, "position": 3},
        "srv-02": {"face": "front", "full_depth": True, "height": 2, "position": 5},
    }


def test_ports_addresses_and_outlets_are_listed_with_what_takes_them() -> None:
    estate = small()
    assert planned(estate, "devices/srv-01").properties["ports"] == {
        "eth0": "cables/c-01",
        "eth9": "circuits/link",
    }
    assert planned(estate, "networks/lan").properties["assigned"] == {"192.0.2.10": "srv-01"}
    assert planned(estate, "power/pdu-b").properties["outlets"] == {"srv-01": 200.0}


def test_fields_at_their_defaults_are_left_out_and_quantities_keep_their_units() -> None:
    properties = planned(small(), "racks/a-01").properties
    assert properties["power_limit"] == "10 kW"
    assert "units" not in properties
    assert list(properties) == sorted(properties)


def test_planning_and_rebuilding_gives_the_same_estate() -> None:
    estate = small()
    rebuilt = estate_from_planned(plan(estate), estate)
    assert rebuilt.estate == estate
    assert (rebuilt.unknown, rebuilt.unreadable) == ((), ())


@pytest.mark.parametrize("stack", stacks(small()))
def test_each_stack_alone_rebuilds_the_same_estate_from_the_engines_floats(stack: str) -> None:
    estate = small()
    engine = [
        resource(one.token, one.key, stack, as_floats(dict(one.properties)))
        for one in plan(estate)
        if one.stack == stack
    ]
    assert estate_from_planned(engine, estate, stack).estate == estate


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled())
def test_every_bundled_estate_comes_back_from_its_plan_in_every_phase(name: str) -> None:
    whole = load(find_estate(name)).estate
    for phase in ("today", *(each.id for each in whole.estate.phases)):
        estate = whole.as_of(phase)
        rebuilt = estate_from_planned(plan(estate), estate)
        assert rebuilt.estate == estate
        assert unplannable(plan(estate)) == ()


@given(
    units=st.integers(1, 60),
    watts=st.floats(0, 1e9, allow_nan=False),
    share=st.floats(0, 1, allow_nan=False),
    words=st.text(max_size=20),
    cents=st.integers(0, 10**9),
)
def test_whatever_the_figures_and_words_the_round_trip_keeps_them(
    units: int, watts: float, share: float, words: str, cents: int
) -> None:
    estate = small(
        racks={"q-01": {"room": "hall", "units": units, "headroom": share, "description": {"en": words}}},
        platforms={"p": {"kind": "compute", "capacity": {"cores": watts}, "overcommit": watts}},
        circuits={
            "l2": {
                "kind": "mpls",
                "ends": [{"site": "ndc"}, {"site": "drc"}],
                "cost": f"{cents / 100:.2f} USD",
            }
        },
    )
    floats = [
        resource(one.token, one.key, one.stack, as_floats(dict(one.properties))) for one in plan(estate)
    ]
    assert estate_from_planned(floats, estate).estate == estate


def test_an_element_of_the_stack_that_is_not_planned_is_gone_and_other_stacks_stay() -> None:
    estate = small()
    kept = [one for one in plan(estate) if one.stack == "ndc" and one.key != "srv-02"]
    rebuilt = estate_from_planned(kept, estate, "ndc").estate
    assert sorted(rebuilt.devices) == ["srv-01", "srv-03"]
    assert rebuilt.models == estate.models


def test_an_unknown_value_is_reported_and_never_taken_for_what_the_spec_says() -> None:
    estate = small()
    changed = [
        replace(one, properties={**one.properties, "power_limit": UNKNOWN}) if one.key == "a-01" else one
        for one in plan(estate)
    ]
    rebuilt = estate_from_planned(changed, estate)
    assert rebuilt.unknown == (("racks", "a-01", "power_limit"),)
    assert rebuilt.estate.racks["a-01"].power_limit is None


def test_an_unknown_required_value_keeps_the_element_and_is_reported() -> None:
    estate = small()
    changed = [
        replace(one, properties={**one.properties, "room": UNKNOWN}) if one.key == "a-01" else one
        for one in plan(estate)
    ]
    rebuilt = estate_from_planned(changed, estate)
    assert rebuilt.unknown == (("racks", "a-01", "room"),)
    assert rebuilt.estate.racks["a-01"].room == "hall"


def test_what_is_no_element_of_the_format_is_reported() -> None:
    estate = small()
    changed = [
        replace(one, properties={**one.properties, "units": "many", "colour": "red"})
        if one.key == "a-01"
        else one
        for one in plan(estate)
    ]
    rebuilt = estate_from_planned(changed, estate)
    assert [fault.path for fault in rebuilt.unreadable] == [
        ("racks", "a-01", "colour"),
        ("racks", "a-01", "units"),
    ]
    assert rebuilt.estate.racks["a-01"] == estate.racks["a-01"]


def test_text_that_the_engine_would_take_for_a_file_or_an_unknown_is_refused() -> None:
    signature = "4dabf18193072939515e22adb298388d"
    estate = small(
        racks={"x": {"room": "hall", "tags": {signature: "c44067f5", "path": "/etc/passwd"}, "row": UNKNOWN}}
    )
    assert [fault.path for fault in unplannable(plan(estate))] == [
        ("racks", "x", "row"),
        ("racks", "x", "tags", signature),
    ]


def test_a_site_called_as_the_national_stack_is_refused() -> None:
    assert [fault.code for fault in unplannable(plan(small(sites={NATIONAL: {"role": "other"}})))] == [
        "PLN-002"
    ]


def test_whole_floats_become_integers_at_any_depth() -> None:
    assert plain_numbers({"a": [1.0, {"b": 2.5}], "c": True}) == {"a": [1, {"b": 2.5}], "c": True}
