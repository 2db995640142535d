"""The failure sweep of an estate: scenarios, maintenance, pairs, and what they come to for each service."""

from collections import defaultdict

from resilience.analysis import Analysis
from resilience.failure_sweep.blocks import by_column
from resilience.failure_sweep.courses import settled
from resilience.failure_sweep.levels import by_course
from resilience.failure_sweep.overloads import undeclared
from resilience.failure_sweep.pairing import Meetings, Pairing, settles
from resilience.failure_sweep.results import (
    LEVELS,
    ExposureOutcome,
    FailureSweep,
    Level,
    MaintenanceOutcome,
    PairOutcome,
    ScenarioOutcome,
    ServiceOutcome,
    ServiceSummary,
    Steps,
)
from resilience.failure_sweep.scenes import MAINTAINED, supports
from resilience.failure_sweep.swept import Swept
from resilience.failure_sweep.timetable import BYPASSES, OUT, can_be_bypassed
from resilience.graph import EstateGraph
from resilience.results import Missing, Standing, Tri, in_order
from resilience.standings import is_wide, standings
from resilience.sweep import Sweep, bits

ASSUMES = (
    "Events of a pair happen at the same moment; nobody repairs anything meanwhile.",
    "Standbys start, switch and take over whenever they are called, in the time declared.",
    "What fell comes back as soon as its needs hold again; time to boot is not counted.",
    "A cluster that elects its leader is taken to lose its leader with any of its nodes.",
    "What carries more than its rating trips at once; a room is too warm once the units left take away less "
    "than its heat, and its devices are lost when its thermal buffer is used up.",
    "Traffic takes the way of least latency that is left; a circuit that is too narrow does not fail, and "
    "leaves all that cross it short alike.",
    "Work of maintenance switches without a break.",
)


def sweep_failures(estate: Analysis | EstateGraph, *, processes: int = 1) -> FailureSweep:
    """Every single event, every element out for maintenance, that with each single event, and every pair of
    events: for each service its level as a function of time.

    `processes` share the pairs among them, where the system can fork; the result is the same.
    """
    if isinstance(estate, Analysis):
        sweep, found = estate.sweep, estate.standings
    else:
        sweep = Sweep(estate)
        found = standings(sweep)
    return _Report(Swept(sweep), {s.service.partition("/")[2]: s for s in found}).made(processes)


