"""The five minutes on the starter estate: what the README says of it is so."""

from datetime import date
from pathlib import Path

import pytest

from policies.judging import judge
from specs.findings import Verdict
from specs.issues import SpecError
from specs.loading import load
from thabat.init import init

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def spoilt(folder: Path, line: int, old: str, new: str) -> Path:
    """The starter estate with that done to that line of its file, which the README names by its number."""
    assert f"line {line}" in README
    init(folder)
    file = folder / "estate.yaml"
    lines = file.read_text("utf-8").splitlines()
    assert lines[line - 1].count(old) == 1
    lines[line - 1] = lines[line - 1].replace(old, new)
    file.write_text("\n".join(lines), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "old", "new", "failed", "unknown"),
    [
        (42, ', "[main,dr]-pdu-[1-3]b"', "", {"PWR-001"}, {"PWR-006"}),
        (28, "efficiency: 95 %,", "", set(), {"PWR-002", "PWR-004"}),
        (50, '"carrier-[a,b]"', "carrier-a", {"WAN-001"}, set()),
        (93, "lock: 60 d", "lock: 7 d", {"BKP-002"}, set()),
    ],
)
def test_each_change_finds_what_the_tour_says(
    line: int, old: str, new: str, failed: set[str], unknown: set[str], tmp_path: Path
) -> None:
    loaded = load(spoilt(tmp_path / "my-estate", line, old, new))
    findings = judge(
        loaded, loaded.estate.as_of(None), on=loaded.estate.estate.judged_on or date.min
    ).findings
    assert {one.rule for one in findings if one.verdict is Verdict.FAIL} == failed
    assert {one.rule for one in findings if one.verdict is Verdict.UNKNOWN} == unknown
    assert {one.location.line for one in findings if one.location and one.verdict is Verdict.FAIL} <= {line}
    assert all(rule in README for rule in failed | unknown)


def test_a_misspelled_name_is_told_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as fault:
        load(spoilt(tmp_path / "my-estate", 61, "logs_to: logs", "logs_to: log"))
    (issue,) = fault.value.issues
    assert (issue.code, issue.location and issue.location.line) == ("REF-001", 61)
    assert (issue.message, issue.hint) == ("there is no `log` in platforms", "did you mean `logs`?")
