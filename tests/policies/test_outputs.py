"""Each form of a judgement: valid by its published schema, complete, and safe whatever a spec says."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from defusedxml import ElementTree

from policies.outputs import DATA_FORMS, terminal
from policies.outputs.origin import Origin
from policies.outputs.terminal import Screen
from policies.reference import schema
from policies.rules import RULES
from specs.findings import Judgement, Verdict
from specs.sentences import as_sentence
from tests.policies.conftest import Amend, judged

ORIGIN = Origin("9.9.9", RULES, {"estate.yaml": "plans/my estate/estate.yaml"})

MIXED = """
estate: {title: "Data | centre", classification: secret, version: "7"}
devices: {main-srv-1a: {feeds: [main-pdu-1a]}, main-srv-1b: {feeds: [main-pdu-1a]}}
power: {main-ups-a: {autonomy: null}}
waivers:
  cord:
    {rule: PWR-001, elements: [devices/main-srv-1b], reason: Late, requester: a, approver: b,
     expires: 2027-01-01}
"""

HOSTILE = r"""
estate:
  title: "</script><img src=x onerror=alert(1)> ::error::t | `x` [l](javascript:0) @all #1 %0A {0}"
  version: "]]> & <b> \"q\""
power:
  main-pdu-1b: {name: "| x | <b>::set-output name=a::b", inputs: [{source: main-ups-a}]}
platforms:
  main-database:
    software: "http://evil.example/ <script> ::warning file=a,line=1::x | [a](b)"
    support_ends: null
sites:
  dr: {failure_region: "coast", jurisdiction: "X\ud7ffB ]]>"}
