"""What several documents say of one judgement: head, tool, subjects and observations, each made once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from policies.frameworks.evidence import Technical
from policies.oscal.assessment import (
    Actor,
    AssessmentAssets,
    AssessmentPlatform,
    ImplementedComponent,
    InventoryItem,
    Observation,
    Origin,
    RelatedObservation,
    Status,
    SystemComponent,
    UsedComponent,
)
from policies.oscal.metadata import (
    Link,
    Metadata,
    Party,
    Property,
    RelatedFile,
    Resource,
    ResponsibleParty,
    Role,
)
from policies.oscal.naming import ids_of, line, markup, moment, own, properties
from policies.oscal.observing import held_by, observation, worked_out
from policies.outputs.exported import Exported
from specs.findings import Finding, Verdict
from specs.issues import Location
from specs.model import Estate

KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("sites", "rooms", "racks", "power", "cooling", "safeguards"), "physical"),
    **dict.fromkeys(("models", "devices", "cables", "vaults"), "hardware"),
    **dict.fromkeys(("circuits", "networks", "zones"), "interconnection"),
    **dict.fromkeys(("platforms", "workloads", "datasets", "replications", "backups"), "software"),
    **dict.fromkeys(("data_classes", "thresholds", "applicability", "waivers"), "policy"),
    **dict.fromkeys(("plan", "risks", "actions", "drills"), "plan"),
    **dict.fromkeys(("teams", "vendors", "contracts", "admin_domains", "attestations"), "process-procedure"),
}
"""OSCAL's type of component by collection; others are services."""

_ROLES = {"system-owner": "Body answerable for the estate", "attester": "Person who attests"}
_LONGEST_LABEL = 120


