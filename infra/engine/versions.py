"""What an engine is, which ones will do, and the error where there is none."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

VERSION = "3.259.0"
"""The engine that Thabat is made for and sets up itself; a newer one of the same major will do too."""

COMMAND = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"

Origin: TypeAlias = Literal["path", "installer", "modules"]
"""Where an engine is from: found on PATH, got by the vendor's installer, or built from its Go modules."""

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is being done, and for how many seconds setting up has been under way."""

ANSWERS_WITHIN_SECONDS = 20


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI that can be called, with its language host for Python."""

    binary: Path
    """The `pulumi` executable."""
    folder: Path
    """The folder to put first on PATH."""
    version: str
    """As `3.259.0`."""
    origin: Origin
    """Where it is from."""


class EngineMissing(Exception):
    """There is no engine to be had: why, and what would mend it."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


def numbers(version: str) -> tuple[int, int, int] | None:
    """Major, minor and patch of `v3.259.0` or `3.259.0-dev`; None where it is no version.

    >>> numbers("v3.259.0")
    (3, 259, 0)
    >>> numbers("unknown") is None
    True
    """
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?", version.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def will_do(version: str) -> bool:
    """Whether an engine of this version is new enough, and of the major that Thabat knows.

    >>> [will_do(each) for each in ("3.258.9", "3.259.0", "v3.300.1", "4.0.0", "")]
    [False, True, True, False, False]
    """
    found, least = numbers(version), numbers(VERSION)
    return found is not None and least is not None and found[0] == least[0] and found >= least


def asked_version(binary: Path, variables: Mapping[str, str]) -> str | None:
    """What the executable says its version is; None where it says nothing of use."""
    try:
        said = subprocess.run(
            [str(binary), "version"],
            capture_output=True,
            text=True,
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=ANSWERS_WITHIN_SECONDS,
            env={**variables, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    found = numbers(said)
    return None if found is None else ".".join(map(str, found))
