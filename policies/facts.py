"""What several rules need to know of an estate, made once: where things stand, how critical they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from policies.exercises import Held, exercises_held
from specs.base import Need
from specs.data import Backup, Dataset, Replication
from specs.equipment import Device, Model
from specs.model import Estate
from specs.platforms import Platform
from specs.safeguards import Safeguard
from specs.sentences import Sentence, say
from specs.services import CRITICAL_TIER, Objective, Scenario, Workload

Tiers = Mapping[str, int]
T = TypeVar("T")


class Facts:
    """Indices over one estate; each is made when it is first asked for."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._run_on: dict[str, frozenset[str]] = {}

    @cached_property
    def device_sites(self) -> Mapping[str, str]:
        """By device: the site that it stands at."""
        estate = self.estate
        rooms = {key: device.room or "" for key, device in estate.devices.items()}
        for key, device in estate.devices.items():
            if device.rack is not None and device.rack in estate.racks:
                rooms[key] = estate.racks[device.rack].room
        return {key: estate.rooms[room].site for key, room in rooms.items() if room in estate.rooms}

    @cached_property
    def platform_sites(self) -> Mapping[str, tuple[str, ...]]:
        """By platform: the sites that it stands at, sorted; none where nothing says so."""
        return {
            key: tuple(
                sorted(
                    {*platform.sites}
                    | {self.device_sites[node] for node in platform.nodes if node in self.device_sites}
                )
            )
            for key, platform in self.estate.platforms.items()
        }

    @cached_property
    def workloads_of(self) -> Mapping[str, tuple[Workload, ...]]:
        """By service: its workloads, by id."""
        return _grouped((work.service, work) for work in self.estate.workloads.values())

    @cached_property
    def workloads_on(self) -> Mapping[str, tuple[Workload, ...]]:
        """By platform: the workloads on it, by id."""
        return _grouped((work.platform, work) for work in self.estate.workloads.values())

    @cached_property
    def replications_of(self) -> Mapping[str, tuple[Replication, ...]]:
        """By dataset: its replications, by id."""
        return _grouped((copy.dataset, copy) for copy in self.estate.replications.values())

    @cached_property
    def backups_of(self) -> Mapping[str, tuple[Backup, ...]]:
        """By dataset: its backups, by id."""
        return _grouped((copy.dataset, copy) for copy in self.estate.backups.values())

    @cached_property
    def services_of(self) -> Mapping[str, tuple[str, ...]]:
        """By dataset: the services that own or use it, sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for key, dataset in self.estate.datasets.items():
            found[key].update(dataset.services)
        for work in self.estate.workloads.values():
            for name in work.datasets:
                found[name].add(work.service)
        return {key: tuple(sorted(services)) for key, services in sorted(found.items())}

    @cached_property
    def datasets_of(self) -> Mapping[str, tuple[str, ...]]:
        """By service: the datasets that it owns or uses, sorted."""
        return _grouped((name, key) for key, names in self.services_of.items() for name in names)

    @cached_property
    def dataset_tiers(self) -> Tiers:
        """By dataset: the tier of the most critical service that owns or uses it, where it is declared."""
        services = self.estate.services
        tiers = {
            key: [tier for name in names if name in services and (tier := services[name].tier) is not None]
            for key, names in self.services_of.items()
        }
        return {key: min(known) for key, known in tiers.items() if known}

    @cached_property
    def critical_datasets(self) -> tuple[Dataset, ...]:
        """Datasets of tiers 0 and 1, by id."""
        return tuple(
            dataset
            for key, dataset in self.estate.datasets.items()
            if self.dataset_tiers.get(key, CRITICAL_TIER + 1) <= CRITICAL_TIER
        )

    @cached_property
    def platform_tiers(self) -> Tiers:
        """By platform: its declared tier, else that of the most critical service that needs it to run."""
        found: dict[str, int] = {}
        for name, service in self.estate.services.items():
            if service.tier is not None:
                for platform in self._platforms_under(name):
                    found[platform] = min(service.tier, found.get(platform, service.tier))
        declared = {
            key: platform.tier for key, platform in self.estate.platforms.items() if platform.tier is not None
        }
        return dict(sorted({**found, **declared}.items()))

    @cached_property
    def critical_platforms(self) -> tuple[Platform, ...]:
        """Platforms of tiers 0 and 1, by id."""
        tiers = self.platform_tiers
        return tuple(
            platform
            for key, platform in self.estate.platforms.items()
            if tiers.get(key, CRITICAL_TIER + 1) <= CRITICAL_TIER
        )

    @cached_property
    def platform_of(self) -> Mapping[str, tuple[str, ...]]:
        """By device: the platforms that it is a node of."""
        return _grouped(
            (node, key) for key, platform in self.estate.platforms.items() for node in platform.nodes
        )

    @cached_property
    def critical_devices(self) -> Mapping[str, Sentence]:
        """By device: what makes it critical, in words.

        Nodes of critical platforms; the switches and routers that they are cabled to, and those behind them;
        devices that end a circuit at a site of theirs; devices that they need to run.
        """
        why = {
            node: say("a node of {platform}", platform=f"platforms/{platform.id}")
            for platform in self.critical_platforms
            for node in platform.nodes
            if node in self.estate.devices
        }
        sites = {self.device_sites.get(node) for node in why}
        for key, circuit in self.estate.circuits.items():
            for end in circuit.ends:
                if end.device in self.estate.devices and end.site in sites and circuit.kind != "oob":
                    why.setdefault(end.device, say("the end of {circuit}", circuit=f"circuits/{key}"))
        neighbours = self._neighbours
        pending = sorted(why)
        while pending:
            key = pending.pop()
            needed = (
                name.partition("/")[2]
                for need in self.estate.devices[key].needs
                if need.kind == "run" and need.on is not None
                for name in need.elements
                if name.startswith("devices/")
            )
            for other in sorted({*neighbours.get(key, ()), *needed}):
                if other in self.estate.devices and other not in why and other not in self.platform_of:
                    why[other] = say("what {device} is connected through", device=f"devices/{key}")
                    pending.append(other)
        return dict(sorted(why.items()))

    @cached_property
    def critical_sites(self) -> tuple[str, ...]:
        """Sites with critical devices, sorted."""
        found = {self.device_sites.get(key) for key in self.critical_devices}
        return tuple(sorted(site for site in found if site is not None))

    @cached_property
    def device_rooms(self) -> Mapping[str, str]:
        """By device: the room that it stands in, in a rack or not."""
        estate = self.estate
        rooms = {
            key: estate.racks[device.rack].room if device.rack in estate.racks else device.room
            for key, device in estate.devices.items()
        }
        return {key: room for key, room in rooms.items() if room in estate.rooms and room is not None}

    @cached_property
    def critical_rooms(self) -> tuple[str, ...]:
        """Rooms with critical devices, sorted."""
        return tuple(
            sorted({self.device_rooms[key] for key in self.critical_devices if key in self.device_rooms})
        )

    @cached_property
    def platforms_in(self) -> Mapping[str, tuple[str, ...]]:
        """By zone: the platforms that live in it, sorted."""
        return _grouped(
            (platform.zone, key)
            for key, platform in self.estate.platforms.items()
            if platform.zone is not None
        )

    @cached_property
    def safeguards_of(self) -> Mapping[str, tuple[Safeguard, ...]]:
        """By room: the safeguards that cover it, by id."""
        return _grouped((room, one) for one in self.estate.safeguards.values() for room in one.rooms)

    @cached_property
    def safeguards_at(self) -> Mapping[str, tuple[Safeguard, ...]]:
        """By site: its safeguards, by id."""
        return _grouped((one.site, one) for one in self.estate.safeguards.values())

    @cached_property
    def _neighbours(self) -> Mapping[str, frozenset[str]]:
        """By device: those that it is cabled to for data (consoles and management ports are none)."""
        found: dict[str, set[str]] = defaultdict(set)
        for cable in self.estate.cables.values():
            if cable.kind in ("console", "power") or any(
                self._manages(end.device, end.port) for end in (cable.a, cable.b)
            ):
                continue
            found[cable.a.device].add(cable.b.device)
            found[cable.b.device].add(cable.a.device)
        return {key: frozenset(others) for key, others in found.items()}

    def _manages(self, device: str, port: str) -> bool:
        known = self.estate.devices.get(device)
        return port in self._management_ports.get(known.model if known else "", frozenset())

    @cached_property
    def _management_ports(self) -> Mapping[str, frozenset[str]]:
        return {
            key: frozenset(port.name for port in model.device_type.interfaces if port.mgmt_only)
            for key, model in self.estate.models.items()
        }

    @cached_property
    def exercises(self) -> Mapping[str, tuple[Held, ...]]:
        """By service: its exercises, the earliest first."""
        return exercises_held(self.estate)

    @cached_property
    def administrators_of(self) -> Mapping[str, tuple[str, ...]]:
        """By `collection/id`: the administrative domains over it, sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for key, domain in self.estate.admin_domains.items():
            for name in domain.over:
                found[name].add(key)
        for collection in ("platforms", "vaults"):
            for key in self.estate.collection(collection):
                keeper = getattr(self.estate.collection(collection)[key], "administered_by", None)
                if keeper in self.estate.admin_domains:
                    found[f"{collection}/{key}"].add(keeper)
        return {name: tuple(sorted(domains)) for name, domains in sorted(found.items())}

    @cached_property
    def deleters_of(self) -> Mapping[str, tuple[str, ...]]:
        """By `collection/id`: the administrative domains that can destroy it, sorted."""
        return _grouped(
            (name, key)
            for key, domain in self.estate.admin_domains.items()
            for name in sorted({*domain.can_delete})
        )

    @cached_property
    def flows_into(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """By zone: the flows that may enter it, each as the zone it leaves and its number there."""
        return _grouped(
            (flow.to, (key, number))
            for key, zone in self.estate.zones.items()
            for number, flow in enumerate(zone.flows)
        )

    def platforms_run_on(self, platform: str) -> frozenset[str]:
        """Platforms without each of which this one does not run, transitively; alternatives are left out."""
        found = self._run_on.get(platform)
        if found is None:
            seen: set[str] = set()
            pending = [platform]
            while pending:
                needs = self.estate.platforms[pending.pop()].needs
                for need in needs:
                    collection, _, key = (need.on or "").partition("/")
                    known = collection == "platforms" and key in self.estate.platforms
                    if need.kind == "run" and known and key not in seen:
                        seen.add(key)
                        pending.append(key)
            found = self._run_on[platform] = frozenset(seen)
        return found

    def _platforms_under(self, service: str) -> frozenset[str]:
        """Platforms that the service cannot run without: its own, and what they and it need, transitively."""
        seen: set[str] = set()
        pending = [f"services/{service}"]
        platforms: set[str] = set()
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            collection, _, key = name.partition("/")
            if collection == "services" and key in self.estate.services:
                pending += _needed(self.estate.services[key].needs)
                for work in self.workloads_of.get(key, ()):
                    pending.append(f"platforms/{work.platform}")
                    pending += _needed(work.needs)
            elif collection == "platforms" and key in self.estate.platforms:
                platforms.add(key)
                pending += _needed(self.estate.platforms[key].needs)
        return frozenset(platforms)

    def model_of(self, device: Device) -> Model | None:
        """Its model, where the estate has it."""
        return self.estate.models.get(device.model)

    def sites_of(self, reference: str) -> tuple[str, ...]:
        """Sites at which the element of that name exists; none where nothing says so or it has no place."""
        collection, _, key = reference.partition("/")
        match collection:
            case "sites":
                return (key,)
            case "platforms":
                return self.platform_sites.get(key, ())
            case "devices":
                return tuple(site for site in (self.device_sites.get(key),) if site)
            case "services":
                return tuple(sorted({work.site for work in self.workloads_of.get(key, ())}))
            case "racks":
                rack = self.estate.racks.get(key)
                return self.sites_of(f"rooms/{rack.room}") if rack else ()
            case _:
                site = getattr(self.estate.element(reference), "site", None)
                return (site,) if isinstance(site, str) else ()

    def strictest(self, dataset: str, scenario: Scenario, field: str) -> tuple[float, str] | None:
        """The least RTO or RPO (`field`) that the dataset's services owe in the scenario, and whose it is."""
        owed = [
            (float(getattr(objective, field)), name)
            for name in self.services_of.get(dataset, ())
            if (objective := self.objective(name, scenario)) is not None
        ]
        return min(owed) if owed else None

    def objective(self, service: str, scenario: Scenario) -> Objective | None:
        """What the service owes in the scenario, where it says so."""
        found = self.estate.services.get(service)
        objective: Objective | None = getattr(found.objectives, scenario) if found else None
        return objective


def _needed(needs: Iterable[Need]) -> list[str]:
    return [name for need in needs if need.kind == "run" for name in need.elements]


def _grouped(pairs: Iterable[tuple[str, T]]) -> Mapping[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in sorted(found.items())}