"""


@pytest.fixture
def mixed(amend: Amend) -> Judgement:
    return judged(amend(MIXED))


@pytest.fixture
def hostile(amend: Amend) -> Judgement:
    return judged(amend(HOSTILE))


def test_the_mixed_judgement_has_every_verdict(mixed: Judgement) -> None:
    assert {finding.verdict for finding in mixed.outcomes} == set(Verdict)


@pytest.mark.parametrize("form", sorted(DATA_FORMS))
def test_every_form_carries_classification_version_digest_and_tool(mixed: Judgement, form: str) -> None:
    text = DATA_FORMS[form](mixed, ORIGIN)
    for mark in ("secret", "7", mixed.digest, "9.9.9"):
        assert mark in text


@pytest.mark.parametrize("which", ["mixed", "hostile"])
def test_json_keeps_to_its_published_schema(which: str, request: pytest.FixtureRequest) -> None:
    judgement: Judgement = request.getfixturevalue(which)
    document = json.loads(DATA_FORMS["json"](judgement, ORIGIN))
    jsonschema.Draft202012Validator(json.loads(schema())).validate(document)
    assert document["format_version"] == "1.1"
    assert len(document["findings"]) == len(judgement.findings)
    assert len(document["passed"]) == len(judgement.having(Verdict.PASS))


def test_json_root_causes_hold_every_failure_and_unknown_once(mixed: Judgement) -> None:
    document = json.loads(DATA_FORMS["json"](mixed, ORIGIN))
    grouped = [key for cause in document["root_causes"] for key in cause["findings"]]
    told = [one["key"] for one in document["findings"] if one["verdict"] != "waived"]
    assert sorted(grouped) == sorted(told)


@pytest.mark.parametrize("which", ["mixed", "hostile"])
def test_sarif_keeps_to_the_standards_schema(
    which: str, request: pytest.FixtureRequest, shared_data: Path
) -> None:
    log = sarif(request.getfixturevalue(which))
    standard = json.loads((shared_data / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(standard)
    validator(standard).validate(log)


def test_sarif_points_at_the_line_of_the_spec_by_a_relative_uri(mixed: Judgement) -> None:
    result = by_element(sarif(mixed))["devices/main-srv-1a"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "plans/my%20estate/estate.yaml"
    assert place["region"] == {"startLine": 4, "startColumn": 25}
    assert result["relatedLocations"]


def test_sarif_shows_a_waived_finding_as_suppressed_and_an_unknown_as_open(mixed: Judgement) -> None:
    results = by_element(sarif(mixed))
    assert results["devices/main-srv-1b"]["suppressions"][0]["status"] == "accepted"
    assert results["devices/main-srv-1a"]["suppressions"] == []
    assert (results["power/main-ups-a"]["kind"], results["power/main-ups-a"]["level"]) == ("open", "none")
    assert (results["devices/main-srv-1a"]["kind"], results["devices/main-srv-1a"]["level"]) == (
        "fail",
        "error",
    )


def test_sarif_shows_what_a_baseline_knows_as_suppressed_and_unchanged(
    mixed: Judgement, shared_data: Path
) -> None:
    known = replace(mixed, outcomes=tuple(replace(one, known=True) for one in mixed.outcomes))
    results = by_element(log := sarif(known))
    assert results["devices/main-srv-1a"]["baselineState"] == "unchanged"
    assert [one["kind"] for one in results["devices/main-srv-1a"]["suppressions"]] == ["external"]
    justified = [one["justification"] for one in results["devices/main-srv-1b"]["suppressions"]]
    assert justified == ["Waiver cord", "In the baseline: known before, and fails no check"]
    standard = json.loads((shared_data / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    jsonschema.validators.validator_for(standard)(standard).validate(log)


def test_junit_keeps_to_the_strict_schema_where_all_is_known(mixed: Judgement, shared_data: Path) -> None:
    known = replace(mixed, outcomes=tuple(replace(one, known=True) for one in mixed.outcomes))
    text = DATA_FORMS["junit"](known, ORIGIN)
    xmlschema.XMLSchema(shared_data / "schemas" / "JUnit.xsd").validate(text)
    suites = ElementTree.fromstring(text)
    assert sum(int(suite.attrib["failures"]) + int(suite.attrib["errors"]) for suite in suites) == 0


def test_sarif_results_name_their_rule_by_id_and_index(mixed: Judgement) -> None:
    log = sarif(mixed)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_fingerprints_do_not_change_with_the_line(amend: Amend) -> None:
    prints = []
    for text in (MIXED, "\n\n" + MIXED):
        log = sarif(judged(amend(text)))
        prints.append({one["partialFingerprints"]["thabatFinding/v1"] for one in log["runs"][0]["results"]})
    assert prints[0] == prints[1]


@pytest.mark.parametrize("which", ["mixed", "hostile"])
def test_junit_keeps_to_the_strict_schema(
    which: str, request: pytest.FixtureRequest, shared_data: Path
) -> None:
    strict = xmlschema.XMLSchema(shared_data / "schemas" / "JUnit.xsd")
    strict.validate(DATA_FORMS["junit"](request.getfixturevalue(which), ORIGIN))


def test_junit_counts_failures_errors_and_skips(mixed: Judgement) -> None:
    suites = ElementTree.fromstring(DATA_FORMS["junit"](mixed, ORIGIN))
    counted = {
        name: sum(int(suite.attrib[name]) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    assert counted == {
        "tests": len(mixed.outcomes),
        "failures": len(mixed.having(Verdict.FAIL)),
        "errors": len(mixed.having(Verdict.UNKNOWN)),
        "skipped": len(mixed.having(Verdict.WAIVED)),
    }


def test_junit_holds_no_character_that_xml_cannot(mixed: Judgement) -> None:
    said = as_sentence("a\x00\ud800\ufffe")
    broken = replace(mixed, outcomes=tuple(replace(one, said=said) for one in mixed.outcomes))
    ElementTree.fromstring(DATA_FORMS["junit"](broken, ORIGIN).encode("utf-8"))


def test_github_annotations_are_one_line_each_and_hostile_text_makes_no_command(hostile: Judgement) -> None:
    lines = DATA_FORMS["github"](hostile, ORIGIN).splitlines()
    assert len(lines) == len(hostile.findings) + 1
    for line in lines:
        assert re.match(r"::(error|warning|notice) ", line)
        properties = line.split("::")[1]
        assert not re.search(r"[\r\n]", properties)


def test_github_escapes_what_would_end_a_property(mixed: Judgement) -> None:
    from specs.issues import Location

    said = as_sentence("x\n::stop-commands::y")
    first = replace(mixed.findings[0], location=Location("a:b,c%\nd.yaml", 3, 4), said=said)
    text = DATA_FORMS["github"](replace(mixed, outcomes=(first,)), ORIGIN)
    assert "file=a%3Ab%2Cc%25%0Ad.yaml,line=3,col=4" in text
    assert "\n::stop-commands" not in text


def test_markdown_shows_hostile_text_as_it_is(hostile: Judgement) -> None:
    text = DATA_FORMS["markdown"](hostile, ORIGIN)
    assert "<script" not in text
    assert "<img" not in text
    assert "](javascript" not in text
    assert "http://" not in text
    assert "@all" not in text


def test_markdown_tables_keep_their_columns(mixed: Judgement) -> None:
    rows = [line for line in DATA_FORMS["markdown"](mixed, ORIGIN).splitlines() if line.startswith("| WVR")]
    assert [row.replace("\\|", "").count("|") for row in rows] == [8]


@pytest.mark.parametrize("width", [40, 80])
def test_the_terminal_form_keeps_to_the_width(mixed: Judgement, width: int) -> None:
    for line in terminal.render(mixed, ORIGIN, Screen(width=width)).splitlines():
        longest_word = max(map(len, line.split()), default=0)
        assert len(line) <= max(width, longest_word + 8), line


def test_the_terminal_form_has_colour_only_where_it_is_asked_for(hostile: Judgement) -> None:
    assert "\x1b" not in terminal.render(hostile, ORIGIN, Screen())
    assert "\x1b[1;31mCRITICAL" in terminal.render(hostile, ORIGIN, Screen(colour=True))


def test_the_terminal_form_says_what_it_found_and_how_to_mend_it(mixed: Judgement) -> None:
    text = terminal.render(mixed, ORIGIN, Screen(width=100))
    assert "CRITICAL devices/main-srv-1a" in text
    assert "✗ PWR-001 dual-feed" in text
    assert "mend: Feed it from a PDU of the other path too" in text
    assert "at plans/my estate/estate.yaml:4:25" in text
    assert "(waiver cord)" in text


def sarif(judgement: Judgement) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(DATA_FORMS["sarif"](judgement, ORIGIN))
    return log


def by_element(log: dict[str, Any]) -> dict[str, Any]:
    return {one["properties"]["element"]: one for one in log["runs"][0]["results"]}
