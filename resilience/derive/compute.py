"""Platforms on their nodes, workloads on platforms, services on workloads: each at its minimum level and
in full."""

from collections import defaultdict

from resilience.derive.declared import LEVELS, Seen, at
from resilience.derive.network import SiteNetworks, note_missing_cables
from resilience.needs import Needs
from resilience.whereabouts import Whereabouts, by_id
from specs.model import Estate
from specs.platforms import Platform
from specs.services import Service, Workload


def components_of(estate: Estate) -> dict[str, dict[str, tuple[str, ...]]]:
    """Of each service the workloads of each component, all by id."""
    found: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in sorted(estate.services)}
    for name, workload in by_id(estate.workloads):
        if workload.service in found:
            found[workload.service][workload.component].append(name)
    return {
        service: {component: tuple(names) for component, names in sorted(parts.items())}
        for service, parts in found.items()
    }


def nodes_needed(platform: Platform, level: str) -> int:
    """How many nodes give the level; absent figures mean all nodes, and the minimum is the full load."""
    full = platform.needs_nodes or len(platform.nodes)
    needed = full if level == "full" else platform.minimum_nodes or full
    return min(needed, len(platform.nodes))


def declare_platforms(needs: Needs, estate: Estate, where: Whereabouts, networks: SiteNetworks) -> None:
    """Platforms with their nodes and voters, and one gate for each site where one stands at several."""
    for name, platform in by_id(estate.platforms):
        for level in LEVELS:
            here = at(f"platforms/{name}", level)
            if level == "minimum":
                needs.element(here, None if platform.nodes else "platform")
            else:
                needs.gate(here, shows=f"platforms/{name}")
            _nodes(needs, name, platform, level)
            _voters(needs, name, platform, here)
            _sites(needs, name, platform, level, where)
        if not platform.nodes:
            needs.lacks(f"platforms/{name}", "nodes", ("platforms", name, "nodes"), "what it is made of")
        for node in platform.nodes:
            note_missing_cables(needs, networks, node)


def _node(needs: Needs, device: str) -> str:
    return f"devices/{device}#attached" if f"devices/{device}#attached" in needs else f"devices/{device}"


def _nodes(needs: Needs, name: str, platform: Platform, level: str) -> None:
    if not platform.nodes:
        return
    here = at(f"platforms/{name}", level)
    gate = needs.gate(f"{here}#nodes", "k-of-n", nodes_needed(platform, level))
    needs.need(here, gate, "runs on", ("platforms", name, "nodes"))
    for position, node in enumerate(platform.nodes):
        needs.need(gate, _node(needs, node), "runs on", ("platforms", name, "nodes", position))


