"""Ways of traffic before and after a loss, and whether circuits carry it, by hand."""

from typing import Any

import networkx as nx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.links import Ways, connectivity
from resilience.results import FailoverPath
from tests.resilience.sketch import circuit, estate, two_sites
from tests.resilience.test_oracle import Dice, random_estate


def ways(**more: Any) -> dict[tuple[str, str], FailoverPath]:
    """Of a service of 4 Gbit/s at a with a standby at b, used from u: each way by service and event."""
    takes = {"normal": {"throughput": "4 Gbit/s"}, "dr": {"throughput": "6 Gbit/s"}}
    collections = two_sites(
        services={"s": {"users_at": ["u"]}},
        workloads={
            "w-a": {"service": "s", "platform": "pa", "site": "a", "takes": takes},
            "w-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby", "takes": takes},
        },
        circuits={
            "ab": circuit("a", "b", "x", "d-ab", bandwidth="10 Gbit/s"),
            "au": circuit("a", "u", "y", "d-au", bandwidth="10 Gbit/s"),
            "bu": circuit("b", "u", "z", "d-bu", bandwidth="10 Gbit/s", latency="2 ms"),
        },
    )
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = known | entries if isinstance(known, dict) else entries
    return {(path.service, path.event): path for path in analyse(estate(**collections)).failovers}


def test_the_usual_way_is_the_quickest_and_its_latency_is_light_over_the_route() -> None:
    usual = ways()["services/s", ""]
    assert (usual.serving, usual.circuits, usual.carries) == ("sites/a", ("circuits/au",), "yes")
    assert usual.latency == pytest.approx(10_000 * 4.9e-9)
    assert usual.needed == 4e9


@pytest.mark.parametrize("event", ["circuits/au", "hazards/d-au", "vendors/y"])
def test_after_the_loss_of_its_circuit_duct_or_carrier_traffic_goes_round(event: str) -> None:
    path = ways()["services/s", event]
    assert (path.serving, path.circuits) == ("sites/a", ("circuits/bu", "circuits/ab"))
    assert path.latency == pytest.approx(0.002 + 10_000 * 4.9e-9)


def test_after_the_loss_of_its_site_the_standby_serves_in_dr_mode() -> None:
    path = ways()["services/s", "sites/a"]
    assert (path.serving, path.circuits, path.needed) == ("sites/b", ("circuits/bu",), 6e9)


