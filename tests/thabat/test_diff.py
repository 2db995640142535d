"""`thabat diff` on folders and git revisions: what it prints, how it ends, and what it refuses."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import wheels
from tests.policies.conftest import BASE
from tests.published import hold
from tests.thabat.calling import thabat
from tests.wheels import CHECKOUT

DROPPED = ('feeds: ["main-pdu-[1-2]a", "main-pdu-[1-2]b"]', 'feeds: ["main-pdu-[1-2]a"]')


def git(*words: str, cwd: Path) -> str:
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
    names |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    done = subprocess.run(
        ["git", *words], cwd=cwd, env=os.environ | names, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose last commit holds a sound estate, and whose work tree drops a feed."""
    shutil.copytree(BASE, tmp_path / "estates" / "ndc")
    git("init", "--quiet", "--initial-branch=main", cwd=tmp_path)
    git("add", "-A", cwd=tmp_path)
    git("commit", "--quiet", "-m", "estate", cwd=tmp_path)
    drop_a_feed(tmp_path)
    return tmp_path


def drop_a_feed(repository: Path) -> None:
    file = repository / "estates" / "ndc" / "estate.yaml"
    text = file.read_text("utf-8")
    assert DROPPED[0] in text
    file.write_text(text.replace(*DROPPED), encoding="utf-8")


def test_an_estate_does_not_differ_from_itself() -> None:
    found = thabat("diff", str(BASE), str(BASE))
    assert found.returncode == 0
    assert "no difference" in found.stdout


@pytest.mark.parametrize("before", ["main", "HEAD", "main:estates/ndc"])
def test_a_revision_is_held_against_the_work_tree(repository: Path, before: str) -> None:
    found = thabat("diff", before, "estates/ndc", "--without", "all", "-o", "json", cwd=repository)
    assert found.returncode == 1, found.stderr
    hold(found.stdout, "diff")
    told = json.loads(found.stdout)
    assert {one["happened"] for one in told["findings"]} == {"came"}
    assert {one["rule"] for one in told["findings"]} >= {"PWR-001"}
    lines = [line for one in told["elements"] for line in one["fields"]]
    assert {line["after_at"]["file"] for line in lines} == {"estate.yaml"}


def test_two_revisions_are_held_against_each_other(repository: Path) -> None:
    git("commit", "--quiet", "-am", "one cord", cwd=repository)
    found = thabat(
        "diff", "HEAD~1:estates/ndc", "HEAD:estates/ndc", "--without", "all", "--soft-fail", cwd=repository
    )
    assert found.returncode == 0
    assert "PWR-001" in found.stdout


def test_the_proofs_say_which_figures_move(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "base")
    (tmp_path / "slower.yaml").write_text(
        "amends: base\nteams: {operations: {callout: 5 h}}\n", encoding="utf-8"
    )
    found = thabat("diff", "base", "slower.yaml", "--without", "failure-sweep", "-o", "json", cwd=tmp_path)
    moved = {(one["service"], one["question"]): one for one in json.loads(found.stdout)["figures"]}
    figure = moved["services/registry", "RTO site"]
    assert figure["broken"]
    assert figure["after"]["figure"] > figure["before"]["figure"]
    assert [line["fact"] for line in figure["lines"]] == ["teams/operations callout"]
    assert found.returncode == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere", "estates/ndc"), "nowhere"),
        (("main:nowhere", "estates/ndc"), "nowhere"),
        (("nobranch:estates/ndc", "estates/ndc"), "nobranch"),
        (("--upload-pack=x:estates/ndc", "estates/ndc"), "option"),
        (("main:../../etc", "estates/ndc"), "outside"),
        (("main", "estates/ndc", "--without", "nothing"), "nothing"),
        (("main", "estates/ndc", "--phase", "never"), "never"),
    ],
)
def test_what_cannot_be_compared_is_told_and_ends_with_2(
    repository: Path, words: tuple[str, ...], told: str
) -> None:
    found = thabat("diff", *words, cwd=repository)
    assert found.returncode == 2, found.stderr
    assert told.lower() in found.stderr.lower()
    assert "Traceback" not in found.stderr


def test_a_link_out_of_the_repository_is_not_followed(repository: Path) -> None:
    (repository / "estates" / "ndc" / "secrets.yaml").symlink_to("/etc/passwd")
    git("add", "-A", cwd=repository)
    git("commit", "--quiet", "-m", "link", cwd=repository)
    found = thabat("diff", "HEAD", "estates/ndc", cwd=repository)
    assert found.returncode == 2
    assert "root:" not in found.stdout + found.stderr


# The templates


def steps_of(template: str) -> list[str]:
    found = yaml.safe_load((CHECKOUT / "docs" / "examples" / "ci" / template).read_text("utf-8"))
    if template == "gitlab.yml":
        return list(found["estate"]["script"])
    return [step["run"] for step in found["jobs"]["judge"]["steps"] if "run" in step]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An environment without Thabat, and a wheel built here that a step installs it from."""
    folder = tmp_path_factory.mktemp("runner")
    wheels.built(folder / "wheels")
    programs = wheels.environment(folder / "venv")
    variables = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_IGNORE_INSTALLED": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "ESTATE": "estates/ndc",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return folder, variables


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
@pytest.mark.parametrize("template", ["github.yml", "gitlab.yml"])
def test_every_step_of_a_template_runs_and_the_last_one_stops_what_is_wrong(
    template: str, repository: Path, prepared: tuple[Path, dict[str, str]]
) -> None:
    folder, variables = prepared
    base = git("rev-parse", "HEAD", cwd=repository)
    environment = os.environ | variables | {"BASE": base, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    ended = []
    for step in steps_of(template):
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step],
            cwd=repository, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        ended.append(done.returncode)
        assert "Traceback" not in done.stderr
    assert ended == [0] * (len(ended) - 1) + [1]
    told = (repository / "change.md").read_text("utf-8")
    assert "PWR-001" in told
    if template == "github.yml":
        assert (folder / "summary.md").read_text("utf-8") == told
        assert json.loads((repository / "check.sarif").read_text("utf-8"))["version"] == "2.1.0"
    else:
        assert "<testsuite" in (repository / "check.xml").read_text("utf-8")


HOOKS = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_stops_the_commit_of_what_is_wrong_and_no_other(
    hook: dict[str, object], repository: Path
) -> None:
    arguments = hook["args"]
    assert isinstance(arguments, list)
    words = [*str(hook["entry"]).split()[1:], *arguments]
    estate = repository / "estates" / "ndc"
    ended = thabat(*words, cwd=estate)
    assert ended.returncode == (0 if hook["id"] == "thabat-validate" else 1), ended.stderr
    git("checkout", "--quiet", ".", cwd=repository)
    assert thabat(*words, cwd=estate).returncode == 0
