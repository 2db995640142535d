"""Loss of a site, a platform, a region, by hand: where services run then, what they wait for, and what never
comes back."""

from typing import Any

from resilience.recovery_plans import RecoveryPlan
from tests.resilience.recovery_plans.disasters import HOUR, MINUTE, ends, forecast, plan, step

TEAM = {"t": {"members": 2, "callout": "20 min"}}


def objective(rto: str, **more: Any) -> dict[str, Any]:
    return {"site": {"rto": rto, "rpo": "0 s"} | more, "region": {"rto": rto, "rpo": "0 s"} | more}


def test_a_chain_takes_detection_decision_callout_and_its_steps_and_no_order_is_shorter() -> None:
    steps = [step("go", 30, team="t"), step("check", 10, team="t", after=["go"])]
    found = plan("sites/a", {"s": {"recovery": steps, "objectives": objective("75 min")}}, teams=TEAM)
    back = forecast(found, "s")
    assert back.predicted == (5 + 10 + 20 + 30 + 10) * MINUTE
    assert (back.met, back.gap) == ("yes", 0.0)
    assert back.optimum is not None
    assert back.optimum.by == "critical path"
    assert back.chain == ("detection", "decision", "callout teams/t", "services/s:go", "services/s:check")
    assert ("teams", "t", "callout") in back.paths


def test_a_star_of_services_on_one_waits_for_it_and_with_one_person_takes_the_sum() -> None:
    services = {"hub": {"recovery": [step("go", 40)]}} | {
        f"arm{n}": {"recovery": [step("go", n, team="t")], "needs": [{"on": "services/hub"}]}
        for n in (10, 20, 30)
    }
    many = plan("sites/a", services, teams={"t": {"members": 3, "callout": "0 s"}})
    one = plan("sites/a", services, teams={"t": {"members": 1, "callout": "0 s"}})
    assert (many.makespan, one.makespan) == ((15 + 40 + 30) * MINUTE, (15 + 40 + 60) * MINUTE)
    assert one.optimum is not None
    assert (one.optimum.seconds, one.optimum.exact) == (one.makespan, True)
    assert [booking.people for booking in one.bookings] == [3]


def test_a_diamond_of_steps_takes_its_longer_side() -> None:
    steps = [
        step("a", 1),
        step("b", 50, after=["a"]),
        step("c", 2, after=["a"]),
        step("d", 1, after=["b", "c"]),
    ]
    found = plan("sites/a", {"s": {"recovery": steps}})
    assert forecast(found, "s").predicted == (15 + 52) * MINUTE
    assert "services/s:b" in forecast(found, "s").chain


def test_the_runbooks_order_costs_a_service_what_no_order_would_and_the_gap_says_so() -> None:
    """The runbook takes the vital service first, with a long step; the other one waits for the only person
    and breaks its objective, which it would keep if it came first."""
    services = {
        "vital": {"tier": 0, "recovery": [step("go", 60, team="t")]},
        "short": {"tier": 1, "recovery": [step("go", 5, team="t")], "objectives": objective("30 min")},
    }
    found = plan("sites/a", services, teams={"t": {"members": 1, "callout": "0 s"}})
    late = forecast(found, "short")
    assert (late.predicted, late.met) == ((15 + 60 + 5) * MINUTE, "no")
    assert late.optimum is not None
    assert (late.optimum.seconds, late.gap) == ((15 + 5) * MINUTE, 60 * MINUTE)
    assert late.chain[-2:] == ("busy services/vital:go", "services/short:go")
    assert ("teams", "t", "members") in late.paths
    assert found.gap == 0.0


def test_absence_and_travel_lengthen_it() -> None:
    services = {name: {"recovery": [step("go", 30, team="t", at="b")]} for name in ("x", "y")}
    team = {"members": 2, "absence": 0.5, "callout": "10 min", "site": "u", "travel": {"b": "2 h"}}
    found = plan("sites/a", services, teams={"t": team})
    assert ends(found) == {
        "services/x:go": 15 * MINUTE + 10 * MINUTE + 2.5 * HOUR,
        "services/y:go": 25 * MINUTE + 3 * HOUR,
    }


