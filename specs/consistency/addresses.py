"""Addresses lie within their prefix, and each stands once in its routing table."""

import ipaddress
from collections.abc import Iterator

from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.networks import Network

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def faults_of_addresses(estate: Estate) -> Iterator[Fault]:
    """An address that cannot be where it is said to be."""
    yield from _overlaps(estate)
    prefixes = {
        name: ipaddress.ip_network(network.prefix)
        for name, network in estate.networks.items()
        if network.prefix is not None
    }
    taken: dict[tuple[str, str], tuple[FieldPath, str]] = {}
    for path, network, address, holder in _addresses(estate):
        yield from _within(path, network, address, prefixes.get(network.id))
        first = taken.setdefault((network.vrf, address), (path, holder))
        if first[0] != path:
            twice = f"twice to `{holder}`" if holder == first[1] else f"to `{holder}` and to `{first[1]}`"
            message = f"{address} is given {twice} (routing table `{network.vrf}`)"
            yield Fault("ADDRESS-001", path, message, "give one of them another address", (first[0],))
    for name, network in estate.networks.items():
        if network.gateway is not None:
            yield from _within(("networks", name, "gateway"), network, network.gateway, prefixes.get(name))


def _addresses(estate: Estate) -> Iterator[tuple[FieldPath, Network, str, str]]:
    for name, device in estate.devices.items():
        for place, given in enumerate(device.addresses):
            network = estate.networks.get(given.network)
            if network is not None:
                yield (
                    ("devices", name, "addresses", place, "address"),
                    network,
                    given.address,
                    f"devices/{name}",
                )
    for name, network in estate.networks.items():
        for place, address in enumerate(network.virtual_addresses):
            yield ("networks", name, "virtual_addresses", place), network, address, f"networks/{name}"


def _within(path: FieldPath, network: Network, address: str, prefix: IpNetwork | None) -> Iterator[Fault]:
    if prefix is None:
        return
    parsed = ipaddress.ip_address(address)
    related: tuple[FieldPath, ...] = (("networks", network.id, "prefix"),)
    if parsed.version != prefix.version or parsed not in prefix:
        message = f"{address} lies outside {prefix}, the prefix of network `{network.id}`"
        yield Fault(
            "ADDRESS-002", path, message, "correct the address, or name the network it is of", related
        )
    elif (
        prefix.version == 4
        and prefix.prefixlen < 31
        and parsed in (prefix.network_address, prefix.broadcast_address)
    ):
        which = "network's own" if parsed == prefix.network_address else "broadcast"
        message = f"{address} is the {which} address of {prefix}"
        yield Fault("ADDRESS-004", path, message, "choose an address between the two ends", related)


def _overlaps(estate: Estate) -> Iterator[Fault]:
    declared = sorted(
        (network.vrf, prefix.version, int(prefix.network_address), prefix.prefixlen, name, prefix)
        for name, network in estate.networks.items()
        if network.prefix is not None
        for prefix in (ipaddress.ip_network(network.prefix),)
    )
    wide: tuple[str, int, str, IpNetwork] | None = None
    for vrf, version, start, _, name, prefix in declared:
        if wide is not None and wide[:2] == (vrf, version) and start <= int(wide[3].broadcast_address):
            message = f"{prefix} of `{name}` overlaps {wide[3]} of `{wide[2]}` (routing table `{vrf}`)"
            yield Fault(
                "ADDRESS-003", ("networks", name, "prefix"), message,
                "give one of them another prefix, or a `vrf` of its own", (("networks", wide[2], "prefix"),),
            )  # fmt: skip
        else:
            wide = (vrf, version, name, prefix)
