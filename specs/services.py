"""Government services: what they owe, what they run on, and how they are brought back."""

from typing import Annotated, Literal

from pydantic import Field

from specs.base import Amount, Count, Date, Element, Estimate, Many, Need, Number, Ref, Strict, Text
from specs.platforms import Capacity
from specs.units import Duration, Fraction

Scenario = Literal["component", "site", "region", "cyber"]
"""Kinds of loss that an objective is given for."""

SCENARIOS: tuple[Scenario, ...] = ("component", "site", "region", "cyber")

Occasion = Literal["component", "site", "region", "cyber", "cold-start", "failback"]
"""When a recovery step is needed: after a kind of loss, when everything starts from nothing, or on the way
back to a site that was repaired."""

Mode = Literal["normal", "dr", "minimum"]


CRITICAL_TIER = 1
"""Tiers 0 and 1 owe to bear every single failure, and are what most rules are about."""


class Objective(Strict):
    """What a service owes after one kind of loss (ISO 22301, 8.2.2)."""

    rto: Duration
    """Recovery time objective."""
    rpo: Duration
    """Recovery point objective: greatest age of what is lost. `0 s` is none."""
    mtpd: Duration | None = None
    """Maximum tolerable period of disruption."""
    minimum_level: Fraction = 1.0
    """Share of normal demand that must be served by then."""
    clock_starts: Literal["event", "detection", "declaration"] = "event"
    """When the clock starts."""


class Objectives(Strict):
    """Objectives by kind of loss. Absent: none was set."""

    component: Objective | None = None
    """Loss of one component."""
    site: Objective | None = None
    """Loss of a site."""
    region: Objective | None = None
    """Loss of a region."""
    cyber: Objective | None = None
    """Destruction or corruption of data by an intruder."""


class Impact(Strict):
    """What an outage does to people and the state once it has lasted so long."""

    after: Duration
    """Length of the outage."""
    level: Literal["low", "moderate", "high", "severe", "catastrophic"]
    """How bad it is then."""
    what: Text | None = None
    """In words."""


class ImpactAnalysis(Strict):
    """Business impact analysis (ISO 22301, 8.2.2)."""

    over_time: Many[Impact] = ()
    """Impact, growing with the outage."""
    approved_by: str | None = None
    """Who approved it."""
    reviewed_on: Date | None = None
    """Last review."""


class Demand(Strict):
    """What is asked of a service."""

    requests_per_day: Amount | None = None
    """Requests on a working day."""
    peak_factor: Amount | None = None
    """Busiest hour over the day's average."""
    growth: Fraction | None = None
    """Share by which demand grows in a year."""


class RecoveryStep(Strict):
    """One step of bringing a service back."""

    id: str
    """Its name within the service."""
    does: Text
    """What is done."""
    duration: Estimate
    """How long it takes."""
    after: Many[str] = ()
    """Steps of this service that come first."""
    team: Annotated[str, Ref("teams")] | None = None
    """Who does it; absent: it runs by itself."""
    people: Count = 1
    """How many of the team it takes."""
    at: Annotated[str, Ref("sites")] | None = None
    """Site where they must be for it; absent: it is done from wherever they are."""
    scenarios: Many[Occasion] = ("site",)
    """Losses in which it is needed, `cold-start` and `failback` besides."""
    restores: Many[Annotated[str, Ref("datasets", lapses=True)]] = ()
    """Data that it brings back from a copy: it lasts no less than reading, searching and replaying take."""
    command: str | None = None
    """Command or instruction."""
    check: str | None = None
    """How one sees that it worked."""
    rollback: str | None = None
    """How it is undone."""


class Exercise(Strict):
    """A drill that was held of one service, in short; `drills` hold those of several, with what followed."""

    kind: Literal["tabletop", "component", "functional", "full"]
    """How far it went: talked through, a component, a function, the whole site."""
    on: Date
    """Day."""
    scenario: Scenario = "site"
    """Loss that was exercised."""
    rta: Duration | None = None
    """Recovery time achieved."""
    rpa: Duration | None = None
    """Recovery point achieved: age of what was lost."""
    deviations: Many[Text] = ()
    """What went otherwise than planned, and what follows from it."""


class Service(Element):
    """A government service."""

    owner: Annotated[str, Ref("teams")] | None = None
    """Who answers for it."""
    tier: Literal[0, 1, 2, 3] | None = None
    """How critical: 0 what all others stand on, 1 vital, 2 important, 3 deferrable."""
    tenant: str | None = None
    """Agency for which it is hosted."""
    strategy: Literal["active-active", "hot", "warm", "cold", "backup-only"] | None = None
    """How it survives the loss of its site."""
    availability_target: Fraction | None = None
    """Share of the year."""
    objectives: Objectives = Objectives()
    """What it owes after each kind of loss."""
    impact: ImpactAnalysis = ImpactAnalysis()
    """What its outage does."""
    demand: Demand = Demand()
    """What is asked of it."""
    needs: Many[Need] = ()
    """Services and platforms it cannot do without."""
    users_at: Many[Annotated[str, Ref("sites", lapses=True)]] = ()
    """Sites from which it is used; each must reach it."""
    users_outside: Many[str] = ()
    """What lies outside and must reach it: `internet`, a partner network."""
    detection_time: Duration | None = None
    """Until a loss is noticed."""
    recovery: Many[RecoveryStep] = ()
    """How it is brought back."""
    exercises: Many[Exercise] = ()
    """Drills that were held."""
    changed_on: Date | None = None
    """Last major change; an exercise must follow it."""


class Demands(Strict):
    """What a workload takes in each mode."""

    normal: Capacity = Capacity()
    """In quiet times at its own site."""
    dr: Capacity | None = None
    """When it carries the service after the other site's loss; absent: as normal."""
    minimum: Capacity | None = None
    """At the minimum level of service; absent: as in DR."""


class Workload(Element):
    """A part of a service, on a platform."""

    service: Annotated[str, Ref("services")]
    """Whose part it is."""
    platform: Annotated[str, Ref("platforms")]
    """Where it runs."""
    site: Annotated[str, Ref("sites")]
    """The site, for a platform that stands at several."""
    component: str = "main"
    """Part of the service: web, application, database. One workload of each component must run."""
    role: Literal["active", "standby"] = "active"
    """Whether it serves now or waits."""
    instances: Count = 1
    """Equal instances."""
    needed: Count | None = None
    """Instances that carry full demand; absent: all."""
    apart: bool = False
    """No two of its instances run on one node (anti-affinity)."""
    takes: Demands = Demands()
    """What all its instances together take."""
    datasets: Many[Annotated[str, Ref("datasets")]] = ()
    """Data it must reach."""
    needs: Many[Need] = ()
    """What this workload cannot do without, besides what the service needs."""
    activation: Estimate | None = None
    """Of a standby: from the decision until it serves."""
    failure_to_activate: Fraction | None = None
    """Of a standby: probability, for each demand."""
    licences: dict[str, Number] = Field(default_factory=dict)
    """By product: units that it takes."""
