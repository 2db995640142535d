"""The wheel: it holds every file that Thabat reads, and works in an environment that has no checkout."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from infra.engine import Engine
from tests import wheels
from tests.wheels import CHECKOUT

PACKAGES = ("specs", "resilience", "policies", "infra", "thabat")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without a download."""
    return wheels.built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with that wheel, and the packages that it needs from this one."""
    programs = wheels.environment(tmp_path_factory.mktemp("installed"))
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True)
    return programs


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "THABAT_"))}
    kept |= {name: os.environ[name] for name in ("THABAT_CACHE",) if name in os.environ}
    return subprocess.run(
        command, cwd=folder, env=kept | more, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_it_holds_every_file_of_the_rooms_that_git_knows(wheel: Path) -> None:
    tracked = subprocess.check_output(["git", "ls-files", "-z", *PACKAGES], cwd=CHECKOUT, text=True)
    wanted = {name for name in tracked.split("\0") if name and (CHECKOUT / name).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        assert wanted - set(archive.namelist()) == set()


def test_what_is_started_stays_executable(installed: Path) -> None:
    site = next(installed.parent.glob("lib/python3*/site-packages"))
    for name in ("infra/engine/pulumi-language-python", "infra/provider/bin/pulumi-resource-thabat"):
        assert os.access(site / name, os.X_OK), name


def test_it_judges_a_bundled_estate(installed: Path, tmp_path: Path) -> None:
    where = run([str(installed / "python"), "-P", "-c", "import specs; print(specs.__file__)"], tmp_path)
    assert where.stdout.startswith(str(installed.parent))
    done = run([str(installed / "thabat"), "check", "starter"], tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout


def test_it_provisions_where_there_is_no_checkout(installed: Path, tmp_path: Path, engine: Engine) -> None:
    done = run([str(installed / "thabat"), "up", "starter", "--yes", "--no-policies"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    again = run([str(installed / "thabat"), "preview", "starter", "--no-policies"], tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {path.name for path in tmp_path.iterdir()} == {".thabat"}
