"""Equipment: models as makers publish them, the devices that stand in racks, and the cables between them."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from specs.base import Count, Date, Element, Many, Need, Number, Ref, Reliability, Strict
from specs.device_type import DeviceType
from specs.units import Bandwidth, DataSize, Duration, Length, Mass, Money, Power


def _address(value: str) -> str:
    return str(ipaddress.ip_address(value))


IpAddress = Annotated[str, AfterValidator(_address)]
"""An IPv4 or IPv6 address."""


class Model(Element):
    """An equipment model: the NetBox device type as it is, and beside it what it leaves out."""

    device_type: DeviceType
    """Path of the NetBox device-type file, relative to the estate (`device-types/….yaml`)."""
    vendor: Annotated[str, Ref("vendors")] | None = None
    """Who makes or sells it."""
    firmware: str | None = None
    """Family of firmware; devices of one family fail by one fault."""
    draw: Power | None = None
    """Power of one device at its planned load; absent: the greatest draw of the device type."""
    power_supplies: Number | None = None
    """Supplies fitted, where the device type has only bays."""
    supplies_needed: Count = 1
    """Supplies that carry the device (k of n)."""
    weight: Mass | None = None
    """Of one device as fitted; absent: the device type's."""
    depth: Length | None = None
    """Of one device."""
    cores: Number | None = None
    """Physical cores."""
    memory: DataSize | None = None
    """Working memory."""
    storage: DataSize | None = None
    """Usable storage."""
    iops: Number | None = None
    """Operations a second that the storage sustains."""
    throughput: Bandwidth | None = None
    """What it switches, routes, filters or reads."""
    price: Money | None = None
    """Of one device."""
    lead_time: Duration | None = None
    """From the order to the dock, import included."""
    reliability: Reliability = Reliability()
    """How often one fails and how long it is then away."""
    sale_ends: Date | None = None
    """Last day on which it can be bought."""
    support_ends: Date | None = None
    """End of the maker's support."""

    @property
    def planned_draw(self) -> float | None:
        """Power that one device is planned to take, in W; None where nobody has said."""
        return self.draw if self.draw is not None else self.device_type.greatest_draw(self.supplies_needed)


class DeviceAddress(Strict):
    """An address of a device in a network."""

    network: Annotated[str, Ref("networks")]
    """The network it is taken from."""
    address: IpAddress
    """The address."""
    port: str | None = None
    """The interface that carries it."""


class Acceptance(Strict):
    """What was found when the device was taken over."""

    on: Date
    """Day of the acceptance."""
    by: str
    """Who accepted it."""
    genuine: bool | None = None
    """Whether it was checked against counterfeit."""
    firmware_verified: bool | None = None
    """Whether its firmware was verified against the maker's signature."""


class Device(Element):
    """One piece of equipment."""

    model: Annotated[str, Ref("models")]
    """What it is."""
    role: str
    """What it does here: server, storage, leaf, spine, border, firewall, hsm, console …"""
    rack: Annotated[str, Ref("racks")] | None = None
    """The rack it stands in."""
    position: Count | None = None
    """Lowest rack unit that it takes, 1 being the bottom; absent: beside the units (0 U)."""
    face: Literal["front", "rear"] = "front"
    """Side of the rack it is mounted on."""
    room: Annotated[str, Ref("rooms")] | None = None
    """The room it stands in, where it stands in no rack."""
    feeds: Many[Annotated[str, Ref("power")]] = ()
    """One entry a power cord: the PDU or transfer switch it is plugged into."""
    addresses: Many[DeviceAddress] = ()
    """Its addresses."""
    firmware: str | None = None
    """Version that runs on it."""
    baseline: str | None = None
    """Configuration baseline that it must equal."""
    serial: str | None = None
    """The maker's serial number."""
    owner: Annotated[str, Ref("teams")] | None = None
    """Who answers for it."""
    contract: Annotated[str, Ref("contracts")] | None = None
    """Who repairs it."""
    warranty_ends: Date | None = None
    """Last day of the warranty."""
    support_extended_to: Date | None = None
    """Last day of support bought beyond the maker's end."""
    acceptance: Acceptance | None = None
    """Record of its acceptance."""
    draw: Power | None = None
    """Power it takes; absent: the model's."""
    needs: Many[Need] = ()
    """What it needs besides its power, cooling and place."""

    def planned_draw(self, model: Model | None) -> float | None:
        """Power that it is planned to take, in W: its own, else its model's; None where nobody has said."""
        if self.draw is not None:
            return self.draw
        return model.planned_draw if model is not None else None

    @model_validator(mode="after")
    def _one_place(self) -> "Device":
        if (self.rack is None) == (self.room is None):
            raise ValueError("give either a rack or a room")
        if self.position is not None and self.rack is None:
            raise ValueError("a position stands only in a rack")
        return self


class CableEnd(Strict):
    """Where a cable ends."""

    device: Annotated[str, Ref("devices")]
    """The device."""
    port: str
    """Its port, as the device type names it."""


class Cable(Element):
    """A cable between two ports."""

    a: CableEnd
    """One end."""
    b: CableEnd
    """The other end."""
    kind: Literal["copper", "fibre", "dac", "power", "console"] = "fibre"
    """What it is made of or carries."""
    bandwidth: Bandwidth | None = None
    """What it carries; absent: what the slower port's type says."""
    length: Length | None = None
    """Of the cable."""
    tray: Annotated[str, Ref("hazards")] | None = None
    """Duct or tray that it shares with others."""
