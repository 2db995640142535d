"""A baseline: what it knows fails no check, what is new or graver does, what is gone is told."""

import json
from dataclasses import replace

import pytest

from policies.baseline import BaselineError, baseline, held_against, read, schema, written
from policies.judging import judge
from policies.outputs import DATA_FORMS, terminal
from policies.outputs.origin import Origin
from policies.rules.power_feeds import dual_feed
from specs.findings import Finding, Judgement, Severity, Verdict
from specs.loading import Loaded
from tests.policies.conftest import DAY, Amend, judged
from tests.published import hold

TWO = "devices: {main-srv-1a: {feeds: [main-pdu-1a]}, main-srv-1b: {feeds: [main-pdu-1a]}}\n"
ONE = "devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n"


def found(loaded: Loaded) -> Judgement:
    return judged(loaded, (dual_feed,))


def known(judgement: Judgement) -> set[str]:
    return {finding.key for finding in judgement.findings if finding.known}


@pytest.fixture
def two(amend: Amend) -> Judgement:
    return found(amend(TWO))


def changed(judgement: Judgement, element: str, **fields: object) -> Judgement:
    """The judgement with the findings of one element changed."""

    def one(finding: Finding) -> Finding:
        return replace(finding, **fields) if finding.element == element else finding  # type: ignore[arg-type]

    return replace(judgement, outcomes=tuple(map(one, judgement.outcomes)))


def test_what_it_knows_is_known_wherever_it_now_stands(amend: Amend, two: Judgement) -> None:
    file = baseline(two)
    moved = found(amend(f"# a line more\n\n{TWO}"))
    assert [one.location for one in moved.findings] != [one.location for one in two.findings]
    held = held_against(moved, file)
    assert known(held.judgement) == {finding.key for finding in two.findings}
    assert held.gone == ()
    assert {one.known for cause in held.judgement.causes for one in cause.findings} == {True}


def test_what_is_new_is_not_known_and_what_is_gone_is_told(amend: Amend, two: Judgement) -> None:
    file = baseline(found(amend(ONE)))
    held = held_against(two, file)
    assert known(held.judgement) == {"PWR-001/devices/main-srv-1a"}
    back = held_against(found(amend("")), file)
    assert [entry.key for entry in back.gone] == [("PWR-001", "devices/main-srv-1a", "")]


def test_a_known_finding_that_got_graver_is_new(two: Judgement) -> None:
    file = baseline(changed(two, "devices/main-srv-1a", severity=Severity.LOW))
    assert known(held_against(two, file).judgement) == {"PWR-001/devices/main-srv-1b"}


def test_an_unknown_that_became_a_failure_is_new_and_a_failure_that_became_unknown_is_not(
    two: Judgement,
) -> None:
    undecided = changed(two, "devices/main-srv-1a", verdict=Verdict.UNKNOWN)
    assert known(held_against(two, baseline(undecided)).judgement) == {"PWR-001/devices/main-srv-1b"}
    assert len(known(held_against(undecided, baseline(two)).judgement)) == 2


def test_what_a_waiver_bears_is_not_in_it(amend: Amend) -> None:
    waiver = (
        "waivers: {cord: {rule: PWR-001, elements: [devices/main-srv-1a], reason: r, requester: a, "
        "approver: b, expires: 2027-01-01}}\n"
    )
    file = baseline(found(amend(TWO + waiver)))
    assert [entry.element for entry in file.findings] == ["devices/main-srv-1b"]


def test_what_nobody_may_waive_is_neither_written_nor_known(two: Judgement) -> None:
    assert baseline(two, ["PWR-001"]).findings == ()
    assert known(held_against(two, baseline(two), ["PWR-001"]).judgement) == set()


def test_written_anew_beside_another_it_only_shrinks(amend: Amend, two: Judgement) -> None:
    held = held_against(two, baseline(found(amend(ONE))))
    assert [one.element for one in baseline(held.judgement, only_known=True).findings] == [
        "devices/main-srv-1a"
    ]


