"""Recovery from the loss of a site: what comes first, when each service is back, and what binds it.

Durations are the pessimistic ones. The order is that of the runbook: the tier, then the objective, then
the id; each step as early as its predecessors and its team allow. Services that stay up on another active
site need no step.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, inf

import networkx as nx

from resilience.results import (
    Booking,
    Deadlock,
    Link,
    Missing,
    Prediction,
    Recovery,
    ScheduledStep,
    Tri,
    in_order,
)
from resilience.scheduling import Placed, Task, busiest_moment, schedule
from resilience.sweep import Sweep
from resilience.whereabouts import by_id
from specs.base import Estimate, Need, Text
from specs.issues import FieldPath
from specs.people import Team
from specs.services import RecoveryStep, Service

ACTIVATION = "activation"
"""Name of the one step of a service that declares none and has a standby with a known activation time."""


@dataclass(frozen=True)
class Ties:
    """Which recovering services each recovering service waits for."""

    links: dict[tuple[str, str], Link]
    """By service that waits and service waited for (ids)."""

    def of(self, service: str) -> tuple[str, ...]:
        """Services that it waits for."""
        return tuple(sorted(other for name, other in self.links if name == service))


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
            for reference in self._awaited(entry):
                collection, _, name = reference.partition("/")
                if collection == "services":
                    link = Link(
                        f"services/{service}", reference, entry.kind, "waits for", path, entry.tolerates
                    )
                    yield name, link
                elif collection == "platforms":
                    entries += self._of_platform(name, seen)

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
        done: list[str] = []
        pending = sorted(self.recovering, key=self._priority)
        while pending:
            ready = next((s for s in pending if all(other in done for other in self.ties.of(s))), None)
            if ready is None:
                break
            done.append(ready)
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


@dataclass(frozen=True)
class _Tasks:
    """Steps as tasks, and where each is declared."""

    tasks: tuple[Task, ...]
    steps: dict[str, tuple[str, RecoveryStep, FieldPath]]
    last: dict[str, tuple[str, ...]]
    """Of each service the steps that no other of its steps follows."""


def _tasks(loss: SiteRecovery) -> _Tasks:
    tasks: list[Task] = []
    steps: dict[str, tuple[str, RecoveryStep, FieldPath]] = {}
    last: dict[str, tuple[str, ...]] = {}
    estate = loss.sweep.graph.estate
    for service in loss.order:
        own = loss.steps(service)
        begins = loss.detection(service) + loss.decision(service)
        names = {step.id for step, _ in own}
        followed = {name for step, _ in own for name in step.after}
        last[service] = tuple(f"services/{service}:{step.id}" for step, _ in own if step.id not in followed)
        before = tuple(end for other in loss.ties.of(service) for end in last.get(other, ()))
        for step, path in own:
            name = f"services/{service}:{step.id}"
            team = estate.teams.get(step.team) if step.team is not None else None
            ready = begins + (loss.reaches_work(team, step) if team is not None else 0.0)
            own_after = tuple(f"services/{service}:{other}" for other in step.after if other in names)
            _note_people(loss, service, step)
            steps[name] = (service, step, path)
            tasks.append(Task(name, step.duration.high, ready, own_after + before, step.team, step.people))
    return _Tasks(tuple(tasks), steps, last)


def _note_people(loss: SiteRecovery, service: str, step: RecoveryStep) -> None:
    if step.team is None:
        return
    there = loss.people(step.team)
    if there is None or there < step.people:
        what = (
            "how many can work at once"
            if there is None
            else f"who does a step of {step.people} people with {there}"
        )
        fact = Missing(f"teams/{step.team}", "members", ("teams", step.team, "members"), what)
        loss.missing[service].append(fact)
    team = loss.sweep.graph.estate.teams.get(step.team)
    if team is not None and step.at is not None and step.at != team.site and step.at not in team.travel:
        fact = Missing(
            f"teams/{step.team}", "travel", ("teams", step.team, "travel"), f"how long it is to {step.at}"
        )
        loss.missing[service].append(fact)
    if team is not None and team.callout is None:
        fact = Missing(f"teams/{step.team}", "callout", ("teams", step.team, "callout"), "when it is at work")
        loss.missing[service].append(fact)


def recovery(sweep: Sweep, site: str) -> Recovery:
    """The recovery from the loss of that site."""
    loss = SiteRecovery(sweep, site)
    work = _tasks(loss)
    teams = {task.team: loss.people(task.team) for task in work.tasks if task.team is not None}
    limits = {team: people for team, people in teams.items() if people is not None}
    free = [task for task in work.tasks if work.steps[task.id][0] not in loss.rings]
    placed = {entry.id: entry for entry in schedule(free, limits)}
    found = [
        ScheduledStep(
            service=f"services/{work.steps[name][0]}",
            step=work.steps[name][1].id,
            team=f"teams/{work.steps[name][1].team}" if work.steps[name][1].team else None,
            people=work.steps[name][1].people,
            starts=entry.starts,
            ends=entry.ends,
            bound_by=_bound(entry, work.steps[name][1]),
            path=work.steps[name][2],
        )
        for name, entry in placed.items()
    ]
    return Recovery(
        site=f"sites/{site}",
        scenario="site",
        order=tuple(f"services/{service}" for service in loss.order),
        steps=tuple(sorted(found, key=lambda step: (step.starts, step.service, step.step))),
        predictions=tuple(_prediction(loss, work, placed, service) for service in loss.affected),
        bookings=_bookings(work, free, limits),
    )


def _bound(entry: Placed, step: RecoveryStep) -> str:
    if entry.bound_by:
        return f"{'busy' if entry.was_busy else 'step'} {entry.bound_by}"
    return f"callout teams/{step.team}" if step.team else "decision"


def _prediction(loss: SiteRecovery, work: _Tasks, placed: dict[str, Placed], service: str) -> Prediction:
    spec = loss.sweep.graph.estate.services[service]
    objective = spec.objectives.site
    if service not in loss.recovering:
        return _judged(loss, service, 0.0, 0.0, ("stays up",), (("services", service),), lower=False)
    lasts = [placed[name] for name in work.last.get(service, ()) if name in placed]
    path: FieldPath = ("services", service, "recovery")
    if not lasts or len(lasts) < len(work.last[service]):
        if service in loss.rings or any(other in loss.rings for other in _all_before(loss, service)):
            fact = Missing(
                f"services/{service}", "order", path, "an order: it waits for itself through others"
            )
            loss.missing[service].append(fact)
        return Prediction(
            f"services/{service}", None, None, objective.rto if objective else None,
            "unknown", (), (path,), in_order(loss.missing[service]),
        )  # fmt: skip
    final = max(lasts, key=lambda entry: (entry.ends, entry.id))
    chain, paths = _binding(loss, work, placed, final)
    lower = bool(loss.missing[service])
    for other in _all_before(loss, service):
        if loss.missing[other]:
            lower = True
            loss.missing[service] += [
                fact for fact in loss.missing[other] if fact not in loss.missing[service]
            ]
    waits = _clock(loss, spec, service)
    return _judged(loss, service, final.ends, waits, chain, paths, lower=lower)


def _all_before(loss: SiteRecovery, service: str) -> tuple[str, ...]:
    found: set[str] = set()
    pending = [service]
    while pending:
        for other in loss.ties.of(pending.pop()):
            if other not in found and other != service:
                found.add(other)
                pending.append(other)
    return tuple(sorted(found))


def _clock(loss: SiteRecovery, spec: Service, service: str) -> float:
    """Seconds after the event at which the objective's clock starts."""
    starts = spec.objectives.site.clock_starts if spec.objectives.site else "event"
    if starts == "event":
        return 0.0
    detection = loss.detection(service)
    return detection if starts == "detection" else detection + loss.decision(service)


