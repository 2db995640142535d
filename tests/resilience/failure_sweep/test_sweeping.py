"""The failure sweep: small estates by hand, and random ones against evaluators written apart from it."""

from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.failure_sweep import sweep_failures
from resilience.failure_sweep.results import FailureSweep, ServiceOutcome, ServiceSummary, Step
from resilience.failure_sweep.swept import Swept
from resilience.graph import build
from resilience.sweep import Sweep, bits
from specs.bundled import find_estate
from specs.loading import load
from specs.model import Estate
from tests.resilience.sketch import BOX, estate, one_hall, two_sites
from tests.resilience.test_oracle import Dice, Plain, random_estate

EXAMPLES = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def swept(whole: dict[str, Any]) -> FailureSweep:
    return sweep_failures(analyse(estate(**whole)))


def outcome(found: FailureSweep, event: str, service: str = "x") -> ServiceOutcome | None:
    for scenario in found.scenarios:
        if scenario.event == event:
            return next((s for s in scenario.services if s.service == f"services/{service}"), None)
    return None


def summary(found: FailureSweep, service: str = "x") -> ServiceSummary:
    return next(s for s in found.services if s.service == f"services/{service}")


def pairs_below(found: FailureSweep, service: str = "x") -> set[frozenset[str]]:
    return {
        frozenset((pair.first, other))
        for pair in found.pair_outcomes
        if pair.service == f"services/{service}" and pair.settles == "below"
        for other in pair.others
    }


def levels(steps: tuple[Step, ...]) -> list[tuple[float | None, str]]:
    return [(step.at, step.level) for step in steps]


def one_service(**more: Any) -> dict[str, Any]:
    """A hall with one service on the devices `d1` and `d2`, either of which is enough."""
    whole = one_hall(
        devices={"d1": {"rack": "r1", "feeds": ["pdu-a"]}, "d2": {"rack": "r2", "feeds": ["pdu-b"]}},
        platforms={"p": {"kind": "compute", "nodes": ["d1", "d2"], "needs_nodes": 1}},
        services={"x": {}},
        workloads={"w": {"service": "x", "platform": "p", "site": "a"}},
    )
    for name, entries in more.items():
        known = whole.get(name)
        whole[name] = known | entries if isinstance(known, dict) and isinstance(entries, dict) else entries
    return whole


def rated(kind: str, path: str, source: str, rating: str) -> dict[str, Any]:
    return {"kind": kind, "site": "a", "path": path, "rating": rating, "inputs": [{"source": source}]}


def test_side_b_trips_under_the_load_of_side_a() -> None:
    """Four boxes of 100 W on both sides, 200 W a side; each side is built for 300 W."""
    devices = {f"d{n}": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]} for n in range(1, 5)}
    power = {"pdu-a": rated("pdu", "A", "board-a", "300 W"), "pdu-b": rated("pdu", "B", "board-b", "300 W")}
    found = swept(one_service(devices=devices, power=power))
    (scenario,) = [s for s in found.scenarios if s.event == "power/board-a"]
    assert [(t.element, t.load, t.limit, t.wave) for t in scenario.trips] == [
        ("power/pdu-b", 400.0, 300.0, 1)
    ]
    lost = outcome(found, "power/board-a")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "below")]
    assert pairs_below(found) >= {frozenset(("devices/d1", "devices/d2"))}
    strong = power | {"pdu-b": rated("pdu", "B", "board-b", "400 W")}
    assert outcome(swept(one_service(devices=devices, power=strong)), "power/board-a") is None


def test_a_device_that_is_lost_besides_can_save_the_other_side() -> None:
    """Three boxes draw 300 W; with one of them gone, 200 W are left and 250 W carry them."""
    devices = {f"d{n}": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]} for n in range(1, 4)}
    power = {"pdu-a": rated("pdu", "A", "board-a", "250 W"), "pdu-b": rated("pdu", "B", "board-b", "250 W")}
    whole = one_service(
        devices=devices,
        power=power,
        platforms={"p": {"kind": "compute", "nodes": ["d2"]}},
    )
    found = swept(whole)
    assert outcome(found, "power/board-a") is not None
    assert not any("devices/d1" in {p.first, *p.others} for p in found.pair_outcomes)


