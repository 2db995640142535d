"""An equipment model as NetBox's library publishes it: exact on what is used, lenient on the rest."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

UNITS_OF_WEIGHT = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125}
"""Kilograms in each unit that NetBox knows (pound and ounce avoirdupois, exact by definition)."""

_ETHERNET = re.compile(r"([0-9]{1,4}(?:\.[0-9])?)([gt]?)base-[a-z0-9-]+")
_FIBRE_CHANNEL = re.compile(r"([0-9]{1,4})gfc-[a-z0-9-]+")
_SONET = re.compile(r"sonet-oc([0-9]{1,5})")
_NAMED_RATES = {
    "t1": 1.544e6,
    "e1": 2.048e6,
    "t3": 44.736e6,
    "e3": 34.368e6,
    "infiniband-sdr": 8e9,
    "infiniband-ddr": 16e9,
    "infiniband-qdr": 32e9,
    "infiniband-fdr10": 40e9,
    "infiniband-fdr": 54.54e9,
    "infiniband-edr": 100e9,
    "infiniband-hdr": 200e9,
    "infiniband-ndr": 400e9,
    "infiniband-xdr": 800e9,
}
_SIZES = {"": 1e6, "g": 1e9, "t": 1e12}


def interface_bandwidth(kind: str) -> float | None:
    """What an interface type carries each way, in bit/s; None where its name does not say.

    Fibre channel carries 100 MB/s for each "gigabit" of its name; InfiniBand is taken four lanes wide, after
    its line code; radio, stacking and passive optical ports share their rate and have none of their own.

    >>> interface_bandwidth("25gbase-x-sfp28"), interface_bandwidth("1000base-t"), interface_bandwidth("lag")
    (25000000000.0, 1000000000.0, None)
    """
    if found := _ETHERNET.fullmatch(kind):
        return float(found[1]) * _SIZES[found[2]]
    if found := _FIBRE_CHANNEL.fullmatch(kind):
        return int(found[1]) * 0.8e9
    if found := _SONET.fullmatch(kind):
        return round(int(found[1]) * 51.84e6, 0)
    return _NAMED_RATES.get(kind)


def _text(value: Any) -> Any:
    """A name that looks like a number is still a name."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _truth(value: Any) -> Any:
    """NetBox reads YAML 1.1, where `yes` and `no` are truth values; here they come as text."""
    return _WORDS_OF_TRUTH.get(value.lower(), value) if isinstance(value, str) else value


def _measure(value: Any) -> Any:
    """A number, also where it comes as the text that was written."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value.replace("_", ""))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("here stands a number")
    if not abs(value) <= _LARGEST:
        raise ValueError("the number is too large")
    return value


_NUMBER = re.compile(r"\s*\+?(?:[0-9][0-9_]{0,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9])?\s*")
_WORDS_OF_TRUTH = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
_LARGEST = 10**9

Name = Annotated[str, BeforeValidator(_text)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Measure = Annotated[float, BeforeValidator(_measure), Field(ge=0, le=_LARGEST)]


class _Lenient(BaseModel):
    """Frozen; unknown keys are passed over (the format grows), empty ones are as if absent."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: entry for key, entry in value.items() if entry not in _NOTHING}
        return value


_NOTHING = (None, "", "~", "null")
"""How YAML writes that nothing is there; names that no port has."""


class Port(_Lenient):
    """A place on the device where a cable can end."""

    name: Name
    """As the device shows it."""
    type: Name = ""
    """Connector or kind, by NetBox's name."""
    label: Name = ""
    """What is printed on it."""


class Interface(Port):
    """A network interface."""

    mgmt_only: Truth = False
    """Whether it carries management alone."""
    enabled: Truth = True
    """Whether it is in use from the start."""
    poe_mode: Name = ""
    """`pse` where it gives power to what is plugged in, `pd` where it takes it."""

    @property
    def bandwidth(self) -> float | None:
        """What it carries each way, in bit/s; None where its type does not say."""
        return interface_bandwidth(self.type)


class PowerPort(Port):
    """A power inlet."""

    maximum_draw: Measure | None = None
    """Greatest power it takes, in W."""
    allocated_draw: Measure | None = None
    """Power to be planned for, in W."""


class PowerOutlet(Port):
    """A power outlet, as PDUs and UPS have them."""

    power_port: Name = ""
    """The inlet that feeds it."""
    feed_leg: Name = ""
    """Phase of that inlet: A, B or C."""


class Bay(_Lenient):
    """A place for a module or a device of its own."""

    name: Name
    """As the device shows it."""
    label: Name = ""
    """What is printed on it."""
    position: Name = ""
    """How the maker counts it."""


