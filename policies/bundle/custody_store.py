"""A store of objects in custody: each lies under its digest and is written once.

This holds against error and against people with this program. Whoever administers the machine can unlink any
file: so the log's head is to be kept elsewhere, and copies of objects under another machine's object lock.
"""

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from policies.bundle import chain
from policies.bundle.canonical import digest
from policies.bundle.chain import Head
from policies.bundle.custody_log import (
    LOG,
    Act,
    Custodians,
    Followed,
    Holding,
    Intake,
    Refused,
    allowed,
    follow,
    line,
)
from policies.bundle.failing import Failure, failure

OBJECTS: Final = "objects"
READ_ONLY: Final = 0o400
MOST_LOG_BYTES: Final = 500_000_000
_CHUNK: Final = 1 << 20
_CODES: Final = {
    "form": "CUS-002",
    "altered": "CUS-003",
    "removed": "CUS-004",
    "reordered": "CUS-005",
    "doubled": "CUS-006",
}


class Busy(Exception):
    """Somebody else writes in the store."""


class Broken(Exception):
    """The log of a store does not hold, so nothing is written to it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


@dataclass(frozen=True)
class Taken:
    """An object as it was taken in."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Verified:
    """What came of verifying a store."""

    head: Head
    """State of the log: to be kept elsewhere."""
    holdings: tuple[Holding, ...]
    failures: tuple[Failure, ...]
    """By code, then place."""


def take_in(
    store: Path, source: Path, signer: Signer, described: Callable[[Taken], Intake]
) -> tuple[Intake, Head]:
    """Copy a file into the store under its digest, and record it; the entry and the log's new head.

    Refused where the object is there already; then nothing is changed. Broken where the log does not hold,
    Busy where somebody else writes, OSError where it cannot be written.
    """
    (store / OBJECTS).mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(store) as log:
        head, followed = _known(log)
        taken, beside = _copied(source, store / OBJECTS)
        try:
            act = described(taken)
            _may_follow(act, followed)
            place = object_path(store, taken.sha256)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            _placed(beside, place, taken)
        finally:
            beside.unlink(missing_ok=True)
        return act, _append(log, act, head, [signer])


def hand_over(store: Path, act: Act, signers: Iterable[Signer]) -> Head:
    """Record a transfer; the log's new head. Raises as `take_in` does."""
    if not (store / LOG).is_file():
        raise Refused("there is no custody log in the store")
    with _locked(store) as log:
        head, followed = _known(log)
        _may_follow(act, followed)
        return _append(log, act, head, signers)


def holdings(store: Path) -> tuple[Holding, ...]:
    """What the log says is held, unverified; Broken where it does not hold."""
    walked = _walked(_log_bytes(store))
    return follow(walked.entries, None).holdings


def verify(store: Path, custodians: Custodians, known_head: str | None = None) -> Verified:
    """Hold the log against its chain, its signatures and itself, and every object against the log.

    `known_head` is the hash of an entry that was known from outside: the log must go on from it.
    """
    failures: list[Failure] = []
    try:
        data = _log_bytes(store)
    except Broken as fault:
        return Verified(chain.EMPTY, (), (fault.failure,))
    walked = chain.walk(data)
    if not walked.entries and not walked.breaks:
        failures.append(failure("CUS-001", LOG, "it has no entry"))
    if walked.breaks:
        failures.append(_broken(walked))
        followed = Followed((), "", ())
    else:
        followed = follow(walked.entries, custodians)
        failures += followed.failures
        failures += _objects(store, followed.holdings)
    hashes = {digest(one) for one in data.splitlines(keepends=True)}
    if known_head is not None and known_head not in hashes:
        what = f"no entry has the hash {known_head[:16]}…; it has {walked.head.entries} entries"
        failures.append(failure("CUS-013", LOG, what))
    return Verified(walked.head, followed.holdings, tuple(sorted(failures)))


def object_path(store: Path, sha256: str) -> Path:
    """Where an object lies."""
    return store / OBJECTS / sha256[:2] / sha256


def _may_follow(act: Act, followed: Followed) -> None:
    allowed(act, {one.object: one for one in followed.holdings})
    if act.at < followed.latest:
        raise Refused(f"it would be of {act.at}, and the log's last entry is of {followed.latest}")


def _objects(store: Path, held: tuple[Holding, ...]) -> Iterator[Failure]:
    for one in held:
        path = object_path(store, one.object)
        name = path.relative_to(store).as_posix()
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as fault:
            yield failure("CUS-010", name, f"`{one.name}`: {fault.strerror}")
            continue
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                yield failure("CUS-010", name, f"`{one.name}` is no regular file")
                continue
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != one.object:
            yield failure("CUS-011", name, f"`{one.name}`: its SHA-256 is now {found[:16]}…")
    known = {object_path(store, one.object) for one in held} | {store / LOG}
    for path in sorted(store.rglob("*")):
        if path not in known and (path.is_symlink() or not path.is_dir()):
            yield failure("CUS-012", path.relative_to(store).as_posix(), "no entry tells of it")


@contextmanager
def _locked(store: Path) -> Iterator[BinaryIO]:
    """The log, open for one writer alone."""
    handle = os.open(store / LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as log:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise Busy("somebody else writes in the store") from fault
        yield log


def _known(log: BinaryIO) -> tuple[Head, Followed]:
    """State of the log and what it says is held; Broken where it does not hold."""
    log.seek(0)
    walked = _walked(log.read(MOST_LOG_BYTES))
    followed = follow(walked.entries, None)
    for one in followed.failures:
        raise Broken(one)
    return walked.head, followed


def _walked(data: bytes) -> chain.Walked:
    walked = chain.walk(data)
    if walked.breaks:
        raise Broken(_broken(walked))
    return walked


def _broken(walked: chain.Walked) -> Failure:
    first = walked.breaks[0]
    return failure(_CODES[first.kind], f"{LOG}:{first.line}", first.what)


def _log_bytes(store: Path) -> bytes:
    try:
        handle = os.open(store / LOG, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Broken(failure("CUS-001", LOG, "it is no regular file"))
            return file.read(MOST_LOG_BYTES)
    except OSError as fault:
        raise Broken(failure("CUS-001", LOG, fault.strerror or "it cannot be read")) from None


def _copied(source: Path, objects: Path) -> tuple[Taken, Path]:
    """A copy of the file beside the objects, with its digest as it was read."""
    found, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=objects, prefix=".incoming.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy, source.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused(f"{source} is no regular file")
            while chunk := file.read(_CHUNK):
                found.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fchmod(copy.fileno(), READ_ONLY)
            os.fsync(copy.fileno())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return Taken(found.hexdigest(), size), beside


def _placed(beside: Path, place: Path, taken: Taken) -> None:
    """Give the copy its name; what has it must be the same, left by an intake that stopped."""
    try:
        os.link(beside, place)
    except FileExistsError:
        with place.open("rb") as file:
            same = not place.is_symlink() and hashlib.file_digest(file, "sha256").hexdigest() == taken.sha256
        if not same:
            raise Refused(f"{place} is there and holds something else; it is not overwritten") from None
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _append(log: BinaryIO, act: Act, head: Head, signers: Iterable[Signer]) -> Head:
    """Add an entry at the end, whole or not at all."""
    made = line(act, head, signers)
    before = log.seek(0, os.SEEK_END)
    try:
        written = log.write(made)
        if written != len(made):
            raise OSError(28, "the entry could not be written whole")
        os.fsync(log.fileno())
    except OSError:
        os.ftruncate(log.fileno(), before)
        raise
    return Head(head.entries + 1, digest(made))
