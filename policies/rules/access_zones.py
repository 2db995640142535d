"""PHY: vital rooms behind several doors, the last of which takes more than a badge, and recorded."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.rules.room_safeguards import covering, uncovered
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.places import Room
from specs.safeguards import Safeguard
from specs.sentences import listed, say, say_count


@rule(
    "PHY-001",
    "access-zones",
    severity=Severity.HIGH,
    title="Vital rooms lie behind three doors, the last takes two factors or two people, and all is recorded",
    rationale="Whoever stands before a rack needs no password. One door is one lock to pick and one badge to "
    "lend; without recordings nobody knows afterwards who was there.",
    remediation="Nest zones (site, building, hall), open the innermost with two factors or two people, and "
    "keep the recordings of its cameras for as long as an intruder may go unnoticed.",
    references=(
        nist("PE-3", "PE-6", "PE-2"),
        csf("PR.AA-06", "DE.CM-02"),
        iso27001("A.7.1", "A.7.2", "A.7.4", "A.7.6"),
    ),
    parameters=(
        Parameter(
            "zones",
            3,
            "Zones one within another, the room's own counted.",
            "EN 50600-2-5, its idea of protection classes one within another; the figure is a judgement",
        ),
        Parameter(
            "entries",
            "badge-and-pin biometric two-person",
            "What may open the innermost zone.",
            "judgement: a badge alone is lent and lost",
        ),
        Parameter(
            "retention",
            7_776_000.0,
            "Shortest time that recordings are kept.",
            "judgement: 90 days, as long as logs are at hand; law on personal data may ask for less",
            "duration",
        ),
    ),
    scope="Each room with vital devices: its access zones, the entry of the innermost, its cameras.",
    unknown_when="no access zone or camera is declared at the site, or an entry or a retention is not "
    "declared",
    bad="safeguards: {hall-door: {kind: access-zone, rooms: [hall], entry: badge}}",
    good="safeguards: {hall-door: {kind: access-zone, rooms: [hall], within: building, entry: biometric}}",
)
def access_zones(case: Case) -> Iterator[Outcome]:
    for key in case.facts.critical_rooms:
        room = case.estate.rooms[key]
        yield _nested(case, room)
        yield _entry(case, room)
        yield _recorded(case, room)


def _nested(case: Case, room: Room) -> Outcome:
    element, doors = f"rooms/{room.id}", covering(case, room.id, "access-zone")
    if not doors:
        return uncovered(case, room, "access-zone", "zones")
    chains = [_chain(case.estate.safeguards, door) for door in doors]
    shortest = min(chains, key=lambda chain: (len(chain), chain))
    looked: tuple[FieldPath, ...] = tuple(("safeguards", name, "within") for name in shortest)
    wanted, way = int(case.number("zones")), listed(shortest[::-1])
    if len(shortest) < wanted:
        return fails(
            element,
            say_count(
                len(shortest),
                "One reaches it through {count} zone, {way}; {wanted} are asked for.",
                "One reaches it through {count} zones, {way}; {wanted} are asked for.",
                way=way,
                wanted=wanted,
            ),
            say("Put zones around it, and name each outer one in {field}.", field="`within`"),
            *looked,
            cause=f"safeguards/{shortest[0]}",
            aspect="zones",
        )
    told = say_count(
        len(shortest),
        "One reaches it through {count} zone, {way}.",
        "One reaches it through {count} zones, {way}.",
        way=way,
    )
    return passes(element, told, *looked, aspect="zones")


def _chain(safeguards: Mapping[str, Safeguard], door: Safeguard) -> tuple[str, ...]:
    """The zone and those that one passes before it, innermost first; what is no access zone is no door."""
    found: dict[str, None] = {}
    zone: Safeguard | None = door
    while zone is not None and zone.kind == "access-zone" and zone.id not in found:
        found[zone.id] = None
        zone = safeguards.get(zone.within or "")
    return tuple(found)


def _entry(case: Case, room: Room) -> Outcome:
    element, doors = f"rooms/{room.id}", covering(case, room.id, "access-zone")
    if not doors:
        return uncovered(case, room, "access-zone", "entry")
    allowed = case.words("entries")
    weak = [door for door in doors if door.entry is not None and door.entry not in allowed]
    silent = [door for door in doors if door.entry is None]
    if weak:
        return fails(
            element,
            say("{zone} opens with {entry} alone.", zone=weak[0].id, entry=weak[0].entry or ""),
            say("Let it take two factors or two people."),
            *(("safeguards", door.id, "entry") for door in weak),
            cause=f"safeguards/{weak[0].id}",
            aspect="entry",
        )
    if silent:
        return unknown(
            element,
            say("Nothing says what opens {zone}.", zone=silent[0].id),
            say("Declare {field} of {element}.", field="`entry`", element=silent[0].id),
            *(("safeguards", door.id, "entry") for door in silent),
            cause=f"safeguards/{silent[0].id}",
            aspect="entry",
        )
    first = doors[0]
    return passes(
        element,
        say("{zone} opens with {entry}.", zone=first.id, entry=first.entry or ""),
        *(("safeguards", door.id, "entry") for door in doors),
        aspect="entry",
    )


def _recorded(case: Case, room: Room) -> Outcome:
    element, cameras = f"rooms/{room.id}", covering(case, room.id, "camera")
    if not cameras:
        return uncovered(case, room, "camera", "cameras")
    wanted = case.number("retention")
    looked: tuple[FieldPath, ...] = tuple(("safeguards", camera.id, "retention") for camera in cameras)
    kept = [(camera.retention, camera.id) for camera in cameras if camera.retention is not None]
    briefest, name = min(kept, default=(wanted, ""))
    asked = amount(wanted, "duration")
    if briefest < wanted:
        return fails(
            element,
            say(
                "Recordings of {camera} are kept for {kept}; {asked} are asked for.",
                camera=name,
                kept=amount(briefest, "duration"),
                asked=asked,
            ),
            say("Keep them for {asked}, or have another time set by whoever answers for it.", asked=asked),
            ("safeguards", name, "retention"),
            cause=f"safeguards/{name}",
            aspect="cameras",
        )
    silent = [camera.id for camera in cameras if camera.retention is None]
    if silent:
        return unknown(
            element,
            say("Nothing says how long recordings of {camera} are kept.", camera=silent[0]),
            say("Declare {field} of {element}.", field="`retention`", element=silent[0]),
            *looked,
            cause=f"safeguards/{silent[0]}",
            aspect="cameras",
        )
    return passes(
        element,
        say("Recordings of {camera} are kept for {kept}.", camera=name, kept=amount(briefest, "duration")),
        *looked,
        aspect="cameras",
    )
