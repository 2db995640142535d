"""How much room each service has left on what it runs on, and what equipment it takes, in money."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from resilience.analysis import Analysis
from resilience.results import CapacityBalance
from specs.model import Estate
from specs.units import Money


@dataclass(frozen=True)
class Headroom:
    """Room that a service has."""

    service: str
    """`services/ID`."""
    calm: float | None
    """Least share of a resource that is free on a platform it runs on, nothing lost; negative: too little is
    there; None: a figure is missing, or it runs on nothing that gives one."""
    calm_at: str
    """Platform and resource that bind it (`platforms/ID cores`); empty where nothing does."""
    without_site: float | None
    """The same after the loss of the site that leaves it least, DR shares taken."""
    without_site_at: str
    """Site, platform and resource that bind it then."""


@dataclass(frozen=True)
class Cost:
    """Equipment that a service takes, in money."""

    service: str
    price: Money | None
    """Of the nodes of its platforms, by its share of the resource that is scarcest there, in whole units of
    the currency; None: a price is missing, or currencies differ."""
    unpriced: tuple[str, ...]
    """Models without a price among them."""


def headrooms(analysis: Analysis) -> tuple[Headroom, ...]:
    """Every service by id."""
    estate = analysis.estate
    sites = sorted({workload.site for workload in estate.workloads.values() if workload.site is not None})
    calm = _least(estate, {"": analysis.capacity_without(None)})
    lost = _least(estate, {site: analysis.capacity_without(site) for site in sites})
    nothing = (None, "")
    return tuple(
        Headroom(f"services/{service}", *calm.get(service, nothing), *lost.get(service, nothing))
        for service in sorted(estate.services)
    )


def _least(
    estate: Estate, balances: Mapping[str, Iterable[CapacityBalance]]
) -> dict[str, tuple[float | None, str]]:
    """By service: the least free share and where; None as soon as one figure is unknown."""
    found: dict[str, list[tuple[float | None, str]]] = defaultdict(list)
    for lost, of_loss in balances.items():
        for balance in of_loss:
            free = None
            if balance.gives is not None and not balance.missing:
                free = (balance.gives - balance.takes) / balance.gives if balance.gives else -1.0
            place = " ".join(filter(None, (lost, balance.platform, balance.resource, balance.product)))
            services = {estate.workloads[one.partition("/")[2]].service for one in balance.workloads}
            for service in services:
                found[service].append((free, place))
    return {
        service: min(all_of_it, key=lambda one: (one[0] is not None, one[0] or 0.0, one[1]))
        for service, all_of_it in found.items()
    }


def costs(analysis: Analysis) -> tuple[Cost, ...]:
    """Every service by id."""
    estate = analysis.estate
    shares = _shares(analysis)
    return tuple(_cost(estate, service, shares.get(service, {})) for service in sorted(estate.services))


def _cost(estate: Estate, service: str, shares: Mapping[str, float]) -> Cost:
    amounts: dict[str, float] = defaultdict(float)
    unpriced: set[str] = set()
    for platform, share in sorted(shares.items()):
        for node in estate.platforms[platform].nodes:
            model = estate.devices[node].model if node in estate.devices else None
            price = estate.models[model].price if model in estate.models else None
            if price is None:
                unpriced.add(f"models/{model}" if model is not None else f"devices/{node}")
            else:
                amounts[price.currency] += float(price.amount) * share
    price = None
    if len(amounts) == 1 and not unpriced:
        ((currency, amount),) = amounts.items()
        price = Money(amount=Decimal(round(amount)), currency=currency)
    return Cost(f"services/{service}", price, tuple(sorted(unpriced)))


def _shares(analysis: Analysis) -> dict[str, dict[str, float]]:
    """By service and platform: its share of the platform, by the resource that is scarcest there."""
    estate = analysis.estate
    scarcest: dict[str, CapacityBalance] = {}
    for balance in analysis.capacity_without(None):
        name = balance.platform.partition("/")[2]
        if balance.resource != "licence" and balance.takes > 0:
            held = scarcest.get(name)
            if held is None or _taken(balance) > _taken(held):
                scarcest[name] = balance
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for platform in sorted(estate.platforms):
        here = [one for _, one in sorted(estate.workloads.items()) if one.platform == platform]
        scarce = scarcest.get(platform)
        for workload in here:
            take = getattr(workload.takes.normal, scarce.resource) if scarce is not None else None
            share = (take or 0.0) / scarce.takes if scarce is not None else 1.0 / len(here)
            found[workload.service][platform] += share
    return found


def _taken(balance: CapacityBalance) -> float:
    return balance.takes / balance.gives if balance.gives else 0.0
