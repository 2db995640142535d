"""What the stacks of an estate are made from."""

from pathlib import Path

import pytest

from infra.stacks.inputs import no_such_stack, read
from specs.issues import SpecError
from tests.infra.stacks.places import write_estate


def test_every_site_has_a_stack_and_what_is_national_comes_last(tmp_path: Path) -> None:
    found = read(str(write_estate(tmp_path)), None)
    assert found.stacks == ("drc", "ndc", "national")
    assert [len(members) for members in found.planned.values()] == [3, 7, 1]
    assert found.outputs("ndc") == {
        "phase": "phase-1",
        "elements": {"devices": 3, "racks": 2, "rooms": 1, "sites": 1},
    }


def test_the_record_of_a_plan_names_the_estate_by_its_absolute_path(tmp_path: Path) -> None:
    write_estate(tmp_path / "mine")
    found = read("mine", "today", base=tmp_path)
    assert found.record("ndc") == {
        "estate": str(tmp_path / "mine"),
        "digest": found.loaded.digest,
        "phase": "today",
        "stack": "ndc",
        "target": "register",
    }
    assert found.name == str(tmp_path / "mine")


@pytest.mark.slow
def test_a_bundled_estate_keeps_its_name_so_that_another_checkout_reads_its_own() -> None:
    assert read("national", None).name == "national"


@pytest.mark.parametrize(
    ("name", "phase", "target", "message"),
    [
        ("nowhere", None, "register", "no file, folder or bundled estate"),
        ("small", "phase-9", "register", "no phase"),
        ("small", None, "the-moon", "nothing can be made in `the-moon`"),
    ],
)
def test_a_call_that_cannot_be_is_refused_in_words(
    tmp_path: Path, name: str, phase: str | None, target: str, message: str
) -> None:
    write_estate(tmp_path / "small")
    with pytest.raises(SpecError, match=message):
        read(name, phase, target, tmp_path)


def test_text_that_the_engine_would_take_for_its_own_is_refused_at_its_line(tmp_path: Path) -> None:
    write_estate(tmp_path)
    with (tmp_path / "estate.yaml").open("a") as file:
        file.write(
            "zones:\n  dmz: {kind: dmz, tags: {4dabf18193072939515e22adb298388d: x, path: /etc/shadow}}\n"
        )
    with pytest.raises(SpecError) as refusal:
        read(str(tmp_path), None)
    assert [(issue.code, str(issue.location)) for issue in refusal.value.issues] == [
        ("PLN-001", "estate.yaml:23:61")
    ]


def test_a_stack_that_the_estate_does_not_have_is_answered_with_the_nearest(tmp_path: Path) -> None:
    fault = no_such_stack(read(str(write_estate(tmp_path)), None), "ndx")
    assert "did you mean `ndc`" in fault.issues[0].hint
