from pathlib import Path

import pytest

from specs import reference
from specs.issue_codes import CODES
from specs.model import Estate
from specs.shape import keys_of

PAGES = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_the_reference_is_current(name: str) -> None:
    assert (PAGES / name).read_text("utf-8") == reference.pages()[name], (
        "run: thabat schema --pages docs/reference"
    )


def test_every_code_and_every_collection_has_a_section() -> None:
    pages = reference.pages()
    assert all(f"\n## {code}\n" in pages["issues.md"] for code in CODES)
    assert all(f"\n## `{name}`" in pages["format.md"] for name in Estate.model_fields)


def test_every_key_is_told_with_its_meaning() -> None:
    rows = [line.split(" | ") for line in reference.format_page().splitlines() if line.startswith("| ")]
    assert all(len(row) == 3 and all(cell.strip(" |") for cell in row) for row in rows)
    told = {row[0].strip("| *`") for row in rows}
    for model in (Estate.model_fields[name].annotation for name in ("racks", "devices", "services")):
        assert set(keys_of(model.__args__[1])) <= told  # type: ignore[union-attr]
