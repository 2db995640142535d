"""NET: administration on a network of its own, which works when what it repairs does not."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Zone
from specs.sentences import Sentence, listed, say

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
        mending = say("Declare `zone`, of kind management.")
        return unknown(element, say("Nothing says which zone it is in."), mending, place)
    if zone.kind != "management":
        return fails(
            element,
            say(
                "It carries administration and is in {zone}, a zone of kind {kind}.",
                zone=zone.id,
                kind=str(zone.kind),
            ),
            say("Put it into a zone of kind management."),
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
            say(
                "It shares the routing table {vrf} with {networks}.",
                vrf=network.vrf,
                networks=listed(neighbours, most=4),
            ),
            say("Give management networks a `vrf` of their own."),
            ("networks", key, "vrf"),
            *(("networks", name, "vrf") for name in neighbours[:4]),
        )
    return passes(
        element,
        say("It is in {zone}, with the routing table {vrf} of its own.", zone=zone.id, vrf=network.vrf),
        place,
        ("networks", key, "vrf"),
    )


def _flows_into_management(key: str, zone: Zone, into: list[int]) -> Outcome:
    element = f"zones/{key}"
    places: tuple[FieldPath, ...] = tuple(("zones", key, "flows", index) for index in into)
    if zone.kind in EXPOSED:
        flows = [_flow(zone, index) for index in into]
        return fails(
            element,
            say(
                "It is a zone of kind {kind} and may reach the management network: {flows}.",
                kind=zone.kind,
                flows=listed(flows),
            ),
            say("Take these flows away; administrators come through a bastion."),
            *places,
        )
    silent = [index for index in into if zone.flows[index].through is None]
    if silent:
        return unknown(
            element,
            say("Its flow {flow} does not say what it passes through.", flow=_flow(zone, silent[0])),
            say("Declare `through`: the bastion."),
            *(("zones", key, "flows", index, "through") for index in silent),
        )
    through = sorted({zone.flows[index].through or "" for index in into})
    told = say("It reaches the management network through {bastions} only.", bastions=listed(through))
    return passes(element, told, *places)


def _flow(zone: Zone, index: int) -> Sentence:
    return say("{service} to {zone}", service=zone.flows[index].service, zone=zone.flows[index].to)


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
                say("Nothing says what it depends on, so whether it outlives production is not known."),
                say("Declare `depends_on`: its own switches, its own circuit, its power."),
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
                say(
                    "It depends on {elements}, which it is used to repair.",
                    elements=listed(
                        [say("{element} ({what})", element=name, what=why) for name, why, _ in shared]
                    ),
                ),
                say("Let it stand on equipment, a circuit and accounts of its own."),
                *(("networks", key, "depends_on", index) for _, _, index in shared),
            )
        else:
            told = say(
                "It depends on {elements}, and on nothing of production.", elements=listed(network.depends_on)
            )
            yield passes(element, told, place)


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


def _of_production(case: Case, reference: str) -> Sentence | None:
    """Why the element is a part of what the management network repairs; None where it is not."""
    estate = case.estate
    collection, _, key = reference.partition("/")
    match collection:
        case "services":
            return say("a service")
        case "platforms":
            platform = estate.platforms.get(key)
            if platform is None or platform.kind == "management":
                return None
            return say("a platform of kind {kind}", kind=platform.kind)
        case "networks":
            network = estate.networks.get(key)
            if network is None or network.kind == "management":
                return None
            return say("a network of kind {kind}", kind=network.kind)
        case "circuits":
            circuit = estate.circuits.get(key)
            if circuit is None or circuit.kind == "oob":
                return None
            return say("a circuit of kind {kind}", kind=circuit.kind)
        case "devices":
            device = estate.devices.get(key)
            if device is None:
                return None
            if device.role in case.words("production_roles"):
                return say("a {role}", role=device.role or "")
            clusters = [
                name
                for name in case.facts.platform_of.get(key, ())
                if estate.platforms[name].kind != "management"
            ]
            return say("a node of {platform}", platform=clusters[0]) if clusters else None
        case _:
            return None
