"""What the proof of availability returns for each service."""

from dataclasses import dataclass
from typing import Literal

from resilience.results import Chain, Missing, Tri
from specs.issues import FieldPath

Method = Literal["exact", "bounded"]
"""`exact`: by decision diagrams of the whole failure function. Where those are put together from the joint
outcomes of sites, states too rare to matter are not followed; what they are probable together, less than a
millionth of the figure, stands between low and high. `bounded`: the diagrams outgrew their limits of nodes;
cut sets of one and two events are counted exactly, and those of more by seeded sampling, with a bound that
holds with the stated confidence (no seed: states not followed are what stands between the bounds)."""


@dataclass(frozen=True)
class Bounds:
    """A figure between two bounds, which are equal where it is exact."""

    low: float
    high: float


@dataclass(frozen=True)
class CutSet:
    """A smallest set of events that takes a service below the level it owes."""

    events: tuple[str, ...]
    """In the order of their names."""
    probability: float | None
    """Share of time in which all of them prevail; None: a figure is unknown."""
    chain: Chain
    """Why the service is lost, from the service to one of the events; where alternatives fell, over the one
    that held out longest."""
    paths: tuple[FieldPath, ...]
    """Where the events' figures are declared, in the order of the events."""


@dataclass(frozen=True)
class Importance:
    """How much one event matters for one service."""

    event: str
    basis: str
    """What its figures were made from."""
    unavailability: float
    birnbaum: float
    """By how much the service's unavailability grows from the event's never to its always prevailing
    (Birnbaum 1969)."""
    fussell_vesely: float | None
    """Share of the service's unavailability that goes if the event never happens; None where there is
    none."""
    risk_achievement: float | None
    """How many times worse if the event prevails always (RAW)."""
    risk_reduction: float | None
    """How many times better if it never happens (RRW); None: nothing else is left."""


@dataclass(frozen=True)
class FindOut:
    """An undeclared fact, and how much it may hide."""

    missing: Missing
    hides: float
    """By how much the unavailability grows if what the fact is about were lost for good, and all else that is
    unknown perfect."""


@dataclass(frozen=True)
class Switchover:
    """Events that make a service switch over, and what the switching costs."""

    seconds: float
    """How long the service is away each time, detection included."""
    a_year: float
    """How often, counted by single events."""
    events: tuple[str, ...]
    """The events, by name."""
    standbys: tuple[str, ...]
    """What must take over by then (`power/…`, `workloads/…`)."""


@dataclass(frozen=True)
class ServiceAvailability:
    """Availability of one service against its target, in the model that `assumes` states."""

    service: str
    target: float | None
    """Share of the year; None: none was set."""
    method: Method
    known: Tri
    """`yes`: every fact that the figure needs is declared; `unknown`: see `missing`, the figures are bounds
    with what is missing perfect (low) and failed (high); `no`: it never runs."""
    label: str
    """`hardware only, optimistic` where common causes, human error or software are left out; else empty."""
    leaves_out: tuple[str, ...]
    """Of `common causes`, `human error`, `software` those without a declared figure."""
    unavailability: Bounds
    """Share of time below the level owed, by failures."""
    switching: Bounds
    """Share of time lost while standbys take over: frequency × switch time."""
    planned: Bounds
    """Share of time lost to declared maintenance of what has no bypass."""
    downtime_minutes: Bounds
    """A year, all three together."""
    allowed_minutes: float | None
    """A year, by the target."""
    met: Tri | None
    """Whether the downtime stays within the target's; None: no target."""
    failures_a_year: Bounds | None
    """How often a year the service falls below the level owed by a failure: the sum over events of frequency
    × Birnbaum importance. What was not followed, or was sampled, is taken as beginning and ending as fast as
    its events can. None: what is unknown bears on it."""
    cut_sets: tuple[CutSet, ...]
    """All of one and two events, and higher ones down to the cut-off, by order, likeliest first."""
    cut_off: float
    """Cut sets of three and more events below this probability are left out."""
    left_out: float
    """Probability that the service fails though no listed cut set prevails: no more than this."""
    importances: tuple[Importance, ...]
    """What to mend first: by Fussell–Vesely, then Birnbaum, then name; the first 50, and all whose
    Fussell–Vesely importance is 1e-4 at least."""
    importances_left_out: int
    """How many more events matter, all of them less."""
    switchovers: tuple[Switchover, ...]
    find_out: tuple[FindOut, ...]
    """What to find out first: greatest first."""
    missing: tuple[Missing, ...]
    assumes: tuple[str, ...]
    """What the model states, in sentences."""
    seed: int | None
    """Of the sampling, where there was any."""
    confidence: float | None
    """Of the sampled bound, where there was any."""
