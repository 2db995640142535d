"""The bundled national estate: as large, as neutral and as consistent as it is meant to be."""

import ipaddress
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

import pytest

from specs.base import Element
from specs.bundled import bundled, folder_of
from specs.loading import Loaded, load
from specs.model import Estate
from specs.places import Position

ESTATES = ("national", "national-cured")
DOCUMENTATION = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)
PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")))
DERATED = 0.8
"""Share of a rating that is carried for long."""


@pytest.fixture(scope="module")
def national() -> Loaded:
    return load(folder_of("national"))


@pytest.fixture(scope="module")
def whole(national: Loaded) -> Estate:
    return national.estate


@pytest.fixture(scope="module")
def last(national: Loaded) -> Estate:
    return national.estate.as_of(None)


def sites_of(estate: Estate) -> dict[str, str]:
    """By device: its site."""
    return {
        name: estate.rooms[estate.racks[device.rack].room if device.rack else device.room or ""].site
        for name, device in estate.devices.items()
    }


def kilometres(a: Position | None, b: Position | None) -> float:
    """Great-circle distance (haversine, mean radius 6371 km)."""
    assert a is not None
    assert b is not None
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * 6371 * asin(sqrt(chord))


def test_it_and_its_cured_twin_come_with_thabat() -> None:
    assert set(ESTATES) <= set(bundled())


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTATES)
def test_it_stands_at_every_phase_and_step(name: str) -> None:
    estate = load(folder_of(name)).estate
    phases = estate.estate.phases
    names = ["today", *(phase.id for phase in phases)]
    names += [f"{phase.id}/{step.id}" for phase in phases for step in phase.steps]
    sizes = {phase: len(estate.as_of(phase).devices) for phase in names}
    assert [phase.id for phase in phases] == ["phase-1", "phase-2", "phase-3"]
    assert sizes["today"] < sizes["phase-1"] < sizes["phase-2"] < sizes["phase-3"]


def test_it_has_the_size_of_a_nation(last: Estate) -> None:
    assert 95 <= len(last.racks) <= 115
    assert 560 <= len(last.devices) <= 640
    assert len(last.circuits) >= 12
    assert len({platform.kind for platform in last.platforms.values()}) >= 15
    assert len(last.services) == 40
    tiers = [service.tier for service in last.services.values()]
    assert all(sum(tier == wanted for tier in tiers) >= least for wanted, least in enumerate((6, 11, 10, 5)))


def test_it_has_the_sites_that_the_state_needs(last: Estate) -> None:
    roles = Counter(site.role for site in last.sites.values())
    assert roles == {
        "primary": 1, "dr": 1, "vault": 1, "witness": 1, "pop": 3, "forensics": 1, "operations": 1,
    }  # fmt: skip
    rows = Counter(rack.room for rack in last.racks.values())
    assert (rows["ndc-hall-a"], rows["ndc-hall-b"], rows["ndc-hall-c"], rows["dr-hall"]) == (30, 30, 16, 24)


def test_recovery_centre_lies_apart_and_shares_no_hazard(last: Estate) -> None:
    ndc, dr = last.sites["ndc"], last.sites["dr"]
    assert 45 <= kilometres(ndc.position, dr.position) <= 90
    assert not set(ndc.hazards) & set(dr.hazards)
    regions = [last.sites[name].failure_region for name in ("ndc", "dr", "vault", "witness")]
    assert len(set(regions)) == 4


def test_either_path_carries_the_three_halls(last: Estate) -> None:
    halls = [room for room in last.rooms.values() if room.site == "ndc" and room.purpose == "data-hall"]
    design = sum(room.power_limit or 0.0 for room in halls)
    assert design == last.sites["ndc"].power_limit == 456_000.0
    for ups in ("ndc-ups-a", "ndc-ups-b"):
        found = last.power[ups]
        assert found.rating is not None
        assert found.modules is not None
        assert found.rating * DERATED >= design
        assert found.modules.needed * found.modules.rating == found.rating
        assert found.modules.installed > found.modules.needed


def test_two_of_three_generators_carry_it_and_cooling(last: Estate) -> None:
    rating = last.power["ndc-gen-1"].rating or 0.0
    efficiency = last.power["ndc-ups-a"].efficiency or 0.0
    cooling = sum(unit.draw or 0.0 for unit in last.cooling.values() if unit.site == "ndc")
    assert (456_000.0 / efficiency + cooling) <= 2 * rating * DERATED


def test_recovery_centre_has_room_for_what_it_was_built_for(last: Estate) -> None:
    assert last.sites["dr"].power_limit == 120_000.0
    assert (last.power["dr-ups-a"].rating or 0.0) * DERATED >= 120_000.0


def drawn_in_racks(estate: Estate, rooms: str) -> list[float]:
    """Planned load of each rack in rooms whose ids begin so, in W."""
    drawn: Counter[str] = Counter()
    for device in estate.devices.values():
        if device.rack is not None and estate.racks[device.rack].room.startswith(rooms):
            drawn[device.rack] += round(device.draw or estate.models[device.model].draw or 0.0)
    return sorted(map(float, drawn.values()))


def test_data_centre_draws_two_hundred_kilowatts_today(whole: Estate) -> None:
    assert sum(drawn_in_racks(whole.as_of("today"), "ndc-hall")) == pytest.approx(200_000, rel=0.03)


