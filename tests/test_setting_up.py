"""Set-up, CI and container name what is there, and every direct dependency says why it is here."""

import fnmatch
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MAKEFILE = (CHECKOUT / "Makefile").read_text()
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def package(requirement: str) -> str:
    """The package's name at the head of a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def test_every_direct_dependency_has_its_line_of_justification_and_no_other_has() -> None:
    page = (CHECKOUT / "docs" / "dependencies.md").read_text().split("## Beside Python")[0]
    explained = re.findall(r"^\| ([\w.-]+) \| (\S.*\.) \|$", page, re.MULTILINE)
    named = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    named += [line for line in (CHECKOUT / "requirements-dev.in").read_text().split() if line[0] not in "-#"]
    direct = {package(line) for line in named if not line.endswith(".lock")}
    assert sorted(name for name, _ in explained) == sorted(direct)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_package_has_its_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", (CHECKOUT / lock).read_text(), flags=re.MULTILINE)
    pinned = [block for block in blocks if re.match(r"[a-z0-9][\w.-]*==", block)]
    assert len(pinned) > 20
    assert [block for block in pinned if "--hash=sha256:" not in block] == []


def test_the_locks_pin_every_direct_dependency() -> None:
    locked = set(
        re.findall(r"^([a-z0-9][\w.-]*)==", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE)
    )
    assert {package(line).replace(".", "-") for line in PROJECT["dependencies"]} <= locked


def test_ci_calls_a_target_that_there_is_and_demands_every_part() -> None:
    script = (CHECKOUT / ".ci" / "run").read_text()
    called = re.findall(r"^exec make (\w+)", script, re.MULTILINE)
    assert called
    assert set(called) <= TARGETS
    assert "demanded=engine,browser,pdftotext,openssl,ssh\n" in script
    assert "demanded=$demanded,data" in script


def test_no_recipe_calls_make_again() -> None:
    # A dry run executes such lines, and this file's own tests plan every target by a dry run.
    assert "$(MAKE)" not in MAKEFILE


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_can_be_planned(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target, f"PYTHON={sys.executable}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", [".ci/run", "infra/engine/pulumi-language-python", "infra/provider/bin/pulumi-resource-thabat"]
)
def test_what_others_start_is_executable_in_git_and_reads_as_shell(path: str) -> None:
    listed = subprocess.check_output(["git", "ls-files", "--stage", path], cwd=CHECKOUT, text=True)
    assert listed.startswith("100755 ")
    subprocess.run(["sh", "-n", path], cwd=CHECKOUT, check=True)


def test_the_container_copies_what_is_there_and_reaches_the_build() -> None:
    kept = re.findall(r"^!(\S+)", (CHECKOUT / ".dockerignore").read_text(), re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        for source in sources:
            assert (CHECKOUT / source).exists(), source
            assert any(fnmatch.fnmatch(source, pattern) for pattern in kept), source


def test_the_container_holds_every_room_and_starts_the_command() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    config = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    assert copied == set(config["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    (command,) = re.findall(r'^ENTRYPOINT \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert command in PROJECT["scripts"]


def test_the_container_runs_as_a_user_without_privileges() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    user = re.findall(r"^USER (\w+)$", final, re.MULTILINE)
    assert user == ["thabat"]
    assert final.index("USER ") < final.index("ENTRYPOINT")


def test_the_containers_go_is_new_enough_for_the_engine() -> None:
    needed = re.search(
        r"^go (\d+)\.(\d+)", (CHECKOUT / "infra/engine/build/go.mod").read_text(), re.MULTILINE
    )
    given = re.search(r"^FROM golang:(\d+)\.(\d+)", DOCKERFILE, re.MULTILINE)
    assert needed is not None
    assert given is not None
    assert (int(given[1]), int(given[2])) >= (int(needed[1]), int(needed[2]))


DEMANDING = """
import pytest
from tests.conftest import requires

def test_needs_it():
    requires("moon", found=False, reason="there is no moon")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("demanded", "outcome"), [("", "1 skipped"), ("engine,data", "1 skipped"), ("engine, moon", "1 failed")]
)
def test_a_part_that_is_absent_skips_a_test_or_fails_it_where_demanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demanded: str, outcome: str
) -> None:
    (tmp_path / "test_moon.py").write_text(DEMANDING)
    monkeypatch.setenv("THABAT_REQUIRE", demanded)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-ra",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True)
    assert outcome in done.stdout
    assert "there is no moon" in done.stdout
