"""The whole estate: every collection in one frozen value."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator

from specs.base import Element, Strict
from specs.cooling import CoolingElement
from specs.data import Backup, DataClass, Dataset, Replication, Vault
from specs.drills import Drill
from specs.equipment import Cable, Device, Model
from specs.governance import Action, Applicability, Attestation, Plan, Risk, Threshold, Waiver
from specs.header import Header
from specs.networks import Circuit, Network, Zone
from specs.people import AdminDomain, Contract, Team, Vendor
from specs.places import Hazard, Rack, Room, Site
from specs.platforms import Platform
from specs.power import PowerElement
from specs.safeguards import Safeguard
from specs.services import Service, Workload

FORMAT_VERSION = "1.0"
"""Version of the estate format; a minor one adds, a major one breaks."""


class Estate(Strict):
    """A national data centre with all that belongs to it, at one moment of its plan."""

    estate: Header
    """Title, owner, classification, phases."""
    hazards: dict[str, Hazard] = Field(default_factory=dict)
    """Risks shared by what is exposed to them: ducts, exchanges, grid regions, seismic and flood zones."""
    sites: dict[str, Site] = Field(default_factory=dict)
    """Places with buildings of their own."""
    rooms: dict[str, Room] = Field(default_factory=dict)
    """Rooms, halls, yards."""
    racks: dict[str, Rack] = Field(default_factory=dict)
    """Cabinets."""
    power: dict[str, PowerElement] = Field(default_factory=dict)
    """The power chain."""
    cooling: dict[str, CoolingElement] = Field(default_factory=dict)
    """Cooling units and plant."""
    safeguards: dict[str, Safeguard] = Field(default_factory=dict)
    """Fire, sensors, access, cameras, time sources."""
    models: dict[str, Model] = Field(default_factory=dict)
    """Equipment models."""
    devices: dict[str, Device] = Field(default_factory=dict)
    """Equipment."""
    cables: dict[str, Cable] = Field(default_factory=dict)
    """Cables between ports."""
    circuits: dict[str, Circuit] = Field(default_factory=dict)
    """Links between sites and to the outside."""
    networks: dict[str, Network] = Field(default_factory=dict)
    """Prefixes, VLANs, peerings, names."""
    zones: dict[str, Zone] = Field(default_factory=dict)
    """Security zones and the flows between them."""
    platforms: dict[str, Platform] = Field(default_factory=dict)
    """Clusters that services run on."""
    services: dict[str, Service] = Field(default_factory=dict)
    """Government services."""
    workloads: dict[str, Workload] = Field(default_factory=dict)
    """What a service runs where."""
    datasets: dict[str, Dataset] = Field(default_factory=dict)
    """Data with one authoritative copy each."""
    replications: dict[str, Replication] = Field(default_factory=dict)
    """Copies that follow the writes."""
    backups: dict[str, Backup] = Field(default_factory=dict)
    """Copies made on a schedule."""
    vaults: dict[str, Vault] = Field(default_factory=dict)
    """Where backups lie."""
    data_classes: dict[str, DataClass] = Field(default_factory=dict)
    """Classes of data and what they are owed."""
    admin_domains: dict[str, AdminDomain] = Field(default_factory=dict)
    """Credentials and who holds them."""
    teams: dict[str, Team] = Field(default_factory=dict)
    """People who run or recover things."""
    vendors: dict[str, Vendor] = Field(default_factory=dict)
    """Makers, carriers, integrators."""
    contracts: dict[str, Contract] = Field(default_factory=dict)
    """Support, repair, refuelling, telecommunications."""
    drills: dict[str, Drill] = Field(default_factory=dict)
    """Drills that were held, with what they measured."""
    plan: Plan = Plan()
    """How disaster recovery is invoked."""
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    """By rule: the organisation's own figures."""
    waivers: dict[str, Waiver] = Field(default_factory=dict)
    """Findings borne for a while."""
    attestations: dict[str, Attestation] = Field(default_factory=dict)
    """What people say of controls that rules cannot see."""
    applicability: dict[str, Applicability] = Field(default_factory=dict)
    """The statement of applicability: which controls apply, and why."""
    risks: dict[str, Risk] = Field(default_factory=dict)
    """The register of risks."""
    actions: dict[str, Action] = Field(default_factory=dict)
    """The plan of action, with milestones."""

    @model_validator(mode="before")
    @classmethod
    def _ids_from_keys(cls, value: Any) -> Any:
        """Give every element its key as its id, and sort every collection by id."""
        if not isinstance(value, Mapping):
            return value
        return {name: _with_ids(name, entry) for name, entry in value.items()}

    def collection(self, name: str) -> Mapping[str, Element]:
        """The elements of that collection by id; an empty one for a name that holds no elements."""
        found = getattr(self, name) if name in ELEMENT_COLLECTIONS else {}
        return found if isinstance(found, dict) else {}

    def element(self, reference: str) -> Element | None:
        """The element that `collection/id` names, or None."""
        collection, _, name = reference.partition("/")
        return self.collection(collection).get(name)

    def elements(self) -> Iterator[tuple[str, Element]]:
        """Every element with its collection, in the order of the format, by id."""
        for name in ELEMENT_COLLECTIONS:
            for element in self.collection(name).values():
                yield name, element

    def as_of(self, phase: str | None) -> "Estate":
        """The estate at the end of that phase or after that step (`phase/step`); None: after the last phase.

        What is not in service then is left out, with the references to it that lapse; changes are
        applied, and what was said of entering, changing and leaving is gone. SpecError for an unknown phase.
        """
        from specs.phases import as_of

        return as_of(self, phase)


ELEMENT_COLLECTIONS: tuple[str, ...] = tuple(
    name for name in Estate.model_fields if name not in ("estate", "plan", "thresholds")
)
"""Collections that hold elements by id, in the order of the format."""

COLLECTIONS: tuple[str, ...] = (*ELEMENT_COLLECTIONS, "thresholds")
"""Top-level keys under which entries stand by key."""


def _with_ids(collection: str, entry: Any) -> Any:
    if collection not in ELEMENT_COLLECTIONS or not isinstance(entry, Mapping):
        return entry
    return {
        key: {**entry[key], "id": key} if isinstance(entry[key], Mapping) else entry[key]
        for key in sorted(entry)
    }
