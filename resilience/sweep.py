"""Every single failure at once: what each event takes down, and by which chain of needs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from resilience.compiled import Compiled, compile_needs, way_down
from resilience.derive.hazards import TAKES_SITES
from resilience.graph import EstateGraph
from resilience.needs import is_element
from resilience.results import Category, Chain, Link, Scenario
from specs.issues import FieldPath
from specs.model import ELEMENT_COLLECTIONS, Estate

CATEGORIES: tuple[Category, ...] = ("site", "common-cause", "hazard", "place", "platform", "component")
"""In this order scenarios are numbered: those that take most come first, so that most numbers stay small."""


AND = " + "
"""Joins the names of events that happen at once."""


def bits(value: int) -> Iterator[int]:
    """Positions of the bits that are set, lowest first.

    >>> list(bits(0b10110))
    [1, 2, 4]
    """
    digits = bin(value)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def scenario_of(estate: Estate, event: str, category: Category) -> Scenario:
    """Kind of loss whose objective counts: a site's, a region's (hazards that take whole sites), or a
    component's. Of several events at once the widest counts."""
    if AND in event:
        kinds = {
            scenario_of(estate, one, category if one.startswith("sites/") else "component")
            for one in event.split(AND)
        }
        return "region" if "region" in kinds else "site" if "site" in kinds else "component"
    if category == "site":
        return "site"
    if event.startswith("failure_regions/"):
        return "region"
    if event.startswith("hazards/"):
        hazard = estate.hazards.get(event.partition("/")[2])
        return "region" if hazard is not None and hazard.kind in TAKES_SITES else "component"
    return "component"


def declared_at(event: str, estate: Estate) -> FieldPath:
    """Where an event is declared: its element, or the first that names the common cause."""
    collection, _, name = event.split(AND)[0].partition("/")
    if collection == "firmware":
        models = sorted(key for key, model in estate.models.items() if model.firmware == name)
        return ("models", models[0], "firmware")
    if collection == "failure_regions":
        sites = sorted(key for key, site in estate.sites.items() if site.failure_region == name)
        return ("sites", sites[0], "failure_region")
    if collection == "fire_compartments":
        site, _, compartment = name.partition("/")
        rooms = sorted(
            key
            for key, room in estate.rooms.items()
            if room.site == site and room.fire_compartment == compartment
        )
        return ("rooms", rooms[0], "fire_compartment")
    return (collection, name)


