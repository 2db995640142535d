"""What the failure sweep returns: outcomes over time, of singles, pairs and maintenance, and a summary by
service."""

from dataclasses import dataclass
from typing import Literal

from resilience.results import Category, Missing, Scenario, Tri

Level = Literal["full", "minimum", "below"]
"""Of a service: it carries full demand; at least the minimum level that it owes in that kind of loss; or it
is below that."""

LEVELS: tuple[Level, ...] = ("full", "minimum", "below")
"""From best to worst."""


@dataclass(frozen=True)
class Step:
    """From a moment on a service is at a level."""

    at: float | None
    """Seconds after the event; None: at a moment that rests on a battery or a thermal buffer that nobody has
    declared."""
    level: Level


Steps = tuple[Step, ...]
"""The level of a service as a step function of time; the first step begins at 0, the last one lasts."""


@dataclass(frozen=True)
class Trip:
    """Something that carries too much once load has moved, and is lost with what it carries."""

    element: str
    """A power element that trips, or a room that overheats."""
    load: float
    """Watts that it would have to carry, or heat that it would have to lose; a lower bound where a draw is
    not declared."""
    limit: float
    """Watts at which it trips, or that the cooling units left take away."""
    wave: int
    """1: by the event itself; 2: by what tripped first; and so on until nothing more does."""


@dataclass(frozen=True)
class Congestion:
    """A circuit that more traffic crosses than it carries; it does not fail, all that cross it are short."""

    circuit: str
    load: float
    """bit/s that would cross it; a lower bound where a need of traffic is not declared."""
    bandwidth: float
    """bit/s that it carries."""


@dataclass(frozen=True)
class ServiceOutcome:
    """What one service goes through after an event."""

    service: str
    settles: Level
    """Once all has switched that can, and nothing more trips; fuel is taken to last."""
    worst: Level
    """The worst level on the way."""
    steps: Steps
    falls_after: float | None
    """Seconds until it is first below its level; None: never, or at a moment that nobody has declared."""
    back_after: float | None
    """Seconds until it is back at its level by failover, to stay; None: never away, or not back."""
    carried_by: tuple[str, ...]
    """Workloads that carry the components of which an active workload is lost; empty: nothing had to
    move, or nothing is left that could."""
    fuel_until: float | None
    """Seconds until it falls because fuel runs out; None: it does not, before anybody refuels."""


@dataclass(frozen=True)
class ScenarioOutcome:
    """What one event does to the services; those that it leaves in peace are left out."""

    event: str
    category: Category
    scenario: Scenario
    """Kind of loss whose objective counts."""
    trips: tuple[Trip, ...]
    """What trips or overheats after it, by wave, then element."""
    congested: tuple[Congestion, ...]
    switched: tuple[str, ...]
    """Power elements that live on from an open tie or a generator."""
    services: tuple[ServiceOutcome, ...]


@dataclass(frozen=True)
class PairOutcome:
    """Events that each take a service down with a first one, although neither does alone."""

    service: str
    first: str
    others: tuple[str, ...]
    """Each of them, together with the first, and with no other."""
    settles: Level
    """`full` or `minimum`: it is below its level only for a while."""
    steps: Steps


@dataclass(frozen=True)
class MaintenanceOutcome:
    """What happens while one element is out to be maintained."""

    element: str
    bypassed: Tri
    """Whether what it feeds is fed around it meanwhile; of what carries no power on, `no`."""
    without_outage: Tri
    """Whether no service falls below full demand; `unknown`: only if it had a bypass that nobody has
    declared, or an undeclared fact decides."""
    below: tuple[str, ...]
    """Services below the level that they owe at the loss of a component."""
    degraded: tuple[str, ...]
    """Services below full demand, and at that level."""
    trips: tuple[Trip, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ExposureOutcome:
    """Failures that take a service down while an element is out, although neither does alone."""

    service: str
    out: str
    """What is being maintained."""
    failures: tuple[str, ...]
    settles: Level
    steps: Steps
    """After the failure."""


@dataclass(frozen=True)
class ServiceSummary:
    """What the sweep found for one service."""

    service: str
    support: int
    """Events that the service rests on; all others together cannot touch it."""
    singles_below: int
    """Single events after which it settles below its level."""
    singles_degraded: int
    """… settles below full demand, and at its level."""
    singles_interrupted: int
    """… is below its level for a while, and comes back by failover."""
    pairs: int
    """Pairs within its support."""
    pairs_below: int
    """Pairs after which it settles below its level, although after neither event alone it does."""
    pairs_degraded: int
    """… settles below full demand and at its level, although after neither alone it does."""
    pairs_interrupted: int
    """… is below its level for a while, although after neither alone it is."""
    maintenance_below: int
    """Elements that cannot be maintained without taking it below its level."""
    exposures: int
    """Element out and single failure that take it below its level, although neither does alone."""
    bears_every_component: Tri
    """Whether no single event takes it below its level, sites, regions and families of devices left out."""
    maintained_without_outage: Tri
    """Whether every element can be maintained while it carries full demand."""
    missing: tuple[Missing, ...]
    """Undeclared facts that leave an answer open or a moment uncertain."""


@dataclass(frozen=True)
class FailureSweep:
    """Every scenario swept; equal byte for byte whatever the order of input and the number of processes."""

    events: int
    """Single events swept."""
    maintained: int
    """Elements taken out for maintenance."""
    pairs: int
    """Pairs that lie within the support of some service; every other pair does to each service what its
    two events do alone."""
    scenarios: tuple[ScenarioOutcome, ...]
    """Every single event that some service notices, by category, then event."""
    maintenance: tuple[MaintenanceOutcome, ...]
    """Every maintainable element, by id."""
    exposures: tuple[ExposureOutcome, ...]
    """By service, element out, steps."""
    pair_outcomes: tuple[PairOutcome, ...]
    """By service, first event, steps."""
    services: tuple[ServiceSummary, ...]
    overloaded_in_calm: tuple[str, ...]
    """What carries too much with nothing lost; it is not taken to trip."""
    assumes: tuple[str, ...]
    """What the figures take for granted, in words."""
