"""Racks hold what stands in them: units, weight, depth and power."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from specs.equipment import Device, Model
from specs.issues import Fault
from specs.model import Estate
from specs.places import Rack
from specs.units import format_quantity


def faults_of_racks(estate: Estate) -> Iterator[Fault]:
    """Whatever no rack can hold."""
    standing: defaultdict[str, list[Device]] = defaultdict(list)
    for device in estate.devices.values():
        if device.rack in estate.racks and device.model in estate.models:
            standing[device.rack].append(device)
    for name, devices in sorted(standing.items()):
        rack = estate.racks[name]
        yield from _units(rack, devices, estate)
        yield from _overlaps(rack, devices, estate)
        yield from _depth(rack, devices, estate)
        yield from _weight(rack, devices, estate)
        yield from _power(rack, devices, estate)
    yield from _places(estate)


def _height(device: Device, estate: Estate) -> float:
    return estate.models[device.model].device_type.u_height


def _span(device: Device, estate: Estate) -> tuple[float, float]:
    """The lowest unit it takes, and the one above its highest."""
    assert device.position is not None
    return device.position, device.position + _height(device, estate)


def _told(device: Device, estate: Estate) -> str:
    low, above = _span(device, estate)
    last = above - 1 if above == int(above) else int(above)
    return f"unit {low:g}" if last <= low else f"units {low:g}-{last:g}"


def _units(rack: Rack, devices: Sequence[Device], estate: Estate) -> Iterator[Fault]:
    for device in devices:
        if device.position is None:
            continue
        path = ("devices", device.id, "position")
        if not _height(device, estate):
            message = f"`{device.id}` is of a model that takes no rack units, and has a position"
            yield Fault("RACK-006", path, message, "leave the position out")
        elif _span(device, estate)[1] > rack.units + 1:
            message = f"`{device.id}` takes {_told(device, estate)}, and rack `{rack.id}` has {rack.units}"
            yield Fault("RACK-001", path, message, "place it lower", (("racks", rack.id),))


def _overlaps(rack: Rack, devices: Sequence[Device], estate: Estate) -> Iterator[Fault]:
    placed = [device for device in devices if device.position is not None and _height(device, estate)]
    placed.sort(key=lambda device: (_span(device, estate)[0], device.id))
    highest: dict[str, Device] = {}
    for device in placed:
        faces = _faces(device, estate)
        below = [highest[face] for face in faces if face in highest]
        in_the_way = [other for other in below if _span(other, estate)[1] > _span(device, estate)[0]]
        if in_the_way:
            other = min(in_the_way, key=lambda one: one.id)
            message = (
                f"`{device.id}` takes {_told(device, estate)} of rack `{rack.id}`, "
                f"where `{other.id}` stands ({_told(other, estate)})"
            )
            yield Fault(
                "RACK-002", ("devices", device.id, "position"), message, "move one of them",
                (("devices", other.id, "position"),),
            )  # fmt: skip
        for face in faces:
            known = highest.get(face)
            if known is None or _span(known, estate)[1] < _span(device, estate)[1]:
                highest[face] = device


def _faces(device: Device, estate: Estate) -> tuple[str, ...]:
    return ("front", "rear") if estate.models[device.model].device_type.is_full_depth else (device.face,)


def _depth(rack: Rack, devices: Sequence[Device], estate: Estate) -> Iterator[Fault]:
    for device in devices:
        depth = estate.models[device.model].depth
        if depth is not None and rack.depth is not None and depth > rack.depth:
            message = (
                f"`{device.id}` is {format_quantity(depth, 'length')} deep, "
                f"rack `{rack.id}` only {format_quantity(rack.depth, 'length')}"
            )
            yield Fault(
                "RACK-005",
                ("devices", device.id, "rack"),
                message,
                "choose a deeper rack",
                (("racks", rack.id, "depth"),),
            )


def _weight(rack: Rack, devices: Sequence[Device], estate: Estate) -> Iterator[Fault]:
    if rack.weight_limit is None:
        return
    weights = {device.id: _weight_of(estate.models[device.model]) for device in devices}
    total = round(sum(weights.values()), 6)
    if total > rack.weight_limit:
        message = (
            f"what stands in rack `{rack.id}` weighs {format_quantity(total, 'mass')}, "
            f"it bears {format_quantity(rack.weight_limit, 'mass')}: {_heaviest(weights, 'mass')}"
        )
        yield Fault("RACK-003", ("racks", rack.id, "weight_limit"), message, "move devices to another rack")


def _weight_of(model: Model) -> float:
    """In kg; 0 where nobody has said, so that the sum is a least one."""
    return model.weight if model.weight is not None else model.device_type.weight_kg or 0.0


def _power(rack: Rack, devices: Sequence[Device], estate: Estate) -> Iterator[Fault]:
    if rack.power_limit is None:
        return
    draws = {device.id: device.planned_draw(estate.models.get(device.model)) or 0.0 for device in devices}
    total = round(sum(draws.values()), 6)
    if total > rack.power_limit:
        message = (
            f"what stands in rack `{rack.id}` takes {format_quantity(total, 'power')}, "
            f"its limit is {format_quantity(rack.power_limit, 'power')}: {_heaviest(draws, 'power')}"
        )
        yield Fault(
            "RACK-004",
            ("racks", rack.id, "power_limit"),
            message,
            "move devices to another rack, or raise the limit if the rack is built for more",
        )


def _heaviest(amounts: dict[str, float], dimension: str) -> str:
    first = sorted(amounts.items(), key=lambda entry: (-entry[1], entry[0]))[:3]
    more = f" and {len(amounts) - 3} more" if len(amounts) > 3 else ""
    kind = "mass" if dimension == "mass" else "power"
    return ", ".join(f"`{name}` {format_quantity(amount, kind)}" for name, amount in first) + more  # type: ignore[arg-type]


def _places(estate: Estate) -> Iterator[Fault]:
    taken: dict[tuple[str, str, int], Rack] = {}
    for rack in estate.racks.values():
        if rack.row is None or rack.place is None:
            continue
        first = taken.setdefault((rack.room, rack.row, rack.place), rack)
        if first is not rack:
            message = (
                f"`{rack.id}` stands at place {rack.place} of row `{rack.row}`, where `{first.id}` stands"
            )
            yield Fault(
                "RACK-007",
                ("racks", rack.id, "place"),
                message,
                "give it another place",
                (("racks", first.id, "place"),),
            )