def test_it_reads_back_as_written_an_entry_a_line_and_as_published(amend: Amend, two: Judgement) -> None:
    file = baseline(two)
    text = written(file)
    assert read(text) == file
    assert sum('"rule"' in line for line in text.splitlines()) == len(file.findings) == 2
    hold(text, "baseline")
    empty = baseline(found(amend("")))
    assert read(written(empty)) == empty


def test_the_published_schema_is_current() -> None:
    from tests.published import REFERENCE

    published = json.loads((REFERENCE / "baseline.schema.json").read_text("utf-8"))
    assert published == schema(), "run: python -m policies.baseline docs/reference/baseline.schema.json"


def test_it_holds_no_message_digest_address_or_line(two: Judgement) -> None:
    entry = json.loads(written(baseline(two)))["findings"][0]
    assert set(entry) == {"rule", "element", "aspect", "verdict", "severity"}
    assert two.digest not in written(baseline(two))


ENTRY = '{"rule": "A", "element": "b/c", "verdict": "fail", "severity": "low"}'
ESTATE = '"estate": {"title": "t", "classification": "public", "version": "1", "phase": "today"}'


def file(findings: str = "", version: str = "1.0", more: str = "") -> str:
    head = f'{{"format_version": "{version}", {ESTATE}, "judged_on": "2026-11-01"'
    return f'{head}{more}, "findings": [{findings}]}}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1"),
        ('{\n  "a": ,\n}', "line 2, column 8"),
        ("[]", "the whole"),
        (file(version="2.0"), "format_version"),
        (file(ENTRY + ", " + ENTRY), "A b/c stands in it twice"),
        (file(ENTRY.replace('"low"', '"huge"')), "findings[0].severity"),
        (file(ENTRY.replace('"fail"', '"pass"')), "findings[0].verdict"),
        (file(more=', "line": 3'), "line"),
        (file(more=', "format_version": "1.0"'), "stands twice"),
        ("[" * 100_000, "too deep"),
        (file(ENTRY.replace('"A"', '"\\u202e"')).replace(ENTRY, "") + "x", "line 1"),
    ],
)
def test_what_is_no_baseline_is_refused_with_the_place(text: str, told: str) -> None:
    with pytest.raises(BaselineError) as caught:
        read(text)
    assert told in str(caught.value)


def test_every_form_shows_what_is_known_as_known(two: Judgement) -> None:
    held = held_against(two, baseline(two)).judgement
    origin = Origin("1", (dual_feed,))
    forms = {name: form(held, origin) for name, form in DATA_FORMS.items()}
    assert json.loads(forms["json"])["summary"]["known"] == 2
    assert {one["known"] for one in json.loads(forms["json"])["findings"]} == {True}
    states = [one["baselineState"] for one in json.loads(forms["sarif"])["runs"][0]["results"]]
    assert states == ["unchanged", "unchanged"]
    assert 'failures="0"' in forms["junit"]
    assert "In the baseline" in forms["junit"]
    assert "in the baseline" in forms["markdown"]
    assert "::error" not in forms["github"]
    assert "2 in the baseline" in terminal.render(held, origin, terminal.Screen())


def test_without_a_baseline_nothing_speaks_of_one(two: Judgement) -> None:
    origin = Origin("1", (dual_feed,))
    for name, form in DATA_FORMS.items():
        assert "baseline" not in form(two, origin), name
    assert "baseline" not in terminal.render(two, origin, terminal.Screen())


def test_equal_judgements_give_equal_bytes(amend: Amend) -> None:
    loaded = amend(TWO)
    turned = replace(
        loaded,
        estate=loaded.estate.model_copy(update={"devices": dict(reversed(loaded.estate.devices.items()))}),
    )
    texts = {
        written(baseline(judge(one, one.estate.as_of(None), on=DAY, rules=(dual_feed,))))
        for one in (loaded, turned)
    }
    assert len(texts) == 1