def test_optimistic_durations_and_nobody_busy_make_the_soonest() -> None:
    duration = {"low": "1 min", "likely": "5 min", "high": "50 min"}
    told = {"decision": {"low": "2 min", "likely": "3 min", "high": "10 min"}}
    found = forecast(plan("sites/a", {"s": {"recovery": [step("go", 0, duration=duration)]}}, plan=told), "s")
    assert (found.optimistic, found.predicted) == ((5 + 2 + 1) * MINUTE, (5 + 10 + 50) * MINUTE)


def test_the_clock_may_start_at_the_declaration() -> None:
    aims = objective("30 min", clock_starts="declaration")
    found = forecast(plan("sites/a", {"s": {"recovery": [step("go", 30)], "objectives": aims}}), "s")
    assert (found.predicted, found.counted, found.met) == (45 * MINUTE, 30 * MINUTE, "yes")


def test_the_loss_may_last_too_long_though_a_late_clock_keeps_the_rto() -> None:
    def judged(mtpd: str) -> tuple[str, str]:
        aims = objective("30 min", clock_starts="declaration", mtpd=mtpd)
        found = forecast(plan("sites/a", {"s": {"recovery": [step("go", 30)], "objectives": aims}}), "s")
        return found.met, found.tolerated

    assert judged("45 min") == ("yes", "yes")
    assert judged("44 min") == ("yes", "no")


def test_a_service_that_is_never_back_is_away_for_longer_than_is_borne() -> None:
    service = {"recovery": [step("go", 5)], "objectives": objective("9 d", mtpd="10 d")}
    lost = forecast(plan("sites/a", {"s": service}, workloads={"s-b": None}), "s")
    assert (lost.tolerable, lost.tolerated) == (240 * HOUR, "no")


def test_within_a_tier_the_runbook_takes_the_more_urgent_first_whatever_the_rto() -> None:
    def service(after: str, level: str, rto: str) -> dict[str, Any]:
        impact = {"over_time": [{"after": after, "level": level}]}
        steps = [step("go", 10, team="t")]
        return {"tier": 1, "impact": impact, "recovery": steps, "objectives": objective(rto)}

    services = {
        "a-late": service("2 h", "catastrophic", "1 h"),
        "b-soon": service("1 h", "catastrophic", "4 h"),
        "c-mild": service("1 min", "low", "30 min"),
        "d-vital": {"tier": 0, "recovery": [step("go", 10, team="t")]},
    }
    found = plan("sites/a", services, teams={"t": {"members": 1, "callout": "0 s"}})
    assert found.order == ("services/d-vital", "services/b-soon", "services/a-late", "services/c-mild")


def spanning(**more: Any) -> dict[str, Any]:
    """A platform with a node at each site."""
    return {"both": {"kind": "compute", "nodes": ["da", "db"], "needs_nodes": 1} | more}


def test_a_platform_at_two_sites_is_lost_in_the_part_at_the_lost_site_alone() -> None:
    standby = {"service": "s", "platform": "both", "site": "b", "role": "standby"}
    active = {"service": "s", "platform": "both", "site": "a"}
    services = {"s": {"recovery": [step("go", 5)]}}
    found = plan("sites/a", services, workloads={"s-a": active, "s-b": standby}, platforms=spanning())
    assert found.lost == ("platforms/pa", "sites/a")
    assert forecast(found, "s").predicted == 20 * MINUTE
    whole = spanning(needs_nodes=2)
    found = plan("sites/a", services, workloads={"s-a": active, "s-b": standby}, platforms=whole)
    assert found.lost == ("platforms/both", "platforms/pa", "sites/a")
    assert forecast(found, "s").state == "never"


def test_what_needs_a_platform_at_two_sites_waits_for_nothing_once_one_is_lost() -> None:
    services = {"s": {"recovery": [step("go", 5)], "needs": [{"on": "platforms/both"}]}}
    found = plan("sites/a", services, platforms=spanning(kind="identity"))
    assert (forecast(found, "s").state, forecast(found, "s").predicted) == ("back", 20 * MINUTE)


