"""The assessment results: observations with their evidence, risks, and what was found of each objective."""

from collections.abc import Iterator
from typing import Final, Literal

from policies.frameworks import FRAMEWORKS
from policies.frameworks.evidence import ControlEvidence, Technical, Word
from policies.oscal.assessment import (
    AssessmentPart,
    AttestationStatement,
    ControlFinding,
    ObjectiveStatus,
    Observation,
    RelatedObservation,
    RelatedRisk,
    Target,
)
from policies.oscal.controls import covered, objectives, reviewed
from policies.oscal.documents import AssessmentResults, Import, Result, ResultDefinitions, ResultObjectives
from policies.oscal.material import Material
from policies.oscal.metadata import BackMatter, RelatedFile, Resource, ResponsibleParty
from policies.oscal.naming import NAMESPACE, NOT_YET, control_id, markup, objective_id, properties
from policies.oscal.risking import Risks
from policies.wording import counted
from specs.findings import Verdict
from specs.governance import Attestation

PLAN_FILE: Final = "assessment-plan.json"
"""Name of the file that results look for their plan in, beside them."""

_STATUS: Final[
    dict[Technical, tuple[Literal["satisfied", "not-satisfied"], Literal["pass", "fail", "other"], str]]
] = {
    Technical.SUPPORTS: ("satisfied", "pass", "All that rules looked at holds."),
    Technical.CONTRADICTS: (
        "not-satisfied",
        "fail",
        "A rule fails; a waiver may bear that, and does not undo it.",
    ),
    Technical.UNKNOWN: ("not-satisfied", "other", "No rule fails, and one cannot be decided: it is unknown."),
}
"""How OSCAL says it; what shows nothing gives no finding."""


def assessment_results(material: Material) -> AssessmentResults:
    """What judging an estate found."""
    exported, ids = material.exported, material.ids
    judgement = exported.judgement
    plan = Resource(
        uuid=ids.judged("plan"),
        title="Assessment plan",
        description="The plan of this assessment, as thabat export oscal-assessment-plan writes it.",
        rlinks=(RelatedFile(href=PLAN_FILE, media_type="application/oscal+json"),),
    )
    risks, selected = Risks(material), reviewed(exported)
    judged = {finding.element for finding in judgement.outcomes}
    judged.update(f"sites/{one.site}" for one in exported.sites)
    counts = {f"count-{verdict}": len(judgement.having(verdict)) for verdict in Verdict}
    return AssessmentResults(
        uuid=NOT_YET,
        metadata=material.metadata("Assessment results"),
        import_ap=Import(href=f"#{plan.uuid}"),
        local_definitions=ResultObjectives(objectives_and_methods=objectives(exported)),
        results=(
            Result(
                uuid=ids.judged("result"),
                title=markup(f"As of {judgement.phase}, judged on {judgement.on}"),
                description=markup(
                    f"{counted(len(judgement.outcomes), 'verdict')} by "
                    f"{counted(len(exported.origin.rules), 'rule')} on what the specs declare; "
                    f"{counted(len(judgement.causes), 'root cause')}."
                ),
                start=material.now,
                end=material.now,
                props=properties({"phase": judgement.phase, "digest": judgement.digest, **counts}),
                local_definitions=ResultDefinitions(
                    components=material.components(element.partition("/")[0] for element in judged),
                    inventory_items=material.inventory(judged),
                    assessment_assets=material.tool(),
                ),
                reviewed_controls=selected,
                attestations=tuple(
                    _attestation(material, one) for one in exported.estate.attestations.values()
                )
                or None,
                observations=(
                    *material.observations.values(),
                    *material.held.values(),
                    *(one for ones in material.worked_out.values() for one in ones),
                )
                or None,
                risks=risks.all or None,
                findings=tuple(_findings(material, risks)) or None,
                remarks=_remarks(material),
            ),
        ),
        back_matter=BackMatter(resources=(plan, material.specs())),
    )


