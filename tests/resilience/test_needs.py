"""Each derived need, by hand: what one failure takes down, and what it must not."""

import itertools
from typing import Any

import pytest

from resilience.analysis import Analysis, analyse
from tests.resilience.sketch import circuit, estate, one_hall, two_sites


def one_service(**more: Any) -> Analysis:
    """A service of one workload on a platform of the hall."""
    collections = one_hall(**more)
    collections.setdefault("platforms", {"p": {"kind": "compute", "nodes": sorted(collections["devices"])}})
    collections.setdefault("services", {"s": {"users_at": ["a"]}})
    collections.setdefault("workloads", {"w": {"service": "s", "platform": "p", "site": "a"}})
    return analyse(estate(**collections))


def single_points(analysis: Analysis, service: str = "s") -> set[str]:
    found = {standing.service: standing for standing in analysis.standings}[f"services/{service}"]
    return {point.event for point in found.single_points}


def test_a_device_on_both_paths_survives_either_and_not_the_grid_behind_both() -> None:
    points = single_points(one_service(devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}}))
    assert points == {"devices/d", "racks/r1", "rooms/hall", "sites/a", "power/grid"}


def test_a_device_with_one_cord_falls_with_everything_on_its_path() -> None:
    points = single_points(one_service(devices={"d": {"rack": "r1", "feeds": ["pdu-a"]}}))
    assert {"power/pdu-a", "power/board-a"} <= points
    assert "power/pdu-b" not in points


def test_a_device_that_takes_both_its_supplies_falls_with_either_path() -> None:
    heavy = {"box": {"device_type": {"manufacturer": "E", "model": "Heavy"}, "supplies_needed": 2}}
    points = single_points(
        one_service(models=heavy, devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}})
    )
    assert {"power/pdu-a", "power/pdu-b"} <= points


def test_two_cords_of_three_may_stand_in_one_pdu_and_then_it_counts_twice() -> None:
    heavy = {"box": {"device_type": {"manufacturer": "E", "model": "Heavy"}, "supplies_needed": 2}}
    device = {"rack": "r1", "feeds": ["pdu-a", "pdu-a", "pdu-b"]}
    points = single_points(one_service(models=heavy, devices={"d": device}))
    assert "power/pdu-a" in points
    assert "power/pdu-b" not in points


def test_a_transfer_switch_gives_a_single_cord_both_paths_and_is_then_the_single_point() -> None:
    sts = {
        "kind": "transfer-switch",
        "site": "a",
        "inputs": [{"source": "pdu-a"}, {"source": "pdu-b", "normally": "open", "priority": 2}],
    }
    points = single_points(one_service(power={"sts": sts}, devices={"d": {"rack": "r1", "feeds": ["sts"]}}))
    assert "power/sts" in points
    assert not {"power/pdu-a", "power/pdu-b", "power/board-a"} & points


def test_a_generator_behind_an_open_input_stands_in_for_the_grid_and_the_impact_says_so() -> None:
    boards = {
        f"board-{path}": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open", "priority": 2}],
        }
        for path in "ab"
    }
    analysis = one_service(
        power={"gen": {"kind": "generator", "site": "a"}} | boards,
        devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}},
    )
    assert "power/grid" not in single_points(analysis)
    impact = analysis.impact_of("power/grid")
    assert impact.lost == ()
    assert impact.switched == ("power/board-a", "power/board-b")
    assert "services/s" in analysis.impact_of("power/grid", "power/gen").lost


def test_two_boards_tied_to_each_other_do_not_keep_each_other_alive() -> None:
    boards = {
        f"board-{path}": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": f"board-{other}", "normally": "open", "priority": 2}],
        }
        for path, other in ("ab", "ba")
    }
    analysis = one_service(power=boards, devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}})
    assert "power/grid" in single_points(analysis)
    assert {"power/board-a", "power/pdu-b"} <= set(analysis.impact_of("power/grid").elements)


def test_parallel_sources_of_which_two_are_needed_bear_one_loss_of_three() -> None:
    power = {
        "g1": {"kind": "generator", "site": "a"},
        "g2": {"kind": "generator", "site": "a"},
        "g3": {"kind": "generator", "site": "a"},
        "board-a": {
            "kind": "switchboard",
            "site": "a",
            "needs": 2,
            "inputs": [{"source": "g1"}, {"source": "g2"}, {"source": "g3"}],
        },
    }
    analysis = one_service(power=power, devices={"d": {"rack": "r1", "feeds": ["pdu-a"]}})
    assert not {"power/g1", "power/g2", "power/g3"} & single_points(analysis)
    assert analysis.impact_of("power/g1", "power/g3").lost == ("services/s",)


