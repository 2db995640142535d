"""NET: administration on a network of its own, which works when what it repairs does not."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import listed
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Zone

EXPOSED = ("internet", "dmz", "users", "tenant")


@rule(
    "NET-001",
    "mgmt-isolation",
    severity=Severity.HIGH,
    title="Administration lives in a zone and a routing table of its own, reached through a bastion only",
    rationale="Who reaches the controllers of servers, storage and PDUs owns everything above them, "
    "whatever the "
    "services' own protection.",
    remediation="Put management networks in a zone of kind management and a VRF of their own, take flows "
    "from user, "
    "DMZ and tenant zones away, and let every other flow pass a bastion.",
    references=(
        nist("SC-7(13)", "SC-7(15)", "SC-7(21)", "AC-17(3)", "SC-37"),
        csf("PR.IR-01"),
        iso27001("A.8.20", "A.8.22"),
        cis("12.8", "12.3"),
    ),
    scope="Each network of kind management, and each zone that a flow into a management zone leaves.",
    unknown_when="a management network has no zone, or a flow into it does not say what it passes through",
    bad="zones: {users: {kind: users, flows: [{to: management, service: ssh}]}}",
    good="zones: {jump: {kind: restricted, flows: [{to: management, service: ssh, through: bastion, "
    "administrative: true}]}}",
)
def management_isolation(case: Case) -> Iterator[Outcome]:
    estate = case.estate
    for key, network in estate.networks.items():
        if network.kind == "management":
            yield _own_zone_and_table(case, key)
    management = {key for key, zone in estate.zones.items() if zone.kind == "management"}
    for key, zone in estate.zones.items():
        into = [index for index, flow in enumerate(zone.flows) if flow.to in management]
        if into and key not in management:
            yield _flows_into_management(key, zone, into)


def _own_zone_and_table(case: Case, key: str) -> Outcome:
    estate, network = case.estate, case.estate.networks[key]
    element, place = f"networks/{key}", ("networks", key, "zone")
    zone = estate.zones.get(network.zone or "")
    if zone is None:
        return unknown(
            element, "Nothing says which zone it is in.", "Declare `zone`, of kind management.", place
        )
    if zone.kind != "management":
        return fails(
            element,
            f"It carries administration and is in {zone.id}, a zone of kind {zone.kind}.",
            "Put it into a zone of kind management.",
            place,
            ("zones", zone.id, "kind"),
        )
    neighbours = sorted(
        name
        for name, other in estate.networks.items()
        if other.vrf == network.vrf
        and other.kind not in ("management", "peering")
        and (other.site is None or network.site is None or other.site == network.site)
    )
    if neighbours:
        return fails(
            element,
            f"It shares the routing table {network.vrf} with {listed(neighbours, most=4)}.",
            "Give management networks a `vrf` of their own.",
            ("networks", key, "vrf"),
            *(("networks", name, "vrf") for name in neighbours[:4]),
        )
    return passes(
        element,
        f"It is in {zone.id}, with the routing table {network.vrf} of its own.",
        place,
        ("networks", key, "vrf"),
    )


def _flows_into_management(key: str, zone: Zone, into: list[int]) -> Outcome:
    element = f"zones/{key}"
    places: tuple[FieldPath, ...] = tuple(("zones", key, "flows", index) for index in into)
    if zone.kind in EXPOSED:
        flows = [f"{zone.flows[index].service} to {zone.flows[index].to}" for index in into]
        return fails(
            element,
            f"It is a zone of kind {zone.kind} and may reach the management network: {listed(flows)}.",
            "Take these flows away; administrators come through a bastion.",
            *places,
        )
    silent = [index for index in into if zone.flows[index].through is None]
    if silent:
        flow = zone.flows[silent[0]]
        return unknown(
            element,
            f"Its flow {flow.service} to {flow.to} does not say what it passes through.",
            "Declare `through`: the bastion.",
            *(("zones", key, "flows", index, "through") for index in silent),
        )
    through = sorted({zone.flows[index].through or "" for index in into})
    return passes(element, f"It reaches the management network through {listed(through)} only.", *places)


@rule(
    "NET-002",
    "oob-survives",
    severity=Severity.HIGH,
    title="The management network works without what it is used to repair",
    rationale="When the fabric, the log-in or the names are down, administrators need a way in that "
    "stands on none "
    "of them; else recovery waits for itself.",
    remediation="Give it switches, a circuit and accounts of its own, and addresses that need no names.",
    references=(
        nist("SC-37", "CP-11", "CP-10"),
        csf("PR.IR-03", "RC.RP-02"),
        iso27001("A.8.14", "A.8.20"),
        iso22301("8.4.5"),
    ),
    parameters=(
        Parameter(
            "production_roles",
            "leaf spine core border firewall router load-balancer",
            "Roles of devices that carry production.",
            "judgement: what a fault in production takes down",
        ),
    ),
    scope="Each network of kind management at a site with vital devices, or of no one site.",
    unknown_when="what it depends on is not declared: there is no network that depends on nothing",
    bad="networks: {oob: {kind: management, depends_on: [devices/core-1, platforms/identity]}}",
    good="networks: {oob: {kind: management, depends_on: [devices/oob-switch-1, circuits/oob-lte]}}",
)
def out_of_band_survives(case: Case) -> Iterator[Outcome]:
    for key, network in case.estate.networks.items():
        if network.kind != "management" or (
            network.site is not None and network.site not in case.facts.critical_sites
        ):
            continue
        element, place = f"networks/{key}", ("networks", key, "depends_on")
        if not network.depends_on:
            yield unknown(
                element,
                "Nothing says what it depends on, so whether it outlives production is not known.",
                "Declare `depends_on`: its own switches, its own circuit, its power.",
                place,
            )
            continue
        shared = [
            (name, why, index)
            for index, first in enumerate(network.depends_on)
            for name in _under(case, first)
            if (why := _of_production(case, name)) is not None
        ]
        if shared:
            yield fails(
                element,
                f"It depends on {listed([f'{name} ({why})' for name, why, _ in shared])}, which it is "
                f"used to repair.",
                "Let it stand on equipment, a circuit and accounts of its own.",
                *(("networks", key, "depends_on", index) for _, _, index in shared),
            )
        else:
            yield passes(
                element, f"It depends on {listed(network.depends_on)}, and on nothing of production.", place
            )


def _under(case: Case, reference: str) -> tuple[str, ...]:
    """The element and what it needs to run, transitively, as platforms and devices declare it."""
    seen = {reference: None}
    pending = [reference]
    while pending:
        needs = getattr(case.estate.element(pending.pop()), "needs", ())
        for need in needs if isinstance(needs, tuple) else ():
            if need.kind == "run" and need.on is not None and need.on not in seen:
                seen[need.on] = None
                pending.append(need.on)
    return tuple(seen)


def _of_production(case: Case, reference: str) -> str | None:
    """Why the element is a part of what the management network repairs; None where it is not."""
    estate = case.estate
    collection, _, key = reference.partition("/")
    match collection:
        case "services":
            return "a service"
        case "platforms":
            platform = estate.platforms.get(key)
            return (
                f"a platform of kind {platform.kind}" if platform and platform.kind != "management" else None
            )
        case "networks":
            network = estate.networks.get(key)
            return f"a network of kind {network.kind}" if network and network.kind != "management" else None
        case "circuits":
            circuit = estate.circuits.get(key)
            return f"a circuit of kind {circuit.kind}" if circuit and circuit.kind != "oob" else None
        case "devices":
            device = estate.devices.get(key)
            if device is None:
                return None
            if device.role in case.words("production_roles"):
                return f"a {device.role}"
            clusters = [
                name
                for name in case.facts.platform_of.get(key, ())
                if estate.platforms[name].kind != "management"
            ]
            return f"a node of {clusters[0]}" if clusters else None
        case _:
            return None
