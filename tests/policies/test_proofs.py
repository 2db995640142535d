"""What is proved, in every form: the answers, what binds them, and nothing of a spec that is not safe."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from policies.outputs.proof_document import Proved, as_json, schema
from policies.outputs.proofs import as_markdown, as_text
from policies.outputs.terminal import Screen
from resilience.analysis import analyse
from resilience.proof import PARTS, Part, prove
from resilience.proof_summary import QUESTIONS, Answer, answers
from specs.loading import Loaded
from tests import published
from tests.policies.conftest import Amend

FEW: tuple[Part, ...] = ("failover-flows", "recovery-plans", "data-loss", "dr-capacity")


def proved(loaded: Loaded, parts: tuple[Part, ...] = FEW) -> Proved:
    estate = loaded.estate.as_of(None)
    proof = prove(analyse(estate), parts)
    return Proved(loaded, "today", proof, answers(estate, proof), "0.0.0")


def answer(found: Proved, service: str, question: str) -> Answer:
    (one,) = [
        one for one in found.answers if one.service == f"services/{service}" and one.question == question
    ]
    return one


def test_a_recovery_that_is_too_slow_is_refuted_with_its_figures_and_what_binds_it(amend: Amend) -> None:
    loaded = amend("plan: {decision: {low: 8 h, likely: 9 h, high: 30 h}}\n")
    found = proved(loaded, ("recovery-plans",))
    refuted = [one for one in found.answers if one.holds == "no" and one.figure is not None]
    assert refuted
    for one in refuted:
        assert one.figure is not None
        assert one.target is not None
        assert one.figure > one.target
        assert "decision" in one.because
    text = as_text(found, Screen(width=110))
    assert "✗" in text
    assert "decision" in text
    assert "estate.yaml:" in text


def test_a_service_that_is_never_back_is_told_so_with_what_it_lacks(amend: Amend) -> None:
    found = proved(amend("workloads: {archive-dr: null}\n"), ("recovery-plans",))
    never = answer(found, "archive", "RTO site")
    assert (never.holds, never.figure) == ("no", None)
    assert "nowhere to run" in never.because[0]
    assert "archive: RTO site: never against" in as_text(found, Screen(width=110))


def test_a_part_that_is_not_asked_for_is_not_answered(amend: Amend) -> None:
    found = proved(amend(""), ("data-loss",))
    assert found.answers
    assert all(one.question.startswith("RPO") for one in found.answers)
    assert found.proof.recovery_plans is None
    assert "RTO s" not in as_text(found, Screen()).split("✓ holds")[0]


def test_every_question_is_answered_once_a_service_and_in_order(amend: Amend) -> None:
    found = proved(amend(""), PARTS)
    keys = [(one.service, QUESTIONS.index(one.question)) for one in found.answers]
    assert keys == sorted(set(keys))
    assert {one.question for one in found.answers} >= {"RTO site", "RPO site", "DR capacity", "availability"}


def test_of_all_cases_the_worst_is_told(amend: Amend) -> None:
    found = proved(amend(""), ("recovery-plans",))
    assert found.proof.recovery_plans is not None
    for one in found.answers:
        kind = one.question.removeprefix("RTO ")
        cases = [
            forecast
            for plan in found.proof.recovery_plans
            if plan.objective == kind
            for forecast in plan.forecasts
            if forecast.service == one.service and forecast.objective is not None
        ]
        verdicts = {case.met for case in cases}
        worst = "no" if "no" in verdicts else "unknown" if "unknown" in verdicts else "yes"
        assert one.holds == worst
        alike = [case.counted or 0.0 for case in cases if case.met == worst]
        assert (one.figure or 0.0) == max(alike)


def test_json_is_as_published_and_every_path_of_a_fact_has_its_line(amend: Amend) -> None:
    text = as_json(proved(amend("")))
    published.hold(text, "prove")
    document = json.loads(text)
    assert document["facts"]
    assert all(fact["place"]["line"] >= 1 for fact in document["facts"] if fact["place"])
    ways = [fact["fact"][0] for fact in document["facts"]]
    assert {"services", "workloads"} & set(ways)
    numbers = [number for one in document["answers"] for number in one["paths"]]
    assert numbers
    assert max(numbers) < len(document["facts"])


def test_every_link_of_a_chain_is_told_once(amend: Amend) -> None:
    document = json.loads(as_json(proved(amend(""), ("availability",))))
    links = [json.dumps(link, sort_keys=True) for link in document["links"]]
    assert len(links) == len(set(links)) > 0
    chains = [cut["chain"] for one in document["proof"]["availability"] for cut in one["cut_sets"]]
    assert any(chains)
    for chain in chains:
        ends = [
            (document["links"][number]["source"], document["links"][number]["target"]) for number in chain
        ]
        assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_the_published_form_is_that_of_the_code() -> None:
    file = Path(published.REFERENCE) / "prove.schema.json"
    assert json.loads(file.read_text("utf-8")) == schema()


def test_two_proofs_are_equal_byte_for_byte(amend: Amend) -> None:
    loaded = amend("")
    assert as_json(proved(loaded)) == as_json(proved(loaded))


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_what_a_spec_says_stays_harmless(amend: Amend, form: str) -> None:
    loaded = amend("estate: {title: '<script>alert(1)</script>|[x](y)**'}\n")
    found = proved(loaded, ("data-loss",))
    made = {
        "text": lambda: as_text(found, Screen()),
        "markdown": lambda: as_markdown(found),
        "json": lambda: as_json(found),
    }[form]()
    assert "\x1b" not in made
    if form == "markdown":
        assert "<script>" not in made
    if form == "json":
        json.loads(made)


def test_without_colour_there_is_no_escape_and_with_colour_there_is(amend: Amend) -> None:
    found = proved(amend(""), ("data-loss",))
    assert "\x1b[" not in as_text(found, Screen())
    assert "\x1b[" in as_text(found, Screen(colour=True))
