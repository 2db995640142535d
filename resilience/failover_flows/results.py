"""What the proof of failover flows returns: every distinct state of the circuits, with all traffic in it."""

from dataclasses import dataclass

from resilience.results import Missing, Tri


@dataclass(frozen=True)
class Bounds:
    """Between what a figure lies. Both are the same where all facts that it needs are declared."""

    low: float
    """With what is undeclared at its worst."""
    high: float | None
    """With what is undeclared at its best; None: without limit."""


@dataclass(frozen=True)
class CircuitLoad:
    """What crosses one circuit in one state."""

    circuit: str
    """`circuits/ID`."""
    bandwidth: float | None
    """Bit/s; None: undeclared."""
    load: float
    """Bit/s of all traffic on it whose need is declared."""
    room: float | None
    """Bit/s that are left, below 0 where more is asked than it carries: what traffic of undeclared need may
    take together. None: the bandwidth is undeclared."""
    undeclared: tuple[str, ...]
    """Traffic on it whose need nobody declared (`services/…`, `datasets/…`)."""


@dataclass(frozen=True)
class CommonShare:
    """How far the circuits serve all traffic alike, of what still has a way."""

    served: Bounds
    """The greatest share of its need that all traffic can have at once, 0 to 1."""
    growth: float | None
    """By what factor all declared needs could grow together before a circuit is full (below 1: by what they
    must shrink); None: nothing declared limits them."""
    binding: tuple[str, ...]
    """Circuits that limit `growth`: each would have to be wider, or one of a set of them; narrowing any of
    them lowers it."""


@dataclass(frozen=True)
class TrafficAfter:
    """One traffic in one state: its way, and the bandwidth left for it beside everything else."""

    owner: str
    """The service, or the dataset (`datasets/…`) where the traffic is its replication."""
    user: str
    """Where from: `sites/…`, `outside/…`."""
    replication: str
    """`replications/…` where the traffic is one; else empty."""
    serving: str | None
    """Place where the way ends: the site that serves then; None: no site does."""
    circuits: tuple[str, ...]
    """Circuits in order; empty within one site or where there is no way."""
    reached: Tri
    """Whether there is a way; unknown where no circuit is declared."""
    latency: float | None
    """Seconds, one way; None: unknown, or no way."""
    latency_added: float | None
    """Seconds more than on the usual way; None: unknown, or no way."""
    needed: float | None
    """Bit/s that it needs; None: unknown."""
    fair: Bounds | None
    """Bit/s that it is sure of if circuits are shared in proportion to what each traffic needs, none taking
    more than it needs but replications, which take what is left; None: it needs no circuit, or has none."""
    left: Bounds | None
    """Bit/s left for it on its way if everything else takes what it needs."""
    left_spread: Bounds | None
    """The same if all traffic may spread over several ways; where that is too much for the circuits,
    everything else takes its common share."""
    carries: Tri
    """Whether it has what it needs with every traffic on one way, as routed today."""
    carries_spread: Tri
    """Whether it could if traffic may spread."""
    diverse: Tri
    """Whether its way shares no duct, exchange, entrance or carrier with its usual way; unknown where a
    circuit of either has undeclared segments or carrier. In calm: whether a second way shares none."""
    shares: tuple[str, ...]
    """What the two ways have in common (`circuits/…`, `hazards/…`, `vendors/…`). In calm: what all ways
    have in common."""
    missing: tuple[Missing, ...]
    """Facts of its own and of the circuits on its way; needs that others on them do not declare are in
    `FailoverFlows.missing`."""


@dataclass(frozen=True)
class FlowState:
    """All traffic once something has failed; failures of the same effect are one state."""

    events: tuple[str, ...]
    """The failures, each alone, that lead to it, by name; none: calm."""
    circuits_lost: tuple[str, ...]
    sites_lost: tuple[str, ...]
    routed: CommonShare
    """Every traffic on the one way that it takes today."""
    spread: CommonShare
    """If traffic may spread over any ways (a multi-commodity flow)."""
    loads: tuple[CircuitLoad, ...]
    """Every circuit that bears traffic, as routed, by id."""
    cut: tuple[str, ...]
    """Owners of traffic that has no way left, or nobody who serves it."""
    traffic: tuple[TrafficAfter, ...]
    """Traffic whose way or serving site is another than usual (in calm: all), by owner, user, replication."""


@dataclass(frozen=True)
class FailoverFlows:
    """Every distinct state that a single failure brings about."""

    calm: FlowState
    states: tuple[FlowState, ...]
    """By their first event."""
    missing: tuple[Missing, ...]
    """Every need and bandwidth that nobody declared."""
    assumes: tuple[str, ...]
    """What all figures take for granted, in words."""
