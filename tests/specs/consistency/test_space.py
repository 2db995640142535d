from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from specs import consistency
from specs.issues import Fault
from specs.model import Estate
from tests.specs.estates_made import issues, loaded

TYPES: dict[str, dict[str, Any]] = {
    "full-1": {"u_height": 1, "is_full_depth": True},
    "full-2": {"u_height": 2, "is_full_depth": True},
    "half-1": {"u_height": 1, "is_full_depth": False},
    "half-3": {"u_height": 3, "is_full_depth": False},
    "thin": {"u_height": 0.5, "is_full_depth": False},
    "none": {"u_height": 0, "is_full_depth": False},
}


def estate(racks: dict[str, Any], devices: dict[str, Any], models: dict[str, Any] | None = None) -> Estate:
    types = {
        name: {"device_type": {"manufacturer": "E", "model": name, **facts}} for name, facts in TYPES.items()
    }
    return Estate.model_validate(
        {
            "estate": {"title": "T", "owner": "O"},
            "sites": {"ndc": {"role": "primary"}},
            "rooms": {"hall": {"site": "ndc", "purpose": "data-hall"}},
            "racks": {name: {"room": "hall", **rack} for name, rack in racks.items()},
            "models": types | (models or {}),
            "devices": {name: {"role": "x", **device} for name, device in devices.items()},
        }
    )


def codes(faults: tuple[Fault, ...]) -> set[tuple[str, str | int]]:
    return {(fault.code, fault.path[1]) for fault in faults}


placements = st.lists(
    st.tuples(st.sampled_from(sorted(TYPES)), st.integers(1, 9), st.sampled_from(["front", "rear"])),
    max_size=7,
)


@given(placements, st.integers(4, 9))
def test_overlaps_are_those_of_units_coloured_one_by_one(
    placed: list[tuple[str, int, str]], units: int
) -> None:
    devices = {
        f"d{number}": {"model": model, "rack": "r", "position": position, "face": face}
        for number, (model, position, face) in enumerate(placed)
    }
    faults = consistency.check(estate({"r": {"units": units}}, devices))

    def cells(device: dict[str, Any]) -> set[tuple[str, float]]:
        kind = TYPES[device["model"]]
        faces = ("front", "rear") if kind["is_full_depth"] else (device["face"],)
        halves = int(kind["u_height"] * 2)
        return {(face, device["position"] + half / 2) for face in faces for half in range(halves)}

    in_the_way = set()
    order = sorted(devices, key=lambda name: (devices[name]["position"], name))
    for first, second in combinations(order, 2):
        if cells(devices[first]) & cells(devices[second]):
            in_the_way.add(second)
    assert {name for code, name in codes(faults) if code == "RACK-002"} == in_the_way
    too_high = {
        name for name, device in devices.items() if any(unit >= units + 1 for _, unit in cells(device))
    }
    assert {name for code, name in codes(faults) if code == "RACK-001"} == too_high
    heightless = {name for name, device in devices.items() if device["model"] == "none"}
    assert {name for code, name in codes(faults) if code == "RACK-006"} == heightless


def test_racks_do_not_mind_each_other_and_what_has_no_position_takes_no_units() -> None:
    devices = {
        "a": {"model": "full-2", "rack": "r", "position": 1},
        "b": {"model": "full-2", "rack": "s", "position": 1},
        "c": {"model": "none", "rack": "r"},
        "d": {"model": "full-2", "rack": "r"},
    }
    assert consistency.check(estate({"r": {}, "s": {}}, devices)) == ()


def test_the_limit_itself_is_not_over_the_limit() -> None:
    models = {
        "m": {
            "device_type": {"manufacturer": "E", "model": "m"},
            "draw": "0.1 kW",
            "weight": "0.1 kg",
            "depth": "1 m",
        }
    }
    devices = {f"d{n}": {"model": "m", "rack": "r", "position": n} for n in (1, 2, 3)}
    rack = {"power_limit": "0.3 kW", "weight_limit": "300 g", "depth": "1 m"}
    assert consistency.check(estate({"r": rack}, devices, models)) == ()
    over = estate({"r": rack}, devices | {"d4": {"model": "m", "rack": "r", "position": 4}}, models)
    assert codes(consistency.check(over)) == {("RACK-003", "r"), ("RACK-004", "r")}


def test_draws_that_nobody_knows_do_not_count_and_a_device_knows_best() -> None:
    devices: dict[str, Any] = {
        "a": {"model": "full-1", "rack": "r", "position": 1, "draw": "90 W"},
        "b": {"model": "full-1", "rack": "r", "position": 2},
    }
    assert consistency.check(estate({"r": {"power_limit": "90 W"}}, devices)) == ()
    devices["b"]["draw"] = "1 W"
    assert codes(consistency.check(estate({"r": {"power_limit": "90 W"}}, devices))) == {("RACK-004", "r")}


def test_a_rack_over_its_power_limit_is_told_at_the_line_of_the_limit(tmp_path: Path) -> None:
    text = """sites: {ndc: {role: primary}}
rooms: {hall: {site: ndc, purpose: data-hall}}
models: {server: {device_type: device-types/server.yaml, draw: 600 W}}
racks:
  r-01:
    room: hall
    power_limit: 1 kW
devices:
  s-[1-2]: {model: server, role: x, rack: r-01, position: "[1,3]"}
"""
    told = issues(tmp_path, text)
    assert [(issue.code, str(issue.location)) for issue in told] == [("RACK-004", "estate.yaml:8:18")]
    assert "takes 1.2 kW, its limit is 1 kW" in told[0].message
    assert loaded(tmp_path, text.replace("1 kW", "1.2 kW")).estate.racks["r-01"].power_limit == 1200.0


def test_a_planned_estate_with_names_missing_is_still_checked() -> None:
    devices: dict[str, Any] = {
        "a": {"model": "gone", "rack": "r", "position": 1},
        "b": {"model": "full-1", "rack": "gone", "position": 1},
        "c": {"model": "full-1", "rack": "r", "position": 99, "owner": "gone"},
    }
    assert codes(consistency.check(estate({"r": {}}, devices))) == {
        ("REF-001", "a"),
        ("REF-001", "b"),
        ("REF-001", "c"),
        ("RACK-001", "c"),
    }
