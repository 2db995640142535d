"""Availability of every service, gathered from diagrams, small cut sets and samples."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from resilience.analysis import Analysis
from resilience.availability import composed
from resilience.availability.alike import alike
from resilience.availability.chains import chains_of
from resilience.availability.composed import ComposedFunction, Sites
from resilience.availability.diagrams import MOST_NODES, failure_functions, support_of
from resilience.availability.division import divided
from resilience.availability.failing import Failing, Failures
from resilience.availability.figures import Figures, bounded_figures, composed_figures, exact_figures
from resilience.availability.pairs import SmallCutSets, small_cut_sets
from resilience.availability.planned import planned_share
from resilience.availability.results import Bounds, CutSet, FindOut, Importance, ServiceAvailability
from resilience.availability.sampling import CONFIDENCE, Remainder, remainders
from resilience.availability.switching import Switching, switching
from resilience.failure_logic.events import SECONDS_A_YEAR, BasicEvent
from resilience.failure_logic.logic import failure_logic
from resilience.fault_tree.engine import TooLarge
from resilience.fault_tree.failure_function import FailureFunction
from resilience.fault_tree.failure_function import Importance as Ranked
from resilience.results import Chain, Missing, Tri, in_order

CUT_OFF: Final = 1e-12
"""Cut sets of three and more events below this probability are not listed."""

SHOWN: Final = 50
"""So many events are listed with what they matter, however little that is."""

MATTERS: Final = 1e-4
"""And all whose Fussell–Vesely importance is no less."""

MINUTES_A_YEAR: Final = SECONDS_A_YEAR / 60.0

OPTIMISTIC: Final = "hardware only, optimistic"

ASSUMES: Final = (
    "Events are independent of one another but for what is declared as shared; each is repaired on its own, "
    "without waiting for another (repair crews: see the simulation).",
    "The long run is asked about: MTTR / (MTBF + MTTR), and frequency × mean duration for hazards.",
    "A standby starts, switches or is activated on demand with its declared probability.",
    "While standbys take over, batteries, thermal buffers and tolerated needs bridge what is shorter than "
    "they last, and nothing after that; fuel does not run out (both: see the simulation).",
    "Cables, racks, rooms, carriers, firmware families and whole places have no figure of their own: they "
    "stand in cut sets, and in figures only by the hazards that name them.",
)


@dataclass(frozen=True)
class _Work:
    """What all services share."""

    failures: Failures
    most: int
    most_of_sites: int
    samples: int
    seed: int
    cut_off: float

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Events whose figures are not declared."""
        return frozenset(
            name for name, one in self.failures.logic.events.items() if one.unavailability is None
        )

    @cached_property
    def low(self) -> dict[str, float]:
        """Unavailability of every event, what is unknown being perfect."""
        return {name: one.unavailability or 0.0 for name, one in self.failures.logic.events.items()}

    @cached_property
    def high(self) -> dict[str, float]:
        """Unavailability of every event, what is unknown being failed."""
        return self.low | dict.fromkeys(self.unknown, 1.0)

    @cached_property
    def counted(self) -> frozenset[str]:
        """Events that figures depend on."""
        return frozenset(name for name, chance in self.high.items() if chance > 0.0)

    @cached_property
    def first(self) -> Mapping[str, str]:
        """Of each service the first whose failure is the same function."""
        return alike(self.failures)

    @cached_property
    def small(self) -> SmallCutSets:
        """All cut sets of one and two events."""
        return small_cut_sets(self.failures)

    @cached_property
    def small_at_worst(self) -> SmallCutSets:
        """The same where everything unknown has failed."""
        return small_cut_sets(self.failures, self.unknown) if self.unknown else self.small

    @cached_property
    def functions(self) -> dict[str, FailureFunction | None]:
        """Of the first of each kind the whole failure function; None where it is too large."""
        first = [one for one in self.failures.services if self.first[one.service] == one.service]
        return failure_functions(self.failures, first, self.counted, most=self.most)

    @cached_property
    def composed(self) -> dict[str, ComposedFunction]:
        """Of those whose whole failure function is too large the one in two storeys, where that can be
        made."""
        asked = [one for one in self.failures.services if self.functions.get(one.service, True) is None]
        if not asked:
            return {}
        division = divided(self.failures, asked, self.counted)
        sites = Sites(division, self.most_of_sites)
        found = {}
        for one in asked:
            with suppress(TooLarge):
                found[one.service] = ComposedFunction(division.part(one), sites)
        return found

    @cached_property
    def large(self) -> tuple[str, ...]:
        """Those whose function is too large in either form."""
        return tuple(
            service
            for service, function in self.functions.items()
            if function is None and service not in self.composed
        )

    @cached_property
    def rest(self) -> tuple[dict[str, Remainder], dict[str, Remainder]]:
        """Of those what cut sets of three and more events add: unknowns perfect, and failed."""
        if not self.large:
            return {}, {}
        asked = frozenset().union(
            *(support_of(self.failures, one) for one in self.failures.services if one.service in self.large)
        )
        chances = {name: chance for name, chance in self.low.items() if name in asked}
        low = remainders(self.failures, self.small, self.large, chances, samples=self.samples, seed=self.seed)
        if not self.unknown & asked:
            return low, low
        return low, remainders(
            self.failures,
            self.small_at_worst,
            self.large,
            chances,
            samples=self.samples,
            seed=self.seed,
            always=self.unknown,
        )

    @cached_property
    def figures(self) -> dict[str, Figures]:
        """Of the first of each kind its figures."""
        rates = {name: one.frequency or 0.0 for name, one in self.failures.logic.events.items()}
        found = {}
        for service, function in self.functions.items():
            if function is not None:
                found[service] = exact_figures(
                    function, self.low, self.high, rates, self.unknown, self.cut_off
                )
            elif service in self.composed:
                found[service] = composed_figures(
                    self.composed[service], self.small, self.low, self.high, rates, self.unknown
                )
            else:
                low, high = self.rest
                found[service] = bounded_figures(
                    service,
                    (self.small, self.small_at_worst),
                    (low[service], high[service]),
                    self.low,
                    self.high,
                    rates,
                    self.unknown,
                )
        return found

    @cached_property
    def switching(self) -> dict[str, Switching]:
        """What switching costs each service."""
        return switching(self.failures, self.small.singles)

    @cached_property
    def listed(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Cut sets of each service to be shown."""
        return {
            one.service: (
                *((event,) for event in self.small.singles[one.service]),
                *self.small.pairs[one.service],
                *(s for s in self.figures[self.first[one.service]].larger),
            )
            for one in self.failures.services
        }

    @cached_property
    def chains(self) -> dict[str, dict[tuple[str, ...], Chain]]:
        """Of each service the chain of each cut set."""
        return chains_of(self.failures, self.listed)


def availabilities(
    analysis: Analysis,
    *,
    cut_off: float = CUT_OFF,
    most: int = MOST_NODES,
    most_of_sites: int = composed.MOST_NODES,
    samples: int = 2**18,
    seed: int = 1,
) -> tuple[ServiceAvailability, ...]:
    """Every service by id, as the estate of the analysis stands.

    `most` is the limit of nodes of diagrams over all events of a service. What needs more is put together
    from the joint outcomes of its sites, `most_of_sites` being the limit for each of those diagrams; what
    needs more still is bounded by cut sets of one and two events, exactly, and by so many seeded samples for
    those of more.
    """
    work = _Work(Failures(failure_logic(analysis.graph)), most, most_of_sites, samples, seed, cut_off)
    return tuple(_service(work, analysis, one) for one in work.failures.services)


def _service(work: _Work, analysis: Analysis, one: Failing) -> ServiceAvailability:
    logic = work.failures.logic
    service = logic.graph.estate.services[one.service]
    figures = work.figures[work.first[one.service]]
    switched = work.switching[one.service]
    support = support_of(work.failures, one)
    runs = f"services/{one.service}" not in logic.sweep.calm
    planned = planned_share(logic, figures.importances)
    unavailability = figures.unavailability if runs else Bounds(1.0, 1.0)
    parts = (unavailability, switched.share, Bounds(planned, planned))
    downtime = Bounds(
        min(1.0, sum(part.low for part in parts)) * MINUTES_A_YEAR,
        min(1.0, sum(part.high for part in parts)) * MINUTES_A_YEAR,
    )
    target = service.availability_target
    allowed = None if target is None else (1.0 - target) * MINUTES_A_YEAR
    facts = [fact for name in sorted(support & work.unknown) for fact in logic.events[name].missing]
    if not runs or not logic.graph.components.get(one.service):
        facts += [fact for fact in logic.graph.missing if fact.element == f"services/{one.service}"]
    shown = mattering(figures.importances)
    leaves_out = _leaves_out([logic.events[name] for name in sorted(support)])
    return ServiceAvailability(
        service=f"services/{one.service}",
        target=target,
        method=figures.method,
        known="no" if not runs else "unknown" if facts or switched.missing else "yes",
        label=OPTIMISTIC if leaves_out else "",
        leaves_out=leaves_out,
        unavailability=unavailability,
        switching=switched.share,
        planned=Bounds(planned, planned),
        downtime_minutes=downtime,
        allowed_minutes=allowed,
        met=None if allowed is None else _met(downtime, allowed),
        failures_a_year=figures.failures_a_year,
        cut_sets=_cut_sets(work, one.service),
        cut_off=work.cut_off,
        left_out=figures.left_out,
        importances=tuple(
            Importance(
                found.event,
                logic.events[found.event].basis,
                found.probability,
                found.birnbaum,
                found.fussell_vesely,
                found.risk_achievement,
                found.risk_reduction,
            )
            for found in shown
        ),
        importances_left_out=len(figures.importances) - len(shown),
        switchovers=switched.switchovers,
        find_out=_find_out(work, figures.hides, support),
        missing=in_order([*facts, *switched.missing]),
        assumes=ASSUMES,
        seed=work.seed if figures.sampled else None,
        confidence=CONFIDENCE if figures.sampled else None,
    )


def mattering(ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """Of events ranked by Fussell–Vesely importance the first `SHOWN`, and all that reach `MATTERS`.

    >>> from resilience.fault_tree.failure_function import importance
    >>> strong, weak = importance("a", 0.5, 1.0, 1.0, 0.5), importance("b", 0.5, 0.0, 1.0, 1.0)
    >>> len(mattering([strong] * 60 + [weak] * 60))
    60
    >>> len(mattering([strong] * 40 + [weak] * 60))
    50
    """
    return tuple(
        one
        for place, one in enumerate(ranked)
        if place < SHOWN or float(f"{one.fussell_vesely or 0.0:.10g}") >= MATTERS
    )


def _met(downtime: Bounds, allowed: float) -> Tri:
    if downtime.high <= allowed:
        return "yes"
    return "no" if downtime.low > allowed else "unknown"


def _leaves_out(events: list[BasicEvent]) -> tuple[str, ...]:
    kinds = {event.kind for event in events if event.unavailability != 0.0}
    uncounted = any(event.kind == "uncounted" and event.category == "common-cause" for event in events)
    without = []
    if (uncounted and "software" not in kinds) or not kinds & {"hazard", "software"}:
        without.append("common causes")
    if "human-error" not in kinds:
        without.append("human error")
    if "software" not in kinds:
        without.append("software")
    return tuple(without)


def _cut_sets(work: _Work, service: str) -> tuple[CutSet, ...]:
    events = work.failures.logic.events
    chains = work.chains[service]
    found = []
    for names in work.listed[service]:
        chance: float | None = 1.0
        for name in names:
            figure = events[name].unavailability
            chance = None if chance is None or figure is None else chance * figure
        found.append(CutSet(names, chance, chains.get(names, ()), tuple(events[name].path for name in names)))
    return tuple(sorted(found, key=lambda one: (len(one.events), -(one.probability or 0.0), one.events)))


def _find_out(work: _Work, hides: Mapping[str, float], support: frozenset[str]) -> tuple[FindOut, ...]:
    most: dict[Missing, float] = {}
    for name in sorted(support & work.unknown):
        for fact in work.failures.logic.events[name].missing:
            most[fact] = max(most.get(fact, 0.0), hides.get(name, 0.0))
    found = [FindOut(fact, hidden) for fact, hidden in most.items()]
    return tuple(sorted(found, key=lambda one: (-one.hides, one.missing.element, one.missing.field)))