def _remarks(material: Material) -> str:
    nothing = [
        f"{one.control.framework} {one.control.id}"
        for ones in covered(material.exported).values()
        for one in ones
        if one.technical is Technical.NONE
    ]
    told = "Technical evidence on what is declared. It never says that a control is met."
    if nothing:
        told += f" Rules had nothing to judge here, and no finding is given, for: {', '.join(nothing)}."
    return markup(told, 20_000)


def _findings(material: Material, risks: Risks) -> Iterator[ControlFinding]:
    related = {one.uuid: RelatedRisk(risk_uuid=one.uuid) for one in risks.all}
    for ones in covered(material.exported).values():
        for one in ones:
            if one.technical in _STATUS:
                yield _finding(material, one, risks, related)


def _finding(
    material: Material, one: ControlEvidence, risks: Risks, related: dict[str, RelatedRisk]
) -> ControlFinding:
    control, framework = one.control, FRAMEWORKS[one.control.framework]
    state, reason, why = _STATUS[one.technical]
    worked_out = material.worked_out.get(control.key, ())
    threatened = dict.fromkeys(each for rule in one.rules for each in risks.by_rule.get(rule.rule, ()))
    threatened.update(dict.fromkeys(map(risks.of_register, one.risks)))
    applies = {True: "yes", False: "no", None: None}[one.applies]
    return ControlFinding(
        uuid=material.ids.judged("control", control.key),
        title=markup(f"{framework.title} {control.id}: {control.subject}", 400),
        description=markup(f"What rules show of it: {'; '.join(_outcomes(one, worked_out))}.", 4000),
        props=properties(
            {
                "framework": control.framework,
                "label": control.id,
                "technical": one.technical,
                "waived": sum(rule.waived for rule in one.rules) or None,
                "attested": one.word if one.word is not Word.NONE else None,
                "applies": applies,
                "disputed": "yes" if one.disputed else None,
            }
        ),
        origins=(material.origin,),
        target=Target(
            target_id=objective_id(control),
            title="The part of the control that rules look at",
            props=properties({"control": control_id(control)}),
            status=ObjectiveStatus(
                state=state,
                reason=reason,
                remarks=f"Technical evidence alone, for a part of the control. {why}",
            ),
        ),
        related_observations=(
            *(each for rule in one.rules for each in material.related.get(rule.rule, ())),
            *(RelatedObservation(observation_uuid=each.uuid) for each in worked_out),
        )
        or None,
        related_risks=tuple(related[each] for each in threatened) or None,
        remarks=markup(f"{framework.remark} Beyond rules, for a person to say: {control.beyond}"),
    )


def _outcomes(one: ControlEvidence, worked_out: tuple[Observation, ...]) -> Iterator[str]:
    if worked_out:
        yield f"{one.technical}, as worked out at {counted(len(worked_out), 'site')}"
    for rule in one.rules:
        counts = {
            "failed": rule.failed,
            "unknown": rule.unknown,
            "waived": rule.waived,
            "passed": rule.passed,
        }
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        yield f"{rule.rule} {told or 'had nothing to judge'}"


def _attestation(material: Material, one: Attestation) -> AttestationStatement:
    on = material.exported.judgement.on
    standing = "in-force" if one.on <= on <= one.expires else "expired" if one.expires < on else "not-yet"
    controls = "; ".join(f"{key}: {', '.join(ids)}" for key, ids in sorted(one.controls.items()))
    return AttestationStatement(
        responsible_parties=(ResponsibleParty(role_id="attester", party_uuids=(material.person(one.by),)),),
        parts=(
            AssessmentPart(
                uuid=material.ids.lasting("attestation", one.id),
                name="attestation",
                ns=NAMESPACE,
                title=markup(one.label(), 240),
                props=properties(
                    {
                        "attestation": one.id,
                        "claim": one.claim,
                        "standing": standing,
                        "controls": controls,
                        "on": one.on,
                        "expires": one.expires,
                        "document": one.document,
                        "digest": one.digest,
                    }
                ),
                prose=markup(one.statement),
            ),
        ),
    )
