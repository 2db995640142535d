"""Failover flows of whole estates, by hand and against the first proofs."""

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.failover_flows import FailoverFlows, FlowState, TrafficAfter, failover_flows
from tests.hash_seeds import same_output
from tests.resilience.sketch import circuit, estate, two_sites
from tests.resilience.test_oracle import Dice, random_estate

PROGRAM = """
from resilience.analysis import analyse
from resilience.failover_flows import failover_flows
from tests.resilience.failover_flows.test_flows import three_ways
print(failover_flows(analyse(three_ways())))
"""


def three_ways(**more: Any) -> Any:
    """A service of 4 Gbit/s at a with a standby at b, used from u, and a replication of 3 from a to b."""
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
            "bu": circuit("b", "u", "z", "d-bu", bandwidth="5 Gbit/s", latency="2 ms"),
        },
        datasets={
            "d": {
                "home": {"platform": "pa", "site": "a"},
                "writes": {"average": "1 Gbit/s", "peak": "3 Gbit/s"},
            }
        },
        replications={
            "r": {
                "dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous",
            }
        },
    )  # fmt: skip
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = known | entries if isinstance(known, dict) else entries
    return estate(**collections)


def flows(**more: Any) -> FailoverFlows:
    return failover_flows(analyse(three_ways(**more)))


def state_of(found: FailoverFlows, event: str) -> FlowState:
    (state,) = [state for state in found.states if event in state.events]
    return state


def traffic(state: FlowState, owner: str) -> TrafficAfter:
    (after,) = [after for after in state.traffic if after.owner == owner]
    return after


def test_in_calm_all_traffic_is_shown_with_what_is_left_for_it() -> None:
    calm = flows().calm
    service, data = traffic(calm, "services/s"), traffic(calm, "datasets/d")
    assert (service.circuits, service.needed) == (("circuits/au",), 4e9)
    assert service.left is not None
    assert (service.left.low, service.left.high) == (10e9, 10e9)
    assert (data.replication, data.circuits) == ("replications/r", ("circuits/ab",))
    assert (service.carries, data.carries, service.latency_added) == ("yes", "yes", 0.0)
    assert calm.routed.growth == pytest.approx(2.5)
    assert calm.routed.binding == ("circuits/au",)


def test_failures_of_the_same_effect_are_one_state() -> None:
    state = state_of(flows(), "circuits/au")
    assert state.events == ("circuits/au", "hazards/d-au", "vendors/y")
    assert (state.circuits_lost, state.sites_lost, state.cut) == (("circuits/au",), (), ())


def test_what_is_left_counts_everything_that_fails_over_to_the_same_circuit() -> None:
    state = state_of(flows(), "circuits/au")
    service = traffic(state, "services/s")
    assert service.circuits == ("circuits/bu", "circuits/ab")
    # 5 on bu alone; on ab 10 less the replication's 3.
    assert service.left is not None
    assert (service.left.low, service.left.high) == (5e9, 5e9)
    assert service.carries == "yes"
    assert service.latency_added == pytest.approx(0.002)
    loads = {load.circuit: (load.load, load.room) for load in state.loads}
    assert loads == {"circuits/ab": (7e9, 3e9), "circuits/bu": (4e9, 1e9)}
    assert (state.routed.growth, state.routed.binding) == (1.25, ("circuits/bu",))


def test_a_way_too_narrow_is_no_as_routed_and_yes_where_traffic_may_spread() -> None:
    wide = {"normal": {"throughput": "14 Gbit/s"}}
    more = {
        "w-a": {"service": "s", "platform": "pa", "site": "a", "takes": wide},
        "w-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby", "takes": wide},
    }
    calm = flows(workloads=more).calm
    service = traffic(calm, "services/s")
    assert (service.carries, service.carries_spread) == ("no", "yes")
    assert calm.routed.served.high == pytest.approx(10 / 14)
    # 10 over au and 5 over bu: 15 of 14.
    assert calm.spread.growth == pytest.approx(15 / 14, abs=1e-6)
    assert calm.spread.binding == ("circuits/au", "circuits/bu")
    assert service.left_spread is not None
    assert service.left_spread.high == pytest.approx(15e9)


def test_what_no_spreading_carries_is_no_both_ways() -> None:
    wide = {"normal": {"throughput": "20 Gbit/s"}}
    more = {"w-a": {"service": "s", "platform": "pa", "site": "a", "takes": wide}}
    calm = flows(workloads=more).calm
    assert traffic(calm, "services/s").carries_spread == "no"
    assert calm.spread.served.high == pytest.approx(0.75)


