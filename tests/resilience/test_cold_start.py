"""Cold start: rings that never begin, the shortest of them, and the need that breaks them."""

from typing import Any

from resilience.analysis import analyse
from resilience.results import Deadlock
from tests.resilience.sketch import estate, one_hall


def deadlocks(**collections: Any) -> tuple[Deadlock, ...]:
    return analyse(estate(**one_hall(**collections))).deadlocks


def classic(**dns: Any) -> dict[str, Any]:
    """Hypervisors that look up a name to start, a name server on them, and identity on both."""
    device = {"rack": "r1", "feeds": ["pdu-a", "pdu-b"]}
    return {
        "devices": {"h1": device, "h2": device, "other": device},
        "platforms": {
            "hypervisor": {
                "kind": "virtualisation",
                "nodes": ["h1", "h2"],
                "needs_nodes": 1,
                "needs": [{"kind": "start", "on": "services/dns"}],
            },
            "bare": {"kind": "compute", "nodes": ["other"]},
        },
        "services": {
            "dns": {"needs": [{"on": "services/identity"}], "users_at": ["a"]},
            "identity": {"needs": [{"kind": "start", "on": "services/dns"}], "users_at": ["a"]},
        },
        "workloads": {
            "dns": {"service": "dns", "platform": "hypervisor", "site": "a"} | dns,
            "identity": {"service": "identity", "platform": "hypervisor", "site": "a"},
        },
    }


def test_hypervisor_name_server_and_identity_wait_for_one_another() -> None:
    (deadlock,) = deadlocks(**classic())
    assert deadlock.kind == "start"
    ring = [link.source for link in deadlock.cycle]
    assert set(ring) <= {
        "platforms/hypervisor", "workloads/dns", "services/dns", "workloads/identity", "services/identity",
    }  # fmt: skip
    ends = [(link.source, link.target) for link in deadlock.cycle]
    assert all(ends[n][1] == ends[(n + 1) % len(ends)][0] for n in range(len(ends)))
    assert deadlock.breaks in deadlock.cycle
    assert {"services/dns", "services/identity", "platforms/hypervisor"} <= set(deadlock.held)


def test_the_shortest_ring_is_named_and_one_need_to_break_it_that_was_declared() -> None:
    collections = classic()
    collections["services"]["identity"]["needs"] = []
    (deadlock,) = deadlocks(**collections)
    assert [link.source for link in deadlock.cycle] == [
        "platforms/hypervisor",
        "services/dns",
        "workloads/dns",
    ]
    assert deadlock.breaks.source == "platforms/hypervisor"
    assert deadlock.breaks.kind == "start"
    assert deadlock.breaks.path == ("platforms", "hypervisor", "needs", 0, "on")
    assert "services/identity" in deadlock.frees


def test_a_name_server_on_iron_of_its_own_and_without_identity_breaks_it() -> None:
    collections = classic(platform="bare")
    collections["services"]["dns"]["needs"] = []
    assert deadlocks(**collections) == ()


def test_a_ring_of_run_needs_whose_loss_is_borne_for_a_while_holds_nothing_back() -> None:
    collections = classic()
    tolerated = [{"on": "services/dns", "tolerates": "4 h"}]
    collections["platforms"]["hypervisor"]["needs"] = tolerated
    collections["services"]["identity"]["needs"] = tolerated
    assert deadlocks(**collections) == ()


def test_a_ring_of_run_needs_keeps_running_and_yet_never_begins() -> None:
    collections = classic()
    collections["platforms"]["hypervisor"]["needs"] = [{"on": "services/dns"}]
    analysis = analyse(estate(**one_hall(**collections)))
    assert [standing.runs for standing in analysis.standings] == ["yes", "yes"]
    assert len(analysis.deadlocks) == 1


def test_an_alternative_that_can_begin_breaks_it() -> None:
    collections = classic()
    collections["services"]["identity"]["needs"] = []
    collections["services"]["dns"]["needs"] = []
    collections["platforms"]["hypervisor"]["needs"] = [
        {"kind": "start", "any_of": ["services/dns", "platforms/bare"]}
    ]
    assert deadlocks(**collections) == ()


def test_what_needs_itself_to_start_is_a_ring_of_one() -> None:
    collections = classic()
    collections["platforms"]["hypervisor"]["needs"] = [{"kind": "start", "on": "platforms/hypervisor"}]
    collections["services"] = {}
    collections["workloads"] = {}
    (deadlock,) = deadlocks(**collections)
    assert [(link.source, link.target) for link in deadlock.cycle] == [("platforms/hypervisor",) * 2]
    assert deadlock.frees == ("platforms/hypervisor",)
