"""Ways to break sites, rooms, racks and what guards them."""

from collections.abc import Iterator

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.places import Position
from specs.units import DAY, YEAR


@mutation("SIT-001", "The DR site shares a hazard with the primary.")
def shared_hazard(ground: Ground) -> Iterator[Mutant]:
    sites = ground.estate.sites.values()
    for primary in (one for one in sites if one.role == "primary" and one.hazards):
        for dr in (one for one in sites if one.role == "dr"):
            yield ground.put("sites", dr, hazards=(*dr.hazards, primary.hazards[0]))


@mutation("SIT-001", "The DR site stands across the road.")
def across_the_road(ground: Ground) -> Iterator[Mutant]:
    sites = ground.estate.sites.values()
    for primary in (one for one in sites if one.role == "primary" and one.position is not None):
        for dr in (one for one in sites if one.role == "dr"):
            assert primary.position is not None
            near = Position(latitude=primary.position.latitude + 0.01, longitude=primary.position.longitude)
            yield ground.put("sites", dr, position=near)


@mutation("SIT-002", "A vital site lies in a flood plain.")
def in_a_flood_plain(ground: Ground) -> Iterator[Mutant]:
    for key in ground.facts.critical_sites:
        yield ground.put("sites", ground.estate.sites[key], flood_return_period=10 * YEAR)


@mutation("SIT-002", "A rack in an earthquake zone is not anchored.")
def not_anchored(ground: Ground) -> Iterator[Mutant]:
    rooms = ground.estate.rooms
    for rack in ground.estate.racks.values():
        site = ground.estate.sites[rooms[rack.room].site]
        if rack.anchored and (site.seismic_zone or 0) >= 3:
            yield ground.put("racks", rack, anchored=False)


@mutation("FIR-001", "A hall has no suppression.")
def no_suppression(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        if one.kind == "fire-suppression" and set(one.rooms) & set(ground.facts.critical_rooms):
            yield ground.gone("safeguards", one)


@mutation("FIR-001", "Nobody off site hears of a fire.")
def fire_alarm_stays_here(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        if one.kind == "fire-detection" and set(one.rooms) & set(ground.facts.critical_rooms):
            yield ground.put("safeguards", one, notifies_off_site=False)


@mutation("COL-003", "A room loses a kind of sensor.")
def sensor_dropped(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        covered = set(one.rooms) & set(ground.facts.critical_rooms)
        if one.kind in ("temperature", "humidity", "leak") and covered:
            yield ground.gone("safeguards", one)


@mutation("COL-003", "Alarms go to one team alone.")
def alarms_to_one(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        covered = set(one.rooms) & set(ground.facts.critical_rooms)
        if one.kind in ("temperature", "humidity", "leak") and covered and len(one.alarms_to) > 1:
            yield ground.put("safeguards", one, alarms_to=one.alarms_to[:1])


@mutation("TIM-001", "A site keeps one time source.")
def one_time_source(ground: Ground) -> Iterator[Mutant]:
    for site in ground.estate.sites.values():
        sources = [one for one in ground.facts.safeguards_at.get(site.id, ()) if one.kind == "time-source"]
        if site.role in ("primary", "dr") and sources:
            gone = tuple(("safeguards", one.id, None) for one in sources[1:])
            left = sources[0].model_copy(update={"quantity": 1})
            yield Mutant(f"sites/{site.id}", (*gone, ("safeguards", left.id, left)))


@mutation("TIM-001", "A site has no clock of its own.")
def no_clock_of_its_own(ground: Ground) -> Iterator[Mutant]:
    for site in ground.estate.sites.values():
        sources = [one for one in ground.facts.safeguards_at.get(site.id, ()) if one.kind == "time-source"]
        if site.role in ("primary", "dr") and sources:
            puts = tuple(
                ("safeguards", one.id, one.model_copy(update={"reference": "network", "stratum": 2}))
                for one in sources
            )
            yield Mutant(f"sites/{site.id}", puts)


@mutation("PHY-001", "Recordings of a camera are kept for a day.")
def recordings_kept_for_a_day(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        if one.kind == "camera" and set(one.rooms) & set(ground.facts.critical_rooms):
            yield ground.put("safeguards", one, retention=DAY)


@mutation("PHY-001", "A vital room opens with a badge.")
def door_opens_with_a_badge(ground: Ground) -> Iterator[Mutant]:
    for one in ground.estate.safeguards.values():
        if one.kind == "access-zone" and set(one.rooms) & set(ground.facts.critical_rooms):
            yield ground.put("safeguards", one, entry="badge")


@mutation("CAP-001", "A site's power limit shrinks to a third.")
def site_too_small(ground: Ground) -> Iterator[Mutant]:
    for key in ground.facts.critical_sites:
        site = ground.estate.sites[key]
        if site.power_limit is not None:
            yield ground.put("sites", site, power_limit=site.power_limit / 10)


@mutation("AST-001", "Support of a vital device's model has ended.")
def support_ended(ground: Ground) -> Iterator[Mutant]:
    vital = {ground.estate.devices[key].model for key in ground.facts.critical_devices}
    for model in ground.estate.models.values():
        extended = any(
            device.support_extended_to
            for device in ground.estate.devices.values()
            if device.model == model.id
        )
        if model.id in vital and not extended:
            yield ground.put("models", model, support_ends=ground.on.replace(year=ground.on.year - 1))


@mutation("AST-001", "Software of a vital platform is past its support.")
def software_past_support(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.facts.critical_platforms:
        if platform.support_ends is not None:
            ended = ground.on.replace(year=ground.on.year - 1)
            yield ground.put("platforms", platform, support_ends=ended)


@mutation("AST-002", "A device has no serial number.")
def no_serial(ground: Ground) -> Iterator[Mutant]:
    for device in ground.estate.devices.values():
        if device.serial is not None and device.acceptance is not None:
            yield ground.put("devices", device, serial=None)


@mutation("AST-003", "A contract repairs within a month.")
def slow_repair(ground: Ground) -> Iterator[Mutant]:
    used = {ground.estate.devices[key].contract for key in ground.facts.critical_devices}
    for contract in ground.estate.contracts.values():
        if contract.id in used and contract.repair is not None:
            yield ground.put("contracts", contract, repair=30 * DAY, spares_on_site=False)


@mutation("SUP-002", "A vital device's firmware was not verified.")
def firmware_not_verified(ground: Ground) -> Iterator[Mutant]:
    for key in ground.facts.critical_devices:
        device = ground.estate.devices[key]
        if device.acceptance is not None:
            acceptance = device.acceptance.model_copy(update={"firmware_verified": False})
            yield ground.put("devices", device, acceptance=acceptance)


@mutation("SUP-003", "A contract has run out.")
def contract_run_out(ground: Ground) -> Iterator[Mutant]:
    used = {device.contract for device in ground.estate.devices.values()}
    used |= {circuit.contract for circuit in ground.estate.circuits.values()}
    for contract in ground.estate.contracts.values():
        if contract.id in used:
            yield ground.put("contracts", contract, ends=ground.on.replace(year=ground.on.year - 1))


MUTATIONS: tuple[Mutation, ...] = (
    shared_hazard,
    across_the_road,
    in_a_flood_plain,
    not_anchored,
    no_suppression,
    fire_alarm_stays_here,
    sensor_dropped,
    alarms_to_one,
    one_time_source,
    no_clock_of_its_own,
    recordings_kept_for_a_day,
    door_opens_with_a_badge,
    site_too_small,
    support_ended,
    software_past_support,
    no_serial,
    slow_repair,
    firmware_not_verified,
    contract_run_out,
)
