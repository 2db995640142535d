"""A bundle's folder against what was signed: every file there, once, whole, and nothing else."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from policies.bundle.failing import Failure, failure
from policies.bundle.statement import ANCHORS, ENVELOPE, MOST_FILES, Statement, Subject

_KEPT: Final = ("specs", "versions", "derived", "log")
"""Roles of files whose bytes are needed again; observations may be large and are only hashed."""
_MOST_DEPTH: Final = 40
_CHUNK: Final = 1 << 20


class Unreadable(Exception):
    """A file that cannot be taken as it is."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


@dataclass
class Seen:
    """What lies in a folder."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of every regular file, by its path; the envelope and anchors are not among them."""
    anchors: list[str] = field(default_factory=list)
    """Paths of files among the anchors."""
    failures: list[Failure] = field(default_factory=list)
    """Links, devices and folders that cannot be read."""


@dataclass(frozen=True)
class Held:
    """What came of holding a folder against a statement."""

    failures: tuple[Failure, ...]
    data: Mapping[str, bytes]
    """Bytes of files that are as they were signed, observations left out."""
    altered: Mapping[str, bytes | None]
    """Of each signed file that stands under its name and is not as signed: its bytes, None if too large."""


def look(folder: Path) -> Seen:
    """Every file in the folder; nothing that is no regular file is opened or followed."""
    seen = Seen()
    _scan(folder, "", seen, 0)
    seen.anchors.sort()
    return seen


def hold(folder: Path, seen: Seen, statement: Statement) -> Held:
    """Hold what lies in the folder against what was signed."""
    failures, data = list(seen.failures), {}
    altered: dict[str, bytes | None] = {}
    digests: dict[str, str] = {}
    missing: list[Subject] = []
    blamed = {one.file for one in seen.failures}
    for subject in statement.subject:
        if subject.name not in seen.sizes:
            if subject.name not in blamed:
                missing.append(subject)
            continue
        try:
            content, digests[subject.name] = _content(folder, subject, seen.sizes[subject.name])
        except Unreadable as fault:
            failures.append(fault.failure)
            continue
        if digests[subject.name] == subject.digest.sha256:
            if content is not None:
                data[subject.name] = content
        else:
            altered[subject.name] = content
    extra = sorted(seen.sizes.keys() - {one.name for one in statement.subject})
    failures += _misplaced(folder, seen, missing, extra)
    failures += _altered(statement, seen, altered, digests)
    return Held(tuple(failures), data, altered)


def read_file(path: Path, name: str, most: int) -> bytes:
    """The bytes of a regular file of at most that size; Unreadable else. Links are not followed."""
    return b"".join(_chunks(path, name, most))


def _scan(folder: Path, below: str, seen: Seen, depth: int) -> None:
    try:
        entries = sorted(os.scandir(folder / below), key=lambda entry: entry.name)
    except OSError as fault:
        seen.failures.append(failure("EVD-017", below or ".", f"the folder cannot be read: {fault.strerror}"))
        return
    for entry in entries:
        name = f"{below}{entry.name}"
        if len(seen.sizes) + len(seen.anchors) > 2 * MOST_FILES:
            seen.failures.append(failure("EVD-011", name, "more files than any bundle holds"))
            return
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as fault:
            seen.failures.append(failure("EVD-017", name, f"it cannot be looked at: {fault.strerror}"))
            continue
        if stat.S_ISDIR(facts.st_mode):
            if depth < _MOST_DEPTH:
                _scan(folder, f"{name}/", seen, depth + 1)
            else:
                seen.failures.append(failure("EVD-011", name, "folders lie deeper than in any bundle"))
        elif not stat.S_ISREG(facts.st_mode):
            kind = "a link" if stat.S_ISLNK(facts.st_mode) else "a pipe, socket or device"
            seen.failures.append(failure("EVD-016", name, f"it is {kind}"))
        elif name.startswith(f"{ANCHORS}/"):
            seen.anchors.append(name)
        elif name != ENVELOPE:
            seen.sizes[name] = facts.st_size


def _content(folder: Path, subject: Subject, size: int) -> tuple[bytes | None, str]:
    """Bytes (None where they are not needed again) and digest of a file; of one too large, neither."""
    kept = subject.annotations.role in _KEPT
    most = max(subject.annotations.size, 4096) * 2
    if size > most:
        return None, ""
    found = hashlib.sha256()
    chunks: list[bytes] = []
    for chunk in _chunks(folder / subject.name, subject.name, most):
        found.update(chunk)
        if kept:
            chunks.append(chunk)
    return (b"".join(chunks) if kept else None), found.hexdigest()


def _chunks(path: Path, name: str, most: int) -> Iterable[bytes]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise Unreadable(failure("EVD-016", name, "it is a link")) from None
        raise Unreadable(failure("EVD-017", name, f"it cannot be read: {fault.strerror}")) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable(failure("EVD-016", name, "it is no regular file"))
    left = most
    with os.fdopen(handle, "rb") as file:
        try:
            while chunk := file.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise Unreadable(failure("EVD-015", name, f"it has more than {most:,} bytes"))
                yield chunk
        except OSError as fault:
            raise Unreadable(failure("EVD-017", name, f"it cannot be read: {fault.strerror}")) from None


def _misplaced(folder: Path, seen: Seen, missing: list[Subject], extra: list[str]) -> Iterable[Failure]:
    """Files that are missing or that nobody signed; where one is the other, that is said instead."""
    left = list(extra)
    for subject in missing:
        alike = [name for name in left if seen.sizes[name] == subject.annotations.size]
        moved = next((name for name in alike if _digest(folder, name) == subject.digest.sha256), None)
        if moved is None:
            yield failure("EVD-010", subject.name, f"{subject.annotations.size:,} bytes were signed")
        else:
            left.remove(moved)
            yield failure("EVD-012", moved, f"it was signed as {subject.name}")
    for name in left:
        yield failure("EVD-011", name, f"{seen.sizes[name]:,} bytes that are not in the statement")


def _digest(folder: Path, name: str) -> str:
    found = hashlib.sha256()
    try:
        for chunk in _chunks(folder / name, name, 1 << 40):
            found.update(chunk)
    except Unreadable:
        return ""
    return found.hexdigest()


def _altered(
    statement: Statement, seen: Seen, altered: Mapping[str, bytes | None], digests: Mapping[str, str]
) -> Iterable[Failure]:
    signed_as: dict[str, str] = {one.digest.sha256: one.name for one in reversed(statement.subject)}
    for subject in statement.subject:
        if subject.name not in altered:
            continue
        size, wanted = seen.sizes[subject.name], subject.annotations.size
        other = signed_as.get(digests[subject.name])
        if other is not None:
            yield failure("EVD-018", subject.name, f"it holds what was signed as {other}")
        elif size < wanted:
            yield failure("EVD-014", subject.name, f"it has {size:,} bytes; {wanted:,} were signed")
        elif size > wanted:
            yield failure("EVD-015", subject.name, f"it has {size:,} bytes; {wanted:,} were signed")
        else:
            found, meant = digests[subject.name][:12], subject.digest.sha256[:12]
            yield failure("EVD-013", subject.name, f"its SHA-256 is {found}…; {meant}… was signed")
