"""Where nodes to be bought can stand: rack units in one piece, and what each rack bears in power and weight.

One integer programme chooses the models and the racks together: first the fewest nodes without a place, then
the fewest of unknown price, then the least cost, then the fewest nodes, then the first racks by id.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf

from resilience.dr_capacity.expansions import Expansion, price_of
from resilience.dr_capacity.loss import Loss
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.program import Rows
from resilience.loads import draw_of
from resilience.whereabouts import by_id
from specs.equipment import Model
from specs.places import Rack

HALLS = ("data-hall", "storage", "network")
"""Purposes of rooms whose racks take nodes."""


@dataclass(frozen=True)
class Space:
    """What is free in one rack."""

    rack: str
    gaps: tuple[int, ...]
    """Rack units that are free in one piece, from the bottom."""
    watts: float
    """Within its power limit; infinite where none is declared."""
    kilograms: float
    """Within its weight limit; infinite where none is declared."""


def free_gaps(units: int, taken: Sequence[tuple[int, float]]) -> tuple[int, ...]:
    """Lengths of what is free in a rack of so many units; `taken`: lowest unit and height of each device, a
    part of a unit counting whole.

    >>> free_gaps(10, [(1, 2.0), (5, 0.5)])
    (2, 5)
    """
    full = {unit for lowest, height in taken for unit in range(lowest, lowest + ceil(height))}
    gaps: list[int] = []
    length = 0
    for unit in range(1, units + 2):
        if unit <= units and unit not in full:
            length += 1
        elif length:
            gaps.append(length)
            length = 0
    return tuple(gaps)


def spaces(loss: Loss, platform: str) -> tuple[Space, ...]:
    """Racks at the sites that are left of a platform, in rooms where its nodes stand or that are made for
    it, by id."""
    estate, where = loss.estate, loss.analysis.graph.where
    nodes = loss.nodes_left[platform]
    sites = {where.device_sites.get(node) for node in nodes}
    rooms = {where.device_rooms.get(node) for node in nodes}
    rooms |= {name for name, room in estate.rooms.items() if room.site in sites and room.purpose in HALLS}
    return tuple(_space(loss, name, rack) for name, rack in by_id(estate.racks) if rack.room in rooms)


def _space(loss: Loss, name: str, rack: Rack) -> Space:
    where = loss.analysis.graph.where
    taken, watts, kilograms = [], 0.0, 0.0
    for _, device in by_id(loss.estate.devices):
        if device.rack != name:
            continue
        model = where.model(device)
        if device.position is not None and model is not None:
            taken.append((device.position, model.device_type.u_height))
        watts += draw_of(device, where) or 0.0
        kilograms += (weight_of(model) if model is not None else None) or 0.0
    power = inf if rack.power_limit is None else rack.power_limit * (1.0 - (rack.headroom or 0.0))
    weight = inf if rack.weight_limit is None else rack.weight_limit
    return Space(name, free_gaps(rack.units, taken), max(0.0, power - watts), max(0.0, weight - kilograms))


def weight_of(model: Model) -> float | None:
    """Kilograms of one; None: unknown."""
    return model.weight if model.weight is not None else model.device_type.weight_kg


@dataclass(frozen=True)
class Racked:
    """Nodes of one model for one platform, and where they go."""

    expansion: Expansion
    racks: tuple[tuple[str, int], ...]
    unplaced: int


def racked(
    options: Mapping[str, Sequence[Expansion]],
    free: Mapping[str, Sequence[Space]],
    models: Mapping[str, Model],
    currency: str,
) -> tuple[tuple[Racked, ...], bool]:
    """For each platform one of its options, and the racks, by platform; and whether that is proven to be the
    least."""
    rows = Rows()
    costs: list[dict[int, float]] = [defaultdict(float) for _ in range(5)]
    in_gap: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    watts: dict[str, list[tuple[int, float]]] = defaultdict(list)
    kilograms: dict[str, list[tuple[int, float]]] = defaultdict(list)
    every = {space.rack: space for found in free.values() for space in found}
    for platform, choices in sorted(options.items()):
        chosen = []
        for option in choices:
            model = models[option.model]
            take = rows.variable(("take", platform, option.model))
            chosen.append((take, 1.0))
            count = float(option.count)
            left = rows.variable(("unplaced", platform, option.model), count)
            price = price_of(model, currency)
            costs[0][left] = 1.0
            costs[1][take] = count * (price is None)
            costs[2][take] = count * (price or 0.0)
            costs[3][take] = count
            placed = [(left, 1.0), (take, -count)]
            height = ceil(model.device_type.u_height)
            for order, space in enumerate(sorted(free[platform], key=lambda space: space.rack)):
                gaps = space.gaps if height else (max(1, option.count),)
                for gap, length in enumerate(gaps):
                    most = min(count, float(length // height) if height else count)
                    if most:
                        here = rows.variable((f"{platform} {option.model}", space.rack, str(gap)), most)
                        placed.append((here, 1.0))
                        costs[4][here] = float(order + 1)
                        if height:
                            in_gap[space.rack, gap].append((here, float(height)))
                        watts[space.rack].append((here, model.planned_draw or 0.0))
                        kilograms[space.rack].append((here, weight_of(model) or 0.0))
            rows.row(placed, low=0.0, high=0.0)
        rows.row(chosen, low=1.0, high=1.0)
    for (rack, gap), terms in sorted(in_gap.items()):
        rows.row(terms, high=float(every[rack].gaps[gap]))
    for limits, give in ((watts, "watts"), (kilograms, "kilograms")):
        for rack, terms in sorted(limits.items()):
            limit = getattr(every[rack], give)
            if limit < inf:
                scale = limit or 1.0
                rows.row([(v, f / scale) for v, f in terms], high=limit / scale * (1.0 + ROUNDING))
    found, proven = rows.lexicographic(costs)
    result = []
    for platform, choices in sorted(options.items()):
        for option in choices:
            if found[rows.index["take", platform, option.model]] < 0.5:
                continue
            racks: dict[str, int] = defaultdict(int)
            for (kind, rack, _), number in rows.index.items():
                if kind == f"{platform} {option.model}" and found[number] > 0.5:
                    racks[rack] += round(found[number])
            unplaced = round(found[rows.index["unplaced", platform, option.model]])
            result.append(Racked(option, tuple(sorted(racks.items())), unplaced))
    return tuple(result), proven
