"""Ways to break recovery: objectives, standbys, capacity, quorums, timers and exercises."""

from collections.abc import Iterator
from itertools import pairwise

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.base import Need
from specs.platforms import Platform
from specs.services import CRITICAL_TIER, Service

HOUR = 3_600.0


@mutation("DR-001", "A service is to be back within a minute.")
def objective_too_tight(ground: Ground) -> Iterator[Mutant]:
    for service in ground.estate.services.values():
        site = service.objectives.site
        if site is not None and service.recovery and _runs_at_the_primary(ground, service):
            objectives = service.objectives.model_copy(update={"site": site.model_copy(update={"rto": 60.0})})
            yield ground.put("services", service, objectives=objectives)


@mutation("DR-001", "A step of recovery takes two weeks.")
def step_takes_weeks(ground: Ground) -> Iterator[Mutant]:
    for service in ground.estate.services.values():
        steps = [step for step in service.recovery if "site" in step.scenarios]
        if service.objectives.site is None or not steps or not _runs_at_the_primary(ground, service):
            continue
        slow = steps[0].duration.model_copy(
            update={"low": 300 * HOUR, "likely": 336 * HOUR, "high": 400 * HOUR}
        )
        recovery = tuple(
            step.model_copy(update={"duration": slow}) if step is steps[0] else step
            for step in service.recovery
        )
        yield ground.put("services", service, recovery=recovery)


@mutation("DR-002", "A platform at the DR site gives a hundredth.")
def dr_too_small(ground: Ground) -> Iterator[Mutant]:
    estate = ground.estate
    dr = {site.id for site in estate.sites.values() if site.role == "dr"}
    for platform in estate.platforms.values():
        called = [
            work
            for work in ground.facts.workloads_on.get(platform.id, ())
            if work.role == "standby" and work.site in dr and (work.takes.normal.cores or 0) > 0
        ]
        if called:
            capacity = platform.capacity.model_copy(update={"cores": 0.5, "memory": 1e6})
            yield ground.put("platforms", platform, capacity=capacity)


@mutation("DR-003", "What runs at the DR site needs a platform of the primary.")
def dr_needs_the_primary(ground: Ground) -> Iterator[Mutant]:
    estate = ground.estate
    roles = {site.id: site.role for site in estate.sites.values()}
    primary = [
        one.id
        for one in estate.platforms.values()
        if {roles[site] for site in ground.facts.platform_sites[one.id]} == {"primary"}
    ]
    for work in estate.workloads.values():
        if roles[work.site] == "dr" and primary:
            need = Need(on=f"platforms/{primary[0]}")
            yield ground.put("workloads", work, needs=(*work.needs, need))


@mutation("DR-004", "A service that must be back soon is restored from backups.")
def strategy_too_slow(ground: Ground) -> Iterator[Mutant]:
    for service in ground.estate.services.values():
        site = service.objectives.site
        if site is not None and site.rto <= 8 * HOUR and service.strategy in ("active-active", "hot"):
            yield ground.put("services", service, strategy="backup-only")


@mutation("DR-005", "A vital service stands on one node of one site.")
def left_on_one_node(ground: Ground) -> Iterator[Mutant]:
    estate = ground.estate
    for service in estate.services.values():
        works = ground.facts.workloads_of.get(service.id, ())
        active = next((one for one in works if one.role == "active"), None)
        if active is None or not _vital(service):
            continue
        platform = estate.platforms[active.platform]
        if platform.nodes:
            alone = platform.model_copy(
                update={"nodes": platform.nodes[:1], "needs_nodes": 1, "minimum_nodes": None, "twin": None}
            )
            others = tuple(
                ("workloads", one.id, None)
                for one in works
                if one.component == active.component and one.id != active.id
            )
            yield Mutant(f"services/{service.id}", (("platforms", platform.id, alone), *others))


