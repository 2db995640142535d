"""A judgement as SARIF 2.1.0 (OASIS), at the spec's line; what is waived or known is suppressed, not gone."""

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from policies.frameworks import FRAMEWORKS
from policies.outputs.origin import Origin
from policies.rule import Rule
from specs.findings import Finding, Judgement, Severity, Verdict
from specs.issues import Location

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST_RELATED = 20

Level = Literal["none", "note", "warning", "error"]
Kind = Literal["fail", "open"]

LEVELS: dict[Severity, Level] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Message(_Model):
    """Words for people."""

    text: str


class ArtifactLocation(_Model):
    """A file."""

    uri: str


class Region(_Model):
    """A stretch of a file."""

    start_line: int
    start_column: int


class PhysicalLocation(_Model):
    """A place in a file."""

    artifact_location: ArtifactLocation
    region: Region


class LogicalLocation(_Model):
    """An element of the estate."""

    fully_qualified_name: str
    kind: str = "resource"


class Place(_Model):
    """A location object (§3.28)."""

    id: int | None = None
    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] | None = None
    message: Message | None = None


class Suppression(_Model):
    """A waiver, or the baseline (§3.35)."""

    kind: Literal["external"] = "external"
    status: Literal["accepted"] = "accepted"
    justification: str


class Result(_Model):
    """One finding (§3.27)."""

    rule_id: str
    rule_index: int
    kind: Kind
    level: Level
    message: Message
    locations: tuple[Place, ...]
    related_locations: tuple[Place, ...] | None = None
    partial_fingerprints: dict[str, str]
    baseline_state: Literal["unchanged"] | None = None
    suppressions: tuple[Suppression, ...] = ()
    properties: dict[str, Any]


class Configuration(_Model):
    """How grave a rule is by default."""

    level: Level


class Descriptor(_Model):
    """A rule (§3.49)."""

    id: str
    name: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration
    properties: dict[str, Any]


class Driver(_Model):
    """The tool (§3.19)."""

    name: str = "Thabat"
    version: str
    rules: tuple[Descriptor, ...]


class Tool(_Model):
    """The tool, without extensions."""

    driver: Driver


class AutomationDetails(_Model):
    """Which of several runs over one estate this is."""

    id: str


class Run(_Model):
    """One judgement (§3.14)."""

    tool: Tool
    automation_details: AutomationDetails
    column_kind: Literal["unicodeCodePoints"] = "unicodeCodePoints"
    results: tuple[Result, ...]
    properties: dict[str, Any]


class Log(_Model):
    """The file (§3.13)."""

    schema_: str = Field(default=SCHEMA, alias="$schema")
    version: Literal["2.1.0"] = "2.1.0"
    runs: tuple[Run, ...]


def log(judgement: Judgement, origin: Origin) -> Log:
    """The judgement as a SARIF log of one run."""
    index = {rule.id: position for position, rule in enumerate(origin.rules)}
    return Log(
        runs=(
            Run(
                tool=Tool(
                    driver=Driver(version=origin.tool_version, rules=tuple(map(_descriptor, origin.rules)))
                ),
                automation_details=AutomationDetails(id=f"thabat/{judgement.phase}/"),
                results=tuple(_result(finding, index, origin) for finding in judgement.findings),
                properties={
                    "estate": judgement.title,
                    "classification": judgement.classification,
                    "estateVersion": judgement.version,
                    "digest": judgement.digest,
                    "phase": judgement.phase,
                    "judgedOn": judgement.on.isoformat(),
                },
            ),
        )
    )


def render(judgement: Judgement, origin: Origin) -> str:
    """The judgement as SARIF text."""
    return log(judgement, origin).model_dump_json(by_alias=True, exclude_none=True, indent=2) + "\n"


def _descriptor(rule: Rule) -> Descriptor:
    controls = [
        f"{FRAMEWORKS[reference.framework].title} {control}"
        for reference in rule.references
        for control in reference.controls
    ]
    return Descriptor(
        id=rule.id,
        name="".join(word.capitalize() for word in rule.slug.split("-")),
        short_description=Message(text=rule.title),
        full_description=Message(text=rule.rationale),
        help=Message(text=f"{rule.rationale}\n\n{rule.remediation}\n\nBears on: {'; '.join(controls)}."),
        default_configuration=Configuration(level=LEVELS[rule.severity]),
        properties={
            "tags": ["security", rule.topic, *controls],
            "severity": rule.severity.value,
            "mandatory": rule.mandatory,
            "precision": "very-high",
            "security-severity": _SECURITY_SEVERITY[rule.severity],
        },
    )


def _result(finding: Finding, index: dict[str, int], origin: Origin) -> Result:
    undecided = finding.verdict is Verdict.UNKNOWN
    text = " ".join(part for part in (finding.message, finding.mending) if part)
    related = [fact for fact in finding.evidence if fact.location is not None][:_MOST_RELATED]
    return Result(
        rule_id=finding.rule,
        rule_index=index[finding.rule],
        kind="open" if undecided else "fail",
        level="none" if undecided else LEVELS[finding.severity],
        message=Message(text=_literal(f"{finding.element}: {text}")),
        locations=(
            Place(
                physical_location=_physical(finding.location, origin),
                logical_locations=(LogicalLocation(fully_qualified_name=finding.element),),
            ),
        ),
        related_locations=tuple(
            Place(
                id=number,
                physical_location=_physical(fact.location, origin),
                message=Message(text=_literal(f"{fact.field}: {fact.value}")),
            )
            for number, fact in enumerate(related, 1)
        )
        or None,
        partial_fingerprints={"thabatFinding/v1": hashlib.sha256(finding.key.encode()).hexdigest()},
        baseline_state="unchanged" if finding.known else None,
        suppressions=tuple(_suppressions(finding)),
        properties={
            "verdict": finding.verdict.value,
            "severity": finding.severity.value,
            "element": finding.element,
            "aspect": finding.aspect,
            "rootCause": finding.cause,
            "mending": finding.mending,
        },
    )


def _suppressions(finding: Finding) -> Iterator[Suppression]:
    if finding.verdict is Verdict.WAIVED:
        yield Suppression(justification=_literal(f"Waiver {finding.waiver}"))
    if finding.known:
        yield Suppression(justification="In the baseline: known before, and fails no check")


def _physical(location: Location | None, origin: Origin) -> PhysicalLocation | None:
    if location is None:
        return None
    return PhysicalLocation(
        artifact_location=ArtifactLocation(uri=origin.uri(location)),
        region=Region(start_line=location.line, start_column=location.column),
    )


def _literal(text: str) -> str:
    r"""Text in which no viewer sees a link or a placeholder (§3.11.5, §3.11.6).

    >>> _literal("[here](0) {0}")
    '\\[here\\](0) {{0}}'
    """
    escaped = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")
