"""What recovery plans say: steps in the runbook's order, when services are back, and what no order beats."""

from dataclasses import dataclass
from typing import Literal

from resilience.results import Booking, Missing, Scenario, Tri
from specs.issues import FieldPath

PlanKind = Literal["site", "platform", "region", "cold-start", "ransomware", "failback"]
"""What the plan recovers from: the loss of a site, of a platform or of a region; everything being off; an
intruder who destroyed or locked the data; and the way back to a site that was repaired."""

State = Literal["stays up", "back", "never", "unknown"]
"""What becomes of a service: it runs all along; its steps bring it back; nothing that is declared brings it
back; or nobody has said how it is brought back."""


@dataclass(frozen=True)
class Bound:
    """The shortest that any order of the steps can take, at pessimistic durations."""

    seconds: float
    """Proven: no order that keeps to the needs, people and media takes less."""
    reached: float
    """Of the best order found."""
    exact: bool
    """Whether both are the same, so that the bound is the optimum."""
    by: Literal["critical path", "people and media", "search"]
    """What proves it: the longest chain of needs; the work that one team or medium has to do; or a search
    through all orders (as far as its limit of nodes went, where it is not exact)."""
    nodes: int
    """Nodes of the search."""


@dataclass(frozen=True)
class PlannedStep:
    """A step of the plan, where the runbook's order puts it."""

    id: str
    """`services/civil:switch`, `platforms/ndc-dns:start`, `datasets/civil:read`."""
    subject: str
    """What it brings back."""
    step: str
    """Its name within that."""
    team: str | None
    """Who does it (`teams/…`); None: it runs by itself."""
    people: int
    at: str | None
    """Where they must be (`sites/…`)."""
    media: tuple[str, ...]
    """What its data passes through, and of which it has its rate, or a drive, to itself while it lasts: a
    vault that is read, a platform that takes data in, a way between sites, the search of copies."""
    low: float
    """Optimistic seconds."""
    likely: float
    high: float
    """Pessimistic seconds; the schedule counts with them."""
    starts: float
    """Seconds after the event."""
    ends: float
    after: tuple[str, ...]
    """Steps whose end it waits for."""
    bound_by: str
    """What it waited for: `decision`, `callout teams/…`, `step ID`, or `busy ID` where that step had the
    people or the medium."""
    path: FieldPath
    """Where it, or the fact it follows from, is declared."""


@dataclass(frozen=True)
class Forecast:
    """When a service is back."""

    service: str
    state: State
    predicted: float | None
    """Seconds from the event, in the runbook's order at pessimistic durations; None: never, or unknown. A
    lower bound where `missing` is not empty."""
    counted: float | None
    """Seconds from where its objective starts the clock."""
    objective: float | None
    """RTO in seconds; None: none was set, or none applies (failback)."""
    clock_starts: Literal["event", "detection", "declaration"]
    met: Tri
    """`yes` only where every fact is there; `no` where the prediction, a lower bound at least, is above the
    objective, or it is never back; else `unknown`."""
    tolerable: float | None
    """MTPD in seconds from the event: after that the loss is not borne. None: none was set, or none
    applies."""
    tolerated: Tri
    """Whether it is back by then, judged as `met` is; the RTO's clock may start later than the loss."""
    optimum: Bound | None
    """When it could be back at the soonest, if every step that it does not wait for came later; seconds
    from the event, pessimistic durations."""
    gap: float | None
    """Seconds that the runbook's order costs it: predicted less the proven bound."""
    optimistic: float | None
    """The same critical path at optimistic durations, nobody being busy: nothing is sooner."""
    chain: tuple[str, ...]
    """What binds it, from the event to the last step: `detection`, `decision`, `callout teams/ID`, step ids,
    and before a step that waited for people or a medium `busy ID`. Of one that is never back: what it
    lacks."""
    paths: tuple[FieldPath, ...]
    """Facts behind the chain."""
    why: str
    """Why it is never back, or stays up; else empty."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Ring:
    """Steps or elements that wait for one another, so that none begins."""

    members: tuple[str, ...]
    """In the order of the waiting; the last waits for the first."""
    paths: tuple[FieldPath, ...]
    """The needs that make it."""


@dataclass(frozen=True)
class Copy:
    """The copy that a dataset is brought back from."""

    dataset: str
    backup: str | None
    """`backups/…`; None: no copy can be used."""
    vault: str | None
    age: float | None
    """Greatest age in seconds at the event: from dwell time, schedule and how long it takes to make."""
    too_young: tuple[str, ...]
    """Copies that are not kept until they are older than the intruder's dwell time."""
    destroyed: tuple[str, ...]
    """Copies that the loss or the intruder reaches."""
    unreadable: tuple[str, ...]
    """Replicas that are left where it is brought back to, and that no key is left for."""
    read: float | None
    """Pessimistic seconds to read it, once the medium is free; None: unknown."""
    search: float | None
    """Seconds to search it (ransomware); None: not searched, or unknown."""
    replay: float | None
    """Seconds to roll the logs forward; None: no logs, or unknown."""
    rate: float | None
    """Bit/s at the narrowest of vault, way and platform."""
    narrowest: str | None
    """Which of them that is."""
    paths: tuple[FieldPath, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class RecoveryPlan:
    """One scenario: what is lost, the steps in the runbook's order, and when every service is back."""

    scenario: str
    """`sites/ndc`, `platforms/ndc-dns`, `failure_regions/coast`, `cold-start`, `ransomware`,
    `failback/ndc`."""
    kind: PlanKind
    objective: Scenario | None
    """Whose RTO counts; None: none does."""
    lost: tuple[str, ...]
    """Sites and platforms that are lost."""
    order: tuple[str, ...]
    """What is brought back, in the order of the runbook: by need, then tier, objective, id."""
    steps: tuple[PlannedStep, ...]
    """By start, then id."""
    forecasts: tuple[Forecast, ...]
    """By service."""
    copies: tuple[Copy, ...]
    """By dataset, where data is brought back from a copy, or would be if its service came back."""
    makespan: float | None
    """Seconds until the last step ends, in the runbook's order; None: there is no step."""
    optimum: Bound | None
    """For all steps together."""
    gap: float | None
    """Seconds: makespan less the proven bound."""
    bookings: tuple[Booking, ...]
    """Teams that would be needed in more places than they have people."""
    rings: tuple[Ring, ...]
    assumes: tuple[str, ...]
    """What the figures take for granted."""
    missing: tuple[Missing, ...]
    """Of all forecasts."""
