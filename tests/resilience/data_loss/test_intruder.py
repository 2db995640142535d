"""After an intruder only copies count that nobody could spoil, made before he came, and still kept."""

from typing import Any

import pytest

from resilience.data_loss.copies import Copy
from resilience.data_loss.intruder import AfterIntruder, after_intruder
from specs.data import Backup, Vault
from specs.governance import Intruder

DAY = 86_400.0
HOUR = 3_600.0

TAPE = {"site": "v", "medium": "tape", "isolation": "offline"}
LOCKED = {
    "site": "v", "medium": "object", "isolation": "online", "immutable": True, "lock": "30 d",
    "lock_mode": "compliance",
}  # fmt: skip
DAILY = {"dataset": "d", "vault": "v", "interval": "24 h", "takes": "2 h", "retention": "60 d"}


def after(vault: dict[str, Any], backup: dict[str, Any], **intruder: str) -> AfterIntruder:
    copy = Copy(
        "backups/b", "backup", "d", None, "v", "a", "",
        backup=Backup.model_validate(DAILY | backup | {"id": "b"}),
        vault=Vault.model_validate(vault | {"id": "v"}),
    )  # fmt: skip
    known = {"dwell": "14 d", "detection": "4 h"} | intruder
    return after_intruder(copy, Intruder.model_validate(known) if known["dwell"] else None)


def test_without_logs_all_since_the_newest_copy_older_than_the_dwell_time_is_lost() -> None:
    found = after(TAPE, {})
    assert found.survival.outlives == "yes"
    assert found.clean is not None
    assert (found.clean.low, found.clean.high) == (14 * DAY + 26 * HOUR,) * 2
    # Counted to the first damage, four hours before the alarm.
    assert found.loss.bounds.high == 14 * DAY + 22 * HOUR


def test_logs_roll_the_clean_copy_forward_to_the_first_damage() -> None:
    found = after(TAPE, {"log_shipping": "15 min"})
    assert (found.survival.outlives, found.loss.bounds.high) == ("yes", 900.0)
    assert found.clean is not None
    assert found.clean.high == 14 * DAY + 26 * HOUR


def test_a_clean_copy_that_is_no_longer_kept_is_none() -> None:
    """Kept for 14 days, every copy still there was made after an intruder of 14 days came."""
    assert after(TAPE, {"retention": "14 d"}).survival.outlives == "no"
    assert after(TAPE, {"retention": "15 d"}).survival.outlives == "no"
    assert after(TAPE, {"retention": "16 d"}).survival.outlives == "yes"


@pytest.mark.parametrize(
    ("vault", "outlives"),
    [
        ({}, "yes"),
        ({"immutable": False}, "no"),
        ({"immutable": False, "isolation": "air-gapped"}, "yes"),
        ({"lock": "14 d"}, "no"),
        ({"lock_mode": "governance"}, "no"),
        ({"lock_mode": None}, "unknown"),
        ({"lock": None}, "unknown"),
        ({"immutable": None}, "unknown"),
        ({"immutable": False, "isolation": None}, "unknown"),
    ],
)
def test_a_vault_counts_if_isolated_or_locked_for_longer_than_he_was_in(
    vault: dict[str, Any], outlives: str
) -> None:
    found = after({key: value for key, value in (LOCKED | vault).items() if value is not None}, {})
    assert found.survival.outlives == outlives
    assert bool(found.survival.missing) == (outlives == "unknown")


def test_an_undeclared_dwell_or_detection_time_is_unknown_with_bounds() -> None:
    blind = after(TAPE, {}, dwell="")
    assert blind.survival.outlives == "unknown"
    assert (blind.loss.bounds.low, blind.loss.bounds.high) == (26 * HOUR, None)
    assert "intruder.dwell" in {fact.field for fact in blind.loss.missing}


def test_an_undeclared_detection_bounds_the_loss_by_the_dwell_time() -> None:
    copy = Copy(
        "backups/b", "backup", "d", None, "v", "a", "",
        backup=Backup.model_validate(DAILY | {"id": "b"}), vault=Vault.model_validate(TAPE | {"id": "v"}),
    )  # fmt: skip
    found = after_intruder(copy, Intruder.model_validate({"dwell": "14 d"}))
    assert (found.loss.bounds.low, found.loss.bounds.high) == (26 * HOUR, 14 * DAY + 26 * HOUR)
    assert {fact.field for fact in found.loss.missing} == {"intruder.detection"}


def test_an_undeclared_time_to_copy_leaves_the_age_open() -> None:
    copy = Copy(
        "backups/b", "backup", "d", None, "v", "a", "",
        backup=Backup.model_validate({"dataset": "d", "vault": "v", "interval": "24 h", "id": "b"}),
        vault=Vault.model_validate(TAPE | {"id": "v"}),
    )  # fmt: skip
    found = after_intruder(copy, Intruder.model_validate({"dwell": "14 d", "detection": "4 h"}))
    assert found.loss.bounds.high is None
    assert found.survival.outlives == "unknown"


def test_a_replica_follows_every_corruption() -> None:
    replica = Copy("replications/r", "synchronous", "d", "p", "b", "a", "")
    found = after_intruder(replica, Intruder.model_validate({"dwell": "14 d"}))
    assert (found.survival.outlives, found.survival.why) == ("no", "follows every corruption")
