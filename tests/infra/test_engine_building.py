"""Building the engine: what is pinned, what is said where it cannot be built, and what is left behind."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from importlib.resources import files
from pathlib import Path

import psutil
import pytest

from infra.engine import Engine, EngineMissing, building, ensure
from infra.engine.building import MODULE, build, go_command
from infra.engine.versions import VERSION
from tests.conftest import requires

CHECKOUT = Path(__file__).resolve().parents[2]


def quiet(_what: str) -> None:
    """No progress."""


@pytest.fixture
def go() -> Path:
    """A Go to build with."""
    found = go_command()
    requires("engine", found=found is not None, reason="there is no Go here")
    return Path(str(found))


def fake_go(folder: Path, body: str) -> dict[str, str]:
    """An environment in which `go` does as that shell script does."""
    folder.mkdir()
    (folder / "go").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "go").chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "THABAT_CACHE": str(folder.parent / "cache")}


def test_sdk_engine_and_go_module_are_of_one_version() -> None:
    required = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"pulumi=={VERSION}" in required
    pinned = re.findall(
        r"github.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", MODULE.joinpath("go.mod").read_text()
    )
    assert pinned == [VERSION, VERSION]


def test_every_module_that_is_required_has_its_sum() -> None:
    required = re.findall(r"^\t(\S+) (v\S+)", MODULE.joinpath("go.mod").read_text(), re.MULTILINE)
    sums = MODULE.joinpath("go.sum").read_text()
    replaced = {"github.com/atotto/clipboard"}
    assert len(required) > 200
    missing = [
        f"{name} {version}" for name, version in required if f"{name} {version}/go.mod h1:" not in sums
    ]
    assert [line for line in missing if line.split()[0] not in replaced] == []


def test_without_go_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(building, "USUAL_PLACE", str(tmp_path / "absent"))
    with pytest.raises(EngineMissing) as missing:
        build(tmp_path, quiet, {"PATH": str(tmp_path)})
    assert "no `go`" in missing.value.reason
    assert "install Go" in missing.value.mend


def test_without_a_network_it_names_a_mirror_and_the_cache(go: Path, tmp_path: Path) -> None:
    known = {
        **os.environ,
        "GOPROXY": "http://127.0.0.1:9",
        "GOMODCACHE": str(tmp_path / "mod"),
        "GOFLAGS": "-mod=mod -modcacherw",
    }
    with pytest.raises(EngineMissing) as missing:
        build(tmp_path, quiet, known)
    assert "cannot be downloaded" in missing.value.reason
    assert "GOPROXY" in missing.value.mend


@pytest.mark.slow
def test_a_module_that_is_not_the_known_one_is_refused(engine: Engine, go: Path, tmp_path: Path) -> None:
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_bytes(MODULE.joinpath("go.mod").read_bytes())
    known = MODULE.joinpath("go.sum").read_text()
    line = re.search(r"github.com/spf13/cobra (v\S+) h1:\S+", known)
    assert line is not None
    (module / "go.sum").write_text(known.replace(line[0], f"github.com/spf13/cobra {line[1]} h1:{'A' * 43}="))
    with pytest.raises(EngineMissing, match="not the one that Thabat knows"):
        build(tmp_path, quiet, os.environ, module)
    assert not (tmp_path / "bin" / "pulumi").exists()


def test_a_go_that_is_too_old_is_told_which_is_needed(tmp_path: Path) -> None:
    # An old Go cannot be had beside the new one; this is what such a one says.
    said = "go: go.mod requires go >= 1.25.11 (running go 1.19.8; GOTOOLCHAIN=local)"
    with pytest.raises(EngineMissing) as missing:
        build(tmp_path, quiet, fake_go(tmp_path / "old", f"echo '{said}' >&2; exit 1"))
    assert "needs 1.25.11" in missing.value.reason
    assert "install Go 1.25.11 or newer" in missing.value.mend


def test_whatever_else_go_says_is_quoted(tmp_path: Path) -> None:
    script = "for n in $(seq 1 40); do echo line-$n >&2; done; exit 2"
    with pytest.raises(EngineMissing) as missing:
        build(tmp_path, quiet, fake_go(tmp_path / "odd", script))
    assert "line-40" in missing.value.reason
    assert "line-28\n" not in missing.value.reason


def test_interrupted_it_leaves_no_process_and_nothing_in_the_cache(tmp_path: Path) -> None:
    known = fake_go(tmp_path / "slow", f"echo $$ > {tmp_path}/pid; sleep 300 & sleep 300")
    known["THABAT_ENGINE_FROM_MODULES"] = "1"
    script = "from infra.engine import ensure; ensure(lambda what, seconds: None)"
    child = subprocess.Popen(
        [sys.executable, "-c", script], env=known, cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    waited = time.monotonic() + 30
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < waited
        time.sleep(0.05)
    go = psutil.Process(int((tmp_path / "pid").read_text()))
    builders = [go, *go.children(recursive=True)]
    child.send_signal(signal.SIGINT)
    child.wait(30)
    _, alive = psutil.wait_procs(builders, timeout=10)
    assert alive == []
    assert [path.name for path in (tmp_path / "cache" / "engine").iterdir()] == [f"{VERSION}.lock"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineMissing, match="cannot be set up in") as missing:
        ensure(lambda what, seconds: None, {"PATH": "", "THABAT_CACHE": str(tmp_path / "file" / "cache")})
    assert "THABAT_CACHE" in missing.value.mend


@pytest.mark.slow
def test_the_engine_builds_from_its_modules_and_answers(engine: Engine, tmp_path: Path) -> None:
    requires("engine", found=engine.origin == "modules", reason="the engine here was not built from modules")
    known = {**os.environ, "THABAT_CACHE": str(tmp_path), "PATH": "/usr/bin:/bin"}
    known["THABAT_ENGINE_FROM_MODULES"] = "1"
    stages: list[str] = []
    built = ensure(lambda what, seconds: stages.append(what), known)
    assert built.version == VERSION
    assert built.folder == tmp_path / "engine" / VERSION / "bin"
    assert stages[-1] == "trying the engine"
    assert ensure(lambda what, seconds: pytest.fail("it is there already"), known) == built
    host = files("infra.engine").joinpath("pulumi-language-python").read_bytes()
    assert (built.folder / "pulumi-language-python").read_bytes() == host