def test_a_fifth_of_each_site_is_left_for_growth(last: Estate) -> None:
    for site, rooms in (("ndc", "ndc-hall"), ("dr", "dr-hall")):
        assert sum(drawn_in_racks(last, rooms)) <= 0.8 * (last.sites[site].power_limit or 0.0)


def test_racks_are_as_dense_as_a_ministry_has_them(last: Estate) -> None:
    at_ndc = drawn_in_racks(last, "ndc-hall")
    assert max(at_ndc) <= 10_000
    assert 3_000 <= sum(at_ndc) / len(at_ndc) <= 6_000


def test_devices_have_no_more_cords_than_inlets(whole: Estate) -> None:
    for name, device in whole.devices.items():
        inlets = whole.models[device.model].device_type.power_ports
        assert 1 <= len(device.feeds) <= len(inlets), name


def test_servers_and_storage_are_on_two_switches_of_two_makers(last: Estate) -> None:
    neighbours: dict[str, set[str]] = {}
    for cable in last.cables.values():
        neighbours.setdefault(cable.a.device, set()).add(cable.b.device)
        neighbours.setdefault(cable.b.device, set()).add(cable.a.device)
    for name, device in last.devices.items():
        if device.role in ("server", "storage", "hsm", "time", "tape"):
            makers = {last.models[last.devices[other].model].vendor for other in neighbours[name]}
            assert len(makers) == 2, name


def test_addresses_are_private_or_kept_for_documentation(whole: Estate) -> None:
    for text in _addresses(whole):
        network = ipaddress.ip_network(text, strict=False)
        assert any(
            network.version == known.version and network.subnet_of(known)  # type: ignore[arg-type]
            for known in DOCUMENTATION + PRIVATE
        ), text


def _addresses(estate: Estate) -> Iterator[str]:
    for network in estate.networks.values():
        yield from filter(None, (network.prefix, network.gateway, *network.virtual_addresses))
        for record in network.records:
            yield from (target for target in record.points_to if record.type in ("A", "AAAA"))
    for device in estate.devices.values():
        yield from (address.address for address in device.addresses)


def test_numbers_of_autonomous_systems_are_kept_for_documentation(whole: Estate) -> None:
    numbers = {net.as_number for net in whole.networks.values() if net.as_number is not None}
    assert numbers
    assert all(64496 <= number <= 64511 or 65536 <= number <= 65551 for number in numbers)


def test_names_that_people_read_are_in_english_and_arabic(whole: Estate) -> None:
    read: dict[str, Element] = {}
    for collection in ("sites", "services", "platforms", "datasets", "teams", "vendors", "data_classes"):
        read |= {f"{collection}/{key}": element for key, element in whole.collection(collection).items()}
    lacking = [
        name
        for name, element in read.items()
        if element.name is None or not {"en", "ar"} <= element.name.root.keys()
    ]
    assert lacking == []


def test_results_do_not_change_with_the_calendar(whole: Estate) -> None:
    assert whole.estate.judged_on == date(2026, 11, 1)
    assert whole.estate.judged_on < whole.estate.phases[0].starts


def test_what_enters_fits_the_budget_of_its_phase(whole: Estate) -> None:
    for phase in whole.estate.phases:
        entering = [
            whole.models[device.model].price
            for device in whole.devices.values()
            if (device.enters or "").partition("/")[0] == phase.id
        ]
        spent = sum((price.amount for price in entering if price is not None), Decimal(0))
        assert phase.budget is not None
        assert 0 < spent <= phase.budget.amount, phase.id


def test_every_model_is_used_and_every_hazard_lies_under_something(whole: Estate) -> None:
    assert {device.model for device in whole.devices.values()} | {"burj-f6"} == set(whole.models)
    named = {hazard for site in whole.sites.values() for hazard in site.hazards}
    named |= {hazard for power in whole.power.values() for hazard in power.hazards}
    for circuit in whole.circuits.values():
        named |= {segment.through for segment in circuit.segments or ()}
        named |= {end.entrance for end in circuit.ends if end.entrance is not None}
    exposing = {name for name, hazard in whole.hazards.items() if hazard.exposed}
    # The southern road comes into use in phase 3; the tunnel is what the shared duct is cured with.
    assert set(whole.hazards) - named - exposing == {"duct-gorge-tunnel", "duct-southroad"}


def test_vital_services_say_what_they_owe_and_how_they_come_back(last: Estate) -> None:
    for name, service in last.services.items():
        if service.tier in (0, 1):
            assert all((service.objectives.component, service.objectives.site, service.objectives.cyber)), (
                name
            )
            assert len(service.impact.over_time) >= 3, name
            assert all((service.impact.approved_by, service.recovery, service.strategy)), name
            assert all(name in drill.services for drill in last.drills.values()), name


def test_owners_of_the_other_services_have_left_some_things_unsaid(last: Estate) -> None:
    silent = [name for name, service in last.services.items() if service.objectives.site is None]
    assert len(silent) >= 10


def test_editors_find_the_schema_from_every_file() -> None:
    for name, schema in (("national", "estate"), ("national-cured", "amendment")):
        files = sorted(folder_of(name).glob("*.yaml"))
        assert len(files) > 10
        for file in files:
            first = file.read_text(encoding="utf-8").split("\n", 1)[0]
            assert first == f"# yaml-language-server: $schema=../../{schema}.schema.json", file.name


def test_every_device_stands_at_a_site(whole: Estate) -> None:
    by_site = Counter(sites_of(whole).values())
    assert set(by_site) == set(whole.sites)
    assert by_site["ndc"] > by_site["dr"] > by_site["pop-1"]
