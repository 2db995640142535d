"""All that the command writes: the same bytes twice, no secret of the machine, nothing hostile of a spec.

One estate whose names are hostile, two runs of each command under different hash seeds, with secrets planted
in the environment; every file and stream is then searched.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.policies.conftest import BASE
from tests.thabat.calling import thabat

pytestmark = pytest.mark.slow

CANARY = "canary-5f1d9a7e"
PLANTED = {
    name: f"{CANARY}-{number}"
    for number, name in enumerate(
        (
            "AWS_SECRET_ACCESS_KEY",
            "PULUMI_ACCESS_TOKEN",
            "PULUMI_CONFIG_PASSPHRASE",
            "THABAT_EVIDENCE_PASSPHRASE",
            "OS_PASSWORD",
            "PGPASSWORD",
            "GITHUB_TOKEN",
        )
    )
}
SCRIPT = "<script>alert(1)</script>"
TURNS = "\u202e"
HOSTILE = f"""\
amends: base
estate: {{title: "{SCRIPT} {{{{ 7*7 }}}}"}}
services:
  registry: {{name: {{en: "=HYPERLINK(1) {SCRIPT} {{{{ 7*7 }}}}", ar: "{SCRIPT}"}}}}
  portal: {{name: {{en: "{"long " * 2000}", ar: "طويل"}}}}
devices:
  main-srv-1a: {{feeds: [main-pdu-1a], serial: "+cmd|' /C calc'!A0"}}
teams:
  operations: {{name: "@SUM(1) {SCRIPT}"}}
"""

COMMANDS: dict[str, tuple[str, ...]] = {
    "check": (
        "check", "{estate}", "-o", "terminal", "-o", "json={out}/a.json", "-o", "sarif={out}/a.sarif",
        "-o", "junit={out}/a.xml", "-o", "markdown={out}/a.md", "-o", "github={out}/a.txt",
    ),
    "validate": ("validate", "{estate}", "-o", "json"),
    "diff": (
        "diff", "{base}", "{estate}", "--without", "all", "-o", "terminal", "-o", "json={out}/a.json",
        "-o", "markdown={out}/a.md", "-o", "sarif={out}/a.sarif", "-o", "github={out}/a.txt",
    ),
    "frameworks": ("frameworks", "show", "nist-csf", "{estate}", "-o", "terminal", "-o", "json={out}/a.json"),
    "score": ("rules", "score", "{estate}", "--each", "1", "-o", "terminal", "-o", "json={out}/a.json"),
    "prove": ("prove", "{estate}", "-o", "terminal", "-o", "json={out}/a.json", "-o", "markdown={out}/a.md"),
    "export": ("export", "all", "{estate}", "-d", "{out}/all"),
    "report": ("report", "{estate}", "--for", "engineer", "-o", "html={out}/a.html", "-o", "pdf={out}/a.pdf"),
    "report-decision": ("report", "{estate}", "--for", "decision-maker", "-o", "html={out}/a.html"),
    "report-compliance": ("report", "{estate}", "--for", "compliance", "-o", "html={out}/a.html"),
    "report-partner": ("report", "{estate}", "--for", "partner", "-o", "html={out}/a.html"),
    "layers": ("layers", "{estate}", "--layers", "declared,planned", "-o", "json={out}/a.json"),
    "runbook": ("runbook", "{estate}", "--scenario", "sites/main"),
}  # fmt: skip
"""By name: the words of a command; `{estate}` is the hostile estate, `{base}` the sound one."""


@pytest.fixture(scope="module")
def estates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sound estate and the hostile one."""
    folder = tmp_path_factory.mktemp("estates")
    shutil.copytree(BASE, folder / "base")
    (folder / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    return folder


def run(words: tuple[str, ...], estates: Path, out: Path, seed: int) -> dict[str, bytes]:
    """Every stream and file that the command wrote, by name."""
    out.mkdir()
    places = {"estate": "hostile.yaml", "base": "base", "out": str(out)}
    done = thabat(
        *(word.format(**places) for word in words),
        cwd=estates,
        variables={**PLANTED, "PYTHONHASHSEED": str(seed)},
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    files = (file for file in sorted(out.rglob("*")) if file.is_file())
    found = {str(file.relative_to(out)): file.read_bytes() for file in files}
    return {**found, "stdout": done.stdout.encode(), "stderr": done.stderr.encode()}


@pytest.mark.parametrize("name", COMMANDS)
def test_two_runs_write_the_same_and_nothing_that_harms(name: str, estates: Path, tmp_path: Path) -> None:
    first = run(COMMANDS[name], estates, tmp_path / "first", 1)
    second = run(COMMANDS[name], estates, tmp_path / "second", 2)
    del first["stderr"], second["stderr"]
    assert second == first
    for where, content in first.items():
        assert CANARY.encode() not in content, where
        assert TURNS.encode() not in content, where
        assert where.endswith(".pdf") or b"\x1b" not in content, where
        if where.endswith((".html", ".md", ".xml")) or name == "runbook":
            assert b"<script>alert" not in content, where
        if where.endswith(".csv"):
            assert not re.search(rb'(?m)(^|,)"?[=+@]', content), where
