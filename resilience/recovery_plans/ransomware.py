"""The plan after an intruder destroyed or locked the data: clean copies, a clean place, identity first."""

from collections.abc import Iterable

from resilience.capacity import capacity_of
from resilience.graph import EstateGraph
from resilience.keys import KeysLeft
from resilience.links import Ways
from resilience.recovery_plans.copies import Copies, Target
from resilience.recovery_plans.data_steps import DataSteps
from resilience.recovery_plans.draft import Draft, Fate, Work, span
from resilience.recovery_plans.evaluating import Drawn
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.results import Ring
from resilience.recovery_plans.service_waits import ServiceWaits
from resilience.recovery_plans.steps import Steps, declared_steps, followed, place_steps
from resilience.recovery_plans.waiting import paths_of
from resilience.results import Missing
from resilience.whereabouts import by_id
from specs.issues import FieldPath

ASSUMES = (
    "the intruder reaches every service and every copy that administrators can delete; air-gapped and "
    "offline vaults, and what is locked in compliance mode, are out of his reach",
    "identity is rebuilt first: but for cutting services off, every step and every read waits for it",
    "every copy passes through the clean platform and is searched there before it moves on",
    "logs since the copy are searched and rolled forward at the average rate of writes",
    "the other platforms are clean again by the time their services' own steps begin",
)


