"""Ways of replications: what a synchronous write waits for, today and over the longest way that can be
left."""

from resilience.links import Ways
from resilience.results import Missing, ReplicationRoutes, Route, Tri, in_order
from resilience.whereabouts import Whereabouts, by_id
from specs.data import Replication
from specs.issues import FieldPath
from specs.model import Estate


def replication_routes(estate: Estate, where: Whereabouts) -> tuple[ReplicationRoutes, ...]:
    """Every replication between two sites, by id."""
    ways = Ways(estate)
    found = []
    for name, copy in by_id(estate.replications):
        source = source_site(estate, where, copy)
        if source is not None and source != copy.target_site:
            found.append(_routes(ways, name, copy, f"sites/{source}", f"sites/{copy.target_site}"))
    return tuple(found)


def source_site(estate: Estate, where: Whereabouts, copy: Replication) -> str | None:
    """The site that a replication starts from: the dataset's home if the source platform is that, else its
    only site."""
    dataset = estate.datasets.get(copy.dataset)
    if dataset is not None and dataset.home.platform == copy.source:
        return dataset.home.site
    sites = where.platform_sites.get(copy.source, ())
    return sites[0] if len(sites) == 1 else None


def _routes(ways: Ways, name: str, copy: Replication, source: str, target: str) -> ReplicationRoutes:
    allowed = frozenset(copy.over)
    missing: list[Missing] = []

    def way(without: str) -> tuple[str, ...] | None:
        hit = {c for c, risks in ways.risks.items() if f"circuits/{c}" == without or without in risks}
        found = ways.tree(source, hit, only=allowed).get(target)
        return found[1] if found else None

    usual = way("")
    dataset = ways.estate.datasets.get(copy.dataset)
    budget = dataset.write_budget if dataset is not None else None
    if copy.mode == "synchronous" and budget is None:
        path = ("datasets", copy.dataset, "write_budget")
        missing.append(Missing(f"datasets/{copy.dataset}", "write_budget", path, "how long a write may wait"))
    if usual is None:
        fact: FieldPath = ("replications", name, "over") if copy.over else ("replications", name)
        missing.append(Missing(f"replications/{name}", "over", fact, "which circuits carry it"))
        return ReplicationRoutes(
            f"replications/{name}", None, None, "unknown", None, budget, in_order(missing)
        )
    events = {f"circuits/{circuit}" for circuit in usual}
    events |= {risk for circuit in usual for risk in ways.risks[circuit]}
    left = {event: way(event) for event in sorted(events)}
    routes = [ways.route(circuits) for circuits in left.values() if circuits is not None]
    untold = [circuit for circuits in left.values() for circuit in circuits or () if not _told(ways, circuit)]
    untold += [circuit for circuit in usual if not _told(ways, circuit)]
    for circuit in untold:
        path = ("circuits", circuit, "segments")
        missing.append(
            Missing(f"circuits/{circuit}", "segments", path, "which ducts and exchanges it shares")
        )
    survives: Tri = "no" if None in left.values() else "unknown" if untold else "yes"
    longest = _longest(routes)
    for route in [ways.route(usual), *routes]:
        missing += route.missing
    return ReplicationRoutes(
        replication=f"replications/{name}",
        usual=ways.route(usual),
        longest_surviving=longest,
        survives_any_single=survives,
        round_trip=2.0 * longest.latency if longest is not None and longest.latency is not None else None,
        budget=budget,
        missing=in_order(missing),
    )


def _told(ways: Ways, circuit: str) -> bool:
    found = ways.estate.circuits[circuit]
    return found.segments is not None and found.carrier is not None


def _longest(routes: list[Route]) -> Route | None:
    """The way of the greatest latency; one of unknown latency may be the longest, so it comes first."""
    return max(
        routes,
        key=lambda route: (route.latency is None, route.latency or 0.0, route.circuits),
        default=None,
    )
