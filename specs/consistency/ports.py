"""Cables and circuits end in ports that exist, one each."""

from collections.abc import Iterator
from functools import lru_cache

from specs.equipment import Device
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.text import did_you_mean

End = tuple[FieldPath, str, str]
"""Path of the port's name, the device, the port."""


def faults_of_ports(estate: Estate) -> Iterator[Fault]:
    """A port used twice, or one that the device does not have."""
    taken: dict[tuple[str, str], FieldPath] = {}
    for path, name, port in _ends(estate):
        device = estate.devices.get(name)
        if device is None:
            continue
        missing = _missing(path, device, port, estate)
        if missing is not None:
            yield missing
            continue
        first = taken.setdefault((name, port), path)
        if first != path:
            holder = f"{first[0]}/{first[1]}"
            message = f"port `{port}` of `{name}` is taken by `{holder}` already"
            yield Fault("PORT-002", path, message, "choose a free port", (first,))
    for name, device in estate.devices.items():
        for place, address in enumerate(device.addresses):
            if address.port is not None:
                path = ("devices", name, "addresses", place, "port")
                missing = _missing(path, device, address.port, estate)
                if missing is not None:
                    yield missing


def _ends(estate: Estate) -> Iterator[End]:
    for name, cable in estate.cables.items():
        yield ("cables", name, "a", "port"), cable.a.device, cable.a.port
        yield ("cables", name, "b", "port"), cable.b.device, cable.b.port
    for name, circuit in estate.circuits.items():
        for place, end in enumerate(circuit.ends):
            if end.device is not None and end.port is not None:
                yield ("circuits", name, "ends", place, "port"), end.device, end.port


_likely = lru_cache(maxsize=1024)(did_you_mean)


def _missing(path: FieldPath, device: Device, port: str, estate: Estate) -> Fault | None:
    model = estate.models.get(device.model)
    if model is None or port in model.device_type.ports:
        return None
    if model.device_type.module_bays:
        return None  # modules bring ports of their own, which the file of the chassis does not list
    message = f"`{device.id}` has no port `{port}`: its device type does not list one"
    return Fault(
        "PORT-001",
        path,
        message,
        _likely(port, tuple(model.device_type.ports)),
        (("models", device.model, "device_type"),),
    )
