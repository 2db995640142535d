"""Traffic that keeps to one way each, as routed today: what crosses each circuit and what is left on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from resilience.failover_flows.results import Bounds, CircuitLoad, CommonShare
from resilience.failover_flows.states import Demand
from resilience.results import Tri


@dataclass
class _Crossing:
    """Everything that crosses one circuit."""

    load: float = 0.0
    replications: float = 0.0
    """The part of `load` that is replication."""
    undeclared: set[Demand] = field(default_factory=set)


@dataclass(frozen=True)
class SharedCircuits:
    """What crosses the circuits in one state."""

    bandwidths: Mapping[str, float | None]
    """Of every circuit, in bit/s; None: undeclared."""
    crossings: Mapping[str, _Crossing]
    """Of every circuit that bears traffic, by id."""

    def loads(self) -> tuple[CircuitLoad, ...]:
        """Every circuit that bears traffic, by id."""
        found = []
        for name, crossing in self.crossings.items():
            bandwidth = self.bandwidths[name]
            found.append(
                CircuitLoad(
                    circuit=f"circuits/{name}",
                    bandwidth=bandwidth,
                    load=crossing.load,
                    room=None if bandwidth is None else bandwidth - crossing.load,
                    undeclared=tuple(sorted({demand.flow.owner for demand in crossing.undeclared})),
                )
            )
        return tuple(found)

    def common_share(self) -> CommonShare:
        """How far all traffic could grow alike, and which circuits stop it."""
        growths = {
            name: bandwidth / crossing.load
            for name, crossing in self.crossings.items()
            if (bandwidth := self.bandwidths[name]) is not None and crossing.load > 0
        }
        growth = min(growths.values(), default=None)
        unsure = any(
            crossing.undeclared or self.bandwidths[name] is None for name, crossing in self.crossings.items()
        )
        high = 1.0 if growth is None else min(1.0, growth)
        return CommonShare(
            served=Bounds(0.0 if unsure else high, high),
            growth=growth,
            binding=tuple(f"circuits/{name}" for name, value in sorted(growths.items()) if value == growth),
        )

    def carries(self, demand: Demand) -> Tri:
        """Whether every circuit on its way carries all that crosses it."""
        answers: set[Tri] = set()
        for name in demand.way.circuits or ():
            crossing, bandwidth = self.crossings[name], self.bandwidths[name]
            if bandwidth is not None and crossing.load > bandwidth:
                return "no"
            answers.add("unknown" if bandwidth is None or crossing.undeclared else "yes")
        return "unknown" if "unknown" in answers else "yes"

    def left(self, demand: Demand) -> Bounds:
        """Bit/s left on its way beside what everything else on it needs.

        Low is 0 where other traffic on the way, or a circuit, is undeclared.
        """
        lows, highs = [inf], [inf]
        for name in demand.way.circuits or ():
            crossing, bandwidth = self.crossings[name], self.bandwidths[name]
            others = crossing.load - (demand.needed or 0.0)
            room = inf if bandwidth is None else max(0.0, bandwidth - others)
            highs.append(room)
            lows.append(0.0 if bandwidth is None or crossing.undeclared - {demand} else room)
        return Bounds(min(lows), None if min(highs) == inf else min(highs))

    def fair(self, demand: Demand) -> Bounds:
        """Bit/s that it is sure of if every circuit is shared in proportion to what each traffic needs, a
        service taking no more than it needs, and replications what is left.

        On a circuit of bandwidth B that needs L, of which replications R: traffic that needs n gets
        n·B/L where L > B; else a service gets n, and a replication n·(B − L + R)/R (Parekh and Gallager,
        IEEE/ACM Transactions on Networking 1, 1993: no behaviour of others gives it less). Over several
        circuits the least of these. Unknown, between 0 and that, where something on its way is undeclared.
        """
        lows, highs = [inf], [inf]
        for name in demand.way.circuits or ():
            crossing, bandwidth = self.crossings[name], self.bandwidths[name]
            share = inf if bandwidth is None else self._sure(demand, crossing, bandwidth)
            highs.append(share)
            lows.append(0.0 if bandwidth is None or crossing.undeclared else share)
        return Bounds(min(lows), None if min(highs) == inf else min(highs))

    @staticmethod
    def _sure(demand: Demand, crossing: _Crossing, bandwidth: float) -> float:
        needed, replicates = demand.needed, demand.flow.fixed is not None
        if needed is None:
            return max(0.0, bandwidth - crossing.load) if crossing.undeclared == {demand} else bandwidth
        if crossing.load > bandwidth:
            return needed * bandwidth / crossing.load
        if not replicates:
            return needed
        if needed == 0.0:
            return bandwidth - crossing.load
        return needed * (bandwidth - crossing.load + crossing.replications) / crossing.replications


def share_circuits(bandwidths: Mapping[str, float | None], demands: Iterable[Demand]) -> SharedCircuits:
    """All traffic on its one way each."""
    found: dict[str, _Crossing] = defaultdict(_Crossing)
    for demand in demands:
        for name in demand.way.circuits or ():
            crossing = found[name]
            if demand.needed is None:
                crossing.undeclared.add(demand)
                continue
            crossing.load += demand.needed
            if demand.flow.fixed is not None:
                crossing.replications += demand.needed
    return SharedCircuits(bandwidths, dict(sorted(found.items())))
