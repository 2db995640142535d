"""Runs a program under several hash seeds, which must not change a byte of what it prints."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def same_output(program: str, seeds: Sequence[str]) -> str:
    """What the program prints under each of those seeds; fails where it is not the same under all."""
    found = set()
    for seed in seeds:
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        found.add(run.stdout)
    assert len(found) == 1
    return found.pop()
