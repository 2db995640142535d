"""An estate's failure logic cut along its sites: what each site shows to the rest, and what joins them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from resilience.availability.diagrams import merged_events, walked, wide_events
from resilience.availability.failing import Failing, Failures
from resilience.sweep import bits
from resilience.whereabouts import Whereabouts


@dataclass(frozen=True)
class Division:
    """Variables by number, in the order of a walk from the services down, and where they stand.

    A node all of whose variables that stand anywhere stand at one site belongs to that site.
    """

    failures: Failures
    owners: tuple[int, ...]
    """Of each variable the node that fails by it."""
    events: tuple[tuple[str, ...], ...]
    """Of each variable its events: any of them is enough."""
    below: Mapping[int, int]
    """Of every node the variables that it rests on, as bits."""
    site_of: Mapping[int, str]
    """Of every node that belongs to one site that site."""

    @cached_property
    def number(self) -> dict[int, int]:
        """Of each node that fails by itself its variable."""
        return {owner: number for number, owner in enumerate(self.owners)}

    def part(self, one: Failing) -> "Part":
        """What one service rests on."""
        children = self.failures.logic.sweep.compiled.children
        roots = [node for level in one.owed for node in level.nodes()]
        outside = [() if node in self.site_of else edges for node, edges in enumerate(children)]
        every = walked(outside, roots)
        outcomes: dict[str, list[int]] = {}
        for node in every:
            if node in self.site_of:
                outcomes.setdefault(self.site_of[node], []).append(node)
        wide = wide_events(self.failures, (one,))
        direct = sum(
            1 << self.number[node] for node in every if node not in self.site_of and node in self.number
        )
        for variable, events in enumerate(self.events):
            if not wide.isdisjoint(events):
                direct |= 1 << variable
        return Part(self, one, tuple(every), {site: tuple(held) for site, held in outcomes.items()}, direct)


@dataclass(frozen=True)
class Part:
    """What one service rests on: nodes that belong to no site, and the *outcomes* of sites, which are all
    that matters of them."""

    division: Division
    service: Failing
    nodes: tuple[int, ...]
    """Outcomes, and nodes that belong to no site, what is needed before what needs it."""
    outcomes: Mapping[str, tuple[int, ...]]
    """Of each site its nodes that something outside it needs."""
    direct: int
    """Variables that tell outside every site, as bits: of nodes that belong to none, and events so wide that
    they change what is owed."""

    @cached_property
    def resting(self) -> Mapping[str, int]:
        """Of each site the variables that its outcomes rest on, as bits."""
        found = {}
        for site, nodes in self.outcomes.items():
            found[site] = 0
            for node in nodes:
                found[site] |= self.division.below[node]
        return found

    @cached_property
    def common(self) -> tuple[int, ...]:
        """Variables that outcomes of several sites rest on: a grid region, a flood."""
        once = twice = 0
        for held in self.resting.values():
            twice |= once & held
            once |= held
        return tuple(bits(twice))

    def shown(self, site: str) -> tuple[int, ...]:
        """Variables that outcomes of this site alone rest on, and something outside it: outcomes in
        themselves."""
        return tuple(one for one in bits(self.resting[site] & self.direct) if one not in self.common)


def divided(failures: Failures, asked: Sequence[Failing], events: frozenset[str]) -> Division:
    """The division of what those services rest on, all but those events never happening."""
    compiled = failures.logic.sweep.compiled
    every = walked(compiled.children, [node for one in asked for level in one.owed for node in level.nodes()])
    own = merged_events(failures, asked, events)
    number = {node: place for place, node in enumerate(own)}
    within = frozenset(every)
    below: dict[int, int] = {}
    for ring in compiled.order:
        if ring[0] not in within:
            continue
        held = 0
        for node in ring:
            held |= 1 << number[node] if node in number else 0
            for child, _ in compiled.children[node]:
                held |= below.get(child, 0)
        below |= dict.fromkeys(ring, held)
    masks = _sites(failures, tuple(own.values()))
    known: dict[int, str | None] = {}
    site_of: dict[int, str] = {}
    for node in every:
        held = below[node]
        if held not in known:
            sites = [site for site, mask in masks.items() if mask & held]
            known[held] = sites[0] if len(sites) == 1 else None
        site = known[held]
        if site is not None:
            site_of[node] = site
    return Division(failures, tuple(own), tuple(own.values()), below, site_of)


def _sites(failures: Failures, variables: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Of each site the variables that stand there, as bits; hazards stand nowhere."""
    where = Whereabouts(failures.logic.graph.estate)
    found: dict[str, int] = {}
    for number, events in enumerate(variables):
        sites = {
            site
            for event in events
            if not event.startswith("hazards/")
            for site in where.sites_of(event.partition(":")[0])
        }
        if len(sites) == 1:
            site = sites.pop()
            found[site] = found.get(site, 0) | 1 << number
    return found
