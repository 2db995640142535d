"""Services that can be brought back only through each other."""

from collections.abc import Iterator

import networkx as nx

from resilience.results import Deadlock
from resilience.site_loss import SiteRecovery, Ties
from resilience.sweep import Sweep
from resilience.whereabouts import by_id


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
        held = sorted({*members, *(s for s in loss.recovering if set(members) & set(loss.all_before(s)))})
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
