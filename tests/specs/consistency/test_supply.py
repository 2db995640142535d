from pathlib import Path

import pytest

from tests.specs.estates_made import issues

PLACES = """sites: {ndc: {role: primary}}
rooms: {hall: {site: ndc, purpose: data-hall}}
models:
  server: {device_type: device-types/server.yaml, draw: 400 W}
  bays: {device_type: device-types/server.yaml, power_supplies: 4}
power:
  grid: {kind: utility, site: ndc}
  gen: {kind: generator, site: ndc}
"""


def codes(folder: Path, text: str) -> list[str]:
    return [issue.code for issue in issues(folder, PLACES + text)]


@pytest.mark.parametrize(("tie", "found"), [("open", []), ("closed", ["LOOP-001"])])
def test_only_a_loop_that_is_closed_at_the_same_time_is_one(
    tmp_path: Path, tie: str, found: list[str]
) -> None:
    boards = f"""  board-a:
    {{kind: switchboard, site: ndc, inputs: [{{source: grid}}, {{source: board-b, normally: {tie}}}]}}
  board-b:
    {{kind: switchboard, site: ndc, inputs: [{{source: gen}}, {{source: board-a, normally: closed}}]}}
"""
    assert codes(tmp_path, boards) == found


def test_two_ways_to_one_source_are_no_loop(tmp_path: Path) -> None:
    boards = """  a: {kind: switchboard, site: ndc, inputs: [{source: grid}]}
  b: {kind: switchboard, site: ndc, inputs: [{source: grid}]}
  ats: {kind: transfer-switch, site: ndc, inputs: [{source: a}, {source: b, normally: open}]}
"""
    assert codes(tmp_path, boards) == []


def test_a_device_has_no_more_cords_than_supplies(tmp_path: Path) -> None:
    pdus = "  pdu-[1-4]: {kind: pdu, site: ndc, inputs: [{source: grid}]}\ndevices:\n"
    cords = "feeds: ['pdu-[1-4]']"
    assert codes(tmp_path, pdus + f"  d: {{model: server, role: x, room: hall, {cords}}}\n") == ["PORT-003"]
    assert codes(tmp_path, pdus + f"  d: {{model: bays, role: x, room: hall, {cords}}}\n") == []


@pytest.mark.parametrize(
    ("limit", "over"),
    [
        ("rating: 400 W", False),
        ("rating: 399 W", True),
        ("apparent: 400 VA", False),
        ("apparent: 400 VA, power_factor: 0.9", True),
        ("rating: 500 W, apparent: 399 VA", True),
        ("path: A", False),
    ],
)
def test_a_feed_carries_the_half_of_each_device_on_two_cords(tmp_path: Path, limit: str, over: bool) -> None:
    text = f"""  pdu-a: {{kind: pdu, site: ndc, inputs: [{{source: grid}}], {limit}}}
  pdu-b: {{kind: pdu, site: ndc, inputs: [{{source: grid}}]}}
devices:
  d-[1-2]: {{model: server, role: x, room: hall, feeds: [pdu-a, pdu-b]}}
"""
    told = issues(tmp_path, PLACES + text)
    assert [issue.code for issue in told] == (["POWER-001"] if over else [])
    assert all("takes 400 W" in issue.message for issue in told)
