"""Consistency groups: what the worst member loses, and the newest point in time common to all members."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class Schedules:
    """What is declared of copies, each by name (`replications/…`, `backups/…`)."""

    intervals: Mapping[str, float] = field(default_factory=dict)
    """Seconds between two copies of each backup or snapshot."""
    bases: Mapping[str, float] = field(default_factory=dict)
    """Greatest age of each backup without its logs, where known."""
    orders: Mapping[str, str] = field(default_factory=dict)
    """With which others it keeps one order of writes, where declared."""

    def together(self, copy: CopyAge) -> tuple[str, ...] | None:
        """What copies must share to give back one point in time: order, kind and site, and of schedules the
        interval; None: nobody says that it keeps an order with others."""
        order = self.orders.get(copy.copy)
        if order is None or copy.kind == "logged-backup":
            return None
        return order, copy.kind, copy.site, str(self.intervals.get(copy.copy, ""))


def group_losses(datasets: Iterable[DatasetLoss], schedules: Schedules) -> tuple[GroupLoss, ...]:
    """Every group of two members or more in every scenario, by group."""
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
                found.append(_group(group, names, scenarios, schedules))
    return tuple(found)


def _group(
    group: str,
    names: tuple[str, ...],
    losses: tuple[ScenarioLoss, ...],
    schedules: Schedules,
) -> GroupLoss:
    scenario: Scenario = losses[0].scenario
    worst = max(range(len(losses)), key=lambda at: (*_badness(losses[at].loss), -at))
    loss = _together([one.loss for one in losses])
    sure = sure_point([one.copies for one in losses], schedules)
    owed = [one.objective for one in losses if one.objective is not None]
    objective = min(owed, default=None)
    best = [next((copy for copy in one.copies if copy.copy == one.copy), None) for one in losses]
    consistent = _consistent(best, schedules)
    met: Tri = "unknown"
    if objective is not None:
        possible = least_possible([one.copies for one in losses], schedules)
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


def _consistent(best: list[CopyAge | None], schedules: Schedules) -> Tri:
    """Whether those copies hold one point in time: all of them every write; or all keep one order of writes;
    or all but such, or but one, can be rolled by logs, and those keep earlier states. Copies of one kind and
    site may be made together where nobody says so."""
    if None in best:
        return "no"
    copies = [copy for copy in best if copy is not None]
    if all(copy.kind in NOW for copy in copies):
        return "yes"
    fixed = [copy for copy in copies if copy.kind != "logged-backup"]
    ordered = len(fixed) == 1 or _in_one_order(fixed, schedules)
    if not fixed or (ordered and all(copy.kind in ("snapshot", "backup") for copy in fixed)):
        return "yes"
    if len(fixed) == len(copies) and ordered:
        return "yes"
    alike = len({(copy.kind, copy.site) for copy in fixed}) == 1
    return "unknown" if alike and fixed[0].kind not in NOW else "no"


def _in_one_order(copies: list[CopyAge], schedules: Schedules) -> bool:
    keys = {schedules.together(copy) for copy in copies}
    return len(keys) == 1 and None not in keys


def sure_point(members: list[tuple[CopyAge, ...]], schedules: Schedules) -> Point | None:
    """The newest point that is surely common to all members, whatever the schedules; None: there is none.

    Either every member has a copy that holds every write, or all can be rolled by logs to any point older
    than their last log, or all but one, or but some that keep one order of writes, which give the point: the
    newest of their copies that the logs of all others reach. Or all keep one order of writes: then they are
    as old as the oldest of them. A copy counts where it surely outlives the loss and its age is known.
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
    for givers in _givers(sure, schedules):
        others = [copy for place, copy in enumerate(logged) if place not in givers]
        if any(copy is None for copy in others):
            continue
        reach = max((_age(copy) for copy in others if copy is not None), default=0.0)
        ages = [_pointed(copy, reach, schedules) for copy in givers.values()]
        if not others:
            ages = [_age(copy) for copy in givers.values()]
        told = [age for age in ages if age is not None]
        if len(told) == len(ages):
            names = [
                givers[place].copy if place in givers else copy.copy if copy is not None else ""
                for place, copy in enumerate(logged)
            ]
            points.append(Point(max(told), tuple(names)))
    return min(points, key=lambda point: (point.age, point.copies), default=None)


def _givers(sure: list[list[CopyAge]], schedules: Schedules) -> Iterator[dict[int, CopyAge]]:
    """Copies, by the place of their member, that give the point to which all others are rolled: each alone,
    and of members that keep one order of writes the youngest of each."""
    orders: dict[tuple[str, ...], dict[int, CopyAge]] = {}
    for at, copies in enumerate(sure):
        for copy in sorted(copies, key=lambda copy: (_age(copy), copy.copy)):
            if copy.kind in ("snapshot", "backup"):
                yield {at: copy}
            key = schedules.together(copy)
            if key is not None:
                orders.setdefault(key, {}).setdefault(at, copy)
    for _, found in sorted(orders.items()):
        if len(found) > 1:
            yield found


def least_possible(members: list[tuple[CopyAge, ...]], schedules: Schedules) -> float | None:
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
            found.append(max(_freshest(copies, schedules.intervals) for copies in usable))
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


def _pointed(copy: CopyAge, reach: float, schedules: Schedules) -> float | None:
    """Greatest age of the newest copy of a schedule that is at least `reach` old.

    Copies lie one interval apart and are there once they have been made: the newest usable one is at least
    max(reach, what one takes) old, and less than an interval older.
    """
    if copy.kind not in ("snapshot", "backup") or copy.copy not in schedules.intervals:
        return None
    interval = schedules.intervals[copy.copy]
    age = schedules.bases.get(copy.copy, copy.age.high)
    return None if age is None else max(reach, age - interval) + interval


def _youngest(copies: Iterable[CopyAge]) -> CopyAge | None:
    return min(copies, key=lambda copy: (_age(copy), copy.copy), default=None)


def _age(copy: CopyAge) -> float:
    return copy.age.high or 0.0
