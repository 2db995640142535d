"""Capacity of platforms against what workloads take of them, in quiet times and after the loss of a site."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resilience.results import CapacityBalance, Missing, Tri, in_order
from resilience.whereabouts import Whereabouts, by_id
from specs.model import Estate
from specs.platforms import Capacity, Platform
from specs.services import Mode, Workload

Resource = Literal["cores", "memory", "storage", "iops", "throughput", "requests"]
RESOURCES: tuple[Resource, ...] = ("cores", "memory", "storage", "iops", "throughput", "requests")

COMPUTES = ("compute", "virtualisation", "database", "integration", "other")
"""Kinds whose nodes give cores and memory to workloads."""

STORES = (
    "block-storage",
    "object-storage",
    "database",
    "backup",
    "log-store",
    "evidence",
    "compute",
    "virtualisation",
)
"""Kinds whose nodes give storage."""


def takes(workload: Workload, mode: Mode) -> Capacity:
    """What it takes in that mode; one that is not declared is as the next heavier one."""
    demands = workload.takes
    if mode == "minimum" and demands.minimum is not None:
        return demands.minimum
    if mode in ("dr", "minimum") and demands.dr is not None:
        return demands.dr
    return demands.normal


@dataclass(frozen=True)
class _Calls:
    """Which workloads are called after the loss of a site."""

    estate: Estate
    lost_site: str | None
    called: frozenset[tuple[str, str]]
    """Services and components with an active workload at that site."""

    def mode(self, workload: Workload) -> Mode | None:
        """In which mode it runs then; None: it is lost. It takes its DR share when an active one of its
        component is lost; a standby that is not called keeps taking what it takes in quiet times."""
        if workload.site == self.lost_site:
            return None
        return "dr" if (workload.service, workload.component) in self.called else "normal"


def capacity_without(
    estate: Estate, where: Whereabouts, lost_site: str | None
) -> tuple[CapacityBalance, ...]:
    """Every platform that carries workloads then, by platform, resource and product."""
    called = frozenset(
        (workload.service, workload.component)
        for workload in estate.workloads.values()
        if workload.site == lost_site and workload.role == "active"
    )
    calls = _Calls(estate, lost_site, called)
    placed: dict[str, list[str]] = defaultdict(list)
    for name, workload in by_id(estate.workloads):
        if calls.mode(workload) is not None and workload.platform in estate.platforms:
            placed[workload.platform].append(name)
    found: list[CapacityBalance] = []
    for platform, workloads in sorted(placed.items()):
        for resource in RESOURCES:
            balance = _balance(calls, where, platform, workloads, resource)
            if balance is not None:
                found.append(balance)
        found += _licences(calls, platform, workloads)
    return tuple(sorted(found, key=lambda balance: (balance.platform, balance.resource, balance.product)))


def _balance(
    calls: _Calls, where: Whereabouts, name: str, workloads: list[str], resource: Resource
) -> CapacityBalance | None:
    """None where neither the platform nor a workload says anything of that resource."""
    estate = calls.estate
    platform = estate.platforms[name]
    gives, untold = capacity_of(estate, where, name, resource, calls.lost_site)
    shares: dict[str, float] = {}
    missing: list[Missing] = []
    for workload in workloads:
        found = estate.workloads[workload]
        share = getattr(takes(found, calls.mode(found) or "normal"), resource)
        if share is None:
            path = ("workloads", workload, "takes")
            missing.append(Missing(f"workloads/{workload}", resource, path, f"what it takes of {name}"))
        else:
            shares[workload] = share
    if not shares:
        return None
    total = sum(shares[workload] for workload in sorted(shares))
    if gives is None:
        missing += untold
    fits: Tri = "unknown" if gives is None else "no" if total > gives else "unknown" if missing else "yes"
    return CapacityBalance(
        platform=f"platforms/{name}",
        resource=resource,
        product="",
        gives=gives,
        takes=total,
        fits=fits,
        spare_node=spare_node(platform, where, calls.lost_site),
        workloads=tuple(f"workloads/{w}" for w in sorted(shares, key=lambda w: (-shares[w], w))),
        missing=in_order(missing),
    )


def spare_node(platform: Platform, where: Whereabouts, lost_site: str | None = None) -> Tri:
    """Whether one more node is left than the full load takes (N+1)."""
    if not platform.nodes:
        return "unknown"
    left = [node for node in platform.nodes if lost_site is None or where.device_sites.get(node) != lost_site]
    return "yes" if platform.needs_nodes is not None and len(left) > platform.needs_nodes else "no"


def capacity_of(
    estate: Estate, where: Whereabouts, name: str, resource: Resource, lost_site: str | None = None
) -> tuple[float | None, list[Missing]]:
    """What a platform gives with the nodes its full load takes: as declared (in proportion to the nodes
    left after the loss of a site), else from the nodes' models; None with the facts that are missing."""
    platform = estate.platforms[name]
    left = [node for node in platform.nodes if lost_site is None or where.device_sites.get(node) != lost_site]
    needed = platform.needs_nodes or len(platform.nodes)
    return capacity_with(estate, where, name, resource, left, min(needed, len(left)))


