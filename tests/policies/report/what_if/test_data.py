import json
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from policies.report.what_if import searching
from policies.report.what_if.data import what_if
from policies.report.what_if.searching import failable
from resilience.analysis import Analysis, analyse
from resilience.failover import Failovers
from resilience.links import Ways
from resilience.results import Impact
from resilience.sweep import AND, Sweep
from specs.bundled import find_estate
from specs.loading import load
from specs.model import Estate
from tests.policies.conftest import BASE
from tests.policies.report.what_if.looking_up import Lookup

FEW = """
estate: {title: Few, owner: Ministry}
sites: {a: {role: primary}, b: {role: dr}, c: {role: other}}
rooms: {ra: {site: a, purpose: data-hall}, rb: {site: b, purpose: data-hall}}
models: {m: {device_type: device-types/m.yaml}}
devices:
  a1: {model: m, room: ra, role: server}
  a2: {model: m, room: ra, role: server}
  b1: {model: m, room: rb, role: server}
platforms:
  pa: {kind: compute, nodes: [a1, a2], needs_nodes: 2, minimum_nodes: 1}
  pb: {kind: compute, nodes: [b1], needs_nodes: 1}
services:
  halved:
    tier: 0
    objectives:
      component: {rto: 1 h, rpo: 1 h, minimum_level: 100 %}
      site: {rto: 1 h, rpo: 1 h, minimum_level: 50 %}
  spare: {tier: 1, users_at: [a, c]}
  bare: {tier: 2}
workloads:
  halved-a: {service: halved, platform: pa, site: a}
  spare-a: {service: spare, component: web, platform: pa, site: a}
  spare-b:
    service: spare
    component: web
    platform: pb
    site: b
    role: standby
    activation: {low: 1 min, likely: 2 min, high: 10 min}
circuits:
  ab: {kind: dci, ends: [{site: a}, {site: b}], segments: []}
  bc: {kind: dci, ends: [{site: b}, {site: c}], segments: []}
  ac: {kind: dci, ends: [{site: a}, {site: c}], segments: []}
"""


@cache
def analysed(name: str | Path) -> Analysis:
    path = name if isinstance(name, Path) else find_estate(name)
    return analyse(load(path).estate.as_of(None))


@cache
def embedded(name: str | Path) -> dict[str, Any]:
    """What is written in the file, read again."""
    found: dict[str, Any] = json.loads(json.dumps(what_if(analysed(name))))
    return found


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.yaml"
    path.write_text(FEW, "utf-8")
    (tmp_path / "device-types").mkdir()
    (tmp_path / "device-types/m.yaml").write_text(
        "{manufacturer: M, model: M, slug: m, u_height: 1}", "utf-8"
    )
    return path


def agree(data: dict[str, Any], analysis: Analysis, *failed: str) -> None:
    """What the file says of those failures is what `resilience` says."""
    looked, impact = Lookup.of(data, *failed), analysis.impact_of(*failed)
    states = looked.states()
    undecided = {name for name, state in states.items() if state in ("never", "unknown")}
    said = {service.service for service in analysis.standings if service.runs != "yes"}
    assert undecided <= said, failed
    assert {name for name, state in states.items() if state == "down"} == {*impact.lost} - undecided, failed
    assert {name for name, state in states.items() if state == "degraded"} == {
        *impact.degraded
    } - undecided, failed
    assert looked.takers() == taken(impact), failed


def taken(impact: Impact) -> set[tuple[Any, ...]]:
    return {
        (one.service, one.component, one.lost, one.carried_by, one.activation) for one in impact.takeovers
    }


def draws(data: dict[str, Any], seed: int, count: int, most: int = 2) -> list[tuple[str, ...]]:
    """Sets of failures, of which half lie among what takes some node down together."""
    random = Random(seed)
    names = [f"{kind}/{key}" for key, _, kind, _ in data["events"]]
    pairs = [pair for node in data["nodes"] for pair in node[1]]
    found = []
    for number in range(count):
        drawn = {random.choice(names) for _ in range(random.randint(1, most))}
        if pairs and number % 2:
            some, others = random.choice(pairs)
            drawn = {names[random.choice(data["sets"][some])], names[random.choice(data["sets"][others])]}
        found.append(tuple(sorted(drawn)))
    return found


def test_every_single_and_every_pair_of_a_small_estate_is_as_proved(few: Path) -> None:
    data, analysis = embedded(few), analysed(few)
    names = [f"{kind}/{key}" for key, _, kind, _ in data["events"]]
    assert data["order"] == 2
    for size in (1, 2):
        for failed in combinations(names, size):
            agree(data, analysis, *failed)


def test_a_wider_loss_owes_less_than_a_component_beside_it(few: Path) -> None:
    data = embedded(few)
    assert Lookup.of(data, "devices/a1").states()["services/halved"] == "down"
    assert Lookup.of(data, "devices/a1", "sites/c").states()["services/halved"] == "degraded"


def test_a_standby_carries_in_its_declared_time(few: Path) -> None:
    looked = Lookup.of(embedded(few), "sites/a")
    assert looked.takers() >= {
        ("services/spare", "web", ("workloads/spare-a",), ("workloads/spare-b",), 600.0)
    }


def test_a_service_of_which_nothing_is_declared_is_unknown(few: Path) -> None:
    assert Lookup.of(embedded(few), "rooms/ra").states()["services/bare"] == "unknown"


def test_a_known_cut_set_tells_whatever_else_failed_and_beyond_it_is_unknown() -> None:
    data, analysis = embedded("starter"), analysed("starter")
    seen = set()
    for failed in draws(data, 7, 150, most=6):
        impact = analysis.impact_of(*failed)
        for name, state in Lookup.of(data, *failed).states().items():
            if state in ("down", "unaffected", "degraded", "carried"):
                assert (name in impact.lost) == (state == "down"), (name, failed)
            seen.add(state if len(failed) > 2 else "")
    assert {"down", "unknown"} <= seen