def test_circuits_are_shared_in_proportion_and_replications_take_what_is_left() -> None:
    calm = flows().calm
    data = traffic(calm, "datasets/d")
    assert data.fair is not None
    assert (data.fair.low, data.fair.high) == (10e9, 10e9)
    service = traffic(calm, "services/s")
    assert service.fair is not None
    assert service.fair.high == 4e9
    state = state_of(
        flows(circuits={"ab": circuit("a", "b", "x", "d-ab", bandwidth="3.5 Gbit/s")}), "circuits/au"
    )
    # On ab 4 + 3 want 3.5: half of each.
    after = traffic(state, "services/s")
    assert after.fair is not None
    assert (after.fair.high, after.carries) == (2e9, "no")


def test_an_undeclared_bandwidth_is_between_nothing_and_no_limit() -> None:
    service = traffic(flows(circuits={"au": circuit("a", "u", "y", "d-au")}).calm, "services/s")
    assert service.left is not None
    assert (service.left.low, service.left.high, service.carries) == (0.0, None, "unknown")
    assert ("circuits/au", "bandwidth") in {(fact.element, fact.field) for fact in service.missing}
    assert service.left_spread is not None
    assert (service.left_spread.low, service.left_spread.high, service.carries_spread) == (5e9, None, "yes")


def test_an_undeclared_need_leaves_others_on_its_way_unknown_and_says_how_much_room_there_is() -> None:
    found = flows(datasets={"d": {"home": {"platform": "pa", "site": "a"}}})
    state = state_of(found, "circuits/au")
    service = traffic(state, "services/s")
    assert (service.carries, state.routed.served.low) == ("unknown", 0.0)
    (load,) = [load for load in state.loads if load.circuit == "circuits/ab"]
    assert (load.undeclared, load.room) == (("datasets/d",), 6e9)
    assert ("datasets/d", "writes.peak") in {(fact.element, fact.field) for fact in found.missing}


def test_an_undeclared_segment_leaves_diversity_unknown_and_a_shared_duct_denies_it() -> None:
    assert traffic(flows().calm, "services/s").diverse == "yes"
    hidden = flows(circuits={"bu": circuit("b", "u", "z") | {"segments": None}})
    calm = traffic(hidden.calm, "services/s")
    assert (calm.diverse, calm.shares) == ("unknown", ())
    assert ("circuits/bu", "segments") in {(fact.element, fact.field) for fact in calm.missing}
    assert traffic(state_of(hidden, "circuits/au"), "services/s").diverse == "unknown"
    shared = flows(
        circuits={"bu": circuit("b", "u", "z", "d-au", bandwidth="5 Gbit/s")},
    )
    calm = traffic(shared.calm, "services/s")
    assert (calm.diverse, calm.shares) == ("no", ("hazards/d-au",))
    after = traffic(state_of(shared, "circuits/au"), "services/s")
    assert (after.diverse, after.shares) == ("no", ("hazards/d-au",))
    cut = state_of(shared, "hazards/d-au")
    assert (cut.cut, traffic(cut, "services/s").reached) == (("services/s",), "no")


def test_a_failed_server_changes_the_way_to_a_service_too() -> None:
    state = state_of(flows(), "devices/da")
    service = traffic(state, "services/s")
    assert (service.serving, service.circuits, service.needed) == (
        "sites/b",
        ("circuits/au", "circuits/ab"),
        6e9,
    )
    # On ab 6 beside the replication's 3.
    assert service.left is not None
    assert (service.left.high, service.carries) == (7e9, "yes")


def test_traffic_of_a_lost_place_is_no_more() -> None:
    state = state_of(flows(), "sites/a")
    assert [after.owner for after in state.traffic] == ["services/s"]
    assert [load.circuit for load in state.loads] == ["circuits/bu"]


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_ways_are_those_of_the_first_proofs_and_loads_their_sums(seed: int) -> None:
    analysis = analyse(random_estate(Dice(seed)))
    found = failover_flows(analysis)
    by_event = {event: state for state in found.states for event in state.events}
    for path in analysis.failovers:
        state = by_event.get(path.event, found.calm)
        ways = {(after.owner, after.user): after for after in (*found.calm.traffic, *state.traffic)}
        assert ways[path.service, path.user].circuits == path.circuits
    for state in (found.calm, *found.states):
        left = {(t.owner, t.user, t.replication): t for t in (*found.calm.traffic, *state.traffic)}
        gone = set(state.sites_lost)
        loads: dict[str, float] = {}
        for after in left.values():
            if not {after.user, after.serving if after.replication else ""} & gone:
                for name in after.circuits:
                    loads[name] = loads.get(name, 0.0) + (after.needed or 0.0)
        assert {load.circuit: load.load for load in state.loads} == pytest.approx(loads)


@pytest.mark.slow
def test_two_runs_give_equal_bytes_whatever_the_hash_seed() -> None:
    assert "TrafficAfter" in same_output(PROGRAM, ("0", "7"))
