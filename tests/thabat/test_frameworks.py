"""`thabat frameworks`: the lists, a framework control by control, and an estate's evidence in each form."""

import json
from pathlib import Path
from shutil import copytree

import pytest
import typer
from typer.testing import CliRunner, Result

from policies.frameworks import FRAMEWORKS
from policies.frameworks.catalogue import catalogue
from policies.outputs.framework_document import schema
from tests.hash_seeds import same_output
from tests.policies.conftest import BASE
from tests.published import REFERENCE, hold
from thabat.exits import Stop
from thabat.frameworks import app

CASES = BASE.parent
HOSTILE = """
amends: base
attestations:
  awareness:
    by: "</script><script>alert(1)</script> | x"
    statement: "=HYPERLINK(1) `x` [l](javascript:0) @all {{ 7*7 }}"
    controls: {nist-csf: [PR.AT-01]}
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_list_says_how_many_controls_there_are_and_on_how_many_a_rule_bears() -> None:
    rows = json.loads(run("-o", "json").stdout)["frameworks"]
    assert {row["key"]: row["controls"] for row in rows} == {
        key: len(catalogue(key).controls) for key in FRAMEWORKS
    }
    assert all(0 < row["covered"] < row["controls"] for row in rows)
    for key in FRAMEWORKS:
        assert key in run().stdout


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_a_framework_lists_every_control_and_computes_what_no_rule_covers(key: str) -> None:
    text = run("show", key, "-o", "json").stdout
    hold(text, "frameworks")
    document = json.loads(text)
    assert [one["id"] for one in document["controls"]] == list(catalogue(key).controls)
    assert document["estate"] is None
    assert {one["evidence"] for one in document["controls"]} == {None}


def test_the_published_schema_is_current() -> None:
    published = json.loads((REFERENCE / "frameworks.schema.json").read_text("utf-8"))
    wanted = "python -m policies.outputs.framework_document docs/reference/frameworks.schema.json"
    assert published == schema(), f"run: {wanted}"


@pytest.mark.parametrize("key", ["iso-22301", "availability-classes"])
def test_an_estate_gives_each_control_its_evidence(key: str) -> None:
    text = run("show", key, CASES / "PWR-001-a-single-cord.yaml", "-o", "json").stdout
    hold(text, "frameworks")
    document = json.loads(text)
    technical = {one["id"]: one["evidence"]["technical"] for one in document["controls"]}
    assert technical["8.3.4" if key == "iso-22301" else "3.1"] == "contradicts"
    assert bool(document["sites"]) is (key == "availability-classes")


@pytest.mark.parametrize("form", ["terminal", "markdown", "json"])
@pytest.mark.parametrize("key", ["nist-csf", "availability-classes"])
def test_no_form_calls_a_control_met_or_the_estate_certified(key: str, form: str) -> None:
    text = run("show", key, BASE, "--all", "-o", form).stdout.casefold()
    for word in ("certified", "compliant", "is fulfilled", "complies", "tier iii", "passed the"):
        assert word not in text
    assert "it never says that" in " ".join(text.split())


def test_the_terminal_counts_what_there_is_nothing_to_say_of_and_shows_all_of_it_when_asked() -> None:
    short, whole = run("show", "nist-800-53").stdout, run("show", "nist-800-53", "--all").stdout
    assert "controls on which no rule bears" in short
    assert "controls on which no rule bears" not in whole
    assert sum(line.startswith("  · ") for line in whole.splitlines()) == 1007


def test_an_expired_word_is_told_as_unknown_again() -> None:
    text = run("show", "nist-csf", CASES / "GOV-001-ran-out.yaml").stdout
    assert "it ran out and is unknown again" in " ".join(text.split())


def test_what_an_estate_says_is_harmless_in_markdown_and_on_a_terminal(tmp_path: Path) -> None:
    copytree(BASE, tmp_path / "base")
    (tmp_path / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    text = run("show", "nist-csf", tmp_path / "hostile.yaml", "-o", "markdown").stdout
    assert "<script" not in text
    assert "\\[l\\]\\(javascript:0\\)" in text
    assert all(line.count(" | ") == 6 for line in text.splitlines() if line.startswith("| PR.AT-01"))
    assert "\x1b" not in run("show", "nist-csf", tmp_path / "hostile.yaml").stdout


@pytest.mark.parametrize(
    "arguments",
    [["show", "soc-2"], ["show", "nist-csf", "-o", "csv"], ["show", "nist-csf", str(BASE), "--date", "x"]],
)
def test_a_bad_call_ends_with_2(arguments: list[str]) -> None:
    found = run(*arguments).exception
    assert isinstance(found, Stop | typer.TyperException)
    if isinstance(found, Stop):
        assert found.code == 2


@pytest.mark.slow
def test_the_same_bytes_come_out_whatever_the_hash_seed() -> None:
    estate = CASES / "PWR-001-a-single-cord.yaml"
    script = (
        "from typer.testing import CliRunner\n"
        "from thabat.frameworks import app\n"
        "for key in ('nist-csf', 'availability-classes'):\n"
        "    for form in ('json', 'markdown', 'terminal'):\n"
        f"        print(CliRunner().invoke(app, ['show', key, {str(estate)!r}, '-o', form]).stdout)\n"
    )
    assert "contradicts" in same_output(script, ("0", "1", "7"))
