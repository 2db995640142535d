"""Plans for the loss of a site, a region or a platform: hosts, data, waiting, steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

from resilience.derive.declared import SERVES_ITS_SITE
from resilience.links import Ways
from resilience.recovery_plans.copies import Copies, Target
from resilience.recovery_plans.data_steps import DataSteps
from resilience.recovery_plans.draft import Draft, Work, span
from resilience.recovery_plans.losses import Loss
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.steps import (
    ACTIVATION,
    Steps,
    begins,
    declared_steps,
    place_steps,
    priority,
    runs_again,
    widest,
)
from resilience.recovery_plans.waiting import Group, Settled, Waiter, rings, settle
from resilience.results import Missing
from specs.base import Need, Text
from specs.issues import FieldPath
from specs.model import Estate
from specs.services import RecoveryStep

UP = "up"
"""Stands for whatever is left."""


@dataclass(frozen=True)
class Host:
    """Where a component runs after the loss."""

    workload: str
    rebuilt: bool
    """On a platform that is first rebuilt, or waits for that one."""
    by_itself: bool
    """It is active and left."""
    restores: tuple[str, ...]
    """Its data that must be brought back from a copy."""


@dataclass
class Losing:
    """Makes the draft of one loss."""

    loss: Loss
    ways: Ways
    draft: Draft = field(init=False)
    hosts: dict[str, dict[str, Host]] = field(default_factory=dict)
    """Of each recovering service the host of each component that has one."""
    _waiters: dict[str, Waiter] = field(default_factory=lambda: {UP: Waiter()})
    _open: set[str] = field(default_factory=set)
    """Platforms that are left and being looked at: a ring of those holds itself up."""

    def __post_init__(self) -> None:
        self.draft = Draft(self.estate, {})
        for service in self.loss.affected:
            self.draft.begins[service] = begins(self.draft, service)
        self.data = DataSteps(self.draft, Copies(self.estate, self.ways, self.loss.takes))

    @cached_property
    def estate(self) -> Estate:
        """The estate."""
        return self.loss.sweep.graph.estate

    @cached_property
    def recovering(self) -> tuple[str, ...]:
        """Affected services that do not stay up by themselves."""
        return tuple(service for service in self.loss.affected if not self.loss.stays(service))

    def drawn(self) -> "Losing":
        """Itself, once everything is drawn up."""
        for service in self.loss.affected:
            if service not in self.recovering:
                fate = self.draft.fates[service]
                fate.state, fate.why = "stays up", "active workloads elsewhere carry it"
                fate.missing.clear()
        for service in self.recovering:
            self._find_hosts(service)
        for service in self.recovering:
            self._waiters[f"services/{service}"] = Waiter(self._lasts(service), self._groups(service))
        for service in self.order:
            self._steps(service)
        for service in self.order:
            self._judge_reachable(service)
        return self

    # Hosts

    def _find_hosts(self, service: str) -> None:
        workloads = self.estate.workloads
        fate, found = self.draft.fates[service], {}
        components = self.loss.sweep.graph.components.get(service, {})
        if not components:
            path: FieldPath = ("services", service)
            fate.missing.append(Missing(f"services/{service}", "workloads", path, "where it can run"))
        for component, names in components.items():
            hosts = [host for name in names if (host := self._host(name)) is not None]
            if not hosts:
                fate.never(
                    f"its component {component} has nowhere to run",
                    *(("workloads", name, "platform") for name in names),
                )
                continue
            found[component] = min(
                hosts,
                key=lambda host: (
                    not host.by_itself, bool(host.restores), host.rebuilt,
                    getattr(workloads[host.workload].activation, "high", inf), host.workload,
                ),
            )  # fmt: skip
        self.hosts[service] = dict(sorted(found.items()))

    def _host(self, name: str) -> Host | None:
        workload = self.estate.workloads[name]
        can = self.loss.can_host(workload)
        if can == "gone":
            return None
        by_itself = workload.role == "active" and not self.loss.takes(f"workloads/{name}")
        lost = tuple(
            dataset
            for dataset in workload.datasets
            if not by_itself and not self.loss.has_data(dataset, workload.site)
        )
        return Host(name, can == "rebuilt", by_itself, lost)

    def _target(self, dataset: str, workload: str) -> Target:
        """Where the data of a host is brought back to: the platform that has its replica or takes its home's
        place at that site, else the host's own."""
        found, site = self.estate.workloads[workload], self.estate.workloads[workload].site
        home = self.estate.datasets[dataset].home
        if home.site == site and home.platform not in self.estate.platforms:
            return Target(found.platform, site)
        options = [home.platform] if home.site == site else []
        options += [platform for platform, at in self.loss.replicas.get(dataset, ()) if at == site]
        twin = self.estate.platforms[home.platform].twin if home.platform in self.estate.platforms else None
        options += [twin] if twin is not None else []
        sites = self.loss.sweep.graph.where.platform_sites
        for option in options:
            left = not self.loss.takes(f"platforms/{option}") or self.loss.platform is not None
            if site in sites.get(option, ()) and left:
                return Target(option, site)
        return Target(found.platform, site)

    # Waiting

    def _lasts(self, service: str) -> int:
        """Its own steps if nobody is busy, to tell which of several alternatives is back first."""
        ends: dict[str, float] = {}
        steps = [step for step, _ in self._declared(service)]
        for _ in steps:
            for step in steps:
                before = max((ends.get(name, 0.0) for name in step.after), default=0.0)
                ends[step.id] = before + step.duration.high
        return milliseconds(self.draft.begins[service][1] + max(ends.values(), default=0.0))

    def _groups(self, service: str) -> tuple[Group, ...]:
        spec = self.estate.services[service]
        hosts = self.hosts[service].values()
        sites = frozenset(self.estate.workloads[host.workload].site for host in hosts)
        found = list(self._of_needs(("services", service, "needs"), spec.needs, sites))
        for host in hosts:
            if host.by_itself:
                continue
            workload = self.estate.workloads[host.workload]
            path: FieldPath = ("workloads", host.workload, "platform")
            found += self._of_needs(("workloads", host.workload, "needs"), workload.needs, sites)
            found.append(Group(1, (self._platform(workload.platform, sites, rebuilt=host.rebuilt),), path))
        return tuple(dict.fromkeys(found))

    def _of_needs(
        self, base: FieldPath, needs: tuple[Need, ...], sites: frozenset[str], *, starts: bool = True
    ) -> Iterator[Group]:
        """Needs that hold a recovery back: not those whose loss is borne, nor administration."""
        for position, need in enumerate(needs):
            if need.kind == "administer" or (need.kind == "run" and need.tolerates):
                continue
            options = [self._node(reference, sites) for reference in need.elements]
            if need.kind == "start" and not starts:
                options = [option if option.startswith("services/") else UP for option in options]
            yield Group(need.needs, tuple(options), (*base, position), need.kind)

    def _node(self, reference: str, sites: frozenset[str]) -> str:
        """What stands for an element that something needs: itself while it is brought back, or `up`."""
        collection, _, name = reference.partition("/")
        if self.estate.element(reference) is None:
            return UP
        if collection == "services":
            return reference if name in self.recovering else UP
        if collection == "platforms":
            return self._platform(name, sites)
        if not self.loss.takes(reference):
            return UP
        return self._rebuilt() if self.loss.platform is not None else reference

    def _platform(self, name: str, sites: frozenset[str], *, rebuilt: bool = False) -> str:
        """A platform or the twin that takes its place, with what these need in their turn. One that is left
        runs: it waits for no platform to start, and only for services that are brought back."""
        here = f"platforms/{name}"
        platform = self.estate.platforms.get(name)
        if platform is None:
            return UP
        if self.loss.takes(here) and not rebuilt:
            twin = platform.twin
            if (
                twin is not None
                and not self.loss.takes(f"platforms/{twin}")
                and self._serves(name, twin, sites)
            ):
                return self._platform(twin, sites)
        if self.loss.takes(here):
            if self.loss.platform is None:
                return here
            rebuild = self._rebuilt()
            if here != rebuild and here not in self._waiters:
                group = Group(1, (rebuild,), ("platforms", name, "needs"))
                self._waiters[here] = Waiter(0, (group,))
            return here
        if here in self._open:
            return UP
        if here not in self._waiters:
            self._open.add(here)
            own = frozenset(self.loss.sweep.graph.where.platform_sites.get(name, ())) or sites
            groups = tuple(self._of_needs(("platforms", name, "needs"), platform.needs, own, starts=False))
            self._waiters[here] = Waiter(0, groups)
            self._open.remove(here)
        return here

    def _serves(self, name: str, twin: str, sites: frozenset[str]) -> bool:
        """Whether the twin serves what runs at those sites."""
        if self.estate.platforms[name].kind not in SERVES_ITS_SITE:
            return True
        return bool(sites & set(self.loss.sweep.graph.where.platform_sites.get(twin, ())))

    def _rebuilt(self) -> str:
        """The lost platform, which is rebuilt once what it needs to start is there."""
        name = self.loss.platform or ""
        here = f"platforms/{name}"
        if here not in self._waiters:
            platform = self.estate.platforms[name]
            lasts = platform.rebuild_time.high if platform.rebuild_time is not None else 0.0
            self._waiters[here] = Waiter(milliseconds(lasts))
            own = frozenset(self.loss.sweep.graph.where.platform_sites.get(name, ()))
            groups = tuple(self._of_needs(("platforms", name, "needs"), platform.needs, own))
            self._waiters[here] = Waiter(milliseconds(lasts), groups)
        return here

    @cached_property
    def settled(self) -> dict[str, Settled]:
        """What can be brought back, and what each waits for."""
        return settle(self._waiters)

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """Services and platforms that wait for one another."""
        return rings(self._waiters, (name for name in self._waiters if name not in self.settled))

    def path_of_wait(self, name: str, other: str) -> FieldPath:
        """The need by which one waits for the other."""
        groups = self._waiters[name].groups
        return next((group.path for group in groups if other in group.options), ())

    def awaited(self, service: str) -> tuple[str, ...]:
        """Services, and the platform that is rebuilt, which a service waits for: straight, or through
        platforms that are left."""
        found: dict[str, None] = {}
        pending = [f"services/{service}"]
        seen: set[str] = set()
        while pending:
            for name, _ in self.settled[pending.pop()].chosen:
                if name.startswith("services/") or name == f"platforms/{self.loss.platform}":
                    found[name] = None
                elif name not in seen:
                    seen.add(name)
                    pending.append(name)
        return tuple(sorted(found))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Recovering services, each after those it waits for; of equals the more critical first. Those that
        never begin come last."""
        pending = sorted(
            self.recovering, key=lambda service: priority(self.estate, self.loss.objective, service)
        )
        done: dict[str, None] = {}
        while True:
            ready = next(
                (
                    service
                    for service in pending
                    if service not in done
                    and f"services/{service}" in self.settled
                    and all(
                        other.partition("/")[2] in done
                        for other in self.awaited(service)
                        if other.startswith("services/")
                    )
                ),
                None,
            )
            if ready is None:
                return (*done, *(service for service in pending if service not in done))
            done[ready] = None

    # Steps

    def _declared(self, service: str) -> Steps:
        return declared_steps(self.estate.services[service], self.loss.occasion)

    def _steps(self, service: str) -> None:
        fate = self.draft.fates[service]
        if f"services/{service}" not in self.settled:
            self._never_begins(service)
            return
        before: list[str] = []
        for other in self.awaited(service):
            if other.startswith("platforms/"):
                before.append(self._rebuild_step(service))
                continue
            theirs = self.draft.fates[other.partition("/")[2]]
            if theirs.state == "never":
                fate.never(
                    f"it waits for {other}, which is never back", self.path_of_wait_through(service, other)
                )
            elif theirs.state == "unknown" and fate.state != "never":
                fate.state = "unknown"
            before += theirs.last
            fate.missing += theirs.missing
        if fate.state == "never":
            return
        steps = self._declared(service) or self._assumed(service)
        if not steps:
            fate.state = "unknown" if fate.state == "back" else fate.state
        restored = self._restores(service, steps, tuple(before))
        if fate.state != "back":
            return
        waits = {step.id: tuple(before) for step, _ in steps}
        fate.last = place_steps(self.draft, service, steps, waits, restored)

    def path_of_wait_through(self, service: str, other: str) -> FieldPath:
        """The need, of the service or of a platform on the way, by which it waits for the other."""
        for name in (f"services/{service}", *sorted(self._waiters)):
            if (path := self.path_of_wait(name, other)) != ():
                return path
        return ("services", service)

    def _restores(self, service: str, steps: Steps, before: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Of each dataset that must come from a copy the steps after which it is back."""
        rebuilt = tuple(name for name in before if name.endswith(":rebuild"))
        found: dict[str, tuple[str, ...]] = {}
        for host in self.hosts[service].values():
            for dataset in host.restores:
                after = rebuilt
                found[dataset] = self.data.bring_back(
                    service, dataset, self._target(dataset, host.workload), after
                )
        return found

    def _rebuild_step(self, service: str) -> str:
        """The step that rebuilds the lost platform."""
        name = self.loss.platform or ""
        platform = self.estate.platforms[name]
        fate = self.draft.fates[service]
        path: FieldPath = ("platforms", name, "rebuild_time")
        if platform.rebuild_time is None:
            fate.missing.append(Missing(f"platforms/{name}", "rebuild_time", path, "when it serves again"))
        if platform.recovery_team is None:
            fate.missing.append(
                Missing(
                    f"platforms/{name}",
                    "recovery_team",
                    ("platforms", name, "recovery_team"),
                    "who rebuilds it",
                )
            )
        fate.missing += self.draft.lacking_people(platform.recovery_team, 1, None)
        arrival = self.draft.arrival(platform.recovery_team, None)
        low, high = widest(self.draft.begins.values())
        return self.draft.add(
            Work(
                f"platforms/{name}:rebuild", f"platforms/{name}", "rebuild",
                span(platform.rebuild_time), path,
                team=platform.recovery_team, ready=(low + arrival, high + arrival),
            )
        )  # fmt: skip

    def _assumed(self, service: str) -> Steps:
        """Where no step is declared for this loss: the longest activation of its standbys; nothing to do
        where it runs again by itself; none where nobody can know."""
        fate, workloads = self.draft.fates[service], self.estate.workloads
        path: FieldPath = ("services", service, "recovery")
        fact = Missing(
            f"services/{service}", "recovery", path,
            f"how it is brought back after the loss of a {self.loss.occasion} and how long it takes",
        )  # fmt: skip
        hosts = self.hosts[service].values()
        standbys = [
            host.workload
            for host in hosts
            if not host.by_itself and workloads[host.workload].role == "standby"
        ]
        if not hosts or any(workloads[name].activation is None for name in standbys):
            fate.missing.append(fact)
            return ()
        if any(host.restores or (host.rebuilt and not host.by_itself) for host in hosts):
            fate.missing.append(fact)
        longest = max(
            ((workloads[name].activation, name) for name in standbys),
            key=lambda entry: (entry[0].high if entry[0] else 0.0, entry[1]),
            default=None,
        )
        if longest is not None and longest[0] is not None:
            step = RecoveryStep(
                id=ACTIVATION, does=Text({"en": "The standby takes over"}), duration=longest[0]
            )
            return ((step, ("workloads", longest[1], "activation")),)
        return runs_again(service)

    def _never_begins(self, service: str) -> None:
        fate, here = self.draft.fates[service], f"services/{service}"
        for ring in self.rings:
            if here in ring:
                fate.never(
                    f"it waits for itself: {' needs '.join((*ring, ring[0]))}",
                    *(self.path_of_wait(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)),
                )
                return
        lacks, path = self._lacking(here)
        fate.never(f"it needs {lacks}, which is not brought back", path)

    def _lacking(self, name: str) -> tuple[str, FieldPath]:
        """The first thing on the way that holds it back for good, and the need for it."""
        seen = {name}
        pending = [name]
        nearest: tuple[str, FieldPath] = (name, ())
        while pending:
            for group in self._waiters[pending.pop(0)].groups:
                if sum(option in self.settled for option in group.options) >= group.needs:
                    continue
                for option in group.options:
                    if option not in self._waiters:
                        return option, group.path
                    if option not in seen and option not in self.settled:
                        seen.add(option)
                        pending.append(option)
                        nearest = (option, group.path) if nearest[0] == name else nearest
        return nearest

    def _judge_reachable(self, service: str) -> None:
        """One that is below its level although every standby counts, and waits for no data, stays below it:
        what it lacks (a way to its users, most often) is nothing that a step brings back."""
        if self.loss.platform is not None or not self.loss.is_below(service):
            return
        before = [name.partition("/")[2] for name in self._all_before(service)]
        if any(host.restores for name in (service, *before) for host in self.hosts[name].values()):
            return
        fate = self.draft.fates[service]
        if fate.state == "never":
            return
        for name in before:
            if self.draft.fates[name].state == "never":
                fate.never(
                    f"it waits for services/{name}, which is never back", ("services", service, "needs")
                )
                return
        sweep = self.loss.sweep
        node = sweep.failing_view(service, sweep.owed(service, self.loss.objective), self.loss.number)
        chain = sweep.chains(self.loss.event, (node,)).get(node, ())
        words = ", ".join(f"{link.source} {link.why} {link.target}" for link in chain)
        fate.never(
            f"it is below the level it owes with every standby at work: {words}",
            *(link.path for link in chain),
        )
        fate.last = ()

    def _all_before(self, service: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        pending = [service]
        while pending:
            name = pending.pop()
            for other in self.awaited(name) if f"services/{name}" in self.settled else ():
                if other.startswith("services/") and other not in found:
                    found[other] = None
                    pending.append(other.partition("/")[2])
        return tuple(sorted(found))
