"""AST and SUP: equipment still supported and mended in time, and no one maker's fault in both halves."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.equipment import Model
from specs.findings import Severity
from specs.issues import FieldPath
from specs.platforms import Platform
from specs.sentences import Value, listed, say, say_count

MONTH = 2_629_800.0


@rule(
    "AST-001",
    "end-of-support",
    severity=Severity.HIGH,
    title="Nothing vital runs past its maker's support",
    rationale="What is out of support gets no patches and no parts; the next flaw in it stays open.",
    remediation="Replace it in an earlier phase, or buy extended support and record it.",
    references=(
        nist("SA-22", "SI-2", "MA-6", "SA-3"),
        csf("ID.AM-08", "PR.PS-02", "PR.PS-03"),
        iso27001("A.8.8", "A.7.13", "A.5.9"),
        cis("2.2", "12.1"),
    ),
    parameters=(
        Parameter(
            "notice",
            12 * MONTH,
            "Support that ends so soon is flagged to procurement (low severity).",
            "judgement: a year for budget, tender and import",
            "duration",
        ),
    ),
    scope="Each model of vital devices, the software of vital platforms, power and cooling at vital "
    "sites; on the "
    "last day of the phase.",
    unknown_when="the end of support of a model, or of a declared software, is not declared",
    bad="models: {old-switch: {device_type: device-types/old.yaml, support_ends: 2025-06-30}}",
    good="devices: {leaf-1: {model: old-switch, support_extended_to: 2029-06-30}}",
)
def end_of_support(case: Case) -> Iterator[Outcome]:
    users: dict[str, list[str]] = defaultdict(list)
    for key in case.facts.critical_devices:
        users[case.estate.devices[key].model].append(key)
    for name, devices in sorted(users.items()):
        if name in case.estate.models:
            yield _model_supported(case, name, devices)
    for platform in case.facts.critical_platforms:
        if platform.software is not None:
            what = f"{platform.software} {platform.version or ''}".strip()
            place: FieldPath = ("platforms", platform.id, "support_ends")
            yield _supported(case, f"platforms/{platform.id}", platform.support_ends, what, place)
    vital = set(case.facts.critical_sites)
    for key, power in case.estate.power.items():
        if power.site in vital and power.support_ends is not None:
            place = ("power", key, "support_ends")
            yield _supported(case, f"power/{key}", power.support_ends, say("the maker"), place)
    for key, unit in case.estate.cooling.items():
        if unit.site in vital and unit.support_ends is not None:
            place = ("cooling", key, "support_ends")
            yield _supported(case, f"cooling/{key}", unit.support_ends, say("the maker"), place)


def _model_supported(case: Case, name: str, devices: list[str]) -> Outcome:
    element, place = f"models/{name}", ("models", name, "support_ends")
    ends = case.estate.models[name].support_ends
    extended = {key: case.estate.devices[key].support_extended_to for key in devices}
    open_ended = [key for key, until in extended.items() if until is None]
    if ends is None and open_ended:
        return unknown(
            element,
            say_count(
                len(devices),
                "Nothing says when its support ends; {count} vital device is of it ({devices}).",
                "Nothing says when its support ends; {count} vital devices are of it ({devices}).",
                devices=listed(devices, most=3),
            ),
            say("Declare `support_ends`."),
            place,
        )
    last = {key: max(until or date.min, ends or date.min) for key, until in extended.items()}
    first = min(last.values())
    late = sorted(key for key, day in last.items() if day < case.in_service_on)
    looked = (place, *(("devices", key, "support_extended_to") for key in late[:3]))
    if late:
        return fails(
            element,
            say(
                "Its support ends on {day}; {device} runs on {later}, with no extended support on record.",
                day=str(first),
                device=late[0],
                later=str(case.in_service_on),
            )
            if len(late) == 1
            else say(
                "Its support ends on {day}; {devices} run on {later}, with no extended support on record.",
                day=str(first),
                devices=listed(late, most=4),
                later=str(case.in_service_on),
            ),
            say("Replace these devices before, or record `support_extended_to`."),
            *looked,
        )
    return _supported(case, element, first, listed(devices, most=3), place)


def _supported(case: Case, element: str, ends: date | None, what: Value, place: FieldPath) -> Outcome:
    if ends is None:
        told, mending = (
            say("Nothing says when support of {what} ends.", what=what),
            say("Declare `support_ends`."),
        )
        return unknown(element, told, mending, place)
    if ends < case.in_service_on:
        return fails(
            element,
            say(
                "Support of {what} ends on {day}; it runs on {later}.",
                what=what,
                day=str(ends),
                later=str(case.in_service_on),
            ),
            say("Replace or upgrade it before, or buy extended support."),
            place,
        )
    if ends - case.in_service_on < timedelta(seconds=case.number("notice")):
        return fails(
            element,
            say_count(
                (ends - case.in_service_on).days,
                "Support of {what} ends on {day}, {count} day after {later}.",
                "Support of {what} ends on {day}, {count} days after {later}.",
                what=what,
                day=str(ends),
                later=str(case.in_service_on),
            ),
            say("Order its replacement now."),
            place,
            severity=Severity.LOW,
        )
    return passes(element, say("Support of {what} ends on {day}.", what=what, day=str(ends)), place)


@rule(
    "AST-003",
    "spares-maintenance",
    severity=Severity.MEDIUM,
    title="Repair is promised within the time that the model assumes",
    rationale="An availability figure with 4 h to repair is fiction where the contract says next week.",
    remediation="Keep spares on site, buy a shorter repair time, or assume the time that is promised.",
    references=(
        nist("MA-6", "SI-13", "MA-2"),
        csf("PR.PS-03", "GV.SC-04"),
        iso27001("A.7.13", "A.8.14"),
    ),
    scope="Each contract of what has a time to repair declared (vital devices, power, cooling, circuits), "
    "and each "
    "such element without one.",
    unknown_when="nothing says who repairs it, or the contract promises no repair time",
    bad="contracts: {hardware: {repair: 72 h}} # models assume mttr 8 h",
    good="contracts: {hardware: {repair: 6 h}}",
)
def spares_and_maintenance(case: Case) -> Iterator[Outcome]:
    assumed: dict[str, list[tuple[float, str, FieldPath]]] = defaultdict(list)
    nobody: dict[str, list[tuple[str, FieldPath]]] = defaultdict(list)
    for element, group, contract, mttr, path in _repairable(case):
        found = contract or _covering(case, element, group)
        if found in case.estate.contracts:
            assumed[found].append((mttr, element, path))
        else:
            nobody[group].append((element, path))
    for name, users in sorted(assumed.items()):
        yield _promised(case, name, users)
    for group, members in sorted(nobody.items()):
        elements = [element for element, _ in members]
        yield unknown(
            group,
            say("A time to repair is assumed, and nothing says who repairs it.")
            if elements == [group]
            else say(
                "A time to repair is assumed, and nothing says who repairs it ({elements}).",
                elements=listed(elements, most=3),
            ),
            say("Declare `contract`, or a contract that covers it."),
            members[0][1],
        )


def _repairable(case: Case) -> Iterator[tuple[str, str, str | None, float, FieldPath]]:
    """Element, what to name where nobody repairs it, its contract, assumed time to repair, where that is."""
    estate = case.estate
    for key in case.facts.critical_devices:
        device = estate.devices[key]
        model = estate.models.get(device.model)
        if model is not None and model.reliability.mttr is not None:
            path: FieldPath = ("models", model.id, "reliability", "mttr")
            yield f"devices/{key}", f"models/{model.id}", device.contract, model.reliability.mttr, path
    vital = set(case.facts.critical_sites)
    for collection in ("power", "cooling"):
        for key, element in estate.collection(collection).items():
            reliability, site = getattr(element, "reliability", None), getattr(element, "site", None)
            if reliability is not None and reliability.mttr is not None and site in vital:
                name, path = f"{collection}/{key}", (collection, key, "reliability", "mttr")
                yield name, name, getattr(element, "contract", None), reliability.mttr, path
    for key, circuit in estate.circuits.items():
        if circuit.reliability.mttr is not None:
            name, path = f"circuits/{key}", ("circuits", key, "reliability", "mttr")
            yield name, name, circuit.contract, circuit.reliability.mttr, path


def _covering(case: Case, element: str, group: str) -> str:
    for name, contract in case.estate.contracts.items():
        if element in contract.covers or group in contract.covers:
            return name
    return ""


def _promised(case: Case, name: str, users: list[tuple[float, str, FieldPath]]) -> Outcome:
    element, contract = f"contracts/{name}", case.estate.contracts[name]
    place: FieldPath = ("contracts", name, "repair")
    mttr, strictest, path = min(users)
    elements = listed(sorted({user for _, user, _ in users}), most=3)
    if contract.spares_on_site:
        told = say("Spares for {elements} lie on site.", elements=elements)
        return passes(element, told, ("contracts", name, "spares_on_site"))
    assumed = say("{time} are assumed for {element}", time=amount(mttr, "duration"), element=strictest)
    if contract.repair is None:
        return unknown(
            element,
            say("It promises no time of repair; {assumed}.", assumed=assumed),
            say("Declare `repair`, or `spares_on_site`."),
            place,
            path,
        )
    promised = say(
        "It promises repair in {time}; {assumed}", time=amount(contract.repair, "duration"), assumed=assumed
    )
    late = sorted({user for assumed_time, user, _ in users if contract.repair > assumed_time})
    if late:
        return fails(
            element,
            say("{told}.", told=promised)
            if len(late) == 1
            else say_count(
                len(late),
                "{told} ({count} element in all).",
                "{told} ({count} elements in all).",
                told=promised,
            ),
            say("Buy a shorter repair time, keep spares on site, or assume what is promised."),
            place,
            path,
        )
    if contract.ends is not None and contract.ends < case.on:
        return fails(
            element,
            say(
                "It ended on {day}; {elements} are repaired under it.",
                day=str(contract.ends),
                elements=elements,
            ),
            say("Renew it."),
            ("contracts", name, "ends"),
        )
    return passes(element, say("{told}.", told=promised), place, path)


@rule(
    "SUP-001",
    "diverse-supply",
    severity=Severity.MEDIUM,
    title="No one firmware or model is both halves of what tier 0 stands in line with",
    rationale="Two firewalls of one firmware fall to one flaw, on one day.",
    remediation="Take the second from another family, or record the common cause (a hazard of kind "
    "firmware that "
    "exposes them, with its frequency) so that the proofs count it.",
    references=(
        nist("SR-3(1)", "SC-29", "SR-3", "SR-5"),
        csf("GV.SC-04", "GV.SC-07"),
        iso27001("A.5.21", "A.5.19"),
    ),
    parameters=(
        Parameter(
            "kinds",
            "firewall load-balancer pki-kms dns",
            "Kinds of platform that are judged.",
            "judgement: what traffic and trust pass through; servers of one model are the rule, and "
            "intruders' "
            "damage to them is met by recovery",
        ),
    ),
    scope="Each tier 0 platform of these kinds with two or more nodes, its twin's counted; firewalls of "
    "no declared "
    "tier where they stand between networks.",
    unknown_when="models differ and one declares no firmware family",
    bad="models: {fw-a: {firmware: stonewall-7}, fw-b: {firmware: stonewall-7}}",
    good="models: {fw-a: {firmware: stonewall-7}, fw-b: {firmware: gatehouse-3}}",
)
def diverse_supply(case: Case) -> Iterator[Outcome]:
    enforcing = {name for network in case.estate.networks.values() for name in network.enforced_by}
    judged: set[frozenset[str]] = set()
    for key, platform in case.estate.platforms.items():
        if platform.kind not in case.words("kinds"):
            continue
        tier = case.facts.platform_tiers.get(key)
        if tier == 0 or (tier is None and key in enforcing):
            halves = (
                frozenset((key, platform.twin))
                if platform.twin in case.estate.platforms
                else frozenset((key,))
            )
            nodes = [
                node
                for name in sorted(str(half) for half in halves)
                for node in case.estate.platforms[name].nodes
                if node in case.estate.devices
            ]
            if len(nodes) > 1 and halves not in judged:
                judged.add(halves)
                yield _diverse(case, platform, nodes)


def _diverse(case: Case, platform: Platform, nodes: list[str]) -> Outcome:
    element, devices = f"platforms/{platform.id}", case.estate.devices
    names = sorted({devices[node].model for node in nodes})
    models = [case.estate.models[name] for name in names if name in case.estate.models]
    looked: tuple[FieldPath, ...] = (
        *(("models", model.id, "firmware") for model in models),
        *(("devices", node, "model") for node in nodes[:4]),
    )
    accepted = _accepted(case, platform, nodes, models)
    if accepted is not None:
        return passes(
            element,
            say("That its nodes fail by one cause is on record ({hazard}).", hazard=accepted),
            ("hazards", accepted),
            *looked,
        )
    families = {model.firmware for model in models}
    if len(models) > 1 and None in families:
        silent = next(model.id for model in models if model.firmware is None)
        return unknown(
            element,
            say(
                "Its nodes are of {models}, and nothing says which firmware {model} runs.",
                models=listed(names),
                model=silent,
            ),
            say("Declare `firmware` (the family) of the model."),
            ("models", silent, "firmware"),
            *looked,
            cause=f"models/{silent}",
        )
    if len(families) == 1:
        family = next(iter(families))
        return fails(
            element,
            say(
                "All its nodes ({nodes}) are of the model {model}: one flaw takes them all.",
                nodes=listed(nodes, most=4),
                model=listed(names),
            )
            if family is None
            else say(
                "All its nodes ({nodes}) are of the firmware family {family}: one flaw takes them all.",
                nodes=listed(nodes, most=4),
                family=family,
            ),
            say(
                "Take one half from another family, or record the common cause as a hazard of kind firmware."
            ),
            *looked,
        )
    told = say("Its nodes run {families}.", families=listed(sorted(str(family) for family in families)))
    return passes(element, told, *looked)


def _accepted(case: Case, platform: Platform, nodes: list[str], models: list[Model]) -> str | None:
    """A hazard that records the common cause with its frequency."""
    members = [{f"devices/{node}", f"models/{case.estate.devices[node].model}"} for node in nodes]
    for name, hazard in case.estate.hazards.items():
        if hazard.kind in ("firmware", "software") and hazard.frequency is not None:
            exposed = {*hazard.exposed}
            if f"platforms/{platform.id}" in exposed or all(member & exposed for member in members):
                return name
    return None
