"""AST-002, SUP-002 and SUP-003: each device known, genuine, and under a contract that is in force."""

from collections import defaultdict
from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.equipment import Device
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import Contract
from specs.sentences import listed, say


@rule(
    "AST-002",
    "inventory",
    severity=Severity.MEDIUM,
    title="Each device has an owner, a serial number and a warranty, and each rack bears what it holds",
    rationale="What nobody owns nobody patches; a serial number that is on two devices, or on none, finds "
    "no part and no thief; and a rack that bends takes both paths with it.",
    remediation="Take stock: owner, serial number and end of warranty of each device; weight and depth of "
    "each model and rack.",
    references=(
        nist("CM-8", "PE-20", "MA-2"),
        csf("ID.AM-01", "ID.AM-02"),
        iso27001("A.5.9", "A.7.8", "A.8.9"),
        cis("1.1", "2.1"),
    ),
    scope="Each device (its serial number and warranty once the phase that brings it is over), and each "
    "rack with devices. What no rack can hold is refused before any rule is asked (RACK-001 to RACK-007).",
    unknown_when="owner, serial number or warranty of a device, its rack unit, or a weight or depth "
    "is not declared",
    bad="devices: {hsm-1: {serial: QF-0001}, hsm-2: {serial: QF-0001}}",
    good="devices: {hsm-1: {serial: QF-0001, owner: keys, warranty_ends: 2031-12-31}}",
)
def inventory(case: Case) -> Iterator[Outcome]:
    serials: dict[tuple[str, str], list[str]] = defaultdict(list)
    standing: dict[str, list[Device]] = defaultdict(list)
    for key, device in case.estate.devices.items():
        if device.serial is not None:
            serials[_maker(case, device), device.serial.strip().casefold()].append(key)
        if device.rack in case.estate.racks and device.rack is not None:
            standing[device.rack].append(device)
    for key, device in case.estate.devices.items():
        same = (
            serials[_maker(case, device), (device.serial or "").strip().casefold()] if device.serial else []
        )
        yield _on_record(case, device, [name for name in same if name != key])
    for rack, devices in sorted(standing.items()):
        yield _bears(case, rack, devices)


def _maker(case: Case, device: Device) -> str:
    """Makers number by themselves: two of them may use one number."""
    model = case.facts.model_of(device)
    return model.device_type.manufacturer if model is not None else device.model


def _on_record(case: Case, device: Device, same: list[str]) -> Outcome:
    element = f"devices/{device.id}"
    if same:
        return fails(
            element,
            say(
                "Its serial number {serial} is also that of {devices}.",
                serial=device.serial or "",
                devices=listed(same),
            ),
            say("Read the plates, and correct what is wrong."),
            ("devices", device.id, "serial"),
            *(("devices", name, "serial") for name in same[:3]),
            aspect="record",
        )
    due = ("owner",) if element in case.planned else ("owner", "serial", "warranty_ends")
    silent = [field for field in due if not getattr(device, field)]
    if silent:
        return unknown(
            element,
            say("Nothing says its {fields}.", fields=listed([f"`{field}`" for field in silent])),
            say("Declare {field}.", field=listed([f"`{field}`" for field in silent])),
            *(("devices", device.id, field) for field in silent),
            aspect="record",
        )
    if device.serial is None or device.warranty_ends is None:
        told = say("It is {owner}'s, and on its way.", owner=device.owner or "")
    else:
        told = say(
            "It is {owner}'s, its serial number {serial}, its warranty ends on {day}.",
            owner=device.owner or "",
            serial=device.serial,
            day=str(device.warranty_ends),
        )
    return passes(element, told, *(("devices", device.id, field) for field in due), aspect="record")


def _bears(case: Case, rack_id: str, devices: list[Device]) -> Outcome:
    element, rack = f"racks/{rack_id}", case.estate.racks[rack_id]
    for field in ("weight_limit", "depth"):
        if getattr(rack, field) is None:
            return unknown(
                element,
                say("Nothing says its {fields}.", fields=f"`{field}`"),
                say("Declare {field}.", field=f"`{field}`"),
                ("racks", rack_id, field),
                aspect="load",
            )
    for device in devices:
        model = case.facts.model_of(device)
        if model is None:
            continue
        silent: FieldPath | None = None
        if model.weight is None and model.device_type.weight_kg is None:
            silent = ("models", model.id, "weight")
        elif model.depth is None:
            silent = ("models", model.id, "depth")
        elif device.position is None and model.device_type.u_height and not model.device_type.subdevice_role:
            silent = ("devices", device.id, "position")
        if silent is not None:
            cause = f"{silent[0]}/{silent[1]}"
            return unknown(
                element,
                say(
                    "{device} stands in it, and nothing says {field} of {element}.",
                    device=device.id,
                    field=f"`{silent[2]}`",
                    element=cause,
                ),
                say("Declare {field} of {element}.", field=f"`{silent[2]}`", element=cause),
                silent,
                ("devices", device.id, "rack"),
                cause=cause,
                aspect="load",
            )
    return passes(
        element,
        say("It bears what it holds: {devices}.", devices=listed(sorted(one.id for one in devices), most=4)),
        ("racks", rack_id, "weight_limit"),
        ("racks", rack_id, "depth"),
        aspect="load",
    )


