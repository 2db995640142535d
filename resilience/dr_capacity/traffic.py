"""What services and replications need of circuits after a loss, each on the way that routing then takes.

Traffic takes the way of least latency (`resilience.failover`), in one piece. Spreading it over other ways is
another proof.
"""

from collections import defaultdict
from collections.abc import Mapping

from resilience.dr_capacity.asking import Share, Supply
from resilience.dr_capacity.loss import Loss, Placed
from resilience.failover import Failovers, Flow, Routed
from resilience.results import Missing


def circuit_supplies(
    loss: Loss, placed: Mapping[str, tuple[Placed, ...]], failovers: Failovers
) -> list[Supply]:
    """Every circuit that anything crosses then."""
    shares: dict[str, dict[str, list[Share]]] = defaultdict(lambda: defaultdict(list))
    taken: dict[str, float] = defaultdict(float)
    missing: dict[str, list[Missing]] = defaultdict(list)
    for flow in failovers.flows:
        if flow.user.partition("/")[2] in loss.sites and flow.user.startswith("sites/"):
            continue
        way = failovers.route(flow, loss.event)
        if not way.circuits:
            continue
        if flow.fixed is not None:
            needed, facts = failovers.needed(flow, way, loss.event)
            for circuit in way.circuits:
                taken[circuit] += needed or 0.0
                missing[circuit] += facts
            continue
        service = flow.owner.partition("/")[2]
        if service not in placed:
            continue
        share, facts = _share(loss, placed[service], flow, way, failovers.places[flow.owner])
        for circuit in way.circuits:
            shares[circuit][service].append(share)
            missing[circuit] += facts
    found = []
    for circuit in sorted({*shares, *taken}):
        summed = [_sum(parts) for _, parts in sorted(shares[circuit].items())]
        bandwidth = loss.estate.circuits[circuit].bandwidth
        supply = Supply(f"circuits/{circuit}", "bandwidth", "", bandwidth, bandwidth, summed)
        supply.taken = taken[circuit]
        supply.missing += missing[circuit]
        if bandwidth is None:
            path = ("circuits", circuit, "bandwidth")
            supply.missing.append(
                Missing(f"circuits/{circuit}", "bandwidth", path, "whether it carries all that crosses it")
            )
        found.append(supply)
    return found


def _share(
    loss: Loss, placed: tuple[Placed, ...], flow: Flow, way: Routed, places: int
) -> tuple[Share, list[Missing]]:
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
