"""Locks that name their holder, and the one run at a time."""

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.stacks.locks import LockedError, holders_told, is_stale, only_run
from infra.stacks.results import LockHolder

HOLD = """
import sys, time
from pathlib import Path
from infra.stacks.locks import only_run
with only_run(Path(sys.argv[1]), 0, lambda fault: None):
    print("held", flush=True)
    time.sleep(60)
"""


def holding(home: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def ended(process: "subprocess.Popen[str]", number: int) -> None:
    process.send_signal(number)
    process.communicate()


def test_the_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    first = holding(tmp_path)
    try:
        with pytest.raises(LockedError) as refusal, only_run(tmp_path, 0, lambda fault: None):
            pytest.fail("both run")
        holder = refusal.value.holders[0]
        assert (holder.pid, holder.host) == (first.pid, socket.gethostname())
    finally:
        ended(first, signal.SIGTERM)


def test_a_run_that_waits_is_told_once_and_goes_on_when_the_other_was_killed(tmp_path: Path) -> None:
    first = holding(tmp_path)
    told: list[LockedError] = []

    def waiting(fault: LockedError) -> None:
        told.append(fault)
        ended(first, signal.SIGKILL)

    with only_run(tmp_path, 30, waiting):
        assert len(told) == 1
    with only_run(tmp_path, 0, lambda fault: pytest.fail("the lock was not let go")):
        pass


def holder(pid: int, since: str, host: str | None = None) -> LockHolder:
    return LockHolder("ana", host or socket.gethostname(), pid, since)


def test_a_lock_is_stale_when_its_process_is_gone_or_younger_than_the_lock() -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert is_stale(holder(gone.pid, now))
    assert not is_stale(holder(os.getpid(), datetime.now().astimezone().isoformat(timespec="seconds")))
    assert is_stale(holder(os.getpid(), "2020-01-01T00:00:00+00:00"))


def test_a_lock_of_another_machine_is_never_taken_for_stale() -> None:
    assert not is_stale(holder(999_999, "2020-01-01T00:00:00Z", host="elsewhere"))


def test_every_holder_in_the_engines_refusal_is_read() -> None:
    said = (
        "error: the stack is currently locked by 2 lock(s). Either wait …\n"
        "  file:///s/1.json: created by root@ndc-1 (pid 12) at 2026-01-02T03:04:05Z\n"
        "  file:///s/2.json: created by ana@ndc-2 (pid 13) at 2026-01-02T03:04:06+03:00"
    )
    assert [(one.user, one.host, one.pid) for one in holders_told(said)] == [
        ("root", "ndc-1", 12),
        ("ana", "ndc-2", 13),
    ]


def test_the_lock_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with only_run(tmp_path / "home", 0, lambda fault: None):
        assert (tmp_path / "home" / "run.lock").stat().st_mode & 0o777 == 0o600
