"""The smallest purchase: by hand, and against every number of every model in every rack."""

from datetime import date
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.dr_capacity.expansions import Expansion
from resilience.dr_capacity.purchase import order_by
from resilience.dr_capacity.racking import Space, racked
from resilience.dr_capacity.results import DrCapacity, Units
from specs.equipment import Model
from tests.resilience.dr_capacity.test_losses import cores, lost, pair
from tests.resilience.sketch import BOX

GIVES = {"cores": 10, "memory": "100 GB"}
HEADER = {"title": "Sketch", "owner": "Test", "judged_on": "2027-01-01"}


def short_by_ten(**more: Any) -> DrCapacity:
    """30 cores are asked of two boxes of 10, with a third in reserve."""
    return lost(services={"s": {"tier": 1}}, workloads=pair("s", cores(30)), **more)


def bought(found: DrCapacity) -> tuple[Units, ...]:
    assert found.purchase is not None
    return found.purchase.units


def test_one_box_closes_a_gap_of_a_box_and_the_spare_stays_a_spare() -> None:
    (units,) = bought(short_by_ten())
    assert (units.platform, units.model, units.count) == ("platforms/pb", "models/box", 1)
    assert units.racks == (("racks/kb", 1),)
    assert units.unplaced == 0


def test_a_reserve_that_is_lacking_is_bought_too() -> None:
    """Two boxes carry the load and there are two: one more is lacking though nothing is short without."""
    found = lost(
        devices={"dd": {"rack": "ka"}},
        platforms={"pb": {"kind": "compute", "nodes": ["db", "dc"], "needs_nodes": 2}},
        services={"s": {"tier": 1}},
        workloads=pair("s", cores(20)),
    )
    assert found.without_reserve.fits == "yes"
    (units,) = bought(found)
    assert units.count == 1


def test_cost_counts_all_units_and_is_unknown_where_a_price_is() -> None:
    found = lost(services={"s": {"tier": 1}}, workloads=pair("s", cores(50)))
    assert found.purchase is not None
    assert (bought(found)[0].count, found.purchase.cost) == (3, 300)
    unpriced = short_by_ten(models={"box": BOX | GIVES})
    assert unpriced.purchase is not None
    assert (unpriced.purchase.cost, unpriced.purchase.known_cost) == (None, 0)
    assert bought(unpriced)[0].count == 1
    assert "price" in {fact.field for fact in bought(unpriced)[0].missing}


def test_a_price_in_another_currency_is_no_known_price() -> None:
    assert bought(short_by_ten(models={"box": BOX | GIVES | {"price": "90 EUR"}}))[0].price is None


def test_of_two_models_the_cheaper_purchase_is_chosen() -> None:
    """30 cores more: three boxes at 100, or one large at 250."""
    found = lost(
        models={
            "box": BOX | GIVES | {"price": "100 USD"},
            "large": BOX | {"cores": 30, "memory": "300 GB", "price": "250 USD"},
        },
        devices={"dd": {"rack": "kb", "model": "large"}},
        services={"s": {"tier": 1}},
        workloads=pair("s", cores(50)),
    )
    assert [(unit.model, unit.count, unit.cost) for unit in bought(found)] == [("models/large", 1, 250)]


def test_a_rack_takes_what_it_has_room_and_power_for() -> None:
    def placed(**rack: Any) -> tuple[tuple[tuple[str, int], ...], int]:
        found = lost(
            racks={"kb": {"room": "rb"} | rack},
            devices={n: {"rack": "kb", "position": at} for n, at in (("db", 1), ("dc", 2), ("dd", 4))},
            services={"s": {"tier": 1}},
            workloads=pair("s", cores(50)),
        )
        (units,) = bought(found)
        assert units.count == 3
        return units.racks, units.unplaced

    assert placed() == ((("racks/kb", 3),), 0)
    assert placed(units=5) == ((("racks/kb", 2),), 1)
    assert placed(power_limit="400 W") == ((("racks/kb", 1),), 2)
    assert placed(power_limit="500 W", headroom="20 %") == ((("racks/kb", 1),), 2)


def test_power_and_cooling_for_what_is_bought_are_lacking_where_they_do_not_suffice() -> None:
    found = short_by_ten(
        power={
            "grid": {"kind": "utility", "site": "b", "rating": "9 kW"},
            "pdu": {"kind": "pdu", "site": "b", "rating": "350 W", "inputs": [{"source": "grid"}]},
        },
        racks={"kb": {"room": "rb", "feeds": ["pdu"]}},
        devices={name: {"rack": "kb", "feeds": ["pdu"]} for name in ("db", "dc", "dd")},
        cooling={
            name: {"kind": "crah", "site": "b", "serves": ["rb"], "capacity": "380 W"}
            for name in ("c1", "c2")
        },
    )
    assert found.purchase is not None
    assert {(lack.element, lack.resource): lack.lacks for lack in found.purchase.lacks} == {
        ("power/pdu", "power"): 50,
        ("rooms/rb", "heat"): 20,
    }
    assert (found.purchase.cost, found.purchase.known_cost) == (None, 100)


