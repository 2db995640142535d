"""PWR: two ways for power to every vital device, and switches that can be maintained."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.power_paths import Supply
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say, say_count


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
            say("It holds vital devices, and nothing says which PDUs stand in it."),
            say("Declare `feeds`: one PDU of each path."),
            place,
        )
    return _judge_supply(case, element, Supply(tuple(sorted(feeds)), 1), place)


def _device(case: Case, key: str, why: Sentence) -> Outcome:
    element = f"devices/{key}"
    place: FieldPath = ("devices", key, "feeds")
    supply = case.supplies.of_devices.get(key)
    if supply is None:
        return unknown(
            element,
            say("It is {what}, and nothing says what it is plugged into.", what=why),
            say("Declare `feeds`: one entry a cord."),
            place,
        )
    return _judge_supply(case, element, supply, place, why)


def _judge_supply(
    case: Case, element: str, supply: Supply, place: FieldPath, what: Sentence | None = None
) -> Outcome:
    def it(does: Sentence) -> Sentence:
        if what is None:
            return say("It {does}.", does=does)
        return say("It is {what}; it {does}.", what=what, does=does)

    paths, cords = case.supplies.paths, sorted(set(supply.cords))
    cuts = case.supplies.cuts(supply)
    looked: tuple[FieldPath, ...] = (place, *(("power", cord, "inputs") for cord in cords))
    if len(cords) == 1 and (stretch := paths.switched_stretch(cords[0])):
        cuts = tuple(cut for cut in cuts if cut not in stretch)
        if not cuts:
            does = say("is fed by {cord}, behind {switch}", cord=cords[0], switch=stretch[-1])
            return passes(element, it(does), *looked)
    if not cuts:
        return passes(element, it(say("is fed on two ways, by {cords}", cords=listed(cords))), *looked)
    if len(cords) == 1:
        return fails(
            element,
            it(say("is fed by {cord} alone", cord=cords[0])),
            say("Feed it from a PDU of the other path too, or from a transfer switch between both."),
            *looked,
        )
    if len(supply.cords) <= supply.needed:
        return fails(
            element,
            it(
                say_count(
                    len(supply.cords),
                    "has {count} cord and needs {needed} of them: the loss of either path stops it",
                    "has {count} cords and needs {needed} of them: the loss of either path stops it",
                    needed=supply.needed,
                )
            ),
            say("Fit more supplies, or a model that runs on the supplies of one path."),
            *looked,
        )
    crossing = paths.crossing(cords)
    met = say(
        "is fed by {cords}, and all of it runs through {elements}",
        cords=listed(cords),
        elements=listed(cuts, most=3),
    )
    if crossing is not None:
        name, at = crossing
        source = case.estate.power[name].inputs[int(at[3])].source
        return fails(
            element,
            it(
                say(
                    "{met}: {element} is of path {path} and fed by {source}, of path {other}",
                    met=met,
                    element=name,
                    path=str(case.estate.power[name].path),
                    source=source,
                    other=str(case.estate.power[source].path),
                )
            ),
            say("Feed {element} from path {path}.", element=name, path=str(case.estate.power[name].path)),
            at,
            *looked,
            cause=f"power/{name}",
        )
    return fails(
        element,
        it(met),
        say(
            "Feed one of {cords} on a way that {element} is no part of.", cords=listed(cords), element=cuts[0]
        ),
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
            told, mending = say("Nothing says which substation feeds it."), say("Declare `substation`.")
            yield unknown(element, told, mending, place)
            continue
        same = sorted(other for other, power in others.items() if power.substation == feed.substation)
        if same:
            yield fails(
                element,
                say(
                    "It comes from {substation}, as {others} does.",
                    substation=feed.substation,
                    others=listed(same),
                ),
                say("Have one of them fed from another substation."),
                place,
                *(("power", other, "substation") for other in same),
                cause=f"power/{min([key, *same])}",
            )
        else:
            told = say("No counterpart of it comes from {substation}.", substation=feed.substation)
            yield passes(element, told, place)


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
            yield passes(element, say("It has a maintenance bypass."), place)
        elif not devices:
            yield passes(element, say("No vital device hangs on it alone."), place)
        elif switch.bypass is None:
            yield unknown(
                element,
                say(
                    "{hanging}, and nothing says whether it has a maintenance bypass.",
                    hanging=_hanging(devices),
                ),
                say("Declare `bypass`."),
                place,
            )
        else:
            yield fails(
                element,
                say("{hanging}, and it has no maintenance bypass.", hanging=_hanging(devices)),
                say("Fit a bypass, or feed these devices on a second way too."),
                place,
            )


def _hanging(devices: list[str]) -> Sentence:
    if len(devices) == 1:
        return say("{device} hangs on it alone", device=devices[0])
    return say("{devices} hang on it alone", devices=listed(devices, most=4))
