"""COL and FIR: rooms in which somebody is told of heat, damp and water, and fire is seen and put out."""

from collections.abc import Iterator, Sequence

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.findings import Severity
from specs.issues import FieldPath
from specs.places import Room
from specs.safeguards import Safeguard
from specs.sentences import Sentence, listed, say, say_count

UNWATCHED = ("office",)
"""Purposes of rooms in which people are themselves the sensor."""


def kinds_of_safeguards() -> dict[str, Sentence]:
    """What a sentence calls each kind of safeguard."""
    return {
        "temperature": say("temperature sensor"),
        "humidity": say("humidity sensor"),
        "leak": say("leak sensor"),
        "fire-detection": say("fire detection"),
        "fire-suppression": say("fire suppression"),
        "camera": say("camera"),
        "access-zone": say("access zone"),
    }


def technical_rooms(case: Case) -> tuple[Room, ...]:
    """Rooms at sites with vital devices, and all others with devices; offices do not count. By id."""
    vital, occupied = set(case.facts.critical_sites), set(case.facts.device_rooms.values())
    return tuple(
        room
        for key, room in case.estate.rooms.items()
        if room.purpose not in UNWATCHED and (room.site in vital or key in occupied)
    )


def covering(case: Case, room: str, kind: str) -> tuple[Safeguard, ...]:
    """Safeguards of that kind that cover the room, by id."""
    return tuple(one for one in case.facts.safeguards_of.get(room, ()) if one.kind == kind)


def uncovered(case: Case, room: Room, kind: str, aspect: str) -> Outcome:
    """A failure where such safeguards of the site are listed, else unknown: perhaps nobody wrote them."""
    element, what = f"rooms/{room.id}", kinds_of_safeguards()[kind]
    others = [one for one in case.facts.safeguards_at.get(room.site, ()) if one.kind == kind]
    if others:
        return fails(
            element,
            say(
                "No {what} covers it; those at {site} ({others}) cover other rooms.",
                what=what,
                site=room.site,
                others=listed([one.id for one in others], most=3),
            ),
            say("Put one in, and name the room in its {field}.", field="`rooms`"),
            ("rooms", room.id),
            *(("safeguards", one.id, "rooms") for one in others[:3]),
            aspect=aspect,
        )
    return unknown(
        element,
        say("No {what} is declared at {site}.", what=what, site=room.site),
        say("Declare a safeguard of kind {kind} with the room in its {field}.", kind=kind, field="`rooms`"),
        ("rooms", room.id),
        aspect=aspect,
    )


@rule(
    "COL-003",
    "env-monitoring",
    severity=Severity.MEDIUM,
    title="Heat, damp and water in a technical room are seen, and two parties are told",
    rationale="Warm air, damp and a leak announce themselves long before equipment trips; an alarm that one "
    "party alone gets is missed when that party is ill, or asleep.",
    remediation="Put sensors for temperature, humidity and leaks into the room, and route their alarms to "
    "two teams.",
    references=(
        nist("PE-14(2)", "PE-15", "SI-4"),
        csf("DE.CM-02", "PR.IR-02"),
        iso27001("A.7.5", "A.7.8", "A.8.16"),
    ),
    parameters=(
        Parameter(
            "sensors",
            "temperature humidity leak",
            "Kinds of sensor that each room has.",
            "judgement: what trips equipment besides fire, which has a rule of its own",
        ),
        Parameter(
            "recipients",
            2,
            "Teams that each alarm goes to.",
            "judgement: one may be ill or busy",
        ),
    ),
    scope="Each room but offices at a site with vital devices, and each other room with devices; for each "
    "kind of sensor.",
    unknown_when="no sensor of that kind is declared at the site, or nothing says who its alarms go to",
    bad="safeguards: {heat: {kind: temperature, rooms: [hall], alarms_to: [operations]}}",
    good="safeguards: {heat: {kind: temperature, rooms: [hall], alarms_to: [operations, security]}}",
)
def environment_monitored(case: Case) -> Iterator[Outcome]:
    for room in technical_rooms(case):
        for kind in case.words("sensors"):
            yield _told_of(case, room, kind)


def _told_of(case: Case, room: Room, kind: str) -> Outcome:
    sensors = covering(case, room.id, kind)
    if not sensors:
        return uncovered(case, room, kind, kind) if kind in kinds_of_safeguards() else _no_such(room, kind)
    element, weakest = f"rooms/{room.id}", min(sensors, key=lambda one: (len({*one.alarms_to}), one.id))
    told, name = sorted({*weakest.alarms_to}), weakest.id
    place: FieldPath = ("safeguards", name, "alarms_to")
    what, wanted = kinds_of_safeguards()[kind], int(case.number("recipients"))
    if not told:
        return unknown(
            element,
            say("Nothing says who the alarms of its {what} {name} go to.", what=what, name=name),
            say("Declare {field} of {element}.", field="`alarms_to`", element=name),
            place,
            cause=f"safeguards/{name}",
            aspect=kind,
        )
    if len(told) < wanted:
        return fails(
            element,
            say_count(
                wanted,
                "Alarms of its {what} {name} go to {teams}; {count} team is asked for.",
                "Alarms of its {what} {name} go to {teams}; {count} teams are asked for.",
                what=what,
                name=name,
                teams=listed(told),
            ),
            say("Add a team to {field} of {element}.", field="`alarms_to`", element=name),
            place,
            cause=f"safeguards/{name}",
            aspect=kind,
        )
    return passes(
        element,
        say("Alarms of its {what} {name} go to {teams}.", what=what, name=name, teams=listed(told)),
        place,
        aspect=kind,
    )


