"""What is built installs elsewhere and works there, with all its data."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = (
    "policies/pack/PulumiPolicy.yaml",
    "policies/report/templates/page.html.j2",
    "policies/report/templates/style.css",
    "infra/engine/build/go.mod",
    "infra/engine/build/go.sum",
    "infra/engine/pulumi-language-python",
    "infra/register/migrations/env.py",
    "specs/estate.schema.json",
    "specs/estates/national/estate.yaml",
    "specs/estates/national-weaknesses.yaml",
    "specs/estates/starter/device-types/generic-server.yaml",
    "specs/py.typed",
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it, and beside it only what it depends on."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    # The .pth files of a folder that a .pth file names are not read: the checkout does not come along.
    Path(packages.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_COLOR": "1"}
    return subprocess.run(
        [installed / "bin" / "thabat", *words],
        cwd=folder,
        env=bare,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_wheel_holds_its_data(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    assert [name for name in DATA if name not in held] == []
    assert not [name for name in held if name.startswith(("tests/", "benchmarks/")) or "__pycache__" in name]


def test_installed_elsewhere_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "bin" / "python", "-c", "import specs; print(specs.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed))


def test_installed_elsewhere_it_writes_checks_and_reports(installed: Path, tmp_path: Path) -> None:
    for words in (
        ("--version",),
        ("init", "mine"),
        ("validate", "mine"),
        ("check", "mine"),
        ("check", "national-cured"),
        ("report", "mine", "-o", "html=mine.html"),
    ):
        ended = run(installed, tmp_path, *words)
        assert ended.returncode == 0, (words, ended.stderr)
    assert (tmp_path / "mine.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.engine
def test_installed_elsewhere_it_provisions(engine: object, installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "init", "mine").returncode == 0
    for words in (("up", "mine", "--yes"), ("destroy", "mine", "--yes")):
        ended = run(installed, tmp_path, *words)
        assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
