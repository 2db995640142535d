"""What spreading over several ways would give in one state: undeclared facts at their best and at their
worst."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf

from resilience.failover_flows.multi_commodity import Line, MultiCommodityFlow, Pair
from resilience.failover_flows.results import Bounds, CommonShare
from resilience.failover_flows.states import Demand
from resilience.results import Tri

KILOBIT = -3
"""Bandwidth is rounded to so many decimals of bit/s."""

Needs = tuple[tuple[Pair, float], ...]
"""Of each pair of places what its declared traffic needs, in order."""


def pair_of(demand: Demand) -> Pair | None:
    """Between which places a traffic goes; None where it needs no circuit or has no way."""
    if not demand.way.circuits or demand.way.serving is None:
        return None
    return Pair(demand.flow.user, demand.way.serving, tuple(sorted(demand.flow.over)))


def needs_of(demands: Iterable[Demand]) -> Needs:
    """What all pairs of places need together."""
    found: dict[Pair, float] = defaultdict(float)
    for demand in demands:
        pair = pair_of(demand)
        if pair is not None:
            found[pair] += demand.needed or 0.0
    return tuple(sorted(found.items()))


@dataclass(frozen=True)
class Spreading:
    """One set of circuits and needs."""

    lines: tuple[Line, ...]
    """Circuits that are left; of an undeclared bandwidth, without limit."""
    needs: Needs
    ends: frozenset[str]
    silent: bool
    """Whether some traffic declares no need, and so may need anything."""

    @cached_property
    def best(self) -> MultiCommodityFlow:
        """With undeclared needs at nothing, and undeclared bandwidths without limit."""
        return MultiCommodityFlow(self.lines, dict(self.needs), self.ends)

    @cached_property
    def worst(self) -> MultiCommodityFlow | None:
        """With undeclared bandwidths at nothing; None: some need is undeclared, and may be without limit."""
        if self.silent:
            return None
        if all(line.bandwidth < inf for line in self.lines):
            return self.best
        lines = tuple(
            Line(line.name, line.a, line.b, 0.0 if line.bandwidth == inf else line.bandwidth)
            for line in self.lines
        )
        return MultiCommodityFlow(lines, dict(self.needs), self.ends)

    @cached_property
    def share(self) -> CommonShare:
        """How far all traffic could grow alike."""
        growth = self.best.growth
        return CommonShare(
            served=Bounds(0.0 if self.worst is None else min(1.0, self.worst.growth), min(1.0, growth)),
            growth=None if growth == inf else growth,
            binding=tuple(f"circuits/{name}" for name in self.best.binding),
        )

    def left(self, demand: Demand, pair: Pair) -> Bounds:
        """Bit/s left for one traffic beside everything else."""
        high = self._left(self.best, demand, pair)
        if self.worst is None:
            return Bounds(0.0, None if high == inf else high)
        low = high if self.worst is self.best else self._left(self.worst, demand, pair)
        return Bounds(low, None if high == inf else high)

    def _left(self, net: MultiCommodityFlow, demand: Demand, pair: Pair) -> float:
        known = self._lefts.get((net is self.best, pair))
        if known is None:
            known = self._lefts[net is self.best, pair] = net.left(pair)
        beside = net.needs[pair] - (demand.needed or 0.0)
        return max(0.0, round(known - beside * net.fair_shares[pair], KILOBIT)) if known < inf else inf

    @cached_property
    def _lefts(self) -> dict[tuple[bool, Pair], float]:
        return {}

    def carries(self, demand: Demand, pair: Pair) -> Tri:
        """Whether a traffic has all that it needs if everything spreads as fairly as can be."""
        if demand.needed is None:
            return "unknown"
        if demand.needed and self.best.fair_shares[pair] < 1.0:
            return "no"
        if self.worst is None:
            return "unknown"
        return "yes" if not demand.needed or self.worst.fair_shares[pair] >= 1.0 else "unknown"
