"""Ways, latency, bandwidth left and shared segments on small random estates, held against all ways tried."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.failover_flows import FlowState, failover_flows
from specs.model import Estate
from tests.resilience.failure_sweep.test_small_estates import Quick, Traffic, small_estate
from tests.resilience.test_oracle import Dice

EXAMPLES = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def risks(whole: Estate, circuits: tuple[str, ...]) -> set[str]:
    """The circuits themselves, their ducts and their carriers."""
    found = {f"circuits/{name}" for name in circuits}
    for name in circuits:
        found |= {f"hazards/{segment.through}" for segment in whole.circuits[name].segments or ()}
        found.add(f"vendors/{whole.circuits[name].carrier}")
    return found


def holds(whole: Estate, state: FlowState, traffic: Traffic, calm: Traffic) -> None:
    """Everything that one state tells of services is what trying all ways gives."""
    loads = {load.circuit.partition("/")[2]: load.load for load in state.loads}
    assert loads == pytest.approx(traffic.crossing)
    for after in state.traffic:
        if after.replication:
            continue
        name, user = after.owner.partition("/")[2], after.user.partition("/")[2]
        site, way = traffic.flows[name, user]
        assert after.serving == (f"sites/{site}" if site else None)
        assert after.circuits == tuple(f"circuits/{circuit}" for circuit in way or ())
        assert (after.reached == "yes") == (way is not None)
        if way is None:
            continue
        assert after.latency == pytest.approx(sum(whole.circuits[name].latency or 0.0 for name in way))
        if way:
            needed = traffic.needed(name, site, away=site != calm.serving[f"{name}@{user}"])
            rooms = [(whole.circuits[c].bandwidth or 0.0) - traffic.crossing[c] + needed for c in way]
            assert after.left is not None
            assert after.left.low == pytest.approx(max(0.0, min(rooms)))
            wide = all(traffic.crossing[c] <= (whole.circuits[c].bandwidth or 0.0) for c in way)
            assert after.carries == ("yes" if wide else "no")
        usual = calm.flows[name, user][1]
        if state.events and usual is not None:
            shared = risks(whole, way) & risks(whole, usual)
            assert (after.shares, after.diverse) == (tuple(sorted(shared)), "no" if shared else "yes")


def agrees(seed: int) -> None:
    """Calm and every state that a single event brings about."""
    whole = small_estate(Dice(seed))
    found = failover_flows(analyse(whole))
    calm = Traffic(Quick(whole, set()))
    holds(whole, found.calm, calm, calm)
    told = {event: state for state in found.states for event in state.events}
    for event, state in told.items():
        holds(whole, state, Traffic(Quick(whole, {event}), calm), calm)
    for event in analyse(whole).sweep.events:
        if event not in told:
            after = Traffic(Quick(whole, {event}), calm)
            left = {key: flow for key, flow in after.flows.items() if f"sites/{key[1]}" != event}
            ends = {key: calm.flows[key] for key in left if after.plain.stands(f"sites/{key[1]}")}
            assert {key: left[key] for key in ends} == ends, event


@given(st.integers(0, 2**32))
@settings(EXAMPLES, max_examples=8)
def test_flows_of_small_estates_are_those_of_all_ways_tried(seed: int) -> None:
    agrees(seed)


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(EXAMPLES, max_examples=200)
def test_flows_of_hundreds_of_small_estates_are_those_of_all_ways_tried(seed: int) -> None:
    agrees(seed)
