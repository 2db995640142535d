"""The policy pack's adapter: what is not known is never a pass, and nothing escapes it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel, StackValidationArgs, StackValidationPolicy
from pulumi_policy.policy import PolicyResource
from pulumi_policy.proxy import UNKNOWN_NUMBER_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies import judging, planned_estate
from policies.gate import gate
from policies.own_rules import VARIABLE, rule_book
from policies.planned_estate import ALLOW_UNKNOWN, judged_ahead, objections
from specs.loading import Loaded
from specs.planned import Objection, PlannedResource, plan
from specs.tokens import NATIONAL, PLAN_TOKEN, UNKNOWN
from tests.policies.conftest import DAY, Amend

SINGLE_CORD = "devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n"


def planned_stack(loaded: Loaded, stack: str, /, **record: Any) -> list[PlannedResource]:
    """The resources of a stack as the engine hands them to a pack."""
    said = {
        "estate": str(loaded.root),
        "digest": loaded.digest,
        "phase": "today",
        "stack": stack,
        "target": "register",
        **record,
    }
    said = {name: value for name, value in said.items() if value is not None}
    resources = [PlannedResource(PLAN_TOKEN, stack, f"urn:{stack}", said)]
    resources += [
        PlannedResource(one.token, one.key, f"urn:{one.reference}", dict(one.properties))
        for one in plan(loaded.estate.as_of(None))
        if one.stack == stack
    ]
    return resources


def against(resources: Sequence[PlannedResource], **options: Any) -> tuple[Objection, ...]:
    return objections(resources, today=DAY, **options)


def changed(
    resources: list[PlannedResource], name: str, change: Callable[[dict[str, Any]], None]
) -> list[PlannedResource]:
    """The same with the properties of one resource changed behind the spec's back."""
    found = []
    for one in resources:
        properties = dict(one.properties)
        if f"{one.token}/{one.name}".endswith(name):
            change(properties)
        found.append(PlannedResource(one.token, one.name, one.urn, properties))
    return found


@pytest.mark.parametrize("stack", ["main", "dr", "witness", NATIONAL])
def test_nothing_is_said_against_a_good_plan(amend: Amend, stack: str) -> None:
    assert against(planned_stack(amend(""), stack)) == ()


def test_a_mandatory_failure_says_rule_element_why_mending_and_line(amend: Amend) -> None:
    (one,) = against(planned_stack(amend(SINGLE_CORD), "main"))
    assert one.mandatory
    assert one.urn == "urn:devices/main-srv-1a"
    assert one.message.splitlines() == [
        "PWR-001 dual-feed (critical): devices/main-srv-1a: It is a node of platforms/main-compute; it is "
        "fed by "
        "main-pdu-1a alone.",
        "Mend: Feed it from a PDU of the other path too, or from a transfer switch between both.",
        "At: changed/estate.yaml:2:25",
    ]


def test_each_finding_is_told_in_one_stack_only(amend: Amend) -> None:
    loaded = amend(SINGLE_CORD + "circuits: {link-b: {carrier: carrier-a}}\n")
    told = {
        stack: {one.message.split(":")[0] for one in against(planned_stack(loaded, stack))}
        for stack in ("main", "dr", "witness", NATIONAL)
    }
    assert told == {
        "main": {"PWR-001 dual-feed (critical)", "WAN-001 circuit-diversity (critical)"},
        "dr": {"WAN-001 circuit-diversity (critical)"},
        "witness": set(),
        NATIONAL: set(),
    }


def test_a_failure_of_low_severity_is_advice(amend: Amend) -> None:
    loaded = amend("platforms: {main-database: {support_ends: 2027-03-31}}\n")
    (one,) = against(planned_stack(loaded, "main"))
    assert one.message.startswith("AST-001")
    assert not one.mandatory


def test_the_plan_is_judged_and_not_the_spec(amend: Amend) -> None:
    resources = planned_stack(amend(""), "main")
    transformed = changed(resources, "Device/main-srv-1a", lambda p: p.update(feeds=["main-pdu-1a"]))
    (one,) = against(transformed)
    assert one.message.startswith("PWR-001 dual-feed")


def test_a_waived_finding_does_not_stop_a_plan(amend: Amend) -> None:
    loaded = amend(
        SINGLE_CORD + "waivers: {cord: {rule: PWR-001, elements: [devices/main-srv-1a], reason: Late, "
        "requester: a, approver: b, expires: 2027-01-01}}\n"
    )
    assert against(planned_stack(loaded, "main")) == ()


