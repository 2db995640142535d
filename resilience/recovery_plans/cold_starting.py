"""The plan for a cold start: everything is off, and begins as what it needs to start and to run is there."""

from functools import cached_property

from resilience.cold_start import ColdStart, cold_start, deadlocks
from resilience.graph import EstateGraph
from resilience.recovery_plans.draft import Draft, Work, span
from resilience.recovery_plans.evaluating import Drawn
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.results import Ring
from resilience.recovery_plans.steps import begins, declared_steps, place_steps, priority, runs_again, widest
from resilience.recovery_plans.waiting import Group, Settled, Waiter, settle
from resilience.results import Missing
from resilience.urgency import Urgency
from resilience.whereabouts import by_id
from specs.issues import FieldPath

ASSUMES = (
    "power and cooling are back at the event, and data is where it was",
    "platforms are started from wherever their teams are",
    "the objective is the one for a region: nothing greater was asked",
)


class ColdStarting:
    """Makes the draft."""

    def __init__(self, graph: EstateGraph) -> None:
        self.graph, self.estate = graph, graph.estate
        self.services = tuple(
            service for service, _ in by_id(self.estate.services) if graph.components.get(service)
        )
        self.draft = Draft(self.estate, {})
        for service in self.services:
            self.draft.begins[service] = begins(self.draft, service)

    @cached_property
    def start(self) -> ColdStart:
        """Start and run needs before anything runs."""
        return cold_start(self.graph)

    @cached_property
    def waiters(self) -> dict[str, Waiter]:
        """Every node: platforms take their start time, services their steps, all others nothing."""
        compiled = self.start.compiled
        found = {}
        for number, name in enumerate(compiled.names):
            edges, threshold = compiled.children[number], compiled.threshold[number]
            options = tuple(compiled.names[child] for child, times in edges for _ in range(times))
            needs = len(options) - threshold + 1 if threshold else 0
            groups = (Group(needs, options),) if threshold else ()
            found[name] = Waiter(self._lasts(name), groups)
        return found

    def _lasts(self, name: str) -> int:
        collection, _, key = name.partition("/")
        if collection == "platforms" and key in self.estate.platforms:
            return milliseconds(span(self.estate.platforms[key].start_time).high)
        if collection == "services" and key in self.estate.services:
            steps = declared_steps(self.estate.services[key], "cold-start")
            return milliseconds(sum(step.duration.high for step, _ in steps))
        return 0

    @cached_property
    def settled(self) -> dict[str, Settled]:
        """What begins, and by which of its alternatives."""
        return settle(self.waiters)

    def _takes_time(self, name: str) -> bool:
        """Whether a node is a platform or a service: what steps are for."""
        collection, _, key = name.partition("/")
        return (collection == "platforms" and key in self.estate.platforms) or (
            collection == "services" and key in self.estate.services
        )

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """Of every node that begins the platforms and services that it waits for, straight or through
        others."""
        found: dict[str, frozenset[str]] = {}
        for name in self.settled:  # by time, so what is waited for comes first
            awaited: set[str] = set()
            for other, _ in self.settled[name].chosen:
                awaited |= {other} if self._takes_time(other) else found[other]
            found[name] = frozenset(awaited)
        return found

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Services that begin, and every platform and service before them."""
        found: set[str] = set()
        pending = [
            f"services/{service}" for service in self.services if f"services/{service}" in self.settled
        ]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += self.before[name]
        return frozenset(found)

    def drawn(self) -> Drawn:
        """Everything about the scenario."""
        ends: dict[str, tuple[str, ...]] = {}
        lacks: dict[str, tuple[Missing, ...]] = {}
        for name in self.settled:
            if name not in self.wanted:
                continue
            before = tuple(end for other in sorted(self.before[name]) for end in ends[other])
            inherited = [fact for other in sorted(self.before[name]) for fact in lacks[other]]
            collection, _, key = name.partition("/")
            if collection == "platforms":
                ends[name], own = self._platform(key, before)
                lacks[name] = tuple(dict.fromkeys((*inherited, *own)))
            else:
                self.draft.fates[key].missing += inherited
                ends[name] = self._service(key, before)
                lacks[name] = tuple(dict.fromkeys(self.draft.fates[key].missing))
        self.draft.works = dict(sorted(self.draft.works.items(), key=lambda entry: self._rank(entry[1])))
        rings = deadlocks(self.start)
        for service in self.services:
            if f"services/{service}" not in self.settled:
                self._never(service)
        order = dict.fromkeys(work.subject for work in self.draft.works.values())
        return Drawn(
            scenario="cold-start",
            kind="cold-start",
            objective="region",
            lost=(),
            order=tuple(order),
            draft=self.draft,
            rings=tuple(
                Ring(tuple(link.source for link in ring.cycle), tuple(link.path for link in ring.cycle))
                for ring in rings
            ),
            assumes=ASSUMES,
        )

    def _rank(self, work: Work) -> tuple[int, bool, Urgency, float, str]:
        """The runbook's order: the tier, then platforms before services, then as for every plan."""
        collection, _, name = work.subject.partition("/")
        if collection == "services":
            tier, urgent, rto, _ = priority(self.estate, "region", name)
            return tier, True, urgent, rto, work.subject
        platform = self.estate.platforms[name]
        tiers = [
            priority(self.estate, "region", workload.service)[0]
            for workload in self.estate.workloads.values()
            if workload.platform == name and workload.service in self.estate.services
        ]
        tier = platform.tier if platform.tier is not None else min(tiers, default=0)
        return tier, False, (), 0.0, work.subject

    def _platform(self, name: str, before: tuple[str, ...]) -> tuple[tuple[str, ...], list[Missing]]:
        platform = self.estate.platforms[name]
        lacks = self.draft.lacking_people(platform.recovery_team, 1, None)
        for fact, matters in (
            ("start_time", "how long it takes to start"),
            ("recovery_team", "who starts it"),
        ):
            if getattr(platform, fact) is None:
                lacks.append(Missing(f"platforms/{name}", fact, ("platforms", name, fact), matters))
        low, high = widest(self.draft.begins.values())
        arrival = self.draft.arrival(platform.recovery_team, None)
        path: FieldPath = ("platforms", name, "start_time")
        work = Work(
            f"platforms/{name}:start", f"platforms/{name}", "start", span(platform.start_time), path, before,
            team=platform.recovery_team, ready=(low + arrival, high + arrival),
        )  # fmt: skip
        return (self.draft.add(work),), lacks

    def _service(self, name: str, before: tuple[str, ...]) -> tuple[str, ...]:
        fate = self.draft.fates[name]
        steps = declared_steps(self.estate.services[name], "cold-start")
        if not steps:
            path: FieldPath = ("services", name, "recovery")
            matters = "how it is started when everything is off, and how long it takes"
            fate.missing.append(Missing(f"services/{name}", "recovery", path, matters))
            steps = runs_again(name)
        fate.last = place_steps(self.draft, name, steps, {step.id: before for step, _ in steps}, {})
        return fate.last

    def _never(self, service: str) -> None:
        fate = self.draft.fates[service]
        for ring in deadlocks(self.start):
            if f"services/{service}" in ring.held:
                members = [link.source for link in ring.cycle]
                fate.never(
                    f"it waits for a ring that cannot begin: {' needs '.join((*members, members[0]))}",
                    *(link.path for link in ring.cycle),
                )
                return
        fate.never("something that it needs to start never begins", ("services", service, "needs"))
