"""Twelve typical changes of an estate, five of which look harmless and are not: what each is found to do.

`THABAT_REGENERATE=1` writes the expected pages anew; read what changed before it is committed.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.changes.comparison import Comparison, Side, compared
from policies.judging import judge
from policies.outputs.changes import as_markdown
from policies.rules import RULES
from resilience.analysis import analyse
from resilience.headroom import costs, headrooms
from resilience.proof import Part, prove
from resilience.proof_summary import answers
from specs.findings import Severity
from specs.loading import Loaded, load

CASES = Path(__file__).parent / "cases"
NAMES = tuple(sorted(path.stem for path in CASES.glob("*.yaml")))
BASE = Path(__file__).parents[1] / "cases" / "base"
PROVED: tuple[Part, ...] = ("recovery-plans", "data-loss", "dr-capacity")


def side(named: str, loaded: Loaded, parts: Sequence[Part] = PROVED) -> Side:
    analysis = analyse(loaded.estate.as_of(None))
    day = loaded.estate.estate.judged_on
    assert day is not None
    told = answers(analysis.estate, prove(analysis, parts)) if parts else ()
    judgement = judge(loaded, analysis.estate, on=day)
    room, cost = headrooms(analysis), costs(analysis)
    return Side(named, loaded, "today", RULES, judgement, analysis, told, room, cost)


@pytest.fixture(scope="module")
def base() -> Side:
    return side("base", load(BASE))


def changed(name: str, folder: Path) -> Side:
    shutil.copytree(BASE, folder / "base")
    case = shutil.copy(CASES / f"{name}.yaml", folder)
    return side(name, load(Path(case)))


def comparison(name: str, base: Side, folder: Path) -> Comparison:
    return compared(base, changed(name, folder))


@pytest.mark.parametrize("name", NAMES)
def test_the_change_does_exactly_what_is_expected(name: str, base: Side, tmp_path: Path) -> None:
    found = as_markdown(comparison(name, base, tmp_path))
    expected = CASES / f"{name}.md"
    if os.environ.get("THABAT_REGENERATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("harmless-looking")])
def test_what_looks_harmless_speaks_against_the_change(name: str, base: Side, tmp_path: Path) -> None:
    found = comparison(name, base, tmp_path)
    assert found.against(Severity.MEDIUM)
    changed_lines = {line for element in found.elements for line in element.lines}
    told = {line for finding in found.findings for line in finding.lines}
    told |= {line for figure in found.figures for line in figure.lines}
    assert told
    assert told <= changed_lines


@pytest.mark.parametrize("name", ["renamed", "node-added"])
def test_a_harmless_change_has_nothing_against_it(name: str, base: Side, tmp_path: Path) -> None:
    found = comparison(name, base, tmp_path)
    assert not found.empty
    assert found.against(Severity.LOW) == ()