def test_an_undeclared_fact_stops_a_plan_unless_unknown_is_allowed(amend: Amend) -> None:
    resources = planned_stack(amend("power: {main-ups-a: {autonomy: null}}\n"), "main")
    (stopped,) = against(resources)
    (allowed,) = against(resources, allow_unknown=True)
    assert stopped.mandatory
    assert stopped.message.startswith("UNKNOWN PWR-003 ups-redundancy")
    assert "--allow-unknown" in stopped.message
    assert not allowed.mandatory


@pytest.mark.parametrize(
    "hide", [lambda p: p.update(feeds=UNKNOWN), lambda p: p.pop("feeds")], ids=["unknown", "absent"]
)
def test_a_value_that_is_unknown_or_left_out_at_preview_is_unknown_and_never_a_pass(
    amend: Amend, hide: Callable[[dict[str, Any]], None]
) -> None:
    resources = changed(planned_stack(amend(""), "main"), "Device/main-srv-1a", hide)
    said = against(resources)
    told = next(one for one in said if "not known at preview" in one.message)
    assert told.mandatory
    assert told.urn == "urn:devices/main-srv-1a"
    assert "PWR-001" in told.message
    assert not any(one.mandatory for one in against(resources, allow_unknown=True))


def test_a_value_that_no_rule_is_seen_to_read_stops_the_plan_too(amend: Amend) -> None:
    resources = changed(
        planned_stack(amend(""), "main"), "Safeguard/main-smoke", lambda p: p.update(alarms_to=UNKNOWN)
    )
    (one,) = against(resources)
    assert one.mandatory
    assert "alarms_to is not known at preview" in one.message


@pytest.mark.parametrize("field", ["estate", "digest", "phase", "stack"])
@pytest.mark.parametrize("value", [None, UNKNOWN, "", 7], ids=["absent", "unknown", "empty", "number"])
def test_a_record_that_does_not_say_its_estate_stops_the_plan(amend: Amend, field: str, value: Any) -> None:
    resources = planned_stack(amend(""), "main", **{field: value})
    (one,) = against(resources)
    assert one.mandatory
    assert f"does not say its `{field}`" in one.message


def test_no_record_and_two_records_stop_the_plan(amend: Amend) -> None:
    record, *rest = planned_stack(amend(""), "main")
    for resources, told in ((rest, "no record"), ([record, record, *rest], "2 records"), ([], "no record")):
        (one,) = against(resources)
        assert one.mandatory
        assert told in one.message


def test_a_record_of_a_folder_that_is_gone_stops_the_plan(amend: Amend, tmp_path: Path) -> None:
    (one,) = against(planned_stack(amend(""), "main", estate=str(tmp_path / "nowhere")))
    assert one.mandatory
    assert "cannot be read" in one.message


def test_a_spec_changed_since_it_was_planned_stops_the_plan(amend: Amend) -> None:
    resources = planned_stack(amend(""), "main")
    (one,) = against(planned_stack(amend(SINGLE_CORD), "main", digest=resources[0].properties["digest"]))
    assert one.mandatory
    assert "was changed since it was planned" in one.message


def test_a_phase_that_the_estate_does_not_have_stops_the_plan(amend: Amend) -> None:
    (one,) = against(planned_stack(amend(""), "main", phase="phase-9"))
    assert one.mandatory
    assert "phase-9" in one.message


def test_what_physics_refuses_in_the_planned_estate_stops_the_plan(amend: Amend) -> None:
    resources = changed(
        planned_stack(amend(""), "main"), "Rack/main-r1", lambda p: p.update(power_limit="500 W")
    )
    said = against(resources)
    assert all(one.mandatory for one in said)
    assert any(one.urn == "urn:racks/main-r1" and "500 W" in one.message for one in said)


def test_a_resource_that_is_no_element_stops_the_plan(amend: Amend) -> None:
    resources = changed(
        planned_stack(amend(""), "main"), "Device/main-srv-1a", lambda p: p.update(position="top")
    )
    said = against(resources)
    assert any(one.mandatory and one.urn == "urn:devices/main-srv-1a" for one in said)


