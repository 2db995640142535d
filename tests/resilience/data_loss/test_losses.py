"""Data loss of whole estates, worked by hand."""

import random
from typing import Any

import pytest

from resilience.analysis import analyse
from resilience.data_loss import DataLosses, DatasetLoss, FailureLoss, ScenarioLoss, data_losses
from resilience.failover_flows import Bounds
from specs.model import Estate
from tests.hash_seeds import same_output
from tests.resilience.sketch import circuit, estate, two_sites

HOUR = 3_600.0

PROGRAM = """
from resilience.analysis import analyse
from resilience.data_loss import data_losses
from tests.resilience.data_loss.test_losses import ledger
print(data_losses(analyse(ledger())))
"""


def ledger(**more: Any) -> Estate:
    """A ledger at a, copied to b over one circuit of 100 Mbit/s and shipped to a vault there; 10 Mbit/s are
    written all day."""
    collections = two_sites(
        sites={
            "a": {"role": "primary", "failure_region": "west"},
            "b": {"role": "dr", "failure_region": "east"},
        },
        services={
            "s": {
                "objectives": {
                    "site": {"rto": "1 h", "rpo": "5 min"},
                    "region": {"rto": "4 h", "rpo": "1 h"},
                    "cyber": {"rto": "24 h", "rpo": "1 h"},
                }
            }
        },
        hazards={"d-ab": {"kind": "duct", "duration": {"low": "1 h", "likely": "2 h", "high": "4 h"}}},
        circuits={
            "ab": circuit("a", "b", "x", "d-ab", bandwidth="100 Mbit/s", reliability={"mttr": "8 h"}),
        },
        datasets={
            "d": {
                "services": ["s"],
                "home": {"platform": "pa", "site": "a"},
                "writes": {"average": "10 Mbit/s", "peak": "10 Mbit/s"},
                "write_budget": "1 ms",
            }
        },
        replications={"r": replica(lag="5 s")},
        vaults={"v": {"site": "b", "medium": "tape", "isolation": "offline"}},
        backups={
            "k": {
                "dataset": "d", "vault": "v", "interval": "6 h", "takes": "1 h", "retention": "60 d",
                "log_shipping": "15 min",
            }
        },
        plan={"intruder": {"dwell": "14 d", "detection": "4 h"}},
    )  # fmt: skip
    for circuit_name in ("au", "bu"):
        del collections["circuits"][circuit_name]
    for name, entries in more.items():
        known = collections.get(name)
        collections[name] = known | entries if isinstance(known, dict) else entries
    return estate(**collections)


def replica(mode: str = "asynchronous", **fields: Any) -> dict[str, Any]:
    return {
        "dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": mode, "over": ["ab"],
    } | fields  # fmt: skip


def losses(**more: Any) -> DataLosses:
    return data_losses(analyse(ledger(**more)))


def only(found: DataLosses) -> DatasetLoss:
    (dataset,) = found.datasets
    return dataset


def scenario(found: DataLosses, name: str) -> ScenarioLoss:
    return next(one for one in only(found).scenarios if one.scenario == name)


def failure(found: DataLosses, event: str, name: str = "site") -> FailureLoss:
    (row,) = [row for row in only(found).failures if event in row.events and row.scenario == name]
    return row


def fields(row: ScenarioLoss | FailureLoss) -> set[tuple[str, str]]:
    return {(fact.element, fact.field) for fact in row.missing}


def test_in_calm_the_copy_that_loses_least_counts_for_each_kind_of_loss() -> None:
    found = losses()
    site, cyber = scenario(found, "site"), scenario(found, "cyber")
    assert (site.loss, site.copy, site.objective, site.met) == (
        Bounds(5.0, 5.0),
        "replications/r",
        300.0,
        "yes",
    )
    # The replica follows the corruption; logs of a quarter of an hour do not.
    assert (cyber.loss, cyber.copy, cyber.met) == (Bounds(900.0, 900.0), "backups/k", "yes")
    assert cyber.damage_unnoticed == 4 * HOUR
    assert scenario(found, "region").met == "yes"


