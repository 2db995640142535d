"""Files that Thabat writes: whole or not at all, and for their owner alone."""

import os
import tempfile
from pathlib import Path

OWNER_ONLY = 0o600
"""A plan of a nation's data centres is a map of targets."""


def write_whole(path: Path, content: str | bytes) -> None:
    """The content in that file, written beside it, flushed, then put in its place; OSError if it cannot.

    What is there and is no regular file (a device such as `/dev/null`, a pipe) is written to as it stands.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), OWNER_ONLY)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
