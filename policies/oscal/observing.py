"""Observations: what a rule said of an element, with each fact that it rests on and the line of the spec."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policies.frameworks.availability import SiteCriterion
from policies.oscal.assessment import Observation, RelevantEvidence, Subject
from policies.oscal.metadata import Link
from policies.oscal.naming import markup, moment, properties
from policies.wording import listed
from specs.findings import Evidence, Finding, Verdict

if TYPE_CHECKING:
    from policies.oscal.material import Material

_LONGEST_TITLE = 240
_MOST_AGAINST = 12


def observation(material: "Material", finding: Finding) -> Observation:
    """What is no pass, on one element."""
    waiver = material.exported.estate.waivers.get(finding.waiver)
    borne = finding.verdict is Verdict.WAIVED
    location = finding.location
    return Observation(
        uuid=material.ids.judged("finding", finding.key),
        title=markup(
            " ".join(part for part in (finding.rule, finding.element, finding.aspect) if part), _LONGEST_TITLE
        ),
        description=markup(finding.message),
        props=properties(
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "verdict": finding.verdict,
                "aspect": finding.aspect,
                "root-cause": finding.cause,
                "waiver": finding.waiver,
                "baseline": "known" if finding.known else None,
            }
        ),
        links=None if location is None else (Link(href=material.place(location), rel="reference"),),
        types=("finding",),
        origins=(material.origin,),
        subjects=(_subject(material, finding),),
        relevant_evidence=tuple(_evidence(material, fact) for fact in finding.evidence) or None,
        collected=material.now,
        expires=moment(waiver.expires) if borne and waiver is not None else None,
        remarks=markup(f"To mend: {finding.mending}") if finding.mending else None,
    )


def held_by(material: "Material", passes: Sequence[Finding]) -> Observation:
    """Where one rule holds; each element with the line of the first fact that shows it."""
    first = passes[0]
    return Observation(
        uuid=material.ids.judged("held", first.rule),
        title=markup(f"{first.rule} {first.slug} holds", _LONGEST_TITLE),
        description=markup(f"{first.title}. It holds {len(passes)} times, on the elements named."),
        props=properties({"rule": first.rule, "verdict": Verdict.PASS, "count": len(passes)}),
        types=("control-objective",),
        origins=(material.origin,),
        subjects=tuple(_subject(material, finding) for finding in passes),
        collected=material.now,
    )


def worked_out(material: "Material", site: str, criterion: SiteCriterion) -> Observation:
    """What was worked out for a criterion of the availability classes at one site."""
    against = f" Against it: {listed(criterion.against, _MOST_AGAINST)}." if criterion.against else ""
    id = criterion.control.id
    return Observation(
        uuid=material.ids.judged("site", site, criterion.control.key),
        title=markup(f"Criterion {id} at sites/{site}", _LONGEST_TITLE),
        description=markup(
            f"{criterion.control.subject}: {criterion.technical}. Looked at: "
            f"{criterion.looked_at} elements and outcomes.{against}"
        ),
        props=properties({"criterion": id, "technical": criterion.technical, "count": criterion.looked_at}),
        types=("control-objective",),
        origins=(material.origin,),
        subjects=(
            Subject(
                subject_uuid=material.ids.lasting("element", f"sites/{site}"), title=markup(f"sites/{site}")
            ),
        ),
        collected=material.now,
    )


def _subject(material: "Material", finding: Finding) -> Subject:
    """The element, with the place to look at where the rule holds."""
    at = finding.location if finding.verdict is Verdict.PASS else None
    return Subject(
        subject_uuid=material.ids.lasting("element", finding.element),
        title=markup(" ".join(part for part in (finding.element, finding.aspect) if part), _LONGEST_TITLE),
        links=None if at is None else (Link(href=material.place(at), rel="reference"),),
    )


def _evidence(material: "Material", fact: Evidence) -> RelevantEvidence:
    at = fact.location
    place = (
        {}
        if at is None
        else {"file": material.exported.origin.file(at), "line": at.line, "column": at.column}
    )
    return RelevantEvidence(
        href=None if at is None else material.place(at),
        description=markup(f"{fact.field}: {fact.value}"),
        props=properties({"field": fact.field, "value": fact.value, **place}),
    )