@pytest.mark.parametrize(("needs", "expected"), [(1, set()), (2, {"devices/d1", "devices/d2"})])
def test_a_platform_bears_the_loss_of_nodes_that_it_does_not_need(needs: int, expected: set[str]) -> None:
    devices = {name: {"rack": f"r{name[1]}", "feeds": ["pdu-a", "pdu-b"]} for name in ("d1", "d2")}
    platforms = {"p": {"kind": "compute", "nodes": ["d1", "d2"], "needs_nodes": needs}}
    points = single_points(one_service(devices=devices, platforms=platforms))
    assert {point for point in points if point.startswith("devices/")} == expected


def test_below_full_load_and_above_its_minimum_a_service_is_degraded_unless_it_owes_full_demand() -> None:
    devices = {name: {"rack": f"r{name[1]}", "feeds": ["pdu-a", "pdu-b"]} for name in ("d1", "d2")}
    platforms = {"p": {"kind": "compute", "nodes": ["d1", "d2"], "needs_nodes": 2, "minimum_nodes": 1}}
    objective = {"rto": "1 h", "rpo": "0 s"}
    owes_less = {"s": {"users_at": ["a"], "objectives": {"component": objective | {"minimum_level": 0.5}}}}
    owes_all = {"s": {"users_at": ["a"], "objectives": {"component": objective}}}
    bears = one_service(devices=devices, platforms=platforms, services=owes_less)
    falls = one_service(devices=devices, platforms=platforms, services=owes_all)
    assert bears.impact_of("devices/d1").degraded == ("services/s",)
    assert bears.impact_of("devices/d1").lost == ()
    assert falls.impact_of("devices/d1").lost == ("services/s",)


def cooled(**room: Any) -> dict[str, Any]:
    """The hall with two units of 60 W for a device of 100 W."""
    unit = {
        "kind": "crah",
        "site": "a",
        "serves": ["hall"],
        "feeds": ["board-a", "board-b"],
        "capacity": "60 W",
    }
    return {
        "rooms": {"hall": {"site": "a", "purpose": "data-hall"} | room},
        "cooling": {"c1": unit, "c2": unit},
        "devices": {"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}},
    }


def test_cooling_units_are_needed_as_declared_and_else_as_their_capacities_say() -> None:
    by_capacity = single_points(one_service(**cooled()))
    declared = single_points(one_service(**cooled(cooling_needs=1)))
    assert {"cooling/c1", "cooling/c2"} <= by_capacity
    assert not {"cooling/c1", "cooling/c2"} & declared


def test_cooling_falls_with_the_plant_that_it_needs() -> None:
    collections = cooled(cooling_needs=1)
    for unit in collections["cooling"]:
        collections["cooling"][unit] = collections["cooling"][unit] | {"needs": [{"on": "cooling/chiller"}]}
    collections["cooling"]["chiller"] = {"kind": "chiller", "site": "a", "feeds": ["board-a", "board-b"]}
    assert "cooling/chiller" in single_points(one_service(**collections))


def test_a_ups_cooled_by_what_it_feeds_keeps_running() -> None:
    collections = cooled(cooling_needs=1)
    collections["power"] = {
        "ups": {
            "kind": "ups",
            "site": "a",
            "room": "hall",
            "autonomy": "10 min",
            "inputs": [{"source": "grid"}],
        },
        "board-a": {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]},
        "board-b": {"kind": "switchboard", "site": "a", "inputs": [{"source": "ups"}]},
    }
    analysis = one_service(**collections)
    assert analysis.standings[0].runs == "yes"
    assert "power/ups" in single_points(analysis)
    assert not analysis.deadlocks


