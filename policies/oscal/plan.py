"""The assessment plan: an activity a rule, the objectives that rules can speak of, and what is left out."""

from policies.frameworks import FRAMEWORKS
from policies.oscal.assessment import (
    Activity,
    AssessmentPart,
    AssociatedActivity,
    ControlSelection,
    OnDate,
    ReviewedControls,
    SelectedControl,
    SubjectSelection,
    Task,
    Timing,
)
from policies.oscal.controls import covered, looked_at, objectives, reviewed
from policies.oscal.documents import AssessmentPlan, Import, PlanDefinitions, Terms
from policies.oscal.material import Material
from policies.oscal.metadata import BackMatter, Property
from policies.oscal.naming import NAMESPACE, NOT_YET, control_id, markup, properties
from policies.rule import Rule
from policies.wording import counted

_EVERYTHING = SubjectSelection(
    type="inventory-item", description="Every element of the estate that a rule looks at."
)


def assessment_plan(material: Material) -> AssessmentPlan:
    """How an estate is judged, before it is."""
    exported, specs = material.exported, material.specs()
    activities = _activities(material)
    return AssessmentPlan(
        uuid=NOT_YET,
        metadata=material.metadata("Assessment plan"),
        import_ssp=Import(href=f"#{specs.uuid}", remarks=specs.description),
        local_definitions=PlanDefinitions(
            components=material.components(collection for collection, _ in exported.estate.elements()),
            objectives_and_methods=objectives(exported),
            activities=activities,
        ),
        terms_and_conditions=Terms(parts=_terms(material)),
        reviewed_controls=reviewed(exported),
        assessment_subjects=(_EVERYTHING,),
        assessment_assets=material.tool(),
        tasks=(
            Task(
                uuid=material.ids.judged("judging"),
                type="action",
                title="Judge the estate by every rule",
                timing=Timing(on_date=OnDate(date=material.now)),
                associated_activities=tuple(
                    AssociatedActivity(activity_uuid=one.uuid, subjects=(_EVERYTHING,)) for one in activities
                ),
            ),
        ),
        back_matter=BackMatter(resources=(specs,)),
    )


def _activities(material: Material) -> tuple[Activity, ...]:
    bearing: dict[str, dict[str, list[str]]] = {}
    for key, ones in covered(material.exported).items():
        for one in ones:
            for rule in one.rules:
                bearing.setdefault(rule.rule, {}).setdefault(key, []).append(control_id(one.control))
    return tuple(
        _activity(material, rule, bearing.get(rule.id, {})) for rule in material.exported.origin.rules
    )


def _activity(material: Material, rule: Rule, controls: dict[str, list[str]]) -> Activity:
    facts = {
        "rule": rule.id,
        "severity": rule.severity,
        **{f"threshold-{one.name}": one.shown for one in rule.parameters},
    }
    unknown = f" Unknown when {rule.unknown_when}." if rule.unknown_when else ""
    return Activity(
        uuid=material.ids.lasting("activity", rule.id),
        title=markup(f"{rule.id} {rule.slug}"),
        description=markup(f"{rule.title}. {rule.rationale} {rule.scope}{unknown}"),
        props=(Property(name="method", value="EXAMINE"), *(properties(dict(facts)) or ())),
        related_controls=ReviewedControls(
            control_selections=tuple(
                ControlSelection(
                    description=markup(FRAMEWORKS[key].title),
                    include_controls=tuple(SelectedControl(control_id=one) for one in ones),
                )
                for key, ones in controls.items()
            )
        )
        if controls
        else None,
        remarks=markup(f"To mend in general: {rule.remediation}"),
    )


def _terms(material: Material) -> tuple[AssessmentPart, ...]:
    evidence = material.exported.evidence
    left = counted(sum(not looked_at(one) for one in evidence), "control")
    passages = {
        "methodology": "Each rule is a function of what the specs declare, as of one phase and one day. "
        "Nothing is asked of a running system.",
        "assumptions": "A fact that nobody declared is unknown, and unknown is never a pass.",
        "assessment-exclusions": f"No rule bears on {left} of the frameworks told of; and of every other, a "
        "rule looks at a part. What is beyond rules needs a person.",
        "disclosures": "A verdict is technical evidence for a part of a control; it never says that one is "
        "met.",
    }
    return tuple(
        AssessmentPart(
            uuid=material.ids.judged("terms", name),
            name=name,
            ns=None if name != "disclosures" else NAMESPACE,
            prose=markup(prose),
        )
        for name, prose in passages.items()
    )
