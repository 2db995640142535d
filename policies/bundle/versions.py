"""What computed the figures: versions of Thabat, of Python and of every package that it runs with."""

import hashlib
import platform
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

ROOMS: Final = ("specs", "resilience", "policies")
"""Packages whose code makes figures."""
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NO_CODE: Final = frozenset({"__pycache__", "estates"})


@dataclass(frozen=True)
class Versions:
    """A lock of versions."""

    thabat: str
    """Version of the tool."""
    code: str
    """SHA-256 over the files of `ROOMS`: it tells apart states of the code that share a version."""
    python: str
    """Implementation and version."""
    machine: str
    """Operating system and processor family: figures may differ in their last digits between these."""
    packages: tuple[tuple[str, str], ...]
    """Name and version of every package that Thabat needs, directly or not, by name."""

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "format_version": "1.0",
            "thabat": self.thabat,
            "code": self.code,
            "python": self.python,
            "machine": self.machine,
            "packages": dict(self.packages),
        }


def versions(tool_version: str) -> Versions:
    """Those that are running."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.system()} {platform.machine()}"
    return Versions(tool_version, _code(), python, machine, _packages())


def differences(packed: Any, here: Versions) -> tuple[str, ...]:
    """What another version computed with, against what runs here, in words; empty where all is the same."""
    ours = here.plain()
    if not isinstance(packed, dict) or not isinstance(packed.get("packages"), dict):
        return ("versions.json tells no versions",)
    pairs = [(name, packed.get(name), ours[name]) for name in ("thabat", "code", "python", "machine")]
    names = sorted({*packed["packages"], *ours["packages"]})
    pairs += [(name, packed["packages"].get(name), ours["packages"].get(name)) for name in names]
    return tuple(
        f"{name}: {_short(theirs)} there, {_short(mine)} here"
        for name, theirs, mine in pairs
        if theirs != mine
    )


def _short(version: object) -> str:
    text = "none" if version is None else str(version)
    return text if len(text) <= 24 else f"{text[:12]}…"


@cache
def _code() -> str:
    found = hashlib.sha256()
    for room in ROOMS:
        folder = Path(__file__).resolve().parents[2] / room
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _NO_CODE.isdisjoint(path.relative_to(folder).parts):
                name = path.relative_to(folder.parent).as_posix()
                found.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


@cache
def _packages() -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    waiting = ["thabat"]
    while waiting:
        name = waiting.pop()
        try:
            known = distribution(name)
        except PackageNotFoundError:
            continue  # A requirement of another platform, or a checkout that is not installed.
        key = _plain_name(name)
        if key in found:
            continue
        found[key] = known.version
        for requirement in known.requires or ():
            needed = _NAME.match(requirement)
            if needed is not None and "extra ==" not in requirement:
                waiting.append(needed.group())
    found.pop("thabat", None)
    return tuple(sorted(found.items()))


def _plain_name(name: str) -> str:
    """The normal form of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
