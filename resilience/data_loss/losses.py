"""What is lost of every dataset by every kind of loss, in calm and under every single failure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from resilience.clean_copies import whole_age
from resilience.data_loss.calm_ages import CalmAges
from resilience.data_loss.copies import Copies, Copy, Survival, users_of
from resilience.data_loss.feeds import Feed, Feeds, feeds_of
from resilience.data_loss.groups import Schedules, group_losses
from resilience.data_loss.intruder import after_intruder
from resilience.data_loss.results import (
    CopyAge,
    CopyUnderFailure,
    DataLosses,
    DatasetLoss,
    FailureLoss,
    ScenarioLoss,
)
from resilience.data_loss.under_failure import UnderFailure
from resilience.data_loss.write_delays import write_delays
from resilience.failover_flows.results import Bounds
from resilience.results import Missing, Tri, in_order
from specs.services import SCENARIOS, Scenario

if TYPE_CHECKING:
    from resilience.analysis import Analysis

ASSUMES = (
    "Loss is counted at the worst moment, and every failure begins at the worst time of day.",
    "Where hours are declared, writes are even within each or come at the peak rate for a part of it.",
    "Circuits are shared in proportion to what each traffic needs; replications take what is left.",
    "A synchronous write waits for one round trip; equipment is not counted.",
    "Backups keep their schedule as long as there is a way to the vault; a log is there once it is shipped.",
    "After an intruder a clean copy is rolled forward by its logs up to the first damage.",
)


def data_losses(analysis: "Analysis") -> DataLosses:
    """All datasets and consistency groups of an estate."""
    losses = _Losses(feeds_of(Copies(analysis.sweep)))
    datasets = tuple(losses.dataset(name) for name in sorted(analysis.estate.datasets))
    return DataLosses(datasets, group_losses(datasets, _schedules(analysis)), ASSUMES)


def _schedules(analysis: "Analysis") -> Schedules:
    """What is declared of the intervals and orders of backups and replicas."""
    intervals, bases, orders = {}, {}, {}
    for name, backup in analysis.estate.backups.items():
        intervals[f"backups/{name}"] = backup.interval
        age = whole_age(backup)[0].high
        if age is not None:
            bases[f"backups/{name}"] = age
        if backup.write_order is not None:
            orders[f"backups/{name}"] = backup.write_order
    for name, copy in analysis.estate.replications.items():
        if copy.mode == "snapshot" and copy.interval is not None:
            intervals[f"replications/{name}"] = copy.interval
        if copy.write_order is not None:
            orders[f"replications/{name}"] = copy.write_order
    return Schedules(intervals, bases, orders)


@dataclass(frozen=True)
class _Losses:
    feeds: Feeds

    @property
    def copies(self) -> Copies:
        return self.feeds.copies

    @cached_property
    def ages(self) -> CalmAges:
        return CalmAges(self.copies, dict(self.feeds.calm))

    @cached_property
    def under_failure(self) -> UnderFailure:
        return UnderFailure(self.ages, self.feeds.calm)

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """Of every dataset the services that own or use it, by id."""
        return users_of(self.copies.estate)

    def dataset(self, name: str) -> DatasetLoss:
        """One dataset in full."""
        copies = self.copies.by_dataset[name]
        scenarios = tuple(self._scenario(name, copies, scenario) for scenario in SCENARIOS)
        return DatasetLoss(
            dataset=f"datasets/{name}",
            group=self.copies.estate.datasets[name].consistency_group or "",
            scenarios=scenarios,
            failures=tuple(row for scenario in scenarios for row in self._failures(name, copies, scenario)),
            write_delays=write_delays(self.feeds, copies),
        )

    def _objective(self, dataset: str, scenario: Scenario) -> tuple[float | None, str, tuple[Missing, ...]]:
        """The strictest RPO of its services, and whose it is."""
        owed, silent = [], []
        for name in self.owners.get(dataset, ()):
            service = self.copies.estate.services.get(name)
            objective = getattr(service.objectives, scenario) if service is not None else None
            if objective is not None:
                owed.append((float(objective.rpo), f"services/{name}"))
            elif service is not None:
                path = ("services", name, "objectives", scenario)
                silent.append(Missing(f"services/{name}", f"objectives.{scenario}", path, "what may be lost"))
        if owed:
            limit, whose = min(owed)
            return limit, whose, ()
        return None, "", tuple(silent)

    def _scenario(self, name: str, copies: tuple[Copy, ...], scenario: Scenario) -> ScenarioLoss:
        ages = tuple(self._copy_age(copy, scenario) for copy in copies)
        there = [age for age in ages if age.outlives != "no"]
        sure = [age for age in there if age.outlives == "yes" and age.age.high is not None]
        best = min(sure, key=lambda age: (age.age.high or 0.0, age.copy), default=None)
        shown = best or min(there, key=lambda age: (age.age.low, age.copy), default=None)
        loss = None
        if there:
            loss = Bounds(min(age.age.low for age in there), None if best is None else best.age.high)
        objective, whose, silent = self._objective(name, scenario)
        met = _met(loss, objective)
        missing = list(silent)
        if met == "unknown" or (loss is not None and loss.low != loss.high):
            decides = objective if objective is not None and met == "unknown" else inf
            missing += [fact for age in there if age.age.low <= decides for fact in age.missing]
        intruder = self.copies.estate.plan.intruder
        return ScenarioLoss(
            scenario=scenario,
            loss=loss,
            copy=shown.copy if shown is not None else "",
            objective=objective,
            owed_to=whose,
            met=met,
            damage_unnoticed=intruder.detection if scenario == "cyber" and intruder is not None else None,
            copies=ages,
            missing=in_order(missing),
        )

    def _copy_age(self, copy: Copy, scenario: Scenario) -> CopyAge:
        clean = None
        if scenario == "cyber":
            after = after_intruder(copy, self.copies.estate.plan.intruder)
            survival, clean, age = after.survival, after.clean, after.loss
            closed = self.copies.closed(copy, scenario)
            survival = Survival("no", closed) if closed and survival.outlives != "no" else survival
        else:
            survival, age = self.copies.survival(copy, scenario), self.ages.age(copy)
        return CopyAge(
            copy=copy.element,
            kind=copy.kind,
            site=f"sites/{copy.site}",
            age=age.bounds,
            clean_age=clean,
            outlives=survival.outlives,
            why=survival.why,
            missing=in_order((*age.missing, *survival.missing)),
        )

    def _failures(self, name: str, copies: tuple[Copy, ...], loss: ScenarioLoss) -> tuple[FailureLoss, ...]:
        """Failures that touch a copy which outlives that scenario, where calm does not break the RPO."""
        if loss.objective is None or loss.met == "no":
            return ()
        lasting = {age.copy: age for age in loss.copies if age.outlives != "no"}
        grouped: dict[tuple[tuple[tuple[str, Feed], ...], bool], list[str]] = defaultdict(list)
        for event in self._events(name):
            touched = tuple(
                (element, feed) for element, feed in self.feeds.by_event[event].items() if element in lasting
            )
            if touched:
                grouped[touched, self.feeds.lasts(event)[0] is None].append(event)
        rows = [
            self._failure(tuple(events), dict(touched), copies, loss)
            for (touched, _), events in grouped.items()
        ]
        return tuple(sorted(rows, key=lambda row: row.events))

    def _events(self, dataset: str) -> tuple[str, ...]:
        """Events that touch a copy and leave the dataset itself."""
        sweep = self.copies.sweep
        lost = sweep.lost_in(f"datasets/{dataset}")
        return tuple(event for event in self.feeds.by_event if not lost >> sweep.numbers[event] & 1)

    def _failure(
        self,
        events: tuple[str, ...],
        touched: Mapping[str, Feed],
        copies: tuple[Copy, ...],
        loss: ScenarioLoss,
    ) -> FailureLoss:
        assert loss.objective is not None
        ends = [self.feeds.lasts(event) for event in events]
        known = [seconds for seconds, _ in ends if seconds is not None]
        lasts = max(known) if len(known) == len(ends) else None
        rows: list[CopyUnderFailure] = []
        missing: list[Missing] = []
        lows, highs = [0.0], [0.0]
        for copy, age in zip(copies, loss.copies, strict=True):
            if age.outlives == "no":
                continue
            if copy.element in touched:
                feed = touched[copy.element]
                row, facts = self.under_failure.copy(copy, feed, age.age, loss.objective, lasts)
                rows.append(row)
                missing += facts
                broken = row.broken_after
            else:
                broken = _untouched(age.age, loss.objective)
            low, high = (inf, inf) if broken is None else (broken.low, _or_never(broken.high))
            lows.append(low if age.outlives == "yes" else 0.0)
            highs.append(high)
        first = None if max(lows) == inf else Bounds(max(lows), _finite(max(highs)))
        keeps = _keeps(first, lasts)
        if keeps == "unknown":
            missing += [fact for age in loss.copies if age.outlives != "no" for fact in age.missing]
            if first is not None:
                missing += [fact for _, fact in ends if fact is not None]
        return FailureLoss(
            scenario=loss.scenario,
            events=events,
            lasts=lasts,
            objective=loss.objective,
            broken_after=first,
            keeps=keeps,
            copies=tuple(rows),
            missing=in_order(missing),
        )


def _met(loss: Bounds | None, objective: float | None) -> Tri:
    if objective is None:
        return "unknown"
    if loss is None or loss.low > objective:
        return "no"
    return "yes" if loss.high is not None and loss.high <= objective else "unknown"


def _untouched(age: Bounds, objective: float) -> Bounds | None:
    """When a copy that goes on as in calm falls out of the RPO: never, at once, or it is not known."""
    if age.high is not None and age.high <= objective:
        return None
    return Bounds(0.0, 0.0 if age.low > objective else None)


def _keeps(broken: Bounds | None, lasts: float | None) -> Tri:
    if broken is None:
        return "yes"
    if lasts is None:
        return "unknown"
    if lasts <= broken.low:
        return "yes"
    return "no" if broken.high is not None and lasts > broken.high else "unknown"


def _or_never(value: float | None) -> float:
    return inf if value is None else value


def _finite(value: float) -> float | None:
    return None if value == inf else value
