"""An organisation's own rules: loaded when named, held to what rules owe, and told of by file and line."""

from pathlib import Path
from shutil import copy

import pytest

from policies.own_rules import OwnRules, from_entry_points, from_folder, guarded, rule_book
from policies.rules import RULES
from specs.findings import Verdict
from specs.issues import SpecError
from tests.policies.conftest import Amend, judged

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own-rules"

HEAD = """
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.findings import Severity, Verdict

def asks(id):
    return rule(id, "own", severity=Severity.LOW, title="T", rationale="R", remediation="M", references=())
"""


def own(folder: Path, **files: str) -> OwnRules:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
    return from_folder(folder, RULES)


def issues(folder: Path, **files: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        own(folder, **files)
    return [str(issue) for issue in caught.value.issues]


def judging(folder: Path, amend: Amend, body: str) -> list[str]:
    """What is said when a rule of that body judges."""
    rules = guarded(own(folder, bad=f"@asks('ORG-001')\ndef bad(case):\n{body}\nRULES = (bad,)\n"))
    with pytest.raises(SpecError) as caught:
        judged(amend(""), rules)
    return [str(issue) for issue in caught.value.issues]


def test_the_example_of_the_how_to_judges_carriers_by_their_country(amend: Amend) -> None:
    rules = guarded(from_folder(EXAMPLE, RULES))
    assert [rule.id for rule in rules] == ["ORG-001"]
    text = "vendors: {carrier-a: {country: XA}, carrier-b: {country: XZ}}\n"
    verdicts = {one.element: one.verdict for one in judged(amend(text), rules).outcomes}
    assert set(verdicts.values()) == {Verdict.PASS, Verdict.FAIL}
    assert {one.cause for one in judged(amend(text), rules).having(Verdict.FAIL)} == {"vendors/carrier-b"}


def test_what_the_example_is_not_told_is_unknown_and_never_a_pass(amend: Amend) -> None:
    judgement = judged(amend(""), guarded(from_folder(EXAMPLE, RULES)))
    assert {one.verdict for one in judgement.outcomes} == {Verdict.UNKNOWN}


def test_its_figures_are_set_under_thresholds_and_its_findings_waived_like_any_others(amend: Amend) -> None:
    rules = guarded(from_folder(EXAMPLE, RULES))
    loaded = amend(
        "vendors: {carrier-a: {country: XZ}, carrier-b: {country: XY}}\n"
        "thresholds: {ORG-001: {values: {countries: XZ}, source: Board}}\n"
        "waivers: {line: {rule: ORG-001, elements: [circuits/link-b], reason: Ordered, requester: a, "
        "approver: b, expires: 2027-01-01}}\n"
    )
    found = {one.element: one.verdict for one in judged(loaded, rules).findings}
    assert found.pop("circuits/link-b") is Verdict.WAIVED
    assert set(found.values()) == {Verdict.FAIL}
    assert all(loaded.estate.circuits[name.partition("/")[2]].carrier == "carrier-b" for name in found)


def test_a_file_that_cannot_be_run_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = issues(tmp_path, broken="\nx = 1 / 0\nRULES = ()\n")
    line = (HEAD + "\nx = 1 / 0").count("\n") + 1
    assert f"broken.py:{line}:1: RULE-002" in told
    assert "ZeroDivisionError" in told


def test_a_file_that_is_no_python_is_told_with_line_and_column(tmp_path: Path) -> None:
    (told,) = issues(tmp_path, broken="\ndef x(:\n")
    assert f"broken.py:{(HEAD + chr(10)).count(chr(10)) + 1}:" in told
    assert "SyntaxError" in told


def test_a_file_that_ends_the_program_does_not_end_it(tmp_path: Path) -> None:
    (told,) = issues(tmp_path, broken="raise SystemExit(0)\n")
    assert "SystemExit" in told


@pytest.mark.parametrize("given", ["", "RULES = ()\n", "RULES = 'abc'\n", "RULES = (len,)\n", "RULES = 3\n"])
def test_a_file_that_names_no_rules_is_told(tmp_path: Path, given: str) -> None:
    (told,) = issues(tmp_path, empty=given)
    assert "RULE-003" in told
    assert "empty.py" in told


def test_an_id_that_is_taken_is_refused_by_thabats_own_and_by_each_other(tmp_path: Path) -> None:
    text = "@asks('{}')\ndef one(case):\n    return ()\nRULES = (one,)\n"
    told = issues(tmp_path, a=text.format("PWR-001"), b=text.format("ORG-001"), c=text.format("ORG-001"))
    assert ["RULE-004" in one for one in told] == [True, True]
    assert "PWR-001 is taken by Thabat's own" in told[0]
    assert "ORG-001 is taken by" in told[1]
    assert "b.py" in told[1]


def test_a_control_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    text = (
        "from policies.rule import Reference\n"
        "@rule('ORG-001', 'own', severity=Severity.LOW, title='T', rationale='R', remediation='M',\n"
        "      references=(Reference('nist-800-53', ('AC-2(10)',)), Reference('soc-2', ('CC1',))))\n"
        "def one(case):\n    return ()\nRULES = (one,)\n"
    )
    told = issues(tmp_path, one=text)
    assert "no control AC-2(10)" in told[0]
    assert "withdrawn" in told[0]
    assert "no framework soc-2" in told[1]


def test_all_faulty_files_are_told_at_once(tmp_path: Path) -> None:
    assert len(issues(tmp_path, a="x = 1 / 0\n", b="RULES = ()\n", c="raise KeyError('x')\n")) == 3


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    return 1 / 0", "ZeroDivisionError"),
        ("    yield passes('sites/main', 'x')\n    raise KeyError('nothing')", "KeyError"),
        ("    raise SystemExit(0)", "SystemExit"),
        ("    return ['fine']", "str is no outcome"),
        ("    return None", "TypeError"),
        ("    return [passes('sites', 'x')]", "no collection/id"),
        ("    return [fails('sites/main', 'x', '')]", "how to mend it"),
        ("    return [passes('sites/main', 'x'), passes('sites/main', 'y')]", "answers twice"),
        ("    return [Outcome(Verdict.WAIVED, 'sites/main', 'x')]", "waived is no verdict"),
        ("    return [Outcome('fine', 'sites/main', 'x')]", "fine is no verdict"),
    ],
)
def test_a_rule_that_cannot_judge_stops_everything_and_is_never_a_pass(
    tmp_path: Path, amend: Amend, body: str, told: str
) -> None:
    (said,) = judging(tmp_path, amend, body)
    assert "RULE-006" in said
    assert "ORG-001" in said
    assert "bad.py" in said
    assert told in said


