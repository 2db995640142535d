"""What each phase of the plan brings and takes away, and what has to be bought for it, and when."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from specs.base import Element
from specs.header import Phase
from specs.model import Estate
from specs.units import DAY, Money


@dataclass(frozen=True)
class Purchase:
    """Devices of one model that enter in a phase."""

    model: str
    quantity: int
    price: Money | None
    """Of one; None: not declared."""
    total: Money | None
    lead_time: float | None
    """Seconds from order to dock; None: not declared."""
    order_by: date | None
    """Last day on which an order still arrives by the end of the phase."""


@dataclass(frozen=True)
class PhasePlan:
    """One phase: what it changes, and what it costs."""

    phase: Phase
    enters: tuple[tuple[str, int], ...]
    """Collection and how many of it enter service."""
    leaves: tuple[tuple[str, int], ...]
    """Collection and how many of it leave service."""
    purchases: tuple[Purchase, ...]
    """By model."""
    cost: Money | None
    """Of all devices that have a price; None where none has, or where currencies differ."""
    unpriced: int
    """Devices that enter and have no price."""

    @property
    def within_budget(self) -> bool | None:
        """Whether the equipment fits the budget; None where that cannot be told."""
        budget = self.phase.budget
        if budget is None or self.cost is None or budget.currency != self.cost.currency:
            return None
        return self.cost.amount <= budget.amount


def phase_plans(estate: Estate) -> tuple[PhasePlan, ...]:
    """Every phase of the whole plan, in its order."""
    return tuple(_phase_plan(estate, phase) for phase in estate.estate.phases)


def _phase_plan(estate: Estate, phase: Phase) -> PhasePlan:
    entering = [(name, element) for name, element in estate.elements() if _in(element.enters, phase)]
    leaving = [(name, element) for name, element in estate.elements() if _in(element.leaves, phase)]
    models = Counter(device.model for device in estate.devices.values() if _in(device.enters, phase))
    purchases = tuple(_purchase(estate, model, models[model], phase) for model in sorted(models))
    totals = [purchase.total for purchase in purchases if purchase.total is not None]
    return PhasePlan(
        phase=phase,
        enters=_counted(entering),
        leaves=_counted(leaving),
        purchases=purchases,
        cost=_sum(totals),
        unpriced=sum(purchase.quantity for purchase in purchases if purchase.price is None),
    )


def _in(moment: str | None, phase: Phase) -> bool:
    return moment is not None and moment.partition("/")[0] == phase.id


def _counted(elements: list[tuple[str, Element]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(name for name, _ in elements).items()))


def _purchase(estate: Estate, key: str, quantity: int, phase: Phase) -> Purchase:
    model = estate.models[key]
    lead = model.lead_time
    return Purchase(
        model=key,
        quantity=quantity,
        price=model.price,
        total=model.price.times(quantity) if model.price else None,
        lead_time=lead,
        order_by=phase.ends - timedelta(days=-(-lead // DAY)) if lead is not None else None,
    )


def _sum(amounts: list[Money]) -> Money | None:
    if not amounts or len({amount.currency for amount in amounts}) > 1:
        return None
    total = amounts[0]
    for amount in amounts[1:]:
        total = total + amount
    return total
