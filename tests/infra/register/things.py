"""Elements to plan in tests."""

from collections.abc import Mapping
from typing import Any

from infra.register import Element


def urn(collection: str, key: str, stack: str = "ndc") -> str:
    """A name as the engine would give it."""
    return f"urn:pulumi:{stack}::ndc::thabat:index:{collection}::{key}"


def element(
    collection: str, key: str, properties: Mapping[str, Any] | None = None, stack: str = "ndc", **more: Any
) -> Element:
    """An element of that stack."""
    return Element(
        urn=urn(collection, key, stack),
        stack=stack,
        collection=collection,
        key=key,
        properties={"key": key, **(properties or {})},
        **more,
    )


def rack(key: str, /, stack: str = "ndc", **positions: int) -> Element:
    """A rack of 42 units that holds devices of one unit at those positions."""
    return rack_of(key, positions, stack)


def rack_of(key: str, positions: Mapping[str, int], stack: str = "ndc") -> Element:
    """The same, for devices whose names are no words of Python."""
    holds = {name: {"position": unit, "height": 1, "face": "front"} for name, unit in positions.items()}
    return element("racks", key, {"units": 42, "holds": holds}, stack)


def network(key: str, assigned: Mapping[str, str], vrf: str = "default", stack: str = "ndc") -> Element:
    """A network with those addresses given out."""
    return element("networks", key, {"vrf": vrf, "assigned": dict(assigned)}, stack)


def device(key: str, ports: Mapping[str, str], stack: str = "ndc") -> Element:
    """A device with those cables in its ports."""
    return element("devices", key, {"model": "m", "ports": dict(ports)}, stack)
