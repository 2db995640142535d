"""Plans for the loss of a site, a region or a platform: hosts, data, waiting, steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from resilience.links import Ways
from resilience.recovery_plans.copies import Copies, Target
from resilience.recovery_plans.data_steps import DataSteps
from resilience.recovery_plans.draft import Draft, Work, span
from resilience.recovery_plans.hosting import Host, best_host, target_of
from resilience.recovery_plans.loss_waits import LossWaits
from resilience.recovery_plans.losses import Loss
from resilience.recovery_plans.projects import milliseconds
from resilience.recovery_plans.steps import (
    ACTIVATION,
    Steps,
    begins,
    declared_steps,
    place_steps,
    runs_again,
    widest,
)
from resilience.recovery_plans.waiting import paths_of
from resilience.results import Missing
from specs.base import Text
from specs.issues import FieldPath
from specs.model import Estate
from specs.services import RecoveryStep


@dataclass
class Losing:
    """Makes the draft of one loss."""

    loss: Loss
    ways: Ways
    draft: Draft = field(init=False)
    hosts: dict[str, dict[str, Host]] = field(default_factory=dict)
    """Of each recovering service the host of each component that has one."""

    def __post_init__(self) -> None:
        self.draft = Draft(self.estate, {})
        for service in self.loss.affected:
            self.draft.begins[service] = begins(self.draft, service)
        self.data = DataSteps(self.draft, Copies(self.estate, self.ways, self.loss.takes, self.loss.keys))

    @cached_property
    def estate(self) -> Estate:
        """The estate."""
        return self.loss.sweep.graph.estate

    @cached_property
    def recovering(self) -> tuple[str, ...]:
        """Affected services that do not stay up by themselves."""
        return tuple(service for service in self.loss.affected if not self.loss.stays(service))

    @cached_property
    def waits(self) -> LossWaits:
        """What each of them waits for; asked for once hosts are found."""
        lasts = {service: self._lasts(service) for service in self.recovering}
        return LossWaits(self.loss, self.recovering, self.hosts, lasts)

    @property
    def order(self) -> tuple[str, ...]:
        """Recovering services in the order of the runbook."""
        return self.waits.order

    def drawn(self) -> "Losing":
        """Itself, once everything is drawn up."""
        for service in self.loss.affected:
            if service not in self.recovering:
                fate = self.draft.fates[service]
                fate.state, fate.why = "stays up", "active workloads elsewhere carry it"
                fate.missing.clear()
        for service in self.recovering:
            self._find_hosts(service)
        for service in self.order:
            self._steps(service)
        return self

    def _find_hosts(self, service: str) -> None:
        fate, found = self.draft.fates[service], {}
        components = self.loss.sweep.graph.components.get(service, {})
        if not components:
            path: FieldPath = ("services", service)
            fate.missing.append(Missing(f"services/{service}", "workloads", path, "where it can run"))
        for component, names in components.items():
            host = best_host(self.loss, names)
            if host is not None:
                found[component] = host
                continue
            paths = (("workloads", name, "platform") for name in names)
            fate.never(f"its component {component} has nowhere to run", *paths)
        self.hosts[service] = dict(sorted(found.items()))

    def _lasts(self, service: str) -> int:
        """Its own steps if nobody is busy, to tell which of several alternatives is back first."""
        ends: dict[str, float] = {}
        steps = [step for step, _ in self._declared(service)]
        for _ in steps:
            for step in steps:
                before = max((ends.get(name, 0.0) for name in step.after), default=0.0)
                ends[step.id] = before + step.duration.high
        return milliseconds(self.draft.begins[service][1] + max(ends.values(), default=0.0))

    def _declared(self, service: str) -> Steps:
        return declared_steps(self.estate.services[service], self.loss.occasion)

    def _steps(self, service: str) -> None:
        fate = self.draft.fates[service]
        if f"services/{service}" not in self.waits.settled:
            self._never_begins(service)
            return
        before: list[str] = []
        for other in self.waits.awaited(service):
            if other.startswith("platforms/"):
                before.append(self._rebuild_step(service))
                continue
            theirs = self.draft.fates[other.partition("/")[2]]
            if theirs.state == "never":
                fate.never(
                    f"it waits for {other}, which is never back",
                    self.waits.path_of_wait_through(service, other),
                )
            elif theirs.state == "unknown" and fate.state != "never":
                fate.state = "unknown"
            before += theirs.last
            fate.missing += theirs.missing
        self._judge_reachable(service)
        if fate.state == "never":
            for dataset, target, closed in self._from_copies(service):
                self.data.choose(dataset, target, closed)
            return
        before += self._open_replicas(service)
        steps = self._declared(service) or self._assumed(service)
        if not steps:
            fate.state = "unknown" if fate.state == "back" else fate.state
        restored = self._restores(service, steps, tuple(before))
        if fate.state != "back":
            return
        waits = {step.id: tuple(before) for step, _ in steps}
        fate.last = place_steps(self.draft, service, steps, waits, restored)

    def _open_replicas(self, service: str) -> list[str]:
        """Steps that open the replicas it goes on from; nothing of it begins before them."""
        found: list[str] = []
        for host in self.hosts[service].values():
            for replica in host.replicas:
                found += self.data.open(service, replica)
        return list(dict.fromkeys(found))

    def _restores(self, service: str, steps: Steps, before: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Of each dataset that must come from a copy the steps after which it is back."""
        rebuilt = tuple(name for name in before if name.endswith(":rebuild"))
        return {
            dataset: self.data.bring_back(service, dataset, target, rebuilt, closed)
            for dataset, target, closed in self._from_copies(service)
        }

    def _from_copies(self, service: str) -> Iterator[tuple[str, Target, tuple[str, ...]]]:
        """Each dataset that must come from a copy, where to, and the replicas there that nothing opens."""
        for host in self.hosts[service].values():
            for dataset in host.restores:
                site = self.estate.workloads[host.workload].site
                target = target_of(self.loss, dataset, host.workload)
                yield dataset, target, self.loss.closed_at(dataset, site)

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
        for ring in self.waits.rings:
            if here in ring:
                fate.never(
                    f"it waits for itself: {' needs '.join((*ring, ring[0]))}",
                    *paths_of(ring, self.waits.path_of_wait),
                )
                return
        lacks, path = self.waits.lacking(here)
        fate.never(f"it needs {lacks}, which is not brought back", path)

    def _judge_reachable(self, service: str) -> None:
        """One that is below its level although every standby counts, and waits for no data, stays below it:
        what it lacks (a way to its users, most often) is nothing that a step brings back."""
        if self.loss.platform is not None or not self.loss.is_below(service):
            return
        before = [name.partition("/")[2] for name in self.waits.all_before(service)]
        if any(host.restores for name in (service, *before) for host in self.hosts[name].values()):
            return
        sweep = self.loss.sweep
        node = sweep.failing_view(service, sweep.owed(service, self.loss.objective), self.loss.number)
        chain = sweep.chains(self.loss.event, (node,)).get(node, ())
        words = ", ".join(f"{link.source} {link.why} {link.target}" for link in chain)
        self.draft.fates[service].never(
            f"it is below the level it owes with every standby at work: {words}",
            *(link.path for link in chain),
        )
