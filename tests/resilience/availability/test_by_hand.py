"""Cases that a person can work out, where a formula without standbys and switching would be wrong."""

from typing import Any

import pytest

from resilience.analysis import analyse
from resilience.availability import ServiceAvailability, availabilities
from specs.bundled import folder_of
from specs.loading import load
from tests.resilience.sketch import estate, one_hall

HOURS = 365.25 * 24


def _power(**switch: Any) -> dict[str, Any]:
    """A grid away 1 % of the time, and a generator that takes over."""
    return {
        "grid": {"kind": "utility", "site": "a", "reliability": {"mtbf": "99 h", "mttr": "1 h"}},
        "gen": {
            "kind": "generator",
            "site": "a",
            "switching": {"start_time": "12 s", "failure_to_start": "5 %"},
            "reliability": {"mtbf": "80 h", "mttr": "20 h"},
        },
        "ats": {
            "kind": "transfer-switch",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open", "priority": 2}],
            "switching": {"switch_time": "8 s", "failure_to_switch": "10 %"},
            "reliability": {"mtbf": "1e9 h", "mttr": "0 s"},
        }
        | switch,
    }


def _service(power: dict[str, Any], feed: str = "ats", **more: Any) -> ServiceAvailability:
    collections = one_hall(
        devices={"d": {"rack": "r1", "feeds": [feed]}},
        platforms={"p": {"kind": "compute", "nodes": ["d"]}},
        services={"s": {"users_at": ["a"], "availability_target": "99 %"}},
        workloads={"w": {"service": "s", "platform": "p", "site": "a"}},
    )
    collections["power"] = power
    collections |= more
    whole = estate(**collections)
    perfect = {"mtbf": "1e9 h", "mttr": "0 s"}
    models = {
        name: model.model_copy(update={"reliability": type(model.reliability).model_validate(perfect)})
        for name, model in whole.models.items()
    }
    (found,) = availabilities(analyse(whole.model_copy(update={"models": models})))
    return found


def test_a_standby_generator_may_be_broken_not_start_or_not_be_switched_to() -> None:
    found = _service(_power())
    standby = 1 - (1 - 0.2) * (1 - 0.05) * (1 - 0.1)
    assert found.method == "exact"
    assert found.unavailability.low == pytest.approx(0.01 * standby, rel=1e-12)
    assert [one.events for one in found.cut_sets if len(one.events) == 2 and one.probability] == [
        ("power/gen", "power/grid"),
        ("power/ats:fails-to-switch", "power/grid"),
        ("power/gen:fails-to-start", "power/grid"),
    ]


def test_each_loss_of_the_grid_costs_the_time_until_the_generator_carries() -> None:
    found = _service(_power())
    losses_a_year = HOURS / 100
    assert found.switching.low == pytest.approx(losses_a_year * 20 / (HOURS * 3600), rel=1e-9)
    (switchover,) = found.switchovers
    assert (switchover.seconds, switchover.events) == (20.0, ("power/grid",))
    assert switchover.a_year == pytest.approx(losses_a_year, rel=1e-9)


def test_a_battery_bridges_the_switching() -> None:
    ups = {
        "kind": "ups",
        "site": "a",
        "inputs": [{"source": "ats"}],
        "autonomy": "10 min",
        "reliability": {"mtbf": "1e9 h", "mttr": "0 s"},
    }
    found = _service(_power() | {"ups": ups}, feed="ups")
    assert found.switching.low == found.switching.high == 0.0
    short = _service(_power() | {"ups": ups | {"autonomy": "15 s"}}, feed="ups")
    assert short.switching.low == pytest.approx(_service(_power()).switching.low)


def test_failure_frequency_is_that_of_losses_that_meet_no_standby_and_of_standbys_lost_meanwhile() -> None:
    found = _service(_power())
    ready = 0.95 * 0.9
    grid = HOURS / 100 * (1 - 0.8 * ready)
    generator = HOURS / 100 * 0.01 * ready
    assert found.failures_a_year is not None
    assert found.failures_a_year.low == pytest.approx(grid + generator, rel=1e-9)


def test_a_transfer_switch_out_for_maintenance_without_a_bypass_is_a_planned_outage() -> None:
    yearly = {"mtbf": "1e9 h", "mttr": "1e-6 s", "maintained_every": "1000 h", "maintenance_takes": "1 h"}
    found = _service(_power(reliability=yearly))
    assert found.planned.low == pytest.approx(0.001 * (1 - found.unavailability.low), rel=1e-6)
    assert _service(_power(reliability=yearly, bypass=True)).planned.low == 0.0


def test_an_undeclared_mtbf_is_unknown_between_perfect_and_failed() -> None:
    power = _power()
    del power["gen"]["reliability"]
    found = _service(power)
    assert found.known == "unknown"
    assert found.unavailability.low == pytest.approx(0.01 * (1 - 0.95 * 0.9), rel=1e-12)
    assert found.unavailability.high == pytest.approx(0.01, rel=1e-12)
    assert {(one.element, one.field) for one in found.missing} == {
        ("power/gen", "reliability.mtbf"),
        ("power/gen", "reliability.mttr"),
    }
    assert found.find_out[0].hides == pytest.approx(0.01 * 0.95 * 0.9, rel=1e-9)


def test_an_undeclared_switch_time_is_unknown_up_to_never_taking_over() -> None:
    found = _service(_power(switching={"failure_to_switch": "10 %"}))
    assert found.known == "unknown"
    assert found.switching.low == 0.0
    assert found.switching.high == pytest.approx(0.01)
    assert ("power/ats", "switching.switch_time") in {(one.element, one.field) for one in found.missing}


def test_what_to_mend_first_is_the_grid_without_which_nothing_fails() -> None:
    first = _service(_power()).importances[0]
    assert (first.event, first.fussell_vesely, first.risk_reduction) == ("power/grid", 1.0, None)
    assert first.risk_achievement == pytest.approx(100.0)


def test_a_figure_without_human_error_is_optimistic_and_one_with_all_declared_is_not() -> None:
    assert _service(_power()).label == "hardware only, optimistic"
    year = {"frequency": "1 / y", "duration": "1 h"}
    hazards = {
        "slip": {"kind": "human-error", "exposed": ["platforms/p"]} | year,
        "bug": {"kind": "software", "exposed": ["platforms/p"]} | year,
    }
    full = _service(_power(), hazards=hazards)
    assert (full.label, full.leaves_out) == ("", ())
    assert full.unavailability.low > _service(_power()).unavailability.low


@pytest.mark.slow
@pytest.mark.parametrize("name", ["national", "national-cured"])
def test_cut_sets_of_one_event_are_the_single_points_of_failure_each_with_its_chain(name: str) -> None:
    analysis = analyse(load(folder_of(name)).estate.as_of("phase-3"))
    found = availabilities(analysis, most=1_000, most_of_sites=1_000, samples=1)
    for standing, one in zip(analysis.standings, found, strict=True):
        assert standing.service == one.service
        alone = {cut.events[0]: cut.chain for cut in one.cut_sets if len(cut.events) == 1}
        assert {point.event for point in standing.single_points} == set(alone)
        assert all(
            chain[0].source == one.service and chain[-1].target == event for event, chain in alone.items()
        )
        assert all(cut.chain and cut.chain[-1].target in cut.events for cut in one.cut_sets)
        assert one.unavailability.low <= one.unavailability.high
