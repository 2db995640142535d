"""Each case: the estate of the tests with one thing changed, and every finding that a rule then has.

`THABAT_REGENERATE=1` writes the expected findings anew; read what changed before it is committed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.judging import judge
from policies.rule import Rule
from policies.rules import RULES
from specs.findings import Finding, Judgement, Verdict
from specs.loading import load

CASES = Path(__file__).parent / "cases"
NAMES = tuple(sorted(path.stem for path in CASES.glob("*.yaml")))
BY_ID = {rule.id: rule for rule in RULES}


def rule_of(name: str) -> Rule:
    return BY_ID["-".join(name.split("-")[:2])]


def judged(path: Path, rules: tuple[Rule, ...]) -> Judgement:
    loaded = load(path)
    day = loaded.estate.estate.judged_on
    assert day is not None
    return judge(loaded, loaded.estate.as_of(None), on=day, rules=rules)


def told(finding: Finding) -> Iterator[str]:
    cause = f" <- {finding.cause}" if finding.cause != finding.element else ""
    aspect = f" [{finding.aspect}]" if finding.aspect else ""
    grave = f" ({finding.severity})" if finding.severity is not BY_ID[finding.rule].severity else ""
    yield f"{finding.verdict} {finding.rule} {finding.element}{aspect}{cause}{grave}"
    yield f"  {finding.message}"
    yield f"  {finding.mending}"
    yield f"  at {finding.location}"


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_finds_exactly_what_is_expected(name: str) -> None:
    rules = RULES if name.startswith("WVR") else (rule_of(name),)
    findings = judged(CASES / f"{name}.yaml", rules).findings
    found = "\n".join(line for finding in findings for line in told(finding)) or "nothing"
    expected = CASES / f"{name}.expected"
    if os.environ.get("THABAT_REGENERATE"):
        expected.write_text(f"{found}\n", encoding="utf-8")
    assert f"{found}\n" == expected.read_text(encoding="utf-8")


def test_every_rule_passes_on_the_estate_of_the_tests_and_has_something_to_judge_there() -> None:
    judgement = judged(CASES / "base", RULES)
    assert [finding.key for finding in judgement.findings] == []
    idle = {coverage.rule for coverage in judgement.coverage if not coverage.judged}
    assert idle == {"WVR-001"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_case_that_fails(rule: Rule) -> None:
    cases = [name for name in NAMES if name.startswith(f"{rule.id}-")]
    verdicts = {line.split()[0] for name in cases for line in expected_lines(name)}
    assert {Verdict.FAIL.value, Verdict.UNKNOWN.value} & verdicts
    if rule.unknown_when:
        assert Verdict.UNKNOWN.value in verdicts, "a fact left out must come out unknown, never as a pass"


def expected_lines(name: str) -> list[str]:
    lines = (CASES / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith(" ")]
