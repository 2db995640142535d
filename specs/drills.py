"""Drills that were held: what was exercised, what was measured, and what followed from it."""

from typing import Annotated, Literal

from pydantic import Field

from specs.base import Date, Element, LapsingRef, Many, Ref, Strict, Text
from specs.services import Scenario
from specs.units import Duration, Fraction


class DrillResult(Strict):
    """What a drill measured of one service; a talk through its plan measures nothing."""

    rta: Duration | None = None
    """Recovery time achieved."""
    rpa: Duration | None = None
    """Recovery point achieved: age of what was lost."""
    level: Fraction | None = None
    """Share of normal demand that was served by then; absent: not measured."""


class Drill(Element):
    """A drill that was held, whatever became of it: its record is never changed afterwards."""

    kind: Literal["tabletop", "component", "functional", "full"]
    """How far it went: talked through, a component, a function, the whole site."""
    on: Date
    """Day on which it was held."""
    scenario: Scenario = "site"
    """Loss that was exercised."""
    held_on: Literal["estate", "lab"] = "estate"
    """Whether it was held on the estate itself or on its twin in a lab: a lab's times are the lab's."""
    lost: Many[LapsingRef] = ()
    """What was taken away, or said to be."""
    plan: str | None = None
    """Reference of the plan that was followed."""
    led_by: Annotated[str, Ref("teams", lapses=True)] | None = None
    """Who led it."""
    services: dict[Annotated[str, Ref("services", lapses=True)], DrillResult] = Field(default_factory=dict)
    """By service that was exercised: what was measured."""
    deviations: Many[Text] | None = None
    """What went otherwise than planned; an empty list is nothing, absent is not recorded."""
    actions: Many[Annotated[str, Ref("actions", lapses=True)]] = ()
    """What follows from it, in the plan of action: who does it by when, and whether it is done."""
    evidence: str | None = None
    """Where its record lies: document, file or digest."""
