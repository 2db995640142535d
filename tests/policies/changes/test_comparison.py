"""Nothing is different from itself, and what came one way goes the other."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from policies.changes.comparison import Side, compared
from policies.changes.elements import Line
from policies.outputs.change_document import as_json, document
from policies.outputs.changes import as_github, as_markdown, as_sarif, as_text
from policies.outputs.origin import Origin
from policies.outputs.terminal import Screen
from policies.rules import RULES
from specs.loading import load
from tests.policies.changes.test_golden_changes import BASE, NAMES, changed, side
from tests.published import hold

ORIGIN = Origin("1.2.3", RULES)
HOSTILE = """\
amends: base
services:
  registry: {name: "<script>alert(1)</script> | [x](javascript:y) \\n::error::z"}
devices: {main-srv-1a: {feeds: [main-pdu-1a]}}
"""


@pytest.fixture(scope="module")
def base() -> Side:
    return side("base", load(BASE), ())


def test_an_estate_does_not_differ_from_itself(base: Side) -> None:
    found = compared(base, side("again", load(BASE), ()))
    assert found.empty
    assert "no difference" in as_text(found, Screen())


def turned(line: Line) -> Line:
    return replace(
        line, before=line.after, after=line.before, before_at=line.after_at, after_at=line.before_at
    )


OPPOSITE = {
    "came": ("went", "gone", "unjudged"),
    "turned": ("turned",),
    "waived": ("unwaived", "went", "gone", "unjudged"),
    "unjudged": ("came", "waived", "judged"),
    "judged": ("unjudged",),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_way_back_is_the_reverse(name: str, base: Side, tmp_path: Path) -> None:
    other = replace(changed(name, tmp_path), answers=())
    there, back = compared(base, other), compared(other, base)
    assert {tuple(map(turned, one.lines)) for one in there.elements} == {one.lines for one in back.elements}
    assert {one.key for one in there.findings} == {one.key for one in back.findings}
    back_by_key = {one.key: one for one in back.findings}
    for finding in there.findings:
        again = back_by_key[finding.key]
        assert (finding.before, finding.after) == (again.after, again.before)
        assert again.happened in OPPOSITE[finding.happened]
    assert {(one.service, one.event, one.gained) for one in there.points} == {
        (one.service, one.event, not one.gained) for one in back.points
    }
    assert [(one.service, one.question, one.after, one.before) for one in there.figures] == [
        (one.service, one.question, one.before, one.after) for one in back.figures
    ]


def test_a_hostile_name_is_harmless_in_every_form(base: Side, tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "base")
    (tmp_path / "case.yaml").write_text(HOSTILE, encoding="utf-8")
    found = compared(base, side("<b>case</b>", load(tmp_path / "case.yaml"), ()))
    page = as_markdown(found)
    assert "<script" not in page
    assert "<b>" not in page
    assert "](javascript" not in page
    assert "\n::error::z" not in as_github(found, ORIGIN)
    assert "\x1b" not in as_text(found, Screen())
    hold(as_json(found, "1.2.3"), "diff")


def test_sarif_points_at_the_changed_line(base: Side, tmp_path: Path) -> None:
    found = compared(base, replace(changed("second-feed-dropped", tmp_path), answers=()))
    (result,) = json.loads(as_sarif(found, ORIGIN))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "second-feed-dropped.yaml"
    assert place["region"]["startLine"] == 3


def test_the_published_form_says_what_the_comparison_says(base: Side, tmp_path: Path) -> None:
    found = compared(base, replace(changed("objective-loosened", tmp_path), answers=()))
    told = document(found, "1.2.3")
    assert [one.element for one in told.elements] == ["services/registry"]
    assert [(one.question, one.broken) for one in told.figures] == []
    assert {one.happened for one in told.findings} == {"came"}
