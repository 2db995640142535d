"""What is told of bundles and stores: published forms, and every code with its meaning."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policies.bundle import custody_telling, telling
from policies.bundle.failing import BUNDLE_CODES, CUSTODY_CODES, failure
from policies.bundle.telling import as_text
from tests.policies.bundle.conftest import Copy
from tests.policies.bundle.made import verified
from tests.published import REFERENCE

HOW_TO = REFERENCE.parent / "how-to" / "evidence.md"


@pytest.mark.parametrize(
    ("name", "schema"), [("evidence", telling.schema()), ("custody", custody_telling.schema())]
)
def test_the_published_form_is_the_one_that_is_written(name: str, schema: dict[str, Any]) -> None:
    published = json.loads((REFERENCE / f"{name}.schema.json").read_text("utf-8"))
    assert published == schema, f"run: python -m policies.bundle.…telling docs/reference/{name}.schema.json"


def test_every_code_says_what_it_means_and_how_to_mend_it() -> None:
    for code in (*BUNDLE_CODES, *CUSTODY_CODES):
        told = failure(code, "a\x1b[2Jb", "x\ny")
        assert (told.file, told.what) == ("a\\u001b[2Jb", "x\\ny")
        assert told.why.endswith(".")
        assert told.mending.endswith(".")


def test_every_code_is_told_by_some_test_and_is_in_the_manual() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    manual = HOW_TO.read_text("utf-8")
    ranges = re.findall(r"EVD-(\d+) … (\d+)", manual)
    shown = {number for first, last in ranges for number in range(int(first), int(last) + 1)}
    shown |= {
        int(number)
        for line in manual.splitlines()
        if line.startswith("| EVD")
        for number in re.findall(r"\d{3}", line.split("|")[1])
    }
    for code in BUNDLE_CODES:
        assert code in tests or f"EVD-02{code[-1]}" == code, code
        assert int(code[4:]) in shown, code
    for code in CUSTODY_CODES:
        assert code in tests, code


def test_a_person_reads_what_failed_why_and_how_to_mend_it(copy: Copy) -> None:
    folder = copy()
    (folder / "plan.json").unlink()
    text = as_text(verified(folder, recomputing=False))
    assert "✗ files: 12 were signed" not in text
    assert "✗ EVD-010 plan.json: " in text
    assert "    A file that was signed is not there.\n    mend: Get the bundle again." in text
    assert text.endswith("The bundle does not hold: 1 found against it.\n")
