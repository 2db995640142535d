"""The engine: which one is taken, how it is put in place, and what plain pulumi is told."""

import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from infra.engine import EngineMissing, environment, find, home_folder
from infra.engine.cache import cached, engine_folder, install, locked
from infra.engine.environment import passphrase_file
from infra.engine.versions import LANGUAGE_HOST, VERSION, Engine

Make = Callable[[Path, str], Path]


@pytest.fixture
def cli(tmp_path: Path) -> Make:
    """Writes an executable that answers `pulumi version` as one would."""

    def make(folder: Path, version: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        binary = folder / "pulumi"
        binary.write_text(f"#!/bin/sh\necho '{version}'\n")
        binary.chmod(0o755)
        return binary

    return make


def with_host(binary: Path) -> Path:
    """Put a language host beside a CLI."""
    host = binary.parent / LANGUAGE_HOST
    host.write_text("#!/bin/sh\n")
    host.chmod(0o755)
    return binary


def variables(tmp_path: Path, *folders: Path) -> dict[str, str]:
    return {"THABAT_CACHE": str(tmp_path / "cache"), "PATH": os.pathsep.join(map(str, folders))}


def set_up(tmp_path: Path, make: Make) -> Engine:
    """An engine in the cache of `tmp_path`, as if it had been built."""
    known = variables(tmp_path)
    engine_folder(known).parent.mkdir(parents=True, exist_ok=True)
    return install("modules", lambda folder: void(make(folder / "bin", VERSION)), known)


def void(_value: object) -> None:
    """Nothing, of something."""


@pytest.mark.parametrize("version", ["v3.259.0", "3.260.1", "v3.300.0"])
def test_an_engine_on_path_is_taken_when_it_is_new_enough(tmp_path: Path, cli: Make, version: str) -> None:
    binary = with_host(cli(tmp_path / "vendor", version))
    found = find(variables(tmp_path, tmp_path / "vendor"))
    assert (found.binary, found.version, found.origin) == (binary, version.removeprefix("v"), "path")


@pytest.mark.parametrize("version", ["v3.258.9", "v4.0.0", "v2.25.0", "unknown", ""])
def test_an_engine_on_path_that_is_too_old_or_of_another_major_is_told_and_left(
    tmp_path: Path, cli: Make, version: str
) -> None:
    binary = with_host(cli(tmp_path / "vendor", version))
    with pytest.raises(EngineMissing) as missing:
        find(variables(tmp_path, tmp_path / "vendor"))
    assert str(binary) in missing.value.reason
    assert "thabat env --get" in missing.value.mend


def test_an_engine_on_path_without_a_language_host_is_left(tmp_path: Path, cli: Make) -> None:
    cli(tmp_path / "vendor", VERSION)
    with pytest.raises(EngineMissing, match=f"has no {LANGUAGE_HOST}"):
        find(variables(tmp_path, tmp_path / "vendor"))


def test_the_engine_on_path_goes_before_the_one_that_was_set_up(tmp_path: Path, cli: Make) -> None:
    ours = set_up(tmp_path, cli)
    theirs = with_host(cli(tmp_path / "vendor", "3.261.0"))
    assert find(variables(tmp_path, theirs.parent)).binary == theirs
    assert find(variables(tmp_path)) == ours
    assert find(variables(tmp_path, ours.folder)).origin == "modules"


def test_an_engine_that_was_not_put_in_place_whole_is_none(tmp_path: Path, cli: Make) -> None:
    known = variables(tmp_path)
    cli(engine_folder(known) / "bin", VERSION)
    assert cached(known) is None
    assert set_up(tmp_path, cli).binary == engine_folder(known) / "bin" / "pulumi"


def test_what_fails_while_it_is_set_up_leaves_nothing_behind(tmp_path: Path, cli: Make) -> None:
    known = variables(tmp_path)
    engine_folder(known).parent.mkdir(parents=True)

    def fails(folder: Path) -> None:
        cli(folder / "bin", VERSION)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install("modules", fails, known)
    assert list(engine_folder(known).parent.iterdir()) == []


def test_the_language_host_beside_the_engine_is_this_versions_own(tmp_path: Path, cli: Make) -> None:
    engine = set_up(tmp_path, cli)
    host = engine.folder / LANGUAGE_HOST
    fresh = host.read_bytes()
    host.write_text("#!/bin/sh\nexit 1\n")
    assert cached(variables(tmp_path)) == engine
    assert host.read_bytes() == fresh
    assert os.access(host, os.X_OK)


def test_the_language_host_runs_where_the_environment_says_else_where_it_was_set_up_from(
    tmp_path: Path, cli: Make
) -> None:
    engine = set_up(tmp_path, cli)
    said = tmp_path / "said"
    said.write_text('#!/bin/sh\necho "$0 $*"\n')
    said.chmod(0o755)
    call = [str(engine.folder / LANGUAGE_HOST), "127.0.0.1:1"]

    def answer(python: str) -> subprocess.CompletedProcess[str]:
        known = {"PATH": os.defpath, "THABAT_PYTHON": python}
        return subprocess.run(call, env=known, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    assert answer(str(said)).stdout == f"{said} -P -m infra.language_host 127.0.0.1:1\n"
    recorded = engine.folder.parent / "python"
    assert recorded.read_text() == sys.executable + "\n"
    recorded.write_text(f"{said}\n")
    assert answer("/absent/python").stdout.startswith(str(said))
    recorded.unlink()
    lost = answer("")
    assert lost.returncode == 1
    assert "make setup" in lost.stderr


def _builds_once(cache: str, log: str) -> None:
    known = {"THABAT_CACHE": cache, "PATH": ""}

    def make(folder: Path) -> None:
        with Path(log).open("a") as file:
            file.write("built\n")
        (folder / "bin").mkdir()
        (folder / "bin" / "pulumi").write_text("#!/bin/sh\n")
        (folder / "bin" / "pulumi").chmod(0o755)

    with locked(known, waiting=lambda: None):
        if cached(known) is None:
            install("modules", make, known)


def test_of_several_that_set_up_at_once_one_does_and_the_others_wait(tmp_path: Path) -> None:
    log = tmp_path / "log"
    spawn = multiprocessing.get_context("spawn")
    asked = (str(tmp_path / "cache"), str(log))
    children = [spawn.Process(target=_builds_once, args=asked) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0, 0]
    assert log.read_text() == "built\n"


AWKWARD = ["plain", "with space", "o'clock", 'say "x"', "$HOME `id` \\", "a?b#c%d", "عربي"]


@pytest.mark.parametrize("name", AWKWARD)
def test_the_backend_is_an_absolute_url_of_a_folder_of_ours(tmp_path: Path, cli: Make, name: str) -> None:
    engine = set_up(tmp_path, cli)
    home = tmp_path / name / ".thabat"
    url = urlsplit(environment(engine, home)["PULUMI_BACKEND_URL"])
    assert (url.scheme, url.query, unquote(url.path)) == ("file", "metadata=skip", str(home / "state"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_teams_backend_is_taken_as_it_is(tmp_path: Path, cli: Make) -> None:
    engine = set_up(tmp_path, cli)
    url = "postgres://db.example/pulumi"
    assert environment(engine, tmp_path, state=url)["PULUMI_BACKEND_URL"] == url


def test_the_passphrase_is_random_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for home in (first, second):
        home.mkdir()
    file = passphrase_file(first)
    said = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert passphrase_file(first).read_text() == said
    assert passphrase_file(second).read_text() != said
    assert len(said.strip()) >= 43
    assert [path.name for path in first.iterdir()] == ["passphrase"]


def test_the_engine_stands_first_on_path_once_however_often_it_is_asked(tmp_path: Path, cli: Make) -> None:
    engine = set_up(tmp_path, cli)
    once = environment(engine, tmp_path / "h", variables={"PATH": "/usr/bin:/bin"})["PATH"]
    twice = environment(engine, tmp_path / "h", variables={"PATH": once})["PATH"]
    assert once == twice == f"{engine.folder}:/usr/bin:/bin"


def test_the_state_is_that_of_the_checkout_around(tmp_path: Path) -> None:
    (tmp_path / "checkout" / "specs" / "deep").mkdir(parents=True)
    (tmp_path / "checkout" / "Pulumi.yaml").write_text("name: ndc\n")
    assert home_folder(tmp_path / "checkout" / "specs" / "deep") == tmp_path / "checkout" / ".thabat"
    assert home_folder(tmp_path) == tmp_path / ".thabat"
