"""OSCAL documents: valid by NIST's schemas and by compliance-trestle, honest, and the same every time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from trestle.oscal import assessment_plan, assessment_results, component, poam

from policies.frameworks.evidence import Technical
from policies.oscal.results import PLAN_FILE
from policies.oscal.writing import FILES, FORMS
from policies.outputs.exported import Exported
from specs.findings import Verdict
from tests.policies.conftest import Amend
from tests.policies.oscal.conftest import GOVERNED, HOSTILE, exported

ROOTS: dict[str, tuple[str, type[BaseModel]]] = {
    "oscal-component-definition": ("component-definition", component.Model),
    "oscal-assessment-plan": ("assessment-plan", assessment_plan.Model),
    "oscal-assessment-results": ("assessment-results", assessment_results.Model),
    "oscal-poam": ("plan-of-action-and-milestones", poam.Model),
}
SCHEMAS = {
    "oscal-component-definition": "oscal_component_schema.json",
    "oscal-assessment-results": "oscal_assessment-results_schema.json",
}
WHICH = ("governed", "hostile", "clean")


def document(form: str, of: Exported) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FORMS[form](of))[ROOTS[form][0]]
    return found


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a document."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def told(one: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in one.get("props", ())}


@pytest.mark.parametrize("form", SCHEMAS)
@pytest.mark.parametrize("which", WHICH)
def test_it_keeps_to_nists_schema(
    form: str, which: str, request: pytest.FixtureRequest, shared_data: Path
) -> None:
    text = (shared_data / "schemas" / SCHEMAS[form]).read_text("utf-8")
    # Python's `re` has no \p{L}; what stands for it is as strict about anything these tests hold.
    text = text.replace(r"^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$", r"^([^\\W\\d_]|_)([^\\W]|[.\\-])*$")
    assert r"\\p" not in text
    jsonschema.Draft7Validator(json.loads(text)).validate(
        json.loads(FORMS[form](request.getfixturevalue(which)))
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", WHICH)
def test_compliance_trestle_loads_it_and_loses_nothing(
    form: str, which: str, request: pytest.FixtureRequest
) -> None:
    text = FORMS[form](request.getfixturevalue(which))
    root, model = ROOTS[form]
    loaded = model.model_validate_json(text)
    again = json.loads(loaded.model_dump_json(by_alias=True, exclude_none=True))
    assert set(again[root]) == set(json.loads(text)[root])
    assert sum(1 for _ in objects(again)) == sum(1 for _ in objects(json.loads(text)))


@pytest.mark.parametrize("form", FORMS)
def test_two_runs_give_the_same_bytes_and_another_estate_another_id(form: str, amend: Amend) -> None:
    first, again = (FORMS[form](exported(amend(GOVERNED))) for _ in range(2))
    other = FORMS[form](exported(amend(GOVERNED.replace("Data centre", "Other centre"))))
    assert first == again
    assert json.loads(first)[ROOTS[form][0]]["uuid"] != json.loads(other)[ROOTS[form][0]]["uuid"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", WHICH)
def test_every_id_is_given_once_is_of_version_5_and_every_reference_is_met(
    form: str, which: str, request: pytest.FixtureRequest
) -> None:
    found = document(form, request.getfixturevalue(which))
    given = [one["uuid"] for one in objects(found) if "uuid" in one]
    assert len(given) == len(set(given))
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one)
        for one in given
    )
    names = ("subject-uuid", "observation-uuid", "risk-uuid", "actor-uuid", "component-uuid", "activity-uuid")
    asked = {one[name] for one in objects(found) for name in names if name in one}
    asked |= {each for one in objects(found) for each in one.get("party-uuids", ())}
    asked |= {one["href"][1:] for one in objects(found) if str(one.get("href", "")).startswith("#")}
    assert asked
    assert asked <= set(given)


@pytest.mark.parametrize("form", FORMS)
def test_times_are_of_the_judged_day(form: str, governed: Exported) -> None:
    head = document(form, governed)["metadata"]
    assert head["last-modified"] == "2026-11-01T00:00:00Z"
    assert {"name": "marking", "value": "secret"} in head["props"]
    assert told(head)["digest"] == governed.judgement.digest
    assert (head["version"], head["oscal-version"], told(head)["tool"]) == ("7", "1.2.1", "thabat 9.9.9")


def test_what_is_the_same_thing_keeps_its_id_when_the_specs_change(amend: Amend) -> None:
    def ids(text: str) -> tuple[dict[str, str], set[str]]:
        (result,) = document("oscal-assessment-results", exported(amend(text)))["results"]
        items = {told(one)["asset-id"]: one["uuid"] for one in result["local-definitions"]["inventory-items"]}
        return items, {one["uuid"] for one in result["observations"]}

    (before, seen), (after, seen_again) = (
        ids(GOVERNED),
        ids(GOVERNED.replace("autonomy: null", "autonomy: 9 min")),
    )
    assert before == after
    assert not seen & seen_again


def test_an_observation_carries_its_facts_with_field_file_and_line(governed: Exported) -> None:
    (result,) = document("oscal-assessment-results", governed)["results"]
    (one,) = [
        each
        for each in result["observations"]
        if told(each).get("rule") == "PWR-001" and told(each)["verdict"] == "fail"
    ]
    assert one["methods"] == ["EXAMINE"]
    assert one["subjects"][0]["title"] == "devices/main-srv-1a"
    fact = one["relevant-evidence"][0]
    assert told(fact) == {
        "field": "devices/main-srv-1a feeds",
        "value": "[main-pdu-1a]",
        "file": "plans/my estate/estate.yaml",
        "line": "4",
        "column": "25",
    }
    assert fact["href"] == "plans/my%20estate/estate.yaml#L4"


def test_every_verdict_is_told_once(governed: Exported) -> None:
    (result,) = document("oscal-assessment-results", governed)["results"]
    counts = dict.fromkeys(Verdict, 0)
    for one in result["observations"]:
        if "rule" in told(one):
            counts[Verdict(told(one)["verdict"])] += len(one["subjects"])
    assert counts == {verdict: len(governed.judgement.having(verdict)) for verdict in Verdict}
    assert all(counts.values())


def test_findings_are_of_objectives_of_our_own_and_never_of_a_control(governed: Exported) -> None:
    found = document("oscal-assessment-results", governed)
    objectives = {
        part["id"] for one in found["local-definitions"]["objectives-and-methods"] for part in one["parts"]
    }
    (result,) = found["results"]
    for one in result["findings"]:
        assert one["target"]["type"] == "objective-id"
        assert one["target"]["target-id"] in objectives
        assert one["target"]["target-id"].endswith("_thabat")
        assert "Technical evidence alone" in one["target"]["status"]["remarks"]
        assert "it never says that" in one["remarks"]


def test_unknown_and_waived_are_never_satisfied(governed: Exported) -> None:
    (result,) = document("oscal-assessment-results", governed)["results"]
    found = {(told(one)["framework"], told(one)["label"]): one for one in result["findings"]}
    said = {
        Technical.SUPPORTS: ("satisfied", "pass"),
        Technical.CONTRADICTS: ("not-satisfied", "fail"),
        Technical.UNKNOWN: ("not-satisfied", "other"),
    }
    met = set()
    for one in governed.evidence:
        key = (one.control.framework, one.control.id)
        if one.technical is Technical.NONE:
            assert key not in found
        else:
            status = found[key]["target"]["status"]
            assert (status["state"], status["reason"]) == said[one.technical]
            met.add(one.technical)
    assert met == set(said)
    waived = [one for one in result["findings"] if told(one).get("waived")]
    assert waived
    assert {one["target"]["status"]["state"] for one in waived} == {"not-satisfied"}


def test_a_waiver_is_an_approved_deviation_with_what_stands_in_and_a_last_day(governed: Exported) -> None:
    risk = by_title(governed)["Waiver cord of PWR-001"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2027-01-01T00:00:00Z")
    assert risk["mitigating-factors"][0]["description"] == "A spare stands by"
    assert (told(risk)["requester"], told(risk)["approver"]) == ("a", "b")
    assert len(risk["related-observations"]) == 1


def test_an_accepted_risk_is_a_deviation_until_its_acceptance_has_run_out(governed: Exported) -> None:
    risks = by_title(governed)
    assert risks["Register: flood"]["status"] == "deviation-approved"
    assert risks["Register: stale"]["status"] == "open"
    assert told(risks["Register: stale"])["acceptance"] == "expired"
    facets = {one["name"]: one["value"] for one in risks["Register: flood"]["characterizations"][0]["facets"]}
    assert facets == {"likelihood": "unlikely", "impact": "moderate", "level": "6"}


def test_what_an_action_mends_is_being_remediated_and_an_unknown_is_investigated(governed: Exported) -> None:
    risks = by_title(governed)
    mended = risks["PWR-001 dual-feed: devices/main-srv-1a"]
    assert (mended["status"], mended["deadline"]) == ("remediating", "2026-12-31T00:00:00Z")
    assert [one["lifecycle"] for one in mended["remediations"]] == ["recommendation", "planned"]
    assert [one["title"] for one in mended["remediations"][1]["tasks"]] == [
        "The supply is ordered",
        "The supply is built in",
        "All of it is done",
    ]
    unknown = [one for title, one in risks.items() if title.startswith("PWR-003")]
    assert {one["status"] for one in unknown} == {"investigating"}


def test_the_plan_of_action_has_actions_open_findings_waivers_and_risks(governed: Exported) -> None:
    items = {one["title"]: one for one in document("oscal-poam", governed)["poam-items"]}
    action = items["Action: second-cord"]
    assert told(action)["status"] == "open"
    assert told(action)["still-found"] == "1"
    assert len(action["related-observations"]) == 1
    assert "The supply is ordered by 2026-10-01 \\(done on 2026-09-20\\)" in action["remarks"]
    assert "PWR-001 dual-feed: devices/main-srv-1a" not in items
    assert "Borne for a while: PWR-001 by waiver cord" in items
    assert {"Register: flood", "Register: stale"} <= set(items)
    open_causes = {
        (one.rule, one.cause) for one in governed.judgement.findings if one.verdict is not Verdict.WAIVED
    }
    told_of = {
        (told(one)["rule"], told(one)["root-cause"]) for one in items.values() if "root-cause" in told(one)
    }
    assert told_of == open_causes - {("PWR-001", "devices/main-srv-1a")}


def test_where_nothing_is_open_the_plan_of_action_says_so_and_no_more(clean: Exported) -> None:
    assert not clean.judgement.findings
    (item,) = document("oscal-poam", clean)["poam-items"]
    assert item["title"] == "Nothing is open"
    assert "What no rule sees is not said by that" in item["description"]


def test_an_attestation_names_who_attests_and_whether_it_is_in_force(governed: Exported) -> None:
    found = document("oscal-assessment-results", governed)
    (one,) = found["results"][0]["attestations"]
    people = {each["uuid"]: each["name"] for each in found["metadata"]["parties"]}
    assert [people[each] for each in one["responsible-parties"][0]["party-uuids"]] == ["Head of personnel"]
    assert told(one["parts"][0])["standing"] == "in-force"


def test_results_find_their_plan_beside_them_and_judge_what_it_announces(governed: Exported) -> None:
    plan, results = (
        document("oscal-assessment-plan", governed),
        document("oscal-assessment-results", governed),
    )
    resource = {one["uuid"]: one for one in results["back-matter"]["resources"]}[
        results["import-ap"]["href"][1:]
    ]
    assert resource["rlinks"][0]["href"] == PLAN_FILE == FILES["oscal-assessment-plan"]
    assert plan["reviewed-controls"] == results["results"][0]["reviewed-controls"]
    rules = {told(one)["rule"] for one in plan["local-definitions"]["activities"]}
    observed = [told(one) for one in results["results"][0]["observations"]]
    assert {one["rule"] for one in observed if "rule" in one} <= rules


def test_every_finding_rests_on_observations_and_what_was_worked_out_by_site_names_the_site(
    governed: Exported,
) -> None:
    (result,) = document("oscal-assessment-results", governed)["results"]
    assert all(one["related-observations"] for one in result["findings"])
    by_id = {one["uuid"]: one for one in result["observations"]}
    (criterion,) = [
        one
        for one in result["findings"]
        if (told(one)["framework"], told(one)["label"]) == ("availability-classes", "4.1")
    ]
    seen = [by_id[one["observation-uuid"]] for one in criterion["related-observations"]]
    sites = {one["subjects"][0]["title"] for one in seen if told(one).get("criterion") == "4.1"}
    assert sites == {f"sites/{one.site}" for one in governed.sites}
    assert "as worked out at" in criterion["description"]


def test_the_component_definition_names_each_rule_and_what_each_kind_of_element_shows(
    governed: Exported,
) -> None:
    found = document("oscal-component-definition", governed)
    book, *kinds = found["components"]
    assert book["type"] == "validation"
    assert {one["value"] for one in book["props"] if one["name"] == "rule"} == {
        rule.id for rule in governed.origin.rules
    }
    sources = {one["source"] for one in book["control-implementations"]}
    assert sources == {f"urn:thabat:framework:{key}" for key in governed.frameworks}
    devices = next(one for one in kinds if told(one)["collection"] == "devices")
    assert told(devices)["instances"] == str(len(governed.estate.devices))
    required = [
        each
        for one in devices["control-implementations"]
        for each in one["implemented-requirements"]
        if "PWR-001" in {prop["value"] for prop in each["props"]}
    ]
    assert required
    assert all("PWR-001" in one["description"] and "1 fail, 0 " not in one["description"] for one in required)


@pytest.mark.parametrize("form", FORMS)
def test_what_a_spec_says_is_shown_as_it_is_and_is_no_markup(form: str, hostile: Exported) -> None:
    found = document(form, hostile)
    marked = ("title", "description", "statement", "remarks", "prose", "text")
    texts = [one[name] for one in objects(found) for name in marked if isinstance(one.get(name), str)]
    for text in texts:
        assert not re.search(r"<[a-z/]|(?<!\\)\{\{|\]\(|\u202e|\x00|\n", text, re.IGNORECASE), text
    assert "\u202e" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("form", FORMS)
def test_no_document_says_met_or_certified(form: str, governed: Exported) -> None:
    text = FORMS[form](governed).casefold()
    for word in ("certified", "compliant", "complies", "is fulfilled", '"implemented"'):
        assert word not in text


def test_the_hostile_estate_has_what_it_is_hostile_with(hostile: Exported) -> None:
    text = FORMS["oscal-poam"](hostile)
    assert "&lt;script&gt;" in text
    assert "9999-12-31" in text
    assert "2999-12-31T00:00:00Z" in text
    assert HOSTILE.count("<script>") >= 4


def by_title(of: Exported) -> dict[str, dict[str, Any]]:
    (result,) = document("oscal-assessment-results", of)["results"]
    return {one["title"]: one for one in result["risks"]}
