"""Electrical load and heat, by hand: who carries what, and who once the other path is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.analysis import Analysis, analyse
from resilience.loads import legs_of
from tests.resilience.sketch import BOX, estate, one_hall


def hall(**more: Any) -> Analysis:
    return analyse(estate(**one_hall(**more)))


def watts(loads: Any) -> dict[str, float]:
    return {load.element.removeprefix("power/"): load.watts for load in loads}


TWO = {"d1": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}, "d2": {"rack": "r2", "feeds": ["pdu-a"]}}


def test_two_cords_share_a_load_and_one_carries_it_when_the_other_path_is_lost() -> None:
    analysis = hall(devices=TWO)
    assert watts(analysis.power_loads) == {
        "pdu-a": 150, "pdu-b": 50, "board-a": 150, "board-b": 50, "grid": 200,
    }  # fmt: skip
    path_a = analysis.distribution_paths("a")["A"]
    assert path_a == {"power/board-a", "power/pdu-a"}
    assert watts(analysis.power_loads_without(path_a)) == {
        "pdu-a": 0, "pdu-b": 100, "board-a": 0, "board-b": 100, "grid": 100,
    }  # fmt: skip


def test_a_device_that_takes_two_supplies_is_off_with_one_and_takes_nothing() -> None:
    models = {"box": BOX | {"supplies_needed": 2}}
    analysis = hall(models=models, devices=TWO)
    assert watts(analysis.power_loads_without(frozenset({"power/board-a"})))["pdu-b"] == 0


def test_losses_are_added_on_the_way_up() -> None:
    ups = {"kind": "ups", "site": "a", "inputs": [{"source": "grid"}], "efficiency": 0.8}
    board = {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]}
    loads = watts(hall(power={"ups": ups, "board-a": board}, devices=TWO).power_loads)
    assert loads["ups"] == 150
    assert loads["grid"] == pytest.approx(150 / 0.8 + 50)


def test_an_undeclared_efficiency_or_draw_is_missing_in_all_that_rests_on_it() -> None:
    ups = {"kind": "ups", "site": "a", "inputs": [{"source": "grid"}]}
    silent = {"device_type": {"manufacturer": "E", "model": "Silent", "interfaces": [{"name": "eth0"}]}}
    board = {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]}
    device = {"d": {"model": "silent", "role": "x", "rack": "r1", "feeds": ["pdu-a"]}}
    analysis = hall(models={"silent": silent}, power={"ups": ups, "board-a": board}, devices=device)
    found = {load.element: {fact.element for fact in load.missing} for load in analysis.power_loads}
    assert found["power/pdu-a"] == {"devices/d"}
    assert found["power/grid"] == {"devices/d", "power/ups"}
    assert found["power/pdu-b"] == set()


def test_the_generator_carries_what_the_grid_did_and_the_tie_is_closed_only_then() -> None:
    boards = {
        "board-a": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open", "priority": 2}],
        },
        "board-b": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "board-a", "normally": "open", "priority": 2}],
        },
        "gen": {"kind": "generator", "site": "a"},
    }
    analysis = hall(power=boards, devices=TWO)
    assert watts(analysis.power_loads)["gen"] == 0
    dark = watts(analysis.power_loads_without(frozenset({"power/grid"})))
    assert (dark["gen"], dark["board-a"], dark["board-b"]) == (200, 200, 50)


def test_parallel_inputs_of_one_priority_share_and_needs_of_two_takes_both() -> None:
    power = {
        "g1": {"kind": "generator", "site": "a"},
        "g2": {"kind": "generator", "site": "a"},
        "board-a": {"kind": "switchboard", "site": "a", "inputs": [{"source": "g1"}, {"source": "g2"}]},
    }
    loads = watts(hall(power=power, devices=TWO).power_loads)
    assert (loads["g1"], loads["g2"]) == (75, 75)


def test_the_rating_is_the_lesser_of_real_power_and_apparent_power_times_its_factor() -> None:
    power = {
        "grid": {
            "kind": "utility",
            "site": "a",
            "rating": "100 kW",
            "apparent": "100 kVA",
            "power_factor": 0.9,
        }
    }
    (grid,) = [load for load in hall(power=power).power_loads if load.element == "power/grid"]
    assert grid.rating == pytest.approx(90_000)


def test_single_cords_fill_the_emptiest_leg_of_three() -> None:
    power = {"pdu-a": {"kind": "pdu", "site": "a", "path": "A", "legs": 3, "inputs": [{"source": "board-a"}]}}
    devices = {f"d{n}": {"rack": "r1", "feeds": ["pdu-a"]} for n in range(4)}
    (pdu,) = [
        load for load in hall(power=power, devices=devices).power_loads if load.element == "power/pdu-a"
    ]
    assert sorted(pdu.legs) == [100, 100, 200]


@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e5), max_size=12))
def test_legs_add_up_and_the_heaviest_is_near_the_best_possible(balanced: float, single: list[float]) -> None:
    legs = legs_of(balanced, single)
    total = balanced + sum(single)
    assert sum(legs) == pytest.approx(total)
    assert max(legs) <= total / 3 + max(single, default=0.0) + 1e-6


def test_heat_is_what_devices_take_and_what_power_elements_in_the_room_lose() -> None:
    ups = {"kind": "ups", "site": "a", "room": "hall", "inputs": [{"source": "grid"}], "efficiency": 0.8}
    board = {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]}
    units = {
        name: {"kind": "crah", "site": "a", "serves": ["hall"], "feeds": ["board-a"], "capacity": capacity}
        for name, capacity in (("small", "200 W"), ("large", "300 W"))
    }
    analysis = hall(power={"ups": ups, "board-a": board}, devices=TWO, cooling=units)
    (room,) = analysis.heat
    assert room.watts == pytest.approx(200 + 150 * 0.25)
    assert (room.capacity, room.capacity_without_largest) == (500, 200)
    assert room.units == ("cooling/large", "cooling/small")
    assert "draw" in {fact.field for fact in room.missing}


def test_a_passive_panel_takes_no_power_and_needs_none() -> None:
    panel = {"device_type": {"manufacturer": "E", "model": "Panel", "is_powered": False}}
    analysis = hall(
        models={"panel": panel}, devices={"p": {"model": "panel", "role": "patch-panel", "rack": "r1"}}
    )
    assert not [fact for fact in analysis.missing if fact.element == "devices/p"]
    assert [room.watts for room in analysis.heat] == [0]
