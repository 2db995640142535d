"""Single points of failure that a change brings or takes away, each with the lines responsible."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.changes.elements import Line
from policies.changes.responsible import Responsible
from resilience.analysis import Analysis
from resilience.results import SinglePoint
from resilience.standings import WIDE
from specs.services import CRITICAL_TIER


@dataclass(frozen=True)
class PointChange:
    """One event that now takes a service below the level it owes, or no longer does."""

    service: str
    event: str
    """What fails."""
    gained: bool
    """Whether it came; else it went."""
    vital: bool
    """Whether the service's tier owes to bear it."""
    chain: tuple[str, ...]
    """From the service to the event, as it is where the point is."""
    lines: tuple[Line, ...]
    """Changed lines that it comes from."""


def point_changes(responsible: Responsible) -> tuple[PointChange, ...]:
    """What came first; by service, then event. Sites and whole families of devices are none."""
    before, after = _points(responsible.before.analysis), _points(responsible.after.analysis)
    found = [_change(before[key], responsible, gained=False) for key in before.keys() - after.keys()]
    found += [_change(after[key], responsible, gained=True) for key in after.keys() - before.keys()]
    return tuple(sorted(found, key=lambda one: (not one.gained, not one.vital, one.service, one.event)))


def _points(analysis: Analysis) -> Mapping[tuple[str, str], SinglePoint]:
    return {
        (point.service, point.event): point
        for standing in analysis.standings
        for point in standing.single_points
        if point.category not in WIDE
    }


def _change(point: SinglePoint, responsible: Responsible, *, gained: bool) -> PointChange:
    estate = (responsible.after if gained else responsible.before).estate
    service = estate.services[point.service.partition("/")[2]]
    chain = (point.service, *(link.target for link in point.chain))

    def otherwise(_: str, put_back: Analysis) -> bool:
        return ((point.service, point.event) in _points(put_back)) is not gained

    return PointChange(
        service=point.service,
        event=point.event,
        gained=gained,
        vital=service.tier is not None and service.tier <= CRITICAL_TIER,
        chain=chain,
        lines=responsible.among(*(link.path for link in point.chain))
        or responsible.undoing(otherwise)
        or responsible.naming({*chain, point.event}),
    )
