"""The question that the solver answers: services in the order they are kept, what they ask, what there is."""

from dataclasses import dataclass
from math import inf
from typing import Literal

Level = Literal["minimum", "full"]
"""Of a service that runs: with the shares of its minimum, or of DR."""

LEVELS: tuple[Level, ...] = ("minimum", "full")

Wish = tuple[str, str]
"""What is asked for: `(minimum, service)`, `(full, service)`, `(there, part)` or `(carries, part)`."""

Sizes = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""Of one instance in each dimension of a node: standing by, at the minimum, in full."""


@dataclass(frozen=True)
class Limit:
    """A sum that must not exceed what there is."""

    element: str
    resource: str
    product: str
    gives: float


@dataclass(frozen=True)
class Ask:
    """What one part takes of one limit."""

    limit: int
    """Position among the limits."""
    standing: float
    """While it stands by; infinite: not known, and taken at its worst."""
    minimum: float
    """While it carries at the minimum level."""
    full: float
    """While it carries in full."""


@dataclass(frozen=True)
class Part:
    """A workload, or the traffic of a service."""

    name: str
    service: str
    group: str
    """Component for which exactly one of several standbys carries; empty: it carries whenever its service
    runs."""
    carries: bool
    """Whether it may carry at all; else it stands by or is off."""
    asks: tuple[Ask, ...]
    rack: str = ""
    """Set of nodes on which its instances must find room one by one; empty: none."""
    instances: int = 1
    sizes: Sizes = ((), (), ())
    apart: bool = False
    """No two of its instances on one node."""


@dataclass(frozen=True)
class Traffic:
    """What crosses circuits between two places, whichever ways it is spread over."""

    service: str
    """Whose; empty: replication, which takes `full` whatever runs."""
    source: str
    target: str
    over: frozenset[str]
    """Circuits that it keeps to; none: any."""
    minimum: float
    full: float


@dataclass(frozen=True)
class Arc:
    """A circuit from one place to another."""

    circuit: str
    limit: int | None
    """Position among the limits; None: nothing is known to limit it."""
    tail: str
    head: str


@dataclass(frozen=True)
class SiteLimit:
    """What the nodes of a place that are on may draw together."""

    element: str
    resource: str
    gives: float
    """W, what cannot be switched off taken off."""


@dataclass(frozen=True)
class Switching:
    """A set of nodes of which those that nothing needs are off."""

    rack: str
    """As parts name the set."""
    reserve: int
    """Nodes that are on besides those in use, once one is."""
    draws: tuple[tuple[tuple[int, float], ...], ...]
    """Of each node that is left the positions of site limits that it draws on, and how many W."""


@dataclass(frozen=True)
class Need:
    """So many of these must run at a level for another to run at that level."""

    who: str
    at_least: int
    of: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """All that is asked and all that there is, after one loss and in one state of the reserve."""

    services: tuple[str, ...]
    """In the order in which they are kept, the most important first."""
    between: tuple[str, ...]
    """What stands between services and is free: platforms that need services."""
    needs: tuple[Need, ...]
    parts: tuple[Part, ...]
    limits: tuple[Limit, ...]
    nodes: tuple[tuple[str, tuple[tuple[float, ...], ...]], ...]
    """By set of nodes: what each of them has in each dimension."""
    traffic: tuple[Traffic, ...] = ()
    """Where it may be spread over several ways."""
    arcs: tuple[Arc, ...] = ()
    site_limits: tuple[SiteLimit, ...] = ()
    """Power and cooling that do not carry all nodes at once."""
    switching: tuple[Switching, ...] = ()


def known(amount: float | None, *, at_worst: bool) -> float:
    """What an undeclared demand counts: nothing at its best, more than anything at its worst.

    >>> known(None, at_worst=True), known(None, at_worst=False), known(3.0, at_worst=True)
    (inf, 0.0, 3.0)
    """
    if amount is None:
        return inf if at_worst else 0.0
    return amount