def test_two_waves_trip_one_after_the_other() -> None:
    """Three boards carry 120 W each. Without the first, 180 W trip the second, built for 150 W; then 360 W
    the third, built for 300 W."""
    boards = {
        f"board-{n}": rated("switchboard", "A", "grid", rating)
        for n, rating in zip("123", ("150 W", "150 W", "300 W"), strict=True)
    }
    pdu = {"kind": "pdu", "site": "a", "inputs": [{"source": name} for name in boards]}
    box = BOX | {"draw": "360 W"}
    found = swept(
        one_service(
            models={"box": box},
            power=boards | {"pdu": pdu},
            devices={"d1": {"rack": "r1", "feeds": ["pdu"]}, "d2": {"rack": "r1", "feeds": ["pdu-b"]}},
            platforms={"p": {"kind": "compute", "nodes": ["d1"]}},
        )
    )
    (scenario,) = [s for s in found.scenarios if s.event == "power/board-1"]
    assert [(t.element, t.load, t.wave) for t in scenario.trips] == [
        ("power/board-2", 180.0, 1),
        ("power/board-3", 360.0, 2),
    ]


def battery(**more: Any) -> dict[str, Any]:
    """A grid and a generator behind a transfer switch, then a UPS, then all there is."""
    power: dict[str, Any] = {
        "grid": {"kind": "utility", "site": "a"},
        "gen": {"kind": "generator", "site": "a", "switching": {"start_time": "30 s"}},
        "ats": {
            "kind": "transfer-switch",
            "site": "a",
            "bypass": True,
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open", "priority": 2}],
            "switching": {"switch_time": "5 s"},
        },
        "ups": {"kind": "ups", "site": "a", "autonomy": "10 min", "inputs": [{"source": "ats"}]},
        "board-a": {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]},
        "board-b": {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]},
    }
    for name, fields in more.items():
        power[name.replace("_", "-")] |= fields
    return one_service(power=power)


def test_a_battery_bridges_the_start_of_the_generator_and_no_more() -> None:
    found = swept(battery())
    assert outcome(found, "power/grid") is None
    lost = outcome(found, "power/ats")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "full"), (600.0, "below")]
    assert (lost.falls_after, lost.back_after) == (600.0, None)
    assert frozenset(("power/gen", "power/grid")) in pairs_below(found)


def test_a_battery_that_is_too_short_leaves_a_gap_until_the_switch_is_made() -> None:
    lost = outcome(swept(battery(ups={"autonomy": "20 s"})), "power/grid")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "full"), (20.0, "below"), (35.0, "full")]
    assert (lost.settles, lost.worst, lost.falls_after, lost.back_after) == ("full", "below", 20.0, 35.0)


def test_fuel_lasts_as_long_as_the_tank_and_the_battery_after_it() -> None:
    fuel = {"tank": "1000 L", "burn": "100 L/h"}
    lost = outcome(swept(battery(gen={"fuel": fuel})), "power/grid")
    assert lost is not None
    assert (lost.settles, lost.fuel_until) == ("full", 36_000.0 + 600.0)


def test_a_battery_that_nobody_declared_bridges_what_comes_back_and_falls_at_no_known_moment() -> None:
    found = swept(battery(ups={"autonomy": None}))
    assert outcome(found, "power/grid") is None
    lost = outcome(found, "power/ats")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "full"), (None, "below")]
    assert ("power/ups", "autonomy") in {(fact.element, fact.field) for fact in summary(found).missing}


def test_a_transfer_switch_out_for_maintenance_is_fed_around_and_does_not_switch() -> None:
    found = swept(battery())
    (ats,) = [m for m in found.maintenance if m.element == "power/ats"]
    assert (ats.bypassed, ats.without_outage) == ("yes", "yes")
    (exposed,) = [e for e in found.exposures if e.out == "power/ats"]
    assert exposed.failures == ("power/grid",)
    assert levels(exposed.steps) == [(0.0, "full"), (600.0, "below")]


def test_a_ups_out_for_maintenance_bridges_nothing() -> None:
    found = swept(battery(ups={"bypass": True}))
    exposed = [e for e in found.exposures if e.out == "power/ups" and "power/grid" in e.failures]
    assert [levels(e.steps) for e in exposed] == [[(0.0, "below"), (35.0, "full")]]


