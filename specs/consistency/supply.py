"""Power flows from sources, through cords that exist, and no more of it than an element carries."""

from collections import defaultdict
from collections.abc import Iterator

from specs.consistency.loops import loops
from specs.equipment import Device
from specs.issues import Fault
from specs.model import Estate
from specs.power import PowerElement
from specs.units import format_quantity


def faults_of_power(estate: Estate) -> Iterator[Fault]:
    """Whatever no power chain can do."""
    yield from _loops(estate)
    yield from _cords(estate)
    yield from _loads(estate)


def _loops(estate: Estate) -> Iterator[Fault]:
    """Inputs closed at the same time lead back to where they come from; open ties do not count."""
    closed = {
        name: [
            each.source
            for each in element.inputs
            if each.normally == "closed" and each.source in estate.power
        ]
        for name, element in estate.power.items()
    }
    for loop in loops(closed):
        first = loop[0]
        around = " ← ".join(f"`{name}`" for name in (*loop, first))
        place = next(
            i for i, each in enumerate(estate.power[first].inputs) if each.source == (*loop, first)[1]
        )
        yield Fault(
            "LOOP-001",
            ("power", first, "inputs", place, "source"),
            f"power runs in a loop that is closed: {around}",
            "break it: feed one of them from elsewhere, or mark a tie `normally: open`",
            tuple(("power", name) for name in loop[1:]),
        )


def _cords(estate: Estate) -> Iterator[Fault]:
    for name, device in estate.devices.items():
        model = estate.models.get(device.model)
        if model is None:
            continue
        supplies = (
            model.power_supplies if model.power_supplies is not None else model.device_type.supply_count
        )
        if supplies is not None and len(device.feeds) > supplies:
            message = f"`{name}` is fed by {len(device.feeds)} cords, its model takes {supplies}"
            hint = "leave out what is too much, or say how many are fitted: `power_supplies` of the model"
            yield Fault("PORT-003", ("devices", name, "feeds"), message, hint, (("models", device.model),))


def _loads(estate: Estate) -> Iterator[Fault]:
    plugged: defaultdict[str, list[tuple[float, Device]]] = defaultdict(list)
    for device in estate.devices.values():
        draw = device.planned_draw(estate.models.get(device.model))
        for feed in device.feeds:
            if draw is not None and feed in estate.power:
                plugged[feed].append((draw / len(device.feeds), device))
    for name, loads in sorted(plugged.items()):
        carries = _carries(estate.power[name])
        total = round(sum(load for load, _ in loads), 6)
        if carries is not None and total > carries[1]:
            field, limit = carries
            message = (
                f"what is plugged into `{name}` takes {format_quantity(total, 'power')} "
                f"with all its cords live, it carries {format_quantity(limit, 'power')}"
            )
            yield Fault("POWER-001", ("power", name, field), message, "plug some of it in elsewhere")


def _carries(element: PowerElement) -> tuple[str, float] | None:
    """The field that limits an element, and the real power in W that it allows."""
    limits: list[tuple[float, str]] = []
    if element.rating is not None:
        limits.append((element.rating, "rating"))
    if element.apparent is not None:
        factor = element.power_factor if element.power_factor is not None else 1.0
        limits.append((element.apparent * factor, "apparent"))
    return (min(limits)[1], min(limits)[0]) if limits else None