@rule(
    "SUP-002",
    "authenticity",
    severity=Severity.MEDIUM,
    title="Vital equipment was found genuine, and its firmware verified, when it was taken over",
    rationale="Counterfeit and tampered equipment comes in the maker's own box; after the first day in "
    "the rack nobody looks any more.",
    remediation="At acceptance check the seals and numbers with the maker and the firmware against his "
    "signature, and keep the record.",
    references=(
        nist("SR-11", "SI-7", "SR-4"),
        csf("GV.SC-07", "PR.PS-03"),
        iso27001("A.5.21", "A.8.9"),
    ),
    scope="Each vital device, once the phase that brings it is over.",
    unknown_when="no acceptance is on record, or it does not say what was found",
    bad="devices: {core-1: {acceptance: {on: 2026-01-20, by: Board, genuine: true, firmware_verified: "
    "false}}}",
    good="devices: {core-1: {acceptance: {on: 2026-01-20, by: Board, genuine: true, "
    "firmware_verified: true}}}",
)
def authenticity(case: Case) -> Iterator[Outcome]:
    for key in case.facts.critical_devices:
        if f"devices/{key}" not in case.planned:
            yield _accepted(case, key, case.estate.devices[key])


def _accepted(case: Case, key: str, device: Device) -> Outcome:
    element, record = f"devices/{key}", device.acceptance
    place: FieldPath = ("devices", key, "acceptance")
    if record is None or record.on > case.on:
        return unknown(
            element,
            say("No acceptance of it is on record."),
            say(
                "Check that it is genuine and its firmware the maker's, and declare {field}.",
                field="`acceptance`",
            ),
            place,
        )
    day = str(record.on)
    if record.genuine is False:
        told = say("At its acceptance on {day} it was not found genuine.", day=day)
        mending = say("Take it out, and have the maker examine it.")
        return fails(element, told, mending, (*place, "genuine"), place)
    if record.firmware_verified is False:
        return fails(
            element,
            say("At its acceptance on {day} its firmware was not verified.", day=day),
            say("Verify it against the maker's signature, or write it anew from the maker's source."),
            (*place, "firmware_verified"),
            place,
        )
    silent = [field for field in ("genuine", "firmware_verified") if getattr(record, field) is None]
    if silent:
        return unknown(
            element,
            say(
                "The record of its acceptance on {day} does not say {fields}.",
                day=day,
                fields=listed([f"`{field}`" for field in silent]),
            ),
            say("Declare {field}.", field=listed([f"`acceptance.{field}`" for field in silent])),
            *((*place, field) for field in silent),
            place,
        )
    told = say("On {day} {who} found it genuine and its firmware the maker's.", day=day, who=record.by)
    return passes(element, told, place)


@rule(
    "SUP-003",
    "contracts-in-force",
    severity=Severity.MEDIUM,
    title="Contracts that something rests on are in force, to the end of the phase",
    rationale="A repair time in a contract that has run out is a wish; it is noticed on the night of "
    "the failure.",
    remediation="Renew the contract, or put what it covered under another; order what ends within the "
    "phase in time.",
    references=(
        nist("SA-9", "MA-6"),
        csf("GV.SC-05", "GV.SC-08"),
        iso27001("A.5.20", "A.5.22"),
    ),
    scope="Each contract that an element names or that covers one; what ends only before the last day of "
    "the phase is of low severity.",
    unknown_when="its last day is not declared",
    bad="contracts: {servers: {vendor: daam, covers: [models/server], ends: 2025-12-31}}",
    good="contracts: {servers: {vendor: daam, covers: [models/server], ends: 2031-12-31}}",
)
def contracts_in_force(case: Case) -> Iterator[Outcome]:
    users = _users(case)
    for key, contract in case.estate.contracts.items():
        rests = sorted({*users.get(key, ()), *contract.covers})
        if rests:
            yield _in_force(case, contract, rests)


def _users(case: Case) -> dict[str, list[str]]:
    """By contract: the elements that name it."""
    estate = case.estate
    found: dict[str, list[str]] = defaultdict(list)
    for collection in ("devices", "power", "cooling", "circuits"):
        for key, element in estate.collection(collection).items():
            name = getattr(element, "contract", None)
            if name is not None:
                found[name].append(f"{collection}/{key}")
    for key, power in estate.power.items():
        if power.fuel is not None and power.fuel.contract is not None:
            found[power.fuel.contract].append(f"power/{key}")
    return found


def _in_force(case: Case, contract: Contract, rests: list[str]) -> Outcome:
    element, place = f"contracts/{contract.id}", ("contracts", contract.id, "ends")
    what = listed(rests, most=3)
    if contract.begins is not None and contract.begins > case.in_service_on:
        return fails(
            element,
            say("It begins only on {day}; {elements} rest on it.", day=str(contract.begins), elements=what),
            say("Let it begin earlier, or put them under another until then."),
            ("contracts", contract.id, "begins"),
        )
    if contract.ends is None:
        return unknown(
            element,
            say("Nothing says when it ends; {elements} rest on it.", elements=what),
            say("Declare {field}.", field="`ends`"),
            place,
        )
    told = say("It ends on {day}; {elements} rest on it.", day=str(contract.ends), elements=what)
    if contract.ends < case.on:
        return fails(element, told, say("Renew it, or put them under another."), place)
    if contract.ends < case.in_service_on:
        mending = say("Renew it before {day}, the last day of the phase.", day=str(case.in_service_on))
        return fails(element, told, mending, place, severity=Severity.LOW)
    return passes(element, told, place)
