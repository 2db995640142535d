import json
import re
from pathlib import Path

import pytest

from specs.schema import estate_schema_text
from tests.specs.broken import BROKEN, cases
from tests.thabat.calling import thabat

pytestmark = pytest.mark.slow

HEADER = "estate: {title: Test, owner: Ministry}\n"


def test_a_sound_estate_is_told_on_stderr_alone() -> None:
    done = thabat("validate", str(BROKEN / "sound"))
    assert (done.returncode, done.stdout) == (0, "")
    assert "no issue" in done.stderr


def test_issues_go_to_stdout_with_their_hints_and_a_summary_to_stderr() -> None:
    done = thabat("validate", str(BROKEN / "unknown-keys.yaml"))
    assert done.returncode == 2
    assert "unknown-keys.yaml:3:24: KEY-001 unknown key `jurisdicton` of sites/ndc\n" in done.stdout
    assert "    did you mean `jurisdiction`?\n" in done.stdout
    assert "3 issues in 1 file" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_holds_every_issue_with_its_place() -> None:
    done = thabat("validate", str(BROKEN / "unknown-keys.yaml"), "-o", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 2
    assert told["format_version"] == "1.0"
    assert [issue["line"] for issue in told["issues"]] == [3, 4, 7]
    assert told["issues"][0] == {
        "code": "KEY-001",
        "file": "unknown-keys.yaml",
        "line": 3,
        "column": 24,
        "message": "unknown key `jurisdicton` of sites/ndc",
        "hint": "did you mean `jurisdiction`?",
    }


def test_json_of_a_sound_estate_has_no_issue() -> None:
    done = thabat("validate", str(BROKEN / "sound"), "-o", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"format_version": "1.0", "issues": []})


def test_an_issue_without_a_file_has_no_place_in_json(tmp_path: Path) -> None:
    (tmp_path / "sites.yaml").write_text("sites: {ndc: {role: primary}}\n")
    issue = json.loads(thabat("validate", str(tmp_path), "-o", "json").stdout)["issues"][0]
    assert (issue["code"], issue["file"], issue["line"], issue["column"]) == ("KEY-002", None, None, None)


@pytest.mark.parametrize("name", ["nowhere", "../nowhere", "national/x"])
def test_an_estate_that_is_not_there_is_bad_usage(name: str) -> None:
    done = thabat("validate", name)
    assert done.returncode == 2
    assert "FILE-001" in done.stdout
    assert "Traceback" not in done.stderr


def test_hostile_keys_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(
        HEADER + 'sites: {ndc: {role: primary, "[red]x\\u200b[/red]": 1, ":bomb:\\n{{ 7*7 }}": 2}}\n'
    )
    done = thabat("validate", str(tmp_path))
    assert done.returncode == 2
    assert "unknown key `[red]x\\u200b[/red]` of sites/ndc\n" in done.stdout
    assert "unknown key `:bomb:\\n{{ 7*7 }}` of sites/ndc\n" in done.stdout


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(
        HEADER + 'sites: {"\\e[31mred": {role: primary}}\nteams: {"a\u202eb": {}}\n'
    )
    done = thabat("validate", str(tmp_path))
    assert done.stdout.replace("\n", "").isprintable()
    assert done.stdout.count("TEXT-001") == 2


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False)]
)
def test_colour_is_shown_where_it_is_wanted(environment: dict[str, str], coloured: bool) -> None:
    done = thabat("validate", str(BROKEN / "unknown-keys.yaml"), variables=environment)
    assert bool(re.search("\x1b\\[", done.stdout)) == coloured


def test_quiet_says_nothing_but_the_issues() -> None:
    assert thabat("--quiet", "validate", str(BROKEN / "sound")).stderr == ""


def test_the_estate_comes_from_the_flag_the_environment_or_the_folder(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(HEADER)
    assert thabat("validate", cwd=tmp_path).returncode == 0
    assert thabat("validate", "--estate", str(BROKEN / "empty.yaml"), cwd=tmp_path).returncode == 2
    environment = {"THABAT_ESTATE": str(BROKEN / "empty.yaml")}
    assert thabat("validate", cwd=tmp_path, variables=environment).returncode == 2


def test_no_golden_case_ends_otherwise_than_with_two() -> None:
    told = [thabat("validate", str(case), "-o", "json") for case in cases()[:: len(cases()) // 5]]
    assert all(done.returncode in (0, 2) and json.loads(done.stdout)["format_version"] for done in told)


@pytest.mark.parametrize("amending", [False, True])
def test_the_schema_is_printed_or_written_for_its_owner_alone(tmp_path: Path, amending: bool) -> None:
    options = ["--amending"] if amending else []
    text = estate_schema_text(amending=amending)
    assert thabat("schema", *options).stdout == text
    path = tmp_path / "estate.schema.json"
    assert thabat("schema", *options, "-o", str(path)).returncode == 0
    assert path.read_text("utf-8") == text
    assert path.stat().st_mode & 0o777 == 0o600
