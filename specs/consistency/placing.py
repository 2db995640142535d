"""What is said of one place agrees: nothing stands at two sites at once."""

from collections.abc import Iterable, Iterator

from specs.equipment import Device
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.platforms import Platform


def faults_of_places(estate: Estate) -> Iterator[Fault]:
    """Two statements about where something is that cannot both hold."""
    yield from _power(estate)
    yield from _cooling_and_safeguards(estate)
    yield from _racks(estate)
    yield from _devices(estate)
    yield from _circuits(estate)
    yield from _platforms(estate)


def site_of(device: Device, estate: Estate) -> str | None:
    """The site that a device stands at."""
    rack = estate.racks.get(device.rack) if device.rack is not None else None
    return _site_of_room(rack.room if rack is not None else device.room, estate)


def sites_of(platform: Platform, estate: Estate) -> frozenset[str]:
    """The sites of a platform's nodes, or else those it names; none where nobody has said."""
    found = {site_of(estate.devices[node], estate) for node in platform.nodes if node in estate.devices} - {
        None
    }
    return frozenset(site for site in found if site is not None) or frozenset(platform.sites)


def _site_of_room(room: str | None, estate: Estate) -> str | None:
    found = estate.rooms.get(room) if room is not None else None
    return found.site if found is not None else None


def _site_of_rack(rack: str | None, estate: Estate) -> str | None:
    found = estate.racks.get(rack) if rack is not None else None
    return _site_of_room(found.room, estate) if found is not None else None


def _elsewhere(path: FieldPath, what: str, there: str | None, here: str | None) -> Iterator[Fault]:
    if there is not None and here is not None and there != here:
        message = f"{what} is at site `{there}`, and this at `{here}`"
        yield Fault("PLACE-001", path, message, "correct whichever of the two is wrong")


def _power(estate: Estate) -> Iterator[Fault]:
    for name, element in estate.power.items():
        path = ("power", name)
        yield from _elsewhere(
            (*path, "room"), f"room `{element.room}`", _site_of_room(element.room, estate), element.site
        )
        yield from _elsewhere(
            (*path, "rack"), f"rack `{element.rack}`", _site_of_rack(element.rack, estate), element.site
        )
        rack = estate.racks.get(element.rack) if element.rack is not None else None
        if rack is not None and element.room is not None and rack.room != element.room:
            message = f"rack `{element.rack}` stands in room `{rack.room}`, and this in `{element.room}`"
            yield Fault("PLACE-001", (*path, "room"), message, "leave the room out: the rack says it")


def _cooling_and_safeguards(estate: Estate) -> Iterator[Fault]:
    for name, unit in estate.cooling.items():
        yield from _elsewhere(
            ("cooling", name, "room"), f"room `{unit.room}`", _site_of_room(unit.room, estate), unit.site
        )
        yield from _rooms(("cooling", name, "serves"), unit.serves, unit.site, estate)
    for name, safeguard in estate.safeguards.items():
        yield from _rooms(("safeguards", name, "rooms"), safeguard.rooms, safeguard.site, estate)


def _rooms(path: FieldPath, rooms: Iterable[str], site: str, estate: Estate) -> Iterator[Fault]:
    for place, room in enumerate(rooms):
        yield from _elsewhere((*path, place), f"room `{room}`", _site_of_room(room, estate), site)


def _racks(estate: Estate) -> Iterator[Fault]:
    for name, rack in estate.racks.items():
        for place, feed in enumerate(rack.feeds):
            element = estate.power.get(feed)
            if element is not None and element.rack is not None and element.rack != name:
                message = f"`{feed}` stands in rack `{element.rack}`, not in `{name}`"
                related: tuple[FieldPath, ...] = (("power", feed, "rack"),)
                yield Fault(
                    "PLACE-001", ("racks", name, "feeds", place), message, "correct one of the two", related
                )
            elif element is not None:
                site = _site_of_room(rack.room, estate)
                yield from _elsewhere(("racks", name, "feeds", place), f"`{feed}`", element.site, site)


def _devices(estate: Estate) -> Iterator[Fault]:
    for name, device in estate.devices.items():
        site = site_of(device, estate)
        for place, feed in enumerate(device.feeds):
            if feed in estate.power:
                path: FieldPath = ("devices", name, "feeds", place)
                yield from _elsewhere(path, f"`{feed}`", estate.power[feed].site, site)
        for place, address in enumerate(device.addresses):
            network = estate.networks.get(address.network)
            if network is not None:
                path = ("devices", name, "addresses", place, "network")
                yield from _elsewhere(path, f"network `{address.network}`", network.site, site)


def _circuits(estate: Estate) -> Iterator[Fault]:
    for name, circuit in estate.circuits.items():
        for place, end in enumerate(circuit.ends):
            device = estate.devices.get(end.device) if end.device is not None else None
            if device is not None:
                path: FieldPath = ("circuits", name, "ends", place, "device")
                yield from _elsewhere(path, f"`{end.device}`", site_of(device, estate), end.site)


def _platforms(estate: Estate) -> Iterator[Fault]:
    named: list[tuple[FieldPath, str, str]] = []
    named += [
        (("workloads", name, "site"), load.platform, load.site) for name, load in estate.workloads.items()
    ]
    named += [
        (("datasets", name, "home", "site"), data.home.platform, data.home.site)
        for name, data in estate.datasets.items()
    ]
    named += [
        (("replications", name, "target_site"), copy.target, copy.target_site)
        for name, copy in estate.replications.items()
    ]
    named += [
        (("vaults", name, "site"), vault.platform, vault.site)
        for name, vault in estate.vaults.items()
        if vault.platform is not None
    ]
    sites = {name: sites_of(platform, estate) for name, platform in estate.platforms.items()}
    for path, platform, site in named:
        stands = sites.get(platform)
        if stands and site not in stands:
            where = ", ".join(f"`{each}`" for each in sorted(stands))
            message = f"platform `{platform}` stands at {where}, not at `{site}`"
            yield Fault("PLACE-002", path, message, "name a platform or a site that agree")
