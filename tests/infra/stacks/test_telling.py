"""What a run says to a person and to a program."""

import json
from pathlib import Path

import pytest

from infra.stacks.results import Change, LockHolder, Run, StackResult, Violation
from infra.stacks.telling import as_json, as_text
from tests.infra.stacks.places import inputs, write_estate
from tests.published import hold

FINDING = "PWR-001 dual-feed (high): devices/{}: it has one cord.\nMend: plug it into both paths."


def stopped() -> Run:
    return Run(
        "preview",
        (
            StackResult(
                "ndc",
                "stopped",
                (Change("devices/srv-01", "update", ("serial",)), Change("racks/a-01", "create")),
                7,
                violations=(
                    Violation("thabat-mandatory", "mandatory", FINDING.format("srv-01")),
                    Violation("thabat-mandatory", "mandatory", FINDING.format("srv-02")),
                ),
            ),
            StackResult("national", "done", violations=(Violation("p", "advisory", "be brief"),)),
        ),
    )


def test_a_person_sees_which_rule_why_and_how_to_mend_once_for_all_of_a_rule(tmp_path: Path) -> None:
    text = as_text(stopped(), inputs(write_estate(tmp_path)))
    assert "Small · internal · version 7 · as of phase-1" in text
    assert "ndc       stopped by PWR-001 (1 to create, 1 to update, 7 unchanged)" in text
    assert "  ~ devices/srv-01 (serial)" in text
    assert text.count("PWR-001 dual-feed (high)") == 1
    assert "devices/srv-02: it has one cord. (stack ndc)" in text
    assert text.count("Mend: plug it into both paths.") == 1
    assert "Advice (1):" in text
    assert text.endswith("stopped by policies: nothing was made (1 to create, 1 to update)\n")


@pytest.mark.parametrize(
    "run",
    [
        stopped(),
        Run(
            "up", (StackResult("ndc", "locked", holders=(LockHolder("u", "h", 7, "2026-01-01T00:00:00Z"),)),)
        ),
        Run("destroy", (), ("racks/a-01",)),
    ],
)
def test_what_a_program_gets_is_as_published(run: Run, tmp_path: Path) -> None:
    hold(as_json(run, inputs(write_estate(tmp_path)), "1.2.3"), "run")


def test_a_program_gets_everything_with_a_format_version(tmp_path: Path) -> None:
    found = json.loads(as_json(stopped(), inputs(write_estate(tmp_path)), "1.2.3"))
    assert (found["format_version"], found["tool_version"]) == ("1.0", "1.2.3")
    assert found["ending"] == "stopped"
    assert found["counts"] == {"create": 1, "update": 1, "replace": 0, "delete": 0}
    assert found["stacks"][0]["changes"][0] == {
        "element": "devices/srv-01",
        "action": "update",
        "fields": ["serial"],
    }
    assert [(one["rule"], one["level"], one["stacks"]) for one in found["policies"]] == [
        ("PWR-001", "mandatory", ["ndc"]),
        ("PWR-001", "mandatory", ["ndc"]),
        ("p", "advisory", ["national"]),
    ]


@pytest.mark.parametrize(
    ("endings", "whole"),
    [
        (("done", "done"), "done"),
        (("done", "stopped"), "stopped"),
        (("failed", "stopped"), "failed"),
        (("locked", "failed"), "locked"),
        (("interrupted", "locked"), "interrupted"),
        (("done", "not-run"), "not-run"),
    ],
)
def test_the_gravest_ending_is_that_of_the_whole(endings: tuple[str, str], whole: str) -> None:
    results = tuple(StackResult(f"s{index}", ending) for index, ending in enumerate(endings))  # type: ignore[arg-type]
    assert Run("up", results).ending == whole


def test_a_locked_stack_says_who_holds_it(tmp_path: Path) -> None:
    held = StackResult("ndc", "locked", holders=(LockHolder("ana", "ndc-1", 7, "2026-01-01T00:00:00Z"),))
    text = as_text(Run("up", (held,)), inputs(write_estate(tmp_path)))
    assert "ndc  locked by ana@ndc-1 (process 7) since 2026-01-01T00:00:00Z" in text


def test_many_creations_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    changes = tuple(Change(f"devices/srv-{number:03d}", "create") for number in range(100))
    text = as_text(Run("up", (StackResult("ndc", "done", changes),)), inputs(write_estate(tmp_path)))
    assert "+ and 80 more (-o json lists them)" in text
    assert text.endswith("100 created\n")
