"""Electrical load of every power element, in the normal state and after losses, and the heat of every room.

The load of a device is split equally over its cords that carry power; a power element takes from its
closed inputs first, by priority, inputs of one priority sharing equally, and from open ones only as far as
it must. What is lost in conversion is added on the way up. A device with too few live cords is off and
takes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from resilience.derive.power import is_passive, supplies_needed
from resilience.results import Missing, PowerLoad, RoomHeat, in_order
from resilience.whereabouts import Whereabouts, by_id
from specs.equipment import Device
from specs.model import Estate
from specs.power import PowerElement

CONVERTS = ("ups", "transformer")
"""Kinds whose losses matter; of these an undeclared efficiency is a missing fact."""

ROOM_UNITS = ("crah", "crac", "in-row")
"""Kinds of cooling that take heat from rooms; the others serve these units, unless a room has no such
unit."""


def draw_of(device: Device, where: Whereabouts) -> float | None:
    """Watts that the device takes; what is passive takes none."""
    model = where.model(device)
    if device.draw is None and model is not None and is_passive(device, where):
        return 0.0
    return device.planned_draw(model)


def rating_of(element: PowerElement) -> float | None:
    """Greatest watts before derating: the lesser of the rating (or of all modules together) and of
    apparent power."""
    known = [] if element.rating is None else [element.rating]
    if element.rating is None and element.modules is not None:
        known.append(element.modules.installed * element.modules.rating)
    if element.apparent is not None and element.power_factor is not None:
        known.append(element.apparent * element.power_factor)
    return min(known, default=None)


def units_by_room(estate: Estate) -> dict[str, tuple[str, ...]]:
    """Cooling elements that serve each room, both by id."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, unit in by_id(estate.cooling):
        for room in unit.serves:
            found[room].append(name)
    chosen = {}
    for room, units in sorted(found.items()):
        inside = [name for name in units if estate.cooling[name].kind in ROOM_UNITS]
        chosen[room] = tuple(inside or units)
    return chosen


@dataclass
class _State:
    """What one element carries while the load of others is added up."""

    watts: float = 0.0
    thirds: float = 0.0
    """Load that is spread over three legs alike."""
    single: list[float] = field(default_factory=list)
    """Loads that stand on one leg each."""
    missing: set[Missing] = field(default_factory=set)


