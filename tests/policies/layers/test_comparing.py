"""The same rules on each layer, side by side: who says what, what differs, and unknown never a pass."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policies.layers.comparing import Asked, side_by_side
from policies.layers.planned_layer import PlanMade
from policies.layers.results import Layer, Row, SideBySide, Standing
from policies.layers.section import section
from policies.outputs import layers as forms
from policies.outputs.layers_document import as_json
from policies.outputs.origin import Origin
from policies.outputs.terminal import Screen
from policies.rules import RULES
from specs.loading import Loaded, load
from specs.observed import Look, ObservedElement, SeenFact
from specs.planned import PlannedResource, plan
from specs.tokens import PLAN_TOKEN, UNKNOWN
from tests.policies.conftest import BASE, DAY, Amend
from tests.published import hold

LOOK = Look(date(2026, 10, 1), "s.csv", "Ana")
POWER = tuple(rule for rule in RULES if rule.id in ("PWR-001", "AST-002", "EXR-001", "DR-005", "SUP-002"))
DEVICE = "devices/main-srv-1a"


@pytest.fixture(scope="module")
def base() -> Loaded:
    return load(BASE)


def asked(loaded: Loaded, *seen: ObservedElement, layers: tuple[Layer, ...] = tuple(Layer)) -> Asked:
    return Asked(
        loaded,
        loaded.estate.as_of(None),
        "today",
        on=DAY,
        looked_on=DAY,
        layers=layers,
        seen=seen,
        seen_in="register.sqlite",
        rules=POWER,
    )


def seen(reference: str, **fields: Any) -> ObservedElement:
    facts = {name: SeenFact(value, str(value), LOOK) for name, value in fields.items()}
    return ObservedElement(reference, LOOK, present=True, facts=facts)


def engine_plan(
    loaded: Loaded, stack: str, changes: Mapping[str, Mapping[str, Any]] | None = None, digest: str = ""
) -> PlanMade:
    """What the engine plans in a stack of that estate, with properties of some elements put otherwise."""
    urn = f"urn:pulumi:{stack}::ndc"
    record = {"estate": "/e", "digest": digest or loaded.digest, "phase": "today", "stack": stack}
    resources = [PlannedResource(PLAN_TOKEN, "plan", f"{urn}::{PLAN_TOKEN}::plan", record)]
    for one in plan(loaded.estate.as_of(None)):
        if one.stack == stack:
            properties = {**one.properties, **(changes or {}).get(one.reference, {})}
            known = {name: value for name, value in properties.items() if value is not None}
            resources.append(PlannedResource(one.token, one.key, f"{urn}::{one.token}::{one.key}", known))
    return PlanMade(tuple(resources), "plan.json")


def row(found: SideBySide, rule: str, element: str) -> Row:
    return next(one for one in found.rows if (one.rule, one.element) == (rule, element))


def standings(found: SideBySide, rule: str = "PWR-001", element: str = DEVICE) -> str:
    return " ".join(row(found, rule, element).standings)


def test_a_sound_estate_that_nobody_looked_at_passes_twice_and_is_unknown_or_declared_only(
    base: Loaded,
) -> None:
    found = side_by_side(asked(base))
    assert {one.standings for one in found.rows} == {
        (Standing.PASS, Standing.PASS, Standing.UNKNOWN),
        (Standing.PASS, Standing.PASS, Standing.DECLARED_ONLY),
    }
    assert found.count(Layer.OBSERVED, Standing.PASS) == 0


def test_a_pass_needs_every_fact_that_a_look_can_tell(base: Loaded) -> None:
    device = seen(DEVICE, feeds=("main-pdu-1a", "main-pdu-1b"))
    cords = (seen("power/main-pdu-1a"), seen("power/main-pdu-1b"))
    assert standings(side_by_side(asked(base, device, *cords))) == "pass pass pass"
    assert standings(side_by_side(asked(base, device, cords[0]))) == "pass pass unknown"
    assert standings(side_by_side(asked(base, seen(DEVICE, rack="main-r1"), *cords))) == "pass pass unknown"


def test_a_record_that_no_look_tells_is_declared_only_though_its_device_was_seen(base: Loaded) -> None:
    assert standings(side_by_side(asked(base)), "SUP-002") == "pass pass unknown"
    found = side_by_side(asked(base, seen(DEVICE, serial="SRV-main-1a")))
    assert standings(found, "SUP-002") == "pass pass declared-only"


def test_a_failure_that_only_a_look_brings_about_needs_no_second_look(base: Loaded) -> None:
    found = side_by_side(asked(base, seen(DEVICE, feeds=("main-pdu-1a", "main-pdu-1a"))))
    told = row(found, "PWR-001", DEVICE)
    assert " ".join(told.standings) == "pass pass fail"
    assert told is found.rows[0]
    assert told.contradicts
    fact = told.facts[0]
    assert (fact.fact, fact.observed, fact.observed_by) == (
        f"{DEVICE} feeds",
        "[main-pdu-1a, main-pdu-1a]",
        LOOK,
    )
    assert fact.declared_at is not None
    assert fact.declared_at.file == "estate.yaml"


def test_a_declared_failure_that_nobody_looked_at_is_unknown_where_it_could_be_seen(amend: Amend) -> None:
    loaded = amend("devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n")
    assert standings(side_by_side(asked(loaded))) == "fail fail unknown"
    mended = side_by_side(
        asked(
            loaded,
            seen(DEVICE, feeds=("main-pdu-1a", "main-pdu-1b")),
            seen("power/main-pdu-1a"),
            seen("power/main-pdu-1b"),
        )
    )
    assert standings(mended) == "fail fail pass"


def test_what_was_seen_and_not_declared_is_listed_and_judged_by_nobody(base: Loaded) -> None:
    found = side_by_side(asked(base, seen("devices/stranger", rack="main-r1")))
    assert found.unexpected == (("devices/stranger", LOOK),)
    assert not [one for one in found.rows if one.element == "devices/stranger"]


def test_a_plan_of_this_spec_says_what_is_declared(base: Loaded) -> None:
    made = engine_plan(base, "main")
    found = side_by_side(replace(asked(base, layers=(Layer.DECLARED, Layer.PLANNED)), made=made))
    assert {one.standings for one in found.rows} == {(Standing.PASS, Standing.PASS)}
    assert str(found.seats[1].source) == "stacks main by plan.json, made from this spec"


def test_a_plan_made_from_another_state_of_the_spec_differs_in_the_planned_layer_alone(
    base: Loaded, amend: Amend
) -> None:
    before = amend("devices: {main-srv-1a: {feeds: [main-pdu-1a]}}\n")
    found = side_by_side(replace(asked(base), made=engine_plan(before, "main")))
    told = row(found, "PWR-001", DEVICE)
    assert " ".join(told.standings) == "pass fail unknown"
    assert "made from another state of the spec" in str(found.seats[1].source)
    (fact,) = [one for one in told.facts if one.planned != one.declared]
    assert (fact.fact, fact.planned) == (f"{DEVICE} feeds", "[main-pdu-1a]")
    assert fact.planned_by == "urn:pulumi:main::ndc::thabat:index:Device::main-srv-1a"


@pytest.mark.parametrize("value", [UNKNOWN, None])
def test_a_value_that_the_engine_does_not_know_yet_is_unknown_in_the_plan(
    base: Loaded, value: str | None
) -> None:
    made = engine_plan(base, "main", {DEVICE: {"feeds": value}})
    found = side_by_side(replace(asked(base), made=made))
    told = row(found, "PWR-001", DEVICE).at(Layer.PLANNED)
    assert told is not None
    assert told.standing is Standing.UNKNOWN


def test_a_plan_that_physics_refuses_is_judged_by_no_rule_and_unknown_throughout(base: Loaded) -> None:
    made = engine_plan(base, "main", {DEVICE: {"position": 12}})
    found = side_by_side(replace(asked(base), made=made))
    assert found.seats[1].judgement is None
    assert found.seats[1].refused
    assert {cell.standing for one in found.rows if (cell := one.at(Layer.PLANNED))} == {Standing.UNKNOWN}


def without(made: PlanMade, *names: str) -> PlanMade:
    """The plan with neither those resources nor their names among nodes."""
    kept = []
    for one in made.resources:
        properties = dict(one.properties)
        if "nodes" in properties:
            properties["nodes"] = [node for node in properties["nodes"] if node not in names]
        if one.name not in names:
            kept.append(replace(one, properties=properties))
    return replace(made, resources=tuple(kept))


def test_an_element_that_the_plan_drops_is_not_judged_there(base: Loaded) -> None:
    made = without(engine_plan(base, "main", digest="sha256:0"), "main-srv-1a", "main-1a-0", "main-1a-1")
    found = side_by_side(replace(asked(base), made=made))
    assert standings(found) == "pass not-judged unknown"
    assert row(found, "PWR-001", DEVICE).contradicts


def test_a_plan_that_drops_what_it_still_names_is_refused(base: Loaded) -> None:
    made = without(engine_plan(base, "main", digest="sha256:0"), "main-srv-1a")
    found = side_by_side(replace(asked(base), made=made))
    assert standings(found) == "pass unknown unknown"
    assert any("main-1a-0" in told for told in found.seats[1].refused)


def test_every_form_is_the_same_whatever_the_order_of_what_was_seen(base: Loaded) -> None:
    elements = [
        seen(DEVICE, feeds=("main-pdu-1a", "main-pdu-1a")),
        seen("devices/main-srv-1b", rack="main-r2"),
        seen("devices/<script>|x", rack="main-r1"),
    ]
    origin = Origin("1", POWER)
    told = []
    for order in (elements, elements[::-1]):
        found = side_by_side(asked(base, *order))
        text = as_json(found, origin)
        hold(text, "layers")
        told.append((text, forms.terminal(found, origin, Screen()), forms.markdown(found, origin)))
    assert told[0] == told[1]
    assert "<script>" not in told[0][2]


def test_the_section_for_reports_counts_what_the_rows_say(base: Loaded) -> None:
    found = side_by_side(asked(base, seen(DEVICE, feeds=("main-pdu-1a", "main-pdu-1a"))))
    part = section(found, most=1)
    assert [one.element for one in part.rows] == [DEVICE]
    assert sum(number for _, number in part.layers[2].counts) == len(found.rows)
    power = next(one for one in part.rules if one.rule == "PWR-001")
    assert dict(dict(power.counts)[Layer.OBSERVED])[Standing.FAIL] == 1
    assert part.unknown == sum(
        Standing.UNKNOWN in one.standings and not one.contradicts for one in found.rows
    )
