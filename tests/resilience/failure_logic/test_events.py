"""Basic events take their figures from what is declared, and say where from or what is missing."""

import pytest

from resilience.failure_logic import BasicEvent, failure_logic
from resilience.graph import build
from tests.resilience.sketch import estate, one_hall

YEAR = 365.25 * 24


def _events(**more: object) -> dict[str, BasicEvent]:
    return dict(failure_logic(build(estate(**one_hall(**more)))).events)


def test_mtbf_and_mttr_give_unavailability_and_frequency() -> None:
    power = {"grid": {"kind": "utility", "site": "a", "reliability": {"mtbf": "990 h", "mttr": "10 h"}}}
    event = _events(power=power)["power/grid"]
    assert event.unavailability == pytest.approx(0.01)
    assert event.frequency == pytest.approx(YEAR / 1000)
    assert event.path == ("power", "grid", "reliability")


def test_a_contract_tells_the_repair_that_the_element_does_not() -> None:
    events = _events(
        vendors={"v": {"kind": "utility"}},
        contracts={"c": {"vendor": "v", "repair": "10 h"}},
        power={"grid": {"kind": "utility", "site": "a", "contract": "c", "reliability": {"mtbf": "990 h"}}},
    )
    assert events["power/grid"].unavailability == pytest.approx(0.01)
    assert "contracted repair" in events["power/grid"].basis


def test_a_hazard_prevails_for_its_mean_duration_as_often_as_it_strikes() -> None:
    duration = {"low": "1 h", "likely": "2 h", "high": "9 h"}
    event = _events(hazards={"flood": {"kind": "flood", "frequency": "2 / y", "duration": duration}})[
        "hazards/flood"
    ]
    assert event.unavailability == pytest.approx(2 * 3 / (YEAR + 2 * 3))


def test_what_is_undeclared_is_unknown_and_named() -> None:
    events = _events(devices={"d": {"rack": "r1", "feeds": ["pdu-a"]}}, hazards={"duct": {"kind": "duct"}})
    assert events["devices/d"].unavailability is None
    assert {one.field for one in events["devices/d"].missing} == {"reliability.mtbf", "reliability.mttr"}
    assert {one.element for one in events["devices/d"].missing} == {"models/box"}
    assert {one.field for one in events["hazards/duct"].missing} == {"frequency", "duration"}


def test_places_have_no_figure_and_no_missing_fact() -> None:
    event = _events()["rooms/hall"]
    assert (event.kind, event.unavailability, event.missing) == ("uncounted", 0.0, ())


def test_a_generator_that_always_runs_need_not_start() -> None:
    gen = {"kind": "generator", "site": "a"}
    device = {"d": {"rack": "r1", "feeds": ["pdu-a"]}}
    running = {"gen": gen, "board-a": {"kind": "switchboard", "site": "a", "inputs": [{"source": "gen"}]}}
    assert not [name for name in _events(power=running, devices=device) if ":" in name]
    inputs = [{"source": "grid"}, {"source": "gen", "normally": "open"}]
    asleep = {"gen": gen, "board-a": {"kind": "switchboard", "site": "a", "inputs": inputs}}
    found = [name for name in _events(power=asleep, devices=device) if ":" in name]
    assert found == ["power/board-a:fails-to-switch", "power/gen:fails-to-start"]