@dataclass(frozen=True)
class Loads:
    """The electrical and thermal state of one estate."""

    estate: Estate
    where: Whereabouts

    @cached_property
    def normal(self) -> dict[str, PowerLoad]:
        """Every power element by id, with nothing lost."""
        return self.without(frozenset())

    def without(self, lost: frozenset[str]) -> dict[str, PowerLoad]:
        """Every power element by id, once those (`power/…`) are lost and their load has moved."""
        if lost not in self._found:
            self._found[lost] = self._worked_out(lost)
        return self._found[lost]

    @cached_property
    def _found(self) -> dict[frozenset[str], dict[str, PowerLoad]]:
        """By loss: what was worked out before; each room of a site asks for the same ones."""
        return {}

    def _worked_out(self, lost: frozenset[str]) -> dict[str, PowerLoad]:
        gone = {reference.partition("/")[2] for reference in lost}
        rank = self._energised(gone)
        active = {name: self._inputs(name, rank, ordered=False) for name in rank}
        order = _from_sinks(active)
        if order is None:
            active = {name: self._inputs(name, rank, ordered=True) for name in rank}
            order = _from_sinks(active) or []
        states = {name: _State() for name in sorted(self.estate.power)}
        self._add_devices(states, rank)
        self._add_cooling(states, rank)
        for name in order:
            self._pass_on(name, states, active[name])
        return {name: self._result(name, state, name in rank) for name, state in states.items()}

    def _energised(self, gone: set[str]) -> dict[str, int]:
        """Power elements that carry power, each with its distance from a source."""
        rank = {
            name: 0
            for name, element in by_id(self.estate.power)
            if name not in gone and not element.inputs
        }  # fmt: skip
        waiting = [name for name, element in by_id(self.estate.power) if element.inputs and name not in gone]
        distance = 0
        while True:
            distance += 1
            fed = [name for name in waiting if self._live_inputs(name, rank) >= self.estate.power[name].needs]
            if not fed:
                return rank
            rank.update((name, distance) for name in fed)
            waiting = [name for name in waiting if name not in rank]

    def _live_inputs(self, name: str, rank: dict[str, int]) -> int:
        return sum(entry.source in rank for entry in self.estate.power[name].inputs)

    def _inputs(self, name: str, rank: dict[str, int], *, ordered: bool) -> tuple[str, ...]:
        """Sources that it takes its load from; `ordered` allows only sources nearer to a source than
        itself."""
        element = self.estate.power[name]
        groups: dict[tuple[bool, int], list[str]] = defaultdict(list)
        for entry in element.inputs:
            if entry.source in rank and (not ordered or rank[entry.source] < rank[name]):
                groups[entry.normally == "open", entry.priority].append(entry.source)
        taken: list[str] = []
        for (is_open, _), sources in sorted(groups.items()):
            if len(taken) >= element.needs:
                break
            taken += sources[: element.needs - len(taken)] if is_open else sources
        return tuple(taken)

    def _add_devices(self, states: dict[str, _State], rank: dict[str, int]) -> None:
        for name, device in by_id(self.estate.devices):
            cords = [feed for feed in device.feeds if feed in states]
            live = [feed for feed in cords if feed in rank]
            if not live or len(live) < supplies_needed(device, self.where):
                continue
            draw = draw_of(device, self.where)
            fact = Missing(f"devices/{name}", "draw", ("devices", name), "what it takes from its feeds")
            for feed in live:
                self._load(states[feed], None if draw is None else draw / len(live), fact)

    def _add_cooling(self, states: dict[str, _State], rank: dict[str, int]) -> None:
        for name, unit in by_id(self.estate.cooling):
            live = next((feed for feed in unit.feeds if feed in rank and feed in states), None)
            if live is not None:
                fact = Missing(f"cooling/{name}", "draw", ("cooling", name), "what it takes from its feeds")
                state = states[live]
                state.watts += unit.draw or 0.0
                state.thirds += unit.draw or 0.0
                if unit.draw is None:
                    state.missing.add(fact)

    def _load(self, state: _State, watts: float | None, fact: Missing) -> None:
        if watts is None:
            state.missing.add(fact)
        else:
            state.watts += watts
            state.single.append(watts)

    def _pass_on(self, name: str, states: dict[str, _State], sources: tuple[str, ...]) -> None:
        element, state = self.estate.power[name], states[name]
        missing = set(state.missing)
        if element.efficiency is None and element.kind in CONVERTS:
            missing.add(
                Missing(f"power/{name}", "efficiency", ("power", name), "what it takes for its own losses")
            )
        drawn = state.watts / (element.efficiency or 1.0)
        for source in sources:
            share = drawn / len(sources)
            target = states[source]
            target.watts += share
            target.missing |= missing
            if element.legs == 3:
                target.thirds += share
            else:
                target.single.append(share)

    def _result(self, name: str, state: _State, energised: bool) -> PowerLoad:
        element = self.estate.power[name]
        return PowerLoad(
            element=f"power/{name}",
            watts=state.watts,
            legs=legs_of(state.thirds, state.single) if element.legs == 3 else (state.watts,),
            rating=rating_of(element),
            energised=energised,
            missing=in_order(state.missing),
        )

    @cached_property
    def heat(self) -> dict[str, RoomHeat]:
        """Every room in which something takes power, by id."""
        watts: dict[str, float] = defaultdict(float)
        missing: dict[str, list[Missing]] = defaultdict(list)
        for name, device in by_id(self.estate.devices):
            room = self.where.device_rooms[name]
            draw = draw_of(device, self.where)
            if room is None:
                continue
            watts[room] += draw or 0.0
            if draw is None:
                missing[room].append(
                    Missing(f"devices/{name}", "draw", ("devices", name), "the heat of its room")
                )
        for name, element in by_id(self.estate.power):
            if element.room is None or element.kind not in CONVERTS:
                continue
            load = self.normal[name]
            watts[element.room] += load.watts * (1.0 / (element.efficiency or 1.0) - 1.0)
            missing[element.room] += load.missing
            if element.efficiency is None:
                fact = Missing(f"power/{name}", "efficiency", ("power", name), "the heat of its room")
                missing[element.room].append(fact)
        return {room: self._room_heat(room, watts[room], missing[room]) for room in sorted(watts)}

    def _room_heat(self, room: str, watts: float, missing: list[Missing]) -> RoomHeat:
        units = self.units.get(room, ())
        known: list[float] = []
        for unit in units:
            capacity = self.estate.cooling[unit].capacity
            if capacity is None:
                missing.append(
                    Missing(f"cooling/{unit}", "capacity", ("cooling", unit), "what it takes away")
                )
            else:
                known.append(capacity)
        told = len(known) == len(units) and bool(units)
        return RoomHeat(
            room=f"rooms/{room}",
            watts=watts,
            capacity=sum(known) if told else None,
            capacity_without_largest=sum(known) - max(known) if told else None,
            units=tuple(f"cooling/{unit}" for unit in units),
            missing=in_order(missing),
        )

    @cached_property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Cooling elements that serve each room."""
        return units_by_room(self.estate)

    def paths_at(self, site: str) -> dict[str, frozenset[str]]:
        """Power elements (`power/…`) of each distribution path of a site."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, element in by_id(self.estate.power):
            if element.site == site and element.path is not None:
                found[element.path].add(f"power/{name}")
        return {path: frozenset(elements) for path, elements in sorted(found.items())}


def legs_of(balanced: float, single: list[float]) -> tuple[float, float, float]:
    """Watts on each of three legs: what is balanced in thirds, and single-phase loads put on the emptiest
    leg, the greatest first. No plan of legs does better by more than a third; which leg a cord is on is not
    declared.

    >>> legs_of(300.0, [50.0, 50.0, 40.0, 10.0])
    (150.0, 150.0, 150.0)
    """
    legs = [balanced / 3.0] * 3
    for watts in sorted(single, reverse=True):
        legs[legs.index(min(legs))] += watts
    return legs[0], legs[1], legs[2]


def _from_sinks(active: dict[str, tuple[str, ...]]) -> list[str] | None:
    """Elements such that each comes before the sources it takes from; None where they go round."""
    pending: dict[str, int] = dict.fromkeys(sorted(active), 0)
    for sources in active.values():
        for source in sources:
            pending[source] += 1
    ready = [name for name, count in pending.items() if not count]
    order: list[str] = []
    while ready:
        name = ready.pop()
        order.append(name)
        for source in active[name]:
            pending[source] -= 1
            if not pending[source]:
                ready.append(source)
    return order if len(order) == len(active) else None
