"""Exercises are the same whether a service tells of them in short or a drill's record does."""

from copy import deepcopy
from typing import Any

from policies.exercises import exercises_held
from specs.loading import load
from specs.model import Estate
from tests.policies.conftest import BASE

WHOLE: dict[str, Any] = load(BASE).estate.model_dump(mode="json", exclude_defaults=True)


def estate(**changed: Any) -> Estate:
    return Estate.model_validate({**deepcopy(WHOLE), **changed})


def services(*exercises: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(WHOLE["services"])
    found["registry"]["exercises"] = list(exercises)
    return found


def drill(day: str, held_on: str = "estate") -> dict[str, Any]:
    measured = {"registry": {"rta": "20 min", "rpa": "5 s"}}
    return {"kind": "full", "on": day, "held_on": held_on, "services": measured}


def test_both_ways_of_telling_give_the_same_figures() -> None:
    short = estate(
        drills={}, services=services({"kind": "full", "on": "2026-03-01", "rta": "20 min", "rpa": "5 s"})
    )
    whole = estate(drills={"spring": drill("2026-03-01")}, services=services())
    (one,), (other,) = exercises_held(short)["registry"], exercises_held(whole)["registry"]
    figures = ("day", "kind", "scenario", "on_estate", "rta", "rpa")
    assert [getattr(one, name) for name in figures] == [getattr(other, name) for name in figures]
    assert (one.element, other.element) == ("services/registry", "drills/spring")


def test_they_are_told_in_the_order_of_their_days() -> None:
    mixed = estate(
        drills={"b": drill("2026-02-01"), "a": drill("2026-05-01")},
        services=services({"kind": "tabletop", "on": "2026-04-01"}, {"kind": "tabletop", "on": "2025-04-01"}),
    )
    held = exercises_held(mixed)["registry"]
    assert [one.day for one in held] == ["2025-04-01", "2026-02-01", "2026-04-01", "2026-05-01"]


def test_a_drill_of_the_lab_is_told_apart() -> None:
    (one,) = exercises_held(estate(drills={"twin": drill("2026-02-01", "lab")}, services=services()))[
        "registry"
    ]
    assert not one.on_estate


def test_figures_are_found_where_they_are_said_to_be() -> None:
    mixed = estate(
        drills={"b": drill("2026-02-01")},
        services=services({"kind": "full", "on": "2026-04-01", "rta": "1 h"}),
    )
    for one in exercises_held(mixed)["registry"]:
        holder: Any = mixed
        for step in one.measured:
            holder = (
                holder[step] if isinstance(step, int) or isinstance(holder, dict) else getattr(holder, step)
            )
        assert (holder.rta, holder.rpa) == (one.rta, one.rpa)
