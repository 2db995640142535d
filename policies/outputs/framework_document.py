"""A framework as JSON in a published, versioned form: its controls, and what a judged estate shows of each.

`python -m policies.outputs.framework_document docs/reference/frameworks.schema.json` publishes the form.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from policies.frameworks import FRAMEWORKS
from policies.frameworks.availability import SiteAvailability
from policies.frameworks.catalogue import Control, catalogue
from policies.frameworks.evidence import ControlEvidence, Technical, Word
from policies.published import EstateForm, Form, ToolForm, publish, schema_of
from specs.findings import Judgement, Severity

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""


@dataclass(frozen=True)
class Shown:
    """A framework to show, and what an estate shows of it, where one was judged."""

    framework: str
    """Its key."""
    tool_version: str
    bearing: dict[str, tuple[str, ...]]
    """By control: ids of the rules that bear on it."""
    judgement: Judgement | None = None
    evidence: tuple[ControlEvidence, ...] = ()
    """Every control, in the framework's order; none where no estate was judged."""
    sites: tuple[SiteAvailability, ...] = ()
    """Of availability classes: every site."""

    @property
    def controls(self) -> tuple[Control, ...]:
        """Every control, in the framework's order."""
        return tuple(catalogue(self.framework).controls.values())


class RuleForm(Form):
    """How a rule that bears on a control came out."""

    id: str
    title: str
    severity: Severity
    technical: Technical
    passed: int
    failed: int
    unknown: int
    waived: int
    findings: tuple[str, ...]
    """Keys of its findings."""


class AttestationForm(Form):
    """What somebody says of a control."""

    id: str
    """Under which it is declared."""
    by: str
    on: date
    expires: date
    statement: str
    document: str | None
    digest: str | None


class ApplicabilityForm(Form):
    """What the statement of applicability says of a control."""

    id: str
    """Under which it is declared."""
    applicable: bool
    why: str
    decided_by: str
    on: date


class EvidenceForm(Form):
    """What there is to say of a control, of the estate that was judged."""

    technical: Technical
    """By rules: contradicts, unknown, supports, or none."""
    rules: tuple[RuleForm, ...]
    word: Word
    """By people: in-place, partly, not-in-place, expired (unknown again), or none."""
    attestation: AttestationForm | None
    applicability: ApplicabilityForm | None
    disputed: bool
    """Whether people say that it is in place or does not apply, while a rule contradicts it."""
    actions: tuple[str, ...]
    """Open actions for it."""
    risks: tuple[str, ...]
    """Risks that name it."""


class ControlForm(Form):
    """A control of the framework."""

    id: str
    group: str
    subject: str
    """In words of Thabat's own."""
    part: str
    """What rules look at; empty where none does."""
    beyond: str
    """What no rule sees, and a person has to say."""
    rules: tuple[str, ...]
    """Ids of the rules that bear on it; none: no rule covers any of it."""
    evidence: EvidenceForm | None
    """Null where no estate was judged."""


class CriterionForm(Form):
    """A criterion of the availability classes at one site."""

    id: str
    technical: Technical
    against: tuple[str, ...]
    """What contradicts it or leaves it unknown."""
    looked_at: int


class SiteForm(Form):
    """What there is to say of the availability class of a site's power and cooling."""

    site: str
    supported: int
    """The highest class of which all that was looked at is supported, with those below; never a verdict."""
    criteria: tuple[CriterionForm, ...]


class Document(Form):
    """What `thabat frameworks show FRAMEWORK -o json` writes."""

    format_version: str
    tool: ToolForm
    framework: str
    title: str
    publisher: str
    remark: str
    """What none of this says."""
    estate: EstateForm | None
    judged_on: date | None
    groups: dict[str, str]
    """Subject of each group by its id."""
    controls: tuple[ControlForm, ...]
    sites: tuple[SiteForm, ...]
    """Of availability classes alone."""


def as_json(shown: Shown) -> str:
    """The framework as JSON text."""
    return document(shown).model_dump_json(indent=2) + "\n"


def document(shown: Shown) -> Document:
    """The framework in its published form."""
    told, listed = FRAMEWORKS[shown.framework], catalogue(shown.framework)
    by_control = {one.control.id: one for one in shown.evidence}
    judgement = shown.judgement
    return Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm.thabat(shown.tool_version),
        framework=told.key,
        title=told.title,
        publisher=told.publisher,
        remark=str(told.remark),
        estate=None if judgement is None else EstateForm.of(judgement),
        judged_on=None if judgement is None else judgement.on,
        groups={id: str(subject) for id, subject in listed.groups.items()},
        controls=tuple(
            ControlForm(
                id=one.id,
                group=one.group,
                subject=str(one.subject),
                part=str(one.part),
                beyond=str(one.beyond),
                rules=shown.bearing.get(one.id, ()),
                evidence=_evidence(by_control[one.id]) if one.id in by_control else None,
            )
            for one in shown.controls
        ),
        sites=tuple(map(_site, shown.sites)),
    )


def _evidence(found: ControlEvidence) -> EvidenceForm:
    attestation, applicability = found.attestation, found.applicability
    return EvidenceForm(
        technical=found.technical,
        rules=tuple(
            RuleForm(
                id=one.rule,
                title=one.title,
                severity=one.severity,
                technical=one.technical,
                passed=one.passed,
                failed=one.failed,
                unknown=one.unknown,
                waived=one.waived,
                findings=one.findings,
            )
            for one in found.rules
        ),
        word=found.word,
        attestation=None
        if attestation is None
        else AttestationForm(
            id=attestation.id,
            by=attestation.by,
            on=attestation.on,
            expires=attestation.expires,
            statement=str(attestation.statement),
            document=attestation.document,
            digest=attestation.digest,
        ),
        applicability=None
        if applicability is None
        else ApplicabilityForm(
            id=applicability.id,
            applicable=applicability.applicable,
            why=str(applicability.why),
            decided_by=applicability.decided_by,
            on=applicability.on,
        ),
        disputed=found.disputed,
        actions=found.actions,
        risks=found.risks,
    )


def _site(site: SiteAvailability) -> SiteForm:
    return SiteForm(
        site=site.site,
        supported=site.supported,
        criteria=tuple(
            CriterionForm(
                id=one.control.id, technical=one.technical, against=one.against, looked_at=one.looked_at
            )
            for one in site.criteria
        ),
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


if __name__ == "__main__":
    publish(schema())
