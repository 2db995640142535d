import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.specs import fuzzing

COUNT = int(os.environ.get("THABAT_FUZZ", "2000"))
"""Spoilt estates to read; `THABAT_FUZZ=100000 pytest tests/specs/test_fuzzing.py` reads more."""
AT_A_TIME = 1000


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, COUNT, AT_A_TIME))
def test_no_spoilt_estate_ends_in_a_traceback_or_a_signal(tmp_path: Path, first: int) -> None:
    count = min(AT_A_TIME, COUNT - first)
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "faulthandler",
            "-m",
            "tests.specs.fuzzing",
            str(first),
            str(count),
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=900,
        check=False,
    )
    current = tmp_path / "current"
    where = f"number {current.read_text() if current.exists() else '?'}, files in {tmp_path / 'estate'}"
    assert done.returncode == 0, f"{where}\n{done.stderr[-4000:]}"
    outcomes = json.loads(done.stdout)
    assert sum(outcomes.values()) == count
    assert outcomes["loaded"] > count // 50, "too many are refused to try what comes after reading"
    assert outcomes["refused"] > count // 4


def test_a_number_spoils_an_estate_the_same_way_every_time() -> None:
    estates = fuzzing.corpus()
    assert [fuzzing.spoilt(number, estates) for number in range(50)] == [
        fuzzing.spoilt(number, estates) for number in range(50)
    ]
