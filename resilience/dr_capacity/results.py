"""What the proof of DR capacity returns: frozen, sorted values that name elements as `collection/id`."""

from dataclasses import dataclass
from typing import Literal

from resilience.results import Missing, Scenario, Tri
from specs.issues import FieldPath

Mode = Literal["full", "minimum", "dropped", "stranded"]
"""How a service runs after a loss: with the shares of DR; with those of its minimum; shed; or not at all,
whatever the capacity, since it or something that it needs has nowhere to run."""

Resource = Literal[
    "cores", "memory", "storage", "iops", "throughput", "requests", "licence",
    "power", "leg", "heat", "limit", "bandwidth",
]  # fmt: skip
"""What may run out. Of platforms: as their capacity names it, and `licence` of a product. Of power elements:
`power` in W, `leg` in W of the fullest leg of three. Of rooms: `heat` in W against their cooling. Of racks,
rooms and sites: `limit`, the IT load in W that they are built for. Of circuits: `bandwidth` in bit/s."""

Proof = Literal["placed", "aggregate", "undecided"]
"""How far a statement about room goes. `placed`: every instance has its node (or none is bound to one), or
it is proven that no placement exists. `aggregate`: sums alone refuse it already. `undecided`: sums allow
it, and no placement was found or excluded within the search's fixed limit; that is never a pass."""


@dataclass(frozen=True)
class Balance:
    """One thing that may run out, with every service in its DR mode after a loss."""

    element: str
    """Platform, power element, rack, room, site or circuit."""
    resource: Resource
    product: str
    """Of a licence; else empty."""
    gives: float | None
    """In base units (cores, bytes, W, bit/s …), nothing more being out; None: unknown."""
    takes: float
    """A lower bound where facts are missing."""
    fits: Tri
    gives_in_reserve: float | None
    """With the reserve kept: one node more than its load takes, the largest unit of cooling or power out."""
    takes_in_reserve: float
    """What it carries in that state; other than `takes` only of power, whose load moves."""
    fits_in_reserve: Tri
    out: str
    """Largest unit whose loss it must bear (`power/…`, `cooling/…`), where there is one to name."""
    takers: tuple[str, ...]
    """Workloads, or services of a circuit, that take it, the greatest first."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ServiceMode:
    """How one service runs once what does not fit is shed."""

    service: str
    tier: int | None
    """None: undeclared; such a service is shed before all others."""
    owes: Literal["full", "minimum"]
    """The level that its objective for this kind of loss asks for."""
    mode: Mode
    """What is unknown is taken at its best."""
    mode_at_worst: Mode
    """What is unknown is taken at its worst: an undeclared capacity gives nothing, an undeclared demand
    finds no room."""
    keeps: Tri
    """Whether it runs at the level that it owes. Unknown too where power or cooling of a site that it runs at
    does not fit: what trips then depends on the order of failures."""
    because: tuple[str, ...]
    """What refuses it more, or leaves it in doubt: `platforms/ID cores`, `circuits/ID bandwidth`,
    `power/ID leg` …; `platforms/ID placement` where sums fit and no node has room for an instance; `sites/ID
    traffic` where circuits do not carry it however it is spread; services that it needs and that are shed or
    stranded."""
    path: FieldPath


@dataclass(frozen=True)
class Shedding:
    """What runs and what is shed after one loss, in one state of the reserve."""

    fits: Tri
    """Whether all services fit in their DR modes."""
    proof: Proof
    modes: tuple[ServiceMode, ...]
    """Every service with a workload, by the order in which they are kept: tier, business impact, id."""
    shed: tuple[str, ...]
    """Services below full or dropped for want of room, in the order in which they are given up, the least
    important first."""
    standbys_off: tuple[str, ...]
    """Standbys (`workloads/…`) that are not called and are switched off to make room."""
    undecided: tuple[str, ...]
    """Services that were refused a level although sums allow it, and for which the search, whose limit is
    fixed, found no place and excluded none: the gap between what is proven to run and what is proven not to.
    In the order in which services are kept."""
    left_over: tuple[str, ...]
    """What does not fit and no shedding of services mends (`power/ID power`, `rooms/ID heat` …)."""


@dataclass(frozen=True)
class Delivery:
    """Whether a purchase can be there by the end of a phase."""

    phase: str
    ends: str
    """ISO date by which all that enters in the phase is in service."""
    order_by: str | None
    """Last day on which it can be ordered for that; None: the lead time is unknown."""
    in_time: Tri
    """Whether that day is not past on the day as at which the estate is judged."""


@dataclass(frozen=True)
class Units:
    """Nodes of one model to be added to one platform."""

    platform: str
    model: str
    count: int
    price: float | None
    """Of one, in the estate's currency; None: unknown."""
    cost: float | None
    rack_units: float
    """Of all together."""
    draw: float | None
    """Planned W of all together, which is also their heat; None: unknown."""
    racks: tuple[tuple[str, int], ...]
    """Racks with room for them (rack units in one piece, power limit), and how many go there."""
    unplaced: int
    """How many find no room in any rack of the sites that are left."""
    lead_time: float | None
    """Seconds from the order to the dock."""
    deliveries: tuple[Delivery, ...]
    """By phase of the plan."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Lack:
    """What else is lacking, of which no model with a price is known."""

    element: str
    resource: Resource
    product: str
    lacks: float
    """In base units."""


@dataclass(frozen=True)
class Purchase:
    """The smallest purchase with which all services fit in their DR modes, the reserve kept."""

    units: tuple[Units, ...]
    lacks: tuple[Lack, ...]
    """Licences, bandwidth, power and cooling to be added, for what is bought too; and what platforms lack
    that no known model gives."""
    known_cost: float
    """Of all units whose price is known, in the estate's currency."""
    cost: float | None
    """Of everything; None: a price is unknown."""
    currency: str
    proven: bool
    """Whether it is proven to be the smallest; False where the search reached its fixed limit."""


@dataclass(frozen=True)
class DrCapacity:
    """Whether what is left after a loss carries the DR modes of all workloads together."""

    event: str
    """`sites/ID` or `failure_regions/NAME`."""
    scenario: Scenario
    lost: tuple[str, ...]
    """Sites lost."""
    fits: Tri
    """With the reserve kept."""
    balances: tuple[Balance, ...]
    """By element, resource, product."""
    with_reserve: Shedding
    """The reserve is kept at the cost of services."""
    without_reserve: Shedding
    """The reserve is used up before a service is shed."""
    purchase: Purchase | None
    """None: nothing is known to be lacking."""
    missing: tuple[Missing, ...]