def site_network(**more: Any) -> Analysis:
    """A server on two leaves, each on two spines, and a border on both spines that takes the circuit to u."""
    links = [("d", "l1"), ("d", "l2"), *((x, y) for x in ("l1", "l2", "edge") for y in ("s1", "s2"))]
    ports: dict[str, int] = {}
    cables = {}
    for a, b in links:
        ends = {}
        for side, device in (("a", a), ("b", b)):
            ends[side] = {"device": device, "port": f"eth{ports.get(device, 0)}"}
            ports[device] = ports.get(device, 0) + 1
        cables[f"{a}-{b}"] = ends
    roles = {"d": "server", "l1": "leaf", "l2": "leaf", "s1": "spine", "s2": "spine", "edge": "border"}
    collections = two_sites(
        devices={name: {"rack": "ka", "role": role} for name, role in roles.items()},
        cables=cables,
        platforms={"p": {"kind": "compute", "nodes": ["d"]}},
        services={"s": {"users_at": ["u"]}},
        workloads={"w": {"service": "s", "platform": "p", "site": "a"}},
        circuits={
            "au": circuit("a", "u", "y", "d-au") | {"ends": [{"site": "a", "device": "edge"}, {"site": "u"}]}
        },
    )
    del collections["circuits"]["ab"], collections["circuits"]["bu"]
    for name, entries in more.items():
        collections[name] = collections[name] | entries
    return analyse(estate(**collections))


def test_a_server_on_two_leaves_bears_the_loss_of_one_and_of_one_spine_and_not_of_both() -> None:
    analysis = site_network()
    points = single_points(analysis)
    assert not {"devices/l1", "devices/l2", "devices/s1", "devices/s2", "cables/d-l1"} & points
    assert "devices/edge" in points
    assert analysis.impact_of("devices/l1", "devices/l2").lost == ("services/s",)
    assert analysis.impact_of("devices/s1", "devices/s2").lost == ("services/s",)
    assert analysis.impact_of("cables/d-l1", "devices/l2").lost == ("services/s",)


def test_a_cable_to_a_management_port_joins_nothing() -> None:
    mgmt = {"a": {"device": "d", "port": "mgmt"}, "b": {"device": "oob", "port": "eth0"}}
    analysis = site_network(
        devices={"oob": {"model": "box", "rack": "ka", "role": "switch"}},
        cables={
            "d-oob": mgmt,
            "oob-s1": {"a": {"device": "oob", "port": "eth1"}, "b": {"device": "s1", "port": "eth7"}},
        },
    )
    assert analysis.impact_of("devices/l1", "devices/l2").lost == ("services/s",)


def test_traffic_does_not_pass_through_a_server() -> None:
    cables = {
        "e-s1": {"a": {"device": "e", "port": "eth0"}, "b": {"device": "s1", "port": "eth6"}},
        "e-d": {"a": {"device": "e", "port": "eth1"}, "b": {"device": "d", "port": "eth5"}},
    }
    analysis = site_network(devices={"e": {"model": "box", "rack": "ka", "role": "server"}}, cables=cables)
    assert analysis.impact_of("devices/l1", "devices/l2").lost == ("services/s",)


def far_service(**more: Any) -> Analysis:
    collections = two_sites(
        services={"s": {"users_at": ["u"]}},
        workloads={
            "w-a": {"service": "s", "platform": "pa", "site": "a"},
            "w-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby", "activation": "20 min"},
        },
    )
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = known | entries if isinstance(known, dict) else entries
    return analyse(estate(**collections))


def test_a_standby_at_another_site_bears_the_loss_of_the_first_and_the_impact_names_it() -> None:
    analysis = far_service()
    assert single_points(analysis) == {"sites/u"}
    impact = analysis.impact_of("sites/a")
    assert impact.lost == ()
    (takeover,) = impact.takeovers
    assert (takeover.lost, takeover.carried_by, takeover.activation) == (
        ("workloads/w-a",),
        ("workloads/w-b",),
        1200,
    )


def test_two_circuits_of_two_carriers_in_one_hidden_duct_are_one_single_point() -> None:
    analysis = far_service(
        circuits={"au": circuit("a", "u", "y", "shared"), "bu": circuit("b", "u", "z", "d-bu", "shared")},
        hazards={"shared": {"kind": "duct"}},
    )
    assert single_points(analysis) == {"sites/u", "hazards/shared"}
    (standing,) = analysis.standings
    chain = {point.event: point.chain for point in standing.single_points}["hazards/shared"]
    assert [link.target for link in chain] == ["workloads/w-b", "circuits/bu", "hazards/shared"]
    assert chain[-1].path == ("circuits", "bu", "segments", 1, "through")


