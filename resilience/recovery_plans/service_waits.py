"""Which services wait for which, where all of them are brought back and nothing else is lost."""

from dataclasses import dataclass
from functools import cached_property

from resilience.graph import EstateGraph
from resilience.recovery_plans.steps import priority
from resilience.recovery_plans.waiting import UP, Group, Settled, Waiter, rings, settle
from resilience.results import Scenario
from specs.base import Need
from specs.issues import FieldPath


@dataclass(frozen=True)
class ServiceWaits:
    """Needs among services that come back together: their own, and those of their workloads."""

    graph: EstateGraph
    services: tuple[str, ...]
    lasts: dict[str, int]
    """Milliseconds that each takes by itself, to tell which of alternatives is back first."""
    objective: Scenario | None = None

    @cached_property
    def waiters(self) -> dict[str, Waiter]:
        """By `services/ID`."""
        found = {UP: Waiter()}
        for service in self.services:
            groups = self._groups(("services", service, "needs"), self.graph.estate.services[service].needs)
            for names in self.graph.components.get(service, {}).values():
                for name in names:
                    workload = self.graph.estate.workloads[name]
                    groups += self._groups(("workloads", name, "needs"), workload.needs)
            own = tuple(
                group for group in dict.fromkeys(groups) if f"services/{service}" not in group.options
            )
            found[f"services/{service}"] = Waiter(self.lasts.get(service, 0), own)
        return found

    def _groups(self, base: FieldPath, needs: tuple[Need, ...]) -> list[Group]:
        found = []
        for position, need in enumerate(needs):
            if need.kind == "administer" or (need.kind == "run" and need.tolerates):
                continue
            options = tuple(
                reference
                if reference.partition("/")[2] in self.services and reference.startswith("services/")
                else UP
                for reference in need.elements
            )
            if any(option != UP for option in options):
                found.append(Group(need.needs, options, (*base, position), need.kind))
        return found

    @cached_property
    def settled(self) -> dict[str, Settled]:
        """What can be brought back, and what each waits for."""
        return settle(self.waiters)

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """Services that wait for one another."""
        return rings(self.waiters, (name for name in self.waiters if name not in self.settled))

    def path_of_wait(self, name: str, other: str) -> FieldPath:
        """The need by which one waits for the other."""
        return next((group.path for group in self.waiters[name].groups if other in group.options), ())

    def awaited(self, service: str) -> tuple[str, ...]:
        """Services that a service waits for, by id."""
        chosen = self.settled[f"services/{service}"].chosen
        return tuple(sorted({name.partition("/")[2] for name, _ in chosen if name != UP}))

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Each after those it waits for; of equals the more critical first. Those that never begin are left
        out."""
        pending = sorted(
            (service for service in self.services if f"services/{service}" in self.settled),
            key=lambda service: priority(self.graph.estate, self.objective, service),
        )
        done: dict[str, None] = {}
        while len(done) < len(pending):
            ready = next(
                s for s in pending if s not in done and all(other in done for other in self.awaited(s))
            )
            done[ready] = None
        return tuple(done)
