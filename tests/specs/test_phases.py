from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs import consistency
from specs.header import Header
from specs.issues import SpecError
from specs.model import Estate
from specs.phases import timeline
from tests.specs.estates_made import PHASES, SERVER, issues, loaded, written

MOMENTS = ("today", "one/move", "one/cut", "one", "two")

PLAN = """sites:
  ndc: {role: primary}
  dr: {role: dr, enters: two}
rooms:
  hall: {site: ndc, purpose: data-hall}
  hall-2: {site: dr, purpose: data-hall, enters: two}
racks:
  old: {room: hall, leaves: one/cut}
  moves:
    room: hall
    power_limit: 10 kW
    units: 42
    changes:
      one/cut: {power_limit: 12 kW}
      two: {room: hall-2, power_limit: null, depth: 1 m}
  new: {room: hall, enters: one/move}
hazards:
  flood: {kind: flood, exposed: [sites/ndc, sites/dr, racks/old]}
services:
  tax: {needs: [{any_of: [racks/old, racks/new, racks/moves]}], users_at: [ndc, dr]}
plan: {runbook_offline_at: [dr, ndc]}
"""


def test_moments_are_today_then_each_step_then_the_end_of_its_phase(tmp_path: Path) -> None:
    assert timeline(loaded(tmp_path, "", PHASES).estate.estate).moments == MOMENTS


@pytest.mark.parametrize(
    ("moment", "racks"),
    [
        ("today", {"moves", "old"}),
        ("one/move", {"moves", "new", "old"}),
        ("one/cut", {"moves", "new"}),
        ("one", {"moves", "new"}),
        ("two", {"moves", "new"}),
        (None, {"moves", "new"}),
    ],
)
def test_elements_are_there_from_entering_until_leaving(
    tmp_path: Path, moment: str | None, racks: set[str]
) -> None:
    estate = loaded(tmp_path, PLAN, PHASES).estate.as_of(moment)
    assert set(estate.racks) == racks
    assert set(estate.sites) == ({"ndc", "dr"} if moment in ("two", None) else {"ndc"})


def test_changes_hold_from_their_moment_on_and_the_plan_is_gone_from_the_result(tmp_path: Path) -> None:
    plan = loaded(tmp_path, PLAN, PHASES).estate
    today, cut, end = (plan.as_of(moment).racks["moves"] for moment in ("today", "one/cut", "two"))
    assert (today.power_limit, today.room, today.depth) == (10_000.0, "hall", None)
    assert (cut.power_limit, cut.room, cut.depth) == (12_000.0, "hall", None)
    assert (end.power_limit, end.room, end.depth, end.units) == (None, "hall-2", 1.0, 42)
    for rack in (today, cut, end, plan.as_of("one").racks["new"]):
        assert not {"enters", "leaves", "changes"} & set(rack.model_dump(exclude_unset=True))
        assert (rack.enters, rack.leaves, rack.changes) == (None, None, {})


def test_references_that_lapse_are_left_out_until_what_they_name_is_there(tmp_path: Path) -> None:
    plan = loaded(tmp_path, PLAN, PHASES).estate
    today, end = plan.as_of("today"), plan.as_of(None)
    assert today.hazards["flood"].exposed == ("sites/ndc", "racks/old")
    assert end.hazards["flood"].exposed == ("sites/ndc", "sites/dr")
    assert today.services["tax"].needs[0].any_of == ("racks/old", "racks/moves")
    assert end.services["tax"].needs[0].any_of == ("racks/new", "racks/moves")
    assert today.plan.runbook_offline_at == ("ndc",)
    assert end.plan.runbook_offline_at == ("dr", "ndc")


def test_what_does_not_change_is_the_same_element(tmp_path: Path) -> None:
    plan = loaded(tmp_path, PLAN, PHASES).estate
    assert plan.as_of("today").sites["ndc"] is plan.sites["ndc"]


def test_an_estate_as_of_a_moment_has_nothing_wrong_with_it(tmp_path: Path) -> None:
    plan = loaded(tmp_path, PLAN, PHASES).estate
    for moment in MOMENTS:
        assert consistency.check(plan.as_of(moment)) == ()


def test_an_estate_without_phases_is_as_it_is(tmp_path: Path) -> None:
    estate = loaded(tmp_path, "sites: {ndc: {role: primary}}\n").estate
    assert estate.as_of(None) == estate
    assert estate.as_of("today") == estate


