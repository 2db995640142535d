"""Recovery from an intruder, by hand: which copy is clean, where it is read to, and what comes first."""

from typing import Any

import pytest

from resilience.recovery_plans import RecoveryPlan
from tests.resilience.recovery_plans.disasters import HOUR, MINUTE, ends, forecast, plan, step

DAY = 24 * HOUR

CYBER = {
    "recovery": [
        step("isolate", 30, scenarios=["cyber"]),
        step("restore", 5, after=["isolate"], restores=["d"], scenarios=["cyber"]),
        step("release", 10, after=["restore"], scenarios=["cyber"]),
    ],
    "objectives": {"cyber": {"rto": "9 d", "rpo": "1 d"}},
}
"""Nothing of what follows takes longer than nine days."""

BACKUP = {
    "dataset": "d",
    "vault": "v",
    "interval": "1 d",
    "takes": "1 h",
    "retention": "60 d",
    "at_rest": {"keys": "keys"},
}

VAULT = {
    "site": "b", "medium": "disk", "immutable": True, "lock": "60 d", "lock_mode": "compliance",
    "isolation": "online", "restore_rate": "8 Gbit/s", "mount_time": "10 min",
}  # fmt: skip


INTRUDER = {"dwell": "14 d", "detection": "4 h", "scan_rate": "16 Gbit/s", "isolated_capacity": "clean"}

CLEAN = {
    "kind": "compute", "nodes": ["dc"], "capacity": {"storage": "2 TB"}, "restore_rate": "4 Gbit/s",
}  # fmt: skip

KEYS = {"hsm": "da", "custodians": 5, "quorum": 3, "escrow": ["b"], "opening": "30 min"}


def attacked(services: dict[str, Any] | None = None, **more: Any) -> RecoveryPlan:
    """One service with a terabyte, an intruder of fourteen days, a clean platform beside the vault at b, and
    keys that three custodians open in half an hour; collections are added to, or replaced by element."""
    intruder = INTRUDER | more.pop("intruder", {})
    here: dict[str, Any] = {"platform": "pa", "site": "a"}
    collections: dict[str, Any] = {
        "devices": {"da": {"rack": "ka"}, "db": {"rack": "kb"}, "dc": {"rack": "kb"}},
        "platforms": {
            "pa": {"kind": "compute", "nodes": ["da"], "restore_rate": "10 Gbit/s"},
            "pb": {"kind": "compute", "nodes": ["db"]},
            "clean": CLEAN,
        },
        "workloads": {"s-a": {"service": "s", "datasets": ["d"]} | here, "s-b": None},
        "datasets": {"d": {"size": "1 TB", "home": here}},
        "vaults": {"v": VAULT},
        "backups": {"k": BACKUP},
        "teams": {"custody": {"members": 4, "callout": "0 s"}, "t": {"members": 2, "callout": "0 s"}},
        "admin_domains": {"keys": {"teams": ["custody"], "keys": KEYS}},
        "circuits": {
            "ab": {
                "kind": "dci", "ends": [{"site": "a"}, {"site": "b"}],
                "bandwidth": "2 Gbit/s", "latency": "10 us",
            }
        },
    }  # fmt: skip
    for name, entries in more.items():
        collections[name] = collections.get(name, {}) | entries
    told = {"intruder": {name: fact for name, fact in intruder.items() if fact is not None}}
    return plan("ransomware", services or {"s": CYBER}, plan=told, **collections)


def test_alarm_decision_keys_reading_searching_moving_and_release_follow_each_other() -> None:
    found = attacked()
    begins = 4 * HOUR + 10 * MINUTE
    opened = begins + 30 * MINUTE
    read = opened + 10 * MINUTE + 8e12 / 4e9
    searched = read + 8e12 / 16e9
    moved = searched + 8e12 / 2e9
    assert ends(found) == {
        "services/s:isolate": begins + 30 * MINUTE,
        "admin_domains/keys:open": opened,
        "datasets/d:read": read,
        "datasets/d:search": searched,
        "datasets/d:move": moved,
        "services/s:restore": begins + 35 * MINUTE,
        "services/s:release": moved + 10 * MINUTE,
    }
    back = forecast(found, "s")
    assert (back.met, back.missing) == ("yes", ())
    assert back.chain[-2:] == ("datasets/d:move", "services/s:release")


