"""The engine's calls over a real channel: what is refused, what is written, what is said."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2

from infra.provider.values import OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN, from_struct, to_struct
from infra.register import Register
from specs.tokens import TOKENS as COLLECTION_TOKENS
from tests.infra.provider.asking import Asking, asking

DEVICE = {"key": "d", "model": "m", "rack": "r1", "ports": {"eth0": "cables/c"}}


def rack(key: str, **positions: int) -> dict[str, Any]:
    holds = {name: {"position": unit, "height": 1, "face": "front"} for name, unit in positions.items()}
    return {"key": key, "units": 42, "holds": holds}


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """The status and sentence that a call ends with."""
    with pytest.raises(grpc.RpcError) as fault:
        call()
    ending: Any = fault.value
    return ending.code(), str(ending.details())


# Check.


def test_a_sound_element_passes_with_its_inputs_as_they_are(ask: Asking) -> None:
    assert ask.check("devices", "d", {**DEVICE, "name": {"ar": "خادم"}, "anything": [1, 2.5, None]}) == []


@pytest.mark.parametrize("key", [None, "", 7, UNKNOWN])
def test_an_element_without_a_key_is_refused(ask: Asking, key: Any) -> None:
    assert ask.check("devices", "d", {"key": key}) == [
        "key: is missing or no text; give the element's id in the estate"
    ]


def test_a_type_that_is_none_of_ours_is_refused_with_the_nearest(ask: Asking) -> None:
    request = provider_pb2.CheckRequest(
        urn="urn:pulumi:ndc::ndc::thabat:index:Rck::r", type="thabat:index:Rck", news=to_struct({"key": "r"})
    )
    failures = ask.stub.Check(request).failures
    assert [failure.reason for failure in failures] == [
        "thabat:index:Rck is no type of this provider; did you mean `thabat:index:Rack`?"
    ]


@pytest.mark.parametrize(
    "secret",
    [{SIGNATURE: SECRET, "value": "hunter2"}, {SIGNATURE: OUTPUT, "value": "hunter2", "secret": True}],
)
def test_a_secret_is_refused_by_its_path_and_never_repeated(ask: Asking, secret: dict[str, Any]) -> None:
    failures = ask.check("devices", "d", {**DEVICE, "access": [{"password": secret}]})
    assert len(failures) == 1
    assert failures[0].startswith("access[0].password: is a secret, and no property may be one")
    assert "hunter2" not in failures[0]


def test_a_reference_to_a_resource_is_refused(ask: Asking) -> None:
    failures = ask.check("devices", "d", {**DEVICE, "rack": {SIGNATURE: RESOURCE, "urn": "u"}})
    assert failures == ["rack: is a file or a resource, not a value; give its name, or the value in it"]


def test_what_cannot_be_within_an_element_is_refused_before_anything_is_made(ask: Asking) -> None:
    assert ask.check("racks", "r1", rack("r1", a=3, b=3)) == [
        "holds.b: b and a both take unit 3 (front) of rack r1; move one of the two"
    ]


def test_two_resources_of_a_stack_that_want_one_address_are_told_without_any_register(
    ask: Asking, register_file: Path
) -> None:
    assert ask.check("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}}) == []
    assert ask.check("networks", "n2", {"key": "n2", "assigned": {"192.0.2.1": "b"}}) == [
        'assigned["192.0.2.1"]: address 192.0.2.1 (routing table default) is wanted for b by networks/n2 '
        "and for a by networks/n1, both of stack ndc; give one of networks/n2 and networks/n1 another place"
    ]
    assert not register_file.exists()


def test_checking_a_resource_again_is_not_a_conflict_with_itself(ask: Asking) -> None:
    for _ in range(2):
        assert ask.check("racks", "r1", rack("r1", a=3)) == []
    assert ask.check("racks", "r1", rack("r1", b=3)) == []
    assert ask.check("racks", "r2", rack("r2", a=3)) == []


def test_one_element_planned_twice_in_a_stack_is_told(ask: Asking) -> None:
    assert ask.check("devices", "x", DEVICE) == []
    failures = ask.check("devices", "y", {"key": "d"})
    assert len(failures) == 1
    assert failures[0].startswith("key: devices/d is planned twice in stack ndc: by ")


def test_a_table_that_is_not_known_yet_is_not_judged(ask: Asking) -> None:
    half = {"key": "r1", "units": 42, "holds": {"a": {"position": UNKNOWN}, "b": {"position": 99}}}
    assert ask.check("racks", "r1", half) == []


def test_many_conflicts_are_told_by_five_and_a_count(ask: Asking) -> None:
    addresses = {f"192.0.2.{number}": "a" for number in range(1, 21)}
    ask.check("networks", "n1", {"key": "n1", "assigned": addresses})
    failures = ask.check("networks", "n2", {"key": "n2", "assigned": addresses})
    assert len(failures) == 5
    assert "(and 15 more)" in failures[-1]


def test_a_check_makes_no_register(ask: Asking, register_file: Path) -> None:
    ask.check("racks", "r1", rack("r1", a=1))
    ask.create("racks", "r1", rack("r1", a=1), preview=True)
    assert not register_file.exists()


def test_a_preview_writes_nothing(ask: Asking, register: Register) -> None:
    ident = ask.create("devices", "d", DEVICE)
    before = (register.planned(retired=True), register.history())
    assert ask.create("devices", "e", {**DEVICE, "key": "e"}, preview=True) == ""
    ask.update("devices", "d", ident, {**DEVICE, "serial": "S"}, preview=True)
    ask.check("devices", "d", DEVICE)
    ask.diff("devices", "d", DEVICE, {**DEVICE, "serial": "S"})
    ask.read("devices", "d", ident, DEVICE)
    assert (register.planned(retired=True), register.history()) == before


def test_the_database_library_is_loaded_only_when_there_is_a_register() -> None:
    loaded = "import infra.provider.__main__, sys; print('sqlalchemy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


# Against other stacks.


def test_what_another_estates_stack_holds_is_refused_at_check_and_at_create(
    ask: Asking, register_file: Path
) -> None:
    ask.plan("/estates/one")
    ask.create("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}})
    with asking(register_file, "dr") as other:
        wanted = {"key": "n2", "assigned": {"192.0.2.1": "b"}}
        for estate in (None, "/estates/two"):
            if estate is not None:
                other.plan(estate)
            (failure,) = other.check("networks", "n2", wanted)
            assert failure.startswith(
                'assigned["192.0.2.1"]: address 192.0.2.1 (routing table default) is wanted for device b by '
                "networks/n2 (stack dr) and held for device a by networks/n1 (stack ndc, since "
            )
            assert "run `pulumi up` of ndc first" in failure
        status, said = refused(lambda: other.create("networks", "n2", wanted))
        assert status is grpc.StatusCode.FAILED_PRECONDITION
        assert "networks/n1 (stack ndc" in said


def test_devices_are_swapped_between_stacks_of_one_estate_in_either_order(
    ask: Asking, register_file: Path, register: Register
) -> None:
    ask.plan("/e")
    one = ask.create("racks", "r1", rack("r1", a=1))
    device = ask.create("devices", "a", {**DEVICE, "key": "a"})
    with asking(register_file, "dr") as other:
        other.plan("/another/checkout/e")
        assert other.check("racks", "r2", rack("r2", a=1)) == []
        other.create("racks", "r2", rack("r2", a=1))
        assert other.check("devices", "a", {**DEVICE, "key": "a", "rack": "r2"}) == []
        other.create("devices", "a", {**DEVICE, "key": "a", "rack": "r2"})
    assert {half.listed_by for half in register.unsettled()} == {"racks/r1", "devices/a"}
    ask.configure(register=str(register_file))
    ask.plan("/e")
    assert ask.check("racks", "r1", rack("r1", b=1)) == []
    ask.update("racks", "r1", one, rack("r1", b=1))
    ask.delete("devices", "a", device)
    assert register.unsettled() == ()


def test_a_stack_that_still_plans_what_another_has_taken_is_told(ask: Asking, register_file: Path) -> None:
    ask.plan("/e")
    ask.create("racks", "r1", rack("r1", a=1))
    with asking(register_file, "dr") as other:
        other.plan("/e")
        other.create("racks", "r2", rack("r2", a=1))
    ask.configure(register=str(register_file))
    ask.plan("/e")
    (failure,) = ask.check("racks", "r1", rack("r1", a=1))
    assert failure.startswith(
        "holds.a: the place of device a is wanted for racks/r1 (stack ndc) and held for racks/r2 (stack dr"
    )
    assert "stack dr took it since: plan it in one stack only" in failure


# Within a stack.


def test_a_renamed_network_takes_over_from_the_one_that_is_about_to_go(
    ask: Asking, register: Register
) -> None:
    old = ask.create("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}})
    ask.configure(register=register.location)
    assert ask.check("networks", "n2", {"key": "n2", "assigned": {"192.0.2.1": "a"}}) == []
    ask.create("networks", "n2", {"key": "n2", "assigned": {"192.0.2.1": "a"}})
    ask.delete("networks", "n1", old)
    assert register.unsettled() == ()
    assert [row.key for row in register.planned()] == ["n2"]


def test_an_address_that_a_checked_neighbour_keeps_is_not_taken(ask: Asking, register: Register) -> None:
    wanted = {"key": "n2", "assigned": {"192.0.2.1": "b"}}
    ask.create("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}})
    assert ask.check("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}}) == []
    assert len(ask.check("networks", "n2", wanted)) == 1
    status, said = refused(lambda: ask.create("networks", "n2", wanted))
    assert status is grpc.StatusCode.FAILED_PRECONDITION
    assert "held for device a by networks/n1" in said
    assert [row.key for row in register.planned()] == ["n1"]


def test_two_addresses_swap_networks_in_one_update(ask: Asking, register: Register) -> None:
    first = ask.create("networks", "n1", {"key": "n1", "assigned": {"192.0.2.1": "a"}})
    second = ask.create("networks", "n2", {"key": "n2", "assigned": {"192.0.2.2": "b"}})
    ask.configure(register=register.location)
    swapped = {
        "n1": {"key": "n1", "assigned": {"192.0.2.2": "b"}},
        "n2": {"key": "n2", "assigned": {"192.0.2.1": "a"}},
    }
    assert ask.check("networks", "n1", swapped["n1"]) == []
    ask.update("networks", "n1", first, swapped["n1"])
    assert ask.check("networks", "n2", swapped["n2"]) == []
    ask.update("networks", "n2", second, swapped["n2"])
    assert register.unsettled() == ()


# Diff.


@pytest.mark.parametrize(
    ("collection", "old", "new", "replaces"),
    [
        ("devices", {"serial": "S1"}, {"serial": "S2"}, []),
        ("devices", {"rack": "r1"}, {"rack": "r2"}, []),
        ("devices", {"model": "m"}, {"model": "n"}, ["model"]),
        ("devices", {"site": "a"}, {"site": "b"}, ["site"]),
        ("racks", {"room": "a"}, {"room": "b"}, []),
        ("racks", {"units": 42}, {"units": 47}, ["units"]),
        ("networks", {"prefix": "192.0.2.0/24"}, {"prefix": "198.51.100.0/24"}, ["prefix"]),
        ("networks", {"assigned": {"192.0.2.1": "a"}}, {"assigned": {"192.0.2.1": "b"}}, []),
        ("power", {"rating": "1 kW"}, {"rating": "2 kW"}, []),
    ],
)
def test_only_what_makes_another_thing_of_it_replaces(
    ask: Asking, collection: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    answer = ask.diff(collection, "x", {"key": "x", **old}, {"key": "x", **new})
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.replaces) == replaces
    assert list(answer.diffs) == sorted(old)
    assert answer.hasDetailedDiff
    kinds = {provider_pb2.PropertyDiff.Kind.Name(entry.kind) for entry in answer.detailedDiff.values()}
    assert kinds == {"UPDATE_REPLACE" if replaces else "UPDATE"}
    assert all(entry.inputDiff for entry in answer.detailedDiff.values())


def test_equal_inputs_are_no_diff_however_numbers_are_written(ask: Asking) -> None:
    answer = ask.diff("racks", "r1", {"key": "r1", "units": 42}, {"units": 42.0, "key": "r1"})
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_the_outputs_stand_in_where_the_engine_sends_no_old_inputs(ask: Asking) -> None:
    answer = ask.stub.Diff(
        provider_pb2.DiffRequest(
            olds=to_struct({"key": "d", "serial": "1"}),
            news=to_struct({"key": "d"}),
            **ask.names("devices", "d"),
        )
    )
    assert [str(path) for path in answer.detailedDiff] == ["serial"]


# Create, update, delete, read.


def test_a_replacement_outlives_the_deletion_of_what_it_replaced(ask: Asking, register: Register) -> None:
    old = ask.create("devices", "d", DEVICE)
    new = ask.create("devices", "d", {**DEVICE, "model": "n"})
    assert old != new
    ask.delete("devices", "d", old)
    (row,) = register.planned()
    assert (row.token, row.properties["model"]) == (new, "n")


def test_an_update_under_an_id_that_is_gone_says_what_to_do(ask: Asking) -> None:
    status, said = refused(lambda: ask.update("devices", "d", "gone", DEVICE))
    assert status is grpc.StatusCode.NOT_FOUND
    assert said == (
        "devices/d is not in the register under the id gone; somebody removed or replaced its row: "
        "run `pulumi refresh`, then `pulumi up`"
    )


def test_deleting_what_is_gone_is_done_already(ask: Asking, register_file: Path) -> None:
    ask.delete("devices", "d", "gone")
    assert not register_file.exists()
    ident = ask.create("devices", "d", DEVICE)
    ask.delete("devices", "d", ident)
    ask.delete("devices", "d", ident)


def test_a_refresh_reads_what_stands_there_as_inputs_too(ask: Asking, register_file: Path) -> None:
    ident = ask.create("devices", "d", DEVICE)
    with sqlite3.connect(register_file) as connection:
        connection.execute("UPDATE planned SET properties = json_set(properties, '$.serial', 'X')")
    connection.close()
    answer = ask.read("devices", "d", ident, DEVICE)
    assert answer.id == ident
    assert from_struct(answer.inputs) == from_struct(answer.properties) == {**DEVICE, "serial": "X"}


def test_a_refresh_of_what_is_gone_replaced_or_retired_gives_no_id(ask: Asking) -> None:
    assert ask.read("devices", "d", "gone", DEVICE).id == ""
    old = ask.create("devices", "d", DEVICE)
    new = ask.create("devices", "d", DEVICE)
    assert ask.read("devices", "d", old, DEVICE).id == ""
    ask.delete("devices", "d", new)
    assert ask.read("devices", "d", new, DEVICE).id == ""


def test_a_row_is_imported_by_its_id_into_the_resource_it_belongs_to(ask: Asking) -> None:
    ident = ask.create("devices", "d", DEVICE)
    answer = ask.read("devices", "d", ident)
    assert (answer.id, from_struct(answer.inputs)) == (ident, DEVICE)


def test_an_import_that_finds_nothing_fitting_says_why(ask: Asking) -> None:
    ident = ask.create("devices", "d", DEVICE)
    for call, reason in (
        (lambda: ask.read("devices", "d", "gone"), "no row in service has the id gone"),
        (lambda: ask.read("racks", "d", ident), "is devices/d, which is no thabat:index:Rack"),
        (lambda: ask.read("devices", "e", ident), "belongs to urn:pulumi:ndc::ndc::thabat:index:Device::d"),
        (lambda: ask.read("plan", "p", "plan-p"), "a Plan is no row"),
    ):
        status, said = refused(call)
        assert status is grpc.StatusCode.NOT_FOUND
        assert reason in said


# Plan.


def test_a_plan_is_no_row_and_changes_only_with_its_phase_stack_or_target(
    ask: Asking, register_file: Path
) -> None:
    record = {"estate": "/e", "digest": "1", "phase": "today", "stack": "ndc", "target": "register"}
    ident = ask.create("plan", "ndc", record)
    quiet = ask.diff("plan", "ndc", record, {**record, "digest": "2", "estate": "/elsewhere"})
    assert quiet.changes == provider_pb2.DiffResponse.DIFF_NONE
    loud = ask.diff("plan", "ndc", record, {**record, "digest": "2", "phase": "phase-1"})
    assert (loud.changes, list(loud.replaces)) == (provider_pb2.DiffResponse.DIFF_SOME, [])
    assert ask.read("plan", "ndc", ident, record).id == ident
    ask.update("plan", "ndc", ident, {**record, "phase": "phase-1"})
    ask.delete("plan", "ndc", ident)
    assert not register_file.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": "moon"}, "target: `moon` is no target of this provider; use `register`"),
        ({"phase": None}, "phase: is missing or no text; the program fills it in: let it"),
        ({"phse": "x"}, "phse: is no property of a Plan; did you mean `phase`?"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused(ask: Asking, change: dict[str, Any], said: str) -> None:
    record = {"estate": "/e", "digest": "1", "phase": "today", "stack": "ndc", "target": "register"}
    assert ask.check("plan", "ndc", {**record, **change}) == [said]


# Configuration and the rest.


def test_a_setting_that_is_none_is_refused_with_the_nearest(ask: Asking) -> None:
    answer = ask.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct({"registr": "x", "version": "1"})))
    assert [(one.property, one.reason) for one in answer.failures] == [
        ("registr", "is no setting of this provider; did you mean `register`?")
    ]


def test_another_address_of_the_register_replaces_nothing(ask: Asking) -> None:
    answer = ask.stub.DiffConfig(
        provider_pb2.DiffRequest(old_inputs=to_struct({"register": "a"}), news=to_struct({"register": "b"}))
    )
    assert (answer.changes, list(answer.replaces)) == (provider_pb2.DiffResponse.DIFF_SOME, [])


def test_an_address_with_a_password_may_be_a_secret_setting(ask: Asking, tmp_path: Path) -> None:
    ask.configure(register={SIGNATURE: SECRET, "value": str(tmp_path / "other.sqlite")})
    ask.create("devices", "d", DEVICE)
    assert (tmp_path / "other.sqlite").exists()


def test_a_register_that_cannot_be_used_is_told_without_a_traceback(ask: Asking, tmp_path: Path) -> None:
    ask.configure(register=str(tmp_path))
    status, said = refused(lambda: ask.create("devices", "d", DEVICE))
    assert status is grpc.StatusCode.FAILED_PRECONDITION
    assert said.startswith("cannot use the register")
    assert "Traceback" not in said


def test_a_fault_of_our_own_is_told_as_one_without_a_traceback(ask: Asking) -> None:
    broken = provider_pb2.CreateRequest(properties=to_struct({"model": "m"}), **ask.names("devices", "d"))
    status, said = refused(lambda: ask.stub.Create(broken))
    assert status is grpc.StatusCode.INTERNAL
    assert said.startswith("the provider failed in Create: KeyError: 'key'. This is a fault of Thabat")


def test_functions_methods_and_components_are_said_not_to_be_there(ask: Asking) -> None:
    for call in (
        lambda: ask.stub.Invoke(provider_pb2.InvokeRequest(tok="thabat:index:f")),
        lambda: ask.stub.Call(provider_pb2.CallRequest(tok="thabat:index:m")),
        lambda: ask.stub.Construct(provider_pb2.ConstructRequest(type="thabat:index:C")),
    ):
        status, said = refused(call)
        assert status is grpc.StatusCode.UNIMPLEMENTED
        assert "thabat:index:" in said


def test_cancelling_is_answered(ask: Asking) -> None:
    assert ask.stub.Cancel(Empty()) == Empty()


def test_the_version_is_a_semantic_one(ask: Asking) -> None:
    assert [part.isdigit() for part in ask.version().split(".")] == [True, True, True]


# Schema.


def test_the_schema_has_every_type_and_every_reference_in_it_leads_somewhere(ask: Asking) -> None:
    schema = json.loads(ask.schema())
    assert set(schema["resources"]) == {*COLLECTION_TOKENS.values(), "thabat:index:Plan"}

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*(references(entry) for entry in value.values()))
        return set().union(*(references(entry) for entry in value)) if isinstance(value, list) else set()

    known = {f"#/types/{name}" for name in schema["types"]} | {"pulumi.json#/Any"}
    assert references(schema) <= known


def test_the_schema_says_what_replaces_and_what_is_required(ask: Asking) -> None:
    device = json.loads(ask.schema())["resources"]["thabat:index:Device"]
    replacing = {
        name for name, entry in device["inputProperties"].items() if entry.get("willReplaceOnChanges")
    }
    assert replacing == {"key", "model", "site"}
    assert device["requiredInputs"] == ["key", "model", "role"]
    assert "id" not in device["inputProperties"]
