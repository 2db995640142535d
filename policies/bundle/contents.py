"""Files of an estate and where they lie within a bundle, so that it loads there as it did at home."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from specs.bundled import ESTATES
from specs.issues import Issue, SpecError
from specs.loading import Loaded, load
from specs.sources import Layer, content

OWN: Final = "specs/own"
"""Folder of the estate and of those beside it that it amends."""
BUNDLED: Final = "specs/bundled"
"""Folder of the estates that come with Thabat, as far as they are amended."""
ROOT: Final = f"{OWN}/_estate"
"""The estate itself, where it is a folder; no estate beside it can have that name."""

_BUNDLED_MARK: Final = "bundled:"


def specs_of(loaded: Loaded, single: str | None) -> Iterator[tuple[str, bytes]]:
    """Path within the bundle and bytes of every file that the estate was read from.

    `single` is the file's name, where the estate is one file. SpecError where files were changed since they
    were read.
    """
    digests: list[str] = []
    for shown in loaded.files:
        folder, name = _where(loaded, shown, single)
        data = content(Layer(folder, shown.removesuffix(name)), name)
        digests.append(f"{shown}\0{hashlib.sha256(data).hexdigest()}\n")
        yield packed_name(shown, single), data
    if loaded.digest != f"sha256:{hashlib.sha256(''.join(digests).encode()).hexdigest()}":
        message = "the estate was changed while it was being packed"
        raise SpecError([Issue("FILE-001", None, message, "pack it again")])


def packed_name(shown: str, single: str | None) -> str:
    """Where a file lies within the bundle, by its name in messages.

    >>> packed_name("sites/ndc.yaml", None), packed_name("../national/estate.yaml", None)
    ('specs/own/_estate/sites/ndc.yaml', 'specs/own/national/estate.yaml')
    >>> packed_name("bundled:national/wan.yaml", None), packed_name("my.yaml", "my.yaml")
    ('specs/bundled/national/wan.yaml', 'specs/own/my.yaml')
    """
    if shown.startswith(_BUNDLED_MARK):
        return f"{BUNDLED}/{shown.removeprefix(_BUNDLED_MARK)}"
    if shown.startswith("../"):
        return f"{OWN}/{shown.removeprefix('../')}"
    return f"{OWN}/{shown}" if single is not None else f"{ROOT}/{shown}"


def root_of(single: str | None) -> str:
    """What is to be loaded: the estate's folder within the bundle, or its file."""
    return f"{OWN}/{single}" if single is not None else ROOT


def reloaded(folder: Path, root: str) -> Loaded:
    """The estate as the files in a bundle's folder say it; SpecError where they do not."""
    return load(folder / root, folder / BUNDLED)


def _where(loaded: Loaded, shown: str, single: str | None) -> tuple[Path, str]:
    """The folder that a file was read from, and its path in it."""
    if shown.startswith(_BUNDLED_MARK):
        folder, _, name = shown.removeprefix(_BUNDLED_MARK).partition("/")
        return ESTATES / folder, name
    if shown.startswith("../"):
        folder, _, name = shown.removeprefix("../").partition("/")
        return (loaded.root.parent / folder).resolve(), name
    return loaded.root, shown