def test_the_newest_copy_older_than_the_dwell_time_is_as_old_as_its_rhythm_may_make_it() -> None:
    (copy,) = attacked().copies
    assert (copy.backup, copy.age) == ("backups/k", 14 * DAY + 1 * DAY + 1 * HOUR)


@pytest.mark.parametrize(
    ("retention", "clean"),
    [("10 d", False), ("14 d", False), ("15 d", False), ("361 h", True), ("60 d", True)],
)
def test_a_copy_must_still_be_kept_once_it_is_old_enough(retention: str, clean: bool) -> None:
    """Fourteen days of dwell, a copy a day, an hour to make one: if kept for less than 15 days and an hour,
    there are moments at which the newest clean copy is gone already."""
    found = attacked(backups={"k": BACKUP | {"retention": retention}})
    (copy,) = found.copies
    assert (copy.backup is not None) == clean
    if not clean:
        assert copy.too_young == ("backups/k",)
        lost = forecast(found, "s")
        assert (lost.state, lost.met) == ("never", "no")
        assert "not kept until older than an intruder's dwell time" in lost.why
        assert ("backups", "k") in lost.paths


def test_of_two_clean_copies_the_newer_is_taken_though_the_other_is_read_sooner() -> None:
    quick = {"w": VAULT | {"restore_rate": "100 Gbit/s", "mount_time": "0 s"}}
    backups = {"k": BACKUP, "weekly": BACKUP | {"vault": "w", "interval": "7 d"}}
    (copy,) = attacked(vaults={"v": VAULT} | quick, backups=backups).copies
    assert copy.backup == "backups/k"


@pytest.mark.parametrize(
    ("vault", "survives"),
    [
        ({"immutable": False}, False),
        ({"lock_mode": "governance"}, False),
        ({"lock": "10 d"}, False),
        ({"immutable": False, "isolation": "air-gapped"}, True),
        ({"immutable": False, "isolation": "offline"}, True),
        ({}, True),
    ],
)
def test_a_copy_that_the_intruder_can_delete_is_gone(vault: dict[str, Any], survives: bool) -> None:
    found = attacked(vaults={"v": VAULT | vault})
    assert (forecast(found, "s").state == "back") == survives
    assert found.copies[0].destroyed == (() if survives else ("backups/k",))


@pytest.mark.parametrize("fact", ["immutable", "lock", "lock_mode", "mount_time", "restore_rate"])
def test_an_undeclared_fact_of_the_vault_leaves_it_unknown(fact: str) -> None:
    vault = {key: value for key, value in VAULT.items() if key != fact}
    found = forecast(attacked(vaults={"v": vault}), "s")
    assert found.met == "unknown"
    assert ("vaults/v", fact) in {(missing.element, missing.field) for missing in found.missing}


def test_how_a_vault_is_reached_matters_only_where_its_lock_does_not_hold() -> None:
    def judged(**more: Any) -> str:
        vault = {key: value for key, value in (VAULT | more).items() if key != "isolation"}
        return forecast(attacked(vaults={"v": vault}), "s").met

    assert (judged(), judged(immutable=False)) == ("yes", "unknown")


@pytest.mark.parametrize("fact", ["detection", "scan_rate", "isolated_capacity"])
def test_an_undeclared_fact_of_the_intruder_leaves_it_unknown(fact: str) -> None:
    found = forecast(attacked(intruder={fact: None}), "s")
    assert found.met == "unknown"
    assert f"intruder.{fact}" in {missing.field for missing in found.missing}


