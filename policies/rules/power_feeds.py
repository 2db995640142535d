"""PWR: two ways for power to every vital device, and switches that can be maintained."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.power_paths import Supply
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import counted, listed
from specs.findings import Severity
from specs.issues import FieldPath


@rule(
    "PWR-001",
    "dual-feed",
    severity=Severity.CRITICAL,
    title="Every vital device and its rack are fed on two ways that no one element takes both",
    rationale="A single cord, or two that meet in one UPS or board, makes an outage of every maintenance "
    "of it.",
    remediation="Plug the second supply into a PDU of the other path; feed that PDU from that path's own "
    "UPS; put a "
    "device that has but one supply behind a transfer switch.",
    references=(
        nist("PE-9", "PE-9(1)", "PE-11", "CP-8(2)"),
        csf("PR.IR-02", "PR.IR-03"),
        iso27001("A.7.11", "A.8.14"),
        iso22301("8.3.4"),
    ),
    scope="Each device that a tier 0 or 1 platform stands on or is reached through, and each rack with "
    "such a device.",
    unknown_when="a device's or rack's feeds are not declared",
    bad="devices: {db-1: {model: server, rack: a-01, feeds: [pdu-a-01-a]}}",
    good="devices: {db-1: {model: server, rack: a-01, feeds: [pdu-a-01-a, pdu-a-01-b]}}",
)
def dual_feed(case: Case) -> Iterator[Outcome]:
    racks = sorted(
        {
            device.rack
            for key in case.facts.critical_devices
            if (device := case.estate.devices[key]).rack is not None and device.feeds
        }
    )
    for key in racks:
        if key in case.estate.racks:
            yield _rack(case, key)
    for key, why in case.facts.critical_devices.items():
        model = case.estate.models.get(case.estate.devices[key].model)
        if model is None or model.device_type.is_powered:
            yield _device(case, key, why)


def _rack(case: Case, key: str) -> Outcome:
    element, feeds = f"racks/{key}", case.estate.racks[key].feeds
    place: FieldPath = ("racks", key, "feeds")
    if not feeds:
        return unknown(
            element,
            "It holds vital devices, and nothing says which PDUs stand in it.",
            "Declare `feeds`: one PDU of each path.",
            place,
        )
    return _judge_supply(case, element, Supply(tuple(sorted(feeds)), 1), place, "It")


def _device(case: Case, key: str, why: str) -> Outcome:
    element, device = f"devices/{key}", case.estate.devices[key]
    place: FieldPath = ("devices", key, "feeds")
    supply = case.supplies.of_devices.get(key)
    if supply is None:
        return unknown(
            element,
            f"It is {why}, and nothing says what it is plugged into.",
            "Declare `feeds`: one entry a cord.",
            place,
        )
    return _judge_supply(case, element, supply, place, f"It is {why}; it", device.rack)


def _judge_supply(
    case: Case, element: str, supply: Supply, place: FieldPath, it: str, rack: str | None = None
) -> Outcome:
    paths, cords = case.supplies.paths, sorted(set(supply.cords))
    cuts = case.supplies.cuts(supply)
    looked: tuple[FieldPath, ...] = (place, *(("power", cord, "inputs") for cord in cords))
    if len(cords) == 1 and (stretch := paths.switched_stretch(cords[0])):
        cuts = tuple(cut for cut in cuts if cut not in stretch)
        if not cuts:
            return passes(element, f"{it} is fed by {cords[0]}, behind {stretch[-1]}.", *looked)
    if not cuts:
        return passes(element, f"{it} is fed on two ways, by {listed(cords)}.", *looked)
    if len(cords) == 1:
        return fails(
            element,
            f"{it} is fed by {cords[0]} alone.",
            "Feed it from a PDU of the other path too, or from a transfer switch between both.",
            *looked,
        )
    if len(supply.cords) <= supply.needed:
        return fails(
            element,
            f"{it} has {counted(len(supply.cords), 'cord')} and needs {supply.needed} of them: the loss "
            f"of either "
            "path stops it.",
            "Fit more supplies, or a model that runs on the supplies of one path.",
            *looked,
        )
    crossing = paths.crossing(cords)
    met = f"{it} is fed by {listed(cords)}, and all of it runs through {listed(list(cuts), most=3)}"
    if crossing is not None:
        name, at = crossing
        source = case.estate.power[name].inputs[int(at[3])].source
        return fails(
            element,
            f"{met}: {name} is of path {case.estate.power[name].path} and fed by {source}, of path "
            f"{case.estate.power[source].path}.",
            f"Feed {name} from path {case.estate.power[name].path}.",
            at,
            *looked,
            cause=f"power/{name}",
        )
    return fails(
        element,
        f"{met}.",
        f"Feed one of {listed(cords)} on a way that {cuts[0]} is no part of.",
        *looked,
        ("power", cuts[0]),
        cause=f"power/{cuts[0]}",
    )


@rule(
    "PWR-005",
    "utility-diversity",
    severity=Severity.MEDIUM,
    title="Grid feeds come from different substations, of one site and of the two sites",
    rationale="One substation takes both feeds of a site, or both sites.",
    remediation="Have a feed from another high-voltage substation, on another route.",
    references=(
        nist("PE-9(1)", "CP-6(1)", "CP-7(1)", "PE-11"),
        csf("PR.IR-02", "PR.IR-03"),
        iso27001("A.7.11", "A.7.5"),
    ),
    scope="Each utility feed of a primary or DR site that has a counterpart: at its own site or at the "
    "other.",
    unknown_when="a feed's substation is not declared",
    bad="power: {grid-1: {kind: utility, substation: north}, grid-2: {kind: utility, substation: north}}",
    good="power: {grid-1: {kind: utility, substation: north}, grid-2: {kind: utility, substation: west}}",
)
def utility_diversity(case: Case) -> Iterator[Outcome]:
    roles = {key: site.role for key, site in case.estate.sites.items() if site.role in ("primary", "dr")}
    feeds = {
        key: power
        for key, power in case.estate.power.items()
        if power.kind == "utility" and power.site in roles
    }
    for key, feed in feeds.items():
        others = {
            other: power
            for other, power in feeds.items()
            if other != key and (power.site == feed.site or roles[power.site] != roles[feed.site])
        }
        if not others:
            continue
        element, place = f"power/{key}", ("power", key, "substation")
        if feed.substation is None:
            yield unknown(element, "Nothing says which substation feeds it.", "Declare `substation`.", place)
            continue
        same = sorted(other for other, power in others.items() if power.substation == feed.substation)
        if same:
            yield fails(
                element,
                f"It comes from {feed.substation}, as {listed(same)} does.",
                "Have one of them fed from another substation.",
                place,
                *(("power", other, "substation") for other in same),
                cause=f"power/{min([key, *same])}",
            )
        else:
            yield passes(element, f"No counterpart of it comes from {feed.substation}.", place)


@rule(
    "PWR-006",
    "switch-maintenance",
    severity=Severity.HIGH,
    title="A transfer switch can be maintained without an outage of what it feeds",
    rationale="A switch that nobody can take out is not maintained, and fails when it is called.",
    remediation="Fit a maintenance bypass, or feed what hangs on it on a second way that does not run "
    "through it.",
    references=(
        nist("PE-9(1)", "PE-11", "MA-2", "SI-13"),
        csf("PR.IR-02", "PR.IR-03"),
        iso27001("A.7.11", "A.7.13"),
    ),
    scope="Each transfer switch at a site with vital devices.",
    unknown_when="devices hang on it alone, and whether it has a bypass is not declared",
    bad="power: "
    "{ats-1: {kind: transfer-switch, bypass: false, inputs: [{source: board-a}, {source: board-b}]}}",
    good="power: "
    "{ats-1: {kind: transfer-switch, bypass: true, inputs: [{source: board-a}, {source: board-b}]}}",
)
def switch_maintenance(case: Case) -> Iterator[Outcome]:
    hang_on: dict[str, list[str]] = {}
    for key in case.facts.critical_devices:
        supply = case.supplies.of_devices.get(key)
        for cut in case.supplies.cuts(supply) if supply is not None else ():
            hang_on.setdefault(cut, []).append(key)
    sites = set(case.facts.critical_sites)
    for key, switch in case.estate.power.items():
        if switch.kind != "transfer-switch" or switch.site not in sites:
            continue
        element, place, devices = f"power/{key}", ("power", key, "bypass"), sorted(hang_on.get(key, ()))
        if switch.bypass:
            yield passes(element, "It has a maintenance bypass.", place)
        elif not devices:
            yield passes(element, "No vital device hangs on it alone.", place)
        elif switch.bypass is None:
            yield unknown(
                element,
                f"{_hanging(devices)} on it alone, and nothing says whether it has a maintenance bypass.",
                "Declare `bypass`.",
                place,
            )
        else:
            yield fails(
                element,
                f"{_hanging(devices)} on it alone, and it has no maintenance bypass.",
                "Fit a bypass, or feed these devices on a second way too.",
                place,
            )


def _hanging(devices: list[str]) -> str:
    verb = "hangs" if len(devices) == 1 else "hang"
    return f"{listed(devices, most=4)} {verb}"
