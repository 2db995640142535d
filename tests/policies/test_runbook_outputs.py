"""Runbooks as Markdown and JSON: what nobody has declared is said, and no word of a spec is obeyed."""

import json
from typing import Any

import pytest
from markdown_it import MarkdownIt

from policies.outputs.runbook import RunbookOrigin, as_json, as_markdown
from resilience.analysis import analyse
from resilience.recovery_plans import Runbook, recovery_plans, runbook
from tests.resilience.recovery_plans.disasters import step
from tests.resilience.sketch import estate, two_sites

ORIGIN = RunbookOrigin("1.2.3", "sha256:abc", "today")

HOSTILE = (
    "<script>alert(1)</script> [click](javascript:alert(1)) ![x](http://evil/x.png) | a | b |\n"
    "# head\n```\nfence\n```\n````\n<img src=x onerror=alert(1)> \x1b[31m \u202e @everyone #1 `code` *bold*"
)


def written(scenario: str = "sites/a", language: str = "en", **more: Any) -> Runbook:
    """The runbook of one service with one step."""
    text = more.pop("text", "Go")
    steps = [step("go", 30, **({"does": text} | more.pop("step", {})))]
    collections = two_sites(
        services={"s": {"users_at": ["u"], "name": text, "recovery": steps}},
        workloads={
            "s-a": {"service": "s", "platform": "pa", "site": "a"},
            "s-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby"},
        },
        **({"plan": {"detection": "1 min", "decision": "1 min"}} | more),
    )
    analysis = analyse(estate(**collections))
    (plan,) = recovery_plans(analysis, scenario)
    return runbook(analysis, plan, language)


def test_a_step_without_command_check_or_rollback_says_so() -> None:
    bare = as_markdown([written()], ORIGIN)
    for word in ("command or instruction", "check", "rollback"):
        assert f"**No {word} is declared.**" in bare
    assert "Owner: **nobody is named**" in bare
    told = {"command": "promote --now", "check": "It answers", "rollback": "demote", "team": "t"}
    full = as_markdown(
        [written(step=told, teams={"t": {"members": 2, "callout": "0 s", "alternate": "u"}, "u": {}})], ORIGIN
    )
    assert "**No " not in full.split("## Steps")[1].split("## What is taken")[0]
    assert "```text\npromote --now\n```" in full
    assert "- Owner: t, 1 person; stands in: u" in full
    assert "- Check: It answers" in full
    assert "- Rollback: demote" in full


def test_a_plan_that_nobody_may_invoke_and_people_who_cannot_be_reached_are_told() -> None:
    bare = as_markdown([written()], ORIGIN)
    for words in (
        "**No authority is declared.**",
        "**No alternate is declared.**",
        "**No criteria are declared.**",
        "**No way is declared that works then.**",
        "**Nowhere is a printed copy declared.**",
    ):
        assert words in bare


def test_who_may_invoke_it_and_how_people_reach_each_other() -> None:
    plan = {
        "authority": "t",
        "alternates": ["u"],
        "criteria": ["The site is lost"],
        "contacts": [
            {"means": "satellite"},
            {"means": "mail"},
            {"means": "landline", "depends_on": ["platforms/exchange"]},
            {"means": "radio", "depends_on": ["platforms/pa"]},
        ],
        "runbook_offline_at": ["a"],
    }
    platforms = {"exchange": {"kind": "mail", "nodes": ["db"]}}
    found = written(
        plan=plan,
        platforms=platforms,
        teams={"t": {"name": "Crisis", "alternate": "u"}, "u": {"name": "Duty"}},
    )
    assert [reach.works for reach in found.contacts] == [True, False, False, False]
    text = as_markdown([found], ORIGIN)
    assert "- Authority: Crisis" in text
    assert "in this order: Duty" in text
    assert "- When: The site is lost" in text
    assert "- mail (**not then**)" in text
    assert "**All of these places are lost in this scenario.**" in text


def test_nothing_that_a_spec_says_becomes_markup() -> None:
    told = {"command": HOSTILE, "check": HOSTILE, "rollback": HOSTILE, "team": "t"}
    team = {"t": {"name": HOSTILE, "members": 2, "callout": "0 s"}}
    found = written(
        text=HOSTILE,
        step=told,
        teams=team,
        plan={"detection": "1 min", "decision": "1 min", "criteria": [HOSTILE], "authority": "t"},
        estate={"title": HOSTILE, "owner": HOSTILE, "version": "<b>", "approver": HOSTILE},
    )
    text = as_markdown([found], ORIGIN)
    assert "\x1b" not in text
    assert "\u202e" not in text
    plain = as_markdown(
        [
            written(
                step={"command": "x", "check": "x", "rollback": "x", "team": "t"},
                teams={"t": {"members": 2, "callout": "0 s"}},
                plan={"detection": "1 min", "decision": "1 min", "criteria": ["x"], "authority": "t"},
                estate={"title": "x", "owner": "x", "approver": "x"},
            )
        ],
        ORIGIN,
    )
    for kind in (
        "html_inline",
        "html_block",
        "link_open",
        "image",
        "em_open",
        "heading_open",
        "fence",
        "code_inline",
        "td_open",
    ):
        assert kinds(text).count(kind) == kinds(plain).count(kind), kind


def kinds(text: str) -> list[str]:
    """What a renderer that obeys HTML, tables and bare links makes of a text, in order."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    found = []
    for token in renderer.parse(text):
        found.append(token.type)
        found += [child.type for child in token.children or ()]
    return found


def test_the_json_form_has_everything_in_order_and_is_the_same_twice() -> None:
    text = as_json([written(text=HOSTILE)], ORIGIN)
    assert text == as_json([written(text=HOSTILE)], ORIGIN)
    document = json.loads(text)
    assert (document["format_version"], document["tool"]) == ("1.0", {"name": "thabat", "version": "1.2.3"})
    (found,) = document["runbooks"]
    assert (found["scenario"], found["classification"]) == ("sites/a", "restricted")
    assert found["steps"][0]["title"] == HOSTILE
    assert found["steps"][0]["command"] is None


@pytest.mark.parametrize(("language", "title"), [("ar", "ابدأ"), ("en", "Begin"), ("fr", "Begin")])
def test_it_speaks_the_language_asked_for_where_the_estate_does(language: str, title: str) -> None:
    found = written(language=language, step={"does": {"en": "Begin", "ar": "ابدأ"}})
    assert found.steps[0].title == title


def test_steps_are_numbered_and_say_which_come_first() -> None:
    steps = [step("a", 5), step("b", 5, after=["a"])]
    collections = two_sites(
        services={"s": {"users_at": ["u"], "recovery": steps}},
        workloads={
            "s-a": {"service": "s", "platform": "pa", "site": "a"},
            "s-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby"},
        },
    )
    analysis = analyse(estate(**collections))
    found = runbook(analysis, recovery_plans(analysis, "sites/a")[0])
    assert [(entry.number, entry.waits_for) for entry in found.steps] == [(1, ()), (2, (1,))]
    assert "- Waits for: 1" in as_markdown([found], ORIGIN)
