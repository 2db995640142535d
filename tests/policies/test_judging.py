"""Judging: places, causes, waivers, thresholds, days, and the same bytes whatever the order."""

from datetime import date

import pytest

from policies.case import Case
from policies.judging import judge
from policies.rule import Outcome, fails, passes, rule
from policies.rules import RULES
from policies.rules.power_feeds import dual_feed
from specs.findings import Severity, Verdict
from specs.issues import SpecError
from specs.loading import load
from specs.sentences import as_sentence, say
from tests.hash_seeds import same_output
from tests.policies.conftest import BASE, DAY, Amend, judged

BY_ID = {one.id: one for one in RULES}

SINGLE_CORD = "devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n"


def waiver(expires: str, rule_id: str = "PWR-001") -> str:
    return (
        f"waivers: {{cord: {{rule: {rule_id}, elements: [devices/main-srv-1a], reason: Ordered, "
        f"requester: Ana, approver: Ben, expires: {expires}}}}}\n"
    )


def test_a_finding_points_at_the_line_and_column_of_the_fact_that_decides_it(amend: Amend) -> None:
    (finding,) = judged(amend(SINGLE_CORD), [dual_feed]).findings
    assert str(finding.location) == "estate.yaml:2:25"
    assert finding.evidence[0].path == ("devices", "main-srv-1a", "feeds")
    assert finding.evidence[0].value == "[main-pdu-1a]"


def test_an_undeclared_fact_is_evidence_too_and_points_at_its_element(amend: Amend) -> None:
    (finding,) = judged(amend("power: {main-ups-a: {autonomy: null}}"), [BY_ID["PWR-003"]]).findings
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.evidence[0].value == "undeclared"
    assert str(finding.location).startswith("../base/estate.yaml:")


def test_findings_of_one_root_cause_stand_together_whatever_they_judge(amend: Amend) -> None:
    judgement = judged(amend("power: {main-pdu-1b: {inputs: [{source: main-ups-a}]}}"), [dual_feed])
    assert [cause.element for cause in judgement.causes] == ["power/main-pdu-1b"]
    assert len(judgement.causes[0].findings) == 6


def test_findings_of_several_rules_share_a_root_cause(amend: Amend) -> None:
    judgement = judged(amend("sites: {dr: {failure_region: null, jurisdiction: null}}"))
    causes = {cause.element: {finding.rule for finding in cause.findings} for cause in judgement.causes}
    assert {"DAT-001", "SIT-001"} <= causes["sites/dr"]


def test_a_waiver_in_force_bears_its_finding_on_its_last_day(amend: Amend) -> None:
    judgement = judged(amend(SINGLE_CORD + waiver("2026-11-01")))
    assert [(finding.verdict, finding.waiver) for finding in judgement.findings] == [(Verdict.WAIVED, "cord")]
    assert judgement.causes == ()


def test_the_day_after_the_finding_is_back_and_names_the_waiver(amend: Amend) -> None:
    loaded = amend(SINGLE_CORD + waiver("2026-11-01"))
    judgement = judged(loaded, on=date(2026, 11, 2))
    back = next(finding for finding in judgement.findings if finding.rule == "PWR-001")
    assert back.verdict is Verdict.FAIL
    assert "The waiver cord bore it until 2026-11-01" in back.message
    assert [f.element for f in judgement.findings if f.rule == "WVR-001"] == ["waivers/cord"]


def test_a_waiver_bears_an_unknown_too(amend: Amend) -> None:
    loaded = amend("devices: {main-srv-1a: {feeds: []}}\n" + waiver("2027-01-01"))
    judgement = judged(loaded, [dual_feed])
    assert {finding.verdict for finding in judgement.findings} == {Verdict.WAIVED}


def test_a_waiver_for_another_rule_bears_nothing(amend: Amend) -> None:
    judgement = judged(amend(SINGLE_CORD + waiver("2027-01-01", "PWR-002")))
    assert {(f.rule, f.verdict) for f in judgement.findings} == {
        ("PWR-001", Verdict.FAIL),
        ("WVR-001", Verdict.FAIL),
    }


def test_a_waiver_for_a_rule_that_does_not_exist_is_told_and_bears_nothing(amend: Amend) -> None:
    judgement = judged(amend(SINGLE_CORD + waiver("2027-01-01", "PWR-999")))
    told = {finding.rule: finding.message for finding in judgement.findings}
    assert told["WVR-001"] == "It names no rule: PWR-999."
    assert "PWR-001" in told


def test_the_organisations_own_figure_replaces_the_default(amend: Amend) -> None:
    text = "power: {main-ups-b: {rating: 9 kW}}\n"
    own = "thresholds: {PWR-002: {values: {derating: 100 %}, source: Board}}\n"
    assert judged(amend(text), [BY_ID["PWR-002"]]).having(Verdict.FAIL)
    assert not judged(amend(text + own), [BY_ID["PWR-002"]]).having(Verdict.FAIL)


