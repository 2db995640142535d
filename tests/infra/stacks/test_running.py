"""Stacks through the real engine: previewed, made, changed, retired, and mended after a kill."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from infra.engine import Engine, environment
from infra.register.register import Register
from infra.register.rows import Element
from infra.stacks.ordering import destroy_all, preview_all, up_all
from infra.stacks.results import Change, Run
from infra.stacks.running import Runner
from infra.verify.verifying import verify
from tests.infra.stacks.places import CHECKOUT, Silence, keys, make_checkout, runner, write_estate

PULUMI_SECONDS = 300


def brought_up(running: Runner) -> Run:
    planned = preview_all(running, Silence())
    assert planned.ending == "done", planned
    return up_all(running, planned, Silence())


def pulumi(engine: Engine, checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The plain command, as a user calls it in a checkout after `eval "$(thabat env)"`."""
    variables = {**os.environ, **environment(engine, checkout / ".thabat")}
    return subprocess.run(
        [str(engine.binary), *arguments, "--non-interactive", "--color", "never"],
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
        timeout=PULUMI_SECONDS,
    )


def thabat(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "thabat", *arguments],
        cwd=checkout,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=PULUMI_SECONDS,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "checkout")


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return write_estate(tmp_path / "estate")


@pytest.fixture(scope="module")
def made(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose stacks were brought up once from `estate` beside it; tests take copies of it."""
    folder = tmp_path_factory.mktemp("made")
    checkout = make_checkout(folder / "checkout")
    run = brought_up(runner(engine, checkout, write_estate(folder / "estate")))
    assert run.ending == "done"
    return folder


@pytest.fixture
def again(made: Path, tmp_path: Path) -> Path:
    """A checkout that was brought up, and its estate in `estate`, to be changed at will."""
    shutil.copytree(made / "estate", tmp_path / "estate")
    shutil.copytree(made / "checkout" / ".thabat", tmp_path / "checkout" / ".thabat")
    make_checkout(tmp_path / "checkout")
    for file in (tmp_path / "checkout" / ".thabat" / "stacks").iterdir():
        text = file.read_text().replace(str(made / "estate"), str(tmp_path / "estate"))
        file.write_text(text)
    return tmp_path


def test_plain_pulumi_sees_no_changes_after_thabat_up_and_one_update_after_one_change(
    engine: Engine, again: Path
) -> None:
    checkout = again / "checkout"
    for stack in ("ndc", "national"):
        seen = pulumi(engine, checkout, "preview", "--stack", stack, "--expect-no-changes")
        assert seen.returncode == 0, seen.stdout + seen.stderr
    text = (again / "estate" / "estate.yaml").read_text()
    (again / "estate" / "estate.yaml").write_text(
        text.replace('serial: "SN-[01-03]"', 'serial: "SN-[01-02,09]"')
    )
    seen = pulumi(engine, checkout, "preview", "--stack", "ndc", "--json")
    changed = [step for step in json.loads(seen.stdout)["steps"] if step["op"] != "same"]
    assert [(step["op"], step["urn"].rpartition("::")[2]) for step in changed] == [("update", "srv-03")]


def test_thabat_sees_no_changes_after_plain_pulumi_up(engine: Engine, checkout: Path, estate: Path) -> None:
    for stack in ("ndc", "drc", "national"):
        assert pulumi(engine, checkout, "stack", "init", stack).returncode == 0
        assert pulumi(engine, checkout, "config", "set", "estate", str(estate)).returncode == 0
        up = pulumi(engine, checkout, "up", "--yes", "--skip-preview")
        assert up.returncode == 0, up.stdout + up.stderr
    planned = preview_all(runner(engine, checkout, estate), Silence())
    assert [result.settled for result in planned.stacks] == [True, True, True]


def test_the_checkout_stays_clean_but_for_its_ignored_folder(made: Path) -> None:
    assert {path.name for path in (made / "checkout").iterdir()} == {
        "Pulumi.yaml", "infra", "policies", ".venv", ".thabat",
    }  # fmt: skip


def test_a_shrunk_estate_retires_and_a_site_that_is_gone_is_retired_whole(
    engine: Engine, again: Path
) -> None:
    checkout = again / "checkout"
    write_estate(again / "estate", servers=2, second_site=False)
    run = brought_up(runner(engine, checkout, again / "estate"))
    assert run.ending == "done"
    assert keys(checkout, "devices") == ["srv-01", "srv-02"]
    assert keys(checkout, "sites") == ["ndc"]
    assert Change("sites/drc", "delete") in run.stacks[0].changes
    with Register.open(checkout / ".thabat" / "register.sqlite") as register:
        assert {row.key for row in register.planned(collection="sites", retired=True)} == {"ndc", "drc"}


def test_the_stacks_of_another_estate_in_the_same_state_are_left_alone(
    engine: Engine, again: Path, tmp_path: Path
) -> None:
    other = write_estate(tmp_path / "other", servers=3, second_site=False)
    planned = preview_all(runner(engine, again / "checkout", other), Silence())
    assert [result.stack for result in planned.stacks] == ["ndc", "national"]


def test_destroy_retires_everything_and_erases_nothing(engine: Engine, again: Path) -> None:
    checkout = again / "checkout"
    run = destroy_all(runner(engine, checkout, again / "estate"), Silence())
    assert [result.stack for result in run.stacks] == ["national", "drc", "ndc"]
    with Register.open(checkout / ".thabat" / "register.sqlite") as register:
        assert register.planned() == ()
        assert len(register.planned(retired=True)) == 11


def test_a_row_deleted_in_the_register_shows_in_verify_and_in_refresh_and_up_makes_it_again(
    engine: Engine, again: Path
) -> None:
    checkout = again / "checkout"
    running = runner(engine, checkout, again / "estate")
    place = checkout / ".thabat" / "register.sqlite"
    with sqlite3.connect(place) as connection:
        connection.execute("DELETE FROM planned WHERE key = 'srv-02'")
    with Register.open(place) as register:
        found = verify(running.inputs, register)
    assert [(one.between, one.kind, one.element) for one in found.differences] == [
        ("told-found", "missing", "devices/srv-02")
    ]
    refresh = pulumi(engine, checkout, "refresh", "--yes", "--skip-preview", "--stack", "ndc")
    assert "srv-02" in refresh.stdout
    assert "1 deleted" in refresh.stdout
    assert brought_up(running).ending == "done"
    assert keys(checkout, "devices") == ["srv-01", "srv-02", "srv-03"]


def test_rows_that_a_killed_run_had_written_are_brought_back_when_the_estate_was_reverted(
    engine: Engine, again: Path
) -> None:
    """Its state was never saved, so neither it nor the estate knows of them."""
    checkout = again / "checkout"
    place = checkout / ".thabat" / "register.sqlite"
    with Register.open(place) as register:
        rows = {row.key: row for row in register.planned("ndc", "devices")}
        changed, gone = rows["srv-01"], rows["srv-02"]
        properties = {**changed.properties, "serial": "WRITTEN-BY-THE-KILLED"}
        register.change(changed.token, Element(changed.urn, "ndc", "devices", "srv-01", properties))
        register.retire(gone.token)
        new = {"key": "srv-09", "model": "server", "role": "server", "rack": "a-02", "site": "ndc"}
        register.create(Element(changed.urn.replace("srv-01", "srv-09"), "ndc", "devices", "srv-09", new))
    run = brought_up(runner(engine, checkout, again / "estate"))
    assert run.ending == "done"
    assert run.retired == ("devices/srv-09",)
    with Register.open(place) as register:
        serials = {row.key: row.properties["serial"] for row in register.planned("ndc", "devices")}
    assert serials == {"srv-01": "SN-01", "srv-02": "SN-02", "srv-03": "SN-03"}


def lock(checkout: Path, stack: str, pid: int, host: str) -> Path:
    """The lock that an engine of that process would hold."""
    folder = checkout / ".thabat" / "state" / ".pulumi" / "locks" / "organization" / "ndc" / stack
    folder.mkdir(parents=True, exist_ok=True)
    since = "2026-01-02T03:04:05.000000000Z"
    file = folder / "11111111-2222-3333-4444-555555555555.json"
    file.write_text(json.dumps({"pid": pid, "username": "ana", "hostname": host, "timestamp": since}))
    return file


def test_a_stack_that_somebody_elsewhere_has_locked_is_left_alone_and_its_holder_named(
    engine: Engine, again: Path
) -> None:
    held = lock(again / "checkout", "ndc", 4711, "elsewhere")
    result = runner(engine, again / "checkout", again / "estate").up("ndc")
    assert result.ending == "locked"
    assert [(one.user, one.host, one.pid) for one in result.holders] == [("ana", "elsewhere", 4711)]
    assert held.exists()


def test_with_a_timeout_a_locked_stack_is_waited_for(engine: Engine, again: Path) -> None:
    held = lock(again / "checkout", "ndc", 4711, "elsewhere")
    running = runner(engine, again / "checkout", again / "estate", timeout=120)
    waited: list[str] = []

    def waiting(stack: str, fault: Exception) -> None:
        waited.append(stack)
        held.unlink()

    running = replace(running, lock_timeout_seconds=120, waiting=waiting)
    assert running.up("ndc").ending == "done"
    assert waited == ["ndc"]


def test_the_lock_of_a_process_that_is_no_more_is_taken_away(engine: Engine, again: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    held = lock(again / "checkout", "ndc", gone.pid, socket.gethostname())
    result = runner(engine, again / "checkout", again / "estate").up("ndc")
    assert result.ending == "done"
    assert not held.exists()
    assert any("took away the lock" in line for line in result.recovered)


def test_thabats_rules_stop_a_plan_and_nothing_is_made(engine: Engine, checkout: Path, estate: Path) -> None:
    ended = thabat(checkout, "up", "--estate", str(estate), "--yes", "-o", "json")
    assert ended.returncode == 1, ended.stderr
    told = json.loads(ended.stdout)
    assert told["ending"] == "stopped"
    mandatory = [one for one in told["policies"] if one["level"] == "mandatory"]
    assert mandatory
    assert all(one["rule"][-3:].isdigit() and "Mend: " in one["message"] for one in mandatory)
    assert not keys(checkout, "devices")


def test_a_faulty_estate_ends_with_2_and_shows_its_issues_with_and_without_thabat(
    engine: Engine, checkout: Path, estate: Path
) -> None:
    with (estate / "estate.yaml").open("a") as file:
        file.write("cables:\n  c: {a: {device: srv-01, port: e0}, b: {device: srv-99, port: e0}}\n")
    ended = thabat(checkout, "up", "--estate", str(estate), "--yes")
    assert ended.returncode == 2
    assert "srv-99" in ended.stderr
    pulumi(engine, checkout, "stack", "init", "ndc")
    pulumi(engine, checkout, "config", "set", "estate", str(estate))
    plain = pulumi(engine, checkout, "preview")
    assert plain.returncode != 0
    assert "srv-99" in plain.stdout
    assert "Traceback" not in plain.stdout + plain.stderr + ended.stderr


def test_without_yes_and_nobody_to_ask_nothing_is_changed(engine: Engine, again: Path) -> None:
    write_estate(again / "estate", servers=2)
    ended = thabat(again / "checkout", "up", "--estate", str(again / "estate"), "--no-policies")
    assert ended.returncode == 2
    assert "--yes" in ended.stderr
    assert keys(again / "checkout", "devices") == ["srv-01", "srv-02", "srv-03"]


def left_behind(home: Path) -> list[int]:
    """Processes that still work for that folder's engine."""
    mark = f"PULUMI_HOME={home / 'pulumi'}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except OSError:
                continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by /proc")
@pytest.mark.parametrize(("before", "after", "seconds"), [(12, 12, 1.0), (16, 4, 2.0), (16, 8, 3.0)])
def test_up_killed_at_any_moment_converges_when_it_is_run_again(
    engine: Engine, again: Path, before: int, after: int, seconds: float
) -> None:
    checkout, estate = again / "checkout", again / "estate"
    home = checkout / ".thabat"
    arguments = [sys.executable, "-m", "thabat", "up", "--estate", str(estate), "--yes", "--no-policies"]
    write_estate(estate, servers=before)
    process = subprocess.Popen(
        arguments, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("up: ndc"):
            break
    time.sleep(seconds)
    process.kill()
    process.communicate()
    write_estate(estate, servers=after)
    ended = thabat(checkout, *arguments[3:])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert keys(checkout, "devices") == [f"srv-{number:02d}" for number in range(1, after + 1)]
    with Register.open(home / "register.sqlite") as register:
        assert verify(runner(engine, checkout, estate).inputs, register).agrees
        assert register.unsettled() == ()
    deadline = time.monotonic() + 20
    while left_behind(home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left_behind(home) == []


def test_two_runs_at_once_are_one_after_the_other_or_the_second_is_told_who_runs(
    engine: Engine, again: Path
) -> None:
    checkout, estate = again / "checkout", again / "estate"
    write_estate(estate, servers=4)
    arguments: Sequence[str] = ("up", "--estate", str(estate), "--yes", "--no-policies")
    first = subprocess.Popen(
        [sys.executable, "-m", "thabat", *arguments],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert first.stderr is not None
    assert any(line.startswith("preview:") for line in first.stderr)
    refused = thabat(checkout, *arguments)
    waited = thabat(checkout, *arguments, "--lock-timeout", "240")
    first.communicate()
    assert refused.returncode == 4
    assert f"process {first.pid}" in refused.stderr
    assert (first.returncode, waited.returncode) == (0, 0)
    assert keys(checkout, "devices") == ["srv-01", "srv-02", "srv-03", "srv-04"]


def test_the_program_of_the_checkout_is_the_one_that_pulumi_runs() -> None:
    assert {path.name for path in (CHECKOUT / "infra" / "program").glob("*.py")} == {
        "__init__.py",
        "__main__.py",
    }
    assert (CHECKOUT / "infra" / "program" / "__init__.py").read_text() == ""
