"""Which rules judge: own ones by flag or setting, among Thabat's own; a faulty one is never passed over."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from policies.rules import RULES
from specs.issues import SpecError
from tests.policies.conftest import BASE
from thabat.check import check
from thabat.rule_book import rule_book
from thabat.rules import app as rules_app

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own-rules"

app = typer.Typer()
app.command()(check)


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, [str(one) for one in arguments])


def test_nobody_asked_so_thabats_own_rules_judge_alone() -> None:
    assert rule_book() is RULES


def test_own_rules_stand_among_the_others_by_id() -> None:
    ids = [rule.id for rule in rule_book([str(EXAMPLE)])]
    assert ids == sorted([*(rule.id for rule in RULES), "ORG-001"])


def test_a_folder_named_twice_is_read_once() -> None:
    assert len(rule_book([str(EXAMPLE), str(EXAMPLE)])) == len(RULES) + 1


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_a_check_judges_by_them(by: str) -> None:
    arguments = ["--rules", str(EXAMPLE)] if by == "flag" else []
    environment = {"THABAT_RULES": str(EXAMPLE)} if by == "environment" else {}
    done = run(BASE, *arguments, "-o", "json", **environment)
    assert "ORG-001" in {rule["id"] for rule in json.loads(done.stdout)["rules"]}
    assert "ORG-001" in {one["rule"] for one in json.loads(done.stdout)["findings"]}


def test_the_listing_and_the_page_show_them() -> None:
    runner = CliRunner()
    listed = runner.invoke(rules_app, ["--rules", str(EXAMPLE)])
    assert "ORG-001" in listed.stdout
    shown = runner.invoke(rules_app, ["show", "ORG-001", "--rules", str(EXAMPLE)])
    assert "XA, XB" in shown.stdout


def test_a_faulty_one_stops_the_check(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("x = 1 / 0\n", encoding="utf-8")
    done = run(BASE, "--rules", tmp_path)
    assert isinstance(done.exception, SpecError)
    assert done.stdout == ""


def test_nothing_installed_gives_no_rules_and_no_error() -> None:
    assert [rule.id for rule in rule_book(["installed"])] == [rule.id for rule in RULES]
