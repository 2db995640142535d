"""What a synchronous copy adds to every write, over the usual way and the longest that a failure leaves."""

from collections.abc import Iterator

from resilience.data_loss.copies import Copy
from resilience.data_loss.feeds import Feeds
from resilience.data_loss.results import WriteDelay
from resilience.failover_flows.shared_circuits import share_circuits
from resilience.failover_flows.states import Demand, State, calm_state
from resilience.results import Missing, Route, Tri, in_order

WAITING = ("synchronous", "semi-synchronous")
"""Kinds of copy for which a write waits."""


def write_delays(feeds: Feeds, copies: tuple[Copy, ...]) -> tuple[WriteDelay, ...]:
    """Of the copies of one dataset that writes wait for over circuits, by replication.

    A write waits for one round trip: twice the latency of the way.
    """
    found = []
    for copy in copies:
        if copy.kind in WAITING and copy.source is not None and copy.source != copy.site:
            found.append(_delay(feeds, copy))
    return tuple(found)


def _delay(feeds: Feeds, copy: Copy) -> WriteDelay:
    calm = calm_state(feeds.failovers)
    usual = _demand(calm, copy)
    budget = feeds.copies.estate.datasets[copy.dataset].write_budget
    missing: list[Missing] = []
    if budget is None:
        path = ("datasets", copy.dataset, "write_budget")
        missing.append(Missing(f"datasets/{copy.dataset}", "write_budget", path, "how long a write may wait"))
    if usual is None or usual.way.circuits is None:
        path = ("replications", copy.id, "over")
        missing.append(Missing(copy.element, "over", path, "which circuits carry it"))
        return WriteDelay(copy.element, None, None, "", budget, "unknown", "unknown", in_order(missing))
    first = feeds.failovers.ways.route(usual.way.circuits)
    ways = [("", first), *_other_ways(feeds, copy)]
    event, longest = max(
        ways, key=lambda way: (way[1].latency is None, way[1].latency or 0.0, way[1].circuits)
    )
    missing += [fact for _, route in ways for fact in route.missing if fact.field == "latency"]
    trips = [None if route.latency is None else 2.0 * route.latency for _, route in ways]
    bandwidths = {name: c.bandwidth for name, c in feeds.copies.estate.circuits.items()}
    missing += usual.missing
    carries: Tri = share_circuits(bandwidths, calm.demands).carries(usual)
    return WriteDelay(
        replication=copy.element,
        usual=trips[0],
        longest=None if longest.latency is None else 2.0 * longest.latency,
        longest_after=event,
        budget=budget,
        within=_within(trips, budget),
        carries=carries if usual.needed is not None else "unknown",
        missing=in_order(missing),
    )


def _demand(state: State, copy: Copy) -> Demand | None:
    return next((demand for demand in state.demands if demand.flow.replication == copy.id), None)


def _other_ways(feeds: Feeds, copy: Copy) -> Iterator[tuple[str, Route]]:
    """By first event of each state in which it goes another way: that way."""
    for state in feeds.states:
        demand = _demand(state, copy)
        if demand is not None and demand.moved and demand.way.circuits:
            yield state.events[0], feeds.failovers.ways.route(demand.way.circuits)


def _within(trips: list[float | None], budget: float | None) -> Tri:
    if budget is None:
        return "unknown"
    if any(trip is not None and trip > budget for trip in trips):
        return "no"
    return "unknown" if None in trips else "yes"
