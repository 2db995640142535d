"""The loss of one site: which services must be brought back, by which steps, and which wait for which."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, inf

import networkx as nx

from resilience.results import Link, Missing
from resilience.sweep import Sweep
from specs.base import Estimate, Need, Text
from specs.issues import FieldPath
from specs.people import Team
from specs.services import RecoveryStep

ACTIVATION = "activation"
"""Name of the one step of a service that declares none and has a standby with a known activation time."""


@dataclass(frozen=True)
class Ties:
    """Which recovering services each recovering service waits for."""

    links: dict[tuple[str, str], Link]
    """By service that waits and service waited for (ids)."""

    @cached_property
    def by_service(self) -> dict[str, tuple[str, ...]]:
        """Services waited for, by the service that waits."""
        found: dict[str, list[str]] = defaultdict(list)
        for service, other in sorted(self.links):
            found[service].append(other)
        return {service: tuple(others) for service, others in found.items()}

    def of(self, service: str) -> tuple[str, ...]:
        """Services that it waits for."""
        return self.by_service.get(service, ())


@dataclass
class SiteRecovery:
    """Everything about the loss of one site."""

    sweep: Sweep
    site: str
    missing: dict[str, list[Missing]] = field(default_factory=lambda: defaultdict(list))
    """Of each service the facts that its prediction lacks."""

    def lost(self, node: str) -> bool:
        """Whether a node is down after the loss of the site."""
        number = self.sweep.numbers[f"sites/{self.site}"]
        return node in self.sweep.calm or bool(self.sweep.lost_in(node) >> number & 1)

    @cached_property
    def affected(self) -> tuple[str, ...]:
        """Services with an active workload at the site, or below the level that they owe without it."""
        estate = self.sweep.graph.estate
        found = {
            workload.service
            for workload in estate.workloads.values()
            if workload.site == self.site and workload.role == "active"
        }
        number = self.sweep.numbers[f"sites/{self.site}"]
        found |= {service for service, value in self.sweep.below.items() if value >> number & 1}
        return tuple(sorted(found & estate.services.keys()))

    @cached_property
    def recovering(self) -> tuple[str, ...]:
        """Affected services that do not stay up by themselves on active workloads elsewhere."""
        return tuple(service for service in self.affected if not self._stays(service))

    def _stays(self, service: str) -> bool:
        components = self.sweep.graph.components.get(service, {})
        workloads = self.sweep.graph.estate.workloads
        number = self.sweep.numbers[f"sites/{self.site}"]
        return (
            bool(components)
            and not self.sweep.below[service] >> number & 1
            and all(
                any(workloads[name].role == "active" and not self.lost(f"workloads/{name}") for name in names)
                for names in components.values()
            )
        )

    def steps(self, service: str) -> tuple[tuple[RecoveryStep, FieldPath], ...]:
        """Steps of a recovering service in this scenario, with where they are declared."""
        declared = self.sweep.graph.estate.services[service].recovery
        found = [
            (step, ("services", service, "recovery", position))
            for position, step in enumerate(declared)
            if "site" in step.scenarios
        ]
        if found:
            return tuple(found)
        activation = self._activation(service)
        if activation is None:
            fact = ("services", service, "recovery")
            self.missing[service].append(
                Missing(
                    f"services/{service}", "recovery", fact, "how it is brought back and how long it takes"
                )
            )
            return ()
        estimate, path = activation
        step = RecoveryStep(id=ACTIVATION, does=Text({"en": "The standby takes over"}), duration=estimate)
        return ((step, path),)

    def _activation(self, service: str) -> tuple[Estimate, FieldPath] | None:
        """The longest activation over the lost components, each by its quickest standby; None: one is not
        known."""
        workloads = self.sweep.graph.estate.workloads
        longest: tuple[Estimate, FieldPath] | None = None
        for names in self.sweep.graph.components.get(service, {}).values():
            left = [name for name in names if workloads[name].site != self.site]
            if any(workloads[name].role == "active" for name in left):
                continue
            known = [(workloads[name].activation, name) for name in left]
            quickest = min(
                ((estimate, name) for estimate, name in known if estimate is not None),
                key=lambda entry: (entry[0].high, entry[1]),
                default=None,
            )
            if quickest is None:
                return None
            if longest is None or quickest[0].high > longest[0].high:
                longest = (quickest[0], ("workloads", quickest[1], "activation"))
        return longest

    @cached_property
    def ties(self) -> Ties:
        """Waiting between recovering services, straight or through the platforms between them."""
        links: dict[tuple[str, str], Link] = {}
        for service in self.recovering:
            for target, link in self._waits(service):
                if target != service:
                    links.setdefault((service, target), link)
        return Ties(dict(sorted(links.items())))

    def _waits(self, service: str) -> Iterator[tuple[str, Link]]:
        for entry, path in self._holding(service):
            for reference in self._awaited(entry):
                collection, _, name = reference.partition("/")
                if collection == "services":
                    link = Link(
                        f"services/{service}", reference, entry.kind, "waits for", path, entry.tolerates
                    )
                    yield name, link

    def _holding(self, service: str) -> Iterator[tuple[Need, FieldPath]]:
        """Needs that hold its recovery back, its own and those of its workloads elsewhere and of the
        platforms under them."""
        estate = self.sweep.graph.estate
        entries = self._entries(("services", service, "needs"), estate.services[service].needs)
        seen: set[str] = set()
        for names in self.sweep.graph.components.get(service, {}).values():
            for name in names:
                workload = estate.workloads[name]
                if workload.site != self.site:
                    entries += self._entries(("workloads", name, "needs"), workload.needs)
                    entries += self._of_platform(workload.platform, seen)
        while entries:
            entry, path = entries.pop()
            yield entry, path
            for reference in self._awaited(entry):
                collection, _, name = reference.partition("/")
                if collection == "platforms":
                    entries += self._of_platform(name, seen)

    @cached_property
    def never_back(self) -> dict[str, str]:
        """Recovering services that no step brings back, each with the service that has nowhere to run: a
        component of it stands at the lost site only. What cannot do without such a service is never back
        either."""
        estate = self.sweep.graph.estate
        found = {
            service: service
            for service in self.recovering
            if any(
                all(estate.workloads[name].site == self.site for name in names)
                for names in self.sweep.graph.components.get(service, {}).values()
            )
        }
        while True:
            held = {
                service: root
                for service in self.recovering
                if service not in found and (root := self._held_by(service, found)) is not None
            }
            if not held:
                return dict(sorted(found.items()))
            found |= held

    def _held_by(self, service: str, gone: dict[str, str]) -> str | None:
        """The service with nowhere to run, if a need of this one can never be met for want of it."""
        roots = []
        for entry, _ in self._holding(service):
            lost = [name for element in entry.elements if (name := element.removeprefix("services/")) in gone]
            if len(entry.elements) - len(lost) < entry.needs:
                roots += [gone[name] for name in lost]
        return min(roots, default=None)

    def _of_platform(self, platform: str, seen: set[str]) -> list[tuple[Need, FieldPath]]:
        """Needs of a platform, or of the twin that takes its place."""
        found = self.sweep.graph.estate.platforms.get(platform)
        if found is not None and found.twin is not None and self.lost(f"platforms/{platform}"):
            platform, found = found.twin, self.sweep.graph.estate.platforms.get(found.twin)
        if found is None or platform in seen:
            return []
        seen.add(platform)
        return self._entries(("platforms", platform, "needs"), found.needs)

    def _entries(self, base: FieldPath, needs: tuple[Need, ...]) -> list[tuple[Need, FieldPath]]:
        """Needs that hold a recovery back: not those whose loss is borne, nor administration."""
        return [
            (need, (*base, position))
            for position, need in enumerate(needs)
            if need.kind in ("start", "recover") or (need.kind == "run" and not need.tolerates)
        ]

    def _awaited(self, need: Need) -> tuple[str, ...]:
        """Elements that must be brought back before the need holds; none where enough stay up."""
        waiting = [element for element in need.elements if self._is_recovering(element)]
        return () if len(need.elements) - len(waiting) >= need.needs else tuple(waiting)

    def _is_recovering(self, reference: str) -> bool:
        collection, _, name = reference.partition("/")
        return collection == "platforms" or (collection == "services" and name in self.recovering)

    @cached_property
    def rings(self) -> frozenset[str]:
        """Services that wait for themselves through others."""
        graph: nx.DiGraph[str] = nx.DiGraph(list(self.ties.links))
        return frozenset(
            name for ring in nx.strongly_connected_components(graph) if len(ring) > 1 for name in ring
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Recovering services, each after those it waits for; of equals the more critical first; rings
        come last."""
        done: dict[str, None] = {}
        pending = sorted(self.recovering, key=self._priority)
        while pending:
            ready = next((s for s in pending if all(other in done for other in self.ties.of(s))), None)
            if ready is None:
                break
            done[ready] = None
            pending.remove(ready)
        return (*done, *pending)

    def _priority(self, service: str) -> tuple[int, float, str]:
        found = self.sweep.graph.estate.services[service]
        objective = found.objectives.site
        return (9 if found.tier is None else found.tier, objective.rto if objective else inf, service)

    def detection(self, service: str) -> float:
        """Pessimistic seconds until the loss is noticed: the service's own, else the plan's."""
        own = self.sweep.graph.estate.services[service].detection_time
        plan = self.sweep.graph.estate.plan.detection
        if own is None and plan is None:
            path = ("services", service, "detection_time")
            fact = Missing(f"services/{service}", "detection_time", path, "when the loss is noticed")
            self.missing[service].append(fact)
        return own if own is not None else plan.high if plan else 0.0

    def decision(self, service: str) -> float:
        """Pessimistic seconds from notice to decision."""
        plan = self.sweep.graph.estate.plan.decision
        if plan is None:
            fact = Missing(
                f"services/{service}", "plan.decision", ("plan", "decision"), "when recovery begins"
            )
            self.missing[service].append(fact)
        return plan.high if plan else 0.0

    def people(self, team: str) -> int | None:
        """How many of a team work on an ordinary day; None: unknown."""
        found = self.sweep.graph.estate.teams.get(team)
        if found is None or found.members is None:
            return None
        return max(1, floor(found.members * (1.0 - (found.absence or 0.0)) + 1e-9))

    def reaches_work(self, team: Team, step: RecoveryStep) -> float:
        """Seconds from the call until a team works: at once, or at the site where the step must be done."""
        travels = step.at is not None and step.at != team.site
        return (team.callout or 0.0) + (team.travel.get(step.at or "", 0.0) if travels else 0.0)

    def all_before(self, service: str) -> tuple[str, ...]:
        """Services that it waits for, straight or through others."""
        found: set[str] = set()
        pending = [service]
        while pending:
            for other in self.ties.of(pending.pop()):
                if other not in found and other != service:
                    found.add(other)
                    pending.append(other)
        return tuple(sorted(found))
