"""Why each cut set takes its service down: a chain of needs for every one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from resilience.availability.failing import WIDENING, Failing, Failures, Level
from resilience.availability.pairs import by_event, swept
from resilience.compiled import way_down
from resilience.results import Chain

_AT_ONCE: Final = 60
"""Cut sets looked at together: as many as make the smallest whole numbers."""


def chains_of(
    failures: Failures, listed: Mapping[str, Sequence[tuple[str, ...]]]
) -> dict[str, dict[tuple[str, ...], Chain]]:
    """Of each service the chain of each of its cut sets, from the service to one of the events."""
    found: dict[str, dict[tuple[str, ...], Chain]] = {service: {} for service in listed}
    held: dict[tuple[str, ...], list[Failing]] = {}
    for one in failures.services:
        for events in listed[one.service]:
            held.setdefault(events, []).append(one)
    sweep = failures.logic.sweep
    lost_needs = sweep.compiled.lost_needs(failures.calm)
    ordered = sorted(held)
    for first in range(0, len(ordered), _AT_ONCE):
        sets = ordered[first : first + _AT_ONCE]
        lost, _ = swept(failures, by_event(sets), frozenset(), len(sets))
        for number, events in enumerate(sets):
            level = _widest(failures, events)
            views = {
                one.service: _failing_view(failures, one.owed[level], lost, 1 << number)
                for one in held[events]
            }
            starts = [sweep.compiled.index[name] for name in events]
            down = sweep.compiled.last_straws(lost, 1 << number, starts, lost_needs, views.values())
            chains = {
                view: sweep.chain([sweep.compiled.names[step] for step in way_down(down, view)])
                for view in sorted(down.keys() & views.values())
            }
            for service, view in views.items():
                found[service][events] = chains.get(view, ())
    return found


def _widest(failures: Failures, events: Iterable[str]) -> int:
    """The kind of loss that counts, as a place in `WIDENING`."""
    return max(WIDENING.index(failures.scenarios[event]) for event in events)


def _failing_view(failures: Failures, level: Level, lost: Sequence[int], mask: int) -> int:
    """The first view of users who are left that fails; the service itself where there is none."""
    for view, place in level.views:
        gone = place is not None and place not in failures.calm and lost[place] & mask
        if view not in failures.calm and lost[view] & mask and not gone:
            return view
    return level.node
