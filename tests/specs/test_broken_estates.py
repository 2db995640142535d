import re
from pathlib import Path

import pytest

from specs import reading
from specs.issue_codes import CODES
from specs.issues import SpecError
from specs.loading import load
from tests.specs.broken import BROKEN, cases, expected_of, issues_of

CODE = re.compile(r"[A-Z]+-[0-9]{3}")
TOLD = re.compile(r"(?:\S+:[0-9]+:[0-9]+: )?([A-Z]+-[0-9]{3}) ")
ELSEWHERE = {"FILE-003": "test_a_file_too_large_is_refused_unread"}
"""Codes that no small file can have, and the test here that has them."""


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.stem)
def test_a_broken_estate_gives_its_whole_list_of_issues(case: Path) -> None:
    told = issues_of(case)
    assert told == expected_of(case).read_text("utf-8"), "python -m tests.specs.regenerate writes it anew"
    assert told or case.name == "sound"


def test_there_are_sixty_broken_estates_and_no_expectation_without_one() -> None:
    assert len(cases()) > 60
    assert {path.name for path in BROKEN.glob("*.issues")} == {expected_of(case).name for case in cases()}


def test_every_code_has_a_golden_case_and_every_case_a_known_code() -> None:
    told = {
        found[1]
        for case in cases()
        for line in expected_of(case).read_text("utf-8").splitlines()
        if (found := TOLD.match(line)) is not None
    }
    assert told | set(ELSEWHERE) == set(CODES)
    assert all(CODE.fullmatch(code) for code in CODES)
    assert all(name in globals() for name in ELSEWHERE.values())


def test_every_code_in_the_source_is_explained() -> None:
    sources = Path(reading.__file__).parent
    written = {
        code[1:-1]
        for path in sources.rglob("*.py")
        if "importing" not in path.parts and path.name not in ("issue_codes.py", "planned.py")
        for code in re.findall(r'"[A-Z]+-[0-9]{3}"', path.read_text("utf-8"))
    }
    assert written <= set(CODES), sorted(written - set(CODES))
    assert all(meaning.means.endswith(".") and meaning.mending.endswith(".") for meaning in CODES.values())


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    estate = tmp_path / "estate.yaml"
    with estate.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SpecError) as fault:
        load(estate)
    assert [(issue.code, str(issue.location)) for issue in fault.value.issues] == [
        ("FILE-003", "estate.yaml:1:1")
    ]


def test_issues_stand_in_the_order_of_their_places() -> None:
    for case in cases():
        if case.name != "sound":
            with pytest.raises(SpecError) as fault:
                load(case)
            issues = fault.value.issues
            places = [
                (each.location.file, each.location.line) for each in issues if each.location is not None
            ]
            assert places == sorted(places)
            assert "".join(f"{issue}\n" for issue in issues) == issues_of(case)
