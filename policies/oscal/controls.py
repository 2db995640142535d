"""Controls that rules bear on: what is selected, and in each the objective that rules can speak of."""

from policies.frameworks import FRAMEWORKS
from policies.frameworks.evidence import ControlEvidence, Technical
from policies.oscal.assessment import (
    ControlSelection,
    LocalObjective,
    ObjectiveSelection,
    Part,
    ReviewedControls,
    SelectedControl,
    SelectedObjective,
)
from policies.oscal.metadata import Link
from policies.oscal.naming import NAMESPACE, control_id, markup, objective_id, properties, source_of
from policies.outputs.exported import Exported
from policies.wording import counted


def looked_at(one: ControlEvidence) -> bool:
    """Whether a rule bears on a control, or something was worked out for it site by site."""
    return one.covered or one.technical is not Technical.NONE


def covered(exported: Exported) -> dict[str, tuple[ControlEvidence, ...]]:
    """By framework: the controls that are looked at, in its order; frameworks without any are left out."""
    found = {
        key: tuple(one for one in exported.evidence if one.control.framework == key and looked_at(one))
        for key in exported.frameworks
    }
    return {key: ones for key, ones in found.items() if ones}


def reviewed(exported: Exported) -> ReviewedControls:
    """What is looked at, and how much is not."""
    selected = covered(exported)
    left = sum(not looked_at(one) for one in exported.evidence)
    return ReviewedControls(
        description="Controls that a rule of Thabat bears on, framework by framework.",
        control_selections=tuple(
            ControlSelection(
                description=markup(f"{FRAMEWORKS[key].title} ({FRAMEWORKS[key].publisher})"),
                props=properties({"framework": key}),
                links=(Link(href=source_of(key), rel="reference"),),
                include_controls=tuple(SelectedControl(control_id=control_id(one.control)) for one in ones),
            )
            for key, ones in selected.items()
        ),
        control_objective_selections=tuple(
            ObjectiveSelection(
                description=markup(f"{FRAMEWORKS[key].title}: the part that rules look at"),
                include_objectives=tuple(
                    SelectedObjective(objective_id=objective_id(one.control)) for one in ones
                ),
            )
            for key, ones in selected.items()
        ),
        remarks=markup(f"No rule bears on {counted(left, 'other control')}: of those nothing is said."),
    )


def objectives(exported: Exported) -> tuple[LocalObjective, ...]:
    """One objective a control that a rule bears on: the part of it that rules look at, and no more."""
    return tuple(_objective(one) for ones in covered(exported).values() for one in ones)


def _objective(one: ControlEvidence) -> LocalObjective:
    control = one.control
    asked = "; ".join(f"{rule.rule}: {rule.title}" for rule in one.rules)
    told = " ".join(part for part in (str(control.part), asked and f"{asked}.") if part)
    return LocalObjective(
        control_id=control_id(control),
        description=markup(control.subject),
        props=properties({"framework": control.framework, "label": control.id}),
        parts=(
            Part(
                id=objective_id(control),
                name="assessment-objective",
                ns=NAMESPACE,
                title="The part of the control that rules look at",
                prose=markup(told or control.subject, 4000),
            ),
        ),
        remarks=markup(f"Beyond rules: {control.beyond}"),
    )
