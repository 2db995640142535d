"""What `preview`, `up` and `destroy` show while they work, and how they end when they cannot."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.engine import Engine
from infra.register.errors import RegisterUnreadableError
from infra.stacks.results import Change, Run, StackResult
from infra.stacks.workspace import EngineError
from tests.infra.stacks.places import inputs, keys, make_checkout, write_estate
from thabat import provisioning
from thabat.exits import NOT_EVALUATED, USAGE, Stop
from thabat.output import Output
from thabat.provisioning import Bars, Lines, conclude, confirm, working


def test_bars_go_on_with_each_resource_and_end_full() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen) as progress:
        bars = Bars("up", progress)
        bars.began("ndc", 3)
        bars.began("gone", None)
        bars.advanced("ndc")
        assert progress.tasks[0].completed == 1
        bars.ended(StackResult("ndc", "done"))
        bars.ended(StackResult("gone", "done"))
    assert [(task.completed, task.total) for task in progress.tasks] == [(3, 3), (1, 1)]


def test_off_a_terminal_a_stack_is_a_line_when_it_begins_and_one_when_it_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THABAT_QUIET", "")
    lines = Lines("up")
    lines.began("ndc", 7)
    lines.ended(StackResult("ndc", "done", (Change("racks/a", "create"),), 6))
    assert capsys.readouterr().err.splitlines() == [
        "up: ndc (7 resources) …",
        "up: ndc 1 created, 6 unchanged",
    ]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (EngineError("the stacks cannot be listed: no route to host"), "no route to host"),
        (RegisterUnreadableError("the register is locked", "wait"), "the register is locked"),
        (PermissionError(13, "Permission denied", "/srv/state"), "/srv/state"),
    ],
)
def test_what_keeps_it_from_working_is_said_and_is_never_a_pass(fault: Exception, message: str) -> None:
    with pytest.raises(Stop, match=message) as stop, working():
        raise fault
    assert stop.value.code == NOT_EVALUATED


@pytest.mark.parametrize(
    ("ending", "code"),
    [("done", 0), ("stopped", 1), ("failed", 3), ("not-run", 3), ("locked", 4), ("interrupted", 130)],
)
def test_each_ending_has_its_exit_code(ending: str, code: int, tmp_path: Path) -> None:
    run = Run("up", (StackResult("ndc", ending),))  # type: ignore[arg-type]
    form = Output("json", tmp_path / "out.json")
    assert conclude(run, inputs(write_estate(tmp_path / "estate")), (form,)) == code
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o600


def test_where_nobody_can_answer_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(Stop, match="nobody is there") as stop:
        confirm("Make these changes?", yes=False)
    assert stop.value.code == USAGE
    confirm("Make these changes?", yes=True)


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan"])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(Stop, match="no number of seconds"):
        provisioning._seconds(text)


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no policy pack"):
        provisioning._pack(tmp_path)


def test_an_interrupt_lets_the_engine_finish_what_it_does_and_ends_with_130(
    engine: Engine, tmp_path: Path
) -> None:
    checkout, estate = make_checkout(tmp_path / "checkout"), write_estate(tmp_path / "estate", servers=16)
    command = [sys.executable, "-m", "thabat", "up", "--estate", str(estate), "--yes", "--no-policies"]
    process = subprocess.Popen(
        command, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("up: ndc"):
            break
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    assert not list((checkout / ".thabat" / "state" / ".pulumi" / "locks").rglob("*.json"))
    again = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=300)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(keys(checkout, "devices")) == 16