def test_an_exception_in_a_rule_stops_the_plan_and_says_so(
    amend: Amend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by \x1b[31mnought")

    monkeypatch.setattr(planned_estate, "judge", broken)
    (one,) = against(planned_stack(amend(""), "main"))
    assert one.mandatory
    assert "could not be judged" in one.message
    assert "ZeroDivisionError" in one.message
    assert "\x1b" not in one.message


class Handed:
    """The pack's policies, asked as the engine asks them."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.policies = gate(DAY, environment or {})

    def ask(
        self, resources: Sequence[PlannedResource], config: Mapping[str, Any] | None = None
    ) -> list[tuple[str, str, str | None]]:
        said: list[tuple[str, str, str | None]] = []
        for policy in self.policies:
            assert isinstance(policy, StackValidationPolicy)
            args = StackValidationArgs([handed(one) for one in resources], config or {})
            level = policy.enforcement_level
            assert level is not None

            def report(message: str, urn: str | None = None, level: EnforcementLevel = level) -> None:
                said.append((level.value, message, urn))

            policy.validate(args, report)
        return said


def handed(one: PlannedResource) -> PolicyResource:
    properties = unknown_checking_proxy(dict(one.properties))
    return PolicyResource(one.token, properties, one.urn, one.name, None, None, None, [], {})  # type: ignore[arg-type]


def test_the_pack_stops_a_plan_by_its_mandatory_policy_and_advises_by_the_other(amend: Amend) -> None:
    loaded = amend(SINGLE_CORD + "contracts: {support: {repair: 72 h}}\n")
    said = Handed().ask(planned_stack(loaded, "main")) + Handed().ask(planned_stack(loaded, NATIONAL))
    assert [(level, message[:7]) for level, message, _ in said] == [
        ("mandatory", "PWR-001"),
        ("advisory", "AST-003"),
    ]


@pytest.mark.parametrize("mark", [UNKNOWN_STRING_VALUE, UNKNOWN_NUMBER_VALUE])
def test_every_mark_of_the_engine_for_an_unknown_value_is_unknown_wherever_it_stands(
    amend: Amend, mark: str
) -> None:
    resources = changed(
        planned_stack(amend(""), "main"),
        "Device/main-srv-1a",
        lambda p: p.update(feeds=["main-pdu-1a", mark]),
    )
    levels = {level for level, message, _ in Handed().ask(resources) if "not known at preview" in message}
    assert levels == {"mandatory"}


def test_unknown_is_allowed_by_the_environment_or_by_the_packs_configuration(amend: Amend) -> None:
    resources = planned_stack(amend("power: {main-ups-a: {autonomy: null}}\n"), "main")
    assert {level for level, *_ in Handed().ask(resources)} == {"mandatory"}
    assert {level for level, *_ in Handed({ALLOW_UNKNOWN: "1"}).ask(resources)} == {"advisory"}
    assert {level for level, *_ in Handed({ALLOW_UNKNOWN: "0"}).ask(resources)} == {"mandatory"}
    assert {level for level, *_ in Handed().ask(resources, {"allow_unknown": True})} == {"advisory"}


@pytest.fixture
def judgings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one whenever an estate is judged."""
    calls: list[int] = []
    judge = judging.judge

    def counting(*args: Any, **options: Any) -> Any:
        calls.append(1)
        return judge(*args, **options)

    monkeypatch.setattr(planned_estate, "judge", counting)
    return calls


def test_a_stack_is_judged_once_for_both_policies(amend: Amend, judgings: list[int]) -> None:
    Handed().ask(planned_stack(amend(SINGLE_CORD), "main"))
    assert len(judgings) == 1


STACKS = ("main", "dr", "witness", NATIONAL)


def test_a_run_that_judges_ahead_says_the_same_as_each_pack_and_judges_once(
    amend: Amend, judgings: list[int]
) -> None:
    loaded = amend(
        SINGLE_CORD + "circuits: {link-b: {carrier: carrier-a}}\npower: {main-ups-a: {autonomy: null}}\n"
        "contracts: {support: {repair: 72 h}}\n"
    )
    alone = {name: said(against(planned_stack(loaded, name))) for name in STACKS}
    judgings.clear()
    ahead = judged_ahead(loaded, "today", today=DAY)
    assert {name: said(ahead.objections(name, planned_stack(loaded, name))) for name in STACKS} == alone
    assert sum(map(len, alone.values())) > 3
    assert len(judgings) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.update(feeds=["main-pdu-1a"]),
        lambda p: p.update(feeds=UNKNOWN),
        lambda p: p.pop("feeds"),
    ],
)
def test_a_plan_that_is_not_to_the_letter_what_was_judged_ahead_is_judged(
    amend: Amend, judgings: list[int], change: Callable[[dict[str, Any]], None]
) -> None:
    loaded = amend("")
    ahead = judged_ahead(loaded, "today", today=DAY)
    resources = changed(planned_stack(loaded, "main"), "Device/main-srv-1a", change)
    assert ahead.objections("main", resources) == against(resources) != ()
    fewer = [one for one in planned_stack(loaded, "main") if one.name != "main-srv-1a"]
    assert ahead.objections("main", fewer) == against(fewer) != ()
    assert len(judgings) > 2


