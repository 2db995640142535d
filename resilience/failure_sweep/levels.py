"""Of every service at which level it is, in all scenarios at once and over time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from resilience.compiled import Compiled
from resilience.failure_sweep.courses import Value, ever, masked, over_time, pieces, settled
from resilience.failure_sweep.results import LEVELS, Step, Steps
from resilience.failure_sweep.timetable import UNTOLD
from resilience.results import Scenario
from resilience.sweep import Sweep

Look = Callable[[int], Value]

SCENARIOS: tuple[Scenario, ...] = ("component", "site", "region")
"""Kinds of loss that single events are, from the narrowest to the widest."""


@dataclass(frozen=True)
class View:
    """How the users of one place see a service."""

    minimum: int | None
    """The node that tells whether they are served at the minimum level; None: it is lost in calm already,
    so that no event makes it worse."""
    full: int | None
    place: int | None
    """The place itself: where it is lost, nobody is left there to be served."""


@dataclass(frozen=True)
class Gauge:
    """The nodes that the level of services is read from."""

    itself: View
    views: tuple[View, ...]
    owes_full: frozenset[Scenario]
    """Kinds of loss in which their objectives allow no less than full demand."""
    services: tuple[str, ...]
    """Services that read the same, by id."""

    @property
    def nodes(self) -> frozenset[int]:
        """All of them."""
        found = {node for v in (self.itself, *self.views) for node in (v.minimum, v.full, v.place)}
        return frozenset(node for node in found if node is not None)


def gauges(sweep: Sweep, compiled: Compiled, apart: frozenset[str] = frozenset()) -> tuple[Gauge, ...]:
    """Of every service; those that read the same nodes share one, in the order of their first, but for
    services that are to stand apart."""

    def node(name: str) -> int | None:
        return compiled.index.get(name) if name not in sweep.calm else None

    found: dict[tuple[View, tuple[View, ...], frozenset[Scenario], str], list[str]] = {}
    for service, declared in sorted(sweep.graph.estate.services.items()):
        here = f"services/{service}"
        places = [f"sites/{site}" for site in declared.users_at]
        places += [f"outside/{place}" for place in declared.users_outside]
        views = [
            View(node(f"{here}@{place}"), node(f"{here}#full@{place}"), node(place))
            for place in dict.fromkeys(places if sweep.graph.components.get(service) else ())
        ]
        owes = frozenset(kind for kind in SCENARIOS if sweep.owed(service, kind).endswith("#full"))
        itself = View(node(here), node(f"{here}#full"), None)
        own = service if service in apart else ""
        found.setdefault((itself, tuple(views), owes, own), []).append(service)
    return tuple(
        Gauge(itself, seen, owing, tuple(services)) for (itself, seen, owing, _), services in found.items()
    )


@dataclass(frozen=True)
class Losses:
    """When a service is below its level, and when below full demand."""

    below: Value
    reduced: Value
    """Below full demand, be it below its level too."""

    def short(self, below: int, reduced: int) -> "Losses":
        """Lost in those scenarios too, from the event on."""
        return Losses(
            over_time([self.below], lambda now: now[0] | below),
            over_time([self.reduced], lambda now: now[0] | below | reduced),
        )

    def masked(self, ones: int) -> "Losses":
        return Losses(masked(self.below, ones), masked(self.reduced, ones))


def losses(gauge: Gauge, look: Look, kinds: Mapping[Scenario, int], ones: int) -> Losses:
    """Reads a gauge; `kinds` are the scenarios by the objective that counts in them."""
    lost_full = _fails(gauge, look, full=True)
    owing_full = 0
    for kind in gauge.owes_full:
        owing_full |= kinds.get(kind, 0)
    owing_full &= ones
    if owing_full == ones:
        return Losses(lost_full, lost_full)
    lost_minimum = _fails(gauge, look, full=False)
    below = over_time([lost_minimum, lost_full], lambda now: (now[0] & ~owing_full) | (now[1] & owing_full))
    return Losses(below, over_time([lost_full, below], lambda now: now[0] | now[1]))


def _fails(gauge: Gauge, look: Look, *, full: bool) -> Value:
    """Scenarios in which users that are left are not served; where all their places are lost, the service
    counts as lost if it is."""

    def value(node: int | None) -> Value:
        return 0 if node is None else look(node)

    def level(view: View) -> Value:
        return value(view.full if full else view.minimum)

    if not gauge.views:
        return level(gauge.itself)
    count = len(gauge.views)

    def read(now: list[int]) -> int:
        failing, nobody = 0, -1
        for number in range(count):
            lost, gone = now[1 + number], now[1 + count + number]
            failing |= lost & ~gone
            nobody &= gone
        return failing | (now[0] & nobody)

    levels = [level(view) for view in gauge.views]
    return over_time([level(gauge.itself), *levels, *(value(view.place) for view in gauge.views)], read)


@dataclass(frozen=True)
class Marks:
    """Scenarios of one service by what they come to: sets of bits."""

    below: int
    """Settled below its level."""
    reduced: int
    """Settled below full demand."""
    ever_below: int
    ever_reduced: int


def marks(found: Losses) -> Marks:
    """What it comes to."""
    return Marks(settled(found.below), settled(found.reduced), ever(found.below), ever(found.reduced))


def by_course(found: Losses, scenarios: int) -> Iterator[tuple[Steps, int]]:
    """Those scenarios, split by the level over time, the same steps only once."""
    moments = sorted({moment for value in (found.below, found.reduced) for moment, _ in pieces(value)})
    groups: dict[tuple[tuple[float, int], ...], int] = {(): scenarios}
    for moment in moments:
        levels = _levels_at(found, moment)
        following: dict[tuple[tuple[float, int], ...], int] = defaultdict(int)
        for steps, members in groups.items():
            for level, bits in enumerate(levels):
                both = members & bits
                if both:
                    same = steps and steps[-1][1] == level
                    following[steps if same else (*steps, (moment, level))] |= both
        groups = following
    for steps, members in sorted(groups.items()):
        if members:
            yield tuple(Step(_told(moment), LEVELS[level]) for moment, level in steps), members


def _told(moment: float) -> float | None:
    return moment if moment < UNTOLD else None


def _levels_at(found: Losses, moment: float) -> tuple[int, int, int]:
    """Scenarios at full demand, at the minimum level, below it; of the first all others."""
    below, reduced = _at(found.below, moment), _at(found.reduced, moment)
    return ~(below | reduced), reduced & ~below, below


def _at(value: Value, moment: float) -> int:
    bits = 0
    for begins, now in pieces(value):
        if begins > moment:
            break
        bits = now
    return bits
