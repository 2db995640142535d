"""Where everything stands: the room and the site of each element."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from specs.base import Element
from specs.equipment import Device, Model
from specs.model import Estate
from specs.platforms import Platform

E = TypeVar("E", bound=Element)


def by_id(collection: Mapping[str, E]) -> Iterable[tuple[str, E]]:
    """Elements in the order of their ids, whatever order they were given in."""
    return sorted(collection.items())


@dataclass(frozen=True)
class Whereabouts:
    """Answers where an element of one estate stands; None where that is not declared."""

    estate: Estate

    @cached_property
    def device_rooms(self) -> dict[str, str | None]:
        """Room of each device."""
        racks = self.estate.racks
        return {
            name: device.room or (racks[device.rack].room if device.rack in racks else None)
            for name, device in by_id(self.estate.devices)
        }

    @cached_property
    def device_sites(self) -> dict[str, str | None]:
        """Site of each device."""
        rooms = self.estate.rooms
        return {name: rooms[room].site if room in rooms else None for name, room in self.device_rooms.items()}

    @cached_property
    def platform_sites(self) -> dict[str, tuple[str, ...]]:
        """Sites of each platform: those of its nodes, else those declared, in order."""
        return {name: self._sites_of(platform) for name, platform in by_id(self.estate.platforms)}

    def _sites_of(self, platform: Platform) -> tuple[str, ...]:
        nodes = {self.device_sites.get(node) for node in platform.nodes}
        found = {site for site in nodes if site is not None} or set(platform.sites)
        return tuple(sorted(found & self.estate.sites.keys()))

    def model(self, device: Device) -> Model | None:
        """The device's model."""
        return self.estate.models.get(device.model)

    def sites_of(self, reference: str) -> tuple[str, ...]:
        """Ids of the sites where that element stands; none where it stands nowhere or nobody has said."""
        collection, _, name = reference.partition("/")
        if collection == "sites":
            return (name,)
        if collection == "devices":
            site = self.device_sites.get(name)
            return (site,) if site else ()
        if collection == "platforms":
            return self.platform_sites.get(name, ())
        if collection == "racks":
            rack = self.estate.racks.get(name)
            room = self.estate.rooms.get(rack.room) if rack else None
            return (room.site,) if room else ()
        if collection == "services":
            return self.service_sites.get(name, ())
        element = self.estate.element(reference)
        site = getattr(element, "site", None)
        return (site,) if isinstance(site, str) else ()

    @cached_property
    def service_sites(self) -> dict[str, tuple[str, ...]]:
        """Sites at which each service has a workload, in order."""
        found: dict[str, set[str]] = {name: set() for name in self.estate.services}
        for _, workload in by_id(self.estate.workloads):
            found.setdefault(workload.service, set()).add(workload.site)
        return {name: tuple(sorted(sites)) for name, sites in sorted(found.items())}
