"""A drawing of sites, circuits and the hazards they share: positions are computed, nothing is drawn here."""

from collections import defaultdict
from dataclasses import dataclass

from resilience.links import risks_of
from specs.model import Estate
from specs.networks import Circuit, CircuitEnd

WIDTH = 960.0
ROW_HEIGHT = 150.0
BOX_WIDTH = 150.0
BOX_HEIGHT = 56.0
_ROWS = (
    ("vault", "witness", "forensics"),
    ("primary", "dr"),
    ("operations", "other"),
    ("pop",),
)
"""Rows from the top, by role; what lies outside stands in the last."""


@dataclass(frozen=True)
class Place:
    """A site, or what lies outside, as a box."""

    key: str
    """Site id, or the name of what lies outside."""
    outside: bool
    role: str
    x: float
    """Centre."""
    y: float
    hazards: tuple[str, ...]
    """Ids of the hazards that it is exposed to."""


@dataclass(frozen=True)
class Line:
    """A circuit as a curve."""

    circuit: str
    kind: str
    ends: tuple[str, str]
    path: str
    """SVG path data."""
    x: float
    """Where its name stands."""
    y: float
    hazards: tuple[str, ...]
    """Ids of the ducts, exchanges and entrances that it runs through, and of its carrier's."""
    route_declared: bool
    encrypted: bool | None


@dataclass(frozen=True)
class Shared:
    """A hazard that takes down more than one thing."""

    hazard: str
    kind: str
    hits: tuple[str, ...]
    """`sites/id` and `circuits/id`."""


@dataclass(frozen=True)
class Topology:
    """The whole drawing."""

    height: float
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    shared: tuple[Shared, ...]


def topology(estate: Estate) -> Topology:
    """Sites in rows by role, circuits as curves between them, hazards with what they hit."""
    places = _places(estate)
    at = {place.key: place for place in places}
    lines = _lines(estate, at)
    height = max((place.y for place in places), default=0.0) + BOX_HEIGHT
    return Topology(height, tuple(places), tuple(lines), _shared(estate, places, lines))


def route_hazards(circuit: Circuit) -> tuple[str, ...]:
    """Ids of the hazards that the circuit's declared route and entrances run through."""
    risks = (risk.partition("/") for risk in risks_of(circuit))
    return tuple(sorted(name for collection, _, name in risks if collection == "hazards"))


def end_key(end: CircuitEnd) -> str:
    """What stands at that end of a circuit."""
    return end.site if end.site is not None else str(end.outside)


def _places(estate: Estate) -> list[Place]:
    outside = sorted(
        {str(end.outside) for circuit in estate.circuits.values() for end in circuit.ends if end.site is None}
        - set(estate.sites)
    )
    by_row = [
        sorted(
            (site.id for site in estate.sites.values() if site.role in row),
            key=lambda site: (row.index(estate.sites[site].role), site),
        )
        for row in _ROWS
    ]
    found: list[Place] = []
    y = BOX_HEIGHT
    for row in [*by_row, outside]:
        if not row:
            continue
        step = WIDTH / len(row)
        for index, key in enumerate(row):
            site = estate.sites.get(key) if row is not outside else None
            hazards = site.hazards if site else ()
            role = site.role if site else "outside"
            place = Place(key, site is None, role, round(step * (index + 0.5), 1), y, tuple(sorted(hazards)))
            found.append(place)
        y += ROW_HEIGHT
    return found


def _lines(estate: Estate, at: dict[str, Place]) -> list[Line]:
    together: dict[tuple[str, str], list[Circuit]] = defaultdict(list)
    for circuit in estate.circuits.values():
        a, b = sorted(end_key(end) for end in circuit.ends)
        together[a, b].append(circuit)
    return [
        _line(circuit, at[a], at[b], (index - (len(circuits) - 1) / 2) * 46)
        for (a, b), circuits in sorted(together.items())
        for index, circuit in enumerate(circuits)
    ]


def _line(circuit: Circuit, a: Place, b: Place, bend: float) -> Line:
    length = max(1.0, ((b.x - a.x) ** 2 + (b.y - a.y) ** 2) ** 0.5)
    across = ((a.y - b.y) / length, (b.x - a.x) / length)
    middle = ((a.x + b.x) / 2 + across[0] * bend * 2, (a.y + b.y) / 2 + across[1] * bend * 2)
    label = ((a.x + b.x) / 2 + across[0] * bend, (a.y + b.y) / 2 + across[1] * bend)
    return Line(
        circuit=circuit.id,
        kind=circuit.kind,
        ends=(a.key, b.key),
        path=f"M{a.x:.1f} {a.y:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {b.x:.1f} {b.y:.1f}",
        x=round(label[0], 1),
        y=round(label[1], 1),
        hazards=route_hazards(circuit),
        route_declared=circuit.segments is not None,
        encrypted=None if circuit.encryption is None else circuit.encryption != "none",
    )


def _shared(estate: Estate, places: list[Place], lines: list[Line]) -> tuple[Shared, ...]:
    hits: dict[str, set[str]] = defaultdict(set)
    for place in places:
        for hazard in place.hazards:
            hits[hazard].add(f"sites/{place.key}")
    for line in lines:
        for hazard in line.hazards:
            hits[hazard].add(f"circuits/{line.circuit}")
    for declared in estate.hazards.values():
        hits[declared.id] |= {one for one in declared.exposed if one.startswith(("sites/", "circuits/"))}
    return tuple(
        Shared(hazard, estate.hazards[hazard].kind, tuple(sorted(struck)))
        for hazard, struck in sorted(hits.items())
        if hazard in estate.hazards and len(struck) > 1
    )
