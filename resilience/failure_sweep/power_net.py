"""The power chain of an estate: what its elements carry, whatever is lost, in one scenario or in many.

Loads move as in `resilience.loads`; what is lost takes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from resilience.derive.power import supplies_needed
from resilience.failure_sweep.burdens import Terms, cases
from resilience.graph import EstateGraph
from resilience.loads import draw_of
from resilience.whereabouts import by_id
from specs.model import Estate
from specs.power import PowerElement

CASES = 8
"""Of something with more sources than this not all cases are gone through."""

Lost = Callable[[int], bool]
"""Whether a node is lost."""

LostIn = Callable[[int], int]
"""Scenarios in which a node is lost."""


class _GoesRound(Exception):
    """Load would go round a ring of ties."""


@dataclass(frozen=True)
class PowerNet:
    """The power chain in a form that answers what one element carries, whatever is lost."""

    graph: EstateGraph
    index: Mapping[str, int]

    @property
    def estate(self) -> Estate:
        return self.graph.estate

    def node(self, name: str) -> int:
        """The node of a power element."""
        return self.index[f"power/{name}"]

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """Power elements that have each as an input."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, element in by_id(self.estate.power):
            for entry in element.inputs:
                found[entry.source].add(name)
        return {name: tuple(sorted(names)) for name, names in found.items()}

    @cached_property
    def devices(self) -> dict[str, tuple[tuple[int, float, int, tuple[str, ...]], ...]]:
        """On each power element the devices: node, watts, how many cords must be live, and all cords."""
        found: dict[str, list[tuple[int, float, int, tuple[str, ...]]]] = defaultdict(list)
        for name, device in by_id(self.estate.devices):
            cords = tuple(feed for feed in device.feeds if feed in self.estate.power)
            entry = (
                self.index[f"devices/{name}"],
                draw_of(device, self.graph.where) or 0.0,
                max(1, supplies_needed(device, self.graph.where)),
                cords,
            )
            for feed in dict.fromkeys(cords):
                found[feed].append(entry)
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def units(self) -> dict[str, tuple[tuple[int, float, tuple[str, ...]], ...]]:
        """On each power element the cooling units: node, watts, and all feeds, of which the first live one
        is taken."""
        found: dict[str, list[tuple[int, float, tuple[str, ...]]]] = defaultdict(list)
        for name, unit in by_id(self.estate.cooling):
            feeds = tuple(feed for feed in unit.feeds if feed in self.estate.power)
            for feed in dict.fromkeys(feeds):
                found[feed].append((self.index[f"cooling/{name}"], unit.draw or 0.0, feeds))
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def groups(self) -> dict[str, tuple[tuple[bool, tuple[str, ...]], ...]]:
        """Inputs of each element in the order in which they are taken: whether they are open, and those of
        one priority."""
        found = {}
        for name, element in by_id(self.estate.power):
            parts: dict[tuple[bool, int], list[str]] = defaultdict(list)
            for entry in element.inputs:
                parts[entry.normally == "open", entry.priority].append(entry.source)
            found[name] = tuple((key[0], tuple(sources)) for key, sources in sorted(parts.items()))
        return found

    @cached_property
    def chain(self) -> "nx.DiGraph[str]":
        """From each element to those that it feeds."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sorted(self.estate.power))
        graph.add_edges_from(
            (source, name) for source in sorted(self.consumers) for name in self.consumers[source]
        )
        return graph

    @cached_property
    def rings(self) -> tuple[frozenset[str], ...]:
        """Elements that could feed one another in turn, over ties."""
        return tuple(
            frozenset(ring) for ring in nx.strongly_connected_components(self.chain) if len(ring) > 1
        )

    @cached_property
    def parts(self) -> tuple[tuple[frozenset[str], float], ...]:
        """Elements and rings of them, what feeds others first, each with what a load grows by at most in
        passing it."""
        whole = nx.condensation(self.chain)
        found = []
        for number in nx.topological_sort(whole):
            members: frozenset[str] = frozenset(whole.nodes[number]["members"])
            grows = 1.0
            for member in sorted(members):
                grows /= self.estate.power[member].efficiency or 1.0
            found.append((members, grows))
        return tuple(found)

    @cached_property
    def part_of(self) -> dict[str, int]:
        """The place of each element in those."""
        return {member: number for number, (members, _) in enumerate(self.parts) for member in members}

    def most(self, name: str) -> float:
        """No less than any load of that element: all below it at once, through all conversions on the way
        that lose most."""
        below = nx.descendants(self.chain, name) | {name}
        worst = self._worst_conversion(name)
        seen: dict[int, float] = {}
        for element in below:
            drawn = [(node, watts) for node, watts, _, _ in self.devices.get(element, ())]
            drawn += [(node, watts) for node, watts, _ in self.units.get(element, ())]
            for node, watts in drawn:
                seen[node] = max(seen.get(node, 0.0), watts * worst[element])
        return sum(seen[node] for node in sorted(seen))

    def _worst_conversion(self, name: str) -> dict[str, float]:
        """For each element below by how much a load at it is greater at `name`."""
        below = nx.descendants(self.chain, name) | {name}
        worst = dict.fromkeys(below, 0.0)
        parts = sorted({self.part_of[element] for element in below})
        for part in (self.parts[number][0] & below for number in parts):
            entering = max(
                (
                    worst[source]
                    for member in part
                    for source in self.chain.predecessors(member)
                    if source in worst and source not in part
                ),
                default=1.0,
            )
            inner = 1.0 if part == {name} else self.parts[self.part_of[min(part)]][1]
            for member in part:
                worst[member] = max(entering, 1.0) * inner
        return worst

    def load(self, name: str, lost: Lost) -> float:
        """Watts at the output of that element, by what is lost."""
        try:
            return self._load(name, lost, {}, None)
        except _GoesRound:
            return self._load(name, lost, {}, self._ranks(lost))

    def _load(
        self, name: str, lost: Lost, known: dict[str, float | None], ranks: Mapping[str, int] | None
    ) -> float:
        if name in known:
            found = known[name]
            if found is None:
                raise _GoesRound
            return found
        known[name] = None
        watts = 0.0
        for node, draw, needed, cords in self.devices.get(name, ()):
            if not lost(node):
                live = [feed for feed in cords if not lost(self.node(feed))]
                if len(live) >= needed:
                    watts += draw * live.count(name) / len(live)
        for node, draw, feeds in self.units.get(name, ()):
            if not lost(node) and next((f for f in feeds if not lost(self.node(f))), None) == name:
                watts += draw
        for consumer in self.consumers.get(name, ()):
            if not lost(self.node(consumer)):
                active = self.active(consumer, lost, ranks)
                if name in active:
                    drawn = self._load(consumer, lost, known, ranks)
                    element: PowerElement = self.estate.power[consumer]
                    watts += drawn / (element.efficiency or 1.0) * active.count(name) / len(active)
        known[name] = watts
        return watts

    def terms(self, name: str, lost: LostIn, scenarios: int) -> tuple[Terms, int]:
        """Watts at the output of that element in those scenarios, and the scenarios of which it cannot tell:
        load may go round in them, or something has too many sources to go through all cases."""
        below = nx.descendants(self.chain, name) | {name}
        shares: dict[str, list[tuple[int, float]]] = defaultdict(list, {name: [(scenarios, 1.0)]})
        found: list[tuple[int, float]] = []
        untold = 0
        for number in sorted({self.part_of[element] for element in below}):
            ring = self.parts[number][0]
            reached = 0
            for members, _ in (share for element in ring for share in shares.get(element, ())):
                reached |= members
            if not reached:
                continue
            drawn = {element: list(self._drawn(element, lost, reached)) for element in sorted(ring & below)}
            taken = {element: list(self._taken(element, lost, reached)) for element in drawn}
            waiting: list[tuple[tuple[str, ...], int, float]] = [
                ((element,), *share) for element in drawn for share in shares[element]
            ]
            while waiting:
                way, members, share = waiting.pop()
                found += [(m & members, watts * share) for m, watts in drawn[way[-1]] if m & members]
                for consumer, taking, part in taken[way[-1]]:
                    both = members & taking
                    if both and (part is None or consumer in way):
                        untold |= both
                    elif both and part is not None and consumer in ring:
                        waiting.append(((*way, consumer), both, share * part))
                    elif both and part is not None:
                        _add(shares[consumer], both, share * part)
        return tuple(found), untold

    def _taken(self, name: str, lost: LostIn, scenarios: int) -> Iterator[tuple[str, int, float | None]]:
        """What takes from that element, in which scenarios, and what it takes of a watt at its own output;
        None: it has too many sources to tell."""

        def gone(element: str) -> int:
            return lost(self.node(element))

        for consumer in self.consumers.get(name, ()):
            element = self.estate.power[consumer]
            sources = sorted({entry.source for entry in element.inputs if entry.source in self.estate.power})
            live = scenarios & ~gone(consumer)
            if len(sources) > CASES:
                yield consumer, live, None
                continue
            for missing, members in cases(sources, gone, live):
                nodes = {self.node(source) for source in missing}
                active = self.active(consumer, nodes.__contains__, None)
                if name in active:
                    yield consumer, members, active.count(name) / len(active) / (element.efficiency or 1.0)

    def _drawn(self, name: str, lost: LostIn, scenarios: int) -> Iterator[tuple[int, float]]:
        """What devices and units take from that element itself."""

        def gone(element: str) -> int:
            return lost(self.node(element))

        scenarios &= ~gone(name)
        for node, draw, needed, cords in self.devices.get(name, ()):
            others = sorted({cord for cord in cords if cord != name})
            for missing, members in cases(others, gone, scenarios & ~lost(node)):
                live = [cord for cord in cords if cord not in missing]
                if len(live) >= needed:
                    yield members, draw * live.count(name) / len(live)
        for node, draw, feeds in self.units.get(name, ()):
            members = scenarios & ~lost(node)
            for feed in feeds[: feeds.index(name)]:
                members &= gone(feed)
            if members:
                yield members, draw

    def active(self, name: str, lost: Lost, ranks: Mapping[str, int] | None) -> list[str]:
        """Sources that it takes its load from."""
        needs = self.estate.power[name].needs
        taken: list[str] = []
        for is_open, sources in self.groups[name]:
            if len(taken) >= needs:
                break
            live = [
                source
                for source in sources
                if source in self.estate.power
                and not lost(self.node(source))
                and (ranks is None or ranks.get(source, 0) < ranks.get(name, 0))
            ]
            taken += live[: needs - len(taken)] if is_open else live
        return taken

    def _ranks(self, lost: Lost) -> dict[str, int]:
        """Distance of each live element from a source: where inputs go round, only nearer ones feed."""
        power = self.estate.power
        ranks = {n: 0 for n in sorted(power) if not lost(self.node(n)) and not power[n].inputs}
        waiting = [n for n in sorted(power) if power[n].inputs and not lost(self.node(n))]
        distance = 0
        while True:
            distance += 1
            fed = [n for n in waiting if sum(e.source in ranks for e in power[n].inputs) >= power[n].needs]
            if not fed:
                return ranks
            ranks |= dict.fromkeys(fed, distance)
            waiting = [n for n in waiting if n not in ranks]


def _add(shares: list[tuple[int, float]], members: int, share: float) -> None:
    """One more share, with an equal one where the two are never there at once."""
    for place, (some, known) in enumerate(shares):
        if known == share and not some & members:
            shares[place] = (some | members, share)
            return
    shares.append((members, share))
