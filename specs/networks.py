"""Links between sites, networks on them, security zones and the flows allowed between zones."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from specs.base import AnyRef, Count, Date, Element, Many, Number, Ref, Reliability, Strict
from specs.equipment import IpAddress
from specs.units import Bandwidth, Duration, Length, Money


def _prefix(value: str) -> str:
    return str(ipaddress.ip_network(value))


def _vlan(value: int) -> int:
    if not 1 <= value <= 4094:
        raise ValueError("a VLAN lies between 1 and 4094")
    return value


Prefix = Annotated[str, AfterValidator(_prefix)]
"""An IPv4 or IPv6 prefix with no host bits set."""

Encryption = Literal["none", "macsec", "ipsec", "tls-1.2", "tls-1.3", "mtls"]


class CircuitEnd(Strict):
    """Where a circuit ends."""

    site: Annotated[str, Ref("sites")] | None = None
    """The site; absent: outside the estate."""
    outside: str | None = None
    """What lies there when it is no site: `internet`, or a partner network."""
    device: Annotated[str, Ref("devices")] | None = None
    """The device that takes it."""
    port: str | None = None
    """Its port."""
    entrance: Annotated[str, Ref("hazards")] | None = None
    """Entrance facility through which it comes into the building."""

    @model_validator(mode="after")
    def _somewhere(self) -> "CircuitEnd":
        if (self.site is None) == (self.outside is None):
            raise ValueError("give either a site or what lies outside")
        return self


class Segment(Strict):
    """A stretch of a circuit's route."""

    through: Annotated[str, Ref("hazards")]
    """Duct or exchange building that it runs through."""
    length: Length | None = None
    """Of the fibre in it."""


class Circuit(Element):
    """A link between two places."""

    kind: Literal["dci", "mpls", "internet", "oob", "access", "dark-fibre"]
    """What it is for."""
    ends: Annotated[tuple[CircuitEnd, CircuitEnd], Field(strict=False)]
    """The two ends."""
    carrier: Annotated[str, Ref("vendors")] | None = None
    """Who provides it."""
    segments: Many[Segment] | None = None
    """The route, in order from the first end. Absent: the carrier has not said, and diversity is unknown."""
    bandwidth: Bandwidth | None = None
    """Guaranteed, each way."""
    latency: Duration | None = None
    """One way, measured or promised; absent: what light needs over the declared route."""
    encryption: Encryption | None = None
    """How what crosses it is protected; absent: unknown."""
    contract: Annotated[str, Ref("contracts")] | None = None
    """Terms of repair."""
    cost: Money | None = None
    """A month."""
    reliability: Reliability = Reliability()
    """How often it fails apart from its ducts, and for how long."""


class Detection(Strict):
    """How soon a routing adjacency notices that its peer is gone. What is undeclared is unknown."""

    hold_time: Duration | None = None
    """BGP hold time (RFC 4271)."""
    keepalive: Duration | None = None
    """BGP keepalive interval."""
    bfd_interval: Duration | None = None
    """BFD transmit interval (RFC 5880)."""
    bfd_multiplier: Count | None = None
    """BFD packets missed before the session is down."""


class DnsRecord(Strict):
    """A name that people or services follow."""

    name: str
    """The name."""
    type: Literal["A", "AAAA", "CNAME", "SRV", "NS", "MX"] = "A"
    """Record type."""
    ttl: Duration | None = None
    """How long resolvers keep it; part of the failover time where it is changed."""
    points_to: Many[str] = ()
    """Addresses or names."""


class Network(Element):
    """A prefix with its VLAN and zone, or a routing adjacency over circuits."""

    kind: Literal["lan", "management", "storage", "transit", "public", "peering"] = "lan"
    """What it is for."""
    prefix: Prefix | None = None
    """Its addresses."""
    vlan: Annotated[int, AfterValidator(_vlan)] | None = None
    """VLAN (IEEE 802.1Q)."""
    vrf: str = "default"
    """Routing table it lives in; the same address may stand in two."""
    site: Annotated[str, Ref("sites")] | None = None
    """Where it is; absent: at several sites."""
    zone: Annotated[str, Ref("zones")] | None = None
    """Security zone."""
    gateway: IpAddress | None = None
    """Way out."""
    virtual_addresses: Many[IpAddress] = ()
    """Addresses that move between devices."""
    enforced_by: Many[Annotated[str, Ref("devices", "platforms")]] = ()
    """Firewalls that stand between it and others."""
    as_number: Number | None = None
    """Autonomous system."""
    over: Many[Annotated[str, Ref("circuits", lapses=True)]] = ()
    """Of a peering: the circuits it runs over."""
    detection: Detection | None = None
    """Of a peering: how soon a loss is noticed. Absent: unknown."""
    records: Many[DnsRecord] = ()
    """Names served from it."""
    depends_on: Many[AnyRef] = ()
    """What it cannot work without (of an out-of-band network: nothing that it is used to repair)."""


class Flow(Strict):
    """Traffic allowed from a zone to another."""

    to: Annotated[str, Ref("zones")]
    """Where it goes."""
    service: str
    """What it is: https, ssh, backup …"""
    ports: str = ""
    """Protocol and ports, such as `tcp/443`."""
    encryption: Encryption | None = None
    """How it is protected; absent: unknown."""
    through: Annotated[str, Ref("platforms", "devices")] | None = None
    """Enforcement point that it passes."""
    administrative: bool = False
    """Whether it carries administration."""
    expires: Date | None = None
    """Last day of a passing permission."""


class Zone(Element):
    """A security zone."""

    kind: Literal[
        "internet",
        "dmz",
        "users",
        "tenant",
        "internal",
        "restricted",
        "management",
        "backup",
        "forensics",
        "cert",
    ]
    """What lives in it."""
    sites: Many[Annotated[str, Ref("sites", lapses=True)]] = ()
    """Where it exists; none: everywhere."""
    holds: Many[Annotated[str, Ref("data_classes", lapses=True)]] = ()
    """Classes of data kept in it."""
    flows: Many[Flow] = ()
    """What may leave it."""
