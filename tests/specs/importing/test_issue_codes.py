"""Codes of imports: each explained, each used, each in the how-to."""

import re
from pathlib import Path

from specs import importing
from specs.importing.issue_codes import IMPORT_CODES
from specs.issue_codes import CODES

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "import.md"


def test_every_code_is_explained_and_used() -> None:
    used = {
        code
        for path in Path(importing.__path__[0]).glob("*.py")
        if path.name != "issue_codes.py"
        for code in re.findall(r'"([A-Z]+-[0-9]{3})"', path.read_text("utf-8"))
    }
    assert used == set(IMPORT_CODES)
    assert not set(IMPORT_CODES) & set(CODES)
    assert all(one.means.endswith(".") and one.mending.endswith(".") for one in IMPORT_CODES.values())


def test_the_how_to_tells_each() -> None:
    rows = re.findall(r"^\| ([A-Z]+-[0-9]{3}) \| (.*) \| (.*) \|$", HOW_TO.read_text("utf-8"), re.MULTILINE)
    assert rows == [(code, one.means, one.mending) for code, one in IMPORT_CODES.items()]
