"""Consistency groups: what the worst member loses, and the newest point in time common to all members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resilience.data_loss.results import CopyAge, DatasetLoss, GroupLoss, ScenarioLoss
from resilience.failover_flows.results import Bounds
from resilience.results import Scenario, Tri, in_order

NOW = ("synchronous", "semi-synchronous", "nodes")
"""Copies that hold every write up to the loss, and no earlier state."""


@dataclass(frozen=True)
class Point:
    """A point in time to which all members can surely be brought, and by which copies."""

    age: float
    copies: tuple[str, ...]


def group_losses(
    datasets: Iterable[DatasetLoss], intervals: Mapping[str, float], bases: Mapping[str, float]
) -> tuple[GroupLoss, ...]:
    """Every group of two members or more in every scenario, by group.

    `intervals`: seconds between two copies of each backup or snapshot; `bases`: greatest age of a backup
    without its logs, where known.
    """
    members: dict[str, list[DatasetLoss]] = {}
    for dataset in datasets:
        if dataset.group:
            members.setdefault(dataset.group, []).append(dataset)
    found = []
    for group, losses in sorted(members.items()):
        losses = sorted(losses, key=lambda loss: loss.dataset)
        for scenarios in zip(*(loss.scenarios for loss in losses), strict=True):
            if len(losses) > 1:
                names = tuple(loss.dataset for loss in losses)
                found.append(_group(group, names, scenarios, intervals, bases))
    return tuple(found)


def _group(
    group: str,
    names: tuple[str, ...],
    losses: tuple[ScenarioLoss, ...],
    intervals: Mapping[str, float],
    bases: Mapping[str, float],
) -> GroupLoss:
    scenario: Scenario = losses[0].scenario
    worst = max(range(len(losses)), key=lambda at: (*_badness(losses[at].loss), -at))
    loss = _together([one.loss for one in losses])
    sure = sure_point([one.copies for one in losses], intervals, bases)
    owed = [one.objective for one in losses if one.objective is not None]
    objective = min(owed, default=None)
    best = [next((copy for copy in one.copies if copy.copy == one.copy), None) for one in losses]
    consistent = _consistent(best)
    met: Tri = "unknown"
    if objective is not None:
        possible = least_possible([one.copies for one in losses], intervals)
        if loss is None or loss.low > objective or possible is None or possible > objective:
            met = "no"
        elif sure is not None and sure.age <= objective:
            met = "yes"
    return GroupLoss(
        group=group,
        members=names,
        scenario=scenario,
        loss=loss,
        worst=names[worst],
        consistent=consistent,
        sure_loss=None if sure is None else Bounds(sure.age, sure.age),
        sure_copies=() if sure is None else sure.copies,
        objective=objective,
        met=met,
        missing=in_order(fact for one in losses for fact in one.missing),
    )


def _badness(loss: Bounds | None) -> tuple[bool, bool, float, float]:
    if loss is None:
        return True, True, 0.0, 0.0
    return False, loss.high is None, loss.high or 0.0, loss.low


def _together(losses: list[Bounds | None]) -> Bounds | None:
    """What the worst loses."""
    known = [loss for loss in losses if loss is not None]
    if len(known) < len(losses):
        return None
    highs = [loss.high for loss in known if loss.high is not None]
    return Bounds(max(loss.low for loss in known), max(highs) if len(highs) == len(known) else None)


def _consistent(best: list[CopyAge | None]) -> Tri:
    """Whether those copies hold one point in time: all of them every write; or all but one can be rolled by
    logs, and that one keeps earlier states. Copies of one kind and site may be made together, and nobody
    says so."""
    if None in best:
        return "no"
    copies = [copy for copy in best if copy is not None]
    if all(copy.kind in NOW for copy in copies):
        return "yes"
    fixed = [copy for copy in copies if copy.kind != "logged-backup"]
    if not fixed or (len(fixed) == 1 and fixed[0].kind in ("snapshot", "backup")):
        return "yes"
    alike = len({(copy.kind, copy.site) for copy in fixed}) == 1
    return "unknown" if alike and fixed[0].kind not in NOW else "no"


def sure_point(
    members: list[tuple[CopyAge, ...]], intervals: Mapping[str, float], bases: Mapping[str, float]
) -> Point | None:
    """The newest point that is surely common to all members, whatever the schedules; None: there is none.

    Either every member has a copy that holds every write, or all can be rolled by logs to any point older
    than their last log, or all but one, which gives the point: the newest of its copies that the logs of
    all others reach. A copy counts where it surely outlives the loss and its age is known.
    """
    sure = [
        [copy for copy in copies if copy.outlives == "yes" and copy.age.high is not None]
        for copies in members
    ]
    complete = [next((copy for copy in copies if copy.kind in NOW), None) for copies in sure]
    if all(copy is not None and copy.age.high == 0.0 for copy in complete):
        return Point(0.0, tuple(copy.copy for copy in complete if copy is not None))
    logged = [_youngest(copy for copy in copies if copy.kind == "logged-backup") for copies in sure]
    points = []
    if all(logged):
        known = [copy for copy in logged if copy is not None]
        points.append(Point(max(_age(copy) for copy in known), tuple(copy.copy for copy in known)))
    for at, copies in enumerate(sure):
        others = [copy for place, copy in enumerate(logged) if place != at]
        if any(copy is None for copy in others):
            continue
        reach = max((_age(copy) for copy in others if copy is not None), default=0.0)
        for copy in copies:
            age = _pointed(copy, reach, intervals, bases)
            if age is not None:
                names = [other.copy if other is not None else "" for other in logged]
                names[at] = copy.copy
                points.append(Point(age, tuple(names)))
    return min(points, key=lambda point: (point.age, point.copies), default=None)


def least_possible(members: list[tuple[CopyAge, ...]], intervals: Mapping[str, float]) -> float | None:
    """The least age, at the worst moment, that a point common to all members may have if whatever is not
    declared turns out well; None: no choice of copies can meet in one point.

    Copies of one kind and site may be made together, and logs roll any others to where those are. Several
    schedules of one member may lie so that one is always fresh.
    """
    there = [[copy for copy in copies if copy.outlives != "no"] for copies in members]
    if not all(there):
        return None
    if all(any(copy.kind in NOW for copy in copies) for copies in there):
        return 0.0
    found = []
    for key in sorted({(copy.kind, copy.site) for copies in there for copy in copies}):
        usable = [
            [copy for copy in copies if copy.kind == "logged-backup" or (copy.kind, copy.site) == key]
            for copies in there
        ]
        if all(usable):
            found.append(max(_freshest(copies, intervals) for copies in usable))
    return min(found, default=None)


def _freshest(copies: list[CopyAge], intervals: Mapping[str, float]) -> float:
    """The least age that some of those copies surely has at the worst moment, however schedules lie."""
    if sum(copy.kind != "asynchronous" for copy in copies) < 2:
        return min(copy.age.low for copy in copies)
    return min(
        copy.age.low
        if copy.kind == "asynchronous"
        else max(0.0, copy.age.low - intervals.get(copy.copy, copy.age.low))
        for copy in copies
    )


def _pointed(
    copy: CopyAge, reach: float, intervals: Mapping[str, float], bases: Mapping[str, float]
) -> float | None:
    """Greatest age of the newest copy of a schedule that is at least `reach` old.

    Copies lie one interval apart and are there once they have been made: the newest usable one is at least
    max(reach, what one takes) old, and less than an interval older.
    """
    if copy.kind not in ("snapshot", "backup") or copy.copy not in intervals:
        return None
    interval = intervals[copy.copy]
    age = bases.get(copy.copy, copy.age.high)
    return None if age is None else max(reach, age - interval) + interval


def _youngest(copies: Iterable[CopyAge]) -> CopyAge | None:
    return min(copies, key=lambda copy: (_age(copy), copy.copy), default=None)


def _age(copy: CopyAge) -> float:
    return copy.age.high or 0.0
