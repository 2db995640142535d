"""NET: secrets away from the internet, networks of their own, and a guard at every crossing."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Zone
from specs.platforms import Platform
from specs.sentences import listed, say

SECRET = ("confidential", "secret")
EXPOSED = ("internet", "dmz", "users")
"""Kinds of zone that outsiders are in, or reach at once."""
OWN_ZONES: Mapping[str, str] = {"backup": "backup", "evidence": "forensics", "siem": "cert"}
"""By kind of platform: the kind of zone that is its own."""


@rule(
    "NET-003",
    "zone-segmentation",
    severity=Severity.HIGH,
    title="Confidential data faces no outsiders; backup, evidence and response team have zones of their own",
    rationale="Whoever breaks into a front server is in its zone; what else is there is theirs. Backups, "
    "logs and evidence are what an intruder spoils first.",
    remediation="Keep confidential data in zones of their own behind the front ones, and give backup, "
    "forensics and the response team one each.",
    references=(
        nist("SC-7", "SC-7(21)", "SC-7(22)", "SC-3"),
        csf("PR.IR-01"),
        iso27001("A.8.22", "A.8.20"),
        cis("3.12", "12.2"),
    ),
    scope="The ways to the internet; each zone that outsiders are in or reach at once; each platform "
    "with a copy of confidential data; each platform for backup, evidence or security events; each "
    "zone of kind backup, forensics or cert.",
    unknown_when="such a platform's zone is not declared, or a circuit leads to the internet and no "
    "zone of that kind is",
    bad="zones: {dmz: {kind: dmz, holds: [citizens]}} # a confidential class",
    good="zones: {dmz: {kind: dmz}, data: {kind: restricted, holds: [citizens]}}",
)
def zone_segmentation(case: Case) -> Iterator[Outcome]:
    secret = _secret_classes(case)
    exposed = _exposed(case)
    yield from _internet_declared(case)
    for key, why in exposed.items():
        yield _holds_nothing_secret(case.estate.zones[key], why, secret)
    copies = _secret_copies(case, secret)
    for key, platform in case.estate.platforms.items():
        if key in copies:
            yield _behind(case, platform, copies[key], exposed)
        if platform.kind in OWN_ZONES:
            yield _in_its_own(case, platform)
    for key, zone in case.estate.zones.items():
        if zone.kind in (*OWN_ZONES.values(), "management"):
            yield _nothing_else(case, key, zone)


def _secret_classes(case: Case) -> frozenset[str]:
    return frozenset(key for key, one in case.estate.data_classes.items() if one.level in SECRET)


def _exposed(case: Case) -> dict[str, tuple[str, FieldPath]]:
    """Zones that outsiders are in or reach at once, each with what makes it one and where that is said."""
    estate = case.estate
    found: dict[str, tuple[str, FieldPath]] = {}
    for key, zone in estate.zones.items():
        if zone.kind in EXPOSED:
            found[key] = (zone.kind, ("zones", key, "kind"))
    for key, zone in estate.zones.items():
        for index, flow in enumerate(zone.flows):
            if zone.kind == "internet" and flow.to in estate.zones:
                found.setdefault(flow.to, (f"zones/{key}", ("zones", key, "flows", index)))
    for key, network in estate.networks.items():
        if network.kind == "public" and network.zone in estate.zones:
            found.setdefault(network.zone, (f"networks/{key}", ("networks", key, "zone")))
    return dict(sorted(found.items()))


def _internet_declared(case: Case) -> Iterator[Outcome]:
    """Without a zone for the internet nobody knows what it reaches."""
    upstream = sorted(key for key, circuit in case.estate.circuits.items() if circuit.kind == "internet")
    if upstream and not any(zone.kind == "internet" for zone in case.estate.zones.values()):
        yield unknown(
            f"circuits/{upstream[0]}",
            say("It leads to the internet, and no zone says what may come in by it."),
            say("Declare a zone of kind {kind}, with its {field}.", kind="internet", field="`flows`"),
            *(("circuits", key) for key in upstream[:3]),
            aspect="internet",
        )


def _holds_nothing_secret(zone: Zone, why: tuple[str, FieldPath], secret: frozenset[str]) -> Outcome:
    element, (reason, place) = f"zones/{zone.id}", why
    held = [(index, name) for index, name in enumerate(zone.holds) if name in secret]
    if held:
        return fails(
            element,
            say(
                "It faces outsiders ({why}) and holds data of the class {classes}.",
                why=reason,
                classes=listed([name for _, name in held]),
            ),
            say("Keep that data in a zone behind it."),
            *(("zones", zone.id, "holds", index) for index, _ in held),
            place,
            aspect="holds",
        )
    if zone.kind not in EXPOSED:
        return fails(
            element,
            say("It faces outsiders ({why}) and is a zone of kind {kind}.", why=reason, kind=zone.kind),
            say("Let outsiders come into a zone of kind {kind} alone.", kind="dmz"),
            place,
            ("zones", zone.id, "kind"),
            aspect="holds",
        )
    told = say("It faces outsiders ({why}) and holds no confidential data.", why=reason)
    return passes(element, told, ("zones", zone.id, "holds"), place, aspect="holds")


def _secret_copies(case: Case, secret: frozenset[str]) -> dict[str, list[str]]:
    """By platform: datasets of a confidential class that it keeps the first copy of, or a later one."""
    found: dict[str, list[str]] = {}
    for key, dataset in case.estate.datasets.items():
        if dataset.data_class in secret:
            targets = {copy.target for copy in case.facts.replications_of.get(key, ())}
            for platform in sorted({dataset.home.platform, *targets}):
                found.setdefault(platform, []).append(key)
    return found


def _behind(
    case: Case, platform: Platform, datasets: list[str], exposed: Mapping[str, tuple[str, FieldPath]]
) -> Outcome:
    element, place, aspect = f"platforms/{platform.id}", ("platforms", platform.id, "zone"), "data"
    what = listed(datasets, most=3)
    if platform.zone not in case.estate.zones:
        return unknown(
            element,
            say("It keeps {data}, and nothing says which zone it is in.", data=what),
            say("Declare {field}.", field="`zone`"),
            place,
            aspect=aspect,
        )
    zone = platform.zone or ""
    if zone in exposed:
        why, told_at = exposed[zone]
        return fails(
            element,
            say("It keeps {data} in {zone}, which faces outsiders ({why}).", data=what, zone=zone, why=why),
            say("Move it into a zone behind, and let the front reach it through a firewall."),
            place,
            told_at,
            cause=f"zones/{zone}" if case.estate.zones[zone].kind not in EXPOSED else "",
            aspect=aspect,
        )
    return passes(element, say("It keeps {data} in {zone}.", data=what, zone=zone), place, aspect=aspect)


def _in_its_own(case: Case, platform: Platform) -> Outcome:
    element, place, aspect = f"platforms/{platform.id}", ("platforms", platform.id, "zone"), "own-zone"
    zone, wanted = case.estate.zones.get(platform.zone or ""), OWN_ZONES[platform.kind]
    if zone is None:
        return unknown(
            element,
            say("Nothing says which zone it is in."),
            say("Declare {field}, of kind {kind}.", field="`zone`", kind=wanted),
            place,
            aspect=aspect,
        )
    if zone.kind != wanted:
        return fails(
            element,
            say(
                "It is of kind {what} and in {zone}, a zone of kind {kind}.",
                what=platform.kind,
                zone=zone.id,
                kind=zone.kind,
            ),
            say("Give it a zone of kind {kind}.", kind=wanted),
            place,
            ("zones", zone.id, "kind"),
            aspect=aspect,
        )
    told = say("It is in {zone}, a zone of kind {kind}.", zone=zone.id, kind=zone.kind)
    return passes(element, told, place, ("zones", zone.id, "kind"), aspect=aspect)


def _nothing_else(case: Case, key: str, zone: Zone) -> Outcome:
    """A platform whose services run elsewhere too belongs to production."""
    platforms, facts = case.estate.platforms, case.facts
    strangers = []
    for name in facts.platforms_in.get(key, ()):
        if platforms[name].kind in OWN_ZONES:
            continue
        services = {work.service for work in facts.workloads_on.get(name, ())}
        homes = {
            case.estate.zones[other].kind
            for service in services
            for work in facts.workloads_of.get(service, ())
            if (other := platforms[work.platform].zone if work.platform in platforms else None) is not None
            and other in case.estate.zones
        }
        if homes - {zone.kind}:
            strangers.append(name)
    if strangers:
        return fails(
            f"zones/{key}",
            say(
                "It is a zone of kind {kind}, and {platforms} of production are in it.",
                kind=zone.kind,
                platforms=listed(strangers, most=4),
            ),
            say("Give production zones of its own."),
            *(("platforms", name, "zone") for name in strangers[:4]),
            aspect="own",
        )
    told = say("No platform of production is in it.")
    return passes(f"zones/{key}", told, ("zones", key, "kind"), aspect="own")


GUARDED = ("restricted", "backup", "forensics", "cert", "internal")
"""Kinds of zone that nothing enters unseen; NET-001 judges what enters a management zone."""


@rule(
    "NET-004",
    "guarded-crossings",
    severity=Severity.HIGH,
    title="What crosses into a zone passes an enforcement point, and no passing permission has run out",
    rationale="A line in a table of flows stops nobody; a device on the way does. Permissions given for a "
    "migration are still there years later, and nobody remembers why.",
    remediation="Name the firewall that each flow passes, and take permissions away when their day is over.",
    references=(
        nist("SC-7", "SC-7(21)"),
        csf("PR.IR-01"),
        iso27001("A.8.20", "A.8.22"),
        cis("12.2"),
    ),
    parameters=(
        Parameter(
            "points",
            "firewall management load-balancer integration identity",
            "Kinds of platform, and roles of devices, that count as enforcement points.",
            "judgement: what inspects and refuses; a switch or a server passes everything on",
        ),
    ),
    scope="Each pair of zones that flows lead between, where they enter an internal, restricted, backup, "
    "forensics or response team's zone; and each zone with a passing permission.",
    unknown_when="a flow does not say what it passes through",
    bad="zones: {internet: {kind: internet, flows: [{to: internal, service: https}]}}",
    good="zones: {internet: {kind: internet, flows: [{to: dmz, service: https}]}, "
    "dmz: {kind: dmz, flows: [{to: internal, service: https, through: firewalls}]}}",
)
def guarded_crossings(case: Case) -> Iterator[Outcome]:
    zones = case.estate.zones
    for key, zone in zones.items():
        entered: dict[str, list[int]] = {}
        for index, flow in enumerate(zone.flows):
            if flow.to in zones and flow.to != key and zones[flow.to].kind in GUARDED:
                entered.setdefault(flow.to, []).append(index)
        for target, flows in sorted(entered.items()):
            yield _guarded(case, zone, target, flows)
        passing = [index for index, flow in enumerate(zone.flows) if flow.expires is not None]
        if passing:
            yield _not_run_out(case, zone, passing)


def _guarded(case: Case, zone: Zone, target: str, flows: list[int]) -> Outcome:
    element, aspect, estate = f"zones/{zone.id}", f"to-{target}", case.estate
    points = case.words("points")
    silent: list[int] = []
    for index in flows:
        name = zone.flows[index].through
        if name is None:
            silent.append(index)
            continue
        platform, device = estate.platforms.get(name), estate.devices.get(name)
        kind = platform.kind if platform is not None else device.role if device is not None else ""
        if kind not in points:
            return fails(
                element,
                say(
                    "Its flow {flow} to {zone} passes {point}, of kind {kind}, which refuses nothing.",
                    flow=zone.flows[index].service,
                    zone=target,
                    point=name,
                    kind=kind,
                ),
                say("Let it pass a firewall."),
                ("zones", zone.id, "flows", index, "through"),
                aspect=aspect,
            )
    if silent:
        return unknown(
            element,
            say(
                "Its flow {flow} to {zone} does not say what it passes.",
                flow=zone.flows[silent[0]].service,
                zone=target,
            ),
            say("Declare {field}: the firewall.", field="`through`"),
            *(("zones", zone.id, "flows", index, "through") for index in silent),
            aspect=aspect,
        )
    through = sorted({zone.flows[index].through or "" for index in flows})
    return passes(
        element,
        say("What leaves it for {zone} passes {points}.", zone=target, points=listed(through)),
        *(("zones", zone.id, "flows", index, "through") for index in flows),
        aspect=aspect,
    )


def _not_run_out(case: Case, zone: Zone, passing: list[int]) -> Outcome:
    element, aspect = f"zones/{zone.id}", "passing"
    over = [index for index in passing if (day := zone.flows[index].expires) is not None and day < case.on]
    if over:
        flow = zone.flows[over[0]]
        return fails(
            element,
            say(
                "Its flow {flow} to {zone} was permitted until {day}.",
                flow=flow.service,
                zone=flow.to,
                day=str(flow.expires),
            ),
            say("Take the flow away, or have it permitted anew."),
            *(("zones", zone.id, "flows", index, "expires") for index in over),
            aspect=aspect,
        )
    told = say("No passing permission has run out.")
    return passes(
        element, told, *(("zones", zone.id, "flows", index, "expires") for index in passing), aspect=aspect
    )