def test_a_replica_in_the_part_of_a_platform_that_is_left_needs_no_copy() -> None:
    data = with_data(replications=replica(source="both", target="both", mode="synchronous"))
    data["platforms"] = data["platforms"] | spanning(kind="database")
    data["datasets"]["d"]["home"]["platform"] = "both"
    found = plan("sites/a", RESTORING, **data)
    assert found.copies == ()
    assert forecast(found, "s").predicted == (15 + 5 + 1) * MINUTE


def test_a_service_with_nowhere_to_run_is_never_back_whatever_steps_it_declares() -> None:
    service = {"recovery": [step("go", 5)], "objectives": objective("9 d")}
    found = plan("sites/a", {"s": service}, workloads={"s-b": None})
    lost = forecast(found, "s")
    assert (lost.state, lost.predicted, lost.met) == ("never", None, "no")
    assert lost.why == "its component main has nowhere to run"
    assert lost.paths == (("workloads", "s-a", "platform"),)
    assert found.steps == ()


def test_what_waits_for_a_service_that_is_never_back_is_never_back() -> None:
    services = {
        "base": {"recovery": [step("go", 5)]},
        "top": {"recovery": [step("go", 5)], "needs": [{"on": "services/base"}]},
    }
    found = plan("sites/a", services, workloads={"base-b": None})
    assert forecast(found, "top").state == "never"
    assert "services/base" in forecast(found, "top").why


def test_of_alternatives_it_waits_for_the_one_that_is_back_first_and_for_none_that_stays() -> None:
    services = {
        "slow": {"recovery": [step("go", 90)]},
        "fast": {"recovery": [step("go", 20)]},
        "top": {"recovery": [step("go", 5)], "needs": [{"any_of": ["services/slow", "services/fast"]}]},
    }
    assert forecast(plan("sites/a", services), "top").predicted == (15 + 20 + 5) * MINUTE
    both = {"slow-b": {"service": "slow", "platform": "pb", "site": "b"}}
    assert forecast(plan("sites/a", services, workloads=both), "top").predicted == (15 + 5) * MINUTE


def test_an_alternative_out_of_the_ring_frees_it_and_without_one_it_is_a_ring() -> None:
    services = {
        "x": {"recovery": [step("go", 5)], "needs": [{"kind": "recover", "on": "services/y"}]},
        "y": {
            "recovery": [step("go", 5)],
            "needs": [{"kind": "recover", "any_of": ["services/x", "services/z"]}],
        },
        "z": {"recovery": [step("go", 7)]},
    }
    free = plan("sites/a", services)
    assert forecast(free, "x").predicted == (15 + 7 + 5 + 5) * MINUTE
    assert free.rings == ()
    services["y"]["needs"] = [{"kind": "recover", "on": "services/x"}]
    stuck = plan("sites/a", services)
    assert [ring.members for ring in stuck.rings] == [("services/x", "services/y")]
    assert stuck.rings[0].paths == (("services", "x", "needs", 0), ("services", "y", "needs", 0))
    assert (forecast(stuck, "x").state, forecast(stuck, "z").state) == ("never", "back")


def test_a_service_that_nobody_says_how_to_bring_back_is_unknown_and_so_is_what_waits_for_it() -> None:
    services = {
        "base": {"objectives": objective("9 d")},
        "top": {
            "recovery": [step("go", 5)],
            "needs": [{"on": "services/base"}],
            "objectives": objective("9 d"),
        },
    }
    found = plan("sites/a", services)
    for name in services:
        assert (forecast(found, name).state, forecast(found, name).met) == ("unknown", "unknown")
        assert ("services/base", "recovery") in {(m.element, m.field) for m in forecast(found, name).missing}


def test_a_missing_figure_leaves_a_lower_bound_that_can_break_an_objective_and_not_meet_it() -> None:
    def judged(rto: str) -> str:
        service = {"recovery": [step("go", 30, team="t")], "objectives": objective(rto)}
        return forecast(plan("sites/a", {"s": service}, teams={"t": {"callout": "0 s"}}), "s").met

    assert (judged("40 min"), judged("4 h")) == ("no", "unknown")