def test_an_unknown_phase_is_told_with_the_likely_one(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as fault:
        loaded(tmp_path, PLAN, PHASES).estate.as_of("tow")
    assert str(fault.value) == "PHASE-001 there is no phase `tow` (did you mean `two`?)"


def test_a_fault_of_a_later_phase_is_told_at_the_change_that_brings_it_about(tmp_path: Path) -> None:
    text = """sites: {ndc: {role: primary}}
rooms: {hall: {site: ndc, purpose: data-hall}}
racks:
  a: {room: hall, row: A, place: 1}
  b: {room: hall, changes: {one: {row: A}, two: {place: 1}}}
"""
    told = issues(tmp_path, text, PHASES)
    assert [(issue.code, str(issue.location)) for issue in told] == [("RACK-007", "estate.yaml:11:57")]
    assert told[0].message.endswith("from `two` on (also at estate.yaml:10:34)")


def test_an_element_that_fails_only_between_two_phases_is_found(tmp_path: Path) -> None:
    text = """sites:
  a: {role: pop, leaves: one/cut}
  b: {role: pop, enters: one}
rooms:
  r: {site: a, purpose: office, changes: {one: {site: b}}}
"""
    told = issues(tmp_path, text, PHASES)
    assert [(issue.code, str(issue.location)) for issue in told] == [("PHASE-005", "estate.yaml:11:13")]
    assert "in `one/cut`" in told[0].message


def test_a_model_may_change_its_device_type(tmp_path: Path) -> None:
    written(tmp_path, {"device-types/tall.yaml": SERVER.replace("u_height: 2", "u_height: 4")})
    text = "models: {m: {device_type: device-types/server.yaml, changes: {two: {device_type: %s}}}}\n"
    plan = loaded(tmp_path, text % "device-types/tall.yaml", PHASES).estate
    assert plan.as_of("one").models["m"].device_type.u_height == 2
    assert plan.as_of("two").models["m"].device_type.u_height == 4
    told = issues(tmp_path, text % "device-types/tal.yaml", PHASES)
    assert [(issue.code, issue.hint) for issue in told] == [
        ("FILE-001", "did you mean `device-types/tall.yaml`?")
    ]


moments = st.sampled_from(MOMENTS[1:])


@st.composite
def plans(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Sites with a plan of their own."""
    sites: dict[str, dict[str, Any]] = {}
    for name in ("a", "b", "c"):
        site: dict[str, Any] = {"role": "pop"}
        enters = draw(st.none() | moments)
        leaves = draw(st.none() | moments)
        first = MOMENTS.index(enters) if enters else 0
        last = MOMENTS.index(leaves) if leaves else len(MOMENTS)
        if enters:
            site["enters"] = enters
        if leaves and last > first:
            site["leaves"] = leaves
        else:
            last = len(MOMENTS)
        for place in range(max(first, 1), last):
            if draw(st.booleans()):
                value = draw(st.sampled_from(["1 kW", "2 MW", "1.5 kW", None]))
                site.setdefault("changes", {})[MOMENTS[place]] = {"power_limit": value}
        sites[name] = site
    return sites


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans())
def test_as_of_is_the_plan_played_moment_by_moment(sites: dict[str, dict[str, Any]]) -> None:
    header = {
        "title": "T",
        "owner": "O",
        "phases": [
            {
                "id": "one",
                "starts": "2027-01-01",
                "ends": "2027-06-30",
                "steps": [{"id": "move"}, {"id": "cut"}],
            },
            {"id": "two", "starts": "2027-07-01", "ends": "2027-12-31"},
        ],
    }
    estate = Estate.model_validate({"estate": header, "sites": sites})
    assert consistency.check_plan(estate) == ()
    there: dict[str, str | None] = {}
    for moment in MOMENTS:
        for name, site in sites.items():
            if site.get("enters", "today") == moment:
                there[name] = None
            if site.get("leaves") == moment:
                there.pop(name, None)
            if name in there and moment in site.get("changes", {}):
                there[name] = site["changes"][moment]["power_limit"]
        found = estate.as_of(moment).sites
        assert list(found) == sorted(there)
        for name, limit in there.items():
            written = found[name].model_dump(mode="json", exclude_unset=True).get("power_limit")
            assert written == limit


def test_a_header_says_its_own_moments() -> None:
    header = Header.model_validate({"title": "T", "owner": "O"})
    assert timeline(header).moments == ("today",)
