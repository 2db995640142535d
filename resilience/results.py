"""What the proofs return: frozen, sorted values that name elements as `collection/id`, with their facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from specs.issues import FieldPath

Tri = Literal["yes", "no", "unknown"]
"""An answer; `unknown` where a fact that decides it was not declared."""

NeedKind = Literal["run", "start", "recover", "administer"]
"""What a need is for: to keep running, to start, to be recovered, to be administered."""

Category = Literal["component", "platform", "place", "site", "hazard", "common-cause"]
"""Kind of event: one component fails; a platform whose insides nobody declared fails; a rack, room or fire
compartment is lost; a whole site; a hazard strikes (duct, exchange, grid region, carrier, flood …); one fault
of a firmware family, or one region, takes many."""

Scenario = Literal["component", "site", "region", "cyber"]


@dataclass(frozen=True)
class Missing:
    """A fact that nobody declared and that a result would need: the result is unknown without it."""

    element: str
    """`collection/id`."""
    field: str
    """The field that is not there: `segments`, `feeds`, `cables`, `bandwidth`, `latency` …"""
    path: FieldPath
    """Where it would stand; its nearest enclosing place is in the file."""
    matters: str
    """What cannot be told without it."""


@dataclass(frozen=True)
class Link:
    """One typed need on the way from what is lost to why."""

    source: str
    """What needs (`collection/id`)."""
    target: str
    """What is needed."""
    kind: NeedKind
    why: str
    """In a few words: `stands in`, `fed by`, `cooled by`, `runs on`, `reaches`, `exposed to` …"""
    path: FieldPath
    """The fact of the spec that makes the need."""
    tolerates: float = 0.0
    """Seconds for which its loss is borne."""


Chain = tuple[Link, ...]
"""Needs from the first to the last, each link's target being the next one's source."""


@dataclass(frozen=True)
class SinglePoint:
    """One event that alone takes a service below the level it owes."""

    service: str
    event: str
    """What fails: an element, a hazard, `firmware/FAMILY`, `fire_compartments/SITE/NAME`,
    `failure_regions/NAME`."""
    category: Category
    chain: Chain
    """From the service to the event; shortest, first by name."""
    after: float
    """Seconds that the needs of the chain tolerate together."""
    level: Literal["minimum", "full"]
    """Level that the service owes and loses: its minimum, or full demand where its objective allows
    no less."""


@dataclass(frozen=True)
class Standing:
    """Whether a service has a single point of failure."""

    service: str
    runs: Tri
    """Whether it runs when nothing has failed."""
    has_single_point: Tri
    """`unknown`: none is known, but facts are missing that may hide one. Sites and regions as a
    whole do not count."""
    single_points: tuple[SinglePoint, ...]
    """By category, then event."""
    missing: tuple[Missing, ...]
    """Undeclared facts among all that the service rests on, but for those that could hide no single point
    even if their elements were lost altogether."""


@dataclass(frozen=True)
class Takeover:
    """A standby that carries a component after an event."""

    service: str
    component: str
    lost: tuple[str, ...]
    """Active workloads lost."""
    carried_by: tuple[str, ...]
    """Workloads that carry it now."""
    activation: float | None
    """Pessimistic seconds from the decision until they serve; 0: one was active all along; None: unknown."""


@dataclass(frozen=True)
class Impact:
    """What one event does."""

    event: str
    category: Category
    scenario: Scenario
    """Kind of loss whose objective counts."""
    lost: tuple[str, ...]
    """Services below the level that they owe in this kind of loss."""
    degraded: tuple[str, ...]
    """Services below full demand, and still at the level that they owe."""
    takeovers: tuple[Takeover, ...]
    """Components that other workloads carry now."""
    switched: tuple[str, ...]
    """Power elements that live on from an open tie or a generator."""
    elements: tuple[str, ...]
    """Every element that no longer runs, the event's own left out."""
    path: FieldPath
    """Where the event is declared."""


