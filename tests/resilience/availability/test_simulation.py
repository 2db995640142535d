"""Simulated years agree with closed forms for what is not static, and are the same for the same seed."""

from dataclasses import replace
from math import exp
from typing import Any

import pytest

from resilience.analysis import analyse
from resilience.availability import availabilities
from resilience.availability.results import Bounds
from resilience.availability.simulation import Simulated, beside, simulate
from resilience.failure_logic import failure_logic
from resilience.graph import build
from tests.resilience.sketch import estate, one_hall

NEVER = {"mtbf": "1e12 h", "mttr": "0 s"}
GRID = {"kind": "utility", "site": "a", "reliability": {"mtbf": "900 h", "mttr": "100 h"}}


def _simulated(power: dict[str, Any], feed: str, crews: int | None = None, **more: Any) -> Simulated:
    collections = one_hall(
        devices={"d": {"rack": "r1", "feeds": [feed]}},
        platforms={"p": {"kind": "compute", "nodes": ["d"]}},
        services={"s": {"users_at": ["a"]}},
        workloads={"w": {"service": "s", "platform": "p", "site": "a"}},
    )
    collections["power"] = power
    logic = failure_logic(build(estate(**collections | more)))
    (found,) = simulate(logic, ["s"], blocks=30, years=30.0, crews=crews, seed=7)
    return found


def _agrees(found: Simulated, expected: float) -> None:
    """Within the stated bounds, widened by a half: one in twenty seeds would miss them as they are."""
    margin = (found.high - found.low) / 4
    assert found.low - margin <= expected <= found.high + margin
    assert found.high - found.low < 0.3 * expected


def test_without_delays_it_is_the_steady_state() -> None:
    _agrees(_simulated({"grid": GRID}, "grid"), 0.1)


def test_a_battery_leaves_only_what_outlasts_it() -> None:
    ups = {
        "kind": "ups",
        "site": "a",
        "inputs": [{"source": "grid"}],
        "autonomy": "80 h",
        "reliability": NEVER,
    }
    _agrees(_simulated({"grid": GRID, "ups": ups}, "ups"), 0.1 * exp(-0.8))


def test_a_generator_carries_until_its_tank_is_empty() -> None:
    power = {
        "grid": GRID,
        "gen": {
            "kind": "generator",
            "site": "a",
            "fuel": {"tank": "1000 L", "burn": "10 L/h"},
            "switching": {"start_time": "0 s", "failure_to_start": "0 %"},
            "reliability": NEVER,
        },
        "ats": {
            "kind": "transfer-switch",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open"}],
            "switching": {"switch_time": "0 s", "failure_to_switch": "0 %"},
            "reliability": NEVER,
        },
    }
    _agrees(_simulated(power, "ats"), 0.1 * exp(-1.0))


def test_two_alike_with_one_crew_wait_for_one_another() -> None:
    feeds = {name: {**GRID, "kind": "utility"} for name in ("one", "two")}
    ratio = 100 / 900
    board = {
        "kind": "switchboard",
        "site": "a",
        "inputs": [{"source": "one"}, {"source": "two"}],
        "reliability": NEVER,
    }
    alone = _simulated({**feeds, "board": board}, "board", crews=1)
    _agrees(alone, 2 * ratio**2 / (1 + 2 * ratio + 2 * ratio**2))
    _agrees(_simulated({**feeds, "board": board}, "board"), 0.01)


def test_the_same_seed_gives_the_same_years() -> None:
    assert _simulated({"grid": GRID}, "grid") == _simulated({"grid": GRID}, "grid")


def test_it_is_said_whether_the_static_figure_can_be_true_as_well() -> None:
    collections = one_hall(
        devices={"d": {"rack": "r1", "feeds": ["grid"]}},
        platforms={"p": {"kind": "compute", "nodes": ["d"]}},
        services={"s": {"users_at": ["a"]}},
        workloads={"w": {"service": "s", "platform": "p", "site": "a"}},
    )
    collections["power"] = {"grid": GRID}
    (static,) = availabilities(analyse(estate(**collections)))
    static = replace(static, unavailability=Bounds(0.1, 0.1))
    seen = Simulated("services/s", 0.1, 0.09, 0.11, 0.95, 20, 10.0, None, 1, ())
    (agrees,) = beside([seen], [static])
    assert (agrees.static, agrees.agrees) == (Bounds(0.1, 0.1), True)
    (disagrees,) = beside([replace(seen, low=0.101)], [static])
    assert disagrees.agrees is False
    (silent,) = beside([replace(seen, unavailability=0.0, low=0.0, high=0.0)], [static])
    assert silent.agrees is None
    assert beside([seen], []) == (seen,)


def test_an_unknown_service_is_an_error() -> None:
    with pytest.raises(KeyError):
        simulate(failure_logic(build(estate(**one_hall()))), ["nothing"])
