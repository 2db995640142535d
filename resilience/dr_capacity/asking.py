"""From a loss to the question of the solver: what platforms, licences and circuits give, and who asks it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import inf

from resilience.capacity import COMPUTES, RESOURCES, capacity_with
from resilience.dr_capacity.loss import Loss, Placed
from resilience.dr_capacity.question import Arc, Ask, Limit, Need, Part, Question, Sizes, Traffic, known
from resilience.dr_capacity.results import Resource
from resilience.results import Missing
from specs.equipment import Model
from specs.platforms import Capacity, Platform

DIMENSIONS: tuple[Resource, ...] = ("cores", "memory")
"""What an instance takes of the one node that it runs on; storage, traffic and requests are shared by a
platform's nodes."""


@dataclass(frozen=True)
class Share:
    """What one part takes of a limit; None: not declared."""

    part: str
    service: str
    standing: float | None
    minimum: float | None
    full: float | None


@dataclass
class Supply:
    """A limit with all that asks for it, before the unknown is taken at its best or worst."""

    element: str
    resource: Resource
    product: str
    gives: float | None
    gives_in_reserve: float | None
    shares: list[Share] = field(default_factory=list)
    uncertain: float = 0.0
    """How much of what it gives may turn out not to be there."""
    taken: float = 0.0
    """What others than services take of it (replication)."""
    missing: list[Missing] = field(default_factory=list)
    """Facts that are lacking whatever is kept in reserve."""
    missing_in_reserve: list[Missing] = field(default_factory=list)
    """Facts that are lacking besides, where a reserve is kept."""

    def given(self, *, reserve: bool, at_worst: bool) -> float:
        """What there is of it, the unknown at its best or worst."""
        gives = self.gives_in_reserve if reserve else self.gives
        if gives is None:
            return 0.0 if at_worst else inf
        return max(0.0, gives - (self.uncertain if at_worst else 0.0))

    @property
    def overloaded(self) -> bool:
        """Whether what is known to be taken in full is more than it gives."""
        takes = self.taken + sum(share.full or 0.0 for share in self.shares)
        return self.gives is not None and takes > self.gives

    @property
    def key(self) -> tuple[str, str, str]:
        """By which supplies are sorted."""
        return self.element, self.resource, self.product


@dataclass(frozen=True)
class Asking:
    """All supplies after one loss for some set of services, and the questions they make."""

    loss: Loss
    placed: Mapping[str, tuple[Placed, ...]]
    supplies: tuple[Supply, ...]
    traffic: tuple[Traffic, ...] = ()
    """What crosses circuits, unknown demands left out."""
    arcs: tuple[tuple[str, str, str], ...] = ()
    """Circuits that are left: which, from where, to where."""

    @cached_property
    def spreads(self) -> bool:
        """Whether some circuit does not carry all that routing sends over it, so that spreading it over
        others is looked at."""
        return any(supply.resource == "bandwidth" and supply.overloaded for supply in self.supplies)

    def question(self, *, reserve: bool, at_worst: bool, needs: bool) -> Question:
        """With the reserve kept or not, the unknown at its best or worst, and services bound by what they
        need or not."""
        spread = self.spreads and not at_worst
        asks: dict[str, list[Ask]] = defaultdict(list)
        limits: list[Limit] = []
        circuits: dict[str, int] = {}
        for supply in self.supplies:
            gives = supply.given(reserve=reserve, at_worst=at_worst)
            if supply.resource == "bandwidth" and spread:
                circuits[supply.element.partition("/")[2]] = len(limits)
            else:
                gives = max(0.0, gives - supply.taken)
                for share in supply.shares:
                    amounts = (
                        known(a, at_worst=at_worst) for a in (share.standing, share.minimum, share.full)
                    )
                    asks[share.part].append(Ask(len(limits), *amounts))
            limits.append(Limit(supply.element, supply.resource, supply.product, gives))
        nodes = {
            platform: found
            for platform in sorted({p.workload.platform for parts in self.placed.values() for p in parts})
            if (found := self.nodes(platform, reserve=reserve)) is not None
        }
        services = tuple(service for service in self.loss.order if service in self.placed)
        parts = [
            _as_part(placed, service, asks.pop(placed.id, []), nodes)
            for service in services
            for placed in self.placed[service]
        ]
        parts += [
            Part(name, name.partition("/")[2], "", True, tuple(found)) for name, found in sorted(asks.items())
        ]
        between, bound = _needs(self.loss, services) if needs else ((), ())
        return Question(
            services,
            between,
            bound,
            tuple(parts),
            tuple(limits),
            tuple(sorted(nodes.items())),
            self.traffic if spread else (),
            tuple(Arc(name, circuits.get(name), tail, head) for name, tail, head in self.arcs)
            if spread
            else (),
        )

    def nodes(
        self, name: str, *, reserve: bool, added: Sequence[Model] = ()
    ) -> tuple[tuple[float, ...], ...] | None:
        """What each node that counts has for instances, those added included; none where no node counts, so
        that nothing runs there; None where instances are not placed one by one.

        Any so many of the nodes must do, so the weakest count: sorted by cores, each with the least memory
        of the nodes from it on.
        """
        platform = self.loss.estate.platforms[name]
        counted = self.loss.usable_nodes(name, reserve=reserve) + len(added)
        if platform.nodes and not counted:
            return ()
        if platform.kind not in COMPUTES or not platform.nodes:
            return None
        where, devices = self.loss.analysis.graph.where, self.loss.estate.devices
        models = [
            where.model(devices[node]) if node in devices else None for node in self.loss.nodes_left[name]
        ]
        figures = [node_of(platform, model) for model in (*models, *added)]
        told = sorted(figure for figure in figures if figure is not None)
        if len(told) < len(figures):
            return None
        least = list(accumulate((memory for _, memory in reversed(told)), min))[::-1]
        weakest = [(cores, memory) for (cores, _), memory in zip(told, least, strict=True)]
        return tuple(weakest[:counted])