def _no_such(room: Room, kind: str) -> Outcome:
    return unknown(
        f"rooms/{room.id}",
        say("The thresholds ask for {kind}, and there is no such kind of sensor.", kind=kind),
        say("Correct {field} in the thresholds of the rule.", field="`sensors`"),
        ("thresholds", "COL-003", "values", "sensors"),
        aspect=kind,
    )


BURNS: tuple[str, ...] = (
    "data-hall", "power", "battery", "generator", "network", "storage", "forensics", "vault",
)  # fmt: skip
"""Purposes of rooms that a fire is put out in by itself."""


@rule(
    "FIR-001",
    "suppression",
    severity=Severity.HIGH,
    title="Fire is seen, told off site and put out by itself; batteries burn apart from all else",
    rationale="A fire takes what stands side by side, path A with path B; batteries feed it, and at night "
    "nobody is there to see it.",
    remediation="Install automatic detection that tells somebody outside and automatic suppression, and "
    "give the batteries a fire compartment of their own.",
    references=(
        nist("PE-13", "PE-13(1)", "PE-13(2)"),
        csf("PR.IR-02"),
        iso27001("A.7.5", "A.7.8"),
    ),
    scope="Each hall, power, battery, generator, network, storage, forensics room and vault, at a site with "
    "vital devices or with devices in it.",
    unknown_when="no detection or suppression is declared at the site; nothing says whether it acts by "
    "itself or tells somebody outside; a battery room declares no fire compartment",
    bad="safeguards: {gas: {kind: fire-suppression, rooms: [hall], automatic: false}}",
    good="safeguards: {gas: {kind: fire-suppression, rooms: [hall], automatic: true}}",
)
def fire_put_out(case: Case) -> Iterator[Outcome]:
    compartments: dict[tuple[str, str], list[str]] = {}
    for key, room in case.estate.rooms.items():
        if room.fire_compartment is not None:
            compartments.setdefault((room.site, room.fire_compartment), []).append(key)
    for room in technical_rooms(case):
        if room.purpose in BURNS:
            yield _detected(case, room)
            yield _suppressed(case, room)
            if room.purpose == "battery":
                yield _apart(room, compartments.get((room.site, room.fire_compartment or ""), []))


def _detected(case: Case, room: Room) -> Outcome:
    found = covering(case, room.id, "fire-detection")
    if not found:
        return uncovered(case, room, "fire-detection", "detection")
    return _one_that(
        room,
        found,
        "notifies_off_site",
        "detection",
        say("nobody outside is told"),
        say("nothing says whether somebody outside is told"),
        say("somebody outside is told"),
        say("Route its alarm to somebody off site."),
    )


def _suppressed(case: Case, room: Room) -> Outcome:
    found = covering(case, room.id, "fire-suppression")
    if not found:
        return uncovered(case, room, "fire-suppression", "suppression")
    return _one_that(
        room,
        found,
        "automatic",
        "suppression",
        say("it waits for a hand"),
        say("nothing says whether it acts by itself"),
        say("it acts by itself"),
        say("Let it release by itself on detection."),
    )


def _one_that(
    room: Room,
    found: Sequence[Safeguard],
    field: str,
    aspect: str,
    no: Sentence,
    silent: Sentence,
    yes: Sentence,
    mending: Sentence,
) -> Outcome:
    """Whether one of the safeguards has that property."""
    element, first = f"rooms/{room.id}", found[0].id
    what = kinds_of_safeguards()[found[0].kind]
    answers = {one.id: getattr(one, field) for one in found}
    looked: tuple[FieldPath, ...] = tuple(("safeguards", name, field) for name in answers)
    good = [name for name, answer in answers.items() if answer]
    if good:
        told = say("Its {what} is {name}: {how}.", what=what, name=good[0], how=yes)
        return passes(element, told, ("safeguards", good[0], field), aspect=aspect)
    undeclared = [name for name, answer in answers.items() if answer is None]
    if undeclared:
        return unknown(
            element,
            say("Its {what} is {name}: {how}.", what=what, name=undeclared[0], how=silent),
            say("Declare {field} of {element}.", field=f"`{field}`", element=undeclared[0]),
            *looked,
            cause=f"safeguards/{undeclared[0]}",
            aspect=aspect,
        )
    told = say("Its {what} is {name}: {how}.", what=what, name=first, how=no)
    return fails(element, told, mending, *looked, cause=f"safeguards/{first}", aspect=aspect)


def _apart(room: Room, sharing: Sequence[str]) -> Outcome:
    element, place = f"rooms/{room.id}", ("rooms", room.id, "fire_compartment")
    if room.fire_compartment is None:
        return unknown(
            element,
            say("Nothing says which fire compartment the batteries are in."),
            say("Declare {field}.", field="`fire_compartment`"),
            place,
            aspect="compartment",
        )
    others = [name for name in sharing if name != room.id]
    if others:
        return fails(
            element,
            say("Its batteries are in one fire compartment with {rooms}.", rooms=listed(others)),
            say("Separate the battery room by walls and doors that hold a fire."),
            place,
            *(("rooms", name, "fire_compartment") for name in others[:4]),
            aspect="compartment",
        )
    return passes(
        element, say("Its batteries are in a fire compartment of their own."), place, aspect="compartment"
    )
