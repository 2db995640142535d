"""On small random estates the plan of a lost site agrees with all orders tried, from the format alone."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resilience.recovery_plans.disasters import MINUTE, forecast, plan, step

BEGINS = 15
"""Minutes until detection and decision are past."""


WHO: tuple[dict[str, Any], ...] = ({}, {"team": "t"}, {"team": "t", "people": 2}, {"team": "u"})


@st.composite
def disasters(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Up to six steps of up to four services, and two teams."""
    services: dict[str, Any] = {}
    left = 6
    for number in range(draw(st.integers(1, 4))):
        steps = []
        for at in range(draw(st.integers(1, max(1, min(3, left))))):
            after = [f"s{other}" for other in range(at) if draw(st.booleans())]
            who = draw(st.sampled_from(WHO))
            steps.append(step(f"s{at}", draw(st.integers(1, 6)), after=after, **who))
        left -= len(steps)
        needs = [{"on": f"services/n{other}"} for other in range(number) if draw(st.integers(0, 3)) == 0]
        services[f"n{number}"] = {"recovery": steps, "needs": needs, "tier": draw(st.integers(0, 3))}
        if left <= 0:
            break
    teams = {
        "t": {"members": draw(st.integers(1, 3)), "callout": f"{draw(st.sampled_from([0, 2]))} min"},
        "u": {"members": 1, "callout": "0 s"},
    }
    return services, teams


class Tried:
    """All steps with what they wait for, written apart from the plans; minutes."""

    def __init__(self, services: dict[str, Any], teams: dict[str, Any]) -> None:
        self.members = {name: team["members"] for name, team in teams.items()}
        self.steps: dict[str, dict[str, Any]] = {}
        self.after: dict[str, set[str]] = {}
        self.last: dict[str, set[str]] = {}
        self.ready: dict[str, int] = {}
        for name, service in services.items():
            waited = {end for need in service["needs"] for end in self.last[need["on"].partition("/")[2]]}
            followed = {other for entry in service["recovery"] for other in entry["after"]}
            self.last[name] = {f"{name}:{e['id']}" for e in service["recovery"] if e["id"] not in followed}
            for entry in service["recovery"]:
                key = f"{name}:{entry['id']}"
                self.steps[key] = entry
                self.after[key] = {f"{name}:{other}" for other in entry["after"]} | waited
                called = int(teams[entry["team"]]["callout"].split()[0]) if "team" in entry else 0
                self.ready[key] = BEGINS + called

    def ends(self, order: tuple[str, ...]) -> dict[str, int]:
        """When each ends if they are placed in that order, minute by minute."""
        ends: dict[str, int] = {}
        busy: dict[tuple[str, int], int] = {}
        for key in order:
            entry = self.steps[key]
            lasts = int(entry["duration"].split()[0])
            moment = max([self.ready[key], *(ends[other] for other in self.after[key])])
            team: str = entry.get("team", "")
            people = min(entry.get("people", 1), self.members.get(team, 9))
            while team and any(
                busy.get((team, tick), 0) + people > self.members[team]
                for tick in range(moment, moment + lasts)
            ):
                moment += 1
            for tick in range(moment, moment + lasts):
                busy[team, tick] = busy.get((team, tick), 0) + people
            ends[key] = moment + lasts
        return ends

    def shortest(self, wanted: set[str]) -> int:
        """The least moment by which those have ended, over all orders of them and what they wait for."""
        kept: set[str] = set()
        pending = set(wanted)
        while pending:
            key = pending.pop()
            kept.add(key)
            pending |= self.after[key] - kept
        found = []
        for order in permutations(sorted(kept)):
            place = {key: number for number, key in enumerate(order)}
            if all(place[other] < place[key] for key in order for other in self.after[key]):
                ends = self.ends(order)
                found.append(max(ends[key] for key in wanted))
        return min(found)