def test_what_a_service_does_not_rest_on_never_makes_it_unknown(few: Path) -> None:
    data = embedded(few)
    names = [f"{kind}/{key}" for key, _, kind, _ in data["events"]]
    others = [name for name in names if name.endswith(("/b", "/b1", "/rb", "/pb", "/ab", "/c"))]
    assert len(others) > 5
    assert Lookup.of(data, *others).states()["services/halved"] == "unaffected"


@pytest.mark.parametrize("estate", [BASE, "starter"])
def test_draws_up_to_the_order_are_as_proved(estate: str | Path) -> None:
    data, analysis = embedded(estate), analysed(estate)
    for failed in draws(data, 1, 60):
        agree(data, analysis, *failed)


@pytest.mark.slow
@pytest.mark.parametrize("estate", [BASE, "starter", "national", "national-cured"])
def test_many_draws_up_to_the_order_are_as_proved(estate: str | Path) -> None:
    data, analysis = embedded(estate), analysed(estate)
    for failed in draws(data, 2, 60 if str(estate).startswith("national") else 1500):
        agree(data, analysis, *failed)


@pytest.mark.slow
def test_every_single_of_the_national_estate_is_as_proved() -> None:
    data, analysis = embedded("national-cured"), analysed("national-cured")
    known = {impact.event: impact for impact in analysis.impacts}
    for event in analysis.sweep.events:
        looked = Lookup.of(data, event)
        down = {name for name, state in looked.states().items() if state == "down"}
        assert down == {*(known[event].lost if event in known else ())}, event
        assert looked.takers() == (taken(known[event]) if event in known else set()), event


@pytest.mark.slow
def test_the_pairs_that_were_passed_over_take_nothing_down_together() -> None:
    """Every pair of the starter, evaluated at once, against the cut sets that were found by gates."""
    analysis, data = analysed("starter"), embedded("starter")
    names = failable(analysis.sweep)
    pairs = tuple(combinations(names, 2))
    sweep = Sweep(analysis.graph, pairs)
    below = {service: sweep.below[service] for service in sweep.below}
    for number, pair in enumerate(pairs):
        states = Lookup.of(data, *pair).states()
        for service, value in below.items():
            if states[f"services/{service}"] not in ("never", "unknown"):
                assert (states[f"services/{service}"] == "down") == bool(value >> number & 1), pair


@pytest.mark.parametrize("estate", [BASE, "starter", pytest.param("national-cured", marks=pytest.mark.slow)])
def test_ways_are_those_of_the_failover_proof_wherever_they_are_told(estate: str | Path) -> None:
    analysis, data = analysed(estate), embedded(estate)
    pairs = {pair: pair for pair in draws(data, 3, 80) if len(pair) == 2}
    sweep = Sweep(analysis.graph, tuple(pairs))
    failovers = Failovers(sweep, Ways(analysis.estate))
    flows = {(flow.owner, flow.user): flow for flow in failovers.flows if flow.fixed is None}
    for pair in pairs:
        looked = Lookup.of(data, *pair)
        for service in data["services"]:
            name = looked.name(service["event"])
            for user, way in looked.ways(service).items():
                routed = failovers.route(flows[name, user], AND.join(pair))
                if isinstance(way, tuple):
                    circuits = tuple(f"circuits/{one}" for one in routed.circuits or ())
                    assert way == (routed.serving, *circuits), (pair, name, user)
                elif way == "none":
                    assert routed.circuits is None, (pair, name, user)


def test_ways_after_each_single_loss_are_those_of_the_failover_proof() -> None:
    analysis, data = analysed(BASE), embedded(BASE)
    told = 0
    for path in analysis.failovers:
        if not path.event or not path.service.startswith("services/"):
            continue
        looked = Lookup.of(data, path.event)
        (service,) = [one for one in data["services"] if looked.name(one["event"]) == path.service]
        ways = looked.ways(service)
        if path.user in ways:
            told += 1
            expected = "none" if path.reached == "no" else (path.serving, *path.circuits)
            assert ways[path.user] == expected, path
    assert told > 0


def test_names_are_cut_and_lose_what_steers_direction() -> None:
    estate = Estate.model_validate(
        {
            "estate": {"title": "T", "owner": "O"},
            "sites": {
                "a": {"role": "primary", "name": {"en": "\u202eA", "ar": "ب" * 5000}},
                "b": {"role": "dr"},
            },
        }
    )
    (first, second) = [event for event in what_if(analyse(estate))["events"] if event[2] == "sites"]
    assert first[0] == "a"
    assert "\u202e" not in "".join(first[1])
    assert [len(name) <= 120 for name in first[1]] == [True, True]
    assert second == ["b", [], "sites", 1]


def test_two_runs_write_the_same() -> None:
    again = what_if(analyse(load(BASE).estate.as_of(None)))
    assert json.dumps(again) == json.dumps(what_if(analysed(BASE)))


def test_an_estate_too_large_for_pairs_says_that_single_elements_were_searched(
    few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_MOST_WORK", 0)
    data, analysis = json.loads(json.dumps(what_if(analysed(few)))), analysed(few)
    assert data["order"] == 1
    for event in failable(analysis.sweep):
        agree(data, analysis, event)
    assert Lookup.of(data, "devices/b1", "rooms/ra").states()["services/spare"] == "unknown"


def test_pairs_are_evaluated_alike_in_one_piece_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json.dumps(embedded(BASE))
    monkeypatch.setattr(searching, "_AT_ONCE", 1)
    assert json.dumps(json.loads(json.dumps(what_if(analysed(BASE))))) == whole
