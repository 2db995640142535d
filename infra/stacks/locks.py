"""Locks: who holds a stack, whether that process lives, and one run at a time over one state."""

import fcntl
import getpass
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from infra.stacks.results import LockHolder

ASKED_AGAIN_EVERY_SECONDS = 0.5

_CREATED_BY = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
_CLOCK_TICKS_KEPT = 2.0
"""Seconds by which a process may seem younger than its own lock, as clocks are coarse."""


class LockedError(Exception):
    """Somebody else holds the lock."""

    def __init__(self, holders: tuple[LockHolder, ...]) -> None:
        super().__init__("locked by " + (" and ".join(map(str, holders)) or "somebody who did not say"))
        self.holders = holders


def holders_told(message: str) -> tuple[LockHolder, ...]:
    """Who holds a stack, as the engine's refusal says it.

    >>> str(holders_told("file:///l: created by ana@ndc-1 (pid 7) at 2026-01-02T03:04:05Z")[0])
    'ana@ndc-1 (process 7) since 2026-01-02T03:04:05Z'
    """
    return tuple(
        LockHolder(found["user"], found["host"], int(found["pid"]), found["since"])
        for found in _CREATED_BY.finditer(message)
    )


def is_stale(holder: LockHolder) -> bool:
    """Whether it was taken on this machine by a process that is no more, even if another has its number."""
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    born = _born(holder.pid)
    taken = _moment(holder.since)
    return born is not None and taken is not None and born > taken + _CLOCK_TICKS_KEPT


def is_orphaned(holder: LockHolder) -> bool:
    """Whether it is an engine on this machine that has lost the run which called it, and is about to end."""
    if holder.host != socket.gethostname():
        return False
    try:
        words = Path(f"/proc/{holder.pid}/environ").read_bytes().split(b"\0")
        status = Path(f"/proc/{holder.pid}/status").read_text("utf-8")
    except OSError:
        return False
    parent = re.search(r"^PPid:\s*(\d+)$", status, re.MULTILINE)
    return b"PULUMI_AUTOMATION_API=true" in words and parent is not None and _is_reaper(int(parent[1]))


@contextmanager
def only_run(home: Path, timeout_seconds: float, waiting: Callable[[LockedError], None]) -> Iterator[None]:
    """Be the only run that changes the stacks of this home; LockedError once the time is over.

    The kernel lets go of it however the process ends, so this lock is never stale.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout_seconds
    descriptor = os.open(home / "run.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    told = False
    try:
        while not _taken(descriptor):
            fault = LockedError(_written(descriptor))
            if time.monotonic() >= deadline:
                raise fault
            if not told:
                waiting(fault)
                told = True
            time.sleep(ASKED_AGAIN_EVERY_SECONDS)
        _write(descriptor)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = {"user": _user(), "host": socket.gethostname(), "pid": os.getpid(), "since": since}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _written(descriptor: int) -> tuple[LockHolder, ...]:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return (LockHolder(holder["user"], holder["host"], int(holder["pid"]), holder["since"]),)
    except (ValueError, KeyError, TypeError):
        return ()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _is_reaper(pid: int) -> bool:
    """Whether that is a process that orphans are handed to, rather than the one that called."""
    if pid <= 1:
        return True
    try:
        return b"thabat" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def _born(pid: int) -> float | None:
    """When a process began (seconds since the epoch), where the system tells."""
    try:
        started = int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return time.time() - up + started / os.sysconf("SC_CLK_TCK")


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
