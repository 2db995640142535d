"""The folder that something is imported into: what lies there, and laying files down, all or none."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from specs import ranges, reading, sources
from specs.amending import AMENDS
from specs.device_type import DeviceType
from specs.files import OWNER_ONLY
from specs.importing.draft import Draft
from specs.importing.emitting import emit
from specs.issues import Issue, Location, SpecError

_HEADERS: Final = ("estate.yaml", "header.yaml", "estate-header.yaml")
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True)
class Folder:
    """What an import must know of the files that are there already."""

    root: Path
    files: tuple[str, ...]
    """YAML files of the estate, relative to the root."""
    elements: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """By collection and id: what is written, ranges in ids taken apart."""
    has_header: bool
    """It says whose it is, or amends an estate that does."""
    device_types: Mapping[str, DeviceType]
    """By path relative to the root: the NetBox files that can be read."""

    def collection(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """What is written of that collection, by id."""
        return self.elements.get(name, {})

    def model_of(self, device_type: str) -> str | None:
        """The model that names that device-type file."""
        for key, body in self.collection("models").items():
            if body.get("device_type") == device_type:
                return key
        return None


@dataclass(frozen=True)
class Change:
    """What laying a draft down would do."""

    write: Mapping[str, bytes]
    """Files that are new or different."""
    same: tuple[str, ...]
    """Files that are there already, byte for byte."""


def read_folder(path: Path, without: frozenset[str] = frozenset()) -> Folder:
    """What lies in that folder but for some files; SpecError for what cannot be read."""
    if path.is_file():
        hint = "name the folder it lies in, or a new one"
        raise SpecError([Issue("IMP-001", None, f"{path} is a file; imports go into a folder", hint)])
    if not path.is_dir():
        return Folder(path, (), {}, False, {})
    layer = sources.layer_at(path)
    names = sources.names_of(layer) if _holds_yaml(layer.root) else ()
    issues: list[Issue] = []
    elements: dict[str, dict[str, Mapping[str, Any]]] = {}
    has_header = False
    for name in names:
        if name in without:
            continue
        try:
            content = reading.plain(reading.read(sources.content(layer, name), name))
        except SpecError as fault:
            issues += fault.issues
            continue
        if isinstance(content, dict):
            has_header = has_header or "estate" in content or AMENDS in content
            _gather(content, elements)
    if issues:
        raise SpecError(issues)
    return Folder(layer.root, names, elements, has_header, _device_types(layer))


def with_header(folder: Folder, draft: Draft) -> Draft:
    """The draft, with the least header that makes the folder an estate where it has none."""
    if folder.has_header or any(name in draft.files for name in _HEADERS):
        return draft
    name = next(name for name in _HEADERS if name not in folder.files)
    header = {"estate": {"title": draft.title or folder.root.name or "Imported", "owner": "not stated"}}
    text = emit(header, "The least that an estate must say of itself; make it yours.")
    return Draft({name: text.encode(), **draft.files}, draft.counts, draft.notes, draft.title)


def change(folder: Folder, draft: Draft, replace: bool) -> Change:
    """What laying the draft down would do; SpecError where a different file is in the way (see `replace`)."""
    write: dict[str, bytes] = {}
    same: list[str] = []
    issues: list[Issue] = []
    for name, content in sorted(draft.files.items()):
        path = folder.root / name
        if not os.path.lexists(path):
            write[name] = content
        elif path.is_symlink() or not path.is_file() or not _within(folder.root, path):
            issues.append(Issue("IMP-002", Location(name, 1, 1), "this is no plain file", "move it away"))
        elif path.read_bytes() == content:
            same.append(name)
        elif replace or name in draft.grown:
            write[name] = content
        else:
            issues.append(
                Issue(
                    "IMP-003",
                    Location(name, 1, 1),
                    "a different file of this name is there already",
                    "--replace puts the new one in its place",
                )
            )
    if not _within(folder.root, folder.root / sources.DEVICE_TYPES):
        issues.append(
            Issue("IMP-002", Location(sources.DEVICE_TYPES, 1, 1), "it leads out of the folder", "")
        )
    if issues:
        raise SpecError(issues)
    return Change(write, tuple(same))


def lay_down(root: Path, files: Mapping[str, bytes]) -> None:
    """Write all of the files, or, where one cannot be written, none; OSError says why."""
    waiting: dict[Path, Path] = {}
    before: dict[Path, bytes | None] = {}
    try:
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting[path] = _written_beside(path, content)
        for path, beside in waiting.items():
            before[path] = path.read_bytes() if path.exists() else None
            beside.replace(path)
    except BaseException:
        for beside in waiting.values():
            beside.unlink(missing_ok=True)
        for path, content_before in before.items():
            if content_before is None:
                path.unlink(missing_ok=True)
            else:
                _written_beside(path, content_before).replace(path)
        raise


def copy_with(folder: Folder, files: Mapping[str, bytes], into: Path) -> None:
    """The estate as it would be with those files, in a folder of its own."""
    layer = sources.layer_at(folder.root) if folder.root.is_dir() else None
    there = (*folder.files, *folder.device_types)
    for name in there if layer else ():
        if name not in files and layer:
            _put(into / name, sources.content(layer, name))
    for name, content in files.items():
        _put(into / name, content)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _written_beside(path: Path, content: bytes) -> Path:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.")
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), OWNER_ONLY)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(beside)


def _holds_yaml(root: Path) -> bool:
    return any(
        name.endswith(sources.YAML_SUFFIXES)
        for folder, folders, names in os.walk(root)
        for name in names
        if sources.DEVICE_TYPES not in Path(folder).relative_to(root).parts and not name.startswith(".")
    )


def _gather(content: Mapping[str, Any], elements: dict[str, dict[str, Mapping[str, Any]]]) -> None:
    for collection, held in content.items():
        if isinstance(held, dict):
            into = elements.setdefault(collection, {})
            for key, body in held.items():
                for own in _expanded(key):
                    into[own] = body if isinstance(body, dict) else _NOTHING


def _expanded(key: str) -> tuple[str, ...]:
    try:
        return ranges.expand(key)
    except ranges.RangeError:
        return (key,)


def _device_types(layer: sources.Layer) -> dict[str, DeviceType]:
    found: dict[str, DeviceType] = {}
    for name in sources.device_types_beside(layer):
        try:
            content = reading.plain(reading.read(sources.content(layer, name), name, as_text=True))
            found[name] = DeviceType.model_validate(content)
        except (SpecError, ValueError):
            continue
    return found


def _within(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