def test_numbers_are_the_same_however_the_engine_writes_them(amend: Amend, judgings: list[int]) -> None:
    loaded = amend("")
    ahead = judged_ahead(loaded, "today", today=DAY)
    as_floats = [
        PlannedResource(one.token, one.name, one.urn, as_the_engine_writes(one.properties))
        for one in planned_stack(loaded, "main")
    ]
    assert ahead.objections("main", as_floats) == ()
    assert len(judgings) == 1


def test_what_may_be_unknown_is_advice_ahead_too(amend: Amend) -> None:
    loaded = amend("power: {main-ups-a: {autonomy: null}}\n")
    strict = judged_ahead(loaded, "today", today=DAY)
    lenient = judged_ahead(loaded, "today", today=DAY, allow_unknown=True)
    resources = planned_stack(loaded, "main")
    assert any(one.mandatory for one in strict.objections("main", resources))
    assert not any(one.mandatory for one in lenient.objections("main", resources))


def test_an_estate_that_cannot_be_judged_ahead_is_judged_with_its_plan(amend: Amend) -> None:
    loaded = amend("thresholds: {NON-999: {source: nobody, values: {most: 1}}}\n")
    ahead = judged_ahead(loaded, "today", today=DAY)
    assert ahead.said == {}
    (one,) = ahead.objections("main", planned_stack(loaded, "main"))
    assert one.mandatory


def said(objections: Sequence[Objection]) -> list[tuple[str, bool]]:
    return [(one.message, one.mandatory) for one in objections]


def as_the_engine_writes(value: Any) -> Any:
    """The same with every number as a float, as JSON by way of protobuf may give it."""
    if isinstance(value, Mapping):
        return {key: as_the_engine_writes(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_the_engine_writes(entry) for entry in value]
    return float(value) if type(value) is int else value


def test_an_exception_in_the_adapter_itself_stops_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("policies.gate.objections", broken)
    said = Handed().ask([])
    assert [level for level, *_ in said] == ["mandatory"]
    assert "could not be judged" in said[0][1]


def test_the_packs_main_is_short_and_builds_the_pack_from_the_list() -> None:
    main = Path(planned_estate.__file__).parent / "pack" / "__main__.py"
    assert len(main.read_text("utf-8").splitlines()) < 20
    assert "PolicyPack(" in main.read_text("utf-8")


OWN = """
from policies.rule import fails, rule
from specs.findings import Severity
from specs.sentences import say

@rule("ORG-001", "own", severity=Severity.HIGH, title="T", rationale="R", remediation="M", references=())
def own(case):
    yield fails("sites/main", say("Not as we want it."), say("Mend it."), ("sites", "main"))

RULES = (own,)
"""


def test_an_organisations_own_rules_stop_a_plan_as_they_fail_a_check(amend: Amend, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    loaded = amend("thresholds: {ORG-001: {values: {}, source: Board}}\n")
    resources = planned_stack(loaded, "main")
    ((level, message, _),) = Handed({VARIABLE: str(folder)}).ask(resources)
    assert level == "mandatory"
    assert message.startswith("ORG-001 own (high): sites/main")
    ahead = judged_ahead(loaded, "today", today=DAY, rules=rule_book([str(folder)]))
    assert [one.message for one in ahead.objections("main", resources)] == [message]


def test_own_rules_that_cannot_be_loaded_stop_the_plan(amend: Amend, tmp_path: Path) -> None:
    said = Handed({VARIABLE: str(tmp_path / "nowhere")}).ask(planned_stack(amend(""), "main"))
    ((level, message, _),) = said
    assert level == "mandatory"
    assert "could not be judged" in message
    assert "RULE-001" in message