@dataclass(frozen=True)
class FailoverPath:
    """The way traffic takes after an event that its usual way does not survive."""

    service: str
    """The service, or the dataset (`datasets/…`) where the traffic is its replication."""
    user: str
    """Where from: `sites/…`, `outside/…`."""
    event: str
    """What was lost; empty for the usual way."""
    serving: str | None
    """Site that serves then; None: no site does."""
    circuits: tuple[str, ...]
    """Circuits in order; empty within one site or where there is no way."""
    reached: Tri
    """Whether there is a way; unknown where no circuit is declared."""
    latency: float | None
    """Seconds, one way; None: unknown."""
    bandwidth: float | None
    """Of the narrowest circuit, in bit/s; None: unknown."""
    needed: float | None
    """What this traffic needs, in bit/s (of a service its share for this place of its users, all places
    alike); None: unknown."""
    busiest: str | None
    """The circuit on the way with the least room."""
    load: float | None
    """What all traffic that crosses `busiest` then needs, in bit/s; None: unknown."""
    carries: Tri
    """`yes`: every circuit on the way carries all that crosses it then. `no`: there is no way, or all
    circuits of the narrowest cut between the two places carry less than must cross it. `unknown`: a figure
    is missing, or the way is too narrow and others have room, if routing spreads traffic over them."""
    shares: tuple[str, ...]
    """Risks that all usual and alternative ways have in common (`hazards/…`, `vendors/…`)."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ScheduledStep:
    """A recovery step in the schedule, in seconds after the event."""

    service: str
    step: str
    team: str | None
    people: int
    starts: float
    ends: float
    bound_by: str
    """What it waited for: `decision`, `callout teams/…`, `step services/…:…`, `busy services/…:…` where the
    team was."""
    path: FieldPath


@dataclass(frozen=True)
class Booking:
    """A team that the recovery needs in two places at once."""

    team: str
    members: int
    """How many work on an ordinary day (absence taken off)."""
    people: int
    """How many the steps would take at the worst moment, if nobody had to wait."""
    steps: tuple[str, ...]
    """Steps of that moment (`services/ID:STEP`)."""
    paths: tuple[FieldPath, ...]


@dataclass(frozen=True)
class Prediction:
    """When a service is back, at pessimistic durations and in the order of the runbook."""

    service: str
    predicted: float | None
    """Seconds from the event; None: unknown, see `missing`, or never, see `chain`."""
    counted: float | None
    """Seconds from where its objective starts the clock."""
    objective: float | None
    """RTO in seconds; None: none was set."""
    met: Tri
    chain: tuple[str, ...]
    """What binds it, from the event to the last step: `detection`, `decision`, `callout teams/ID`,
    `services/ID:STEP`, and before a step that waited for people `busy services/ID:STEP`. Of one that is
    never back `nowhere services/ID` alone: that one has nowhere to run."""
    paths: tuple[FieldPath, ...]
    """Facts behind the chain."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Recovery:
    """The recovery from the loss of one site."""

    site: str
    scenario: Scenario
    order: tuple[str, ...]
    """Services and platforms to bring back, what others need first."""
    steps: tuple[ScheduledStep, ...]
    """By start, then service and step."""
    predictions: tuple[Prediction, ...]
    bookings: tuple[Booking, ...]


@dataclass(frozen=True)
class Deadlock:
    """Elements that wait for one another and can never begin."""

    kind: Literal["start", "recover"]
    cycle: Chain
    """The shortest ring of needs; the last link's target is the first one's source."""
    breaks: Link
    """The need to make independent: without it most elements begin."""
    frees: tuple[str, ...]
    """What begins once it is."""
    held: tuple[str, ...]
    """Every element that waits for this ring, its own members included."""


@dataclass(frozen=True)
class PowerLoad:
    """What a power element carries in one state of the chain."""

    element: str
    watts: float
    """Real power at its output, its own losses not counted; a lower bound where `missing` is not empty."""
    legs: tuple[float, ...]
    """Watts a leg: one figure, or three."""
    rating: float | None
    """Greatest watts that it carries, before derating (the lesser of rating, and apparent power × power
    factor)."""
    energised: bool
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class RoomHeat:
    """Heat of a room against its cooling."""

    room: str
    watts: float
    """Devices and losses of power elements in it; a lower bound where `missing` is not empty."""
    capacity: float | None
    """Of all units that serve it; None: unknown."""
    capacity_without_largest: float | None
    """With the largest unit out; None: unknown."""
    units: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class CapacityBalance:
    """One resource of one platform against what workloads take of it in one state."""

    platform: str
    resource: Literal["cores", "memory", "storage", "iops", "throughput", "requests", "licence"]
    product: str
    """Of a licence; else empty."""
    gives: float | None
    """In base units (cores, bytes, bit/s …); None: unknown."""
    takes: float
    """A lower bound where `missing` is not empty."""
    fits: Tri
    spare_node: Tri
    """Whether one more node is there than the full load takes (N+1)."""
    workloads: tuple[str, ...]
    """Who takes it, greatest first."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Route:
    """A way between two sites over circuits."""

    circuits: tuple[str, ...]
    length: float | None
    """Metres of fibre; None: a segment's length is not declared."""
    latency: float | None
    """Seconds, one way: as declared, else light over the declared route (4.9 µs a km)."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ReplicationRoutes:
    """Ways of a replication, to judge what a synchronous write waits for."""

    replication: str
    usual: Route | None
    """Shortest way; None: no way is declared."""
    longest_surviving: Route | None
    """The longest of the ways left after the loss of any one circuit or shared risk on the usual way;
    None: none is left or known."""
    survives_any_single: Tri
    """Whether a way is left after each such loss."""
    round_trip: float | None
    """Seconds for a round trip over the longest surviving way, equipment not counted; None: unknown."""
    budget: float | None
    """The dataset's write budget in seconds; None: undeclared."""
    missing: tuple[Missing, ...]


def in_order(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Each missing fact once, by element, then field.

    >>> fact = Missing("circuits/a", "segments", ("circuits", "a"), "diversity")
    >>> len(in_order([fact, fact]))
    1
    """
    return tuple(sorted(dict.fromkeys(missing), key=lambda fact: (fact.element, fact.field, fact.matters)))
