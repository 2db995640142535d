"""Where each component of a service runs after a loss, and which of its data must come from a copy."""

from dataclasses import dataclass
from math import inf

from resilience.recovery_plans.copies import Target
from resilience.recovery_plans.losses import Loss


@dataclass(frozen=True)
class Host:
    """Where a component runs after the loss."""

    workload: str
    rebuilt: bool
    """On a platform that is first rebuilt, or waits for that one."""
    by_itself: bool
    """It is active and left."""
    restores: tuple[str, ...]
    """Its data that must be brought back from a copy."""
    replicas: tuple[str, ...] = ()
    """Replicas (`replications/…`) from which it goes on with the rest, whose home is lost."""


def best_host(loss: Loss, workloads: tuple[str, ...]) -> Host | None:
    """Of the workloads of a component the one that is back with least to do: one that runs, else one with its
    data, on a platform that is left, sooner activated, first by id; None: there is nowhere to run."""
    entries = loss.sweep.graph.estate.workloads
    hosts = [host for name in workloads if (host := _host(loss, name)) is not None]
    return min(
        hosts,
        key=lambda host: (
            not host.by_itself, bool(host.restores), host.rebuilt,
            getattr(entries[host.workload].activation, "high", inf), host.workload,
        ),
        default=None,
    )  # fmt: skip


def _host(loss: Loss, name: str) -> Host | None:
    workload = loss.sweep.graph.estate.workloads[name]
    can = loss.can_host(workload)
    if can == "gone":
        return None
    by_itself = workload.role == "active" and not loss.takes(f"workloads/{name}")
    restores: list[str] = []
    replicas: list[str] = []
    for dataset in () if by_itself else workload.datasets:
        if loss.is_home_lost(dataset):
            replica = loss.replica_at(dataset, workload.site)
            if replica is None:
                restores.append(dataset)
            else:
                replicas.append(replica.element)
    return Host(name, can == "rebuilt", by_itself, tuple(restores), tuple(replicas))


def target_of(loss: Loss, dataset: str, workload: str) -> Target:
    """Where the data of a host is brought back to: the platform that has its replica or takes its home's
    place at that site, else the host's own."""
    estate = loss.sweep.graph.estate
    found, site = estate.workloads[workload], estate.workloads[workload].site
    home = estate.datasets[dataset].home
    if home.site == site and home.platform not in estate.platforms:
        return Target(found.platform, site)
    options = [home.platform] if home.site == site else []
    options += [found.platform for found in loss.replicas.get(dataset, ()) if found.site == site]
    twin = estate.platforms[home.platform].twin if home.platform in estate.platforms else None
    options += [twin] if twin is not None else []
    sites = loss.sweep.graph.where.platform_sites
    for option in options:
        left = not loss.takes(f"platforms/{option}") or loss.platform is not None
        if site in sites.get(option, ()) and left:
            return Target(option, site)
    return Target(found.platform, site)
