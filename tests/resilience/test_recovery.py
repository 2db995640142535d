"""Recovery from the loss of a site, by hand: who waits for whom, for what, and when each is back."""

from typing import Any

from resilience.analysis import analyse
from resilience.results import Prediction, Recovery
from tests.resilience.sketch import estate, two_sites

MINUTE = 60.0


def step(name: str, minutes: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "does": name, "duration": f"{minutes} min"} | more


def lost_site(services: dict[str, Any], **more: Any) -> Recovery:
    """Site a is lost; each service had its workload there and has a standby at b."""
    workloads = {}
    for name in services:
        workloads[f"{name}-a"] = {"service": name, "platform": "pa", "site": "a"}
        workloads[f"{name}-b"] = {"service": name, "platform": "pb", "site": "b", "role": "standby"}
    collections = two_sites(
        services={
            name: {"users_at": ["u"], "detection_time": "5 min"} | body for name, body in services.items()
        },
        workloads=workloads | more.pop("workloads", {}),
        plan={"decision": "10 min"},
        **more,
    )
    (recovery,) = [found for found in analyse(estate(**collections)).recoveries if found.site == "sites/a"]
    return recovery


def prediction(recovery: Recovery, service: str) -> Prediction:
    return {found.service: found for found in recovery.predictions}[f"services/{service}"]


def test_a_service_is_back_after_detection_decision_callout_and_its_steps_in_a_row() -> None:
    team = {"t": {"members": 2, "callout": "20 min"}}
    steps = [step("restore", 30, team="t"), step("check", 10, team="t", after=["restore"])]
    recovery = lost_site(
        {"s": {"recovery": steps, "objectives": {"site": {"rto": "75 min", "rpo": "0 s"}}}}, teams=team
    )
    found = prediction(recovery, "s")
    assert found.predicted == (5 + 10 + 20 + 30 + 10) * MINUTE
    assert found.met == "yes"
    assert found.chain == (
        "detection",
        "decision",
        "callout teams/t",
        "services/s:restore",
        "services/s:check",
    )


def test_the_clock_may_start_at_the_declaration() -> None:
    objective = {"rto": "30 min", "rpo": "0 s", "clock_starts": "declaration"}
    found = prediction(
        lost_site({"s": {"recovery": [step("go", 30)], "objectives": {"site": objective}}}), "s"
    )
    assert (found.predicted, found.counted, found.met) == (45 * MINUTE, 30 * MINUTE, "yes")


def test_pessimistic_durations_count() -> None:
    steps = [step("go", 0, duration={"low": "1 min", "likely": "2 min", "high": "50 min"})]
    assert prediction(lost_site({"s": {"recovery": steps}}), "s").predicted == (15 + 50) * MINUTE


def test_a_service_waits_for_the_one_it_stands_on_also_through_a_platform() -> None:
    services = {
        "base": {"recovery": [step("base", 40)]},
        "top": {"recovery": [step("top", 5)]},
    }
    platforms = {
        "pb": {"kind": "compute", "nodes": ["db"], "needs": [{"kind": "recover", "on": "services/base"}]}
    }
    services["base"]["needs"] = []
    recovery = lost_site(
        services,
        platforms=platforms | {"iron": {"kind": "compute", "nodes": ["db"]}},
        workloads={"base-b": {"service": "base", "platform": "iron", "site": "b", "role": "standby"}},
    )
    assert prediction(recovery, "top").predicted == (15 + 40 + 5) * MINUTE
    assert recovery.order == ("services/base", "services/top")


def test_a_need_that_is_borne_for_a_while_is_not_waited_for() -> None:
    services = {
        "base": {"recovery": [step("base", 40)]},
        "top": {"recovery": [step("top", 5)], "needs": [{"on": "services/base", "tolerates": "2 h"}]},
    }
    assert prediction(lost_site(services), "top").predicted == (15 + 5) * MINUTE


def test_a_team_in_two_places_at_once_shows_and_the_second_service_waits() -> None:
    services = {name: {"recovery": [step("go", 30, team="t")]} for name in ("first", "second")}
    recovery = lost_site(services, teams={"t": {"members": 2, "callout": "0 s", "absence": 0.5}})
    (booking,) = recovery.bookings
    assert (booking.team, booking.members, booking.people) == ("teams/t", 1, 2)
    assert booking.steps == ("services/first:go", "services/second:go")
    assert prediction(recovery, "first").predicted == 45 * MINUTE
    late = prediction(recovery, "second")
    assert late.predicted == 75 * MINUTE
    assert "busy services/first:go" in late.chain
    assert {entry.step: entry.bound_by for entry in recovery.steps if entry.service == "services/second"} == {
        "go": "busy services/first:go"
    }


def test_the_more_critical_service_comes_first() -> None:
    services = {
        "a-late": {"tier": 2, "recovery": [step("go", 30, team="t")]},
        "z-soon": {"tier": 0, "recovery": [step("go", 30, team="t")]},
    }
    recovery = lost_site(services, teams={"t": {"members": 1, "callout": "0 s"}})
    assert recovery.order == ("services/z-soon", "services/a-late")


def test_people_travel_to_a_step_that_says_where() -> None:
    team = {"t": {"members": 1, "callout": "0 s", "site": "u", "travel": {"b": "2 h"}}}
    here = prediction(lost_site({"s": {"recovery": [step("go", 30, team="t")]}}, teams=team), "s")
    there = prediction(lost_site({"s": {"recovery": [step("go", 30, team="t", at="b")]}}, teams=team), "s")
    assert (here.predicted, there.predicted) == (45 * MINUTE, (45 + 120) * MINUTE)


