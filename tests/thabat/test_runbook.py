"""`thabat runbook`: one scenario or all, to print or for a program, for its owner alone."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.thabat.calling import thabat
from thabat.app import build
from thabat.exits import Stop

app = build()


def test_a_scenario_is_written_to_print(tmp_path: Path) -> None:
    file = tmp_path / "runbook.md"
    done = CliRunner().invoke(
        app, ["runbook", "starter", "--scenario", "sites/main", "-o", f"markdown={file}"]
    )
    assert done.exit_code == 0
    text = file.read_text("utf-8")
    assert text.startswith("# Runbook: Loss of ")
    assert text.count("# Runbook") == 1
    assert "sha256:" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_scenario_all_are_written() -> None:
    done = CliRunner().invoke(app, ["runbook", "starter", "-o", "json"])
    names = [found["scenario"] for found in json.loads(done.stdout)["runbooks"]]
    assert {"sites/main", "cold-start", "ransomware", "failback/main"} <= set(names)
    assert len(names) == len(set(names))


def test_a_scenario_that_is_none_is_told_with_what_was_meant() -> None:
    done = CliRunner().invoke(app, ["runbook", "starter", "--scenario", "sites/mian"])
    assert isinstance(done.exception, Stop)
    assert done.exception.hint == "did you mean `sites/main`?"


@pytest.mark.slow
def test_every_hash_seed_gives_the_same_bytes() -> None:
    found = {
        thabat("runbook", "starter", "-o", "json", variables={"PYTHONHASHSEED": seed}).stdout
        for seed in ("0", "1", "2")
    }
    assert len(found) == 1
    assert json.loads(found.pop())["runbooks"]
