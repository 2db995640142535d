"""What services and replications need of circuits after a loss, each on the way that routing then takes.

Traffic takes the way of least latency (`resilience.failover`), in one piece. Where a circuit does not carry
all that takes it, whether spreading it over all circuits that are left would help is looked at too: more than
those carry never fits, and what fits only when spread is unknown.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from resilience.dr_capacity.asking import Share, Supply
from resilience.dr_capacity.loss import Loss, Placed
from resilience.dr_capacity.question import Traffic
from resilience.failover import Failovers, Flow, Routed
from resilience.results import Missing


@dataclass
class Crossing:
    """All that crosses circuits after a loss."""

    loss: Loss
    placed: Mapping[str, tuple[Placed, ...]]
    failovers: Failovers
    shares: dict[str, dict[str, list[Share]]] = field(default_factory=lambda: defaultdict(dict))
    """By circuit and service."""
    taken: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By circuit, of replications."""
    missing: dict[str, list[Missing]] = field(default_factory=lambda: defaultdict(list))
    traffic: list[Traffic] = field(default_factory=list)

    def __post_init__(self) -> None:
        for flow in self.failovers.flows:
            collection, _, place = flow.user.partition("/")
            way = self.failovers.route(flow, self.loss.event)
            if not way.circuits or (collection == "sites" and place in self.loss.sites):
                continue
            if flow.fixed is not None:
                self._replicates(flow, way)
            elif flow.owner.partition("/")[2] in self.placed:
                self._serves(flow, way)

    def _replicates(self, flow: Flow, way: Routed) -> None:
        needed, facts = self.failovers.needed(flow, way, self.loss.event)
        for circuit in way.circuits or ():
            self.taken[circuit] += needed or 0.0
            self.missing[circuit] += facts
        target = way.serving or flow.user
        self.traffic.append(Traffic("", flow.user, target, flow.over, needed or 0.0, needed or 0.0))

    def _serves(self, flow: Flow, way: Routed) -> None:
        service = flow.owner.partition("/")[2]
        share, facts = _share(self.placed[service], flow, way, self.failovers.places[flow.owner])
        for circuit in way.circuits or ():
            self.shares[circuit].setdefault(service, []).append(share)
            self.missing[circuit] += facts
        if share.full is not None and share.minimum is not None:
            target = way.serving or flow.user
            self.traffic.append(Traffic(service, flow.user, target, frozenset(), share.minimum, share.full))

    def supplies(self) -> list[Supply]:
        """Every circuit that something crosses, and where spreading is looked at every other one too."""
        found = []
        crossed = {*self.shares, *self.taken}
        for circuit in sorted(crossed | {name for name, _, _ in self.arcs()}):
            summed = [_sum(parts) for _, parts in sorted(self.shares.get(circuit, {}).items())]
            bandwidth = self.loss.estate.circuits[circuit].bandwidth
            supply = Supply(f"circuits/{circuit}", "bandwidth", "", bandwidth, bandwidth, summed)
            supply.taken = self.taken.get(circuit, 0.0)
            supply.missing += self.missing.get(circuit, [])
            if bandwidth is None and circuit in crossed:
                path = ("circuits", circuit, "bandwidth")
                supply.missing.append(
                    Missing(
                        f"circuits/{circuit}", "bandwidth", path, "whether it carries all that crosses it"
                    )
                )
            found.append(supply)
        return found

    def arcs(self) -> tuple[tuple[str, str, str], ...]:
        """Circuits that are left, in each direction; none leads through a place outside that only the
        internet joins."""
        ways = self.failovers.ways
        circuits, sites = self.failovers.down(self.loss.event)
        return tuple(
            sorted(
                (name, tail, head)
                for tail, links in ways.links.items()
                for name, head in links
                if name not in circuits and head not in ways.ends and not {tail, head} & sites
            )
        )


def _share(placed: tuple[Placed, ...], flow: Flow, way: Routed, places: int) -> tuple[Share, list[Missing]]:
    """The greatest throughput of its components where it is served, in equal parts for all places of its
    users."""
    here = [part for part in placed if f"sites/{part.workload.site}" == way.serving]
    minimum = [t for part in here if (t := part.minimum.throughput) is not None]
    full = [t for part in here if (t := part.full.throughput) is not None]
    name = flow.owner
    if not full:
        facts = [
            Missing(
                f"workloads/{part.id}",
                "throughput",
                ("workloads", part.id, "takes"),
                "what its users' way needs",
            )
            for part in here
        ]
        return Share(name, name.partition("/")[2], None, None, None), facts
    least = max(minimum or full) / places
    return Share(name, name.partition("/")[2], 0.0, least, max(full) / places), []


def _sum(parts: list[Share]) -> Share:
    """Several ways of one service over one circuit."""

    def total(amounts: list[float | None]) -> float | None:
        told = [amount for amount in amounts if amount is not None]
        return sum(told) if len(told) == len(amounts) else None

    first = parts[0]
    return Share(
        first.part,
        first.service,
        total([part.standing for part in parts]),
        total([part.minimum for part in parts]),
        total([part.full for part in parts]),
    )
