"""The component definition: the rule book, and each kind of element with the controls its rules bear on."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from policies.frameworks import FRAMEWORKS
from policies.frameworks.evidence import ControlEvidence
from policies.oscal.controls import covered
from policies.oscal.documents import (
    ComponentDefinition,
    ControlImplementation,
    DefinedComponent,
    ImplementedRequirement,
)
from policies.oscal.material import KINDS, Material, described, titled
from policies.oscal.metadata import BackMatter, Property
from policies.oscal.naming import NOT_YET, control_id, line, markup, own, properties, source_of
from specs.findings import Verdict

Counts = Mapping[str, Mapping[str, Counter[Verdict]]]
"""By collection and rule: how often it came out how."""

_NEVER = "Technical evidence for a part of the control; it never says that it is met."


def component_definition(material: Material) -> ComponentDefinition:
    """What an estate is made of, and what rules show of each kind of it."""
    exported = material.exported
    counts: dict[str, dict[str, Counter[Verdict]]] = defaultdict(lambda: defaultdict(Counter))
    for finding in exported.judgement.outcomes:
        counts[finding.element.partition("/")[0]][finding.rule][finding.verdict] += 1
    instances = Counter(collection for collection, _ in exported.estate.elements())
    return ComponentDefinition(
        uuid=NOT_YET,
        metadata=material.metadata("Component definition"),
        components=(
            _rule_book(material),
            *(
                _kind(material, name, instances[name], counts.get(name, {}))
                for name in sorted({*instances, *counts})
            ),
        ),
        back_matter=BackMatter(resources=(material.specs(),)),
    )


def _rule_book(material: Material) -> DefinedComponent:
    exported = material.exported
    by_rule = tuple(
        each
        for rule in exported.origin.rules
        for each in (
            own("rule", rule.id, rule.id),
            own("rule-title", rule.title, rule.id),
            own("rule-severity", rule.severity, rule.id),
        )
    )
    return DefinedComponent(
        uuid=material.ids.lasting("rule-book"),
        type="validation",
        title="Rules of Thabat",
        description="Checks of what the specs of an estate declare.",
        props=(Property(name="version", value=line(exported.origin.tool_version)), *by_rule),
        control_implementations=tuple(
            ControlImplementation(
                uuid=material.ids.lasting("checks", key),
                source=source_of(key),
                description=markup(FRAMEWORKS[key].remark),
                props=properties({"framework": key}),
                implemented_requirements=tuple(
                    ImplementedRequirement(
                        uuid=material.ids.lasting("checks", one.control.key),
                        control_id=control_id(one.control),
                        description=markup(
                            "; ".join(f"{rule.rule}: {rule.title}" for rule in one.rules), 4000
                        ),
                        props=_facts(one, [rule.rule for rule in one.rules]),
                        remarks=markup(f"{_NEVER} Beyond rules: {one.control.beyond}"),
                    )
                    for one in ones
                ),
            )
            for key, ones in covered(exported).items()
        )
        or None,
    )


def _kind(
    material: Material, name: str, instances: int, counts: Mapping[str, Counter[Verdict]]
) -> DefinedComponent:
    return DefinedComponent(
        uuid=material.component(name),
        type=KINDS.get(name, "service"),
        title=titled(name),
        description=described(name),
        props=properties({"collection": name, "instances": instances}),
        control_implementations=tuple(_implementations(material, name, counts)) or None,
        remarks=_NEVER,
    )


def _implementations(
    material: Material, name: str, counts: Mapping[str, Counter[Verdict]]
) -> Iterator[ControlImplementation]:
    for key, ones in covered(material.exported).items():
        bearing = [(one, [rule.rule for rule in one.rules if rule.rule in counts]) for one in ones]
        requirements = tuple(
            ImplementedRequirement(
                uuid=material.ids.lasting("requirement", name, one.control.key),
                control_id=control_id(one.control),
                description=markup(f"What rules show here: {'; '.join(_told(rules, counts))}.", 4000),
                props=_facts(one, rules),
            )
            for one, rules in bearing
            if rules
        )
        if requirements:
            yield ControlImplementation(
                uuid=material.ids.lasting("implementation", name, key),
                source=source_of(key),
                description=markup(FRAMEWORKS[key].remark),
                props=properties({"framework": key}),
                implemented_requirements=requirements,
            )


def _told(rules: list[str], counts: Mapping[str, Counter[Verdict]]) -> Iterator[str]:
    for rule in rules:
        told = (f"{counts[rule][verdict]} {verdict}" for verdict in Verdict if counts[rule][verdict])
        yield f"{rule} {', '.join(told)}"


def _facts(one: ControlEvidence, rules: list[str]) -> tuple[Property, ...]:
    return (own("label", one.control.id), *(own("rule", rule) for rule in rules))