def test_everything_that_fails_over_to_a_circuit_counts_there() -> None:
    data = {
        "d": {"home": {"platform": "pa", "site": "a"}, "writes": {"average": "1 Gbit/s", "peak": "7 Gbit/s"}}
    }
    copy = {"r": {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous"}}
    found = ways(datasets=data, replications=copy)
    assert found["datasets/d", ""].carries == "yes"
    after = found["services/s", "circuits/au"]
    assert (after.busiest, after.load, after.carries) == ("circuits/ab", 11e9, "no")


def test_a_way_too_narrow_while_others_have_room_is_unknown_for_routing_is_not_declared() -> None:
    wide = {"normal": {"throughput": "14 Gbit/s"}}
    usual = ways(workloads={"w-a": {"service": "s", "platform": "pa", "site": "a", "takes": wide}})[
        "services/s", ""
    ]
    assert (usual.busiest, usual.load, usual.carries) == ("circuits/au", 14e9, "unknown")
    assert [fact.field for fact in usual.missing] == ["routing"]
    too_much = {"normal": {"throughput": "21 Gbit/s"}}
    found = ways(workloads={"w-a": {"service": "s", "platform": "pa", "site": "a", "takes": too_much}})
    assert found["services/s", ""].carries == "no"


def test_users_at_several_places_share_what_a_service_takes() -> None:
    found = ways(services={"s": {"users_at": ["u", "b"]}})
    assert found["services/s", ""].needed == 2e9


def test_an_undeclared_bandwidth_or_demand_is_unknown() -> None:
    bare = ways(circuits={"au": circuit("a", "u", "y", "d-au")})["services/s", ""]
    assert (bare.bandwidth, bare.carries) == (None, "unknown")
    assert ("circuits/au", "bandwidth") in {(fact.element, fact.field) for fact in bare.missing}
    silent = ways(workloads={"w-a": {"service": "s", "platform": "pa", "site": "a"}})["services/s", ""]
    assert (silent.needed, silent.carries) == (None, "unknown")


def test_what_all_ways_share_is_named_with_the_usual_way() -> None:
    hidden = ways(
        hazards={"shared": {"kind": "duct"}},
        circuits={
            "au": circuit("a", "u", "y", "shared", bandwidth="10 Gbit/s"),
            "bu": circuit("b", "u", "z", "shared", bandwidth="10 Gbit/s"),
        },
    )
    assert hidden["services/s", ""].shares == ("hazards/shared",)
    assert hidden["services/s", "hazards/shared"].reached == "no"
    assert ways()["services/s", ""].shares == ()


def routes(**more: Any) -> Any:
    data = {"d": {"home": {"platform": "pa", "site": "a"}, "write_budget": "1 ms"}}
    copy = {"r": {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "synchronous"}}
    collections = two_sites(datasets=data, replications=copy, **more)
    (found,) = analyse(estate(**collections)).replication_routes
    return found


def test_a_synchronous_write_waits_for_the_longest_way_that_can_be_left() -> None:
    found = routes()
    assert found.usual.circuits == ("circuits/ab",)
    assert found.usual.length == 10_000
    assert found.longest_surviving.circuits == ("circuits/au", "circuits/bu")
    assert found.round_trip == pytest.approx(2 * 20_000 * 4.9e-9)
    assert (found.survives_any_single, found.budget) == ("yes", 0.001)


def test_a_replication_kept_to_one_circuit_survives_no_loss_of_it() -> None:
    copy = {
        "r": {
            "dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "synchronous",
            "over": ["ab"],
        }
    }  # fmt: skip
    data = {"d": {"home": {"platform": "pa", "site": "a"}}}
    (found,) = analyse(estate(**two_sites(datasets=data, replications=copy))).replication_routes
    assert (found.survives_any_single, found.longest_surviving) == ("no", None)
    assert ("datasets/d", "write_budget") in {(fact.element, fact.field) for fact in found.missing}


def test_an_undeclared_route_leaves_distance_and_diversity_unknown() -> None:
    found = routes(circuits={"bu": circuit("b", "u", "z") | {"segments": None}})
    assert (found.survives_any_single, found.round_trip) == ("unknown", None)


@given(st.integers(0, 2**32))
@settings(max_examples=80, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_the_quickest_way_is_as_long_as_networkx_says(seed: int) -> None:
    whole = random_estate(Dice(seed))
    found = Ways(whole)
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for name, entry in whole.circuits.items():
        a, b = (f"sites/{end.site}" for end in entry.ends)
        unknown, seconds, hops = found.costs[name]
        graph.add_edge(a, b, weight=unknown * 1e3 + seconds + hops * 1e-9)
    for source in graph:
        lengths = nx.single_source_dijkstra_path_length(graph, source)
        tree = found.tree(source)
        assert tree.keys() == lengths.keys()
        for target, (cost, circuits, _) in tree.items():
            assert cost[0] * 1e3 + cost[1] + cost[2] * 1e-9 == pytest.approx(lengths[target])
            assert cost[2] == len(circuits)


def test_the_graph_of_connectivity_names_every_circuit_and_cable_with_its_risks() -> None:
    whole = random_estate(Dice(3))
    graph = connectivity(whole, analyse(whole).graph.networks)
    elements = {edge["element"] for _, _, edge in graph.edges(data=True)} - {None}
    assert elements == {f"circuits/{name}" for name in whole.circuits} | {
        f"cables/{name}" for name in whole.cables
    }
    for _, _, edge in graph.edges(data=True):
        if edge["element"] and edge["element"].startswith("circuits/"):
            carrier = whole.circuits[edge["element"].removeprefix("circuits/")].carrier
            assert f"vendors/{carrier}" in edge["risks"]