def test_the_line_that_raised_within_a_rule_is_named(tmp_path: Path, amend: Amend) -> None:
    (said,) = judging(tmp_path, amend, "    return 1 / 0")
    line = (HEAD + "@asks('ORG-001')\ndef bad(case):\n").count("\n") + 1
    assert f"bad.py:{line}:1: RULE-006 ORG-001 cannot judge" in said


def test_files_that_begin_with_an_underscore_are_for_the_others_to_import(tmp_path: Path) -> None:
    (tmp_path / "_figures.py").write_text("ID = 'ORG-007'\n", encoding="utf-8")
    text = "from _figures import ID\n@asks(ID)\ndef one(case):\n    return ()\nRULES = (one,)\n"
    assert [rule.id for rule in own(tmp_path, one=text).rules] == ["ORG-007"]
    assert not list(tmp_path.glob("__pycache__"))


@pytest.mark.parametrize("missing", [True, False])
def test_a_folder_that_is_not_there_or_empty_is_an_error_and_not_no_rules(
    tmp_path: Path, missing: bool
) -> None:
    with pytest.raises(SpecError, match="RULE-001"):
        from_folder(tmp_path / "absent" if missing else tmp_path, RULES)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A package as an installer leaves it, beside the module of the example."""
    about = folder / "our_rules-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: our-rules\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text(f"[thabat.rules]\nours = {value}\n", "utf-8")
    copy(EXAMPLE / "carriers.py", folder / "our_carriers.py")
    monkeypatch.syspath_prepend(str(folder))


def test_an_installed_package_gives_its_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "our_carriers:RULES")
    found = from_entry_points(RULES)
    assert [rule.id for rule in found.rules] == ["ORG-001"]
    assert found.origins == ("entry point ours (our_carriers:RULES)",)
    assert len(rule_book(["installed"])) == len(RULES) + 1
    assert rule_book([]) is RULES, "to be installed is not to be asked for"


@pytest.mark.parametrize(
    "value", ["absent_package:RULES", "our_carriers:ABSENT", "our_carriers:carriers_allowed"]
)
def test_an_entry_point_that_leads_nowhere_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    installed(tmp_path, monkeypatch, value)
    with pytest.raises(SpecError, match="entry point ours"):
        from_entry_points(RULES)
