"""Estates that come with Thabat."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from specs.issues import Issue, SpecError
from specs.text import did_you_mean

ESTATES: Final = Path(__file__).parent / "estates"
"""Folder of the bundled estates, one subfolder each."""


def bundled(within: Path = ESTATES) -> tuple[str, ...]:
    """Names of the bundled estates, or of copies of them within another folder."""
    if not within.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in within.iterdir() if entry.is_dir()))


def folder_of(name: str) -> Path:
    """The folder of a bundled estate."""
    return ESTATES / name


def find_estate(name_or_path: str) -> Path:
    """The estate at that path, or else the bundled one of that name; SpecError if there is neither."""
    path = Path(name_or_path)
    with suppress(OSError, ValueError):
        if path.exists():
            return path
    if name_or_path in bundled():
        return folder_of(name_or_path)
    message = f"there is no file, folder or bundled estate `{name_or_path}`"
    raise SpecError([Issue("FILE-001", None, message, did_you_mean(name_or_path, bundled()))])