def node_of(platform: Platform, model: Model | None) -> tuple[float, float] | None:
    """Cores and memory of one node: an equal share of what the platform declares, else its model's."""
    needed = platform.needs_nodes or len(platform.nodes)
    cores, memory = platform.capacity.cores, platform.capacity.memory
    if cores is not None:
        cores /= needed
    elif model is not None and model.cores is not None:
        cores = model.cores * platform.overcommit
    if memory is not None:
        memory /= needed
    elif model is not None:
        memory = model.memory
    if cores is None and memory is None:
        return None
    return inf if cores is None else cores, inf if memory is None else memory


def _as_part(
    placed: Placed, service: str, asks: list[Ask], nodes: Mapping[str, tuple[tuple[float, ...], ...]]
) -> Part:
    levels = (placed.standing, placed.minimum, placed.full)
    instances = placed.workload.instances
    sizes: Sizes = tuple(  # type: ignore[assignment]
        tuple((getattr(level, name) or 0.0) / instances for name in DIMENSIONS) for level in levels
    )
    rack = placed.workload.platform if placed.workload.platform in nodes else ""
    return Part(
        placed.id, service, placed.group, placed.carries, tuple(asks), rack, instances, sizes,
        placed.workload.apart,
    )  # fmt: skip


def platform_supplies(loss: Loss, placed: Mapping[str, tuple[Placed, ...]]) -> list[Supply]:
    """Every resource and product that a workload declares of the platform it runs on."""
    on: dict[str, list[tuple[str, Placed]]] = defaultdict(list)
    for service, parts in placed.items():
        for part in parts:
            on[part.workload.platform].append((service, part))
    found: list[Supply] = []
    for platform, entries in sorted(on.items()):
        entries.sort(key=lambda entry: entry[1].id)
        here = []
        for resource in RESOURCES:
            shares = [_share(service, part, resource) for service, part in entries]
            if any(share.full is not None or share.standing is not None for share in shares):
                here.append(_supply(loss, platform, resource, shares))
        here += _licences(loss, platform, entries)
        found += here or [_silent(loss, platform, entries)]
    return found


def _silent(loss: Loss, name: str, entries: list[tuple[str, Placed]]) -> Supply:
    """Of a platform of which no workload says what it takes."""
    computes = loss.estate.platforms[name].kind in COMPUTES
    resource: Resource = "cores" if computes else "storage"
    return _supply(loss, name, resource, [_share(service, part, resource) for service, part in entries])


