"""The way back to a repaired site, by hand."""

from typing import Any

from tests.resilience.recovery_plans.disasters import MINUTE, ends, forecast, plan, step

SERVICE = {"recovery": [step("go", 5), step("return", 20, scenarios=["failback"])]}

DATA: dict[str, Any] = {
    "workloads": {
        name: {"service": "s", "platform": f"p{site}", "site": site, "role": role, "datasets": ["d"]}
        for name, site, role in (("s-a", "a", "active"), ("s-b", "b", "standby"))
    },
    "datasets": {"d": {"size": "1 TB", "home": {"platform": "pa", "site": "a"}}},
    "replications": {
        "r": {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous"}
    },
    "platforms": {
        "pa": {"kind": "compute", "nodes": ["da"], "restore_rate": "8 Gbit/s"},
        "pb": {"kind": "compute", "nodes": ["db"]},
    },
    "circuits": {
        "ab": {
            "kind": "dci",
            "ends": [{"site": "a"}, {"site": "b"}],
            "bandwidth": "1 Gbit/s",
            "latency": "10 us",
        }
    },
}


def test_data_comes_back_whole_over_the_narrowest_link_and_then_the_service() -> None:
    found = plan("failback/a", {"s": SERVICE}, **DATA)
    assert ends(found) == {"datasets/d:return": 8000.0, "services/s:return": 8000.0 + 20 * MINUTE}
    back = forecast(found, "s")
    assert (back.state, back.objective, back.met, back.missing) == ("back", None, "unknown", ())
    assert found.objective is None


def test_services_return_after_those_they_need() -> None:
    services = {"base": SERVICE, "top": SERVICE | {"needs": [{"on": "services/base"}]}}
    assert ends(plan("failback/a", services)) == {
        "services/base:return": 20 * MINUTE,
        "services/top:return": 40 * MINUTE,
    }


def test_a_service_that_says_nothing_of_its_way_back_is_unknown() -> None:
    found = forecast(plan("failback/a", {"s": {"recovery": [step("go", 5)]}}), "s")
    assert (found.state, [fact.field for fact in found.missing]) == ("unknown", ["recovery"])


def test_what_never_left_has_no_way_back() -> None:
    services = {"s": SERVICE, "gone": SERVICE}
    found = plan("failback/a", services, workloads={"gone-b": None})
    assert [entry.service for entry in found.forecasts] == ["services/s"]
