"""Which scenarios cannot overload a power element, told from the few others that most of its load hangs on.

The load of a generator depends on every rack below it, and what a generator carries is settled by hardly more
than whether the grid and its neighbours live. So scenarios are parted by these alone, and a part is left out
as soon as the rating bears whatever could come to the element in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf

import networkx as nx

from resilience.failure_sweep.power_net import CASES, LostIn, PowerNet

DECIDES = 0.25
"""Elements that feed so great a share of what lies below another decide what comes to it."""

DECIDERS = 8
"""At most so many of them are told apart."""


@dataclass(frozen=True)
class Bounds:
    """What an element carries at most, by what is told of others."""

    deciders: tuple[int, ...]
    """Nodes by which scenarios are parted, those that decide most first."""
    most: Callable[[Mapping[int, bool]], float] = field(compare=False)
    """No less than the watts that it carries where those nodes are lost or not, whatever becomes of all
    others."""
    limit: float
    """Watts that it bears."""
    known: dict[tuple[bool, ...], bool] = field(default_factory=dict, compare=False)

    def doubtful(self, lost: LostIn, scenarios: int) -> int:
        """Of those scenarios the ones in which it may carry more than its limit.

        >>> def most(told):
        ...     return 60.0 if told.get(1, True) else 0.0
        >>> bin(Bounds((1,), most, 50.0).doubtful({1: 0b0110}.__getitem__, 0b1100))
        '0b100'
        """
        found = 0
        waiting: list[tuple[tuple[bool, ...], int]] = [((), scenarios)]
        while waiting:
            told, members = waiting.pop()
            if not self._may_exceed(told):
                continue
            if len(told) == len(self.deciders):
                found |= members
                continue
            gone = lost(self.deciders[len(told)])
            for is_gone, some in ((True, members & gone), (False, members & ~gone)):
                if some:
                    waiting.append(((*told, is_gone), some))
        return found

    def _may_exceed(self, told: tuple[bool, ...]) -> bool:
        if told not in self.known:
            states = dict(zip(self.deciders, told, strict=False))
            self.known[told] = self.most(states) > self.limit
        return self.known[told]


def bounds(net: PowerNet, name: str, limit: float) -> Bounds:
    """Of that element; where load could go round ties, nothing is told beforehand."""
    below = nx.descendants(net.chain, name) | {name}
    sources = {source for element in below - {name} for source in net.chain.predecessors(element)}
    if any(ring & (below | sources) for ring in net.rings):
        return Bounds((), lambda states: inf, limit)
    feeding: dict[str, int] = {}
    for source in sources - {name}:
        fed: set[str] = nx.descendants(net.chain, source)
        feeding[source] = len(below & fed)
    enough = max(1.0, DECIDES * (len(below) - 1))
    deciding = sorted((-count, source) for source, count in feeding.items() if count >= enough)
    deciders = tuple(net.node(source) for _, source in deciding[:DECIDERS])
    return Bounds(deciders, _Below(net, name, below).most, limit)


class _Below:
    """What lies below one element, in the order of the chain."""

    def __init__(self, net: PowerNet, name: str, below: set[str]) -> None:
        self.net, self.name = net, name
        self.order = sorted(below - {name}, key=lambda element: (net.part_of[element], element))
        drawn: dict[int, tuple[float, set[str]]] = {}
        for element in sorted(below):
            entries = [(node, watts) for node, watts, _, _ in net.devices.get(element, ())]
            entries += [(node, watts) for node, watts, _ in net.units.get(element, ())]
            for node, watts in entries:
                drawn.setdefault(node, (watts, set()))[1].add(element)
        self.drawn = [(watts, tuple(sorted(feeds))) for _, (watts, feeds) in sorted(drawn.items())]

    def most(self, states: Mapping[int, bool]) -> float:
        """Watts that it carries at most, by nodes that are known to be lost, or not to be.

        Of each element below the share of its load that can come to this one is known from those of its
        sources; devices and units take no more than all from the feed with the greatest share.
        """
        share = {self.name: 1.0}
        for element in self.order:
            share[element] = (
                0.0 if states.get(self.net.node(element)) else self._share(element, share, states)
            )
        return sum(watts * max(share[feed] for feed in feeds) for watts, feeds in self.drawn)

    def _share(self, element: str, share: Mapping[str, float], states: Mapping[int, bool]) -> float:
        sources = sorted(set(self.net.chain.predecessors(element)))
        reaching = max(share.get(source, 0.0) for source in sources)
        if not reaching:
            return 0.0
        efficiency = self.net.estate.power[element].efficiency or 1.0
        if len(sources) > CASES:
            return reaching / efficiency
        return (
            max(self._taken(element, share, missing) for missing in self._cases(sources, states)) / efficiency
        )

    def _cases(self, sources: Sequence[str], states: Mapping[int, bool]) -> list[frozenset[int]]:
        """Which of them can be lost at once, by what is known of them."""
        live = {self.net.node(self.name): False}
        nodes = [self.net.node(source) for source in sources]
        choices = [
            (states[node],) if node in states else (False,) if node in live else (False, True)
            for node in nodes
        ]
        return [
            frozenset(node for node, is_gone in zip(nodes, gone, strict=True) if is_gone)
            for gone in product(*choices)
        ]

    def _taken(self, element: str, share: Mapping[str, float], missing: frozenset[int]) -> float:
        """How much of its load comes to the one above when those sources are lost."""
        active = self.net.active(element, missing.__contains__, None)
        return sum(share.get(source, 0.0) for source in active) / len(active) if active else 0.0
