"""Judgements of the estate of the tests, as it is and with something changed."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from policies.judging import judge
from policies.rule import Rule
from policies.rules import RULES
from specs.findings import Judgement
from specs.loading import Loaded, load

BASE = Path(__file__).parent / "cases" / "base"
DAY = date(2026, 11, 1)

Amend = Callable[[str], Loaded]


@pytest.fixture
def amend(tmp_path: Path) -> Amend:
    """Load the estate of the tests with this text laid over it."""

    def amended(text: str) -> Loaded:
        if not (tmp_path / "base").exists():
            copytree(BASE, tmp_path / "base")
        folder = tmp_path / "changed"
        folder.mkdir(exist_ok=True)
        (folder / "estate.yaml").write_text(f"amends: base\n{text}", encoding="utf-8")
        return load(folder)

    return amended


def judged(loaded: Loaded, rules: Sequence[Rule] = RULES, on: date = DAY) -> Judgement:
    """All of the estate, judged by these rules."""
    return judge(loaded, loaded.estate.as_of(None), on=on, rules=rules)
