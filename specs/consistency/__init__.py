"""What physics or the format refuses in a whole estate; what an organisation may decide is left to rules."""

from collections.abc import Callable, Iterator
from typing import Final

from specs.base import Element
from specs.consistency.addresses import faults_of_addresses
from specs.consistency.amounts import faults_of_amounts
from specs.consistency.copying import faults_of_copies
from specs.consistency.naming import Known, holders, undeclared
from specs.consistency.placing import faults_of_places
from specs.consistency.planning import faults_of_dates, faults_of_moments, faults_of_phases, not_in_service
from specs.consistency.ports import faults_of_ports
from specs.consistency.recovering import faults_of_orders
from specs.consistency.space import faults_of_racks
from specs.consistency.supply import faults_of_power
from specs.header import TODAY
from specs.issues import Fault, FieldPath
from specs.model import Estate
from specs.phases import PLANNED_FIELDS, Timeline, at_rank, changes_until, settled, timeline
from specs.references import Reference, references_of
from specs.shape import keys_of
from specs.text import did_you_mean

Check = Callable[[Estate], Iterator[Fault]]

CHECKS: Final[tuple[Check, ...]] = (
    faults_of_racks,
    faults_of_places,
    faults_of_power,
    faults_of_ports,
    faults_of_addresses,
    faults_of_orders,
    faults_of_amounts,
    faults_of_copies,
)
"""Checks of an estate at one moment; none of them minds a name that is not declared."""


def check(estate: Estate) -> tuple[Fault, ...]:
    """What is wrong with an estate as it stands at one moment, sorted by code and place."""
    return _sorted([*undeclared(holders(estate), Known(estate)), *_physical(estate)])


def check_plan(estate: Estate) -> tuple[Fault, ...]:
    """What is wrong with a whole plan: its phases, its names, then what stands at each of its moments."""
    faults = list(faults_of_phases(estate.estate))
    if faults:
        return _sorted(faults)
    plan = timeline(estate.estate)
    for collection, element in estate.elements():
        faults += faults_of_moments(collection, element, plan)
        faults += faults_of_dates(collection, element, estate.estate)
        faults += _provenance(collection, element)
    if faults:
        return _sorted([*faults, *undeclared(holders(estate), Known(estate))])
    versions = _Versions(plan)
    faults = _undeclared_at_any_time(estate, versions)
    return _sorted(faults or [*_at_each_moment(estate, versions)])


class _Versions:
    """Each element as it is at a moment, made once."""

    def __init__(self, plan: Timeline) -> None:
        self.plan = plan
        self._settled: dict[tuple[int, int], Element] = {}
        self._references: dict[int, tuple[Element, tuple[Reference, ...]]] = {}

    def of(self, element: Element, plan: Timeline, rank: int) -> Element:
        """As `settled`."""
        if element.model_fields_set.isdisjoint(PLANNED_FIELDS):
            return element
        last = max((plan.rank(moment) for moment in element.changes if plan.rank(moment) <= rank), default=0)
        found = self._settled.get((id(element), last))
        if found is None:
            found = self._settled[id(element), last] = settled(element, plan, last)
        return found

    def references(self, element: Element) -> tuple[Reference, ...]:
        """As `references_of`; the element is kept, so that its identity cannot pass to another."""
        found = self._references.get(id(element))
        if found is None:
            found = self._references[id(element)] = (element, references_of(element))
        return found[1]

    def moments(self, estate: Estate) -> Iterator[int]:
        """Today, and every moment at which anything enters, changes or leaves."""
        named = {0}
        for _, element in estate.elements():
            for moment in (element.enters, element.leaves, *element.changes):
                if moment is not None:
                    named.add(self.plan.rank(moment))
        yield from sorted(named)


def _undeclared_at_any_time(estate: Estate, versions: _Versions) -> list[Fault]:
    known = Known(estate)
    faults = list(undeclared(holders(estate, versions.references), known))
    for collection, element in estate.elements():
        for moment in element.changes:
            rank = versions.plan.rank(moment)
            version = versions.of(element, versions.plan, rank)
            changed = [
                each for each in versions.references(version) if each.path[0] in element.changes[moment]
            ]
            for fault in undeclared([((collection, element.id), tuple(changed))], known):
                faults.append(_told_of_change(fault, estate, versions.plan, rank))
    return faults


def _at_each_moment(estate: Estate, versions: _Versions) -> Iterator[Fault]:
    told: set[tuple[str, FieldPath]] = set()
    plan = versions.plan
    for rank in versions.moments(estate):
        moment = plan.moments[rank]
        for fault in _at(estate, versions, rank, moment):
            key = (fault.code, fault.path)
            if key not in told:
                told.add(key)
                here = _told_of_change(fault, estate, plan, rank)
                if moment == TODAY or fault.code.startswith("PHASE"):
                    yield here
                else:
                    message = f"{fault.message}, from `{moment}` on"
                    yield Fault(here.code, here.path, message, here.hint, here.related)


def _at(estate: Estate, versions: _Versions, rank: int, moment: str) -> Iterator[Fault]:
    plan = versions.plan
    serving: set[str] = set()
    gone: set[str] = set()
    for collection, element in estate.elements():
        if plan.serves(element, rank):
            serving.add(f"{collection}/{element.id}")
        else:
            gone |= {element.id, f"{collection}/{element.id}"}
    if gone:
        for collection, element in estate.elements():
            if f"{collection}/{element.id}" in serving:
                version = versions.of(element, plan, rank)
                references = versions.references(version)
                if any(reference.to in gone for reference in references):
                    path = (collection, element.id)
                    yield from not_in_service(path, version, references, serving.__contains__, moment)
    yield from _physical(at_rank(estate, plan, rank, versions.of))


def _told_of_change(fault: Fault, estate: Estate, plan: Timeline, rank: int) -> Fault:
    """The fault at the change that brought it about, where one did."""
    related = tuple(_changed_at(path, estate, plan, rank) for path in fault.related)
    return Fault(fault.code, _changed_at(fault.path, estate, plan, rank), fault.message, fault.hint, related)


def _changed_at(path: FieldPath, estate: Estate, plan: Timeline, rank: int) -> FieldPath:
    if len(path) < 3:
        return path
    element = estate.element(f"{path[0]}/{path[1]}")
    if element is None or path[2] not in changes_until(element, plan, rank):
        return path
    moments = [
        moment
        for moment in element.changes
        if plan.rank(moment) <= rank and path[2] in element.changes[moment]
    ]
    return (*path[:2], "changes", max(moments, key=plan.rank), *path[2:])


def _physical(estate: Estate) -> Iterator[Fault]:
    for faults_of in CHECKS:
        yield from faults_of(estate)


def _provenance(collection: str, element: Element) -> Iterator[Fault]:
    """Provenance of a field that there is not."""
    if element.provenance:
        known = {"*", *keys_of(type(element))}
        for name in element.provenance:
            if name not in known:
                path = (collection, element.id, "provenance", name)
                yield Fault(
                    "KEY-001", path, f"`{name}` is no field of {collection}", did_you_mean(name, known)
                )


def _sorted(faults: list[Fault]) -> tuple[Fault, ...]:
    unique = {(fault.code, fault.path): fault for fault in reversed(faults)}
    return tuple(sorted(unique.values(), key=lambda fault: (fault.code, tuple(map(str, fault.path)))))
