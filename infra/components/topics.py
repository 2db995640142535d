"""The components of a stack: place, plant, equipment, connectivity, delivery and data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pulumi

from infra.components.resources import CLASSES, ElementResource
from specs.planned import Planned


@dataclass(frozen=True)
class TopicArgs:
    """What a component is made from."""

    elements: tuple[Planned, ...]
    """Planned resources of its collections, each after the one it stands in."""


class Topic(pulumi.ComponentResource):
    """The elements of one topic in one stack, each under the element that it stands in, else under this."""

    token: ClassVar[str]
    """Type token of the component."""
    collections: ClassVar[tuple[str, ...]]
    """Collections that belong to it."""

    def __init__(self, name: str, args: TopicArgs, options: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.token, name, {}, options)
        self.elements: Mapping[str, ElementResource] = self._registered(args.elements)
        self.register_outputs({})

    def _registered(self, elements: tuple[Planned, ...]) -> dict[str, ElementResource]:
        made: dict[str, ElementResource] = {}
        for planned in elements:
            parent = made.get(planned.parent or "", self)
            options = pulumi.ResourceOptions(parent=parent)
            made[planned.reference] = CLASSES[planned.token](planned, options)
        return made


class Place(Topic):
    """A site with its rooms and racks."""

    token = "thabat:estate:Place"
    collections = ("sites", "rooms", "racks")


class Plant(Topic):
    """Power, cooling and safeguards."""

    token = "thabat:estate:Plant"
    collections = ("power", "cooling", "safeguards")


class Equipment(Topic):
    """Devices and the cables between them."""

    token = "thabat:estate:Equipment"
    collections = ("devices", "cables")


class Connectivity(Topic):
    """Circuits, networks and zones."""

    token = "thabat:estate:Connectivity"
    collections = ("circuits", "networks", "zones")


class Delivery(Topic):
    """Platforms, the services on them and their workloads."""

    token = "thabat:estate:Delivery"
    collections = ("platforms", "services", "workloads")


class Preservation(Topic):
    """Data and its copies."""

    token = "thabat:estate:Preservation"
    collections = ("datasets", "replications", "backups", "vaults")


TOPICS: tuple[type[Topic], ...] = (Place, Plant, Equipment, Connectivity, Delivery, Preservation)
"""Every component, in the order in which a stack is made."""
