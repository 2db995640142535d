"""A judgement as JSON, in a published, versioned form."""

from datetime import date
from typing import Literal

from policies.outputs.origin import Origin
from policies.published import EstateForm, Form, Place, ToolForm
from specs.findings import Evidence, Finding, Judgement, RootCause, Severity, Verdict

FORMAT_VERSION = "1.1"
"""A minor one adds fields, a major one breaks."""


class Fact(Form):
    """A fact that a verdict rests on."""

    path: tuple[str | int, ...]
    """Collection, id, then field by field."""
    value: str
    """What stands there, short; `undeclared` where nothing does."""
    place: Place | None
    """Where it is written, or what encloses it."""


class FindingForm(Form):
    """The verdict of one rule on one element."""

    key: str
    """Rule, element and aspect: the same from run to run."""
    rule: str
    """Id of the rule."""
    severity: Severity
    verdict: Literal["fail", "unknown", "waived"]
    element: str
    """`collection/id` of what was judged."""
    aspect: str
    """Which of several things about the element; empty where there is one."""
    message: str
    """What was found."""
    mending: str
    """How to mend it, or what to declare."""
    cause: str
    """`collection/id` of what has to be mended."""
    place: Place | None
    """Where to look first."""
    evidence: tuple[Fact, ...]
    waiver: str
    """Id of the waiver that bears it, or that has expired; empty where there is none."""
    known: bool
    """Whether the baseline has it, no less grave; such a finding fails no check."""


class CauseForm(Form):
    """Findings that one mending takes away."""

    element: str
    """`collection/id`."""
    name: str
    """What people call it."""
    severity: Severity
    """The gravest of its findings."""
    place: Place | None
    findings: tuple[str, ...]
    """Keys of the findings, gravest first."""


class ReferenceForm(Form):
    """Controls of a framework that the rule gives technical evidence for."""

    framework: str
    controls: tuple[str, ...]


class RuleForm(Form):
    """A rule, and how it came out."""

    id: str
    slug: str
    title: str
    severity: Severity
    mandatory: bool
    """Whether a failure or an unknown of it stops a plan."""
    rationale: str
    remediation: str
    references: tuple[ReferenceForm, ...]
    passed: int
    failed: int
    unknown: int
    waived: int


class Summary(Form):
    """Outcomes by verdict, and root causes."""

    passed: int
    failed: int
    unknown: int
    waived: int
    root_causes: int
    known: int
    """Failures and unknowns that the baseline has."""


class Document(Form):
    """What `thabat check -o json` writes."""

    format_version: str
    tool: ToolForm
    estate: EstateForm
    judged_on: date
    """Day as at which dates were judged."""
    summary: Summary
    rules: tuple[RuleForm, ...]
    root_causes: tuple[CauseForm, ...]
    findings: tuple[FindingForm, ...]
    """What is no pass, gravest first."""
    passed: tuple[str, ...]
    """Keys of what passed."""


def document(judgement: Judgement, origin: Origin) -> Document:
    """The judgement in its published form."""
    counts = {verdict: len(judgement.having(verdict)) for verdict in Verdict}
    return Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm.thabat(origin.tool_version),
        estate=EstateForm.of(judgement),
        judged_on=judgement.on,
        summary=Summary(
            passed=counts[Verdict.PASS],
            failed=counts[Verdict.FAIL],
            unknown=counts[Verdict.UNKNOWN],
            waived=counts[Verdict.WAIVED],
            root_causes=len(judgement.causes),
            known=sum(finding.known for finding in judgement.outcomes),
        ),
        rules=tuple(_rules(judgement, origin)),
        root_causes=tuple(map(_cause, judgement.causes)),
        findings=tuple(map(_finding, judgement.findings)),
        passed=tuple(finding.key for finding in judgement.having(Verdict.PASS)),
    )


def render(judgement: Judgement, origin: Origin) -> str:
    """The judgement as JSON text."""
    return document(judgement, origin).model_dump_json(indent=2) + "\n"


def _rules(judgement: Judgement, origin: Origin) -> list[RuleForm]:
    by_rule = {coverage.rule: coverage for coverage in judgement.coverage}
    return [
        RuleForm(
            id=rule.id,
            slug=rule.slug,
            title=rule.title,
            severity=rule.severity,
            mandatory=rule.mandatory,
            rationale=rule.rationale,
            remediation=rule.remediation,
            references=tuple(
                ReferenceForm(framework=one.framework, controls=one.controls) for one in rule.references
            ),
            passed=by_rule[rule.id].passed,
            failed=by_rule[rule.id].failed,
            unknown=by_rule[rule.id].unknown,
            waived=by_rule[rule.id].waived,
        )
        for rule in origin.rules
        if rule.id in by_rule
    ]


def _finding(finding: Finding) -> FindingForm:
    verdict: Literal["fail", "unknown", "waived"] = (
        "waived"
        if finding.verdict is Verdict.WAIVED
        else "unknown"
        if finding.verdict is Verdict.UNKNOWN
        else "fail"
    )
    return FindingForm(
        key=finding.key,
        rule=finding.rule,
        severity=finding.severity,
        verdict=verdict,
        element=finding.element,
        aspect=finding.aspect,
        message=finding.message,
        mending=finding.mending,
        cause=finding.cause,
        place=Place.of(finding.location),
        evidence=tuple(map(_fact, finding.evidence)),
        waiver=finding.waiver,
        known=finding.known,
    )


def _cause(cause: RootCause) -> CauseForm:
    return CauseForm(
        element=cause.element,
        name=cause.label,
        severity=cause.severity,
        place=Place.of(cause.location),
        findings=tuple(finding.key for finding in cause.findings),
    )


def _fact(fact: Evidence) -> Fact:
    return Fact(path=fact.path, value=fact.value, place=Place.of(fact.location))
