"""The four documents of OSCAL 1.2.1 that Thabat writes."""

from policies.oscal.assessment import (
    Activity,
    AssessmentAssets,
    AssessmentPart,
    AttestationStatement,
    ControlFinding,
    InventoryItem,
    LocalObjective,
    Observation,
    Origin,
    RelatedObservation,
    RelatedRisk,
    ReviewedControls,
    Risk,
    SubjectSelection,
    SystemComponent,
    Task,
)
from policies.oscal.metadata import BackMatter, Link, Metadata, OscalModel, Property


class Import(OscalModel):
    """A document that this one builds on."""

    href: str
    remarks: str | None = None


class ImplementedRequirement(OscalModel):
    """What a component has to do with a control."""

    uuid: str
    control_id: str
    description: str
    props: tuple[Property, ...] | None = None
    remarks: str | None = None


class ControlImplementation(OscalModel):
    """What a component has to do with a framework."""

    uuid: str
    source: str
    description: str
    props: tuple[Property, ...] | None = None
    implemented_requirements: tuple[ImplementedRequirement, ...]


class DefinedComponent(OscalModel):
    """A kind of part that systems are made of."""

    uuid: str
    type: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    links: tuple[Link, ...] | None = None
    control_implementations: tuple[ControlImplementation, ...] | None = None
    remarks: str | None = None


class ComponentDefinition(OscalModel):
    """Parts, and the controls that they have to do with."""

    uuid: str
    metadata: Metadata
    components: tuple[DefinedComponent, ...]
    back_matter: BackMatter


class PlanDefinitions(OscalModel):
    """What a plan defines itself."""

    components: tuple[SystemComponent, ...] | None = None
    inventory_items: tuple[InventoryItem, ...] | None = None
    objectives_and_methods: tuple[LocalObjective, ...]
    activities: tuple[Activity, ...]


class Terms(OscalModel):
    """On what terms it is assessed."""

    parts: tuple[AssessmentPart, ...]


class AssessmentPlan(OscalModel):
    """What will be looked at, and how."""

    uuid: str
    metadata: Metadata
    import_ssp: Import
    local_definitions: PlanDefinitions
    terms_and_conditions: Terms
    reviewed_controls: ReviewedControls
    assessment_subjects: tuple[SubjectSelection, ...]
    assessment_assets: AssessmentAssets
    tasks: tuple[Task, ...]
    back_matter: BackMatter


class ResultObjectives(OscalModel):
    """What results define for all of them."""

    objectives_and_methods: tuple[LocalObjective, ...]


class ResultDefinitions(OscalModel):
    """What a result defines itself."""

    components: tuple[SystemComponent, ...] | None = None
    inventory_items: tuple[InventoryItem, ...] | None = None
    assessment_assets: AssessmentAssets


class Result(OscalModel):
    """One judgement."""

    uuid: str
    title: str
    description: str
    start: str
    end: str
    props: tuple[Property, ...] | None = None
    local_definitions: ResultDefinitions
    reviewed_controls: ReviewedControls
    attestations: tuple[AttestationStatement, ...] | None = None
    observations: tuple[Observation, ...] | None = None
    risks: tuple[Risk, ...] | None = None
    findings: tuple[ControlFinding, ...] | None = None
    remarks: str


class AssessmentResults(OscalModel):
    """What was found."""

    uuid: str
    metadata: Metadata
    import_ap: Import
    local_definitions: ResultObjectives
    results: tuple[Result, ...]
    back_matter: BackMatter


class SystemId(OscalModel):
    """Which system it is about."""

    identifier_type: str
    id: str


class PoamItem(OscalModel):
    """Something to be mended, borne or decided."""

    uuid: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    origins: tuple[Origin, ...] | None = None
    related_observations: tuple[RelatedObservation, ...] | None = None
    related_risks: tuple[RelatedRisk, ...] | None = None
    remarks: str | None = None


class PoamDefinitions(OscalModel):
    """What a plan of action defines itself."""

    components: tuple[SystemComponent, ...] | None = None
    inventory_items: tuple[InventoryItem, ...] | None = None
    assessment_assets: AssessmentAssets


class PlanOfAction(OscalModel):
    """What is mended, by whom and by when."""

    uuid: str
    metadata: Metadata
    system_id: SystemId
    local_definitions: PoamDefinitions
    observations: tuple[Observation, ...] | None = None
    risks: tuple[Risk, ...] | None = None
    poam_items: tuple[PoamItem, ...]
    back_matter: BackMatter
