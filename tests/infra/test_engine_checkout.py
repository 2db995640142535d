"""The plain `pulumi` command in a checkout: after `thabat env` it works, and the tree stays clean."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.engine import Engine

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    """A checkout of the files that git knows, as they stand now, with the packages of this environment."""
    there = tmp_path_factory.mktemp("it's a") / "checkout"
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=CHECKOUT, text=True).split("\0")
    for name in filter(None, tracked):
        source, copy = CHECKOUT / name, there / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    environment = there / ".venv"
    environment.mkdir()
    ours = Path(sys.prefix)
    shutil.copy(ours / "pyvenv.cfg", environment)
    for folder in ("bin", "lib"):
        (environment / folder).symlink_to(ours / folder)
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "all"],
    ):
        subprocess.run(["git", *command], cwd=there, check=True)
    return there


def run(checkout: Path, script: str, *, folder: str = ".") -> subprocess.CompletedProcess[str]:
    """The script in a shell that knows nothing of Pulumi but what `thabat env` tells it."""
    thabat = shlex.quote(str(checkout / ".venv" / "bin" / "thabat"))
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "THABAT_"))}
    if "THABAT_CACHE" in os.environ:
        known["THABAT_CACHE"] = os.environ["THABAT_CACHE"]
    return subprocess.run(
        [
            "sh",
            "-c",
            f'set -e; eval "$({thabat} env --shell sh)"; export PULUMI_SKIP_CONFIRMATIONS=true; {script}',
        ],
        cwd=checkout / folder,
        env=known,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def tree(checkout: Path) -> str:
    return subprocess.check_output(["git", "status", "--porcelain"], cwd=checkout, text=True)


@pytest.mark.slow
def test_plain_pulumi_plans_makes_and_removes_a_site_and_leaves_the_tree_clean(checkout: Path) -> None:
    done = run(
        checkout,
        "pulumi stack init dr; pulumi config set estate starter; pulumi preview; pulumi up;"
        "pulumi preview --expect-no-changes; pulumi refresh; pulumi destroy; pulumi stack rm",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ndc-dr create" in done.stdout
    assert "warning" not in done.stdout + done.stderr
    assert tree(checkout) == ""


def test_from_a_folder_below_the_state_is_the_checkouts(checkout: Path) -> None:
    done = run(checkout, "pulumi stack init below; pulumi stack ls", folder="specs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "below" in done.stdout
    assert (checkout / ".thabat" / "state" / ".pulumi" / "stacks" / "ndc" / "below.json").is_file()
    assert not (checkout / "specs" / ".thabat").exists()
    assert tree(checkout) == ""


def test_nothing_of_the_state_is_for_others_to_read_or_git_to_take(checkout: Path) -> None:
    assert run(checkout, "pulumi stack init hidden").returncode == 0
    home = checkout / ".thabat"
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "passphrase").stat().st_mode & 0o077 == 0
    ignored = subprocess.run(["git", "check-ignore", "--quiet", ".thabat/passphrase"], cwd=checkout)
    assert ignored.returncode == 0
    assert tree(checkout) == ""


def test_the_plugin_in_the_project_file_starts_from_a_checkout(checkout: Path) -> None:
    wrapper = checkout / "infra" / "provider" / "bin" / "pulumi-resource-thabat"
    with subprocess.Popen(
        [str(wrapper), "127.0.0.1:1"],
        cwd="/",
        env={"PATH": os.defpath},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as plugin:
        assert plugin.stdout is not None
        port = plugin.stdout.readline().strip()
        said = plugin.communicate(timeout=20)
    assert port.isdecimal(), said