def test_a_cut_way_breaks_the_rpo_once_the_lag_is_used_up_and_leaves_a_backlog_to_drain() -> None:
    row = failure(losses(), "circuits/ab")
    assert row.lasts == 8 * HOUR
    assert row.broken_after == Bounds(295.0, 295.0)
    assert row.keeps == "no"
    copy = next(copy for copy in row.copies if copy.copy == "replications/r")
    # Eight hours of 10 Mbit/s wait: 36 GB, which drain at 100 - 10 Mbit/s in 3200 s.
    assert copy.backlog == Bounds(36e9, 36e9)
    assert copy.caught_up_after == Bounds(3200.0, 3200.0)
    duct = failure(losses(), "hazards/d-ab")
    assert (duct.lasts, duct.keeps) == (8 * HOUR, "no") if "circuits/ab" in duct.events else (4 * HOUR, "no")


def test_a_looser_objective_outlasts_the_same_failure_by_the_logs_that_still_flow() -> None:
    near = {"v": {"site": "c", "medium": "tape", "isolation": "offline"}}
    found = losses(sites={"c": {"role": "vault", "failure_region": "south"}}, vaults=near)
    row = failure(found, "circuits/ab", "region")
    assert (row.broken_after, row.keeps) == (None, "yes")
    assert failure(found, "circuits/ab", "site").keeps == "no"


def test_a_backup_ages_by_the_second_while_nothing_reaches_its_vault() -> None:
    row = failure(losses(), "circuits/ab", "cyber")
    (copy,) = row.copies
    assert (copy.copy, copy.stops, copy.broken_after) == ("backups/k", "yes", Bounds(2700.0, 2700.0))
    assert (copy.backlog, row.keeps) == (None, "no")


def test_how_long_an_undeclared_failure_lasts_is_unknown_but_not_when_it_breaks_the_rpo() -> None:
    row = failure(losses(), "vendors/x")
    assert (row.lasts, row.broken_after, row.keeps) == (None, Bounds(295.0, 295.0), "unknown")
    assert ("vendors/x", "repair") in fields(row)


def test_synchronous_writes_that_stop_lose_nothing_and_those_that_go_on_lose_all_since() -> None:
    def row(**fields: Any) -> FailureLoss:
        return failure(losses(replications={"r": replica("synchronous", **fields)}), "circuits/ab")

    assert (row(when_lost="stop").broken_after, row(when_lost="stop").keeps) == (None, "yes")
    assert row(when_lost="continue").broken_after == Bounds(300.0, 300.0)
    unknown = row()
    assert (unknown.broken_after, unknown.keeps) == (Bounds(300.0, None), "unknown")
    assert ("replications/r", "when_lost") in fields(unknown)
    assert scenario(losses(replications={"r": replica("synchronous")}), "site").loss == Bounds(0.0, 0.0)


def test_a_semi_synchronous_copy_goes_on_alone() -> None:
    found = losses(replications={"r": replica("semi-synchronous")})
    assert scenario(found, "site").loss == Bounds(0.0, 0.0)
    assert failure(found, "circuits/ab").broken_after == Bounds(300.0, 300.0)


def test_a_snapshot_is_as_old_as_its_interval_and_the_time_that_it_travels() -> None:
    found = losses(replications={"r": replica("snapshot", interval="2 min")})
    # Two minutes of 10 Mbit/s take 12 s at 100.
    assert scenario(found, "site").loss == Bounds(132.0, 132.0)
    assert failure(found, "circuits/ab").broken_after == Bounds(168.0, 168.0)
    told = losses(replications={"r": replica("snapshot", interval="2 min", lag="30 s")})
    assert scenario(told, "site").loss == Bounds(150.0, 150.0)


