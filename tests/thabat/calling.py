"""Calls the command in a process of its own, as a user would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def thabat(
    *words: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What it printed and how it ended, with no setting or colour of the tester's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("THABAT_", "FORCE_", "NO_C"))
    }
    return subprocess.run(
        [sys.executable, "-m", "thabat", *words],
        cwd=cwd,
        env={**kept, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
