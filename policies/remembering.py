"""What one run has judged already: every stack's preview asks a pack of its own about the same estate.

A run over all stacks marks itself (`THABAT_UPDATE`, a token of its own). It judges the estate before its
packs start, and writes down what is said against every stack; so does the first pack that has to judge and
finds a plan to be just what the spec says. The packs of that run look up theirs, if what they were handed is
to the letter what was judged. A pack of another run, or of the plain command, looks up nothing. Nothing here
imports the rest of Thabat: a pack that need not judge starts in half the time.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

RUN = "THABAT_UPDATE"
"""Environment variable that holds the token of a run."""

HOME = "PULUMI_HOME"
"""Folder of the engine's own files, for its owner alone; what a run remembers lies there."""


ALLOW_UNKNOWN = "THABAT_ALLOW_UNKNOWN"
"""Environment variable that lets a plan through although a mandatory rule cannot be decided."""


@dataclass(frozen=True)
class Said:
    """Something said against a stack."""

    message: str
    about: str
    """`type::name` of the resource that it is about; empty: the whole stack."""
    mandatory: bool


@dataclass(frozen=True)
class StackSaid:
    """All that is said against one stack, and what exactly that stack was."""

    fingerprint: str
    said: tuple[Said, ...]


def fingerprint(resources: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    """A digest of resources (type, name, properties), whatever their order and however numbers are written.

    >>> one = fingerprint([("t", "b", {"x": 1.0}), ("t", "a", {})])
    >>> one == fingerprint([("t", "a", {}), ("t", "b", {"x": 1})])
    True
    """
    rows = sorted((token, name, _plain(properties)) for token, name, properties in resources)
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def allows_unknown(environment: Mapping[str, str]) -> bool:
    """Whether the environment lets a plan through although a mandatory rule cannot be decided."""
    return environment.get(ALLOW_UNKNOWN, "") not in ("", "0")


def question(estate: Any, digest: Any, phase: Any, day: date, *, allow_unknown: bool) -> str:
    """All else that an answer depends on: which estate, in which phase, on which day, and what is allowed."""
    return repr([estate, digest, phase, day.isoformat(), allow_unknown])


def recall(stack: str, seen: str, asked: str, environment: Mapping[str, str]) -> tuple[Said, ...] | None:
    """What this run said against the stack, if it was just this; None where it has to be judged.

    `asked` is the `question` that it answers.
    """
    file = _file(asked, environment)
    if file is None:
        return None
    try:
        with file.open(encoding="utf-8") as opened:
            status = os.fstat(opened.fileno())
            if not _is_ours(status):
                return None
            stacks = json.load(opened)
        found = stacks[stack]
        if found["fingerprint"] != seen:
            return None
        return tuple(Said(**one) for one in found["said"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(stacks: Mapping[str, StackSaid], asked: str, environment: Mapping[str, str]) -> None:
    """Write down what is said against every stack; what earlier runs wrote is taken away."""
    file = _file(asked, environment)
    if file is None:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in file.parent.glob("*.json"):
            if not old.name.startswith(file.name[:16]):
                old.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump({stack: asdict(one) for stack, one in stacks.items()}, opened)
        Path(name).replace(file)


def _file(asked: str, environment: Mapping[str, str]) -> Path | None:
    run, home = environment.get(RUN), environment.get(HOME)
    if not run or not home:
        return None
    of_run = hashlib.sha256(run.encode()).hexdigest()[:16]
    of_question = hashlib.sha256(asked.encode()).hexdigest()[:32]
    return Path(home) / "thabat-judged" / f"{of_run}-{of_question}.json"


def _is_ours(status: os.stat_result) -> bool:
    """A file of this user's that nobody else can write."""
    others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not others_write


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
