"""The smallest purchase with which all services fit in their DR modes, the reserve kept.

What is unknown is taken at its best, so this is the least that must be bought.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from math import ceil

from resilience.dr_capacity.asking import Asking
from resilience.dr_capacity.expansions import Expanding, price_of
from resilience.dr_capacity.placing import ROUNDING
from resilience.dr_capacity.racking import Racked, racked, spaces
from resilience.dr_capacity.results import Balance, Delivery, Lack, Purchase, Units
from resilience.dr_capacity.site_limits import site_balances
from resilience.loads import Loads
from resilience.results import Missing, in_order
from resilience.whereabouts import Whereabouts
from specs.equipment import Device, Model
from specs.model import Estate
from specs.units import DAY


def smallest_purchase(
    asking: Asking, carriers: frozenset[str], balances: Collection[Balance], sites: Collection[str]
) -> Purchase:
    """Nodes for the platforms that lack them, in racks with room, and what else is lacking then."""
    loss = asking.loss
    estate = loss.estate
    expanding = Expanding(asking, carriers)
    short = [platform for platform in expanding.platforms() if expanding.short(platform)]
    options = {platform: found for platform in short if (found := expanding.options(platform))}
    free = {platform: spaces(loss, platform) for platform in options}
    chosen, proven = racked(options, free, estate.models, estate.estate.currency)
    units = tuple(_units(estate, entry) for entry in chosen)
    lacks = [
        _lack(balance)
        for balance in balances
        if balance.fits_in_reserve == "no"
        and (balance.resource in ("licence", "bandwidth") or _unmended(balance, options))
    ]
    loads = loss.analysis.loads
    if any(entry.racks for entry in chosen):
        grown = with_devices(estate, chosen)
        loads = Loads(grown, Whereabouts(grown))
    lacks += [
        _lack(balance) for balance in site_balances(loss, loads, sites) if balance.fits_in_reserve == "no"
    ]
    for platform in short:
        if platform not in options and not any(lack.element == f"platforms/{platform}" for lack in lacks):
            lacks += expanding.too_large(platform)
    known = sum(unit.cost or 0.0 for unit in units)
    priced = not lacks and all(unit.cost is not None for unit in units)
    return Purchase(
        units=units,
        lacks=tuple(sorted(lacks, key=lambda lack: (lack.element, lack.resource, lack.product))),
        known_cost=known,
        cost=known if priced else None,
        currency=estate.estate.currency,
        proven=proven,
    )


def _unmended(balance: Balance, options: Collection[str]) -> bool:
    """Whether it is something of a platform that no known model mends."""
    collection, _, name = balance.element.partition("/")
    return collection == "platforms" and name not in options


def _lack(balance: Balance) -> Lack:
    lacks = balance.takes_in_reserve - (balance.gives_in_reserve or 0.0)
    return Lack(balance.element, balance.resource, balance.product, max(0.0, lacks))


def with_devices(estate: Estate, chosen: Collection[Racked]) -> Estate:
    """The estate with what is bought in its racks, fed by the feeds of the rack."""
    devices = dict(estate.devices)
    for entry in chosen:
        number = 0
        for rack, count in entry.racks:
            for _ in range(count):
                number += 1
                name = f"bought-{entry.expansion.platform}-{number}"
                devices[name] = Device(
                    id=name,
                    model=entry.expansion.model,
                    role="server",
                    rack=rack,
                    feeds=estate.racks[rack].feeds,
                )
    return estate.model_copy(update={"devices": dict(sorted(devices.items()))})


def _units(estate: Estate, entry: Racked) -> Units:
    name, count = entry.expansion.model, entry.expansion.count
    model = estate.models[name]
    price = price_of(model, estate.estate.currency)
    draw = model.planned_draw
    return Units(
        platform=f"platforms/{entry.expansion.platform}",
        model=f"models/{name}",
        count=count,
        price=price,
        cost=None if price is None else price * count,
        rack_units=model.device_type.u_height * count,
        draw=None if draw is None else draw * count,
        racks=tuple((f"racks/{rack}", number) for rack, number in entry.racks),
        unplaced=entry.unplaced,
        lead_time=model.lead_time,
        deliveries=tuple(deliveries(estate, model)),
        missing=in_order(_missing(estate, name, model)),
    )


def _missing(estate: Estate, name: str, model: Model) -> Iterator[Missing]:
    if price_of(model, estate.estate.currency) is None:
        yield Missing(f"models/{name}", "price", ("models", name, "price"), "what the purchase costs")
    if model.planned_draw is None:
        yield Missing(f"models/{name}", "draw", ("models", name, "draw"), "what it takes from its feeds")
    if model.lead_time is None:
        path = ("models", name, "lead_time")
        yield Missing(f"models/{name}", "lead_time", path, "whether it can be there in time")
    if estate.estate.judged_on is None:
        yield Missing("estate", "judged_on", ("estate", "judged_on"), "from which day on it can be ordered")


def deliveries(estate: Estate, model: Model) -> Iterator[Delivery]:
    """Of each phase of the plan: the last day to order for it, and whether that is still to come.

    What is no longer sold by then must be ordered while it is.
    """
    today = estate.estate.judged_on
    for phase in estate.estate.phases:
        last = order_by(phase.ends, model)
        in_time = last is not None and today is not None and today <= last
        yield Delivery(
            phase=phase.id,
            ends=phase.ends.isoformat(),
            order_by=last.isoformat() if last is not None else None,
            in_time="unknown" if last is None or today is None else "yes" if in_time else "no",
        )


def order_by(ends: date, model: Model) -> date | None:
    """Last day on which a model can be ordered to be there on another; None: its lead time is unknown.

    >>> from specs.equipment import Model
    >>> box = {"device_type": {"manufacturer": "Example", "model": "Box"}, "lead_time": "70 d"}
    >>> order_by(date(2027, 9, 30), Model.model_validate(box)).isoformat()
    '2027-07-22'
    """
    if model.lead_time is None:
        return None
    last = ends - timedelta(days=ceil(model.lead_time / DAY - ROUNDING))
    return last if model.sale_ends is None else min(last, model.sale_ends)
