"""One builder: from an estate, as of some phase, to its graph of typed needs."""

import re
from dataclasses import dataclass

import networkx as nx

from resilience.derive.compute import (
    components_of,
    declare_platforms,
    derive_datasets,
    derive_platform_needs,
    derive_services,
    derive_workloads,
)
from resilience.derive.cooling import derive_cooling, derive_device_cooling
from resilience.derive.declared import LEVELS, Seen, at
from resilience.derive.hazards import declare_hazards, derive_firmware, derive_hazards
from resilience.derive.network import SiteNetworks, derive_networks
from resilience.derive.others import derive_others
from resilience.derive.places import derive_places
from resilience.derive.power import derive_device_power, derive_power
from resilience.derive.reach import Reach, derive_circuits
from resilience.loads import units_by_room
from resilience.needs import Needs
from resilience.results import Missing, in_order
from resilience.whereabouts import Whereabouts, by_id
from specs.model import ELEMENT_COLLECTIONS, Estate


@dataclass(frozen=True)
class EstateGraph:
    """An estate with its needs; `resilience.needs` says what nodes and edges carry."""

    estate: Estate
    where: Whereabouts
    networks: SiteNetworks
    needs: "nx.DiGraph[str]"
    components: dict[str, dict[str, tuple[str, ...]]]
    """Of each service the workloads of each component."""
    missing: tuple[Missing, ...]


def build(estate: Estate) -> EstateGraph:
    """The graph of that estate; the same whatever order its files and elements came in."""
    needs, where = Needs(), Whereabouts(estate)
    networks = SiteNetworks(estate, where)
    seen = Seen(needs, estate, where, Reach(needs, estate), components_of(estate))
    _declare(needs, estate)
    derive_places(needs, estate)
    derive_power(needs, estate)
    derive_cooling(needs, estate, where)
    _devices(needs, estate, where)
    derive_networks(needs, estate, networks)
    derive_circuits(needs, estate, networks)
    declare_platforms(needs, estate, where, networks)
    derive_workloads(needs, estate, seen)
    derive_services(needs, estate, seen)
    derive_datasets(needs, estate, seen)
    derive_platform_needs(needs, estate, seen)
    _device_needs(needs, estate, seen)
    derive_others(needs, estate, seen)
    derive_hazards(needs, estate)
    derive_firmware(needs, estate, where)
    _settle(needs, estate)
    return EstateGraph(estate, where, networks, needs.graph, seen.service_components, in_order(needs.missing))


def _declare(needs: Needs, estate: Estate) -> None:
    """Nodes for whatever others name before its own turn comes."""
    declare_hazards(needs, estate)
    for name, _ in by_id(estate.devices):
        needs.element(f"devices/{name}", "component")
    for name, _ in by_id(estate.circuits):
        needs.element(f"circuits/{name}", "component")
    for collection in ("workloads", "services", "datasets"):
        for name in sorted(estate.collection(collection)):
            needs.element(f"{collection}/{name}", None)
            for level in LEVELS[1:] if collection != "datasets" else ():
                needs.gate(at(f"{collection}/{name}", level), shows=f"{collection}/{name}")


def _devices(needs: Needs, estate: Estate, where: Whereabouts) -> None:
    serving = units_by_room(estate)
    for name, device in by_id(estate.devices):
        here = f"devices/{name}"
        if device.rack is not None:
            needs.need(here, f"racks/{device.rack}", "stands in", ("devices", name, "rack"))
        else:
            needs.need(here, f"rooms/{device.room}", "stands in", ("devices", name, "room"))
        derive_device_power(needs, name, device, where)
        derive_device_cooling(needs, estate, name, where, serving)


def _device_needs(needs: Needs, estate: Estate, seen: Seen) -> None:
    for name, device in by_id(estate.devices):
        if device.needs:
            site = seen.where.device_sites[name]
            place = f"sites/{site}" if site else None
            seen.declare(f"devices/{name}", device.needs, ("devices", name, "needs"), place)
    for name, unit in by_id(estate.cooling):
        if unit.needs:
            seen.declare(f"cooling/{name}", unit.needs, ("cooling", name, "needs"), f"sites/{unit.site}")


def _settle(needs: Needs, estate: Estate) -> None:
    """What was named and never declared is taken as there, and said to be missing. A gate that nobody made
    of a declared element would pass for one that never fails, so that is an error of this package."""
    for name in sorted(node for node, attributes in needs.graph.nodes(data=True) if "op" not in attributes):
        element = re.split("[#@]", name)[0]
        if name != element and estate.element(element) is not None:
            raise LookupError(f"the gate {name} was never made")
        owners = sorted(needs.graph.predecessors(name))
        needs.graph.add_node(name, op="all", needs=0, flow=False, shows=element, category=None)
        if element.partition("/")[0] in ELEMENT_COLLECTIONS and owners:
            needs.element(element)
            path = needs.graph.edges[owners[0], name]["path"]
            needs.lacks(element, "declaration", path, "anything about it: it is named, and not in this phase")