def capacity_with(
    estate: Estate, where: Whereabouts, name: str, resource: Resource, left: Sequence[str], counted: int
) -> tuple[float | None, list[Missing]]:
    """What a platform gives with so many of the nodes that are left, the weakest ones; None with the facts
    that are missing."""
    platform = estate.platforms[name]
    needed = platform.needs_nodes or len(platform.nodes)
    declared = getattr(platform.capacity, resource)
    if declared is not None:
        part = min(1.0, counted / needed) if platform.nodes else 1.0
        return declared * part, []
    missing = [
        Missing(f"platforms/{name}", f"capacity.{resource}", ("platforms", name, "capacity"), "what it gives")
    ]
    if resource == "requests" or not left or not _gives(platform, resource):
        return None, missing
    figures: list[float] = []
    for node in left:
        device = estate.devices.get(node)
        model = where.model(device) if device else None
        figure = getattr(model, resource, None)
        if figure is None:
            return None, missing
        figures.append(float(figure))
    weakest = sorted(figures)[:counted]
    return sum(weakest) * (platform.overcommit if resource == "cores" else 1.0), []


def _gives(platform: Platform, resource: Resource) -> bool:
    if resource in ("cores", "memory"):
        return platform.kind in COMPUTES
    return resource == "throughput" or platform.kind in STORES


def _licences(calls: _Calls, name: str, workloads: list[str]) -> list[CapacityBalance]:
    """Licences that workloads take of those held at the platform (only those valid there after a site's
    loss)."""
    platform = calls.estate.platforms[name]
    called = any(calls.mode(calls.estate.workloads[workload]) == "dr" for workload in workloads)
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for workload in workloads:
        for product, units in sorted(calls.estate.workloads[workload].licences.items()):
            shares[product][workload] = units
    found = []
    for product, by_workload in sorted(shares.items()):
        held = [licence for licence in platform.licences if licence.product == product]
        missing: list[Missing] = []
        gives = 0.0
        for position, licence in enumerate(platform.licences):
            if licence.product != product:
                continue
            if not called or licence.valid_at_dr:
                gives += licence.quantity
            elif licence.valid_at_dr is None:
                path = ("platforms", name, "licences", position, "valid_at_dr")
                missing.append(
                    Missing(f"platforms/{name}", "valid_at_dr", path, "whether it may be used then")
                )
                gives += licence.quantity
        if not held:
            fact = ("platforms", name, "licences")
            missing.append(
                Missing(f"platforms/{name}", "licences", fact, f"how many units of {product} it holds")
            )
        total = float(sum(by_workload.values()))
        fits: Tri = "unknown" if not held else "no" if total > gives else "unknown" if missing else "yes"
        found.append(
            CapacityBalance(
                platform=f"platforms/{name}",
                resource="licence",
                product=product,
                gives=gives if held else None,
                takes=total,
                fits=fits,
                spare_node="unknown",
                workloads=tuple(
                    f"workloads/{w}" for w in sorted(by_workload, key=lambda w: (-by_workload[w], w))
                ),
                missing=in_order(missing),
            )
        )
    return found