def test_a_narrower_way_round_lets_the_copy_fall_behind_from_the_first_busy_hour_on() -> None:
    """Round by u 20 Mbit/s: 8 hours a day at 30 fill it, a third of each busy second is late."""
    writes = {"average": "10 Mbit/s", "peak": "30 Mbit/s", "by_hour": [0] * 8 + [3] * 8 + [0] * 8}
    found = losses(
        circuits={
            "au": circuit("a", "u", "y", "d-au", bandwidth="20 Mbit/s"),
            "bu": circuit("b", "u", "z", "d-bu", bandwidth="100 Mbit/s"),
        },
        datasets={
            "d": {
                "services": ["s"],
                "home": {"platform": "pa", "site": "a"},
                "writes": writes,
                "write_budget": "1 ms",
            }
        },
        replications={"r": replica(over=["ab", "au", "bu"], lag="5 s")},
    )
    assert scenario(found, "site").loss == Bounds(5.0, 5.0)
    row = failure(found, "circuits/ab")
    copy = next(copy for copy in row.copies if copy.copy == "replications/r")
    assert (copy.stops, copy.rate) == ("no", Bounds(20e6, 20e6))
    assert row.broken_after is not None
    assert row.broken_after.low == pytest.approx(3 * 295.0)
    # Eight busy hours leave 8 h · 10 Mbit/s = 36 GB; mended then, 100 Mbit/s drain them in 48 min.
    assert copy.backlog is not None
    assert copy.backlog.high == pytest.approx(36e9)
    assert copy.caught_up_after is not None
    assert copy.caught_up_after.high is not None


def test_an_undeclared_lag_bandwidth_or_write_rate_is_unknown_with_bounds() -> None:
    lagging = scenario(losses(replications={"r": replica()}), "site")
    assert (lagging.loss, lagging.met) == (Bounds(0.0, 900.0), "unknown")
    assert ("replications/r", "lag") in fields(lagging)
    bare = circuit("a", "b", "x", "d-ab", reliability={"mttr": "8 h"})
    narrow = scenario(losses(circuits={"ab": bare}, backups={}), "site")
    assert narrow.loss is not None
    assert narrow.loss.low == 5.0
    silent = {"d": {"services": ["s"], "home": {"platform": "pa", "site": "a"}}}
    row = failure(losses(datasets=silent), "circuits/ab")
    copy = next(copy for copy in row.copies if copy.copy == "replications/r")
    # It may be behind in calm already, if more is written than the circuit carries.
    assert (row.broken_after, copy.backlog) == (Bounds(0.0, 295.0), Bounds(0.0, None))
    assert ("datasets/d", "writes") in fields(row)


def test_no_copy_that_outlives_a_loss_means_that_all_is_lost() -> None:
    near = {"v": {"site": "a", "medium": "disk"}}
    found = losses(replications={"r": replica() | {"target_site": "a", "target": "pb"}}, vaults=near)
    site = scenario(found, "site")
    assert (site.loss, site.met) == (None, "no")
    assert {copy.why for copy in site.copies} == {"at the same site"}


def test_an_undeclared_region_leaves_a_region_s_loss_unknown() -> None:
    found = scenario(losses(sites={"b": {"role": "dr"}}), "region")
    assert (found.loss, found.met) == (Bounds(5.0, None), "unknown")
    assert ("sites/b", "failure_region") in fields(found)
    shaken = {"a": {"role": "primary", "failure_region": "west", "hazards": ["quake"]}}
    shaken["b"] = shaken["a"] | {"role": "dr", "failure_region": "east"}
    both = scenario(
        losses(sites=shaken, hazards={"quake": {"kind": "seismic"}, "d-ab": {"kind": "duct"}}), "region"
    )
    assert (both.loss, both.met) == (None, "no")


