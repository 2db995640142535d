"""A cold start by hand: chains, twins, a deadlock; the same elements as the proof of cold starts finds."""

from typing import Any

import pytest

from resilience.analysis import analyse
from resilience.cold_start import cold_start, waiting
from resilience.recovery_plans import RecoveryPlan
from resilience.recovery_plans.cold_starting import ColdStarting
from tests.resilience.recovery_plans.disasters import MINUTE, ends, forecast, plan, step
from tests.resilience.test_oracle import Dice, random_estate

BEGIN = {"recovery": [step("begin", 5, scenarios=["cold-start"])]}


def started(services: dict[str, Any] | None = None, **platforms: Any) -> RecoveryPlan:
    """Service s runs on platform pa alone; every platform starts in the minutes given, by nobody in
    particular."""
    known: dict[str, Any] = {
        "pa": {"kind": "compute", "nodes": ["da"], "start_time": "30 min"},
        "pb": {"kind": "compute", "nodes": ["db"], "start_time": "1 min"},
    }
    return plan(
        "cold-start",
        services or {"s": BEGIN},
        platforms={name: known.get(name, {}) | entry for name, entry in (known | platforms).items()},
        workloads={"s-b": None},
    )


def test_a_service_begins_once_its_platform_and_what_that_needs_to_start_have() -> None:
    names = {"kind": "dns", "nodes": ["db"], "start_time": "20 min"}
    found = started(names=names, pa={"needs": [{"kind": "start", "on": "platforms/names"}]})
    assert ends(found) == {
        "platforms/names:start": (15 + 20) * MINUTE,
        "platforms/pa:start": (15 + 20 + 30) * MINUTE,
        "services/s:begin": (15 + 20 + 30 + 5) * MINUTE,
    }
    assert found.order == ("platforms/names", "platforms/pa", "services/s")


def test_of_two_name_servers_it_waits_for_the_one_that_starts_first() -> None:
    slow = {"kind": "dns", "nodes": ["db"], "start_time": "90 min"}
    fast = {"kind": "dns", "nodes": ["db"], "start_time": "10 min"}
    needs = [{"kind": "start", "any_of": ["platforms/slow", "platforms/fast"]}]
    found = started(slow=slow, fast=fast, pa={"needs": needs})
    assert forecast(found, "s").predicted == (15 + 10 + 30 + 5) * MINUTE
    assert "platforms/slow:start" not in ends(found)


def test_a_ring_of_things_that_each_need_another_to_start_never_begins() -> None:
    """Compute needs sign-on, sign-on needs names, and names fetch their zones from a machine on compute."""
    found = started(
        pa={"needs": [{"kind": "start", "on": "platforms/sign-on"}]},
        **{
            "sign-on": {
                "kind": "identity",
                "nodes": ["db"],
                "needs": [{"kind": "start", "on": "platforms/names"}],
            },
            "names": {"kind": "dns", "nodes": ["db"], "needs": [{"kind": "start", "on": "platforms/pa"}]},
        },
    )
    (ring,) = found.rings
    assert set(ring.members) == {"platforms/pa", "platforms/sign-on", "platforms/names"}
    stuck = forecast(found, "s")
    assert (stuck.state, stuck.predicted) == ("never", None)
    assert "ring that cannot begin" in stuck.why
    assert stuck.paths == ring.paths
    assert found.steps == ()


def test_a_run_need_whose_loss_is_borne_for_a_while_breaks_no_start() -> None:
    names = {
        "kind": "dns",
        "nodes": ["db"],
        "start_time": "20 min",
        "needs": [{"on": "platforms/pa", "tolerates": "1 h"}],
    }
    found = started(names=names, pa={"needs": [{"kind": "start", "on": "platforms/names"}]})
    assert forecast(found, "s").state == "back"


def test_a_platform_that_says_nothing_of_its_start_leaves_a_lower_bound() -> None:
    service = BEGIN | {"objectives": {"region": {"rto": "9 d", "rpo": "0 s"}}}
    found = forecast(started({"s": service}, pa={"start_time": None, "recovery_team": None}), "s")
    assert found.predicted == (15 + 5) * MINUTE
    assert (found.objective, found.met) == (9 * 86400.0, "unknown")
    assert {fact.field for fact in found.missing} == {"start_time", "recovery_team"}


@pytest.mark.parametrize("seed", range(40))
def test_what_begins_is_what_the_proof_of_cold_starts_finds(seed: int) -> None:
    graph = analyse(random_estate(Dice(seed))).graph
    start = cold_start(graph)
    stuck = {start.compiled.names[node] for node in waiting(start)}
    starting = ColdStarting(graph)
    assert set(starting.waiters) - set(starting.settled) == stuck
