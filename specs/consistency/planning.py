"""The plan's phases follow each other, and what needs something enters when that is in service."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from specs.base import Element, Need
from specs.complaints import faults_of
from specs.data import Backup
from specs.drills import Drill
from specs.equipment import Device
from specs.expanding import ID
from specs.header import TODAY, Header, Phase
from specs.issues import Fault, FieldPath
from specs.people import Contract
from specs.phases import PLANNED_FIELDS, Timeline, changed, changes_until
from specs.references import Reference
from specs.services import Service
from specs.shape import keys_of
from specs.text import did_you_mean


def faults_of_phases(header: Header) -> Iterator[Fault]:
    """Phases with names of their own, in order of time, that end after they start."""
    yield from _names([phase.id for phase in header.phases], ("estate", "phases"), "phase")
    for place, phase in enumerate(header.phases):
        here: FieldPath = ("estate", "phases", place)
        yield from _names([step.id for step in phase.steps], (*here, "steps"), "step")
        if phase.ends < phase.starts:
            yield Fault("PHASE-003", (*here, "ends"), f"`{phase.id}` ends before it starts", "swap the dates")
        if place and phase.ends < header.phases[place - 1].ends:
            yield _out_of_order(header.phases[place - 1], phase, (*here, "ends"))
    last = header.phases[-1] if header.phases else None
    if last is not None and header.horizon_ends is not None and header.horizon_ends < last.ends:
        message = f"the horizon ends before the last phase, `{last.id}`, does"
        yield Fault("PHASE-003", ("estate", "horizon_ends"), message, f"set it to {last.ends} or later")


def faults_of_moments(collection: str, element: Element, plan: Timeline) -> Iterator[Fault]:
    """What an element says of the plan: known phases, entering before leaving, changing while in service."""
    if element.model_fields_set.isdisjoint(PLANNED_FIELDS):
        return
    path: FieldPath = (collection, element.id)
    named = [
        ((*path, field), moment)
        for field, moment in (("enters", element.enters), ("leaves", element.leaves))
        if moment is not None
    ]
    named += [((*path, "changes", moment), moment) for moment in element.changes]
    unknown = [(where, moment) for where, moment in named if not plan.knows(moment)]
    for where, moment in unknown:
        yield Fault("PHASE-001", where, f"there is no phase `{moment}`", _moments_like(moment, plan))
    if unknown:
        return
    enters = plan.rank(element.enters) if element.enters is not None else 0
    leaves = plan.rank(element.leaves) if element.leaves is not None else len(plan.moments)
    if leaves <= enters:
        what = (
            f"leaves in `{element.leaves}`, not after it enters" if element.enters else "is never in service"
        )
        yield Fault(
            "PHASE-002", (*path, "leaves"), f"`{element.id}` {what}", "let it leave in a later phase or step"
        )
        return
    for moment in element.changes:
        where = (*path, "changes", moment)
        if moment == TODAY:
            message, hint = "nothing changes before the first phase", "write today's value in the element"
            yield Fault("PHASE-006", where, message, hint)
        elif not enters <= plan.rank(moment) < leaves:
            message = f"`{element.id}` changes in `{moment}`, and is not in service then"
            yield Fault("PHASE-006", where, message, "change it in a phase between its own")
    if element.changes:
        yield from _faults_of_changes(path, element, plan)


def _faults_of_changes(path: FieldPath, element: Element, plan: Timeline) -> Iterator[Fault]:
    known = [key for key in keys_of(type(element)) if key not in PLANNED_FIELDS]
    for moment in sorted(element.changes, key=plan.rank):
        where: FieldPath = (*path, "changes", moment)
        wrong = [key for key in element.changes[moment] if key not in known]
        for key in wrong:
            message = f"unknown key `{key}` of {'/'.join(map(str, where))}"
            yield Fault("KEY-001", (*where, key), message, did_you_mean(key, known))
        changes = changes_until(element, plan, plan.rank(moment))
        try:
            changed(element, {key: value for key, value in changes.items() if key in known})
        except ValidationError as fault:
            for each in faults_of(fault, type(element), where):
                field = each.path[len(where) : len(where) + 1]
                if not field or field[0] in element.changes[moment]:  # else an earlier moment is to blame
                    yield each


def faults_of_dates(collection: str, element: Element, header: Header) -> Iterator[Fault]:
    """What happened to an element happened after its phase began."""
    phase = next(
        (each for each in header.phases if element.enters and each.id == element.enters.split("/")[0]), None
    )
    if phase is None:
        return
    for path, what, day in _happened(element):
        if day < phase.starts:
            message = f"{what} on {day}, and `{element.id}` enters in `{phase.id}`, from {phase.starts} on"
            yield Fault(
                "PHASE-004", (collection, element.id, *path), message, "correct the date or the phase"
            )


def not_in_service(
    path: FieldPath,
    element: Element,
    references: Sequence[Reference],
    serves: Callable[[str], bool],
    moment: str,
) -> Iterator[Fault]:
    """What an element cannot do without at a moment at which that is not in service."""
    here = "today" if moment == TODAY else f"in `{moment}`"
    for reference in references:
        if not reference.lapses and not any(map(serves, reference.candidates)):
            message = f"`{reference.to}` is not in service {here}, and `{element.id}` is"
            hint = "let both enter and leave together, or give other values under `changes`"
            yield Fault("PHASE-005", (*path, *reference.path), message, hint, _declared(reference))
    for field, listed in _lists(references).items():
        if all(any(map(serves, reference.candidates)) for reference in listed):
            continue
        left = sum(any(map(serves, reference.candidates)) for reference in listed)
        wanted = _wanted(element, field)
        if left < wanted:
            message = f"{left} of those listed are in service {here}, and `{element.id}` needs {wanted}"
            yield Fault("PHASE-007", (*path, *field), message, "list others, or let it enter later")


def _lists(references: Sequence[Reference]) -> dict[FieldPath, list[Reference]]:
    lists: dict[FieldPath, list[Reference]] = {}
    for reference in references:
        if reference.lapses and reference.path[-2:-1] in (("any_of",), ("nodes",)):
            lists.setdefault(reference.path[:-1], []).append(reference)
    return lists


def _wanted(element: Element, field: FieldPath) -> int:
    """How many of a list there must be for the element to make sense."""
    holder: Any = element
    for step in field[:-1]:
        holder = holder[step] if isinstance(step, int) else getattr(holder, step)
    return holder.needs if isinstance(holder, Need) else 1


def _declared(reference: Reference) -> tuple[FieldPath, ...]:
    return tuple(tuple(candidate.split("/", 1)) for candidate in reference.candidates[:1])


def _happened(element: Element) -> Iterator[tuple[FieldPath, str, date]]:
    if isinstance(element, Device) and element.acceptance is not None:
        yield ("acceptance", "on"), "accepted", element.acceptance.on
    if isinstance(element, Backup) and element.last_restore_test is not None:
        yield ("last_restore_test", "on"), "restored in a test", element.last_restore_test.on
    if isinstance(element, Contract) and element.ends is not None:
        yield ("ends",), "ends", element.ends
    if isinstance(element, Drill):
        yield ("on",), "held", element.on
    if isinstance(element, Service):
        for place, exercise in enumerate(element.exercises):
            yield ("exercises", place, "on"), "exercised", exercise.on


def _names(names: Sequence[str], path: FieldPath, what: str) -> Iterator[Fault]:
    for place, name in enumerate(names):
        if not ID.fullmatch(name) or (what == "phase" and name == TODAY):
            hint = (
                "use letters, digits and . _ -"
                if name != TODAY
                else "today is the estate before the first phase"
            )
            yield Fault("KEY-005", (*path, place, "id"), f"`{name}` cannot be the name of a {what}", hint)
        elif name in names[:place]:
            first: FieldPath = (*path, names.index(name), "id")
            yield Fault(
                "KEY-004",
                (*path, place, "id"),
                f"the {what} `{name}` is declared twice",
                "rename one",
                (first,),
            )


def _out_of_order(before: Phase, phase: Phase, where: FieldPath) -> Fault:
    message = f"`{phase.id}` ends before `{before.id}`, which stands before it, does"
    return Fault("PHASE-003", where, message, "put the phases in order of their end")


def _moments_like(moment: str, plan: Timeline) -> str:
    return (
        did_you_mean(moment, plan.moments[1:])
        or "the estate has no phases; declare them under `estate: phases:`"
    )
