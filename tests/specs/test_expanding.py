from pathlib import Path
from typing import Any

import pytest

from specs import expanding
from specs.expanding import Expansion
from specs.issues import Issue
from specs.reading import plain, read
from tests.specs.estates_made import issues, loaded


def expanded(text: str) -> tuple[dict[str, Any], list[str]]:
    found: list[Issue] = []
    node = Expansion(found).of_file(read(text.encode(), "f.yaml"))
    return plain(node), [issue.code for issue in found]


def test_one_entry_becomes_the_elements_that_its_key_counts() -> None:
    values, codes = expanded(
        """
racks:
  r-[a-b][1-3]:
    room: hall-[a-b]
    row: "[a-b]"
    place: "[1-3]"
    name: {en: "Rack [1-6]"}
    feeds: ["pdu-[a-b][1-3]-a", fixed]
"""
    )
    assert not codes
    assert list(values["racks"]) == ["r-a1", "r-a2", "r-a3", "r-b1", "r-b2", "r-b3"]
    assert values["racks"]["r-b2"] == {
        "room": "hall-b",
        "row": "b",
        "place": 2,
        "name": {"en": "Rack 5"},
        "feeds": ["pdu-b2-a", "fixed"],
    }


def test_a_range_that_is_the_whole_value_yields_what_the_word_stands_for() -> None:
    values, _ = expanded('racks:\n  r-[1-3]: {a: "[1,true,x]", b: "n[1,2,3]", c: "[01-03]"}\n')
    assert [values["racks"][f"r-{n}"]["a"] for n in (1, 2, 3)] == [1, True, "x"]
    assert [values["racks"][f"r-{n}"]["b"] for n in (1, 2, 3)] == ["n1", "n2", "n3"]
    assert [values["racks"][f"r-{n}"]["c"] for n in (1, 2, 3)] == [1, 2, 3]


def test_in_a_list_of_an_element_without_a_range_a_range_is_written_out() -> None:
    values, codes = expanded(
        """
platforms:
  p:
    nodes:
      - a-[1-3]
      - b
    needs: [{any_of: ["devices/c-[1-2]"]}]
"""
    )
    assert not codes
    assert values["platforms"]["p"]["nodes"] == ["a-1", "a-2", "a-3", "b"]
    assert values["platforms"]["p"]["needs"] == [{"any_of": ["devices/c-1", "devices/c-2"]}]


def test_prose_in_a_list_and_text_outside_one_are_left_alone() -> None:
    values, codes = expanded('plan: {criteria: ["see annex [1-3]"]}\nsites: {ndc: {city: "zone [1-3]"}}\n')
    assert not codes
    assert values["plan"]["criteria"] == ["see annex [1-3]"]
    assert values["sites"]["ndc"]["city"] == "zone [1-3]"


def test_what_holds_no_range_is_shared_and_what_does_is_not() -> None:
    found: list[Issue] = []
    node = Expansion(found).of_file(read(b'racks:\n  r-[1-2]: {room: hall, place: "[1-2]"}\n', "f.yaml"))
    first, second = node.value["racks"].value.values()
    assert first.value["room"] is second.value["room"]
    assert first.value["place"] is not second.value["place"]


def test_elements_of_a_range_stand_at_the_line_of_their_key() -> None:
    found: list[Issue] = []
    node = Expansion(found).of_file(read(b'racks:\n  r-[1-2]:\n    place: "[1-2]"\n', "f.yaml"))
    second = node.value["racks"].value["r-2"]
    assert str(second.key_location) == "f.yaml:2:3"
    assert str(second.value["place"].location) == "f.yaml:3:12"


def test_ranges_cannot_multiply_beyond_their_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MOST_VALUES", 2_000)
    body = ", ".join(f'f{n}: "[1-99]"' for n in range(40))
    told = issues(tmp_path, f"racks:\n  r-[1-99]: {{{body}}}\n")
    assert [issue.code for issue in told] == ["RANGE-001"]
    assert "more than 2,000 values" in told[0].message


@pytest.mark.parametrize("key", ["r-[1-3]", "r-1"])
def test_a_name_stands_once_whether_counted_or_written(tmp_path: Path, key: str) -> None:
    told = issues(tmp_path, f"teams:\n  r-[1-2]: {{}}\n  '{key}': {{}}\n")
    assert {issue.code for issue in told} == {"KEY-004"}
    assert all("first at estate.yaml:3:3" in issue.message for issue in told)
    assert all(str(issue.location) == "estate.yaml:4:3" for issue in told)


def test_a_counted_estate_is_the_one_written_out(tmp_path: Path) -> None:
    counted = "sites: {ndc: {role: primary}}\nrooms:\n  h-[a-b]: {site: ndc, purpose: data-hall}\nracks:\n"
    counted += '  r-[a-b][1-2]: {room: "h-[a-b]", row: "[a-b]", place: "[1-2]"}\n'
    spelt = "sites: {ndc: {role: primary}}\nrooms:\n"
    spelt += "".join(f"  h-{hall}: {{site: ndc, purpose: data-hall}}\n" for hall in "ab") + "racks:\n"
    spelt += "".join(f"  r-{a}{n}: {{room: h-{a}, row: {a}, place: {n}}}\n" for a in "ab" for n in (1, 2))
    assert loaded(tmp_path / "a", counted).estate == loaded(tmp_path / "b", spelt).estate