@pytest.mark.slow
@given(disasters())
@settings(max_examples=250, deadline=None)
def test_no_order_tried_is_shorter_than_the_bound_and_one_reaches_it(
    given: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    services, teams = given
    tried = Tried(services, teams)
    found = plan("sites/a", services, teams=teams)
    assert found.optimum is not None
    assert found.makespan is not None
    assert found.optimum.exact
    assert found.optimum.seconds == tried.shortest(set(tried.steps)) * MINUTE
    assert found.gap == found.makespan - found.optimum.seconds
    for name in services:
        back = forecast(found, name)
        assert back.optimum is not None
        assert back.optimum.seconds == tried.shortest(tried.last[name]) * MINUTE


@given(disasters())
@settings(max_examples=150, deadline=None)
def test_the_verdict_is_the_runbooks_order_placed_minute_by_minute(
    given: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    services, teams = given
    tried = Tried(services, teams)
    found = plan("sites/a", services, teams=teams)
    order: list[str] = []
    for reference in found.order:
        name = reference.partition("/")[2]
        order += [f"{name}:{entry['id']}" for entry in services[name]["recovery"]]
    ends = tried.ends(tuple(order))
    for name in services:
        assert forecast(found, name).predicted == max(ends[key] for key in tried.last[name]) * MINUTE


@pytest.mark.slow
@given(disasters())
@settings(max_examples=150, deadline=None)
def test_one_more_person_lengthens_no_optimum(given: tuple[dict[str, Any], dict[str, Any]]) -> None:
    services, teams = given
    for service in services.values():
        for entry in service["recovery"]:
            entry["people"] = min(entry.get("people", 1), teams["t"]["members"])
    few = plan("sites/a", services, teams=teams)
    more = plan("sites/a", services, teams=teams | {"t": teams["t"] | {"members": teams["t"]["members"] + 1}})
    for name in services:
        before, after = forecast(few, name).optimum, forecast(more, name).optimum
        assert before is not None
        assert after is not None
        assert after.seconds <= before.seconds


def shaped(shape: str, minutes: list[int], members: int) -> tuple[dict[str, Any], int]:
    """Services of one step each in a chain, a star or a diamond of needs, and when the last is back: in a
    team of one the sum; else the sum along the chain, or the longest arm."""
    longest = sum(minutes) if members == 1 or shape == "chain" else max(minutes)
    services: dict[str, Any] = {}

    def add(name: str, lasts: int, *needs: str) -> None:
        services[name] = {
            "recovery": [step("go", lasts, team="t")],
            "needs": [{"on": f"services/{other}"} for other in needs],
        }

    if shape == "chain":
        for number, lasts in enumerate(minutes):
            add(f"n{number}", lasts, *([f"n{number - 1}"] if number else []))
        return services, BEGINS + longest
    add("hub", 7)
    for number, lasts in enumerate(minutes):
        add(f"n{number}", lasts, "hub")
    if shape == "star":
        return services, BEGINS + 7 + longest
    add("top", 3, *(f"n{number}" for number in range(len(minutes))))
    return services, BEGINS + 7 + longest + 3


SHAPES = st.sampled_from(["chain", "star", "diamond"])
MINUTES = st.lists(st.integers(1, 90), min_size=1, max_size=5)


def check_shape(shape: str, minutes: list[int], members: int) -> None:
    """Holds a plan against the closed form: there is no better order, and the runbook's is as good."""
    services, last = shaped(shape, minutes, members)
    found = plan("sites/a", services, teams={"t": {"members": members, "callout": "0 s"}})
    assert found.makespan == last * MINUTE
    assert found.optimum is not None
    assert (found.optimum.seconds, found.optimum.exact, found.gap) == (last * MINUTE, True, 0.0)


@given(SHAPES, MINUTES, st.sampled_from([1, 9]))
@settings(max_examples=100, deadline=None)
def test_chains_stars_and_diamonds_of_services_have_their_closed_form(
    shape: str, minutes: list[int], members: int
) -> None:
    check_shape(shape, minutes, members)


@pytest.mark.slow
@given(SHAPES, MINUTES, st.sampled_from([1, 9]))
@settings(max_examples=1000, deadline=None)
def test_a_thousand_chains_stars_and_diamonds_have_their_closed_form(
    shape: str, minutes: list[int], members: int
) -> None:
    check_shape(shape, minutes, members)