def test_without_a_bypass_an_element_is_lost_while_it_is_out_and_unknown_if_nobody_has_said() -> None:
    for bypass, answer in ((False, "no"), (None, "unknown")):
        found = swept(battery(ats={"bypass": bypass}))
        (ats,) = [m for m in found.maintenance if m.element == "power/ats"]
        assert (ats.without_outage, ats.below) == (answer, ("services/x",))
        assert summary(found).maintained_without_outage == answer


def test_a_standby_at_the_other_site_serves_once_it_is_noticed_decided_and_activated() -> None:
    whole = two_sites(
        services={"x": {"users_at": ["u"], "detection_time": "2 min"}},
        workloads={
            "wa": {"service": "x", "platform": "pa", "site": "a"},
            "wb": {
                "service": "x",
                "platform": "pb",
                "site": "b",
                "role": "standby",
                "activation": "10 min",
            },
        },
        plan={"decision": "3 min"},
    )
    found = swept(whole)
    lost = outcome(found, "devices/da")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "below"), (900.0, "full")]
    assert lost.carried_by == ("workloads/wb",)
    assert frozenset(("devices/da", "devices/db")) in pairs_below(found)
    assert summary(found).singles_interrupted >= 2


def test_a_room_stays_cool_for_a_while_and_comes_too_warm_with_too_few_units() -> None:
    """400 W of heat; 2 of 3 units of 150 W are declared to be enough, and take away only 300 W."""
    units = {
        f"u{n}": {
            "kind": "crah",
            "site": "a",
            "serves": ["hall"],
            "feeds": ["board-b"],
            "capacity": "150 W",
            "ride_through": "4 min",
        }
        for n in range(3)
    }
    devices = {f"d{n}": {"rack": "r1", "feeds": ["pdu-a"]} for n in range(1, 5)}
    rooms = {"hall": {"site": "a", "purpose": "data-hall", "cooling_needs": 2}}
    found = swept(one_service(rooms=rooms, cooling=units, devices=devices))
    (scenario,) = [s for s in found.scenarios if s.event == "cooling/u1"]
    assert [(t.element, t.load, t.limit) for t in scenario.trips] == [("rooms/hall", 400.0, 300.0)]
    lost = outcome(found, "cooling/u1")
    assert lost is not None
    assert levels(lost.steps) == [(0.0, "full"), (240.0, "below")]


def test_an_overload_in_calm_is_told_and_trips_nothing() -> None:
    power = {"pdu-a": rated("pdu", "A", "board-a", "50 W")}
    found = swept(one_service(power=power))
    assert found.overloaded_in_calm == ("power/pdu-a",)
    assert all(not scenario.trips for scenario in found.scenarios)


def failing(plain: Plain, whole: Estate, service: str) -> bool:
    """Whether users that are left are not served, by the evaluator written apart."""
    users = whole.services[service].users_at
    left = [site for site in users if plain.stands(f"sites/{site}")]
    return any(not plain.serves(service, site) for site in left) if left else not plain.runs(service)


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(EXAMPLES, max_examples=12)
def test_pairs_that_take_a_service_down_are_those_that_one_by_one_evaluation_finds(seed: int) -> None:
    """Inside and outside of supports; by the evaluator that `test_oracle` holds the single sweep against."""
    whole = random_estate(Dice(seed))
    graph = build(whole)
    found = sweep_failures(graph)
    events = sorted(name for name, kind in graph.needs.nodes(data="category") if kind is not None)
    calm = Plain(whole, set())
    for service in whole.services:
        if failing(calm, whole, service):
            assert summary(found, service).pairs_below == len(pairs_below(found, service))
    alone = {event: Plain(whole, {event}) for event in events}
    pairs = list(combinations(events, 2))
    chosen = Random(seed).sample(pairs, min(len(pairs), 150))
    for service in whole.services:
        if failing(calm, whole, service):
            continue
        known = pairs_below(found, service)
        assert summary(found, service).pairs_below == len(known)
        some = Random(seed).sample(sorted(tuple(sorted(pair)) for pair in known), min(len(known), 20))
        for one, other in {*chosen, *some}:
            both = failing(Plain(whole, {one, other}), whole, service)
            either = failing(alone[one], whole, service) or failing(alone[other], whole, service)
            assert (frozenset((one, other)) in known) == (both and not either), (service, one, other)


