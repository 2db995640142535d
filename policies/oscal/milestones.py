"""The plan of action and milestones: what is planned, what is open without a plan, and what is borne."""

from collections import defaultdict
from collections.abc import Iterator

from policies.frameworks.evidence import is_open
from policies.oscal.assessment import RelatedObservation, RelatedRisk
from policies.oscal.documents import PlanOfAction, PoamDefinitions, PoamItem, SystemId
from policies.oscal.material import Material
from policies.oscal.metadata import BackMatter
from policies.oscal.naming import NOT_YET, markup, properties
from policies.oscal.risking import Risks, Threat
from policies.outputs.exported import mended_by
from policies.wording import counted
from specs.findings import Finding
from specs.governance import Action

_LONGEST_TITLE = 240


def plan_of_action(material: Material) -> PlanOfAction:
    """What is to be done about an estate; where nothing is open, one item that says so."""
    risks = Risks(material)
    subjects = {finding.element for finding in material.exported.judgement.findings}
    return PlanOfAction(
        uuid=NOT_YET,
        metadata=material.metadata("Plan of action and milestones"),
        system_id=SystemId(identifier_type="http://ietf.org/rfc/rfc4122", id=material.ids.lasting("system")),
        local_definitions=PoamDefinitions(
            components=material.components(element.partition("/")[0] for element in subjects),
            inventory_items=material.inventory(subjects),
            assessment_assets=material.tool(),
        ),
        observations=tuple(material.observations.values()) or None,
        risks=risks.all or None,
        poam_items=tuple(_items(material, risks)) or (_nothing_open(material),),
        back_matter=BackMatter(resources=(material.specs(),)),
    )


def _items(material: Material, risks: Risks) -> Iterator[PoamItem]:
    exported = material.exported
    by_rule: dict[str, list[Threat]] = defaultdict(list)
    for threat in risks.threats:
        by_rule[threat.rule].append(threat)
    for action in exported.estate.actions.values():
        yield _of_action(material, risks, action, by_rule[action.rule or ""])
    for threat in risks.threats:
        if not threat.actions:
            yield _of_threat(material, risks, threat)
    for key, findings in risks.waived.items():
        yield _of_waiver(material, risks, key, findings)
    treated = {key for action in risks.open_actions for key in action.risks}
    for risk in exported.estate.risks.values():
        if risk.id not in treated:
            yield PoamItem(
                uuid=material.ids.lasting("item", "register", risk.id),
                title=markup(f"Register: {risk.label()}", _LONGEST_TITLE),
                description=markup(f"No open action treats it. {risk.risk}"),
                props=properties(
                    {
                        "risk": risk.id,
                        "owner": risk.owner,
                        "treatment": risk.treatment,
                        "until": risk.accepted_until,
                    }
                ),
                related_risks=(RelatedRisk(risk_uuid=risks.of_register(risk.id)),),
            )


def _of_action(material: Material, risks: Risks, action: Action, threats: list[Threat]) -> PoamItem:
    on = material.exported.judgement.on
    status = ("overdue" if action.due < on else "open") if is_open(action, on) else "done"
    mended = [threat for threat in threats if any(mended_by(action, one) for one in threat.findings)]
    findings = [one for threat in mended for one in threat.findings if mended_by(action, one)]
    controls = "; ".join(f"{key}: {', '.join(ids)}" for key, ids in sorted((action.controls or {}).items()))
    related = [risks.of_threat(threat) for threat in mended]
    related += [
        risks.of_register(key) for key in dict.fromkeys(action.risks) if key in material.exported.estate.risks
    ]
    steps = "; ".join(
        f"{one.what} by {one.due}{f' (done on {one.done_on})' if one.done_on else ''}"
        for one in action.milestones
    )
    return PoamItem(
        uuid=material.ids.lasting("item", "action", action.id),
        title=markup(f"Action: {action.label()}", _LONGEST_TITLE),
        description=markup(action.action),
        props=properties(
            {
                "action": action.id,
                "status": status,
                "owner": action.owner,
                "due": action.due,
                "done-on": action.done_on,
                "rule": action.rule,
                "controls": controls,
                "still-found": len(findings) if findings else None,
            }
        ),
        origins=(material.origin,),
        related_observations=risks.observed(findings),
        related_risks=tuple(RelatedRisk(risk_uuid=one) for one in related) or None,
        remarks=markup(f"Milestones: {steps}") if steps else None,
    )


def _of_threat(material: Material, risks: Risks, threat: Threat) -> PoamItem:
    first = threat.findings[0]
    return PoamItem(
        uuid=material.ids.lasting("item", "finding", threat.rule, threat.cause),
        title=markup(f"{threat.rule} {first.slug}: {threat.cause}", _LONGEST_TITLE),
        description=markup(
            f"No open action mends it. {counted(len(threat.findings), 'finding')}; first: {first.message}",
            2400,
        ),
        props=properties(
            {
                "status": "open",
                "rule": threat.rule,
                "root-cause": threat.cause,
                "severity": first.severity,
                "verdict": first.verdict,
                "baseline": "known" if all(one.known for one in threat.findings) else None,
            }
        ),
        origins=(material.origin,),
        related_observations=risks.observed(threat.findings),
        related_risks=(RelatedRisk(risk_uuid=risks.of_threat(threat)),),
        remarks=markup(f"To mend: {first.mending}") if first.mending else None,
    )


def _of_waiver(material: Material, risks: Risks, key: str, findings: tuple[Finding, ...]) -> PoamItem:
    waiver = material.exported.estate.waivers[key]
    observed: tuple[RelatedObservation, ...] | None = risks.observed(findings)
    return PoamItem(
        uuid=material.ids.lasting("item", "waiver", key),
        title=markup(f"Borne for a while: {waiver.rule} by waiver {key}", _LONGEST_TITLE),
        description=markup(waiver.reason),
        props=properties(
            {"status": "borne", "waiver": key, "approver": waiver.approver, "expires": waiver.expires}
        ),
        origins=(material.origin,),
        related_observations=observed,
        related_risks=(RelatedRisk(risk_uuid=risks.of_waiver(key)),),
    )


def _nothing_open(material: Material) -> PoamItem:
    judgement = material.exported.judgement
    return PoamItem(
        uuid=material.ids.lasting("item", "nothing"),
        title="Nothing is open",
        description=markup(
            f"On {judgement.on}, as of {judgement.phase}, no rule failed or was unknown, no waiver bore "
            "anything, and neither an action nor a risk was declared. What no rule sees is not said by that."
        ),
        props=properties({"status": "nothing-open"}),
    )
