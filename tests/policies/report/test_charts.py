from datetime import date

from policies.report.charts import LONGEST_BAR, Bar, phases_shown, recovery_bars, rooms_by_phase, timeline
from resilience.analysis import analyse
from resilience.proof_summary import Answer
from specs.bundled import find_estate
from specs.model import Estate
from tests.policies.report.made import subject


def estate(**services: dict[str, object]) -> Estate:
    return Estate.model_validate(
        {
            "estate": {
                "title": "T",
                "owner": "O",
                "phases": ({"id": "p1", "starts": "2027-01-01", "ends": "2027-12-31"},),
            },
            "sites": {"s": {"role": "primary", "power_limit": "2 kW"}},
            "rooms": {"hall": {"site": "s", "purpose": "data-hall"}},
            "racks": {"r": {"room": "hall", "units": 10}},
            "models": {"x": {"device_type": {"manufacturer": "M", "model": "X", "u_height": 1}}},
            "devices": {
                "old": {"model": "x", "role": "server", "rack": "r", "position": 1, "draw": "500 W"},
                "new": {
                    "model": "x", "role": "server", "rack": "r", "position": 2, "draw": "1 kW",
                    "enters": "p1",
                },
            },
            "services": services,
        }
    )  # fmt: skip


def answer(figure: float | None, holds: str) -> Answer:
    return Answer("services/a", "RTO site", holds, "", "", figure, 3600.0, (), (), ())  # type: ignore[arg-type]


def test_power_and_rack_units_are_told_for_today_and_every_phase() -> None:
    whole = estate()
    assert phases_shown(whole) == ("today", "p1")
    assert {(room.use, room.site): room.shares for room in rooms_by_phase(whole)} == {
        ("it_load", "s"): (0.25, 0.75),
        ("units_used", "s"): (0.1, 0.2),
    }


def test_a_bar_that_never_ends_is_the_longest_and_an_unknown_one_is_none() -> None:
    analysis = analyse(estate())
    found = [
        bar.share
        for bar in recovery_bars(
            analysis, [answer(1800.0, "yes"), answer(None, "no"), answer(None, "unknown")]
        )
    ]
    assert found == [0.5, LONGEST_BAR, None]
    assert Bar("services/a", "RTO site", 1e9, 1.0, "no").share == LONGEST_BAR


def test_without_proofs_the_bars_are_the_first_predictions() -> None:
    found = subject(find_estate("starter"))
    bars = recovery_bars(found.analysis, None)
    told = {
        name if "/" in name else f"services/{name}"
        for recovery in found.analysis.recoveries
        for name in (one.service for one in recovery.predictions if one.objective is not None)
    }
    assert {bar.service for bar in bars} == told != set()


def test_an_exercise_stands_on_its_day_and_is_held_against_its_own_objective() -> None:
    exercises = (
        {"kind": "full", "on": "2026-01-01", "rta": "2 h"},
        {"kind": "full", "on": "2026-07-02", "rta": "30 min"},
        {"kind": "tabletop", "on": "2026-07-02"},
        {"kind": "full", "on": "2027-01-01", "rta": "1 min"},
    )
    whole = estate(
        a={"tier": 2, "objectives": {"site": {"rto": "1 h", "rpo": "1 h"}}, "exercises": exercises},
        vital={"tier": 1},
        other={"tier": 3},
    )
    found = timeline(whole, date(2026, 12, 31))
    assert found is not None
    assert [lane.service for lane in found.lanes] == ["services/vital", "services/a"]
    assert [(mark.x, mark.held.within) for mark in found.lanes[1].marks] == [
        (0.0, "no"),
        (0.5, "yes"),
        (0.5, "unknown"),
    ]
    assert found.lanes[0].marks == ()


def test_an_estate_that_exercised_nothing_and_must_nothing_has_no_timeline() -> None:
    assert timeline(estate(other={"tier": 3}), date(2026, 12, 31)) is None