class Ransomware:
    """Makes the draft."""

    def __init__(self, graph: EstateGraph, ways: Ways) -> None:
        self.graph, self.estate = graph, graph.estate
        self.intruder = graph.estate.plan.intruder
        self.services = tuple(
            service
            for service, spec in by_id(self.estate.services)
            if graph.components.get(service) or declared_steps(spec, "cyber")
        )
        self.draft = Draft(self.estate, {service: self._begins(service) for service in self.services})
        for service in self.services:
            self.draft.fates[service].missing += self._unsaid()
        clean = self.intruder.isolated_capacity if self.intruder is not None else None
        sites = graph.where.platform_sites.get(clean or "", ())
        self.clean = (
            Target(clean, sites[0] if sites else None) if clean in self.estate.platforms and clean else None
        )
        keys = KeysLeft(self.estate, graph.where.platform_sites, lambda element: False, after_intruder=True)
        copies = Copies(self.estate, ways, lambda element: False, keys, self.intruder)
        self.data = DataSteps(self.draft, copies, self.clean)
        self.waits = ServiceWaits(
            graph,
            self.services,
            {s: milliseconds(sum(step.duration.high for step, _ in self._steps(s))) for s in self.services},
            "cyber",
        )
        self.datasets = {service: self._datasets(service) for service in self.services}
        self.rebuilt: tuple[str, ...] = ()

    def drawn(self) -> Drawn:
        """Everything about the scenario."""
        order = self.waits.order
        if self.intruder is not None:
            self._rebuild_identity(order)
            for service in order:
                self._service(service)
        for service in self.services:
            if service not in order:
                self._ring(service)
            elif self.intruder is None:
                self.draft.fates[service].state = "unknown"
        return Drawn(
            scenario="ransomware",
            kind="ransomware",
            objective="cyber",
            lost=(),
            order=tuple(f"services/{service}" for service in order),
            draft=self.draft,
            rings=tuple(Ring(ring, paths_of(ring, self.waits.path_of_wait)) for ring in self.waits.rings),
            copies=tuple(copy for _, copy in sorted(self.data.chosen.items())),
            assumes=ASSUMES,
        )

    def _steps(self, service: str) -> Steps:
        return declared_steps(self.estate.services[service], "cyber")

    def _containing(self, service: str) -> tuple[str, ...]:
        """Names of its steps that cut it off: those that others come after, which wait for nothing and
        restore nothing."""
        steps = self._steps(service)
        names = {step.id for step, _ in steps}
        return tuple(
            step.id
            for step, _ in steps
            if step.id in followed(steps) and not step.restores and not names & set(step.after)
        )

    def _begins(self, service: str) -> tuple[float, float]:
        detection = self.intruder.detection if self.intruder is not None else None
        decision = self.estate.plan.decision
        low, high = (decision.low, decision.high) if decision is not None else (0.0, 0.0)
        return low + (detection or 0.0), high + (detection or 0.0)

    def _unsaid(self) -> list[Missing]:
        """What is not declared of the intruder, and holds for every service."""
        base: FieldPath = ("plan", "intruder")
        if self.intruder is None:
            return [Missing("plan", "intruder", base, "what an intruder leaves, and how long he was in")]
        lacks = []
        if self.intruder.detection is None:
            lacks.append(
                Missing("plan", "intruder.detection", (*base, "detection"), "when the alarm is raised")
            )
        if self.estate.plan.decision is None:
            lacks.append(Missing("plan", "decision", ("plan", "decision"), "when recovery begins"))
        if self.intruder.isolated_capacity is None:
            fact = (*base, "isolated_capacity")
            lacks.append(
                Missing("plan", "intruder.isolated_capacity", fact, "where copies are recovered into")
            )
        return lacks

    def _datasets(self, service: str) -> tuple[str, ...]:
        found = {name for name, dataset in self.estate.datasets.items() if service in dataset.services}
        for names in self.graph.components.get(service, {}).values():
            for name in names:
                found |= set(self.estate.workloads[name].datasets)
        return tuple(sorted(found & self.estate.datasets.keys()))

    # Identity

    def _rebuild_identity(self, order: Iterable[str]) -> None:
        """One step for each identity platform, or pair of twins: the one that is rebuilt sooner."""
        found: list[str] = []
        used = {
            self.estate.workloads[name].platform
            for parts in self.graph.components.values()
            for n in parts.values()
            for name in n
        }
        used |= {
            domain.identity for domain in self.estate.admin_domains.values() if domain.identity is not None
        }
        pairs: dict[frozenset[str], list[str]] = {}
        for name, platform in by_id(self.estate.platforms):
            if platform.kind == "identity" and name in used:
                pairs.setdefault(frozenset((name, platform.twin or name)), []).append(name)
        for names in pairs.values():
            name = min(
                names,
                key=lambda n: (
                    self.estate.platforms[n].rebuild_time is None,
                    span(self.estate.platforms[n].rebuild_time).high,
                    n,
                ),
            )
            found.append(self._rebuild(name, names))
        self.rebuilt = tuple(found)

    def _rebuild(self, name: str, twins: list[str]) -> str:
        platform = self.estate.platforms[name]
        facts = self.draft.lacking_people(platform.recovery_team, 1, None)
        for fact, matters in (
            ("rebuild_time", "when identity serves again"),
            ("recovery_team", "who rebuilds it"),
        ):
            if getattr(platform, fact) is None:
                facts.append(Missing(f"platforms/{name}", fact, ("platforms", name, fact), matters))
        for service in self.services:
            self.draft.fates[service].missing += facts
        there = {
            workload.service for workload in self.estate.workloads.values() if workload.platform in twins
        }
        after = []
        for service in self.waits.order:
            if service in there:
                names = self._containing(service)
                steps = tuple(entry for entry in self._steps(service) if entry[0].id in names)
                place_steps(self.draft, service, steps, {}, {})
                after += [f"services/{service}:{step}" for step in names]
        arrival = self.draft.arrival(platform.recovery_team, None)
        low, high = next(iter(self.draft.begins.values()), (0.0, 0.0))
        return self.draft.add(
            Work(
                f"platforms/{name}:rebuild", f"platforms/{name}", "rebuild", span(platform.rebuild_time),
                ("platforms", name, "rebuild_time"), tuple(after),
                team=platform.recovery_team, ready=(low + arrival, high + arrival),
            )
        )  # fmt: skip

    # Services

    def _service(self, service: str) -> None:
        fate = self.draft.fates[service]
        before: list[str] = []
        for other in self.waits.awaited(service):
            theirs = self.draft.fates[other]
            before += theirs.last
            fate.missing += theirs.missing
            if theirs.state == "never":
                path = self.waits.path_of_wait(f"services/{service}", f"services/{other}")
                fate.never(f"it waits for services/{other}, which is never back", path)
            elif theirs.state == "unknown" and fate.state != "never":
                fate.state = "unknown"
        steps, containing = self._steps(service), self._containing(service)
        if not steps:
            path = ("services", service, "recovery")
            matters = "how it is brought back after an intruder and how long it takes"
            fate.missing.append(Missing(f"services/{service}", "recovery", path, matters))
            fate.state = "unknown" if fate.state == "back" else fate.state
        waits: dict[str, tuple[str, ...]] = {}
        for step, _ in steps:
            if step.id not in containing:
                sink = step.id not in followed(steps)
                waits[step.id] = (*self.rebuilt, *(before if sink else ()))
        restored = {}
        for dataset in self.datasets[service]:
            own = next((step for step, _ in steps if dataset in step.restores), None)
            names = {step.id for step, _ in steps}
            after = tuple(name for name in own.after if name in names) if own is not None else containing
            restored[dataset] = self._bring_back(
                service, dataset, (*(f"services/{service}:{name}" for name in after), *self.rebuilt), fate
            )
        if fate.state == "back":
            fate.last = place_steps(self.draft, service, steps, waits, restored)
            if not fate.last:
                fate.state = "unknown"

    def _bring_back(self, service: str, dataset: str, after: tuple[str, ...], fate: Fate) -> tuple[str, ...]:
        found = self.estate.datasets[dataset]
        if self.clean is not None and found.size is not None:
            gives, untold = capacity_of(self.estate, self.graph.where, self.clean.platform, "storage", None)
            if gives is None:
                fate.missing += untold
            elif gives < found.size:
                path: FieldPath = ("platforms", self.clean.platform, "capacity")
                matters = f"how datasets/{dataset}, which does not fit there, passes through in portions"
                fate.missing.append(
                    Missing(f"platforms/{self.clean.platform}", "capacity.storage", path, matters)
                )
        home = Target(found.home.platform, found.home.site)
        if fate.state != "back":
            return ()
        return self.data.bring_back(service, dataset, home, after)

    def _ring(self, service: str) -> None:
        here, fate = f"services/{service}", self.draft.fates[service]
        for ring in self.waits.rings:
            if here in ring:
                fate.never(
                    f"it waits for itself: {' needs '.join((*ring, ring[0]))}",
                    *paths_of(ring, self.waits.path_of_wait),
                )
                return
        fate.never("it waits for services that wait for themselves", ("services", service, "needs"))