@mutation("DR-006", "A group of voters loses its third place.")
def no_witness(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.estate.platforms.values():
        if platform.quorum is not None and len(platform.quorum.voters) > 2:
            quorum = platform.quorum.model_copy(update={"voters": platform.quorum.voters[:2]})
            yield ground.put("platforms", platform, quorum=quorum)


@mutation("DR-007", "Timers of a cluster break the rule of its maker.")
def timers_out_of_order(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.estate.platforms.values():
        timers = platform.timers
        if timers is not None and timers.ttl is not None and timers.retry_timeout is not None:
            short = timers.model_copy(update={"ttl": timers.retry_timeout})
            yield ground.put("platforms", platform, timers=short)


@mutation("DR-008", "Two platforms that nothing stands in for need one another to start.")
def cold_start_ring(ground: Ground) -> Iterator[Mutant]:
    twins = {one.twin for one in ground.estate.platforms.values()}
    alone = [one for key, one in ground.estate.platforms.items() if one.twin is None and key not in twins]
    for one, other in pairwise(alone):
        ring = [
            ("platforms", waits.id, _starts_after(waits, needed))
            for waits, needed in ((one, other), (other, one))
        ]
        yield Mutant(f"platforms/{one.id}", tuple(ring))


def _starts_after(platform: Platform, other: Platform) -> Platform:
    need = Need(kind="start", on=f"platforms/{other.id}")
    return platform.model_copy(update={"needs": (*platform.needs, need)})


@mutation("CHG-001", "The two sites are configured by different baselines.")
def baselines_apart(ground: Ground) -> Iterator[Mutant]:
    vital = {one.id for one in ground.facts.critical_platforms}
    for platform in ground.estate.platforms.values():
        twin = ground.estate.platforms.get(platform.twin or "")
        if twin is not None and {platform.id, twin.id} & vital and platform.baseline is not None:
            yield ground.put("platforms", platform, baseline=f"{platform.baseline}-other")


@mutation("CHG-001", "Nobody compares a vital platform with its baseline for a month.")
def drift_not_looked_for(ground: Ground) -> Iterator[Mutant]:
    vital = {one.id for one in ground.facts.critical_platforms}
    for platform in ground.estate.platforms.values():
        if platform.id in vital and platform.drift_checked_every is not None:
            yield ground.put("platforms", platform, drift_checked_every=30 * 24 * HOUR)


@mutation("EXR-001", "A vital service was last exercised years ago.")
def exercises_overdue(ground: Ground) -> Iterator[Mutant]:
    long_ago = ground.on.replace(year=ground.on.year - 6)
    for service in ground.estate.services.values():
        if not _vital(service) or service.id not in ground.facts.exercises:
            continue
        held = tuple(one.model_copy(update={"on": long_ago}) for one in service.exercises)
        drills = [
            ("drills", drill.id, drill.model_copy(update={"on": long_ago}))
            for drill in ground.estate.drills.values()
            if service.id in drill.services
        ]
        exercised = service.model_copy(update={"exercises": held})
        yield Mutant(f"services/{service.id}", (("services", service.id, exercised), *drills))


@mutation("EXR-002", "In every drill a service took a month to come back.")
def exercises_too_slow(ground: Ground) -> Iterator[Mutant]:
    for service in ground.estate.services.values():
        measured = [one for one in ground.facts.exercises.get(service.id, ()) if one.rta is not None]
        if not any(one.on_estate and getattr(service.objectives, one.scenario) for one in measured):
            continue
        held = tuple(one.model_copy(update={"rta": 720 * HOUR}) for one in service.exercises)
        drills = [
            ("drills", drill.id, drill.model_copy(update={"services": {**drill.services, service.id: slow}}))
            for drill in ground.estate.drills.values()
            if (result := drill.services.get(service.id)) is not None and result.rta is not None
            for slow in (result.model_copy(update={"rta": 720 * HOUR}),)
        ]
        exercised = service.model_copy(update={"exercises": held})
        yield Mutant(f"services/{service.id}", (("services", service.id, exercised), *drills))


@mutation("SUP-001", "A tier-0 firewall and its twin are of one firmware.")
def one_firmware(ground: Ground) -> Iterator[Mutant]:
    estate = ground.estate
    for platform in estate.platforms.values():
        twins = [
            one for one in estate.platforms.values() if platform.id == one.twin or one.id == platform.twin
        ]
        names = [node for one in (platform, *twins) for node in one.nodes]
        nodes = [estate.devices[name] for name in dict.fromkeys(names) if name in estate.devices]
        tier = ground.facts.platform_tiers.get(platform.id)
        if platform.kind == "firewall" and tier == 0 and len(nodes) > 1:
            same = {"model": nodes[0].model, "firmware": None}
            puts = tuple(("devices", node.id, node.model_copy(update=same)) for node in nodes[1:])
            yield Mutant(f"platforms/{platform.id}", puts)


def _vital(service: Service) -> bool:
    return service.tier is not None and service.tier <= CRITICAL_TIER


def _runs_at_the_primary(ground: Ground, service: Service) -> bool:
    sites = ground.estate.sites
    active = [one for one in ground.facts.workloads_of.get(service.id, ()) if one.role == "active"]
    return bool(active) and all(sites[one.site].role == "primary" for one in active)


MUTATIONS: tuple[Mutation, ...] = (
    objective_too_tight,
    step_takes_weeks,
    dr_too_small,
    dr_needs_the_primary,
    strategy_too_slow,
    left_on_one_node,
    no_witness,
    timers_out_of_order,
    cold_start_ring,
    baselines_apart,
    drift_not_looked_for,
    exercises_overdue,
    exercises_too_slow,
    one_firmware,
)