def _judged(
    loss: SiteRecovery,
    service: str,
    predicted: float,
    clock: float,
    chain: tuple[str, ...],
    paths: tuple[FieldPath, ...],
    *,
    lower: bool,
) -> Prediction:
    """`lower`: the figure is a lower bound, since facts are missing; it can break an objective, never meet
    it."""
    objective = loss.sweep.graph.estate.services[service].objectives.site
    counted = max(0.0, predicted - clock)
    met: Tri = "unknown"
    if objective is not None:
        met = "no" if counted > objective.rto else "unknown" if lower else "yes"
    return Prediction(
        service=f"services/{service}",
        predicted=predicted,
        counted=counted,
        objective=objective.rto if objective is not None else None,
        met=met,
        chain=chain,
        paths=paths,
        missing=in_order(loss.missing[service]),
    )


def _binding(
    loss: SiteRecovery, work: _Tasks, placed: dict[str, Placed], final: Placed
) -> tuple[tuple[str, ...], tuple[FieldPath, ...]]:
    """From the event to the last step: what each waited for."""
    chain: list[str] = []
    paths: list[FieldPath] = []
    entry = final
    while True:
        service, step, path = work.steps[entry.id]
        chain.append(entry.id)
        paths.append(path)
        if not entry.bound_by:
            if step.team is not None and loss.sweep.graph.estate.teams.get(step.team) is not None:
                chain.append(f"callout teams/{step.team}")
                paths.append(("teams", step.team, "callout"))
            break
        if entry.was_busy:
            chain.append(f"busy {entry.bound_by}")
            paths.append(("teams", step.team or "", "members"))
        entry = placed[entry.bound_by]
    service = work.steps[entry.id][0]
    own = loss.sweep.graph.estate.services[service].detection_time is not None
    paths += [("plan", "decision"), ("services", service, "detection_time") if own else ("plan", "detection")]
    return tuple(reversed([*chain, "decision", "detection"])), tuple(reversed(paths))


