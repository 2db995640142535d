"""Data loss and recovery never disagree on which copies an intruder or a lost site leaves."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resilience.analysis import analyse
from resilience.data_loss import data_losses
from resilience.recovery_plans import Copy, recovery_plans
from resilience.results import Tri
from specs.model import Estate
from tests.resilience.recovery_plans.disasters import step
from tests.resilience.sketch import estate, two_sites

KEYS = st.sampled_from([None, "here", "nowhere", "told-nothing"])

COPIES = st.fixed_dictionaries(
    {
        "interval": st.sampled_from(["1 h", "1 d", "3 d"]),
        "takes": st.sampled_from([None, "1 h", "1 d"]),
        "retention": st.sampled_from(
            [None, "13 d", "14 d", "14.5 d", "15 d", "16 d", "17 d", "18 d", "60 d"]
        ),
        "log_shipping": st.sampled_from([None, "15 min"]),
        "keys": KEYS,
    }
)

VAULTS = st.fixed_dictionaries(
    {
        "site": st.sampled_from(["a", "b"]),
        "isolation": st.sampled_from([None, "online", "air-gapped", "offline"]),
        "immutable": st.sampled_from([None, False, True]),
        "lock": st.sampled_from([None, "14 d", "15 d", "16 d", "18 d", "60 d"]),
        "lock_mode": st.sampled_from([None, "compliance", "governance"]),
    }
)


def attacked(copy: dict[str, Any], vault: dict[str, Any], replica: str | None) -> Estate:
    """A dataset at a with one backup and, where keys for it are given, a replica at b."""

    def at_rest(keys: str | None) -> dict[str, Any]:
        return {} if keys is None else {"at_rest": {"keys": keys}}

    def known(entry: dict[str, Any]) -> dict[str, Any]:
        return {name: fact for name, fact in entry.items() if fact is not None and name != "keys"}

    here = {"platform": "pa", "site": "a"}
    follows = {"dataset": "d", "source": "pa", "target": "pb", "target_site": "b", "mode": "asynchronous"}
    steps = [step("go", 5), step("restore", 5, restores=["d"], scenarios=["cyber"])]
    return estate(
        **two_sites(
            services={"s": {"users_at": ["u"], "recovery": steps}},
            workloads={
                "s-a": {"service": "s", "datasets": ["d"]} | here,
                "s-b": {
                    "service": "s", "datasets": ["d"], "platform": "pb", "site": "b", "role": "standby",
                },
            },
            datasets={"d": {"size": "1 TB", "services": ["s"], "home": here}},
            vaults={"v": {"medium": "disk"} | known(vault)},
            backups={"k": {"dataset": "d", "vault": "v"} | known(copy) | at_rest(copy["keys"])},
            replications={} if replica is None else {"r": follows | at_rest(replica)},
            admin_domains={
                "here": {"keys": {"hsm": "db", "escrow": ["b"], "custodians": 5, "quorum": 3}},
                "nowhere": {"keys": {"hsm": "da", "escrow": [], "custodians": 2, "quorum": 3}},
                "told-nothing": {},
            },
            plan={"intruder": {"dwell": "14 d", "detection": "4 h"}, "decision": "1 h", "detection": "5 min"},
        )
    )  # fmt: skip


FACTS_OF_KEEPING = ("takes", "retention", "immutable", "lock", "lock_mode", "isolation")
"""What tells whether a copy is clean and kept; others tell how it is read."""


def in_the_plan(found: Copy) -> Tri:
    """Whether the plan reads the copy, and whether for certain."""
    if found.backup is None:
        return "unknown" if found.missing else "no"
    lacking = any(fact.field in FACTS_OF_KEEPING for fact in found.missing)
    return "unknown" if lacking else "yes"


def agree_on(whole: Estate) -> None:
    """Holds both proofs against each other."""
    analysis = analyse(whole)
    (loss,) = data_losses(analysis).datasets
    outlives = {(one.scenario, copy.copy): copy.outlives for one in loss.scenarios for copy in one.copies}
    (plan,) = recovery_plans(analysis, "ransomware")
    (copy,) = plan.copies
    assert outlives["cyber", "backups/k"] == in_the_plan(copy)
    (plan,) = recovery_plans(analysis, "sites/a")
    noise = {name for copy in plan.copies for name in copy.unreadable}
    if "r" in whole.replications:
        from_replica = not plan.copies
        assert (outlives["site", "replications/r"] == "yes") == from_replica
        assert ("replications/r" in noise) == (not from_replica)
    for copy in plan.copies:
        assert (outlives["site", "backups/k"] == "yes") == (copy.backup is not None)


BETWEEN = {"interval": "3 d", "takes": None, "retention": "15 d", "log_shipping": None, "keys": "here"}
"""Kept for longer than an intruder is in, and not for an interval more."""

OFFLINE = {"site": "b", "isolation": "offline", "immutable": None, "lock": None, "lock_mode": None}


@example(BETWEEN, OFFLINE, None)
@example(BETWEEN | {"takes": "1 h"}, OFFLINE, "nowhere")
@given(COPIES, VAULTS, KEYS)
@settings(max_examples=100, deadline=None)
def test_both_proofs_tell_the_same_of_every_copy(
    copy: dict[str, Any], vault: dict[str, Any], replica: str | None
) -> None:
    agree_on(attacked(copy, vault, replica))


@pytest.mark.slow
@given(COPIES, VAULTS, KEYS)
@settings(max_examples=1000, deadline=None)
def test_both_proofs_tell_the_same_of_thousands_of_copies(
    copy: dict[str, Any], vault: dict[str, Any], replica: str | None
) -> None:
    agree_on(attacked(copy, vault, replica))


def test_a_copy_kept_for_less_than_dwell_and_interval_is_none_in_both() -> None:
    whole = attacked(BETWEEN, OFFLINE, None)
    (loss,) = data_losses(analyse(whole)).datasets
    (copy,) = loss.scenarios[3].copies
    assert (loss.scenarios[3].scenario, copy.outlives) == ("cyber", "no")
    (plan,) = recovery_plans(analyse(whole), "ransomware")
    assert plan.copies[0].too_young == ("backups/k",)


def test_a_replica_that_nothing_opens_is_lost_with_the_site_in_both() -> None:
    whole = attacked(BETWEEN, OFFLINE, "nowhere")
    (loss,) = data_losses(analyse(whole)).datasets
    site = loss.scenarios[1]
    replica = next(copy for copy in site.copies if copy.copy == "replications/r")
    assert (site.scenario, replica.outlives) == ("site", "no")
    assert replica.why == "nothing is left that opens copies under admin_domains/nowhere"
    (plan,) = recovery_plans(analyse(whole), "sites/a")
    assert plan.copies[0].unreadable == ("replications/r",)
