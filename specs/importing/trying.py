"""Whether an estate still loads with what is to be imported, found out before anything is written."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from specs.importing.folder import Folder, copy_with
from specs.issues import Issue, SpecError


def try_out(folder: Folder, files: Mapping[str, bytes]) -> tuple[Issue, ...]:
    """What is wrong with the estate after the import that was wrong before, outside the files imported.

    SpecError where the import itself is to blame: a fault in one of its files, or any fault in an estate that
    loads today.
    """
    if not files:
        return ()
    issues = _issues_with(folder, files)
    ours = [issue for issue in issues if issue.location is None or issue.location.file in files]
    if issues and (ours or (folder.files and not _issues_with(folder, {}))):
        raise SpecError(issues)
    return issues


def _issues_with(folder: Folder, files: Mapping[str, bytes]) -> tuple[Issue, ...]:
    from specs.loading import load

    with tempfile.TemporaryDirectory(prefix=".thabat-", dir=_beside(folder.root)) as beside:
        copy_with(folder, files, Path(beside))
        try:
            load(Path(beside))
        except SpecError as fault:
            return fault.issues
    return ()


def _beside(root: Path) -> Path | None:
    """The folder that the estate lies in, beside whatever it amends; None where that cannot be written."""
    parent = root.resolve().parent
    return parent if parent.is_dir() and os.access(parent, os.W_OK) else None
