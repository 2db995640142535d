"""One thin class a resource type of the provider: its token, and properties taken as planned."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi

from specs.planned import Planned
from specs.tokens import PLAN_TOKEN, TOKENS


class ElementResource(pulumi.CustomResource):
    """An element of the estate in a target."""

    token: ClassVar[str]
    """Type token of the provider."""

    def __init__(self, planned: Planned, options: pulumi.ResourceOptions | None = None) -> None:
        if planned.token != self.token:
            raise TypeError(f"{planned.reference} is no {type(self).__name__}")
        super().__init__(self.token, planned.key, dict(planned.properties), options)


class Site(ElementResource):
    """A place with buildings of its own."""

    token = TOKENS["sites"]


class Room(ElementResource):
    """A room, hall or yard."""

    token = TOKENS["rooms"]


class Rack(ElementResource):
    """A cabinet, with the table of what it holds."""

    token = TOKENS["racks"]


class Power(ElementResource):
    """An element of the power chain, with the table of its outlets."""

    token = TOKENS["power"]


class Cooling(ElementResource):
    """A cooling unit or plant part."""

    token = TOKENS["cooling"]


class Safeguard(ElementResource):
    """Fire detection, sensors, access, cameras, time."""

    token = TOKENS["safeguards"]


class Device(ElementResource):
    """A piece of equipment, with the table of its ports."""

    token = TOKENS["devices"]


class Cable(ElementResource):
    """A cable between two ports."""

    token = TOKENS["cables"]


class Circuit(ElementResource):
    """A link between sites or to the outside."""

    token = TOKENS["circuits"]


class Network(ElementResource):
    """A network, with the table of its addresses."""

    token = TOKENS["networks"]


class Zone(ElementResource):
    """A security zone."""

    token = TOKENS["zones"]


class Platform(ElementResource):
    """A cluster that services run on."""

    token = TOKENS["platforms"]


class Service(ElementResource):
    """A government service."""

    token = TOKENS["services"]


class Workload(ElementResource):
    """A part of a service on a platform."""

    token = TOKENS["workloads"]


class Dataset(ElementResource):
    """Data with one authoritative copy."""

    token = TOKENS["datasets"]


class Replication(ElementResource):
    """A copy that follows the writes."""

    token = TOKENS["replications"]


class Backup(ElementResource):
    """Copies made on a schedule."""

    token = TOKENS["backups"]


class Vault(ElementResource):
    """Where backups lie."""

    token = TOKENS["vaults"]


CLASSES: Mapping[str, type[ElementResource]] = {
    one.token: one
    for one in (
        Site, Room, Rack, Power, Cooling, Safeguard, Device, Cable, Circuit, Network, Zone, Platform, Service,
        Workload, Dataset, Replication, Backup, Vault,
    )
}  # fmt: skip
"""The class of each type token."""


class Plan(pulumi.CustomResource):
    """The one resource of a stack that says which estate it was made from."""

    def __init__(self, name: str, properties: Mapping[str, Any]) -> None:
        super().__init__(PLAN_TOKEN, name, dict(properties))
