"""`thabat doctor`: what it finds, what it calls missing, and how it ends."""

import json
import os
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from infra.engine import Engine
from infra.engine.cache import engine_folder, install
from infra.engine.environment import passphrase_file
from infra.engine.versions import VERSION
from thabat.doctor import doctor, unmet

app = typer.Typer()
app.command()(doctor)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be called in, on a machine without an engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THABAT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", os.defpath)
    return tmp_path


def ask() -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Exit code, checks by name, and the whole answer."""
    done = CliRunner().invoke(app, ["-o", "json"])
    said = json.loads(done.stdout)
    return done.exit_code, {check["name"]: check for check in said["checks"]}, said


def engine_that(script: str) -> None:
    """Set up an engine whose language host is what that shell script does."""

    def make(folder: Path) -> None:
        (folder / "bin").mkdir()
        for name, text in (("pulumi", "echo v3.259.0"), ("pulumi-language-python", script)):
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / "bin" / name).chmod(0o755)

    engine_folder().parent.mkdir(parents=True)
    install("installer", make, os.environ)


def test_without_an_engine_it_says_how_to_get_one_and_ends_with_3(here: Path) -> None:
    code, checks, said = ask()
    assert (code, said["ready"], said["format_version"]) == (3, False, "1.0")
    assert checks["engine"]["state"] == "missing"
    assert checks["engine"]["mend"] == "thabat env --get"
    assert VERSION in checks["engine"]["found"]
    assert "language host" not in checks
    assert checks["python"]["state"] == checks["packages"]["state"] == checks["state"]["state"] == "ok"


def test_it_changes_nothing(here: Path) -> None:
    ask()
    assert list(here.iterdir()) == []


def test_a_language_host_that_does_not_start_is_told_with_its_last_words(here: Path) -> None:
    engine_that("echo 'no module named infra' >&2; exit 1")
    code, checks, _ = ask()
    assert code == 3
    assert checks["engine"]["state"] == "ok"
    assert checks["language host"]["state"] == "wrong"
    assert checks["language host"]["found"] == "no module named infra"


def test_only_what_is_required_decides(here: Path) -> None:
    engine_that("echo 4711; cat >/dev/null")
    code, checks, said = ask()
    assert code == 0, said
    assert said["ready"]
    assert {name for name, check in checks.items() if not check["required"]} == {
        "go", "git", "make", "chromium",
    }  # fmt: skip


def test_a_passphrase_that_others_may_read_is_wrong_and_the_mending_mends_it(here: Path) -> None:
    engine_that("echo 4711; cat >/dev/null")
    (here / ".thabat").mkdir(mode=0o700)
    passphrase_file(here / ".thabat").chmod(0o644)
    code, checks, _ = ask()
    assert (code, checks["state"]["state"]) == (3, "wrong")
    assert os.system(checks["state"]["mend"]) == 0
    assert ask()[0] == 0


def test_a_state_folder_that_cannot_be_used_is_wrong(here: Path) -> None:
    (here / ".thabat").write_text("a file stands where the folder belongs")
    _, checks, _ = ask()
    assert checks["state"]["state"] == "wrong"


def test_the_engine_of_this_machine_and_its_language_host_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, checks, said = ask()
    assert code == 0, said
    assert str(engine.binary) in checks["engine"]["found"]
    assert checks["language host"]["state"] == "ok"


def test_the_terminal_form_names_each_thing_and_what_mends_it(here: Path) -> None:
    done = CliRunner().invoke(app, [])
    assert done.exit_code == 3
    assert "MISS  engine" in done.stdout
    assert "mend it: thabat env --get" in done.stdout


@pytest.mark.parametrize(
    ("requirement", "fault"),
    [
        ("no-such-package>=1", "no-such-package is not installed"),
        ("pulumi==3.259.0", ""),
        ("pulumi==3.258.0", f"pulumi is {metadata.version('pulumi')}, not ==3.258.0"),
        ("pulumi>=3,<4", ""),
        ("pulumi>=3,<3.100", f"pulumi is {metadata.version('pulumi')}, not <3.100"),
        ("pydantic>=99", f"pydantic is {metadata.version('pydantic')}, not >=99"),
    ],
)
def test_a_package_is_held_against_its_bounds(requirement: str, fault: str) -> None:
    assert unmet(requirement) == fault