def test_processes_and_order_of_input_change_no_byte() -> None:
    whole = random_estate(Dice(7))
    shuffled = whole.model_copy(
        update={
            name: dict(reversed(list(whole.collection(name).items())))
            for name in ("power", "devices", "cables", "circuits", "services", "workloads", "platforms")
        }
    )
    one = sweep_failures(build(whole))
    assert repr(sweep_failures(build(whole), processes=2)) == repr(one)
    assert repr(sweep_failures(build(shuffled))) == repr(one)


def wan(**more: Any) -> FailureSweep:
    """Users at u reach the service at a over `au` of 10 Gbit/s, or over `bu` and `ab`."""
    throughput = {"takes": {"normal": {"throughput": "8 Gbit/s"}}}
    whole = two_sites(
        services={"x": {"users_at": ["u"], "objectives": {"component": more}}},
        workloads={"wa": {"service": "x", "platform": "pa", "site": "a"} | throughput},
    )
    for name, width in (("au", "10 Gbit/s"), ("ab", "10 Gbit/s"), ("bu", "4 Gbit/s")):
        whole["circuits"][name] = whole["circuits"][name] | {"bandwidth": width}
    return swept(whole)


def test_a_circuit_too_narrow_leaves_half_of_the_traffic_and_the_level_tells_whether_that_is_enough() -> None:
    """Of 8 Gbit/s the other way carries 4."""
    terms = {"rto": "1 h", "rpo": "0 s"}
    for minimum, settles in ((0.4, "minimum"), (0.6, "below")):
        found = wan(minimum_level=minimum, **terms)
        (scenario,) = [s for s in found.scenarios if s.event == "circuits/au"]
        assert [(c.circuit, c.load, c.bandwidth) for c in scenario.congested] == [("circuits/bu", 8e9, 4e9)]
        short = outcome(found, "circuits/au")
        assert short is not None
        assert short.settles == settles
    assert outcome(wan(minimum_level=0.4, **terms), "circuits/ab") is None


def test_two_losses_that_narrow_the_way_only_together_are_a_pair() -> None:
    """Two circuits of 5 Gbit/s side by side; traffic of 4 takes one of them, and the long way has only 2."""
    throughput = {"takes": {"normal": {"throughput": "4 Gbit/s"}}}
    whole = two_sites(
        services={"x": {"users_at": ["u"], "objectives": {"component": {"rto": "1 h", "rpo": "0 s"}}}},
        workloads={"wa": {"service": "x", "platform": "pa", "site": "a"} | throughput},
    )
    circuits = whole["circuits"]
    circuits["au2"] = circuits["au"] | {"carrier": "x", "segments": [{"through": "d-ab", "length": "10 km"}]}
    for name, width in (("au", "5 Gbit/s"), ("au2", "5 Gbit/s"), ("ab", "2 Gbit/s"), ("bu", "2 Gbit/s")):
        circuits[name] = circuits[name] | {"bandwidth": width}
    found = swept(whole)
    assert frozenset(("circuits/au", "circuits/au2")) in pairs_below(found)
    assert outcome(found, "circuits/au") is None


@pytest.mark.slow
def test_the_weak_feed_of_the_national_estate_trips_and_the_cured_one_bears_all_maintenance() -> None:
    def singles(name: str) -> Swept:
        return Swept(Sweep(build(load(find_estate(name)).estate.as_of(None))))

    weak, cured = singles("national"), singles("national-cured")
    tripped = {trip.element for trips in weak.trips.values() for trip in trips}
    assert tripped == {"power/ndc-rpp-b1-b"}
    assert weak.risks.in_calm == ("rooms/ndc-hall-b",)
    assert not cured.trips
    assert not cured.risks.in_calm
    events = cured.sweep.events
    for place, gauge in enumerate(cured.gauges):
        alone = {cured.scenes.names[n] for n in bits(cured.alone[place].below & cured.events)}
        assert alone == {events[n] for n in bits(cured.sweep.below[gauge.services[0]])}


def test_a_rating_that_nobody_declared_leaves_unknown_whether_a_loss_is_borne() -> None:
    devices = {f"d{n}": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]} for n in range(1, 3)}
    gates = {"rooms": {"hall": {"site": "a", "purpose": "data-hall"}}}
    untold = summary(swept(one_service(devices=devices, **gates)))
    assert ("power/pdu-b", "rating") in {(fact.element, fact.field) for fact in untold.missing}
    assert untold.bears_every_component != "yes"
    assert untold.maintained_without_outage != "yes"
