from datetime import date

from policies.report.purchases import phase_plans
from specs.model import Estate


def estate(price: str | None, lead: str | None) -> Estate:
    kind = {"manufacturer": "M", "model": "X"}
    facts = {name: value for name, value in (("price", price), ("lead_time", lead)) if value}
    phase = {"id": "p1", "starts": "2027-01-01", "ends": "2027-12-31", "budget": "250 USD"}
    place = {"model": "x", "role": "server", "room": "hall"}
    return Estate.model_validate(
        {
            "estate": {"title": "T", "owner": "O", "phases": (phase,)},
            "sites": {"s": {"role": "primary"}},
            "rooms": {"hall": {"site": "s", "purpose": "data-hall"}},
            "models": {"x": {"device_type": kind, **facts}},
            "devices": {
                "old": {**place, "leaves": "p1"},
                "new-1": {**place, "enters": "p1/step"},
                "new-2": {**place, "enters": "p1"},
                "here": place,
            },
        }
    )


def test_what_enters_is_bought_and_what_leaves_is_counted() -> None:
    (plan,) = phase_plans(estate("100 USD", "30 d"))
    assert plan.enters == (("devices", 2),)
    assert plan.leaves == (("devices", 1),)
    (purchase,) = plan.purchases
    assert (purchase.quantity, str(purchase.total), str(plan.cost)) == (2, "200 USD", "200 USD")
    assert purchase.order_by == date(2027, 12, 1)
    assert plan.within_budget is True


def test_what_has_no_price_is_said_and_not_taken_for_free() -> None:
    (plan,) = phase_plans(estate(None, None))
    assert plan.cost is None
    assert plan.unpriced == 2
    assert plan.within_budget is None
    assert plan.purchases[0].order_by is None


def test_a_dearer_plan_is_over_its_budget() -> None:
    assert phase_plans(estate("126 USD", None))[0].within_budget is False
