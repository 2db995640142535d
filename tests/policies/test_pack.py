"""The policy pack before the real engine: the plain command stops, and so does Thabat's own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.engine import Engine, environment
from tests.policies.conftest import BASE

CHECKOUT = Path(__file__).resolve().parents[2]
PACK = CHECKOUT / "policies" / "pack"

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path, engine: Engine) -> Path:
    """The project of the checkout, with state of its own, and estates beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(CHECKOUT / "Pulumi.yaml", folder)
    (folder / "infra").symlink_to(CHECKOUT / "infra")
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copytree(BASE, tmp_path / "base")
    return folder


def variables(project: Path, engine: Engine) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "THABAT_"))}
    return {**known, **environment(engine, project / ".thabat", variables=known)}


def run(
    project: Path, engine: Engine, *command: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=project,
        env={**variables(project, engine), **(more or {})},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def changed(project: Path, text: str) -> Path:
    folder = project.parent / "changed"
    folder.mkdir(exist_ok=True)
    (folder / "estate.yaml").write_text(f"amends: base\n{text}", encoding="utf-8")
    return folder


def stack(project: Path, engine: Engine, name: str, estate: Path) -> None:
    for command in (("stack", "init", name), ("config", "set", "estate", str(estate))):
        done = run(project, engine, "pulumi", *command)
        assert done.returncode == 0, done.stdout + done.stderr


def preview(
    project: Path, engine: Engine, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return run(
        project, engine, "pulumi", "preview", "--policy-pack", str(PACK), "--color", "never", more=more
    )


def test_plain_preview_stops_on_a_mandatory_failure_and_says_rule_why_mending_and_line(
    project: Path, engine: Engine
) -> None:
    stack(project, engine, "main", changed(project, "devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n"))
    done = preview(project, engine)
    assert done.returncode != 0
    for told in (
        "[mandatory]  thabat-mandatory  (thabat:index:Device: main-srv-1a)",
        "PWR-001 dual-feed (critical): devices/main-srv-1a",
        "it is fed by main-pdu-1a alone",
        "Mend: Feed it from a PDU of the other path too",
        "At: changed/estate.yaml:2:25",
    ):
        assert told in done.stdout, done.stdout + done.stderr


def test_plain_preview_of_a_good_estate_goes_through(project: Path, engine: Engine) -> None:
    stack(project, engine, "main", changed(project, ""))
    done = preview(project, engine)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "thabat-mandatory" not in done.stdout


def test_plain_preview_stops_on_an_unknown_of_a_mandatory_rule_unless_it_is_allowed(
    project: Path, engine: Engine
) -> None:
    stack(project, engine, "main", changed(project, "power: {main-ups-a: {autonomy: null}}\n"))
    stopped = preview(project, engine)
    assert stopped.returncode != 0
    assert "UNKNOWN PWR-003 ups-redundancy" in stopped.stdout
    allowed = preview(project, engine, {"THABAT_ALLOW_UNKNOWN": "1"})
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    assert "[advisory]" in allowed.stdout


@pytest.mark.parametrize("fault", [True, False], ids=["faulty", "good"])
def test_thabat_preview_judges_every_stack_through_the_automation_api(
    project: Path, engine: Engine, fault: bool
) -> None:
    text = "circuits: {link-b: {carrier: carrier-a}}\n" if fault else ""
    estate, told = changed(project, text), project.parent / "plan.json"
    thabat = str(Path(sys.prefix) / "bin" / "thabat")
    done = run(project, engine, thabat, "preview", str(estate), "-o", f"json={told}")
    assert done.returncode == (1 if fault else 0), done.stdout + done.stderr
    said = told.read_text("utf-8")
    assert json.loads(said)
    assert ("WAN-001" in said) is fault
    assert ("registry" in said and "are all of one carrier" in said) is fault
