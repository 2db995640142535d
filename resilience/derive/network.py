"""The network within a site: which devices its cables join to its core.

A device with data cables is on its site's network as long as cables lead from it, over running devices
that forward, to a core device of the site: one whose role says so (`spine`, `core` …), else one that takes
a circuit. Any core device will do, so a split between two running cores goes unseen. A device without data
cables is taken as reached, and the fact is missing.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.equipment import Cable, CableEnd
from specs.model import Estate

CORE = frozenset({"core", "spine", "backbone", "aggregation", "fabric"})
"""Words of a device's role that make it part of its site's core."""

FORWARDING = CORE | frozenset(
    {
        "leaf", "border", "router", "firewall", "switch", "access", "distribution", "gateway", "edge", "tor",
        "wan", "balancer", "multiplexer", "mux", "dwdm", "patch", "panel", "pe", "ce", "encryptor",
    }
)  # fmt: skip
"""Words of a device's role by which others' traffic may pass through it; a server's two uplinks join no
switches."""

DATA_KINDS = ("fibre", "copper", "dac")


def role_words(role: str) -> frozenset[str]:
    """The words of a role, in small letters.

    >>> sorted(role_words("Load-balancer A"))
    ['a', 'balancer', 'load']
    """
    return frozenset(re.findall(r"[a-z]+", role.lower()))


@dataclass(frozen=True)
class SiteNetworks:
    """Data cables within sites, and the core that they lead to."""

    estate: Estate
    where: Whereabouts

    @cached_property
    def neighbours(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Of each device with data cables within its site: cables and the devices at their other ends."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, cable in by_id(self.estate.cables):
            a, b = cable.a.device, cable.b.device
            site = self.where.device_sites.get(a)
            same_site = site is not None and site == self.where.device_sites.get(b)
            if same_site and a != b and self._carries_data(cable):
                found[a].append((name, b))
                found[b].append((name, a))
        return {device: tuple(sorted(links)) for device, links in sorted(found.items())}

    def _carries_data(self, cable: Cable) -> bool:
        return cable.kind in DATA_KINDS and not (self._manages(cable.a) or self._manages(cable.b))

    def _manages(self, end: CableEnd) -> bool:
        device = self.estate.devices.get(end.device)
        model = self.where.model(device) if device else None
        port = model.device_type.ports.get(end.port) if model else None
        return bool(getattr(port, "mgmt_only", False))

    @cached_property
    def borders(self) -> frozenset[str]:
        """Devices that take a circuit."""
        circuits = self.estate.circuits.values()
        return frozenset(end.device for circuit in circuits for end in circuit.ends if end.device)

    @cached_property
    def cores(self) -> dict[str, tuple[str, ...]]:
        """Core devices of each site that has cables."""
        by_role: dict[str, list[str]] = defaultdict(list)
        by_circuit: dict[str, list[str]] = defaultdict(list)
        for device in self.neighbours:
            site = self.where.device_sites[device]
            if site is None:
                continue
            if role_words(self.estate.devices[device].role) & CORE:
                by_role[site].append(device)
            if device in self.borders:
                by_circuit[site].append(device)
        sites = sorted(by_role.keys() | by_circuit.keys())
        return {site: tuple(by_role.get(site) or by_circuit[site]) for site in sites}

    @cached_property
    def joined(self) -> frozenset[str]:
        """Devices that cables join to their site's core when all is well."""
        found: set[str] = set()
        for core in self.cores.values():
            waiting = list(core)
            found.update(core)
            while waiting:
                device = waiting.pop()
                if device not in core and not self.forwards(device):
                    continue
                for _, other in self.neighbours[device]:
                    if other not in found:
                        found.add(other)
                        waiting.append(other)
        return frozenset(found)

    def forwards(self, device: str) -> bool:
        """Whether traffic of others passes through it."""
        return bool(role_words(self.estate.devices[device].role) & FORWARDING)


def derive_networks(needs: Needs, estate: Estate, networks: SiteNetworks) -> None:
    """Cables, and for each joined device a gate `devices/ID#attached`: it runs and a core of its site is
    reached."""
    joined = networks.joined
    for name, cable in by_id(estate.cables):
        here = needs.element(f"cables/{name}", "component")
        if cable.tray is not None:
            needs.need(here, f"hazards/{cable.tray}", "runs through", ("cables", name, "tray"))
    cores = {device for core in networks.cores.values() for device in core}
    for device in sorted(joined):
        here = f"devices/{device}"
        attached = needs.gate(f"{here}#attached", shows=here, flow=True)
        needs.need(attached, here, "is", ("devices", device))
    for device in sorted(joined - cores):
        _uplinks(needs, device, networks)


def _uplinks(needs: Needs, device: str, networks: SiteNetworks) -> None:
    here = f"devices/{device}"
    uplinks = needs.gate(f"{here}#uplinks", "any", flow=True)
    needs.need(f"{here}#attached", uplinks, "is cabled to", ("devices", device))
    cores = networks.cores[networks.where.device_sites[device] or ""]
    for cable, other in networks.neighbours[device]:
        if other not in networks.joined or (other not in cores and not networks.forwards(other)):
            continue
        way = needs.gate(f"cables/{cable}#{other}", flow=True)
        needs.need(uplinks, way, "is cabled to", ("cables", cable))
        needs.need(way, f"cables/{cable}", "over", ("cables", cable))
        needs.need(way, f"devices/{other}#attached", "is cabled to", ("cables", cable))


def note_missing_cables(needs: Needs, networks: SiteNetworks, device: str) -> None:
    """Says once a device (or once its site, where none has cables) that its place in the network is not
    declared."""
    site = networks.where.device_sites.get(device)
    if device in networks.joined or site is None:
        return
    if site in networks.cores:
        needs.lacks(
            f"devices/{device}", "cables", ("devices", device), "whether it survives the loss of a switch"
        )
    else:
        needs.lacks(f"sites/{site}", "cables", ("sites", site), "what joins the devices within the site")