def test_of_several_alternatives_the_one_that_held_out_longest_explains_the_loss() -> None:
    elsewhere = {"x": {"kind": "dns", "nodes": ["db"]}}
    needing = {
        "w-a": {"service": "s", "platform": "pa", "site": "a", "needs": [{"on": "platforms/x"}]},
    }
    analysis = far_service(platforms=elsewhere, workloads=needing)
    (standing,) = analysis.standings
    chain = {point.event: point.chain for point in standing.single_points}["sites/b"]
    assert [link.target for link in chain][:2] == ["workloads/w-a", "platforms/x"]


def test_a_route_that_nobody_declared_makes_the_answer_unknown_and_never_no() -> None:
    declared = far_service()
    hidden = far_service(circuits={"bu": circuit("b", "u", "z") | {"segments": None}})
    facts = {(fact.element, fact.field) for fact in hidden.standings[0].missing}
    assert ("circuits/bu", "segments") in facts
    assert ("circuits/bu", "segments") not in {(f.element, f.field) for f in declared.standings[0].missing}
    assert hidden.standings[0].has_single_point == "unknown"


def with_devices(entry: dict[str, Any]) -> dict[str, Any]:
    """The circuit, ending at the one router of each site."""
    return entry | {"ends": [end | {"device": f"r-{end['site']}"} for end in entry["ends"]]}


def test_an_undeclared_route_hides_nothing_where_the_service_bears_the_loss_of_its_circuit_besides() -> None:
    passive = {"device_type": {"manufacturer": "E", "model": "Box", "is_powered": False}}
    circuits = {
        "ab": circuit("a", "b", "x", "d-ab"),
        "au": circuit("a", "u", "y", "d-au"),
        "bu": circuit("b", "u", "z", "d-bu"),
        "av": circuit("a", "v", "x", "d-ab"),
        "uv": circuit("u", "v", "z") | {"segments": None},
    }

    def missing(hidden: dict[str, Any]) -> set[str]:
        analysis = far_service(
            models={"box": passive},
            sites={"v": {"role": "vault"}},
            rooms={f"r{site}": {"site": site, "purpose": "network"} for site in "abuv"},
            devices={f"r-{site}": {"model": "box", "role": "border", "room": f"r{site}"} for site in "abuv"},
            circuits={name: with_devices(entry) for name, entry in (circuits | hidden).items()},
        )
        assert "circuits/uv" in {fact.element for fact in analysis.missing}
        return {fact.element for fact in analysis.standings[0].missing}

    assert "circuits/uv" not in missing({})
    assert "circuits/uv" in missing({"au": circuit("a", "b", "y", "d-au")})


def test_a_way_through_the_internet_between_sites_is_unknown_and_not_declared() -> None:
    ends = {"kind": "internet", "carrier": "x", "segments": []}
    analysis = far_service(
        circuits={
            "au": ends | {"ends": [{"site": "a"}, {"outside": "internet"}]},
            "bu": ends | {"ends": [{"site": "b"}, {"outside": "internet"}]},
            "ab": circuit("a", "u", "x", "d-ab"),
        },
        services={"s": {"users_at": ["u"], "users_outside": ["internet"]}},
    )
    (standing,) = analysis.standings
    assert ("sites/b", "circuits to sites/u") in {(fact.element, fact.field) for fact in standing.missing}
    assert "circuits/au" not in single_points(analysis)


def test_places_whose_circuits_do_not_meet_are_cut_off() -> None:
    islands = {
        "au": circuit("a", "b", "y", "d-au"),
        "bu": circuit("u", "v", "z", "d-bu"),
        "ab": circuit("a", "b", "x", "d-ab"),
    }
    analysis = far_service(circuits=islands, sites={"v": {"role": "pop"}})
    (standing,) = analysis.standings
    assert (standing.runs, standing.has_single_point) == ("no", "unknown")


def test_a_service_that_never_runs_says_what_it_lacks() -> None:
    boards = {
        f"board-{path}": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": f"board-{other}", "normally": "open"}],
        }
        for path, other in ("ab", "ba")
    }
    analysis = one_service(power=boards, devices={"d": {"rack": "r1", "feeds": ["pdu-a"]}})
    (standing,) = analysis.standings
    assert standing.runs == "no"
    assert [fact.element for fact in standing.missing if fact.field == "supply"] == ["power/board-b"]


