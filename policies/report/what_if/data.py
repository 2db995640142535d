"""What the page knows of failures: minimal cut sets, standbys and ways, as plain values to embed in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.report.what_if.searching import NOTHING, Losses, Searched, failable, one_by_one, search
from policies.report.what_if.ways import Journey, Way, journeys, lived_on
from policies.report.what_if.words import KIND_WORDS, WHAT_IF_WORDS
from policies.report.words import LANGUAGES
from resilience.analysis import Analysis
from resilience.results import Scenario, Standing
from resilience.sweep import Sweep, bits, scenario_of
from specs.model import Estate
from specs.text import plain

FORMAT_VERSION: Final = 1

WIDTHS: Final[tuple[Scenario, ...]] = ("component", "site", "region")
"""Kinds of loss from the narrowest to the widest; of several failures at once the widest counts."""

LONGEST_NAME: Final = 120
"""Characters of a name; longer ones are cut."""


def what_if(analysis: Analysis) -> dict[str, Any]:
    """All that the page's script looks up; equal byte for byte for equal estates once it is written.

    `events` are what can be failed: id, name, collection, place in `WIDTHS`. `sets` are sets of their
    numbers. `nodes` are what can be lost: the number of the set of events that take it down alone; pairs of
    sets any two members of which take it down together; the events that it rests on as hexadecimal digits
    of four events each, lowest first. `ways` are ways of users: `[site, circuits, nodes it lives on]`, or a
    word where there is none. All else stands by service.
    """
    graph, estate = analysis.graph, analysis.estate
    names = failable(analysis.sweep)
    sweep = one_by_one(graph, names)
    found = search(sweep, _watched(sweep))
    table = _Table(found)
    paths: dict[str, list[Journey]] = {}
    for journey in journeys(sweep):
        paths.setdefault(journey.service, []).append(journey)
    services = [
        _service(table, sweep, standing, paths.get(standing.service, []))
        for standing in sorted(analysis.standings, key=lambda one: _importance(estate, one))
    ]
    return {
        "format_version": FORMAT_VERSION,
        "order": found.order,
        "events": [_event(analysis, name) for name in names],
        "services": services,
        "nodes": table.nodes,
        "sets": table.sets,
        "supports": table.supports,
        "ways": table.ways,
        "kinds": {key: list(_said(word)) for key, word in KIND_WORDS.items()},
        "words": {key: list(_said(word)) for key, word in WHAT_IF_WORDS.items()},
    }


class _Table:
    """Numbers nodes, sets and ways, each once."""

    def __init__(self, found: Searched) -> None:
        self.nodes: list[list[Any]] = []
        self.sets: list[list[int]] = []
        self.supports: list[str] = []
        self.ways: list[Any] = []
        self.events = {name: number for number, name in enumerate(found.failable)}
        self._found = found
        self._known: dict[tuple[str, object], int] = {}

    def node(self, name: str) -> int:
        """The number of what takes that node down; of nodes that fall alike, the same."""
        losses = self._found.losses.get(name, NOTHING)
        return self._number("node", losses, self.nodes, lambda: self._of(losses))

    def way(self, way: Way) -> int:
        """The number of a way."""
        return self._number("way", way, self.ways, lambda: self._way(way))

    def _of(self, losses: Losses) -> list[Any]:
        partners: dict[int, int] = {}
        for event, others in losses.together:
            partners[others] = partners.get(others, 0) | 1 << event
        pairs = [[self._set(events), self._set(others)] for others, events in sorted(partners.items())]
        support = losses.support
        number = self._number("support", support, self.supports, lambda: f"{support:x}"[::-1])
        return [self._set(losses.alone), pairs, number]

    def _way(self, way: Way) -> Any:
        if way.told != "way" or way.serving is None:
            return way.told
        circuits = [self.events[circuit] for circuit in way.circuits]
        return [self.events[way.serving], circuits, [self.node(name) for name in way.lives_on]]

    def _set(self, members: int) -> int:
        return self._number("set", members, self.sets, lambda: list(bits(members)))

    def _number(self, kind: str, key: object, entries: list[Any], made: Any) -> int:
        if (kind, key) not in self._known:
            entry = made()
            self._known[kind, key] = len(entries)
            entries.append(entry)
        return self._known[kind, key]


def _watched(sweep: Sweep) -> frozenset[str]:
    """Nodes that an answer is read from."""
    found = set(lived_on(sweep))
    for service in sweep.graph.estate.services:
        for level in _levels(service):
            found.add(level)
            for view, place in _views(sweep, service, level):
                found |= {view, place}
    return frozenset(found)


def _levels(service: str) -> tuple[str, str]:
    """The nodes of its minimum level and of full demand."""
    return f"services/{service}", f"services/{service}#full"


def _views(sweep: Sweep, service: str, level: str) -> list[tuple[str, str]]:
    """How each place of its users sees the service, with the place."""
    return [(view, view[len(level) + 1 :]) for view, _ in sweep.views(service, level)]


def _service(table: _Table, sweep: Sweep, standing: Standing, paths: Sequence[Journey]) -> Mapping[str, Any]:
    estate = sweep.graph.estate
    name = standing.service.partition("/")[2]
    minimum, full = _levels(name)
    views = zip(_views(sweep, name, minimum), _views(sweep, name, full), strict=True)
    return {
        "event": table.events[standing.service],
        "tier": estate.services[name].tier,
        "runs": standing.runs,
        "gaps": len(standing.missing),
        "owes_full": [int(sweep.owed(name, width) == full) for width in WIDTHS],
        "levels": [table.node(minimum), table.node(full)],
        "views": [
            [table.node(least), table.node(most), table.node(place)] for (least, place), (most, _) in views
        ],
        "parts": [
            [plain(component), [_workload(table, sweep, workload) for workload in workloads]]
            for component, workloads in sorted(sweep.graph.components.get(name, {}).items())
        ],
        "ways": [_journey(table, journey) for journey in paths],
    }


def _workload(table: _Table, sweep: Sweep, name: str) -> list[Any]:
    """Its number, what takes it down, whether it is active, the most seconds until it serves once that is
    decided, and whether it runs with nothing failed."""
    workload = sweep.graph.estate.workloads[name]
    here = f"workloads/{name}"
    activation = workload.activation.high if workload.activation is not None else None
    active, runs = int(workload.role == "active"), int(here not in sweep.calm)
    return [table.events[here], table.node(here), active, activation, runs]


def _journey(table: _Table, journey: Journey) -> list[Any]:
    """The place of the users, what takes it, the usual way, and the way after each single loss."""
    place = table.events.get(journey.user, plain(journey.user))
    after = [[event, table.way(way)] for event, way in journey.after]
    return [place, table.node(journey.user), table.way(journey.usual), after]


def _event(analysis: Analysis, name: str) -> list[Any]:
    collection, _, key = name.partition("/")
    element = analysis.estate.element(name)
    width = scenario_of(analysis.estate, name, analysis.sweep.categories.get(name, "component"))
    said = _said(element.name) if element is not None and element.name is not None else ()
    return [plain(key), list(said), plain(collection), WIDTHS.index(width)]


def _said(text: Any) -> tuple[str, ...]:
    """In every language, or once where all are the same."""
    here = [_short(plain(text.reading(language))) for language in LANGUAGES]
    return tuple(here[:1] if len(set(here)) == 1 else here)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def _importance(estate: Estate, standing: Standing) -> tuple[float, str]:
    """Services that all stands on first; those of no declared tier last."""
    tier = estate.services[standing.service.partition("/")[2]].tier
    return float("inf") if tier is None else tier, standing.service
