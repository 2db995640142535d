"""Why each cut set takes its service down: a chain of needs for every one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from resilience.availability.failing import WIDENING, Failing, Failures, Level
from resilience.availability.pairs import by_event, swept
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
    needed = _lost_in_calm(failures)
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
            ways = _ways(failures, needed, lost, starts, 1 << number, views.values())
            chains = {
                view: sweep.chain([sweep.compiled.names[step] for step in way]) for view, way in ways.items()
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


def _lost_in_calm(failures: Failures) -> list[int]:
    """Of every node how many of its needs do not hold though nothing failed."""
    edges_of = failures.logic.sweep.compiled.children
    return [sum(times for child, times in edges if child in failures.calm) for edges in edges_of]


def _ways(
    failures: Failures,
    needed: Sequence[int],
    lost: Sequence[int],
    starts: Iterable[int],
    mask: int,
    targets: Iterable[int],
) -> dict[int, list[int]]:
    """From each target down to one of the events over what was the last straw: as `Sweep.chains`, and no
    further than the targets."""
    parents, threshold = failures.logic.sweep.compiled.parents, failures.logic.sweep.compiled.threshold
    wanted = set(targets)
    level = sorted(starts)
    down = {start: start for start in level}
    count: dict[int, int] = {}
    touched: dict[int, int] = {}
    while wanted - down.keys():
        following: list[int] = []
        for node in level:
            for parent, times in parents[node]:
                if parent in down or not lost[parent] & mask:
                    continue
                touched.setdefault(parent, node)
                count[parent] = count.get(parent, needed[parent]) + times
                if count[parent] >= threshold[parent]:
                    down[parent] = node
                    following.append(parent)
        if not following:
            # A ring that lives on flow alone dies as a whole: no member of it is the first.
            following = sorted(node for node in touched if node not in down)
            down |= {node: touched[node] for node in following}
        if not following:
            break
        level = sorted(following)
    found = {}
    for target in sorted(wanted & down.keys()):
        way = [target]
        while down[way[-1]] != way[-1]:
            way.append(down[way[-1]])
        found[target] = way
    return found