def test_a_team_of_office_hours_leaves_it_unknown() -> None:
    team = {"t": {"members": 2, "callout": "0 s", "on_call": "office-hours"}}
    service = {"recovery": [step("go", 5, team="t")], "objectives": objective("9 d")}
    found = forecast(plan("sites/a", {"s": service}, teams=team), "s")
    assert (found.met, [m.field for m in found.missing]) == ("unknown", ["on_call"])


# Data


def with_data(**more: Any) -> dict[str, Any]:
    """One service with a terabyte at site a, and a vault at b that is read at 8 Gbit/s: 1,000 seconds."""
    reads = {"datasets": ["d"]}
    collections: dict[str, Any] = {
        "workloads": {
            "s-a": {"service": "s", "platform": "pa", "site": "a"} | reads,
            "s-b": {"service": "s", "platform": "pb", "site": "b", "role": "standby"} | reads,
        },
        "datasets": {"d": {"size": "1 TB", "home": {"platform": "pa", "site": "a"}}},
        "vaults": {"v": {"site": "b", "medium": "disk", "restore_rate": "8 Gbit/s", "mount_time": "10 min"}},
        "backups": {
            "k": {
                "dataset": "d",
                "vault": "v",
                "interval": "12 h",
                "takes": "1 h",
                "at_rest": {"keys": "keys"},
            }
        },
        "admin_domains": {"keys": {"keys": {"hsm": "db", "escrow": ["b"]}}},
        "platforms": {
            "pa": {"kind": "compute", "nodes": ["da"]},
            "pb": {"kind": "compute", "nodes": ["db"], "restore_rate": "10 Gbit/s"},
        },
    }
    for name, entry in more.items():
        collections[name] = collections.get(name, {}) | entry
    return collections


RESTORING = {"s": {"recovery": [step("restore", 5, restores=["d"]), step("go", 1, after=["restore"])]}}


def test_data_without_a_replica_is_read_from_its_copy_at_the_narrowest_rate() -> None:
    found = plan("sites/a", RESTORING, **with_data())
    assert forecast(found, "s").predicted == 15 * MINUTE + 10 * MINUTE + 1000 + MINUTE
    assert forecast(found, "s").missing == ()
    (copy,) = found.copies
    assert (copy.vault, copy.age, copy.rate, copy.narrowest) == ("vaults/v", 13 * HOUR, 8e9, "vaults/v")
    read = next(entry for entry in found.steps if entry.step == "read")
    assert read.media == ("vaults/v", "platforms/pb")


def test_a_step_that_restores_lasts_no_less_than_it_is_said_to() -> None:
    services = {"s": {"recovery": [step("restore", 300, restores=["d"])]}}
    assert forecast(plan("sites/a", services, **with_data()), "s").predicted == (15 + 300) * MINUTE