@dataclass(frozen=True)
class Sweep:
    """The outcome of scenarios: by default one for every event that can happen by itself."""

    graph: EstateGraph
    together: tuple[tuple[str, ...], ...] = ()
    """Scenarios of one's own: what fails at once in each (any element), instead of every single event."""
    always: frozenset[str] = frozenset()
    """Elements that are lost in every scenario besides, though not in calm: the worst that is not known of
    them."""

    @cached_property
    def compiled(self) -> Compiled:
        """The run needs."""
        return compile_needs(self.graph.needs)

    @cached_property
    def categories(self) -> dict[str, Category]:
        """Kind of each scenario by its name, in the order of their numbers; of several events the widest."""
        nodes: Any = self.graph.needs.nodes(data="category")
        single: dict[str, Category] = {name: kind for name, kind in nodes if kind is not None}
        if not self.together:
            return dict(sorted(single.items(), key=lambda entry: (CATEGORIES.index(entry[1]), entry[0])))
        kinds = {
            AND.join(events): [single.get(event, "component") for event in events] for events in self.together
        }
        return {name: min(found, key=CATEGORIES.index) for name, found in kinds.items()}

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Names of the scenarios by number: what fails, joined by ` + ` where it is several at once."""
        return tuple(self.categories)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each event's scenario."""
        return {event: number for number, event in enumerate(self.events)}

    @cached_property
    def calm(self) -> frozenset[str]:
        """Nodes that are lost although nothing failed."""
        values = self.compiled.lost({}, 1)
        return frozenset(name for name, value in zip(self.compiled.names, values, strict=True) if value)

    @cached_property
    def lost(self) -> list[int]:
        """Of every node (by its number in `compiled`) the scenarios in which it is lost, of one event
        each."""
        return self._lost()

    def _lost(self, wanted: frozenset[int] | None = None) -> list[int]:
        index = self.compiled.index
        ones = (1 << len(self.events)) - 1
        own: dict[int, int] = defaultdict(int, {index[name]: ones for name in self.always})
        for number, event in enumerate(self.events):
            for name in event.split(AND):
                own[index[name]] |= 1 << number
        return self.compiled.lost(own, ones, wanted)

    def lost_in(self, node: str) -> int:
        """The scenarios in which that node is lost; none where it is lost in calm already."""
        if node in self.calm or node not in self.compiled.index:
            return 0
        return self.lost[self.compiled.index[node]]

    def only_below(self) -> dict[str, int]:
        """The same as `below`, in less memory: nothing else is kept of what is lost."""
        found = Sweep(self.graph, self.together, self.always)
        services = self.graph.estate.services
        read = {
            name
            for service in services
            for scenario in self.masks
            for node in [self.owed(service, scenario)]
            for name in (node, *(f"{node}@{place}" for place in self.places(service)))
        }
        read |= {place for service in services for place in self.places(service)}
        index = self.compiled.index
        wanted = frozenset(index[name] for name in read if name in index)
        vars(found).update(compiled=self.compiled, calm=self.calm, lost=self._lost(wanted))
        return found.below

    def owed(self, service: str, scenario: Scenario) -> str:
        """The node that tells whether a service is at the level it owes in that kind of loss."""
        objective = getattr(self.graph.estate.services[service].objectives, scenario)
        full = objective is not None and objective.minimum_level >= 1.0
        return f"services/{service}#full" if full else f"services/{service}"

    @cached_property
    def masks(self) -> dict[Scenario, int]:
        """Scenarios by the objective that counts in them."""
        found: dict[Scenario, int] = defaultdict(int)
        for number, (event, category) in enumerate(self.categories.items()):
            found[scenario_of(self.graph.estate, event, category)] |= 1 << number
        return dict(found)

    def views(self, service: str, node: str) -> tuple[tuple[str, int], ...]:
        """How each place of its users sees a service (`node` being the service at a level): the node of
        the view, and the scenarios in which the place itself is lost, so that nobody is left there to be
        served."""
        return tuple((f"{node}@{place}", self.lost_in(place)) for place in self.places(service))

    def places(self, service: str) -> tuple[str, ...]:
        """Where the users of a service are, if it has components that serve them."""
        found = self.graph.estate.services[service]
        if not self.graph.components.get(service):
            return ()
        sites = tuple(f"sites/{site}" for site in found.users_at)
        outside = tuple(f"outside/{place}" for place in found.users_outside)
        return tuple(dict.fromkeys(sites + outside))

    def fails(self, service: str, node: str) -> int:
        """Scenarios in which users that are left are not served at that level. Where all their places are
        lost, the service counts as lost if it is."""
        views = self.views(service, node)
        if not views:
            return self.lost_in(node)
        value, nobody = 0, -1
        for view, gone in views:
            value |= self.lost_in(view) & ~gone
            nobody &= gone
        return value | (self.lost_in(node) & nobody)

    def failing_view(self, service: str, node: str, number: int) -> str:
        """The first view that fails in a scenario, to explain it."""
        for view, gone in self.views(service, node):
            if self.lost_in(view) & ~gone & (1 << number):
                return view
        return node

    @cached_property
    def below(self) -> dict[str, int]:
        """Of every service the scenarios in which it is below the level that it owes."""
        found: dict[str, int] = {}
        for service in sorted(self.graph.estate.services):
            value = 0
            for scenario, mask in sorted(self.masks.items()):
                value |= self.fails(service, self.owed(service, scenario)) & mask
            found[service] = value
        return found

    @cached_property
    def degraded(self) -> dict[str, int]:
        """Of every service the scenarios in which it is below full demand, and at the level it owes."""
        return {
            service: self.fails(service, f"services/{service}#full") & ~self.below[service]
            for service in sorted(self.graph.estate.services)
        }

    def elements_lost(self, event: str) -> tuple[str, ...]:
        """Elements that the event takes down, itself left out."""
        mask = 1 << self.numbers[event]
        failed = event.split(AND)
        found = []
        for number in sorted(self._above(event, mask)):
            name = self.compiled.names[number]
            if is_element(name) and name not in failed and name not in self.calm:
                found.append(name)
        return tuple(name for name in found if name.partition("/")[0] in ELEMENT_COLLECTIONS)

    def _above(self, event: str, mask: int) -> dict[int, int]:
        """Nodes that the event takes down, each with its last straw."""
        starts = (self.compiled.index[name] for name in event.split(AND))
        return self.compiled.last_straws(self.lost, mask, starts, self._calm_children)

    @cached_property
    def _calm_children(self) -> list[int]:
        """Of every node how many of its needs do not hold in calm."""
        return self.compiled.lost_needs({self.compiled.index[name] for name in self.calm})

    def chains(self, event: str, nodes: tuple[str, ...]) -> dict[str, Chain]:
        """For each of those nodes that the event takes down the shortest chain of needs to it."""
        down = self._above(event, 1 << self.numbers[event])
        found = {}
        for node in nodes:
            number = self.compiled.index[node]
            if number in down:
                found[node] = self.chain([self.compiled.names[step] for step in way_down(down, number)])
        return found

    def chain(self, way: list[str]) -> Chain:
        """A way over nodes as needs between elements: gates are passed over, the fact closest to the
        target is kept."""
        needs = self.graph.needs
        links: list[Link] = []
        source = needs.nodes[way[0]]["shows"] or way[0]
        said: dict[str, Any] = {}
        tolerates = 0.0
        for here, there in pairwise(way):
            edge = needs.edges[here, there]
            if not said or edge["why"] != "is":
                said = edge
            tolerates += edge["tolerates"]
            shows = needs.nodes[there]["shows"]
            if shows is None or shows == source:
                continue
            links.append(Link(source, shows, edge["kind"], said["why"], said["path"], tolerates))
            source, said, tolerates = shows, {}, 0.0
        return tuple(links)