class Material:
    """What is said of one judgement."""

    def __init__(self, exported: Exported) -> None:
        self.exported = exported
        self.ids = ids_of(exported)
        self.origin = Origin(actors=(Actor(type="tool", actor_uuid=self.ids.lasting("tool")),))
        self.now = moment(exported.judgement.on)

    def metadata(self, kind: str) -> Metadata:
        """The head of a document of that kind."""
        exported, header = self.exported, self.exported.estate.estate
        judgement = exported.judgement
        people = sorted({line(one.by) for one in exported.estate.attestations.values()})
        owner = self.ids.lasting("owner")
        facts: dict[str, object] = {
            "digest": judgement.digest,
            "phase": judgement.phase,
            "judged-on": judgement.on.isoformat(),
            "tool": f"thabat {exported.origin.tool_version}",
            "approver": header.approver,
            "approved-on": header.approved_on,
        }
        distribution = "; ".join(map(str, header.distribution))
        return Metadata(
            title=markup(f"{kind}: {judgement.title}"),
            last_modified=self.now,
            version=line(judgement.version),
            props=(Property(name="marking", value=judgement.classification), *(properties(facts) or ())),
            roles=tuple(Role(id=id, title=title) for id, title in _ROLES.items()),
            parties=(
                Party(uuid=owner, type="organization", name=line(header.owner)),
                *(Party(uuid=self.person(name), type="person", name=name) for name in people),
            ),
            responsible_parties=(ResponsibleParty(role_id="system-owner", party_uuids=(owner,)),),
            remarks=markup(f"Distribution: {distribution}") if distribution else None,
        )

    def person(self, name: str) -> str:
        """Id of a person who answers for something."""
        return self.ids.lasting("person", line(name))

    def specs(self) -> Resource:
        """The estate's specs, which stand in the place of a system security plan."""
        exported = self.exported
        return Resource(
            uuid=self.ids.judged("specs"),
            title="Specs of the estate",
            description="The files that the estate was read from. They stand in the place of a system "
            "security plan: what is assessed is what they declare.",
            props=properties({"digest": exported.judgement.digest}),
            rlinks=tuple(
                RelatedFile(href=exported.origin.uri(Location(name, 1, 1))) for name in exported.loaded.files
            )
            or None,
        )

    def tool(self) -> AssessmentAssets:
        """Thabat itself, as what assesses."""
        uuid = self.ids.lasting("tool")
        version = self.exported.origin.tool_version
        return AssessmentAssets(
            components=(
                SystemComponent(
                    uuid=uuid,
                    type="software",
                    title="Thabat",
                    description="Judges by rules what the specs of an estate declare.",
                    props=(Property(name="version", value=line(version)),),
                    status=Status(state="operational"),
                ),
            ),
            assessment_platforms=(
                AssessmentPlatform(
                    uuid=self.ids.lasting("platform"),
                    title="Thabat, offline, on the specs alone",
                    uses_components=(UsedComponent(component_uuid=uuid),),
                ),
            ),
        )

    def component(self, collection: str) -> str:
        """Id of what all elements of a collection are instances of."""
        return self.ids.lasting("component", collection)

    def components(self, collections: Iterable[str]) -> tuple[SystemComponent, ...] | None:
        """A component a collection."""
        return (
            tuple(
                SystemComponent(
                    uuid=self.component(name),
                    type=KINDS.get(name, "service"),
                    title=titled(name),
                    description=described(name),
                    props=properties({"collection": name}),
                    status=Status(
                        state="other", remarks=markup(f"As declared, as of {self.exported.judgement.phase}.")
                    ),
                )
                for name in sorted(set(collections))
            )
            or None
        )

    def inventory(self, elements: Iterable[str]) -> tuple[InventoryItem, ...] | None:
        """An item an element (`collection/id`), with where it is declared."""
        return tuple(map(self._item, sorted(set(elements)))) or None

    def _item(self, element: str) -> InventoryItem:
        found = self.exported.estate.element(element)
        collection, _, key = element.partition("/")
        at = self.exported.at((collection, key)) if found is not None else None
        return InventoryItem(
            uuid=self.ids.lasting("element", element),
            description=markup(found.label() if found is not None else element, _LONGEST_LABEL),
            props=(Property(name="asset-id", value=line(element)), own("collection", collection)),
            links=None if at is None else (Link(href=self.place(at), rel="reference", text="declared"),),
            implemented_components=(ImplementedComponent(component_uuid=self.component(collection)),),
        )

    def place(self, location: Location) -> str:
        """A line of a file as a relative URI."""
        return f"{self.exported.origin.uri(location)}#L{location.line}"

    @cached_property
    def observations(self) -> Mapping[str, Observation]:
        """What is no pass, by key of its finding; gravest first."""
        return {finding.key: observation(self, finding) for finding in self.exported.judgement.findings}

    @cached_property
    def held(self) -> Mapping[str, Observation]:
        """By rule that holds somewhere: where it does."""
        passed: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.exported.judgement.having(Verdict.PASS):
            passed[finding.rule].append(finding)
        return {rule: held_by(self, findings) for rule, findings in sorted(passed.items())}

    @cached_property
    def worked_out(self) -> Mapping[str, tuple[Observation, ...]]:
        """By criterion of the availability classes (its key): what was worked out, site by site."""
        found: dict[str, list[Observation]] = defaultdict(list)
        for site in self.exported.sites:
            for one in site.criteria:
                if one.technical is not Technical.NONE:
                    found[one.control.key].append(worked_out(self, site.site, one))
        return {key: tuple(ones) for key, ones in found.items()}

    @cached_property
    def related(self) -> Mapping[str, tuple[RelatedObservation, ...]]:
        """By rule: all that was observed by it."""
        found: dict[str, list[RelatedObservation]] = defaultdict(list)
        for finding in self.exported.judgement.findings:
            found[finding.rule].append(
                RelatedObservation(observation_uuid=self.observations[finding.key].uuid)
            )
        for rule, one in self.held.items():
            found[rule].append(RelatedObservation(observation_uuid=one.uuid))
        return {rule: tuple(ones) for rule, ones in found.items()}


def titled(collection: str) -> str:
    """A collection's name for people.

    >>> titled("data_classes")
    'Data classes'
    """
    return markup(collection.replace("_", " ").capitalize())


def described(collection: str) -> str:
    """What a collection holds."""
    field = Estate.model_fields.get(collection)
    return markup((field.description if field is not None else "") or f"What {collection} stands for.")