def test_figures_of_rules_that_are_left_out_are_no_fault_and_still_read(amend: Amend) -> None:
    own = "thresholds: {PWR-002: {values: {derating: 90 %}, source: Board}}\n"
    assert not judged(amend(own), [BY_ID["CRY-003"]]).findings
    with pytest.raises(SpecError):
        judged(amend("thresholds: {PWR-002: {values: {derating: 9 kW}, source: s}}\n"), [BY_ID["CRY-003"]])


@pytest.mark.parametrize(
    ("values", "code", "told"),
    [
        ("PWR-020: {values: {derating: 90 %}, source: s}", "THR-001", "no rule PWR-020"),
        ("PWR-002: {values: {deratng: 90 %}, source: s}", "THR-002", "did you mean `derating`?"),
        ("PWR-002: {values: {derating: 9 kW}, source: s}", "THR-003", "kW"),
        ("PWR-002: {values: {derating: true}, source: s}", "THR-003", "has no unit"),
        ("WAN-003: {values: {budget: 60}, source: s}", "THR-003", "has no unit"),
        ("BKP-001: {values: {copies: many}, source: s}", "THR-003", "is no number"),
        ("BKP-001: {values: {copies: -1}, source: s}", "THR-003", "is negative"),
        ("SUP-001: {values: {kinds: 3}, source: s}", "THR-003", "is no text"),
    ],
)
def test_a_threshold_that_cannot_be_read_is_an_issue_at_its_line(
    amend: Amend, values: str, code: str, told: str
) -> None:
    with pytest.raises(SpecError) as caught:
        judged(amend(f"thresholds: {{{values}}}\n"))
    (issue,) = caught.value.issues
    assert issue.code == code
    assert issue.location is not None
    assert issue.location.line == 2
    assert told in str(issue)


def test_support_is_judged_on_the_last_day_of_the_phase_and_tests_on_the_day_given(amend: Amend) -> None:
    loaded = amend(
        "estate: {phases: [{id: one, starts: 2027-01-01, ends: 2033-06-30}]}\n"
        "backups: {persons-main: {last_restore_test: {on: 2026-10-01}}}\n"
    )
    last = judge(loaded, loaded.estate.as_of("one"), on=DAY, phase="one")
    today = judge(loaded, loaded.estate.as_of("today"), on=DAY, phase="today")
    assert "models/server" in {f.element for f in last.having(Verdict.FAIL) if f.rule == "AST-001"}
    assert not [f for f in today.findings if f.rule == "AST-001"]
    assert not [f for judgement in (last, today) for f in judgement.findings if f.rule == "BKP-003"]


def test_what_a_spec_says_cannot_reach_a_terminal_through_a_message(amend: Amend) -> None:
    @rule("TST-001", "echo", severity=Severity.LOW, title="T", rationale="R", remediation="M", references=())
    def echo(case: Case) -> list[Outcome]:
        return [fails("sites/main", as_sentence("a\x1b[31m\u202eb\nc"), as_sentence("d\x00\u2066"))]

    (finding,) = judged(amend(""), [echo]).findings
    assert finding.message == "a\\u001b[31m\\u202eb c"
    assert finding.mending == "d\\u0000\\u2066"


def test_every_rule_is_covered_also_one_that_judged_nothing(amend: Amend) -> None:
    judgement = judged(amend(""))
    assert [coverage.rule for coverage in judgement.coverage] == sorted(one.id for one in RULES)
    assert sum(coverage.judged for coverage in judgement.coverage) == len(judgement.outcomes)


def test_a_pass_says_what_it_rests_on(amend: Amend) -> None:
    for finding in judged(amend("")).having(Verdict.PASS):
        assert finding.evidence, finding.key
        assert finding.location is not None, finding.key


def test_keys_are_given_once() -> None:
    loaded = load(BASE)
    keys = [finding.key for finding in judged(loaded).outcomes]
    assert len(keys) == len(set(keys))


@pytest.mark.slow
def test_the_same_bytes_come_out_whatever_the_hash_seed() -> None:
    script = (
        "from datetime import date; from pathlib import Path\n"
        "from policies.judging import judge; from policies.outputs import DATA_FORMS\n"
        "from policies.outputs.origin import Origin; from policies.rules import RULES; from specs.loading "
        "import load\n"
        f"loaded = load(Path({str(BASE.parent / 'PWR-001-a-and-b-on-one-ups.yaml')!r}))\n"
        "judgement = judge(loaded, loaded.estate.as_of(None), on=date(2026, 11, 1))\n"
        "print(*(form(judgement, Origin('1', RULES)) for form in DATA_FORMS.values()))\n"
    )
    assert "PWR-001" in same_output(script, ("0", "1", "7"))


def test_an_outcome_that_passes_needs_no_mending() -> None:
    assert str(passes("sites/main", say("It does.")).mending) == ""
