"""OSCAL as text: each document under the name of its model, with an id that follows from all that it says."""

from collections.abc import Callable, Mapping
from typing import Final

from policies.oscal.definition import component_definition
from policies.oscal.material import Material
from policies.oscal.metadata import OscalModel
from policies.oscal.milestones import plan_of_action
from policies.oscal.naming import NOT_YET
from policies.oscal.plan import assessment_plan
from policies.oscal.results import PLAN_FILE, assessment_results
from policies.outputs.exported import Exported

FORMS: Final[Mapping[str, Callable[[Exported], str]]] = {
    "oscal-component-definition": lambda exported: _text(
        "component-definition", component_definition(material := Material(exported)), material
    ),
    "oscal-assessment-plan": lambda exported: _text(
        "assessment-plan", assessment_plan(material := Material(exported)), material
    ),
    "oscal-assessment-results": lambda exported: _text(
        "assessment-results", assessment_results(material := Material(exported)), material
    ),
    "oscal-poam": lambda exported: _text(
        "plan-of-action-and-milestones", plan_of_action(material := Material(exported)), material
    ),
}
"""By name, how each is written."""

FILES: Final[Mapping[str, str]] = {
    "oscal-component-definition": "component-definition.json",
    "oscal-assessment-plan": PLAN_FILE,
    "oscal-assessment-results": "assessment-results.json",
    "oscal-poam": "plan-of-action-and-milestones.json",
}
"""By name, the file that the others look for it in."""


def _text(root: str, document: OscalModel, material: Material) -> str:
    body = document.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    text = f'{{\n  "{root}": {_indented(body)}\n}}\n'
    return text.replace(NOT_YET, material.ids.judged(root, text), 1)


def _indented(body: str) -> str:
    return body.replace("\n", "\n  ")
