"""Ways to break power and cooling."""

from collections.abc import Iterator

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.power import Fuel, PowerElement


@mutation("PWR-001", "A vital device loses its second feed.")
def second_feed_dropped(ground: Ground) -> Iterator[Mutant]:
    for device in ground.estate.devices.values():
        if device.id in ground.facts.critical_devices and len(device.feeds) > 1:
            yield ground.put("devices", device, feeds=device.feeds[:1])


@mutation("PWR-001", "A vital device has both cords in one strip.")
def both_cords_in_one_strip(ground: Ground) -> Iterator[Mutant]:
    for device in ground.estate.devices.values():
        if device.id in ground.facts.critical_devices and len(device.feeds) > 1:
            yield ground.put("devices", device, feeds=(device.feeds[0],) * len(device.feeds))


@mutation("PWR-002", "A power element of a path carries a quarter of what it did.")
def path_too_small(ground: Ground) -> Iterator[Mutant]:
    fed = {name for device in ground.estate.devices.values() for name in device.feeds}
    for element in ground.estate.power.values():
        if element.id in fed and element.rating is not None and element.kind == "pdu":
            yield ground.put("power", element, rating=element.rating / 50)


@mutation("PWR-003", "A UPS that nothing stands in for has no module to spare.")
def no_module_to_spare(ground: Ground) -> Iterator[Mutant]:
    for element in _vital_ups(ground):
        paths = {other.path for other in _vital_ups(ground) if other.site == element.site}
        if element.modules is not None and len(paths) < 2:
            modules = element.modules.model_copy(update={"installed": element.modules.needed})
            yield ground.put("power", element, modules=modules)


@mutation("PWR-003", "Batteries last ten seconds.")
def batteries_too_small(ground: Ground) -> Iterator[Mutant]:
    for element in _vital_ups(ground):
        yield ground.put("power", element, autonomy=10.0)


@mutation("PWR-004", "A generator's tank holds a twentieth.")
def tank_too_small(ground: Ground) -> Iterator[Mutant]:
    for element, fuel in _vital_fuel(ground):
        if fuel.tank is not None:
            yield ground.put("power", element, fuel=fuel.model_copy(update={"tank": fuel.tank / 20}))


@mutation("PWR-004", "Nobody refuels a generator.")
def nobody_refuels(ground: Ground) -> Iterator[Mutant]:
    for element, fuel in _vital_fuel(ground):
        if fuel.contract is not None:
            yield ground.put("power", element, fuel=fuel.model_copy(update={"contract": None}))


@mutation("PWR-005", "The feed of one site comes from the substation of the other.")
def one_substation(ground: Ground) -> Iterator[Mutant]:
    roles = {site.id: site.role for site in ground.estate.sites.values()}
    feeds = [one for one in ground.estate.power.values() if one.kind == "utility" and one.substation]
    for element in feeds:
        if roles[element.site] == "dr":
            for other in feeds:
                if roles[other.site] == "primary":
                    yield ground.put("power", element, substation=other.substation)


@mutation("PWR-006", "A vital device hangs on a transfer switch without bypass.")
def no_bypass(ground: Ground) -> Iterator[Mutant]:
    sites = ground.facts.device_sites
    for element in ground.estate.power.values():
        if element.kind == "transfer-switch":
            device = next((key for key in ground.facts.critical_devices if sites[key] == element.site), None)
            if device is not None:
                hanging = ground.estate.devices[device].model_copy(update={"feeds": (element.id,)})
                without = element.model_copy(update={"bypass": False})
                puts = (("power", element.id, without), ("devices", device, hanging))
                yield Mutant(f"power/{element.id}", puts)


@mutation("COL-001", "A room's cooling units carry a hundredth.")
def cooling_too_small(ground: Ground) -> Iterator[Mutant]:
    for room in ground.facts.critical_rooms:
        units = [one for one in ground.estate.cooling.values() if room in one.serves and one.capacity]
        if units:
            puts = tuple(
                ("cooling", one.id, one.model_copy(update={"capacity": (one.capacity or 0.0) / 100}))
                for one in units
            )
            yield Mutant(f"rooms/{room}", puts)


@mutation("COL-002", "A cooling unit of a vital room is fed by the grid alone.")
def cooling_without_ups(ground: Ground) -> Iterator[Mutant]:
    grids = {one.site: one.id for one in ground.estate.power.values() if one.kind == "utility"}
    for unit in ground.estate.cooling.values():
        if set(unit.serves) & set(ground.facts.critical_rooms) and unit.feeds and unit.site in grids:
            yield ground.put("cooling", unit, feeds=(grids[unit.site],), ride_through=None)


def _vital_fuel(ground: Ground) -> Iterator[tuple[PowerElement, Fuel]]:
    """Generators at vital sites, each with its fuel."""
    for element in ground.estate.power.values():
        vital = element.kind == "generator" and element.site in ground.facts.critical_sites
        if vital and element.fuel is not None:
            yield element, element.fuel


def _vital_ups(ground: Ground) -> Iterator[PowerElement]:
    for element in ground.estate.power.values():
        if element.kind == "ups" and element.site in ground.facts.critical_sites:
            yield element


MUTATIONS: tuple[Mutation, ...] = (
    second_feed_dropped,
    both_cords_in_one_strip,
    path_too_small,
    no_module_to_spare,
    batteries_too_small,
    tank_too_small,
    nobody_refuels,
    one_substation,
    no_bypass,
    cooling_too_small,
    cooling_without_ups,
)
