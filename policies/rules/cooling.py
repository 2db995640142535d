"""COL: heat carried away with a unit, a plant part or a power path out, and until power is back."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.rules.power_capacity import generator_start
from policies.wording import amount
from resilience.results import RoomHeat
from specs.cooling import CoolingElement
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say

IN_ROOM = ("crah", "crac", "in-row")
MOVING = (*IN_ROOM, "pump")
"""What must go on turning until generators carry load."""


@rule(
    "COL-001",
    "n1-cooling",
    severity=Severity.CRITICAL,
    title="Every room is cooled with its largest unit, any one plant part or any one power path out",
    rationale="A hall at full load overheats within minutes of losing its cooling; servers then stop by "
    "themselves, "
    "all at once.",
    remediation="Add a unit, feed units from both paths, give each a second chiller or pump, or take load "
    "out.",
    references=(
        nist("PE-14", "SI-13", "SC-6"),
        csf("PR.IR-02", "PR.IR-04"),
        iso27001("A.7.11", "A.7.8", "A.8.14"),
    ),
    scope="Each room with vital devices, and each room that cooling units are declared for.",
    unknown_when="no unit serves the room, or a unit's capacity or feeds or a device's draw is not declared",
    bad="cooling: {crah-1: {kind: crah, serves: [hall], capacity: 100 kW}} # and 80 kW in the hall",
    good="cooling: {'crah-[1-2]': {kind: crah, serves: [hall], capacity: 100 kW}}",
)
def n1_cooling(case: Case) -> Iterator[Outcome]:
    vital = _vital_rooms(case)
    for heat in case.analysis.heat:
        key = heat.room.removeprefix("rooms/")
        if heat.units or key in vital:
            yield _largest_unit_out(case, key, heat)
            if heat.units:
                yield _other_losses(case, key, heat)


def _largest_unit_out(case: Case, key: str, heat: RoomHeat) -> Outcome:
    element, aspect = f"rooms/{key}", "unit"
    units = [name.removeprefix("cooling/") for name in heat.units]
    looked: tuple[FieldPath, ...] = tuple(("cooling", unit, "capacity") for unit in units)
    if not units:
        return unknown(
            element,
            say(
                "{heat} of heat arise in it, and no cooling unit is declared to serve it.",
                heat=amount(heat.watts, "power"),
            ),
            say("Declare the units that cool it (`serves`)."),
            ("rooms", key),
            aspect=aspect,
        )
    needed = case.estate.rooms[key].cooling_needs
    if needed is not None and len(units) <= needed:
        return fails(
            element,
            say(
                "{units} units serve it and {needed} are needed: none can fail.",
                units=len(units),
                needed=needed,
            ),
            say("Add a unit."),
            ("rooms", key, "cooling_needs"),
            *looked,
            aspect=aspect,
        )
    left = heat.capacity_without_largest
    if left is None:
        silent = [unit for unit in units if case.estate.cooling[unit].capacity is None]
        cause = silent[0] if silent else units[0]
        return unknown(
            element,
            say("Nothing says how much heat {units} takes.", units=listed(silent or units)),
            say("Declare `capacity`."),
            ("cooling", cause, "capacity"),
            cause=f"cooling/{cause}",
            aspect=aspect,
        )
    told = say(
        "{heat} of heat arise in it; with the largest of {units} units out {left} are carried away",
        heat=amount(heat.watts, "power"),
        units=len(units),
        left=amount(left, "power"),
    )
    if heat.watts > left:
        return fails(
            element,
            say("{told}.", told=told),
            say("Add {lacking} of cooling, or take load out.", lacking=amount(heat.watts - left, "power")),
            *looked,
            aspect=aspect,
        )
    if heat.missing:
        gap = heat.missing[0]
        return unknown(
            element,
            say(
                "{told}, but {element} declares no {field}, so there is more heat.",
                told=told,
                element=gap.element,
                field=gap.field,
            ),
            say("Declare {field} of {element}.", field=gap.field, element=gap.element),
            gap.path,
            cause=gap.element,
            aspect=aspect,
        )
    return passes(element, say("{told}.", told=told), *looked, aspect=aspect)


def _other_losses(case: Case, key: str, heat: RoomHeat) -> Outcome:
    """The same for the loss of each plant part and of each power path."""
    element, aspect = f"rooms/{key}", "path"
    units = [name.removeprefix("cooling/") for name in heat.units]
    plant = _plant_under(case.estate.cooling, units)
    for unit in (*units, *plant):
        if not case.estate.cooling[unit].feeds and case.estate.cooling[unit].draw:
            return unknown(
                element,
                say(
                    "Nothing says what feeds {unit}, so the loss of a power path cannot be judged.", unit=unit
                ),
                say("Declare `feeds` of {unit}.", unit=unit),
                ("cooling", unit, "feeds"),
                cause=f"cooling/{unit}",
                aspect=aspect,
            )
    for what, cause, dead in _losses(case, key, plant):
        alive = [unit for unit in units if _runs(case.estate.cooling, f"cooling/{unit}", dead, frozenset())]
        gone = sorted({*units} - {*alive})
        if not gone or _carries(case, key, heat, alive):
            continue
        looked: tuple[FieldPath, ...] = tuple(
            ("cooling", unit, "needs" if cause.startswith("cooling/") else "feeds") for unit in gone
        )
        left = sum(case.estate.cooling[unit].capacity or 0.0 for unit in alive)
        return fails(
            element,
            say(
                "{heat} of heat arise in it; without {what} {units} stop, and {left} are carried away.",
                heat=amount(heat.watts, "power"),
                what=what,
                units=listed(gone, most=4),
                left=amount(left, "power"),
            ),
            say(
                "Feed its units from both paths, and give each plant part a second one to stand in "
                "(`any_of`)."
            ),
            *looked,
            cause=cause,
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "Without any one plant part or power path the heat of it, {heat}, is carried away.",
            heat=amount(heat.watts, "power"),
        ),
        *(("cooling", unit, "feeds") for unit in units),
        aspect=aspect,
    )


def _losses(
    case: Case, room: str, plant: tuple[str, ...]
) -> Iterator[tuple[str | Sentence, str, frozenset[str]]]:
    """Each loss in words, its element, and the cooling elements that it stops by itself."""
    for part in plant:
        yield part, f"cooling/{part}", frozenset((f"cooling/{part}",))
    site = case.estate.rooms[room].site
    paths = case.analysis.distribution_paths(site)
    if len(paths) < 2:
        return
    for name in sorted(paths):
        dark = {
            load.element.removeprefix("power/")
            for load in case.analysis.power_loads_without(paths[name])
            if not load.energised
        }
        stopped = frozenset(
            f"cooling/{key}"
            for key, unit in case.estate.cooling.items()
            if unit.feeds and all(feed in dark for feed in unit.feeds)
        )
        yield say("power path {path}", path=name), f"rooms/{room}", stopped


def _carries(case: Case, room: str, heat: RoomHeat, alive: list[str]) -> bool:
    needed = case.estate.rooms[room].cooling_needs
    if needed is not None and len(alive) >= needed:
        return True
    capacities = [case.estate.cooling[unit].capacity for unit in alive]
    return (
        all(capacity is not None for capacity in capacities)
        and sum(capacity or 0.0 for capacity in capacities) >= heat.watts
    )


def _plant_under(cooling: Mapping[str, CoolingElement], units: list[str]) -> tuple[str, ...]:
    """Plant that the units need to run, transitively, sorted."""
    seen: set[str] = set()
    pending = list(units)
    while pending:
        for need in cooling[pending.pop()].needs:
            for name in need.elements:
                key = name.removeprefix("cooling/")
                if need.kind == "run" and name.startswith("cooling/") and key in cooling and key not in seen:
                    seen.add(key)
                    pending.append(key)
    return tuple(sorted(seen - {*units}))


def _runs(
    cooling: Mapping[str, CoolingElement], name: str, dead: frozenset[str], walked: frozenset[str]
) -> bool:
    """Whether a cooling element runs although the dead ones do not; anything else is taken to run."""
    if name in dead:
        return False
    element = cooling.get(name.removeprefix("cooling/"))
    if element is None or not name.startswith("cooling/") or name in walked:
        return True
    return all(
        sum(_runs(cooling, other, dead, walked | {name}) for other in need.elements) >= need.needs
        for need in element.needs
        if need.kind == "run"
    )


@rule(
    "COL-002",
    "cooling-on-ups",
    severity=Severity.HIGH,
    title="Fans and pumps of vital rooms turn until the generators carry load, or cold is stored for so long",
    rationale="Servers on UPS go on heating while fans and pumps stand still; the room is too warm before "
    "the "
    "generators carry load.",
    remediation="Feed fans and pumps from a UPS, or store cold (a buffer tank) for longer than the start "
    "takes.",
    references=(
        nist("PE-11", "PE-14"),
        csf("PR.IR-02"),
        iso27001("A.7.11"),
    ),
    scope="Each cooling unit that serves a room with vital devices, and each pump that it needs.",
    unknown_when="its feeds are not declared; or it is on no UPS, and ride-through or generator start is not",
    bad="cooling: {pump-1: {kind: pump, feeds: [board-mechanical]}} # no UPS above it, no ride_through",
    good="cooling: {pump-1: {kind: pump, feeds: [board-ups-a]}}",
)
def cooling_on_ups(case: Case) -> Iterator[Outcome]:
    cooling = case.estate.cooling
    vital = _vital_rooms(case)
    units = [key for key, unit in cooling.items() if unit.kind in IN_ROOM and vital & {*unit.serves}]
    for key in sorted(
        {*units, *(part for part in _plant_under(cooling, units) if cooling[part].kind in MOVING)}
    ):
        yield _turns_on(case, key, cooling[key])


def _turns_on(case: Case, key: str, unit: CoolingElement) -> Outcome:
    element, place = f"cooling/{key}", ("cooling", key, "feeds")
    if not unit.feeds:
        mending = say("Declare `feeds`: the UPS board it hangs on.")
        return unknown(element, say("Nothing says what feeds it."), mending, place)
    backed = [feed for feed in unit.feeds if case.supplies.paths.behind_ups(feed)]
    if backed:
        return passes(element, say("It is fed through a UPS ({feeds}).", feeds=listed(backed)), place)
    start, silent = generator_start(case, unit.site)
    wanted = start + (unit.restart_time or 0.0)
    stored, by = _ride_through(case, key)
    fed = say("It is fed by {feeds}, with no UPS above", feeds=listed(unit.feeds))
    looked: tuple[FieldPath, ...] = (place, ("cooling", by, "ride_through"))
    if stored is None:
        return (
            fails(
                element,
                say(
                    "{fed}, and nothing says that cold is stored: it stands still until generators carry "
                    "load.",
                    fed=fed,
                ),
                say("Feed it from a UPS, or declare the `ride_through` of a buffer that it needs."),
                *looked,
            )
            if silent is None and start > 0
            else unknown(
                element,
                say(
                    "{fed}; nothing says how long the generators take to start, nor that cold is stored.",
                    fed=fed,
                ),
                say(
                    "Feed it from a UPS, or declare `ride_through` and the generators' "
                    "`switching.start_time`."
                ),
                *looked,
            )
        )
    if silent is not None:
        return unknown(
            element,
            say(
                "{fed}; cold is stored for {stored}, and nothing says how long {generator} takes to start.",
                fed=fed,
                stored=amount(stored, "duration"),
                generator=silent,
            ),
            say("Declare `switching.start_time` of {generator}.", generator=silent),
            ("power", silent, "switching"),
            *looked,
            cause=f"power/{silent}",
        )
    told = say(
        "{fed}; cold is stored for {stored}, and it turns again after {wanted}.",
        fed=fed,
        stored=amount(stored, "duration"),
        wanted=amount(wanted, "duration"),
    )
    if stored < wanted:
        return fails(element, told, say("Feed it from a UPS, or store more cold."), *looked)
    return passes(element, told, *looked)


def _ride_through(case: Case, key: str) -> tuple[float | None, str]:
    """Longest time that stored cold bridges for the element, and the element that says so."""
    cooling = case.estate.cooling
    told = [
        (ride, -index, name)
        for index, name in enumerate((key, *_plant_under(cooling, [key])))
        if (ride := cooling[name].ride_through) is not None
    ]
    if not told:
        return None, key
    longest = max(told)
    return longest[0], longest[2]


def _vital_rooms(case: Case) -> frozenset[str]:
    """Rooms with vital devices."""
    estate = case.estate
    rooms = set()
    for key in case.facts.critical_devices:
        device = estate.devices[key]
        rack = estate.racks.get(device.rack or "")
        rooms.add(rack.room if rack is not None else device.room or "")
    return frozenset(rooms & estate.rooms.keys())
