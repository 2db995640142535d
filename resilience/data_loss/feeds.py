"""At what rate each copy is fed, in calm and after every event, and for how long an event lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from resilience.data_loss.copies import Copies, Copy
from resilience.failover import Failovers
from resilience.failover_flows.results import Bounds
from resilience.failover_flows.shared_circuits import share_circuits
from resilience.failover_flows.states import State, calm_state, failed_states
from resilience.links import Ways
from resilience.results import Missing, Tri
from resilience.sweep import bits

UNLIMITED = Bounds(0.0, None)

RELIABLE = ("circuits", "power", "cooling")
"""Collections whose elements declare a mean time to repair; for others a contract may cover them."""


@dataclass(frozen=True)
class Feed:
    """What reaches one copy."""

    stops: Tri
    """Whether nothing does."""
    rate: Bounds | None
    """Bit/s that it is sure of, and that it may have; None: it is fed over no circuit, or stops."""
    circuits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feeds:
    """Feeds of all copies; a copy that an event does not touch is fed as in calm."""

    copies: Copies
    failovers: Failovers

    @cached_property
    def calm(self) -> Mapping[str, Feed]:
        """By copy."""
        over_circuits = self._replications(calm_state(self.failovers))
        return {copy.element: over_circuits.get(copy.element, Feed("no", None)) for copy in self._all}

    @cached_property
    def _all(self) -> tuple[Copy, ...]:
        return tuple(
            copy for copies in self.copies.by_dataset.values() for copy in copies if copy.kind != "nodes"
        )

    def _replications(self, state: State) -> dict[str, Feed]:
        """What each replication over circuits gets in a state, as circuits are shared in proportion to
        needs."""
        bandwidths = {name: c.bandwidth for name, c in self.copies.estate.circuits.items()}
        shared = share_circuits(bandwidths, state.demands)
        found = {}
        for demand in state.demands:
            if not demand.flow.replication:
                continue
            way = demand.way.circuits
            if way:
                feed = Feed("no", shared.fair(demand), way)
            else:
                joined = self.failovers.is_told(demand.flow, demand.way)
                feed = Feed("yes" if joined else "unknown", None if joined else UNLIMITED)
            found[f"replications/{demand.flow.replication}"] = feed
        return found

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Every state in which some traffic goes another way."""
        return failed_states(self.failovers)

    @cached_property
    def by_event(self) -> Mapping[str, Mapping[str, Feed]]:
        """By event the copies that it touches: what reaches them then, where that is less than in calm."""
        found: dict[str, dict[str, Feed]] = {}
        for state in self.states:
            touched = {
                element: feed
                for element, feed in self._replications(state).items()
                if element in self.calm and _is_less(feed, self.calm[element])
            }
            for event in state.events:
                found[event] = dict(touched)
        for copy in self._all:
            for event in self._stopping(copy):
                found.setdefault(event, {})[copy.element] = Feed("yes", None)
        self._pass_on(found)
        return {event: dict(sorted(feeds.items())) for event, feeds in sorted(found.items()) if feeds}

    def _pass_on(self, found: dict[str, dict[str, Feed]]) -> None:
        """What is fed from another copy gets no more than that one."""
        for copy in sorted(self._all, key=lambda copy: copy.element):
            above = copy.upstream
            for feeds in found.values():
                if above in feeds and feeds[above].stops == "yes":
                    feeds[copy.element] = Feed("yes", None)

    def _stopping(self, copy: Copy) -> tuple[str, ...]:
        """Events that take where a copy lies or what makes it, and for backups the way to its vault."""
        sweep = self.copies.sweep
        lost = 0
        for node in self.copies.fed_by(copy):
            lost |= sweep.lost_in(node)
        found = {sweep.events[number] for number in bits(lost)}
        if copy.backup is not None and copy.source is not None and copy.source != copy.site:
            found |= self._cutting(f"sites/{copy.source}", f"sites/{copy.site}")
        return tuple(sorted(found))

    def _cutting(self, source: str, target: str) -> frozenset[str]:
        """Events after which no way is left between two sites that circuits join in calm."""
        if (source, target) not in self._cuts:
            sweep = self.copies.sweep
            usual = self.failovers.tree(source, "", frozenset()).get(target)
            touched = 0
            for circuit in usual[1] if usual else ():
                touched |= sweep.lost_in(f"circuits/{circuit}")
            for place in usual[2] if usual else ():
                touched |= sweep.lost_in(place)
            self._cuts[source, target] = frozenset(
                event
                for number in bits(touched)
                if target not in self.failovers.tree(source, event := sweep.events[number], frozenset())
            )
        return self._cuts[source, target]

    @cached_property
    def _cuts(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    def lasts(self, event: str) -> tuple[float | None, Missing | None]:
        """Pessimistic seconds until an event is mended: the hazard's longest duration; else the longer of
        what was agreed for repair and the mean time to repair. None: neither is declared."""
        collection, _, name = event.partition("/")
        estate = self.copies.estate
        if collection == "hazards":
            duration = estate.hazards[name].duration
            known, field = [duration.high] if duration is not None else [], "duration"
        else:
            known, field = self._repair(event), "reliability" if collection in RELIABLE else "repair"
        if known:
            return max(known), None
        path = (collection, name) if estate.element(event) is not None else (collection,)
        return None, Missing(event, field, path, "how long it lasts")

    def _repair(self, event: str) -> list[float]:
        estate = self.copies.estate
        element = estate.element(event)
        known = []
        sources = [element]
        if event.startswith("devices/") and element is not None:
            sources.append(estate.models.get(getattr(element, "model", "")))
        for source in sources:
            reliability = getattr(source, "reliability", None)
            if reliability is not None and reliability.mttr is not None:
                known.append(reliability.mttr)
        contract = estate.contracts.get(getattr(element, "contract", None) or "")
        agreed = [contract] if contract is not None else []
        agreed += [c for c in estate.contracts.values() if event in c.covers]
        known += [contract.repair for contract in agreed if contract.repair is not None]
        return known


def feeds_of(copies: Copies) -> Feeds:
    """Feeds of the copies of one estate."""
    return Feeds(copies, Failovers(copies.sweep, Ways(copies.estate)))


def _is_less(feed: Feed, calm: Feed) -> bool:
    """Whether less may reach the copy than in calm."""
    if feed.stops != calm.stops:
        return True
    if feed.rate is None or calm.rate is None:
        return False
    if feed.rate.low < calm.rate.low:
        return True
    return feed.rate.high is not None and (calm.rate.high is None or feed.rate.high < calm.rate.high)