def _voters(needs: Needs, name: str, platform: Platform, here: str) -> None:
    """A leader that elects itself lives as long as a majority of the voters does."""
    if platform.quorum is None or not platform.quorum.automatic or not platform.quorum.voters:
        return
    voters = platform.quorum.voters
    gate = needs.gate(f"{here}#quorum", "k-of-n", len(voters) // 2 + 1)
    path = ("platforms", name, "quorum", "voters")
    needs.need(here, gate, "led by a majority of", path)
    for position, voter in enumerate(voters):
        node = _node(needs, voter.partition("/")[2]) if voter.startswith("devices/") else voter
        needs.need(gate, node, "led by a majority of", (*path, position))


def _sites(needs: Needs, name: str, platform: Platform, level: str, where: Whereabouts) -> None:
    here = at(f"platforms/{name}", level)
    sites = where.platform_sites[name]
    if not platform.nodes and sites:
        gate = needs.gate(f"{here}#sites", "any")
        needs.need(here, gate, "stands at", ("platforms", name, "sites"))
        for site in sites:
            needs.need(gate, f"sites/{site}", "stands at", ("platforms", name, "sites"))
    if len(sites) < 2:
        return
    for site in sites:
        placed = needs.gate(f"{here}@{site}", shows=f"platforms/{name}")
        needs.need(placed, here, "is", ("platforms", name))
        needs.need(placed, f"sites/{site}", "stands at", ("platforms", name, "sites"))
        local = [node for node in platform.nodes if where.device_sites.get(node) == site]
        if local:
            gate = needs.gate(f"{here}@{site}#nodes", "any")
            needs.need(placed, gate, "runs on", ("platforms", name, "nodes"))
            for node in local:
                position = platform.nodes.index(node)
                needs.need(gate, _node(needs, node), "runs on", ("platforms", name, "nodes", position))


def derive_platform_needs(needs: Needs, estate: Estate, seen: Seen) -> None:
    """What platforms declare that they need, seen from the one site they stand at, else from anywhere."""
    for name, platform in by_id(estate.platforms):
        sites = seen.where.platform_sites[name]
        place = f"sites/{sites[0]}" if len(sites) == 1 else None
        for level in LEVELS:
            here = at(f"platforms/{name}", level)
            seen.declare(here, platform.needs, ("platforms", name, "needs"), place, level)
        if platform.administered_by is not None:
            domain = f"admin_domains/{platform.administered_by}"
            path = ("platforms", name, "administered_by")
            needs.need(f"platforms/{name}", domain, "administered by", path, kind="administer")


def derive_datasets(needs: Needs, estate: Estate, seen: Seen) -> None:
    """A dataset by itself is its authoritative copy."""
    for name, dataset in by_id(estate.datasets):
        home = seen.placed(dataset.home.platform, dataset.home.site, "minimum")
        needs.need(f"datasets/{name}", home, "has its authoritative copy on", ("datasets", name, "home"))


def derive_workloads(needs: Needs, estate: Estate, seen: Seen) -> None:
    """A workload needs its platform at its site, its data, and what it and its service declare."""
    for name, workload in by_id(estate.workloads):
        for level in LEVELS:
            _workload(needs, estate, seen, name, workload, level)


def _workload(needs: Needs, estate: Estate, seen: Seen, name: str, workload: Workload, level: str) -> None:
    here, place = at(f"workloads/{name}", level), f"sites/{workload.site}"
    placed = seen.placed(workload.platform, workload.site, level)
    needs.need(here, placed, "runs on", ("workloads", name, "platform"))
    if workload.site not in seen.where.platform_sites.get(workload.platform, (workload.site,)):
        needs.need(here, place, "stands at", ("workloads", name, "site"))
    for position, dataset in enumerate(workload.datasets):
        node = seen.from_place(f"datasets/{dataset}", place, level)
        needs.need(here, node, "reads", ("workloads", name, "datasets", position))
    seen.declare(here, workload.needs, ("workloads", name, "needs"), place, level)
    service = estate.services.get(workload.service)
    if service is not None:
        seen.declare(here, service.needs, ("services", workload.service, "needs"), place, level)


def derive_services(needs: Needs, estate: Estate, seen: Seen) -> None:
    """A service runs while each component does, reached by all its users."""
    for name, service in by_id(estate.services):
        for level in LEVELS:
            _service(needs, seen, name, service, level)
        if not seen.service_components.get(name):
            needs.lacks(
                f"services/{name}", "workloads", ("services", name), "where it runs and what carries it"
            )


def _service(needs: Needs, seen: Seen, name: str, service: Service, level: str) -> None:
    here = at(f"services/{name}", level)
    components = seen.service_components.get(name, {})
    if not components:
        seen.declare(here, service.needs, ("services", name, "needs"), None, level)
        return
    users = [
        (f"sites/{site}", ("services", name, "users_at", at_)) for at_, site in enumerate(service.users_at)
    ]
    users += [
        (f"outside/{outside}", ("services", name, "users_outside", at_))
        for at_, outside in enumerate(service.users_outside)
    ]
    for place, path in users:
        needs.need(here, seen.from_place(f"services/{name}", place, level), f"serves {place} with", path)
    if not users:
        needs.lacks(
            f"services/{name}", "users_at", ("services", name, "users_at"), "from where it must be reached"
        )
        for component, workloads in components.items():
            gate = needs.gate(f"{here}#{component}", "any")
            needs.need(here, gate, f"component {component} runs as", ("services", name))
            for workload in workloads:
                fact = ("workloads", workload, "service")
                needs.need(gate, at(f"workloads/{workload}", level), f"component {component} runs as", fact)
