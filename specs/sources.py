"""The files that an estate is made of, found and opened with care: regular files within its folder."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from specs import reading
from specs.issues import Issue, Location, SpecError
from specs.text import did_you_mean, hidden_character, plain

DEVICE_TYPES: Final = "device-types"
"""Subfolder of NetBox device-type files; they are read when a model names them."""
MOST_FILES: Final = 5_000
MOST_BYTES_TOGETHER: Final = 96_000_000
YAML_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True)
class Layer:
    """One folder of files, and how its files are called where people read of them."""

    root: Path
    """The folder, resolved."""
    called: str
    """What stands before the name of each of its files; empty for the estate itself."""
    only: str | None = None
    """The one file, where the estate is a file and not a folder."""

    def shown(self, name: str) -> str:
        """How a file of this layer is called in messages."""
        return plain(f"{self.called}{name}").replace("\n", "\\n").replace("\t", "\\t")


def layer_at(path: Path, called: str = "") -> Layer:
    """The layer of a folder or a single file; SpecError if there is neither."""
    try:
        resolved = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise SpecError(
            [Issue("FILE-001", None, f"there is no file or folder {path}", _siblings(path))]
        ) from None
    if resolved.is_dir():
        return Layer(resolved, called)
    return Layer(resolved.parent, called, resolved.name)


def names_of(layer: Layer) -> tuple[str, ...]:
    """The YAML files of a layer, relative to its root, in order; SpecError for links and devices."""
    if layer.only is not None:
        return (layer.only,)
    issues: list[Issue] = []
    names = sorted(_walk(layer, "", issues))
    if len(names) > MOST_FILES:
        issues.append(
            Issue(
                "FILE-003", None, f"the folder holds more than {MOST_FILES:,} files", "keep the estate apart"
            )
        )
    if not names and not issues:
        issues.append(
            Issue(
                "FILE-006",
                None,
                f"no YAML file lies in {layer.root.name}",
                "`thabat init` writes an estate to start from",
            )
        )
    if issues:
        raise SpecError(issues)
    return tuple(names)


def content(layer: Layer, name: str) -> bytes:
    """The bytes of one file of a layer; SpecError if it is no regular file or too large."""
    shown = layer.shown(name)
    here = Location(shown, 1, 1)
    path = layer.root / name
    try:
        if not path.resolve(strict=True).is_relative_to(layer.root):
            raise SpecError([_outside(here)])
        handle = (
            os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY) if _regular(path) else -1
        )
    except (OSError, ValueError, RuntimeError) as fault:
        reason = getattr(fault, "strerror", None) or "it cannot be opened"
        raise SpecError([Issue("FILE-001", here, f"cannot read the file: {reason}", "")]) from None
    if handle < 0:
        raise SpecError([_irregular(here)])
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise SpecError([_irregular(here)])
        if facts.st_size > reading.MOST_BYTES:
            raise SpecError([reading.too_large(shown)])
        return file.read(reading.MOST_BYTES + 1)


def device_type_name(layer: Layer, written: str) -> str:
    """The path of a device-type file relative to the layer's root; ValueError says what is wrong with it."""
    parts = Path(written).parts
    if not written or "\0" in written or Path(written).is_absolute() or ".." in parts or "\\" in written:
        raise ValueError("the path must stay within the estate's folder")
    if not written.endswith(YAML_SUFFIXES):
        raise ValueError("a device type is a .yaml or .yml file")
    name = Path(written).as_posix()
    if not os.path.lexists(layer.root / name):
        raise ValueError(f"there is no file {name}")
    return name


def device_types_beside(layer: Layer) -> tuple[str, ...]:
    """Device-type files that lie in the usual folder, for hints."""
    names = (entry.name for entry in _entries(layer.root / DEVICE_TYPES))
    return tuple(sorted(f"{DEVICE_TYPES}/{name}" for name in names if name.endswith(YAML_SUFFIXES)))


def folders_in(folder: Path) -> tuple[str, ...]:
    """The folders beside an estate, for hints."""
    return tuple(sorted(entry.name for entry in _entries(folder) if entry.is_dir()))


def too_much_together(shown: str) -> Issue:
    """The issue for the file with which an estate becomes too large."""
    message = f"with this file the estate is larger than {MOST_BYTES_TOGETHER // 1_000_000} MB"
    return Issue("FILE-003", Location(shown, 1, 1), message, "keep apart what is no estate")


def _walk(layer: Layer, below: str, issues: list[Issue], depth: int = 0) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(layer.root / below), key=lambda entry: entry.name)
    except OSError as fault:
        message = f"cannot read the folder: {fault.strerror}"
        issues.append(Issue("FILE-001", Location(layer.shown(below), 1, 1), message, ""))
        return
    for entry in entries:
        name = f"{below}{entry.name}"
        if entry.name.startswith("."):
            continue
        is_yaml = entry.name.endswith(YAML_SUFFIXES)
        if hidden_character(entry.name) is not None:
            if is_yaml or entry.is_dir():
                message = "a name with a character that cannot be seen"
                issues.append(Issue("FILE-002", Location(layer.shown(name), 1, 1), message, "rename it"))
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name != DEVICE_TYPES and depth < 16:
                yield from _walk(layer, f"{name}/", issues, depth + 1)
        elif entry.is_symlink() and entry.is_dir():
            issues.append(_link(Location(layer.shown(name), 1, 1)))
        elif is_yaml and entry.is_symlink() and not _stays_within(layer, name):
            issues.append(_outside(Location(layer.shown(name), 1, 1)))
        elif is_yaml and not _regular(layer.root / name):
            issues.append(_irregular(Location(layer.shown(name), 1, 1)))
        elif is_yaml:
            yield name


def _stays_within(layer: Layer, name: str) -> bool:
    try:
        return (layer.root / name).resolve(strict=True).is_relative_to(layer.root)
    except (OSError, RuntimeError):
        return False


def _regular(path: Path) -> bool:
    return stat.S_ISREG(path.stat().st_mode)


def _outside(location: Location) -> Issue:
    return Issue(
        "FILE-002", location, "the link leads out of the estate's folder", "put the file itself here"
    )


def _link(location: Location) -> Issue:
    return Issue(
        "FILE-002", location, "a folder that is a link is not followed", "put the folder itself here"
    )


def _irregular(location: Location) -> Issue:
    return Issue("FILE-002", location, "not a regular file; it was not opened", "put a regular file here")


def _siblings(path: Path) -> str:
    return did_you_mean(path.name, [entry.name for entry in _entries(path.parent)])


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except (OSError, ValueError):
        return []
