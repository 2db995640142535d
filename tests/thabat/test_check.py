"""`thabat check` and `thabat rules`: forms, files, and the number that each ends with."""

import json
import os
import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from policies.rules import RULES
from specs.issues import SpecError
from tests.policies.conftest import BASE
from thabat.check import check
from thabat.exits import Stop
from thabat.rules import app as rules_app

app = typer.Typer()
app.command()(check)

FAULTY = str(BASE.parent / "PWR-001-a-single-cord.yaml")
UNKNOWN = str(BASE.parent / "PWR-003-autonomy-undeclared.yaml")
MEDIUM = str(BASE.parent / "AST-003-contract-slower-than-assumed.yaml")
GOOD = str(BASE)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([GOOD], 0),
        ([FAULTY], 1),
        ([FAULTY, "--fail-on", "critical"], 1),
        ([FAULTY, "--soft-fail"], 0),
        ([MEDIUM], 0),
        ([MEDIUM, "--fail-on", "medium"], 1),
        ([UNKNOWN], 1),
        ([UNKNOWN, "--fail-on", "critical"], 1),
        ([UNKNOWN, "--allow-unknown"], 0),
    ],
)
def test_it_ends_with_1_for_what_fails_and_for_what_a_mandatory_rule_cannot_decide(
    arguments: list[str], code: int
) -> None:
    assert run(*arguments).exit_code == code


def test_a_day_may_be_given_and_moves_what_is_due() -> None:
    done = run(GOOD, "--date", "2027-06-01", "-o", "json")
    late = {one["rule"] for one in json.loads(done.stdout)["findings"]}
    assert done.exit_code == 1
    assert "BKP-003" in late


@pytest.mark.parametrize(
    "arguments", [["--fail-on", "grave"], ["--date", "soon"], ["-o", "csv"], ["--phase", "nine"]]
)
def test_a_wrong_call_is_told_before_anything_is_judged(arguments: list[str]) -> None:
    assert isinstance(run(GOOD, *arguments).exception, Stop)


def test_a_faulty_estate_is_no_estate_to_judge(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("estate: {title: T}\n")
    assert isinstance(run(str(tmp_path)).exception, SpecError)


def test_several_forms_are_written_at_once_each_to_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    forms = ("terminal", "json", "sarif", "junit", "markdown", "github", "oscal")
    asked = [argument for form in forms for argument in ("-o", f"{form}={tmp_path / form}")]
    assert run(FAULTY, *asked).exit_code == 1
    for form in forms:
        assert "PWR-001" in (tmp_path / form).read_text("utf-8")
        assert stat.S_IMODE((tmp_path / form).stat().st_mode) == 0o600
    assert "\x1b" not in (tmp_path / "terminal").read_text("utf-8")


def test_data_goes_to_standard_output_and_all_else_to_standard_error() -> None:
    done = run(FAULTY, "-o", "json")
    assert json.loads(done.stdout)["estate"]["classification"] == "internal"
    assert "findings:" in done.stderr


def test_files_are_named_from_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BASE.parents[1])
    done = run(FAULTY, "-o", "github")
    assert "file=cases/PWR-001-a-single-cord.yaml,line=2,col=25" in done.stdout


def test_colour_only_where_the_terminal_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setitem(os.environ, "TERM", "xterm-256color")
    assert "\x1b[1;31mCRITICAL" in run(FAULTY).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(FAULTY).stdout


def test_rules_lists_every_rule() -> None:
    done = CliRunner().invoke(rules_app, [])
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        one.id for one in RULES
    ]


@pytest.mark.parametrize("name", ["PWR-002", "pwr-002", "PWR-002-path-capacity-n1"])
def test_rules_show_tells_why_figures_controls_and_mending(name: str) -> None:
    done = CliRunner().invoke(rules_app, ["show", name])
    assert done.exit_code == 0
    for told in ("# PWR-002", "## Why", "`derating`: 80 %", "Looked at:", "## How to mend", "be waived?"):
        assert told in done.stdout


def test_rules_show_with_an_estate_tells_how_it_came_out_and_which_fields_it_looked_at() -> None:
    done = CliRunner().invoke(rules_app, ["show", "PWR-001", FAULTY])
    assert done.exit_code == 0
    assert "1 fail, 0 unknown" in " ".join(done.stdout.split())
    assert "- `devices: feeds`: " in done.stdout


def test_rules_show_of_a_rule_that_is_not_there_says_what_was_meant() -> None:
    fault = CliRunner().invoke(rules_app, ["show", "PWR-02"]).exception
    assert isinstance(fault, Stop)
    assert "PWR-002" in fault.hint


def test_rules_as_json_have_their_parameters_and_references() -> None:
    done = CliRunner().invoke(rules_app, ["-o", "json"])
    said = {one["id"]: one for one in json.loads(done.stdout)["rules"]}
    assert said["WAN-003"]["parameters"][0]["default"] == "1 min"
    named = next(one for one in said["PWR-002"]["references"] if one["framework"] == "nist-csf")
    assert named["controls"] == ["PR.IR-04"]
    assert named["parts"][0]["part"]
    assert said["PWR-002"]["waivable"]
    assert not said["DAT-001"]["waivable"]
