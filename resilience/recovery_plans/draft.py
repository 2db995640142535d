"""A plan in the making: its steps, what each waits for, and what is known of every service."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import floor
from typing import Literal

from resilience.recovery_plans.projects import Activity, Project, milliseconds
from resilience.results import Missing
from specs.base import Estimate
from specs.issues import FieldPath
from specs.model import Estate
from specs.services import RecoveryStep


@dataclass(frozen=True)
class Span:
    """How long something takes, in seconds: optimistic, most likely, pessimistic."""

    low: float
    likely: float
    high: float


def span(estimate: Estimate | None) -> Span:
    """What is declared; nothing, where nothing is (a fact that is missing then)."""
    return exactly(0.0) if estimate is None else Span(estimate.low, estimate.likely, estimate.high)


def exactly(seconds: float) -> Span:
    """A time that is certain.

    >>> exactly(60.0).high
    60.0
    """
    return Span(seconds, seconds, seconds)


@dataclass(frozen=True)
class Medium:
    """What a restore takes of something that data passes through."""

    name: str
    """`vaults/…`, `platforms/…`, `ways/…`, or the search of copies."""
    takes: int = 1
    """Bit/s, or drives, that it has to itself while it lasts."""
    of: int = 1
    """How much there is."""


@dataclass(frozen=True)
class Work:
    """A step before it is put in time."""

    id: str
    subject: str
    step: str
    duration: Span
    path: FieldPath
    after: tuple[str, ...] = ()
    team: str | None = None
    people: int = 1
    at: str | None = None
    media: tuple[Medium, ...] = ()
    """What it passes through."""
    ready: tuple[float, float] = (0.0, 0.0)
    """Optimistic and pessimistic seconds before which it does not begin."""


@dataclass
class Fate:
    """What becomes of one service, as far as it is known."""

    state: Literal["stays up", "back", "never", "unknown"] = "back"
    why: str = ""
    paths: tuple[FieldPath, ...] = ()
    """Facts behind `why`."""
    last: tuple[str, ...] = ()
    """Steps after which it is back."""
    missing: list[Missing] = field(default_factory=list)

    def never(self, why: str, *paths: FieldPath) -> None:
        """Nothing that is declared brings it back; the first reason stays."""
        if self.state != "never":
            self.state, self.why, self.paths = "never", why, paths


@dataclass
class Draft:
    """Steps in the order of the runbook, and the fate of each service; only its maker holds one."""

    estate: Estate
    begins: dict[str, tuple[float, float]]
    """Of each service the optimistic and pessimistic seconds until detection and decision are past."""
    works: dict[str, Work] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=lambda: defaultdict(Fate))

    def add(self, work: Work) -> str:
        """Adds a step once; its id."""
        self.works.setdefault(work.id, work)
        return work.id

    def people(self, team: str) -> int | None:
        """How many of a team work on an ordinary day, absence taken off; None: unknown."""
        found = self.estate.teams.get(team)
        if found is None or found.members is None:
            return None
        return max(1, floor(found.members * (1.0 - (found.absence or 0.0)) + 1e-9))

    def arrival(self, team: str | None, at: str | None) -> float:
        """Seconds from the call until a team works: from where it is, or at the site where it must be."""
        found = self.estate.teams.get(team) if team is not None else None
        if found is None:
            return 0.0
        travels = at is not None and at != found.site
        return (found.callout or 0.0) + (found.travel.get(at or "", 0.0) if travels else 0.0)

    def lacking_people(self, team: str | None, people: int, at: str | None) -> list[Missing]:
        """Undeclared facts about whoever does a step."""
        if team is None:
            return []
        base: FieldPath = ("teams", team)
        found = self.estate.teams.get(team)
        if found is None:
            return [Missing(f"teams/{team}", "declaration", base, "who does the step")]
        lacks = []
        there = self.people(team)
        if there is None:
            lacks.append(("members", "how many can work at once"))
        elif there < people:
            lacks.append(("members", f"who does a step of {people} people with {there}"))
        if at is not None and at != found.site and at not in found.travel:
            lacks.append(("travel", f"how long it is to {at}"))
        if found.callout is None:
            lacks.append(("callout", "when it is at work"))
        elif found.on_call in ("office-hours", "none"):
            lacks.append(("on_call", "when it is at work outside office hours"))
        return [Missing(f"teams/{team}", name, (*base, name), matters) for name, matters in lacks]

    def declared(
        self,
        service: str,
        step: RecoveryStep,
        path: FieldPath,
        after: Iterable[str],
        begins: tuple[float, float] | None = None,
    ) -> str:
        """Adds a step that a service declares; its id."""
        low, high = self.begins[service] if begins is None else begins
        arrival = self.arrival(step.team, step.at)
        self.fates[service].missing += self.lacking_people(step.team, step.people, step.at)
        return self.add(
            Work(
                id=f"services/{service}:{step.id}",
                subject=f"services/{service}",
                step=step.id,
                duration=span(step.duration),
                path=path,
                after=tuple(dict.fromkeys(after)),
                team=step.team,
                people=step.people,
                at=step.at,
                ready=(low + arrival, high + arrival),
            )
        )

    def project(self, *, optimistic: bool = False) -> Project:
        """The steps as a project, in the order in which they were added."""
        activities = []
        for work in self.works.values():
            uses = [(f"teams/{work.team}", work.people)] if work.team is not None else []
            activities.append(
                Activity(
                    work.id,
                    milliseconds(work.duration.low if optimistic else work.duration.high),
                    milliseconds(work.ready[0] if optimistic else work.ready[1]),
                    work.after,
                    (*uses, *((medium.name, medium.takes) for medium in work.media)),
                )
            )
        return Project(tuple(activities), {} if optimistic else self.capacity())

    def capacity(self) -> dict[str, int]:
        """People of each team that has a limit, and what there is of each medium."""
        found: dict[str, int] = {}
        for work in self.works.values():
            there = self.people(work.team) if work.team is not None else None
            if there is not None:
                found[f"teams/{work.team}"] = there
            for medium in work.media:
                found[medium.name] = max(medium.of, found.get(medium.name, 1))
        return dict(sorted(found.items()))
