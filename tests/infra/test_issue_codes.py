"""Codes of planning, stacks and observation are explained, and never those of another room."""

import re
from pathlib import Path

from infra.issue_codes import PROVISIONING_CODES
from specs.importing.issue_codes import IMPORT_CODES
from specs.issue_codes import CODES

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "specs" / "planned.py", *(ROOT / "infra").rglob("*.py")]


def test_every_code_that_is_used_is_explained_and_every_explained_one_is_used() -> None:
    used = {
        code
        for path in SOURCES
        if path.name != "issue_codes.py"
        for code in re.findall(r'"([A-Z]{3}-[0-9]{3})"', path.read_text("utf-8"))
    }
    assert used == set(PROVISIONING_CODES)


def test_no_code_means_two_things() -> None:
    assert not set(PROVISIONING_CODES) & (set(CODES) | set(IMPORT_CODES))