def test_without_a_word_about_the_intruder_nothing_is_known() -> None:
    service = {"s": CYBER}
    found = forecast(plan("ransomware", service), "s")
    assert (found.state, found.met) == ("unknown", "unknown")
    assert "intruder" in {missing.field for missing in found.missing}


def test_nobody_knows_how_data_passes_through_a_clean_platform_on_which_it_does_not_fit() -> None:
    small = {"clean": CLEAN | {"capacity": {"storage": "500 GB"}}}
    found = forecast(attacked(platforms=small), "s")
    assert (found.met, [fact.field for fact in found.missing]) == ("unknown", ["capacity.storage"])
    assert "datasets/d, which does not fit there" in found.missing[0].matters


def test_keys_of_which_too_few_custodians_exist_open_nothing() -> None:
    domain = {"teams": ["custody"], "keys": KEYS | {"custodians": 2}}
    assert forecast(attacked(admin_domains={"keys": domain}), "s").state == "never"


def test_identity_is_rebuilt_first_once_it_is_cut_off_and_reads_wait_for_it() -> None:
    cut = [step("cut", 20, scenarios=["cyber"]), step("open", 5, after=["cut"], scenarios=["cyber"])]
    identity = {"kind": "identity", "nodes": ["da"], "rebuild_time": "6 h", "recovery_team": "t"}
    found = attacked(
        {"s": CYBER, "sign-on": {"recovery": cut}},
        workloads={"sign-on-a": {"service": "sign-on", "platform": "id", "site": "a"}, "sign-on-b": None},
        platforms={"id": identity},
    )
    begins = 4 * HOUR + 10 * MINUTE
    starts = {entry.id: entry.starts for entry in found.steps}
    assert ends(found)["services/sign-on:cut"] == begins + 20 * MINUTE
    assert ends(found)["platforms/id:rebuild"] == begins + 20 * MINUTE + 6 * HOUR
    assert starts["datasets/d:read"] == starts["services/sign-on:open"] == ends(found)["platforms/id:rebuild"]
    assert starts["services/s:isolate"] == begins


def test_logs_since_the_clean_copy_are_searched_and_rolled_forward() -> None:
    found = attacked(
        backups={"k": BACKUP | {"log_shipping": "15 min"}},
        datasets={
            "d": {"size": "1 TB", "writes": {"average": "8 Mbit/s"}, "home": {"platform": "pa", "site": "a"}}
        },
    )
    (copy,) = found.copies
    logs = 8e6 * (15 * DAY + HOUR)
    assert copy.search == (8e12 + logs) / 16e9
    assert copy.replay == logs / 10e9
    assert ends(found)["datasets/d:replay"] == pytest.approx(ends(found)["datasets/d:move"] + logs / 10e9)


def test_two_services_on_one_dataset_lack_the_same_facts_and_bring_it_back_once() -> None:
    here = {"platform": "pa", "site": "a", "datasets": ["d"]}
    found = attacked(
        {"s": CYBER, "z": CYBER},
        workloads={"z-a": {"service": "z"} | here, "z-b": None},
        platforms={"pa": {"kind": "compute", "nodes": ["da"]}},
    )
    assert [entry.step for entry in found.steps if entry.subject == "datasets/d"] == [
        "read",
        "search",
        "move",
    ]
    for name in ("s", "z"):
        back = forecast(found, name)
        assert ("platforms/pa", "restore_rate") in {(fact.element, fact.field) for fact in back.missing}
        assert back.predicted is not None
        assert back.predicted > ends(found)["datasets/d:move"]


def test_a_step_may_come_after_one_that_another_loss_needs() -> None:
    steps = [
        step("call", 5, scenarios=["site"]),
        step("restore", 5, after=["call"], restores=["d"], scenarios=["cyber"]),
    ]
    found = attacked({"s": {"recovery": steps}})
    back = forecast(found, "s")
    assert (back.state, back.predicted) == ("back", ends(found)["datasets/d:move"])
    assert all(name in ends(found) for entry in found.steps for name in entry.after)