def test_a_standby_without_steps_is_back_when_it_is_activated() -> None:
    standby = {"service": "s", "platform": "pb", "site": "b", "role": "standby", "activation": "12 min"}
    found = prediction(lost_site({"s": {}}, workloads={"s-b": standby}), "s")
    assert found.predicted == (15 + 12) * MINUTE


def test_a_service_active_at_both_sites_stays_up() -> None:
    both = {"s-b": {"service": "s", "platform": "pb", "site": "b"}}
    found = prediction(lost_site({"s": {}}, workloads=both), "s")
    assert (found.predicted, found.chain) == (0.0, ("stays up",))


def test_without_steps_or_activation_nobody_knows() -> None:
    objective = {"site": {"rto": "4 h", "rpo": "0 s"}}
    found = prediction(lost_site({"s": {"objectives": objective}}), "s")
    assert (found.predicted, found.met) == (None, "unknown")
    assert "recovery" in {fact.field for fact in found.missing}


def test_a_missing_figure_leaves_a_lower_bound_that_can_break_an_objective_and_not_meet_it() -> None:
    def judged(rto: str) -> str:
        service = {"recovery": [step("go", 30, team="t")], "objectives": {"site": {"rto": rto, "rpo": "0 s"}}}
        return prediction(lost_site({"s": service}, teams={"t": {"callout": "0 s"}}), "s").met

    assert (judged("40 min"), judged("4 h")) == ("no", "unknown")


def test_services_that_recover_through_each_other_are_a_deadlock_and_have_no_time() -> None:
    services = {
        "x": {"recovery": [step("go", 5)], "needs": [{"kind": "recover", "on": "services/y"}]},
        "y": {"recovery": [step("go", 5)], "needs": [{"on": "services/x"}]},
    }
    recovery = lost_site(services)
    assert prediction(recovery, "x").predicted is None
    collections = two_sites(
        services={name: {"users_at": ["u"]} | body for name, body in services.items()},
        workloads={name: {"service": name, "platform": "pa", "site": "a"} for name in services},
    )
    (deadlock,) = [found for found in analyse(estate(**collections)).deadlocks if found.kind == "recover"]
    assert [link.source for link in deadlock.cycle] == ["services/x", "services/y"]
    assert deadlock.breaks.kind == "recover"


def only_at_a(name: str, **more: Any) -> dict[str, Any]:
    """Workloads of a service that stand at site a alone, whatever its helpers add at b."""
    return {f"{name}-b": {"service": name, "platform": "pa", "site": "a"} | more}


def test_what_has_nowhere_else_to_run_is_never_back_however_quick_its_steps() -> None:
    objective = {"site": {"rto": "4 h", "rpo": "0 s"}}
    found = prediction(
        lost_site({"s": {"recovery": [step("go", 1)], "objectives": objective}}, workloads=only_at_a("s")),
        "s",
    )
    assert (found.predicted, found.counted, found.met) == (None, None, "no")
    assert found.chain == ("nowhere services/s",)
    assert found.paths == (("services", "s"),)


def test_one_component_without_a_place_is_enough() -> None:
    recovery = lost_site(
        {"s": {"recovery": [step("go", 1)], "objectives": {"site": {"rto": "4 h", "rpo": "0 s"}}}},
        workloads={"data": {"service": "s", "platform": "pa", "site": "a", "component": "data"}},
    )
    assert prediction(recovery, "s").met == "no"


def test_without_an_objective_never_is_no_answer_to_it() -> None:
    recovery = lost_site({"s": {"recovery": [step("go", 1)]}}, workloads=only_at_a("s"))
    assert (prediction(recovery, "s").predicted, prediction(recovery, "s").met) == (None, "unknown")


def test_what_needs_a_service_that_is_never_back_is_never_back_either_and_says_which() -> None:
    body = {"recovery": [step("go", 1)], "objectives": {"site": {"rto": "4 h", "rpo": "0 s"}}}
    services = {
        "base": body,
        "middle": body | {"needs": [{"on": "services/base"}]},
        "top": body | {"needs": [{"on": "services/middle"}]},
        "borne": body | {"needs": [{"on": "services/base", "tolerates": "9 h"}]},
        "other": body | {"needs": [{"any_of": ["services/base", "services/borne"]}]},
    }
    recovery = lost_site(services, workloads=only_at_a("base"))
    met = {found.service.partition("/")[2]: found.met for found in recovery.predictions}
    assert met == {"base": "no", "middle": "no", "top": "no", "borne": "yes", "other": "yes"}
    assert prediction(recovery, "top").chain == ("nowhere services/base",)


def test_a_platform_that_needs_what_is_never_back_holds_what_runs_on_it() -> None:
    body = {"recovery": [step("go", 1)], "objectives": {"site": {"rto": "4 h", "rpo": "0 s"}}}
    needs = [{"kind": "start", "on": "services/base"}]
    recovery = lost_site(
        {"base": body, "top": body},
        platforms={"pb": {"kind": "compute", "nodes": ["db"], "needs": needs}},
        workloads=only_at_a("base"),
    )
    assert prediction(recovery, "top").chain == ("nowhere services/base",)