def replica(name: str = "r", **more: Any) -> dict[str, Any]:
    """A replica at site b under the same keys as the backup."""
    body = {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous"}
    return {name: body | {"at_rest": {"keys": "keys"}} | more}


def test_a_replica_needs_no_copy() -> None:
    found = plan("sites/a", RESTORING, **with_data(replications=replica()))
    assert forecast(found, "s").predicted == (15 + 5 + 1) * MINUTE
    assert forecast(found, "s").missing == ()
    assert found.copies == ()


def lost_keys(**more: Any) -> dict[str, Any]:
    """Keys that live in a module at the lost site."""
    return {"keys": {"teams": ["t"], "keys": {"hsm": "da", "custodians": 5, "quorum": 3} | more}}


def test_a_replica_whose_keys_lie_at_the_lost_site_alone_is_noise_and_data_is_read_from_its_copy() -> None:
    keys = lost_keys(escrow=["a"]) | {"other": {"keys": {"hsm": "db", "escrow": ["b"]}}}
    data = with_data(replications=replica(), admin_domains=keys)
    data["backups"]["k"]["at_rest"] = {"keys": "other"}
    found = plan("sites/a", RESTORING, **data)
    assert forecast(found, "s").predicted == 15 * MINUTE + 10 * MINUTE + 1000 + MINUTE
    (copy,) = found.copies
    assert (copy.backup, copy.unreadable) == ("backups/k", ("replications/r",))
    assert ("admin_domains", "keys", "keys", "escrow") in copy.paths


def test_data_of_which_no_copy_can_be_opened_is_never_back_and_the_replica_is_named() -> None:
    data = with_data(replications=replica(), admin_domains=lost_keys(escrow=[]), backups={})
    data["backups"] = {}
    lost = forecast(plan("sites/a", RESTORING, **data), "s")
    assert lost.state == "never"
    assert "replications/r: nothing is left that opens copies under admin_domains/keys" in lost.why
    assert ("admin_domains", "keys", "keys", "escrow") in lost.paths


def test_a_replica_whose_keys_are_in_escrow_waits_for_the_custodians() -> None:
    keys = lost_keys(escrow=["b"], opening="30 min")
    team = {"t": {"members": 5, "callout": "20 min"}}
    data = with_data(replications=replica(), admin_domains=keys)
    found = plan("sites/a", RESTORING, teams=team, **data)
    assert ends(found)["admin_domains/keys:open"] == (15 + 20 + 30) * MINUTE
    assert forecast(found, "s").predicted == (15 + 20 + 30 + 5 + 1) * MINUTE
    assert forecast(found, "s").chain[-3:] == (
        "admin_domains/keys:open",
        "services/s:restore",
        "services/s:go",
    )


def test_the_twin_of_a_lost_module_has_the_keys_where_a_backup_of_them_lies_and_else_custodians_come() -> (
    None
):
    def opened(escrow: list[str]) -> bool:
        data = with_data(replications=replica(), admin_domains=lost_keys(hsm="ha", escrow=escrow))
        modules = {
            "ha": {"kind": "pki-kms", "nodes": ["da"], "twin": "hb"},
            "hb": {"kind": "pki-kms", "nodes": ["db"]},
        }
        data["platforms"] = data["platforms"] | modules
        found = plan("sites/a", RESTORING, teams={"t": {"members": 5, "callout": "0 s"}}, **data)
        return any(entry.step == "open" for entry in found.steps)

    assert not opened(["b"])
    assert opened(["u"])


def test_of_two_replicas_the_one_that_opens_is_taken() -> None:
    keys = lost_keys(escrow=[]) | {"other": {"keys": {"hsm": "db", "escrow": ["b"]}}}
    both = replica("closed") | replica("open", at_rest={"keys": "other"})
    found = plan("sites/a", RESTORING, **with_data(replications=both, admin_domains=keys))
    assert forecast(found, "s").predicted == (15 + 5 + 1) * MINUTE
    assert found.copies == ()


def test_a_replica_of_which_nobody_says_how_it_is_encrypted_leaves_it_unknown() -> None:
    services = {"s": RESTORING["s"] | {"objectives": objective("9 d")}}
    found = plan("sites/a", services, **with_data(replications=replica(at_rest=None)))
    back = forecast(found, "s")
    assert (back.met, [(fact.element, fact.field) for fact in back.missing]) == (
        "unknown",
        [("replications/r", "at_rest")],
    )


def test_copies_of_a_service_that_is_never_back_are_told_too() -> None:
    services = RESTORING | {"base": {"recovery": [step("go", 5)]}}
    services["s"] = services["s"] | {"needs": [{"on": "services/base"}]}
    data = with_data(replications=replica(), admin_domains=lost_keys(escrow=[]))
    data["workloads"]["base-b"] = None
    found = plan("sites/a", services, **data)
    assert forecast(found, "s").why == "it waits for services/base, which is never back"
    assert [(copy.dataset, copy.unreadable) for copy in found.copies] == [
        ("datasets/d", ("backups/k", "replications/r"))
    ]
    assert found.steps == ()


def test_a_step_that_does_not_say_what_it_restores_leaves_a_lower_bound() -> None:
    services = {"s": {"recovery": [step("go", 1)], "objectives": objective("9 d")}}
    found = forecast(plan("sites/a", services, **with_data()), "s")
    assert found.predicted == 15 * MINUTE + 10 * MINUTE + 1000
    assert (found.met, [fact.field for fact in found.missing]) == ("unknown", ["recovery.restores"])


def test_two_restores_from_one_vault_follow_each_other() -> None:
    data = with_data(
        datasets={name: {"size": "1 TB", "home": {"platform": "pa", "site": "a"}} for name in ("d", "e")},
        backups={
            f"k-{name}": {
                "dataset": name,
                "vault": "v",
                "interval": "12 h",
                "takes": "1 h",
                "at_rest": {"keys": "keys"},
            }
            for name in ("d", "e")
        },
    )
    del data["backups"]["k"]
    for workload in data["workloads"].values():
        workload["datasets"] = ["d", "e"]
    services = {"s": {"recovery": [step("restore", 5, restores=["d", "e"])]}}
    found = plan("sites/a", services, **data)
    assert forecast(found, "s").predicted == 15 * MINUTE + 2 * (10 * MINUTE + 1000)
    assert forecast(found, "s").chain[-2:] == ("busy datasets/d:read", "datasets/e:read")
    assert ("platforms", "pb", "restore_rate") in forecast(found, "s").paths


def two_vaults_worth(vault: dict[str, Any], *, platforms: tuple[str, str] = ("pb", "pc")) -> dict[str, Any]:
    """Two services with a terabyte each in one vault at b, restored to platforms there that take in 4 Gbit/s:
    2,000 seconds each if nothing else is narrower."""
    data = with_data(
        vaults={"v": {"site": "b", "mount_time": "0 s"} | vault},
        devices={"da": {"rack": "ka"}, "db": {"rack": "kb"}, "dc": {"rack": "kb"}},
        platforms={
            name: {"kind": "compute", "nodes": [node], "restore_rate": "4 Gbit/s"}
            for name, node in (("pb", "db"), ("pc", "dc"))
        },
    )
    copy = data["backups"].pop("k")
    data["datasets"] = {name: {"size": "1 TB", "home": {"platform": "pa", "site": "a"}} for name in "de"}
    data["backups"] = {f"k-{name}": copy | {"dataset": name} for name in "de"}
    data["workloads"] = {}
    for service, name, platform in zip("st", "de", platforms, strict=True):
        here = {"service": service, "datasets": [name]}
        data["workloads"][f"{service}-a"] = here | {"platform": "pa", "site": "a"}
        data["workloads"][f"{service}-b"] = here | {"platform": platform, "site": "b", "role": "standby"}
    return data


TWO = {
    service: {"recovery": [step("restore", 5, restores=[name])]} for service, name in (("s", "d"), ("t", "e"))
}


def read_at(found: RecoveryPlan) -> dict[str, tuple[float, float]]:
    """By dataset the seconds since the decision in which it is read."""
    begins = 15 * MINUTE
    return {
        entry.subject.partition("/")[2]: (entry.starts - begins, entry.ends - begins)
        for entry in found.steps
        if entry.step == "read"
    }


def test_a_fast_vault_is_read_by_two_slow_platforms_side_by_side() -> None:
    fast = {"medium": "disk", "restore_rate": "10 Gbit/s"}
    both = plan("sites/a", TWO, **two_vaults_worth(fast))
    assert read_at(both) == {"d": (0.0, 2000.0), "e": (0.0, 2000.0)}
    one = plan("sites/a", TWO, **two_vaults_worth(fast, platforms=("pb", "pb")))
    assert read_at(one) == {"d": (0.0, 2000.0), "e": (2000.0, 4000.0)}


def test_a_vault_without_rate_for_two_is_read_by_one_after_the_other() -> None:
    found = plan("sites/a", TWO, **two_vaults_worth({"medium": "disk", "restore_rate": "7 Gbit/s"}))
    assert read_at(found) == {"d": (0.0, 2000.0), "e": (2000.0, 4000.0)}
    assert forecast(found, "t").chain[-2:] == ("busy datasets/d:read", "datasets/e:read")


def test_a_tape_serves_one_restore_for_each_drive_at_its_part_of_the_rate() -> None:
    tape = {"medium": "tape", "restore_rate": "10 Gbit/s"}
    one = plan("sites/a", TWO, **two_vaults_worth(tape))
    assert read_at(one) == {"d": (0.0, 2000.0), "e": (2000.0, 4000.0)}
    two = plan("sites/a", TWO, **two_vaults_worth(tape | {"restore_rate": "4 Gbit/s", "drives": 2}))
    assert read_at(two) == {"d": (0.0, 4000.0), "e": (0.0, 4000.0)}


def test_logs_are_rolled_forward_at_what_the_platform_takes_in() -> None:
    data = with_data()
    data["backups"]["k"]["log_shipping"] = "15 min"
    data["datasets"]["d"]["writes"] = {"average": "100 Mbit/s"}
    found = plan("sites/a", RESTORING, **data)
    assert ends(found)["datasets/d:replay"] - ends(found)["datasets/d:read"] == 13 * HOUR * 1e8 / 1e10


def test_data_whose_copies_lie_at_the_lost_site_is_never_back() -> None:
    found = plan("sites/a", RESTORING, **with_data(vaults={"v": {"site": "a", "medium": "disk"}}))
    lost = forecast(found, "s")
    assert (lost.state, found.copies[0].destroyed) == ("never", ("backups/k",))
    assert "no copy of datasets/d can be used" in lost.why


def test_data_whose_keys_lie_at_the_lost_site_alone_is_never_back() -> None:
    keys = {"keys": {"keys": {"hsm": "da", "escrow": []}}}
    lost = forecast(plan("sites/a", RESTORING, **with_data(admin_domains=keys)), "s")
    assert lost.state == "never"
    assert "admin_domains/keys" in lost.why


def test_keys_in_escrow_elsewhere_are_opened_by_a_quorum_of_custodians() -> None:
    keys = {
        "keys": {
            "teams": ["t"],
            "keys": {"hsm": "da", "custodians": 5, "quorum": 3, "escrow": ["b"], "opening": "30 min"},
        }
    }
    team = {"t": {"members": 5, "callout": "20 min"}}
    found = plan("sites/a", RESTORING, **with_data(admin_domains=keys), teams=team)
    assert ends(found)["admin_domains/keys:open"] == (15 + 20 + 30) * MINUTE
    assert forecast(found, "s").predicted == (15 + 20 + 30 + 10 + 1) * MINUTE + 1000
    opened = next(entry for entry in found.steps if entry.step == "open")
    assert (opened.team, opened.people) == ("teams/t", 3)


def test_over_a_way_between_sites_its_narrowest_circuit_counts() -> None:
    data = with_data(
        sites={"a": {"role": "primary"}, "b": {"role": "dr"}, "u": {"role": "vault"}},
        vaults={"v": {"site": "u", "medium": "disk", "restore_rate": "8 Gbit/s", "mount_time": "0 s"}},
        circuits={
            "bu": {
                "kind": "dci",
                "ends": [{"site": "b"}, {"site": "u"}],
                "bandwidth": "1 Gbit/s",
                "latency": "10 us",
            },
        },
    )
    found = plan("sites/a", RESTORING, **data)
    (copy,) = found.copies
    assert (copy.rate, copy.narrowest, copy.read) == (1e9, "circuits/bu", 8000.0)
    assert next(entry for entry in found.steps if entry.step == "read").media[-1] == "ways/b-u"


# Platforms and regions


def test_a_lost_platform_is_rebuilt_where_nothing_takes_its_place() -> None:
    platforms = {
        "pa": {"kind": "compute", "nodes": ["da"], "rebuild_time": "3 h", "recovery_team": "t"},
    }
    services = {"s": {"recovery": [step("go", 5, scenarios=["component"])]}}
    found = plan("platforms/pa", services, workloads={"s-b": None}, platforms=platforms, teams=TEAM)
    assert ends(found)["platforms/pa:rebuild"] == (15 + 20) * MINUTE + 3 * HOUR
    assert forecast(found, "s").predicted == (15 + 20 + 5) * MINUTE + 3 * HOUR
    assert found.kind == "platform"
    assert found.objective == "component"


def test_a_platform_of_several_nodes_is_no_component_and_owes_what_a_site_owes() -> None:
    aims = {"component": {"rto": "1 min", "rpo": "0 s"}, "site": {"rto": "1 h", "rpo": "0 s"}}
    standby = {"service": "s", "platform": "pb", "site": "b", "role": "standby", "activation": "12 min"}
    found = plan(
        "platforms/pa",
        {"s": {"objectives": aims}},
        workloads={"s-b": standby},
        platforms={"pa": {"kind": "compute", "nodes": ["da", "db"], "needs_nodes": 2}},
    )
    assert found.objective == "site"
    assert (forecast(found, "s").objective, forecast(found, "s").met) == (HOUR, "yes")


def test_a_standby_elsewhere_waits_for_no_rebuilding() -> None:
    standby = {"service": "s", "platform": "pb", "site": "b", "role": "standby", "activation": "12 min"}
    found = plan("platforms/pa", {"s": {}}, workloads={"s-b": standby})
    assert forecast(found, "s").predicted == (15 + 12) * MINUTE


def test_a_platform_that_says_nothing_of_rebuilding_leaves_it_unknown() -> None:
    aims = {"component": {"rto": "9 d", "rpo": "0 s"}}
    found = forecast(plan("platforms/pa", {"s": {"objectives": aims}}, workloads={"s-b": None}), "s")
    assert found.met == "unknown"
    assert {"rebuild_time", "recovery_team", "recovery"} <= {fact.field for fact in found.missing}


def test_storage_takes_the_data_of_what_stands_on_it_and_a_name_server_does_not() -> None:
    def lost(kind: str) -> bool:
        platforms = {
            "pa": {"kind": "compute", "nodes": ["da"], "needs": [{"on": "platforms/under"}]},
            "under": {"kind": kind, "nodes": ["du"], "rebuild_time": "1 h"},
        }
        data = with_data(
            devices={"da": {"rack": "ka"}, "db": {"rack": "kb"}, "du": {"rack": "ka"}}, platforms=platforms
        )
        data["platforms"]["pb"] = {"kind": "compute", "nodes": ["db"]}
        data["workloads"]["s-b"] = None
        return bool(plan("platforms/under", RESTORING, **data).copies)

    assert lost("block-storage")
    assert not lost("dns")


def test_a_region_takes_all_its_sites_and_asks_for_steps_of_its_own() -> None:
    sites = {
        "a": {"role": "primary", "failure_region": "coast"},
        "b": {"role": "dr", "failure_region": "coast"},
        "u": {"role": "pop"},
    }
    service = {"recovery": [step("go", 5, scenarios=["region"])], "objectives": objective("1 d")}
    near = plan("failure_regions/coast", {"s": service}, sites=sites)
    assert forecast(near, "s").state == "never"
    sites["b"] = {"role": "dr"}
    far = plan("failure_regions/coast", {"s": service}, sites=sites)
    assert (forecast(far, "s").predicted, forecast(far, "s").met) == (20 * MINUTE, "yes")
    service["recovery"] = [step("go", 5, scenarios=["site"])]
    assert forecast(plan("failure_regions/coast", {"s": service}, sites=sites), "s").state == "unknown"


def test_users_that_nothing_reaches_are_not_brought_back_by_steps() -> None:
    circuits = {"bu": {"kind": "dci", "ends": [{"site": "a"}, {"site": "b"}]}}
    found = plan("sites/a", {"s": {"recovery": [step("go", 5)]}}, circuits=circuits)
    assert forecast(found, "s").state == "never"
    assert "below the level it owes" in forecast(found, "s").why
    assert found.steps == ()


def test_a_service_that_never_ran_is_no_matter_of_a_loss() -> None:
    idle = {"idle": {"recovery": [step("go", 5)], "needs": [{"on": "devices/off"}]}}
    devices = {"da": {"rack": "ka"}, "db": {"rack": "kb"}, "off": {"rack": "kb", "feeds": ["dead"]}}
    power = {"dead": {"kind": "pdu", "site": "b", "rack": "kb", "inputs": [{"source": "dead"}]}}
    found = plan(
        "platforms/pa",
        {"s": {"recovery": [step("go", 5, scenarios=["component"])]}} | idle,
        devices=devices,
        power=power,
    )
    assert [entry.service for entry in found.forecasts] == ["services/s"]