class _Report:
    """Puts what was swept into words and figures."""

    def __init__(self, swept: Swept, standing: dict[str, Standing]) -> None:
        self.swept, self.standing = swept, standing
        self.services = [gauge.services for gauge in swept.gauges]
        self.place = {s: place for place, services in enumerate(self.services) for s in services}
        self.courses: dict[tuple[int, int], tuple[tuple[Steps, int], ...]] = {}
        self.fuel: dict[int, dict[int, float | None]] = {}

    def made(self, processes: int) -> FailureSweep:
        swept = self.swept
        pairing = Pairing(
            swept.scenes, swept.cascade, swept.gauges, swept.alone, swept.shortness, swept.supports
        )
        meetings = pairing.all(processes)
        pairs, exposures = self._pairs(meetings)
        maintenance = self._maintenance()
        return FailureSweep(
            events=swept.scenes.events,
            maintained=len(maintenance),
            pairs=self._pairs_within(),
            scenarios=self._scenarios(),
            maintenance=maintenance,
            exposures=exposures,
            pair_outcomes=pairs,
            services=self._summaries(meetings, maintenance, exposures),
            overloaded_in_calm=(*(f"circuits/{c}" for c in self._narrow_in_calm()), *swept.risks.in_calm),
            assumes=ASSUMES,
        )

    def _narrow_in_calm(self) -> list[str]:
        traffic = self.swept.traffic
        return sorted(traffic.in_calm) if traffic.movers else []

    def _scenarios(self) -> tuple[ScenarioOutcome, ...]:
        swept = self.swept
        by_number: dict[int, list[ServiceOutcome]] = defaultdict(list)
        for service, place in sorted(self.place.items()):
            noticed = swept.alone[place].ever_reduced | self._moved(service)
            fuel = self._fuel(place)
            for steps, members in self._courses(place, noticed & swept.events):
                for number in bits(members):
                    outcome = self._outcome(service, number, steps, fuel.get(number))
                    by_number[number].append(outcome)
            for number in sorted(fuel.keys() - set(bits(noticed))):
                if number < swept.scenes.events:
                    ((steps, _),) = by_course(swept.losses[place], 1 << number)
                    by_number[number].append(self._outcome(service, number, steps, fuel[number]))
        found = []
        for number, outcomes in by_number.items():
            event = swept.scenes.names[number]
            found.append(
                ScenarioOutcome(
                    event=event,
                    category=swept.sweep.categories[event],
                    scenario=swept.scenes.kinds[number],
                    trips=swept.trips.get(number, ()),
                    congested=swept.shortness.congested(number),
                    switched=tuple(n for n, value in sorted(swept.switched.items()) if value >> number & 1),
                    services=tuple(sorted(outcomes, key=lambda outcome: outcome.service)),
                )
            )
        return tuple(sorted(found, key=lambda outcome: (outcome.category, outcome.event)))

    def _courses(self, place: int, scenarios: int) -> tuple[tuple[Steps, int], ...]:
        """Those single scenarios of a gauge by their steps; worked out once for services that read alike."""
        key = place, scenarios
        if key not in self.courses:
            self.courses[key] = tuple(by_course(self.swept.losses[place], scenarios))
        return self.courses[key]

    def _moved(self, service: str) -> int:
        """Scenarios in which an active workload of the service is lost."""
        workloads, found = self.swept.graph.estate.workloads, 0
        for names in self.swept.graph.components.get(service, {}).values():
            for name in names:
                if workloads[name].role == "active":
                    found |= self.swept.gone[name]
        return found

    def _outcome(self, service: str, number: int, steps: Steps, fuel: float | None) -> ServiceOutcome:
        below = [step for step in steps if step.level == "below"]
        lasting = settles(steps)
        return ServiceOutcome(
            service=f"services/{service}",
            settles=lasting,
            worst=_worst(steps),
            steps=steps,
            falls_after=below[0].at if below else None,
            back_after=_back(steps),
            carried_by=self.swept.carriers(service, number),
            fuel_until=fuel if lasting != "below" else None,
        )

    def _fuel(self, place: int) -> dict[int, float | None]:
        """By scenario when the service falls because fuel runs out."""
        with_fuel = self.swept.with_fuel
        if with_fuel is None:
            return {}
        if place not in self.fuel:
            last = with_fuel[place]
            news = settled(last.below) & ~self.swept.alone[place].below
            found: dict[int, float | None] = {}
            for steps, members in by_course(last, news):
                found |= dict.fromkeys(bits(members), steps[-1].at)
            self.fuel[place] = found
        return self.fuel[place]

    def _pairs(self, meetings: Meetings) -> tuple[tuple[PairOutcome, ...], tuple[ExposureOutcome, ...]]:
        scenes, events = self.swept.scenes, self.swept.scenes.events
        pairs: list[PairOutcome] = []
        exposed: dict[tuple[str, str, Steps], set[str]] = defaultdict(set)
        fed_around = {n.removesuffix(OUT) for n in scenes.names[events:]}
        for met in meetings.found:
            first, others = scenes.names[met.first], scenes.named(met.others)
            for service in self.services[met.gauge]:
                if met.first >= events:
                    exposed[service, first.removesuffix(OUT), met.steps] |= set(others)
                    continue
                pairs.append(PairOutcome(f"services/{service}", first, others, settles(met.steps), met.steps))
                if _is_maintained(first) and first not in fed_around:
                    exposed[service, first, met.steps] |= set(others)
                for other in others:
                    if _is_maintained(other) and other not in fed_around:
                        exposed[service, other, met.steps].add(first)
        exposures = [
            ExposureOutcome(f"services/{service}", out, tuple(sorted(failures)), settles(steps), steps)
            for (service, out, steps), failures in exposed.items()
        ]
        return (
            tuple(sorted(pairs, key=lambda pair: (pair.service, pair.first, _key(pair.steps)))),
            tuple(sorted(exposures, key=lambda entry: (entry.service, entry.out, _key(entry.steps)))),
        )

    def _pairs_within(self) -> int:
        """Pairs that lie in the support of at least one service, each once. Events of the same supports are
        together with the same others, themselves among them."""
        swept = self.swept
        supports = sorted({support & swept.events for support in swept.supports})
        together = 0
        for places, members in by_column(range(len(supports)), supports.__getitem__, swept.events):
            others = 0
            for place in places:
                others |= supports[place]
            together += members.bit_count() * max(0, others.bit_count() - 1)
        return together // 2

    def _maintenance(self) -> tuple[MaintenanceOutcome, ...]:
        scenes, estate = self.swept.scenes, self.swept.graph.estate
        found = []
        below: dict[int, list[str]] = defaultdict(list)
        reduced: dict[int, list[str]] = defaultdict(list)
        for service, place in sorted(self.place.items()):
            alone = self.swept.alone[place]
            for number in bits(alone.below):
                below[number].append(f"services/{service}")
            for number in bits(alone.reduced & ~alone.below):
                reduced[number].append(f"services/{service}")
        for collection in MAINTAINED:
            for name in sorted(estate.collection(collection)):
                here = f"{collection}/{name}"
                out = scenes.numbers.get(f"{here}{OUT}", scenes.numbers.get(here))
                if out is not None:
                    lists = tuple(below.get(out, ())), tuple(reduced.get(out, ()))
                    found.append(self._out(here, out, *lists))
        return tuple(sorted(found, key=lambda entry: entry.element))

    def _out(
        self, element: str, number: int, below: tuple[str, ...], reduced: tuple[str, ...]
    ) -> MaintenanceOutcome:
        collection, _, name = element.partition("/")
        power = self.swept.graph.estate.power.get(name) if collection == "power" else None
        carries = power is not None and power.kind in BYPASSES
        untold = power is not None and carries and power.bypass is None
        bypassed: Tri = "unknown" if untold else "no"
        if power is not None and can_be_bypassed(power):
            bypassed = "yes"
        harmed = bool(below or reduced)
        missing = (
            (Missing(element, "bypass", ("power", name), "whether it can be maintained without an outage"),)
            if untold and harmed
            else ()
        )
        return MaintenanceOutcome(
            element=element,
            bypassed=bypassed,
            without_outage="yes" if not harmed else "unknown" if untold else "no",
            below=below,
            degraded=reduced,
            trips=self.swept.trips.get(number, ()),
            missing=missing,
        )

    def _summaries(
        self,
        meetings: Meetings,
        maintenance: tuple[MaintenanceOutcome, ...],
        exposures: tuple[ExposureOutcome, ...],
    ) -> tuple[ServiceSummary, ...]:
        swept = self.swept
        exposed: dict[str, int] = defaultdict(int)
        for entry in exposures:
            exposed[entry.service] += len(entry.failures)
        stopped: dict[str, list[Tri]] = defaultdict(list)
        stops: dict[str, int] = defaultdict(int)
        untold: dict[str, list[Missing]] = defaultdict(list)
        for outcome in maintenance:
            for service in (*outcome.below, *outcome.degraded):
                stopped[service].append(outcome.without_outage)
                untold[service] += outcome.missing
            for service in outcome.below:
                stops[service] += 1
        narrow = self._narrow()
        timing = self._within(swept.times.missing)
        loads = self._within(undeclared(swept.graph))
        found = []
        for service, place in sorted(self.place.items()):
            here = f"services/{service}"
            alone, support = swept.alone[place], swept.supports[place] & swept.events
            standing = self.standing[service]
            facts = (*standing.missing, *loads[place])
            bears: Tri = "no" if alone.below & narrow else "unknown" if facts else "yes"
            if standing.runs == "no":
                bears = "no"
            outages = stopped[here]
            doubtful = outages or loads[place] or standing.runs != "yes"
            maintained: Tri = "no" if "no" in outages else "unknown" if doubtful else "yes"
            count = support.bit_count()
            found.append(
                ServiceSummary(
                    service=here,
                    support=count,
                    singles_below=(alone.below & swept.events).bit_count(),
                    singles_degraded=(alone.reduced & ~alone.below & swept.events).bit_count(),
                    singles_interrupted=(alone.ever_below & ~alone.below & swept.events).bit_count(),
                    pairs=count * (count - 1) // 2,
                    pairs_below=meetings.below[place],
                    pairs_degraded=meetings.degraded[place],
                    pairs_interrupted=meetings.interrupted[place],
                    maintenance_below=stops[here],
                    exposures=exposed[here],
                    bears_every_component=bears,
                    maintained_without_outage=maintained,
                    missing=in_order([*facts, *timing[place], *untold[here]]),
                )
            )
        return tuple(found)

    def _narrow(self) -> int:
        """Events that take less than a site, a region or a whole family of devices."""
        sweep, found = self.swept.sweep, 0
        for number, name in enumerate(self.swept.scenes.names[: self.swept.scenes.events]):
            if not is_wide(sweep, name, sweep.categories[name]):
                found |= 1 << number
        return found

    def _within(self, facts: tuple[Missing, ...]) -> tuple[tuple[Missing, ...], ...]:
        """By gauge those of the facts whose elements are among all that the service rests on."""
        swept, index = self.swept, self.swept.times.compiled.index
        own: dict[int, int] = defaultdict(int)
        for number, fact in enumerate(facts):
            if fact.element in index:
                own[index[fact.element]] |= 1 << number
        wanted = frozenset(node for gauge in swept.gauges for node in gauge.nodes)
        below = supports(swept.times.compiled, own, wanted)
        found = []
        for gauge in swept.gauges:
            value = 0
            for node in gauge.nodes:
                value |= below[node]
            found.append(tuple(facts[number] for number in bits(value)))
        return tuple(found)


def _is_maintained(name: str) -> bool:
    return name.partition("/")[0] in MAINTAINED


def _key(steps: Steps) -> tuple[tuple[float, int], ...]:
    """To order by: unknown moments last."""
    return tuple((float("inf") if s.at is None else s.at, LEVELS.index(s.level)) for s in steps)


def _worst(steps: Steps) -> Level:
    return max((step.level for step in steps), key=LEVELS.index)


def _back(steps: Steps) -> float | None:
    """When it is at its level to stay, after having been below."""
    if steps[-1].level == "below":
        return None
    for number in range(len(steps) - 1, 0, -1):
        if steps[number - 1].level == "below":
            return steps[number].at
    return None