class DeviceType(_Lenient):
    """One file of the device-type library; what no analysis uses is passed over."""

    source: str = ""
    """Path of the file, relative to the estate; empty where it did not come from one."""
    manufacturer: Name = Field(min_length=1)
    """Who makes it."""
    model: Name = Field(min_length=1)
    """What the maker calls it."""
    slug: Name = ""
    """Name for addresses; older files leave it out."""
    part_number: Name = ""
    """Number to order it by."""
    description: Name = ""
    """One line about it."""
    u_height: Measure = 1.0
    """Rack units that it takes; 0: it stands beside the units or in another device; halves occur."""
    is_full_depth: Truth = True
    """Whether it takes the front and the rear of its units."""
    is_powered: Truth = True
    """Whether it takes power at all."""
    subdevice_role: Name = ""
    """`parent` of devices in its bays, or `child` that stands in such a bay."""
    airflow: Name = ""
    """Which way the air goes: front-to-rear, rear-to-front, passive and so on."""
    weight: Measure | None = None
    """In `weight_unit`."""
    weight_unit: Literal["kg", "g", "lb", "oz"] | None = None
    """Unit of the weight."""
    console_ports: tuple[Port, ...] = Field(default=(), alias="console-ports")
    """Where a console is plugged in."""
    console_server_ports: tuple[Port, ...] = Field(default=(), alias="console-server-ports")
    """Where it serves the consoles of others."""
    power_ports: tuple[PowerPort, ...] = Field(default=(), alias="power-ports")
    """Power inlets."""
    power_outlets: tuple[PowerOutlet, ...] = Field(default=(), alias="power-outlets")
    """Power outlets."""
    interfaces: tuple[Interface, ...] = ()
    """Network interfaces."""
    front_ports: tuple[Port, ...] = Field(default=(), alias="front-ports")
    """Front side of a patch panel."""
    rear_ports: tuple[Port, ...] = Field(default=(), alias="rear-ports")
    """Rear side of a patch panel."""
    module_bays: tuple[Bay, ...] = Field(default=(), alias="module-bays")
    """Bays for modules, power supplies among them."""
    device_bays: tuple[Bay, ...] = Field(default=(), alias="device-bays")
    """Bays for child devices."""

    @model_validator(mode="before")
    @classmethod
    def _is_a_device_type(cls, value: Any) -> Any:
        if isinstance(value, Mapping | DeviceType):
            return value
        raise ValueError(
            "here stands the path of a NetBox device-type file, as in `device-types/server.yaml`"
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """In an estate's file stands the path; the loader puts the file's content in its place."""
        return {
            "type": "string",
            "pattern": r"\.ya?ml$",
            "description": "Path of a NetBox device-type file, relative to the estate.",
            "examples": ["device-types/server.yaml"],
        }

    @property
    def weight_kg(self) -> float | None:
        """What it weighs, in kg; None where weight or unit is missing."""
        if self.weight is None or self.weight_unit is None:
            return None
        return self.weight * UNITS_OF_WEIGHT[self.weight_unit]

    @property
    def supply_count(self) -> int | None:
        """Power inlets; None where they come with modules or the file leaves them out."""
        if self.power_ports or not self.is_powered:
            return len(self.power_ports)
        needs_power = bool(self.interfaces or self.console_ports or self.power_outlets)
        return None if self.module_bays or needs_power else 0

    def greatest_draw(self, supplies_needed: int = 1) -> float | None:
        """Greatest power of the whole device, in W; None where the file does not say.

        An inlet's `maximum_draw` is what flows when the others are away, so the device takes what the
        `supplies_needed` strongest inlets take together. What a PDU or UPS takes in, it passes on: None.
        """
        if self.power_outlets:
            return None
        declared = sorted((port.maximum_draw for port in self.power_ports if port.maximum_draw), reverse=True)
        return sum(declared[:supplies_needed]) if 0 < supplies_needed <= len(declared) else None

    def all_ports(self) -> Iterator[Port]:
        """Everything on it that a cable can end in, in the order of the format."""
        yield from self.console_ports
        yield from self.console_server_ports
        yield from self.power_ports
        yield from self.power_outlets
        yield from self.interfaces
        yield from self.front_ports
        yield from self.rear_ports

    @cached_property
    def ports(self) -> Mapping[str, Port]:
        """Everything on it that a cable can end in, by name; of one name the last counts."""
        return {port.name: port for port in self.all_ports()}

    def bandwidth(self, port: str) -> float | None:
        """What that interface carries, in bit/s; None where there is none or its type does not say."""
        found = next((interface for interface in self.interfaces if interface.name == port), None)
        return found.bandwidth if found else None
