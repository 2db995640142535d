"""What rules say can be said in Arabic: of the cases that fail, and of the estates that keep them."""

from collections.abc import Iterator

import pytest

from policies.judging import judge
from policies.rule import Rule
from policies.rules import RULES
from policies.translating import arabic
from specs.findings import Finding
from specs.loading import load
from tests.policies.test_cases import CASES, NAMES, rule_of

TRANSLATED: tuple[str, ...] = ("COL-003", "FIR-001", "PHY-001", "SIT-002", "SIT-004", "TIM-001", "WAN-004")
"""Rules all of whose sentences have their Arabic."""


def outcomes(case: str, rule: Rule) -> Iterator[Finding]:
    loaded = load(CASES / case)
    day = loaded.estate.estate.judged_on
    assert day is not None
    yield from judge(loaded, loaded.estate.as_of(None), on=day, rules=(rule,)).outcomes


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.id in TRANSLATED], ids=lambda rule: rule.id)
def test_every_sentence_of_the_rule_has_its_arabic(rule: Rule) -> None:
    cases = ("base", *(f"{name}.yaml" for name in NAMES if rule_of(name) is rule))
    said = {sentence for case in cases for one in outcomes(case, rule) for sentence in (one.said, one.cure)}
    assert {str(sentence) for sentence in said if arabic(sentence) is None} == set()