def _share(service: str, part: Placed, resource: str) -> Share:
    def of(capacity: Capacity) -> float | None:
        amount: float | None = getattr(capacity, resource)
        return amount

    return Share(part.id, service, of(part.standing), of(part.minimum), of(part.full))


def _supply(loss: Loss, name: str, resource: Resource, shares: list[Share]) -> Supply:
    platform = loss.estate.platforms[name]
    supply = Supply(f"platforms/{name}", resource, "", None, None, shares)
    counted = {
        reserve: capacity_with(
            loss.estate,
            loss.analysis.graph.where,
            name,
            resource,  # type: ignore[arg-type]
            loss.nodes_left[name],
            loss.usable_nodes(name, reserve=reserve),
        )
        for reserve in (False, True)
    }
    supply.gives, untold = counted[False]
    supply.gives_in_reserve, _ = counted[True]
    supply.missing += untold
    fact = Missing(f"platforms/{name}", "nodes", ("platforms", name, "nodes"), "what is left of it")
    if not platform.nodes:
        if set(platform.sites) & loss.sites:
            supply.gives = None
            supply.missing.append(fact)
        supply.gives_in_reserve = None
        supply.missing_in_reserve.append(fact)
    for share in shares:
        if share.full is None or share.standing is None:
            path = ("workloads", share.part, "takes")
            supply.missing.append(
                Missing(f"workloads/{share.part}", resource, path, f"what it takes of {name}")
            )
    return supply


def _licences(loss: Loss, name: str, parts: list[tuple[str, Placed]]) -> list[Supply]:
    """Units held at the platform; once a workload is called there, only those that are valid then."""
    platform = loss.estate.platforms[name]
    called = any(part.called for _, part in parts)
    found = []
    for product in sorted({product for _, part in parts for product in part.workload.licences}):
        held, untold = 0.0, 0.0
        missing: list[Missing] = []
        for position, licence in enumerate(platform.licences):
            if licence.product != product:
                continue
            if not called or licence.valid_at_dr:
                held += licence.quantity
            elif licence.valid_at_dr is None:
                untold += licence.quantity
                path = ("platforms", name, "licences", position, "valid_at_dr")
                missing.append(
                    Missing(f"platforms/{name}", "valid_at_dr", path, "whether it may be used then")
                )
        if not any(licence.product == product for licence in platform.licences):
            fact = ("platforms", name, "licences")
            missing.append(
                Missing(f"platforms/{name}", "licences", fact, f"how many units of {product} it holds")
            )
        shares = []
        for service, part in parts:
            units = float(part.workload.licences.get(product, 0))
            if units:
                shares.append(Share(part.id, service, units, units, units))
        gives = None if missing and not untold else held + untold
        found.append(
            Supply(f"platforms/{name}", "licence", product, gives, gives, shares, untold, 0.0, missing)
        )
    return found


def _needs(loss: Loss, services: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Need, ...]]:
    """What services need of each other, straight or through platforms; everything else is either there or
    has made its service stranded."""
    between: dict[str, None] = {}
    found: list[Need] = []
    pending: list[tuple[str, tuple[tuple[int, tuple[str, ...]], ...]]] = [
        (service, loss.run_needs(service)) for service in services
    ]
    while pending:
        who, needs = pending.pop(0)
        for at_least, elements in needs:
            open_ones: list[str] = []
            for element in elements:
                collection, _, name = element.partition("/")
                if collection == "services" and name in services:
                    open_ones.append(name)
                elif collection == "platforms" and name in loss.estate.platforms:
                    if element not in between:
                        between[element] = None
                        pending.append((element, ((1, _homes(loss, name)),)))
                    open_ones.append(element)
                elif collection == "platforms!":
                    if element not in between:
                        between[element] = None
                        pending.append((element, loss.run_needs_of_platform(name)))
                    open_ones.append(element)
                elif not loss.down(element):
                    at_least -= 1
            if at_least > 0:
                found.append(Need(who, at_least, tuple(open_ones)))
    return tuple(between), tuple(found)


def _homes(loss: Loss, platform: str) -> tuple[str, ...]:
    """A platform itself and the twin that takes its place, those that are left."""
    twin = loss.estate.platforms[platform].twin
    names = (platform,) if twin is None else (platform, twin)
    return tuple(f"platforms!/{name}" for name in names if not loss.down(f"platforms/{name}"))