def _bookings(work: _Tasks, tasks: list[Task], limits: dict[str, int]) -> tuple[Booking, ...]:
    """Teams that would have to work in more places than they have people, if nobody waited for them."""
    unhindered = {entry.id: entry for entry in schedule(tasks, {})}
    by_team: dict[str, list[tuple[Task, Placed]]] = defaultdict(list)
    for task in tasks:
        if task.team is not None and task.id in unhindered:
            by_team[task.team].append((task, unhindered[task.id]))
    found = []
    for team, entries in sorted(by_team.items()):
        people, steps = busiest_moment(entries)
        if team in limits and people > limits[team] and len(steps) > 1:
            paths = tuple(work.steps[step][2] for step in steps)
            found.append(Booking(f"teams/{team}", limits[team], people, steps, paths))
    return tuple(found)


def recoveries(sweep: Sweep) -> tuple[Recovery, ...]:
    """The loss of each site with an active workload, by site."""
    workloads = sweep.graph.estate.workloads.values()
    sites = {workload.site for workload in workloads if workload.role == "active"}
    return tuple(recovery(sweep, site) for site in sorted(sites & sweep.graph.estate.sites.keys()))


def recovery_deadlocks(sweep: Sweep) -> tuple[Deadlock, ...]:
    """Services that wait for one another when a site is lost, whatever the site; each ring once."""
    found: dict[tuple[str, ...], Deadlock] = {}
    workloads = sweep.graph.estate.workloads
    for site, _ in by_id(sweep.graph.estate.sites):
        if any(workload.site == site for workload in workloads.values()):
            loss = SiteRecovery(sweep, site)
            for deadlock in _deadlocks(loss):
                found.setdefault(deadlock.held, deadlock)
    return tuple(found[held] for held in sorted(found))


def _deadlocks(loss: SiteRecovery) -> Iterator[Deadlock]:
    graph: nx.DiGraph[str] = nx.DiGraph(sorted(loss.ties.links))
    for members in sorted(map(sorted, nx.strongly_connected_components(graph))):
        if len(members) < 2:
            continue
        ring = shortest_ring(members, loss.ties)
        links = tuple(loss.ties.links[a, b] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
        breaks = min(links, key=lambda link: (link.kind != "recover", link.kind != "start", link.source))
        held = sorted({*members, *(s for s in loss.recovering if set(members) & set(_all_before(loss, s)))})
        yield Deadlock(
            kind="recover",
            cycle=links,
            breaks=breaks,
            frees=tuple(f"services/{name}" for name in members),
            held=tuple(f"services/{name}" for name in held),
        )


def shortest_ring(members: list[str], ties: Ties) -> list[str]:
    """The shortest ring among services that all wait for one another, first by name."""
    best: list[str] = []
    for root in members:
        ways = {root: [root]}
        level = [root]
        closed: list[str] = []
        while level and not closed:
            following = []
            for name in level:
                for other in ties.of(name):
                    if other == root and not closed:
                        closed = ways[name]
                    if other in members and other not in ways:
                        ways[other] = [*ways[name], other]
                        following.append(other)
            level = following
        if closed and (not best or len(closed) < len(best)):
            best = closed
    return best
