"""Power and cooling of the sites that are left: every feed and leg, room, rack and site, a unit being out.

Devices take their planned draw whatever runs on them, so services change nothing here; what is switched on
does. In reserve, the largest unit is out: of cooling in each room; of power the largest UPS and the largest
transformer of the site, one after the other, and the utility together with the largest generator. The load
moves as `resilience.loads` says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from resilience.derive.power import supplies_needed
from resilience.dr_capacity.loss import Loss
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.results import Balance, Resource
from resilience.loads import Loads, draw_of, rating_of
from resilience.results import Missing, PowerLoad, RoomHeat, Tri, in_order
from resilience.whereabouts import by_id

STANDING_ALONE = ("ups", "transformer")
"""Kinds of which the largest of a site is out by itself."""


def site_balances(loss: Loss, loads: Loads, sites: Collection[str]) -> tuple[Balance, ...]:
    """Every power element with a load, cooled room, and limit of a rack, room or site at those sites.

    `loads`: of the estate, or of the estate with devices added to it.
    """
    found: list[Balance] = []
    for site in sorted(sites):
        found += _power(loss, loads, site)
        found += _heat(loss, loads, site)
        found += _limits(loads, site)
    return tuple(found)


@dataclass(frozen=True)
class _State:
    """Power elements that are out, and by which name that is told."""

    out: str
    gone: frozenset[str]


def _states(loss: Loss, site: str) -> Iterator[_State]:
    estate = loss.estate
    here = {name: element for name, element in by_id(estate.power) if element.site == site}

    def largest(kind: str) -> str | None:
        units = [name for name, element in here.items() if element.kind == kind]
        return max(units, key=lambda name: (rating_of(here[name]) or 0.0, name), default=None)

    for kind in STANDING_ALONE:
        unit = largest(kind)
        if unit is not None:
            modules = here[unit].modules
            alone = sum(element.kind == kind for element in here.values()) == 1
            if alone and modules is not None and modules.installed > modules.needed:
                continue
            yield _State(f"power/{unit}", frozenset({f"power/{unit}"}))
    grid = {f"power/{name}" for name, element in here.items() if element.kind == "utility"}
    generator = largest("generator")
    if grid and generator is not None:
        yield _State(f"power/{generator}", frozenset(grid | {f"power/{generator}"}))


def _power(loss: Loss, loads: Loads, site: str) -> Iterator[Balance]:
    down = frozenset(
        f"power/{name}"
        for name, element in by_id(loss.estate.power)
        if element.site == site and loss.down(f"power/{name}")
    )
    now = loads.without(down)
    states = [(state, loads.without(down | state.gone)) for state in _states(loss, site)]
    dark = {
        state.out.partition("/")[2]: found
        for state, moved in states
        if (found := _dark(loads, site, now, moved))
    }
    for name, element in by_id(loss.estate.power):
        if element.site != site:
            continue
        if name in dark:
            yield _nothing_else(loads, name, now[name], dark[name])
        elif now[name].watts or any(moved[name].watts for _, moved in states):
            yield from _element(loss, name, now[name], [(state, moved[name]) for state, moved in states])


def _nothing_else(loads: Loads, name: str, now: PowerLoad, dark: tuple[str, ...]) -> Balance:
    """A unit without which devices have no power: in reserve, where it is out, nothing carries them."""
    devices = (loads.estate.devices[device.partition("/")[2]] for device in dark)
    watts = sum(draw_of(device, loads.where) or 0.0 for device in devices)
    missing = list(now.missing)
    if now.rating is None:
        path = ("power", name, "rating")
        missing.append(Missing(f"power/{name}", "rating", path, "whether it carries its load"))
    out = f"power/{name}"
    found = _balance(out, "power", now.rating, now.watts, 0.0, max(watts, now.watts), out, dark, missing)
    return replace(found, fits_in_reserve="no")


def _dark(loads: Loads, site: str, now: dict[str, PowerLoad], moved: dict[str, PowerLoad]) -> tuple[str, ...]:
    """Devices of the site that have power now and would not have it then."""
    found = []
    for name, device in by_id(loads.estate.devices):
        if loads.where.device_sites.get(name) != site or not device.feeds:
            continue
        needed = supplies_needed(device, loads.where)
        before, after = (
            sum(state[feed].energised for feed in device.feeds if feed in state) >= needed
            for state in (now, moved)
        )
        if before and not after:
            found.append(f"devices/{name}")
    return tuple(found)


def _element(
    loss: Loss, name: str, now: PowerLoad, states: list[tuple[_State, PowerLoad]]
) -> Iterator[Balance]:
    element = loss.estate.power[name]
    missing = list(now.missing)
    if now.rating is None:
        path = ("power", name, "rating")
        missing.append(Missing(f"power/{name}", "rating", path, "whether it carries its load"))
    still = [(state, load) for state, load in states if f"power/{name}" not in state.gone]
    worst, heaviest = max(
        still, key=lambda entry: (entry[1].watts, entry[0].out), default=(_State("", frozenset()), now)
    )
    yield _balance(
        f"power/{name}",
        "power",
        now.rating,
        now.watts,
        now.rating,
        max(now.watts, heaviest.watts),
        worst.out if heaviest.watts > now.watts else "",
        (),
        missing,
    )
    if element.legs == 3:
        share = None if now.rating is None else now.rating / 3.0
        fullest = max((max(load.legs) for _, load in still), default=0.0)
        yield _balance(
            f"power/{name}",
            "leg",
            share,
            max(now.legs),
            share,
            max(fullest, *now.legs),
            worst.out if fullest > max(now.legs) else "",
            (),
            missing,
        )


def _heat(loss: Loss, loads: Loads, site: str) -> Iterator[Balance]:
    for room, heat in sorted(loads.heat.items()):
        if loss.estate.rooms[room].site == site and heat.units:
            yield _room(loss, room, heat)


def _room(loss: Loss, room: str, heat: RoomHeat) -> Balance:
    """Units that are down after the loss give nothing; the largest of the others is out in reserve."""
    left = [unit for unit in heat.units if not loss.down(unit)]
    capacities = [
        (capacity, unit)
        for unit in left
        if (capacity := loss.estate.cooling[unit.partition("/")[2]].capacity) is not None
    ]
    told = len(capacities) == len(left)
    largest = max(capacities, default=(0.0, ""))
    gives = sum(capacity for capacity, _ in capacities) if told else None
    return _balance(
        f"rooms/{room}",
        "heat",
        gives,
        heat.watts,
        None if gives is None else gives - largest[0],
        heat.watts,
        largest[1],
        (),
        heat.missing,
    )


def _limits(loads: Loads, site: str) -> Iterator[Balance]:
    """Planned draw of all devices in each rack, room and site against the load that it is built for."""
    estate, where = loads.estate, loads.where
    watts: dict[str, float] = defaultdict(float)
    missing: dict[str, list[Missing]] = defaultdict(list)
    for name, device in by_id(estate.devices):
        room = where.device_rooms[name]
        if where.device_sites.get(name) != site or room is None:
            continue
        draw = draw_of(device, where)
        places = [f"sites/{site}", f"rooms/{room}", *([f"racks/{device.rack}"] if device.rack else [])]
        for place in places:
            watts[place] += draw or 0.0
            if draw is None:
                fact = Missing(f"devices/{name}", "draw", ("devices", name), "what it takes from its feeds")
                missing[place].append(fact)
    for place in sorted(watts):
        limit = getattr(estate.element(place), "power_limit", None)
        if limit is not None:
            yield _balance(place, "limit", limit, watts[place], limit, watts[place], "", (), missing[place])


def _balance(
    element: str,
    resource: Resource,
    gives: float | None,
    takes: float,
    gives_in_reserve: float | None,
    takes_in_reserve: float,
    out: str,
    takers: tuple[str, ...],
    missing: Collection[Missing],
) -> Balance:
    return Balance(
        element=element,
        resource=resource,
        product="",
        gives=gives,
        takes=takes,
        fits=judged(takes, gives, unknown=bool(missing)),
        gives_in_reserve=gives_in_reserve,
        takes_in_reserve=takes_in_reserve,
        fits_in_reserve=judged(takes_in_reserve, gives_in_reserve, unknown=bool(missing)),
        out=out,
        takers=takers,
        missing=in_order(missing),
    )


def judged(takes: float, gives: float | None, *, unknown: bool) -> Tri:
    """Whether what is taken fits; more than there is never does, however much is unknown.

    >>> judged(3.0, 2.0, unknown=True), judged(2.0, 2.0, unknown=False), judged(2.0, None, unknown=False)
    ('no', 'yes', 'unknown')
    """
    if gives is None:
        return "unknown"
    if takes > gives * (1.0 + ROUNDING):
        return "no"
    return "unknown" if unknown else "yes"
