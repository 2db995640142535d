"""What the engine's events come to."""

from typing import Any

from pulumi.automation.events import EngineEvent

from infra.stacks.events import Gathering
from infra.stacks.results import Change, Violation

URN = "urn:pulumi:ndc::ndc::thabat:index:Plan$thabat:estate:Equipment$"


def event(**content: Any) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **content})


def step(op: str, kind: str, name: str, **more: Any) -> EngineEvent:
    metadata = {"op": op, "type": kind, "urn": f"{URN}{kind}::{name}", "provider": "", **more}
    return event(resourcePreEvent={"metadata": metadata})


def gathered(*events: EngineEvent) -> Gathering:
    gathering = Gathering()
    for one in events:
        gathering.take(one)
    return gathering


def test_what_failed_is_no_change() -> None:
    failed = step("create", "thabat:index:Device", "srv-02").resource_pre_event
    assert failed is not None
    urn = {"op": "create", "type": "thabat:index:Device", "urn": failed.metadata.urn, "provider": ""}
    found = gathered(
        step("create", "thabat:index:Device", "srv-01"),
        step("create", "thabat:index:Device", "srv-02"),
        event(resOpFailedEvent={"metadata": urn, "status": 0, "steps": 1}),
    )
    assert found.changes == (Change("devices/srv-01", "create"),)


def stack_ended(old: dict[str, Any], new: dict[str, Any]) -> EngineEvent:
    outputs = {"old": {"outputs": old}, "new": {"outputs": new}}
    metadata = {"op": "same", "type": "pulumi:pulumi:Stack", "urn": "urn:…::s", "provider": "", **outputs}
    return event(resOutputsEvent={"metadata": metadata})


def test_each_resource_is_one_change_and_a_replacement_is_told_once() -> None:
    found = gathered(
        step("create", "thabat:index:Device", "srv-02"),
        step("create-replacement", "thabat:index:Rack", "a-01"),
        step("replace", "thabat:index:Rack", "a-01"),
        step("delete-replaced", "thabat:index:Rack", "a-01"),
        step("update", "thabat:index:Device", "srv-01", detailedDiff={"serial": {"diffKind": "update"}}),
        step("same", "thabat:index:Device", "srv-03"),
        step("create", "thabat:estate:Equipment", "ndc"),
    )
    assert found.changes == (
        Change("devices/srv-01", "update", ("serial",)),
        Change("devices/srv-02", "create"),
        Change("racks/a-01", "replace"),
    )
    assert found.unchanged == 1


def test_a_stack_is_settled_only_when_neither_resources_nor_record_nor_outputs_move() -> None:
    same = {"phase": "phase-1"}
    quiet = step("same", "thabat:index:Device", "srv-01")
    assert gathered(quiet, stack_ended(same, same)).kept
    assert not gathered(quiet).kept
    assert not gathered(quiet, stack_ended(same, {"phase": "phase-2"})).kept
    assert not gathered(step("update", "thabat:index:Plan", "ndc"), stack_ended(same, same)).kept


def policy(message: str, level: str = "mandatory") -> EngineEvent:
    return event(
        policyEvent={
            "message": message,
            "color": "never",
            "policyName": "thabat-mandatory",
            "policyPackName": "thabat",
            "policyPackVersion": "1",
            "policyPackVersionTag": "1",
            "enforcementLevel": level,
        }
    )


def test_what_a_rule_says_is_kept_without_the_policys_description_and_only_mandatory_stops() -> None:
    found = gathered(policy("A rule speaks.\nPWR-001 dual-feed (high): devices/a: one cord.\nMend: add one."))
    assert found.violations == (
        Violation(
            "thabat-mandatory", "mandatory", "PWR-001 dual-feed (high): devices/a: one cord.\nMend: add one."
        ),
    )
    assert found.violations[0].rule == "PWR-001"
    assert found.stopped
    assert not gathered(policy("advice", "advisory")).stopped


def test_control_characters_and_colours_of_a_message_never_reach_a_terminal() -> None:
    found = gathered(
        event(
            diagnosticEvent={
                "message": "<{%fg 1%}>bad\x1b]0;title\x07 name\n",
                "color": "",
                "severity": "error",
            }
        )
    )
    assert found.problems == ("bad\\u001b]0;title\\u0007 name",)


def test_debugging_lines_are_neither_problem_nor_warning() -> None:
    found = gathered(event(diagnosticEvent={"message": "x", "color": "", "severity": "debug"}))
    assert (found.problems, found.warnings) == ((), ())
