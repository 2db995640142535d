"""What the compliance reviewer reads: framework by framework, control by control, what there is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.frameworks import FRAMEWORKS, Framework
from policies.frameworks.availability import KEY, availability_by_site, with_sites
from policies.frameworks.catalogue import catalogue
from policies.frameworks.evidence import ControlEvidence, Technical, Word, evidence_by_control
from policies.rule import Rule
from specs.findings import Finding, Judgement, Verdict
from specs.model import Estate
from specs.sentences import Sentence


@dataclass(frozen=True)
class ControlGroup:
    """Controls of one family, category, theme or clause."""

    id: str
    subject: Sentence | None
    told: tuple[ControlEvidence, ...]
    """Those that a rule bears on, or that somebody said something of."""
    untold: tuple[ControlEvidence, ...]
    """The others: a person has to say all of them."""


@dataclass(frozen=True)
class FrameworkPart:
    """One framework."""

    framework: Framework
    groups: tuple[ControlGroup, ...]
    technical: Mapping[Technical, int]
    """How many controls by what rules show."""
    words: Mapping[Word, int]
    """How many controls by what people say."""

    @property
    def controls(self) -> int:
        """How many it has."""
        return sum(self.technical.values())


@dataclass(frozen=True)
class RuleFindings:
    """What one rule found, for all controls that it bears on."""

    rule: Rule
    findings: tuple[Finding, ...]
    """Whatever is no pass, the gravest first."""
    passed: int


def framework_parts(
    judgement: Judgement, estate: Estate, on: date, rules: Sequence[Rule]
) -> tuple[FrameworkPart, ...]:
    """Every framework, with what the judged estate shows of each of its controls."""
    found = []
    for key, framework in FRAMEWORKS.items():
        evidence = evidence_by_control(judgement, estate, on, frameworks=(key,), rules=rules)
        if key == KEY:
            evidence = with_sites(evidence, availability_by_site(judgement, estate))
        technical, words = Counter(one.technical for one in evidence), Counter(one.word for one in evidence)
        found.append(
            FrameworkPart(
                framework,
                _groups(key, evidence),
                {one: technical[one] for one in Technical},
                {one: words[one] for one in Word},
            )
        )
    return tuple(found)


def _groups(framework: str, evidence: Sequence[ControlEvidence]) -> tuple[ControlGroup, ...]:
    subjects = catalogue(framework).groups
    names = list(dict.fromkeys(one.control.group for one in evidence))
    return tuple(
        ControlGroup(
            name,
            subjects.get(name),
            tuple(one for one in evidence if one.control.group == name and _is_told(one)),
            tuple(one for one in evidence if one.control.group == name and not _is_told(one)),
        )
        for name in names
    )


def _is_told(one: ControlEvidence) -> bool:
    return bool(one.rules or one.attestation or one.applicability or one.actions or one.risks)


def rule_findings(judgement: Judgement, rules: Sequence[Rule]) -> tuple[RuleFindings, ...]:
    """Every rule, by id, with what it found."""
    passed = {one.rule: one.passed for one in judgement.coverage}
    by_rule: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        if finding.verdict is not Verdict.PASS:
            by_rule.setdefault(finding.rule, []).append(finding)
    return tuple(
        RuleFindings(rule, tuple(by_rule.get(rule.id, ())), passed.get(rule.id, 0))
        for rule in sorted(rules, key=lambda rule: rule.id)
    )
