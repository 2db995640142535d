"""What OSCAL's plans, results and plans of action are made of: controls, subjects, observations, risks."""

from typing import Literal

from pydantic import Field

from policies.oscal.metadata import Link, OscalModel, Property, ResponsibleParty


class IncludeAll(OscalModel):
    """All of them."""


class Actor(OscalModel):
    """Who or what says something."""

    type: Literal["tool", "party"]
    actor_uuid: str
    role_id: str | None = None


class Origin(OscalModel):
    """Where something comes from."""

    actors: tuple[Actor, ...]


class SelectedControl(OscalModel):
    """A control that is looked at."""

    control_id: str


class SelectedObjective(OscalModel):
    """An objective that is looked at."""

    objective_id: str


class ControlSelection(OscalModel):
    """Controls of one framework."""

    description: str | None = None
    props: tuple[Property, ...] | None = None
    links: tuple[Link, ...] | None = None
    include_controls: tuple[SelectedControl, ...]


class ObjectiveSelection(OscalModel):
    """Objectives of one framework."""

    description: str | None = None
    include_objectives: tuple[SelectedObjective, ...]


class ReviewedControls(OscalModel):
    """What is looked at."""

    description: str | None = None
    control_selections: tuple[ControlSelection, ...]
    control_objective_selections: tuple[ObjectiveSelection, ...] | None = None
    remarks: str | None = None


class Part(OscalModel):
    """A part of a control."""

    id: str
    name: str
    ns: str | None = None
    title: str | None = None
    prose: str


class LocalObjective(OscalModel):
    """An objective that no catalogue has."""

    control_id: str
    description: str | None = None
    props: tuple[Property, ...] | None = None
    parts: tuple[Part, ...]
    remarks: str | None = None


class AssessmentPart(OscalModel):
    """A passage of a plan or an attestation."""

    uuid: str
    name: str
    ns: str | None = None
    title: str | None = None
    props: tuple[Property, ...] | None = None
    prose: str


class Activity(OscalModel):
    """How something is looked at."""

    uuid: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    related_controls: ReviewedControls | None = None
    remarks: str | None = None


class SubjectSelection(OscalModel):
    """All subjects of a type."""

    type: Literal["component", "inventory-item"]
    description: str | None = None
    include_all: IncludeAll = IncludeAll()


class AssociatedActivity(OscalModel):
    """An activity of a task."""

    activity_uuid: str
    subjects: tuple[SubjectSelection, ...]


class OnDate(OscalModel):
    """A day."""

    date: str


class Timing(OscalModel):
    """When."""

    on_date: OnDate


class Task(OscalModel):
    """Something to be done, or a milestone."""

    uuid: str
    type: Literal["milestone", "action"]
    title: str
    description: str | None = None
    props: tuple[Property, ...] | None = None
    timing: Timing | None = None
    associated_activities: tuple[AssociatedActivity, ...] | None = None


class Status(OscalModel):
    """State of a component."""

    state: Literal["operational", "other"]
    remarks: str | None = None


class SystemComponent(OscalModel):
    """A part of a system."""

    uuid: str
    type: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    status: Status


class ImplementedComponent(OscalModel):
    """The component that an item is one of."""

    component_uuid: str


class InventoryItem(OscalModel):
    """One instance of a component."""

    uuid: str
    description: str
    props: tuple[Property, ...] | None = None
    links: tuple[Link, ...] | None = None
    implemented_components: tuple[ImplementedComponent, ...] | None = None


class UsedComponent(OscalModel):
    """A component that a platform uses."""

    component_uuid: str


class AssessmentPlatform(OscalModel):
    """What the assessment runs on."""

    uuid: str
    title: str
    uses_components: tuple[UsedComponent, ...]


class AssessmentAssets(OscalModel):
    """What is used to assess."""

    components: tuple[SystemComponent, ...]
    assessment_platforms: tuple[AssessmentPlatform, ...]


class Subject(OscalModel):
    """What an observation is about."""

    subject_uuid: str
    type: Literal["inventory-item"] = "inventory-item"
    title: str | None = None
    links: tuple[Link, ...] | None = None


class RelevantEvidence(OscalModel):
    """A fact that an observation rests on."""

    href: str | None = None
    description: str
    props: tuple[Property, ...] | None = None


class Observation(OscalModel):
    """What one rule said."""

    uuid: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    links: tuple[Link, ...] | None = None
    methods: tuple[Literal["EXAMINE"], ...] = ("EXAMINE",)
    types: tuple[str, ...]
    origins: tuple[Origin, ...]
    subjects: tuple[Subject, ...] | None = None
    relevant_evidence: tuple[RelevantEvidence, ...] | None = None
    collected: str
    expires: str | None = None
    remarks: str | None = None


class RelatedObservation(OscalModel):
    """An observation that something rests on."""

    observation_uuid: str


class RelatedRisk(OscalModel):
    """A risk that follows."""

    risk_uuid: str


class ObjectiveStatus(OscalModel):
    """Whether an objective was found satisfied."""

    state: Literal["satisfied", "not-satisfied"]
    reason: Literal["pass", "fail", "other"]
    remarks: str


class Target(OscalModel):
    """The objective that a finding is about."""

    type: Literal["objective-id"] = "objective-id"
    target_id: str
    title: str
    props: tuple[Property, ...] | None = None
    status: ObjectiveStatus


class ControlFinding(OscalModel):
    """What was found of one objective."""

    uuid: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    origins: tuple[Origin, ...]
    target: Target
    related_observations: tuple[RelatedObservation, ...] | None = None
    related_risks: tuple[RelatedRisk, ...] | None = None
    remarks: str


class Facet(OscalModel):
    """One measure of a risk."""

    name: str
    system: str
    value: str


class Characterization(OscalModel):
    """How grave a risk is, and who says so."""

    origin: Origin
    facets: tuple[Facet, ...]


class MitigatingFactor(OscalModel):
    """What stands in meanwhile."""

    uuid: str
    description: str


class Response(OscalModel):
    """What is done about a risk."""

    uuid: str
    lifecycle: Literal["recommendation", "planned", "completed"]
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    tasks: tuple[Task, ...] | None = None


RiskStatus = Literal["open", "investigating", "remediating", "deviation-approved", "closed"]


class Risk(OscalModel):
    """What may happen, and how one stands to it."""

    uuid: str
    title: str
    description: str
    statement: str
    props: tuple[Property, ...] | None = None
    status: RiskStatus
    origins: tuple[Origin, ...] | None = None
    characterizations: tuple[Characterization, ...] | None = None
    mitigating_factors: tuple[MitigatingFactor, ...] | None = None
    deadline: str | None = None
    remediations: tuple[Response, ...] | None = None
    related_observations: tuple[RelatedObservation, ...] | None = None


class AttestationStatement(OscalModel):
    """What somebody attests."""

    responsible_parties: tuple[ResponsibleParty, ...] | None = None
    parts: tuple[AssessmentPart, ...] = Field(min_length=1)