def test_users_at_a_place_that_no_circuit_joins_are_taken_as_served_and_the_fact_is_missing() -> None:
    analysis = far_service(
        circuits={"au": circuit("a", "b", "y", "d-au"), "bu": circuit("a", "b", "z", "d-bu")}
    )
    (standing,) = analysis.standings
    assert standing.runs == "yes"
    assert ("sites/a", "circuits to sites/u") in {(fact.element, fact.field) for fact in standing.missing}


def test_a_service_falls_with_a_platform_elsewhere_that_has_no_twin_and_not_with_one_that_has() -> None:
    dns = {"dns-a": {"kind": "dns", "nodes": ["na"]}, "dns-b": {"kind": "dns", "nodes": ["nb"]}}
    devices = {
        "na": {"model": "box", "role": "dns", "rack": "ka"},
        "nb": {"model": "box", "role": "dns", "rack": "kb"},
    }
    service = {"s": {"users_at": ["u"], "needs": [{"on": "platforms/dns-a"}]}}
    alone = far_service(platforms=dns, devices=devices, services=service)
    dns["dns-a"]["twin"] = "dns-b"
    twinned = far_service(platforms=dns, devices=devices, services=service)
    assert {"devices/na", "racks/ka", "sites/a"} <= single_points(alone)
    assert single_points(twinned) == {"sites/u"}


def test_a_disk_at_the_other_site_takes_no_place_for_compute_at_this_one() -> None:
    platforms = {
        "disk-a": {"kind": "block-storage", "nodes": ["na"], "twin": "disk-b"},
        "disk-b": {"kind": "block-storage", "nodes": ["nb"]},
        "pa": {"kind": "compute", "nodes": ["da"], "needs": [{"on": "platforms/disk-a"}]},
    }
    nodes = {
        "na": {"model": "box", "role": "storage", "rack": "ka"},
        "nb": {"model": "box", "role": "storage", "rack": "kb"},
    }
    analysis = far_service(platforms=platforms, devices=nodes)
    assert "platforms/pa" in analysis.impact_of("devices/na").elements


def test_a_workload_reads_a_replica_at_its_own_site_when_the_home_is_lost() -> None:
    data = {"d": {"home": {"platform": "pa", "site": "a"}}}
    copy = {"r": {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous"}}
    workloads = {
        "w-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby", "datasets": ["d"]},
    }
    assert "sites/a" in single_points(far_service(datasets=data, workloads=workloads))
    assert "sites/a" not in single_points(far_service(datasets=data, workloads=workloads, replications=copy))


@pytest.mark.parametrize(
    ("kind", "takes_site"), [("seismic", True), ("flood", True), ("fuel", False), ("exchange", False)]
)
def test_a_hazard_that_a_site_names_takes_the_site_if_it_is_of_such_a_kind(
    kind: str, takes_site: bool
) -> None:
    analysis = one_service(
        sites={"a": {"role": "primary", "hazards": ["h"]}},
        hazards={"h": {"kind": kind}},
        devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}},
    )
    assert ("hazards/h" in single_points(analysis)) == takes_site


def test_a_grid_region_takes_the_feeds_of_its_sites_and_a_generator_bears_it() -> None:
    more: dict[str, Any] = {
        "sites": {"a": {"role": "primary", "hazards": ["region"]}},
        "hazards": {"region": {"kind": "grid"}},
        "devices": {"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}},
    }
    assert "hazards/region" in single_points(one_service(**more))
    more["power"] = {
        "gen": {"kind": "generator", "site": "a"},
        "board-a": {
            "kind": "switchboard",
            "site": "a",
            "inputs": [{"source": "grid"}, {"source": "gen", "normally": "open"}],
        },
    }
    assert "hazards/region" not in single_points(one_service(**more))


def test_a_hazard_that_only_costs_reserve_takes_nothing_down() -> None:
    analysis = one_service(
        hazards={"strike": {"kind": "staff", "cause_of": "degradation", "exposed": ["devices/d"]}},
        devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}},
    )
    assert "hazards/strike" not in single_points(analysis)


