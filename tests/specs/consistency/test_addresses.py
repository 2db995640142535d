import ipaddress
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from specs import consistency
from specs.model import Estate


def faults_of(
    networks: dict[str, Any], addresses: Sequence[tuple[str, str]] = ()
) -> set[tuple[str, str | int]]:
    estate = Estate.model_validate(
        {
            "estate": {"title": "T", "owner": "O"},
            "sites": {"ndc": {"role": "primary"}},
            "rooms": {"hall": {"site": "ndc", "purpose": "data-hall"}},
            "models": {"m": {"device_type": {"manufacturer": "E", "model": "m"}}},
            "networks": networks,
            "devices": {
                f"d{number}": {
                    "model": "m",
                    "role": "x",
                    "room": "hall",
                    "addresses": [{"network": network, "address": address}],
                }
                for number, (network, address) in enumerate(addresses)
            },
        }
    )
    return {(fault.code, fault.path[1]) for fault in consistency.check(estate)}


prefixes = st.builds(
    lambda host, length: str(ipaddress.ip_network((host << 20, length), strict=False)),
    st.integers(0, 4095),
    st.integers(4, 16),
) | st.builds(
    lambda host, length: str(ipaddress.ip_network((host << 120, length), strict=False)),
    st.integers(0, 255),
    st.integers(0, 12),
)


@given(st.lists(st.tuples(prefixes, st.sampled_from(["default", "blue"])), max_size=6))
def test_overlapping_prefixes_are_those_that_ipaddress_calls_so(given_: list[tuple[str, str]]) -> None:
    networks = {f"n{number}": {"prefix": prefix, "vrf": vrf} for number, (prefix, vrf) in enumerate(given_)}
    found = {name for code, name in faults_of(networks) if code == "ADDRESS-003"}
    parsed = {name: ipaddress.ip_network(network["prefix"]) for name, network in networks.items()}
    overlapping = set()
    for first, second in combinations(networks, 2):
        one, two = parsed[first], parsed[second]
        if networks[first]["vrf"] == networks[second]["vrf"] and one.version == two.version:
            assert isinstance(one, type(two))
            if one.overlaps(two):
                narrower = max((first, second), key=lambda name: (parsed[name].prefixlen, name))
                overlapping.add(narrower)
    assert found == overlapping


@given(st.lists(st.integers(0, 15), max_size=6))
def test_an_address_is_given_once(hosts: list[int]) -> None:
    addresses = [("lan", f"10.0.0.{host}") for host in hosts]
    found = faults_of({"lan": {"prefix": "10.0.0.0/28"}}, addresses)
    again = {f"d{number}" for number, host in enumerate(hosts) if host in hosts[:number]}
    ends = {f"d{number}" for number, host in enumerate(hosts) if host in (0, 15)}
    assert {name for code, name in found if code == "ADDRESS-001"} == again
    assert {name for code, name in found if code == "ADDRESS-004"} == ends


def test_one_address_may_stand_in_two_routing_tables() -> None:
    networks = {"a": {"prefix": "10.0.0.0/24"}, "b": {"prefix": "10.0.0.0/24", "vrf": "blue"}}
    assert faults_of(networks, [("a", "10.0.0.1"), ("b", "10.0.0.1")]) == set()


def test_networks_of_one_table_share_its_addresses() -> None:
    networks = {"a": {"prefix": "10.0.0.0/24"}, "b": {"kind": "peering"}}
    assert faults_of(networks, [("a", "10.0.0.1"), ("b", "10.0.0.1")]) == {("ADDRESS-001", "d1")}


def test_both_ends_of_a_link_prefix_may_be_used() -> None:
    networks = {
        "a": {"prefix": "10.0.0.0/31"},
        "b": {"prefix": "2001:db8::/127"},
        "c": {"prefix": "10.0.1.0/32"},
    }
    addresses = [("a", "10.0.0.0"), ("a", "10.0.0.1"), ("b", "2001:db8::"), ("c", "10.0.1.0")]
    assert faults_of(networks, addresses) == set()


def test_one_address_written_two_ways_is_one() -> None:
    networks = {"a": {"prefix": "2001:db8::/64"}}
    found = faults_of(networks, [("a", "2001:db8::1"), ("a", "2001:0db8:0::0:1")])
    assert found == {("ADDRESS-001", "d1")}


def test_a_gateway_may_be_an_address_of_a_device() -> None:
    assert faults_of({"a": {"prefix": "10.0.0.0/24", "gateway": "10.0.0.1"}}, [("a", "10.0.0.1")]) == set()
