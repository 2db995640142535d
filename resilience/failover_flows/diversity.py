"""Whether two ways share a duct, an exchange, an entrance or a carrier."""

from collections.abc import Iterable

from resilience.failover import Flow, Routed
from resilience.links import Ways
from resilience.results import Missing, Tri, in_order


def risks_on(ways: Ways, circuits: Iterable[str]) -> frozenset[str]:
    """The circuits of a way (`circuits/…`) and all risks that they run."""
    found: set[str] = set()
    for name in circuits:
        found |= {f"circuits/{name}"} | ways.risks[name]
    return frozenset(found)


def untold(ways: Ways, circuits: Iterable[str]) -> tuple[Missing, ...]:
    """Which of those circuits do not say by which segments or by which carrier they run."""
    found = []
    for name in circuits:
        circuit = ways.estate.circuits[name]
        for field, value in (("segments", circuit.segments), ("carrier", circuit.carrier)):
            if value is None:
                path = ("circuits", name, field)
                found.append(Missing(f"circuits/{name}", field, path, "whether two ways share a risk"))
    return in_order(found)


def diversity_of(
    ways: Ways, usual: Iterable[str], other: Iterable[str]
) -> tuple[Tri, tuple[str, ...], tuple[Missing, ...]]:
    """Whether two ways (as circuits) share nothing, what they share, and what is not told of them."""
    usual, other = tuple(usual), tuple(other)
    shares = tuple(sorted(risks_on(ways, usual) & risks_on(ways, other)))
    facts = untold(ways, dict.fromkeys((*usual, *other)))
    return ("no" if shares else "unknown" if facts else "yes"), shares, facts


def has_second_way(ways: Ways, flow: Flow, usual: Routed) -> tuple[Tri, tuple[Missing, ...]]:
    """Whether some other way to the same place shares no risk with the usual one; unknown where one does so
    only as far as its circuits are told."""
    if usual.circuits is None or usual.serving is None:
        return "no", ()
    if not usual.circuits:
        return "yes", ()
    risks = risks_on(ways, usual.circuits)
    hit = {name for name, found in ways.risks.items() if f"circuits/{name}" in risks or found & risks}
    silent = {name for name in ways.risks if untold(ways, [name])}
    facts = untold(ways, usual.circuits)
    if not facts and usual.serving in ways.tree(flow.user, hit | silent, only=flow.over):
        return "yes", ()
    second = ways.tree(flow.user, hit, only=flow.over).get(usual.serving)
    if second is None:
        return "no", ()
    return "unknown", in_order([*facts, *untold(ways, second[1])])