def test_rooms_of_one_fire_compartment_burn_together() -> None:
    devices = {
        "d1": {"room": "x", "feeds": ["pdu-a", "pdu-b"]},
        "d2": {"room": "y", "feeds": ["pdu-a", "pdu-b"]},
    }
    room = {"site": "a", "purpose": "data-hall"}
    platforms = {"p": {"kind": "compute", "nodes": ["d1", "d2"], "needs_nodes": 1}}
    apart = one_service(rooms={"x": room, "y": room}, devices=devices, platforms=platforms)
    one = room | {"fire_compartment": "east"}
    together = one_service(rooms={"x": one, "y": one}, devices=devices, platforms=platforms)
    assert "fire_compartments/a/east" in single_points(together)
    assert not {point for point in single_points(apart) if point.startswith(("fire", "rooms"))}


def test_a_firmware_family_is_a_common_cause_and_no_single_point_of_the_design() -> None:
    model = {"box": {"device_type": {"manufacturer": "E", "model": "Box"}, "firmware": "os-9"}}
    devices = {name: {"rack": f"r{name[1]}", "feeds": ["pdu-a", "pdu-b"]} for name in ("d1", "d2")}
    platforms = {"p": {"kind": "compute", "nodes": ["d1", "d2"], "needs_nodes": 1}}
    analysis = one_service(models=model, devices=devices, platforms=platforms)
    (standing,) = analysis.standings
    (point,) = [point for point in standing.single_points if point.event == "firmware/os-9"]
    assert point.category == "common-cause"
    assert point.chain[-1].path == ("models", "box", "firmware")


def test_an_elected_leader_falls_with_the_majority_of_its_voters() -> None:
    collections = two_sites(
        sites={"t": {"role": "witness"}},
        platforms={
            "stretched": {
                "kind": "database",
                "nodes": ["da", "db"],
                "needs_nodes": 1,
                "quorum": {"voters": ["devices/da", "devices/db", "sites/t"]},
            }
        },
    )
    analysis = analyse(estate(**collections))
    assert "platforms/stretched" not in analysis.impact_of("sites/t").elements
    assert "platforms/stretched" in analysis.impact_of("sites/t", "devices/da").elements


def test_a_stretched_platform_serves_a_site_only_with_a_node_of_it() -> None:
    platforms = {"both": {"kind": "compute", "nodes": ["da", "db"], "needs_nodes": 1}}
    analysis = far_service(
        platforms=platforms, workloads={"w-a": {"service": "s", "platform": "both", "site": "a"}}
    )
    assert "workloads/w-a" in analysis.impact_of("devices/da").elements
    assert "platforms/both" not in analysis.impact_of("devices/da").elements


def test_a_chain_is_linked_from_the_service_to_the_event_and_every_link_has_its_fact() -> None:
    analysis = one_service(devices={"d": {"rack": "r1", "feeds": ["pdu-a"]}})
    (standing,) = analysis.standings
    for point in standing.single_points:
        ends = [(link.source, link.target) for link in point.chain]
        assert ends[0][0] == "services/s"
        assert ends[-1][1] == point.event
        assert all(before[1] == after[0] for before, after in itertools.pairwise(ends))
        assert all(link.path for link in point.chain)


def test_a_tolerated_need_adds_its_time_to_the_chain() -> None:
    analysis = one_service(
        devices={
            "d": {
                "rack": "r1",
                "feeds": ["pdu-a", "pdu-b"],
                "needs": [{"on": "devices/ntp", "tolerates": "4 h"}],
            },
            "ntp": {"rack": "r2", "feeds": ["pdu-a", "pdu-b"]},
        },
        platforms={"p": {"kind": "compute", "nodes": ["d"]}},
    )
    (standing,) = analysis.standings
    after = {point.event: point.after for point in standing.single_points}
    assert after["devices/ntp"] == 4 * 3600
    assert after["devices/d"] == 0


def test_a_service_that_nobody_placed_is_unknown() -> None:
    analysis = analyse(estate(services={"s": {"tier": 2}}))
    (standing,) = analysis.standings
    assert (standing.runs, standing.has_single_point) == ("unknown", "unknown")
    assert [fact.field for fact in standing.missing] == ["workloads"]


def test_an_element_named_by_a_need_before_its_own_turn_is_an_event_of_its_own() -> None:
    clock = {"gps": {"kind": "time-source", "site": "a", "reference": "gnss"}}
    analysis = one_service(
        safeguards=clock,
        devices={"d": {"rack": "r1", "feeds": ["pdu-a", "pdu-b"], "needs": [{"on": "safeguards/gps"}]}},
    )
    assert "safeguards/gps" in single_points(analysis)
    assert not [fact for fact in analysis.missing if fact.field == "declaration"]