def test_it_says_by_when_to_order_for_each_phase_and_when_that_is_too_late() -> None:
    phases = [
        {"id": "one", "starts": "2026-12-01", "ends": "2027-01-30"},
        {"id": "two", "starts": "2027-02-01", "ends": "2027-06-30"},
    ]
    (units,) = bought(short_by_ten(estate=HEADER | {"phases": phases}))
    assert [(one.phase, one.order_by, one.in_time) for one in units.deliveries] == [
        ("one", "2026-12-31", "no"),
        ("two", "2027-05-31", "yes"),
    ]
    unknown = bought(
        short_by_ten(estate=HEADER | {"phases": phases}, models={"box": BOX | GIVES | {"price": "1 USD"}})
    )
    assert {one.in_time for one in unknown[0].deliveries} == {"unknown"}


def test_what_is_no_longer_sold_must_be_ordered_before() -> None:
    model = Model.model_validate(BOX | {"lead_time": "30 d", "sale_ends": "2027-02-01"})
    assert order_by(date(2027, 6, 30), model) == date(2027, 2, 1)


def test_an_instance_that_no_known_node_takes_cannot_be_bought_room_for() -> None:
    found = lost(services={"s": {"tier": 1}}, workloads=pair("s", cores(12), instances=1))
    assert found.purchase is not None
    assert found.purchase.units == ()
    assert [(lack.element, lack.resource, lack.lacks) for lack in found.purchase.lacks] == [
        ("platforms/pb", "cores", 2)
    ]


def model(height: int, watts: int, price: int | None) -> Model:
    body = BOX | {"draw": f"{watts} W"} | ({} if price is None else {"price": f"{price} USD"})
    body["device_type"] = BOX["device_type"] | {"u_height": height}  # type: ignore[operator]
    return Model.model_validate(body)


@st.composite
def shops(draw: st.DrawFn) -> tuple[dict[str, list[Expansion]], tuple[Space, ...], dict[str, Model]]:
    models = {
        name: model(draw(st.integers(1, 3)), draw(st.integers(0, 4)), draw(st.none() | st.integers(1, 9)))
        for name in ("m", "n")
    }
    options = {
        platform: [
            Expansion(platform, name, draw(st.integers(1, 3)))
            for name in sorted(draw(st.sets(st.sampled_from("mn"), min_size=1)))
        ]
        for platform in ("p", "q")[: draw(st.integers(1, 2))]
    }
    free = tuple(
        Space(
            f"r{number}",
            tuple(draw(st.lists(st.integers(1, 4), max_size=2))),
            float(draw(st.integers(0, 8))),
            float("inf"),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    return options, free, models


def least(
    options: dict[str, list[Expansion]], free: tuple[Space, ...], models: dict[str, Model]
) -> tuple[int, int, float, int]:
    """Fewest without a place, fewest of unknown price, least cost, fewest units: every choice tried."""
    found = []
    for chosen in product(*options.values()):
        heights = [
            (models[o.model].device_type.u_height, models[o.model].planned_draw or 0.0)
            for o in chosen
            for _ in range(o.count)
        ]
        prices = [(o.count, models[o.model].price) for o in chosen]
        found.append(
            (
                fewest_left(heights, free),
                sum(count for count, price in prices if price is None),
                sum(count * float(price.amount) for count, price in prices if price is not None),
                sum(count for count, _ in prices),
            )
        )
    return min(found)


def fewest_left(items: list[tuple[float, float]], free: tuple[Space, ...]) -> int:
    places = [(rack, gap) for rack, space in enumerate(free) for gap in range(len(space.gaps))]
    best = len(items)
    for where in product((None, *places), repeat=len(items)):
        left = where.count(None)
        if left >= best:
            continue
        used: dict[Any, float] = {}
        for item, place in zip(items, where, strict=True):
            if place is not None:
                used[place] = used.get(place, 0.0) + item[0]
                used[place[0]] = used.get(place[0], 0.0) + item[1]
        fits = all(used.get(place, 0.0) <= free[place[0]].gaps[place[1]] for place in places)
        if fits and all(used.get(rack, 0.0) <= space.watts for rack, space in enumerate(free)):
            best = left
    return best


@settings(max_examples=150, deadline=None)
@given(shops())
def test_models_and_racks_are_the_best_that_trying_everything_finds(
    shop: tuple[dict[str, list[Expansion]], tuple[Space, ...], dict[str, Model]],
) -> None:
    options, free, models = shop
    found, proven = racked(options, dict.fromkeys(options, free), models, "USD")
    assert proven
    units = [(one.expansion.count, models[one.expansion.model].price) for one in found]
    assert (
        sum(one.unplaced for one in found),
        sum(count for count, price in units if price is None),
        sum(count * float(price.amount) for count, price in units if price is not None),
        sum(count for count, _ in units),
    ) == least(options, free, models)
    assert all(sum(n for _, n in one.racks) + one.unplaced == one.expansion.count for one in found)
