"""The estate as it stands at a moment of its plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from specs.base import Element
from specs.header import TODAY, Header
from specs.issues import Issue, SpecError
from specs.model import ELEMENT_COLLECTIONS, Estate
from specs.references import without
from specs.text import did_you_mean

PLANNED_FIELDS = ("enters", "leaves", "changes")
"""Fields that speak of the plan and not of the element."""


@dataclass(frozen=True)
class Timeline:
    """The moments of a plan, in order: today, then each phase's steps and the end of the phase."""

    moments: tuple[str, ...]

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {moment: rank for rank, moment in reversed(list(enumerate(self.moments)))}

    def rank(self, moment: str) -> int:
        """Place of the moment in the plan, today being 0; SpecError if the plan has none such."""
        rank = self._ranks.get(moment)
        if rank is None:
            raise SpecError(
                [
                    Issue(
                        "PHASE-001", None, f"there is no phase `{moment}`", did_you_mean(moment, self.moments)
                    )
                ]
            )
        return rank

    def knows(self, moment: str) -> bool:
        """Whether the plan has that moment."""
        return moment in self._ranks

    def serves(self, element: Element, rank: int) -> bool:
        """Whether the element is in service at that moment."""
        entered = element.enters is None or self.rank(element.enters) <= rank
        return entered and (element.leaves is None or rank < self.rank(element.leaves))


def timeline(header: Header) -> Timeline:
    """The moments of an estate's plan.

    An element that enters in `phase-2` is in service at its end; one that enters in `phase-2/cut-over`, from
    that step on.
    """
    moments = [TODAY]
    for phase in header.phases:
        moments.extend(f"{phase.id}/{step.id}" for step in phase.steps)
        moments.append(phase.id)
    return Timeline(tuple(moments))


def as_of(estate: Estate, phase: str | None) -> Estate:
    """What `Estate.as_of` returns."""
    plan = timeline(estate.estate)
    rank = len(plan.moments) - 1 if phase is None else plan.rank(phase)
    return at_rank(estate, plan, rank, settled)


def at_rank(
    estate: Estate,
    plan: Timeline,
    rank: int,
    version: Callable[[Element, Timeline, int], Element],
) -> Estate:
    """The estate at a moment, each element of it as `version` gives it."""
    gone: set[str] = set()
    collections: dict[str, dict[str, Element]] = {}
    for name in ELEMENT_COLLECTIONS:
        collections[name] = kept = {}
        for key, element in estate.collection(name).items():
            if plan.serves(element, rank):
                kept[key] = version(element, plan, rank)
            else:
                gone.add(f"{name}/{key}")
    update: dict[str, Any] = dict(collections)
    if gone:
        is_gone = gone.__contains__
        update = {name: _all_without(elements, is_gone) for name, elements in collections.items()}
        update["plan"] = without(estate.plan, is_gone)
    return estate.model_copy(update=update)


def settled(element: Element, plan: Timeline, rank: int) -> Element:
    """The element as it is at that moment, with nothing more to come."""
    changes = changes_until(element, plan, rank)
    if changes:
        return changed(element, changes)
    if element.model_fields_set.isdisjoint(PLANNED_FIELDS):
        return element
    copy = element.model_copy(update={"enters": None, "leaves": None, "changes": {}})
    copy.model_fields_set.difference_update(PLANNED_FIELDS)
    return copy


def changes_until(element: Element, plan: Timeline, rank: int) -> dict[str, Any]:
    """The fields that the plan has changed by that moment, each with its latest value."""
    result: dict[str, Any] = {}
    for moment in sorted(element.changes, key=plan.rank):
        if plan.rank(moment) <= rank:
            result |= element.changes[moment]
    return result


def changed(element: Element, changes: Mapping[str, Any]) -> Element:
    """The element with those fields as the format writes them; ValidationError if they cannot be."""
    kept = element.model_fields_set.difference(PLANNED_FIELDS, changes)
    models = {name for name in kept if isinstance(getattr(element, name), BaseModel)}
    # A quantity is held as a bare float, which the format refuses: it is written out with its unit.
    written = element.model_dump(mode="json", by_alias=True, exclude_unset=True, include=set(kept - models))
    values = written | {name: getattr(element, name) for name in models}
    return type(element).model_validate(
        values | {name: value for name, value in changes.items() if value is not None}
    )


def _all_without(elements: dict[str, Element], gone: Callable[[str], bool]) -> dict[str, BaseModel]:
    return {key: without(element, gone) for key, element in elements.items()}
