"""What each service waits for after a loss: services that are brought back, the platform that is rebuilt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from resilience.derive.declared import SERVES_ITS_SITE
from resilience.recovery_plans.hosting import Host
from resilience.recovery_plans.losses import Loss
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.steps import priority
from resilience.recovery_plans.waiting import UP, Group, Settled, Waiter, rings, settle
from specs.base import Need
from specs.issues import FieldPath
from specs.model import Estate


@dataclass
class LossWaits:
    """Needs of services that are brought back, through platforms that are left or rebuilt."""

    loss: Loss
    recovering: tuple[str, ...]
    hosts: Mapping[str, Mapping[str, Host]]
    """Of each recovering service the host of each component that has one."""
    lasts: Mapping[str, int]
    """Milliseconds that each takes by itself, to tell which of several alternatives is back first."""
    _waiters: dict[str, Waiter] = field(default_factory=lambda: {UP: Waiter()})
    _open: set[str] = field(default_factory=set)
    """Platforms that are left and being looked at: a ring of those holds itself up."""

    @cached_property
    def estate(self) -> Estate:
        """The estate."""
        return self.loss.sweep.graph.estate

    @cached_property
    def waiters(self) -> dict[str, Waiter]:
        """Services, and platforms on their way, by `collection/id`."""
        for service in self.recovering:
            self._waiters[f"services/{service}"] = Waiter(self.lasts[service], self._groups(service))
        return self._waiters

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
        return settle(self.waiters)

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """Services and platforms that wait for one another."""
        return rings(self.waiters, (name for name in self.waiters if name not in self.settled))

    def path_of_wait(self, name: str, other: str) -> FieldPath:
        """The need by which one waits for the other."""
        groups = self.waiters[name].groups
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

    def path_of_wait_through(self, service: str, other: str) -> FieldPath:
        """The need, of the service or of a platform on the way, by which it waits for the other."""
        for name in (f"services/{service}", *sorted(self.waiters)):
            if (path := self.path_of_wait(name, other)) != ():
                return path
        return ("services", service)

    def lacking(self, name: str) -> tuple[str, FieldPath]:
        """The first thing on the way that holds it back for good, and the need for it."""
        seen = {name}
        pending = [name]
        nearest: tuple[str, FieldPath] = (name, ())
        while pending:
            for group in self.waiters[pending.pop(0)].groups:
                if sum(option in self.settled for option in group.options) >= group.needs:
                    continue
                for option in group.options:
                    if option not in self.waiters:
                        return option, group.path
                    if option not in seen and option not in self.settled:
                        seen.add(option)
                        pending.append(option)
                        nearest = (option, group.path) if nearest[0] == name else nearest
        return nearest

    def all_before(self, service: str) -> tuple[str, ...]:
        """Services that it waits for, straight or through others."""
        found: dict[str, None] = {}
        pending = [service]
        while pending:
            name = pending.pop()
            for other in self.awaited(name) if f"services/{name}" in self.settled else ():
                if other.startswith("services/") and other not in found:
                    found[other] = None
                    pending.append(other.partition("/")[2])
        return tuple(sorted(found))