def test_a_copy_of_a_copy_is_as_old_as_both_together_and_stops_with_the_first() -> None:
    far = {"role": "vault", "failure_region": "south"}
    found = losses(
        sites={"c": far},
        rooms={"hc": {"site": "c", "purpose": "data-hall"}},
        racks={"kc": {"room": "hc"}},
        devices={"dc": {"rack": "kc", "model": "box", "role": "server"}},
        platforms={"pc": {"kind": "compute", "nodes": ["dc"]}},
        circuits={"bc": circuit("b", "c", "z", "d-bu", bandwidth="100 Mbit/s")},
        replications={
            "far": {
                "dataset": "d", "source": "pb", "target": "pc", "target_site": "c", "mode": "asynchronous",
                "lag": "60 s",
            }
        },
    )  # fmt: skip
    ages = {copy.copy: copy.age for copy in scenario(found, "site").copies}
    assert ages["replications/far"] == Bounds(65.0, 65.0)
    row = failure(found, "circuits/ab")
    stopped = {copy.copy: copy.broken_after for copy in row.copies if copy.stops == "yes"}
    assert stopped["replications/far"] == Bounds(235.0, 235.0)


def test_a_synchronous_write_waits_for_a_round_trip_over_the_longest_way_left() -> None:
    found = losses(
        circuits={
            "au": circuit("a", "u", "y", "d-au", bandwidth="20 Mbit/s"),
            "bu": circuit("b", "u", "z", "d-bu", bandwidth="100 Mbit/s"),
        },
        replications={"r": replica("synchronous", over=["ab", "au", "bu"])},
    )
    (delay,) = only(found).write_delays
    assert delay.usual == pytest.approx(2 * 10_000 * 4.9e-9)
    assert delay.longest == pytest.approx(2 * 20_000 * 4.9e-9)
    assert (delay.longest_after, delay.budget, delay.within, delay.carries) == (
        "circuits/ab",
        0.001,
        "yes",
        "yes",
    )
    slow = losses(
        circuits={"ab": circuit("a", "b", "x", "d-ab", bandwidth="5 Mbit/s", latency="600 us")},
        replications={"r": replica("synchronous")},
    )
    (delay,) = only(slow).write_delays
    assert delay.usual == pytest.approx(0.0012)
    assert (delay.within, delay.carries) == ("no", "no")


def test_a_cluster_with_a_node_to_spare_loses_nothing_by_one_component() -> None:
    found = scenario(losses(), "component")
    assert {copy.kind for copy in found.copies} == {"asynchronous", "logged-backup"}
    spare = losses(
        devices={
            name: {"rack": rack, "model": "box", "role": "server"}
            for name, rack in (("da", "ka"), ("da2", "ka"), ("db", "kb"))
        },
        platforms={"pa": {"kind": "database", "nodes": ["da", "da2"], "needs_nodes": 1}},
    )
    assert scenario(spare, "component").loss == Bounds(0.0, 0.0)
    assert scenario(spare, "component").copy == "platforms/pa"
    assert scenario(spare, "site").copy == "replications/r"


def shuffled(whole: Estate) -> Estate:
    raw = whole.model_dump(mode="json", exclude_defaults=True)
    mixed = {}
    for name, entries in raw.items():
        if isinstance(entries, dict):
            keys = list(entries)
            random.Random(5).shuffle(keys)
            entries = {key: entries[key] for key in keys}
        mixed[name] = entries
    for name in list(mixed):
        if isinstance(mixed[name], dict):
            mixed[name] = {
                key: {k: v for k, v in value.items() if k != "id"} if isinstance(value, dict) else value
                for key, value in mixed[name].items()
            }
    return Estate.model_validate(mixed)


def test_the_order_of_the_input_changes_nothing() -> None:
    whole = ledger()
    assert data_losses(analyse(shuffled(whole))) == data_losses(analyse(whole))


@pytest.mark.slow
def test_two_runs_give_equal_bytes_whatever_the_hash_seed() -> None:
    assert "FailureLoss" in same_output(PROGRAM, ("0", "7"))
