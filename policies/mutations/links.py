"""Ways to break circuits, networks and zones."""

from collections.abc import Iterator

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.networks import Circuit, Detection, Flow


@mutation("WAN-001", "Two circuits of a pair of sites run through one duct.")
def ducts_merged(ground: Ground) -> Iterator[Mutant]:
    for one, other in _parallel(ground):
        if one.segments and other.segments:
            segments = (*other.segments[:1], one.segments[len(one.segments) // 2], *other.segments[1:])
            yield ground.put("circuits", other, segments=segments)


@mutation("WAN-001", "Two circuits of a pair of sites are of one carrier.")
def carriers_merged(ground: Ground) -> Iterator[Mutant]:
    for one, other in _parallel(ground):
        if one.carrier != other.carrier:
            yield ground.put("circuits", other, carrier=one.carrier)


@mutation("WAN-001", "Nobody says where a circuit runs.")
def route_not_told(ground: Ground) -> Iterator[Mutant]:
    for _, other in _parallel(ground):
        yield ground.put("circuits", other, segments=None)


@mutation("WAN-002", "Links between the sites carry a thousandth.")
def links_too_narrow(ground: Ground) -> Iterator[Mutant]:
    pairs = [circuit for pair in _parallel(ground) for circuit in pair if circuit.bandwidth]
    if pairs:
        puts = tuple(
            ("circuits", one.id, one.model_copy(update={"bandwidth": (one.bandwidth or 0.0) / 1e4}))
            for one in {circuit.id: circuit for circuit in pairs}.values()
        )
        yield Mutant(f"circuits/{pairs[0].id}", puts)


@mutation("WAN-003", "Lost neighbours are noticed after three minutes.")
def default_timers(ground: Ground) -> Iterator[Mutant]:
    for network in ground.estate.networks.values():
        if network.kind == "peering" and network.detection is not None:
            yield ground.put("networks", network, detection=Detection.model_validate({"hold_time": "180 s"}))


@mutation("WAN-004", "Nobody tried a carrier's contingency plan for years.")
def contingency_not_tried(ground: Ground) -> Iterator[Mutant]:
    carriers = {circuit.carrier for pair in _parallel(ground) for circuit in pair}
    for vendor in ground.estate.vendors.values():
        if vendor.id in carriers and vendor.contingency_tested_on is not None:
            long_ago = ground.on.replace(year=ground.on.year - 5)
            yield ground.put("vendors", vendor, contingency_tested_on=long_ago)


@mutation("NET-001", "Users reach the management network.")
def users_reach_management(ground: Ground) -> Iterator[Mutant]:
    zones = ground.estate.zones.values()
    managed = [zone.id for zone in zones if zone.kind == "management"]
    for zone in zones:
        if zone.kind in ("users", "dmz", "tenant") and managed:
            flow = Flow(to=managed[0], service="ssh", ports="tcp/22", encryption="tls-1.3")
            yield ground.put("zones", zone, flows=(*zone.flows, flow))


@mutation("NET-001", "The management network shares the table of production.")
def one_routing_table(ground: Ground) -> Iterator[Mutant]:
    shared = {one.vrf for one in ground.estate.networks.values() if one.kind == "lan"}
    for network in ground.estate.networks.values():
        if network.kind == "management" and shared:
            yield ground.put("networks", network, vrf=min(shared))


@mutation("NET-002", "The management network depends on a vital platform.")
def management_on_production(ground: Ground) -> Iterator[Mutant]:
    vital = [one.id for one in ground.facts.critical_platforms if one.kind in ("identity", "dns", "compute")]
    for network in ground.estate.networks.values():
        if network.kind == "management" and network.site in ground.facts.critical_sites and vital:
            depends = (*network.depends_on, f"platforms/{vital[0]}")
            yield ground.put("networks", network, depends_on=depends)


@mutation("NET-003", "Confidential data lies where the Internet comes in.")
def data_in_the_dmz(ground: Ground) -> Iterator[Mutant]:
    classes = [
        one.id for one in ground.estate.data_classes.values() if one.level in ("confidential", "secret")
    ]
    for zone in ground.estate.zones.values():
        if zone.kind == "dmz" and classes:
            yield ground.put("zones", zone, holds=(*zone.holds, classes[0]))


@mutation("NET-004", "Nothing stands between zones any more.")
def no_enforcement_point(ground: Ground) -> Iterator[Mutant]:
    entered = {
        zone.id for zone in ground.estate.zones.values() if zone.kind in ("internal", "restricted", "backup")
    }
    open_networks = [
        ("networks", one.id, one.model_copy(update={"enforced_by": ()}))
        for one in ground.estate.networks.values()
        if one.enforced_by
    ]
    for zone in ground.estate.zones.values():
        if any(flow.to in entered for flow in zone.flows):
            flows = tuple(flow.model_copy(update={"through": None}) for flow in zone.flows)
            without = zone.model_copy(update={"flows": flows})
            yield Mutant(f"zones/{zone.id}", (("zones", zone.id, without), *open_networks))


@mutation("CRY-002", "A link between the sites is not encrypted.")
def link_in_clear(ground: Ground) -> Iterator[Mutant]:
    for circuit in ground.estate.circuits.values():
        between = all(end.site is not None for end in circuit.ends)
        if between and circuit.kind != "internet" and circuit.encryption not in (None, "none"):
            yield ground.put("circuits", circuit, encryption="none")


@mutation("CRY-002", "An administrative flow is in clear.")
def administration_in_clear(ground: Ground) -> Iterator[Mutant]:
    for zone in ground.estate.zones.values():
        if any(flow.administrative for flow in zone.flows):
            flows = tuple(
                flow.model_copy(update={"encryption": "none"}) if flow.administrative else flow
                for flow in zone.flows
            )
            yield ground.put("zones", zone, flows=flows)


def _parallel(ground: Ground) -> Iterator[tuple[Circuit, Circuit]]:
    """Two circuits, and no third, between a primary and a DR site."""
    roles = {site.id: site.role for site in ground.estate.sites.values()}
    found: dict[frozenset[str], list[Circuit]] = {}
    for circuit in ground.estate.circuits.values():
        ends = [end.site for end in circuit.ends if end.site is not None]
        if circuit.kind != "oob" and {roles[site] for site in ends} == {"primary", "dr"}:
            found.setdefault(frozenset(ends), []).append(circuit)
    for circuits in found.values():
        if len(circuits) == 2:
            yield circuits[0], circuits[1]


MUTATIONS: tuple[Mutation, ...] = (
    ducts_merged,
    carriers_merged,
    route_not_told,
    links_too_narrow,
    default_timers,
    contingency_not_tried,
    users_reach_management,
    one_routing_table,
    management_on_production,
    data_in_the_dmz,
    no_enforcement_point,
    link_in_clear,
    administration_in_clear,
)
