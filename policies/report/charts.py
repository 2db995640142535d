"""What the charts show: availability, room by phase, recovery and drills, each beside what is owed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policies.exercises import Held, exercises_held
from policies.facts import Facts
from policies.report.elevations import elevations, total
from resilience.analysis import Analysis, analyse
from resilience.availability.results import ServiceAvailability
from resilience.headroom import headrooms
from resilience.proof_summary import Answer
from resilience.results import Tri
from specs.header import TODAY
from specs.model import Estate
from specs.services import CRITICAL_TIER

LONGEST_BAR = 1.5
"""Times what is owed at which a bar is cut; the figure beside it says how much it is."""


@dataclass(frozen=True)
class Bar:
    """A figure beside what is owed."""

    service: str
    """`services/ID`."""
    question: str
    """Which figure, as `resilience.proof_summary.Question` names it."""
    figure: float | None
    """Seconds; None: unknown, or it never comes back."""
    target: float
    """Seconds."""
    holds: Tri

    @property
    def share(self) -> float | None:
        """Of what is owed, no more than the longest bar, which stands for never; None: unknown.

        >>> Bar("services/a", "RTO site", 900.0, 3600.0, "yes").share
        0.25
        """
        if self.figure is None:
            return LONGEST_BAR if self.holds == "no" else None
        return _cut(self.figure, self.target)


@dataclass(frozen=True)
class Downtime:
    """How long a service is down in a year, beside what its target allows."""

    service: str
    """`services/ID`."""
    target: float
    """Share of the year."""
    low: float
    """Minutes."""
    high: float
    """Minutes."""
    allowed: float
    """Minutes."""
    holds: Tri

    @property
    def shares(self) -> tuple[float, float]:
        """Both bounds, of what is allowed, no more than the longest bar."""
        return _cut(self.low, self.allowed), _cut(self.high, self.allowed)


Use = Literal["it_load", "units_used", "services_calm", "services_lost"]
"""Power of equipment at a site, rack units at a site, the tightest platform of any service in calm, and after
the loss of the site that leaves it least."""


@dataclass(frozen=True)
class Room:
    """How much is used of something, phase by phase."""

    use: Use
    site: str
    """Id; empty where it is of the whole estate."""
    shares: tuple[float | None, ...]
    """By phase, the last being that of the end; None: not known."""


@dataclass(frozen=True)
class Holding:
    """An exercise, and whether what it measured is within what is owed."""

    day: str
    kind: str
    scenario: str
    on_estate: bool
    rta: float | None
    rpa: float | None
    within: Tri
    """Within every objective that a figure was measured of; unknown where none was."""


@dataclass(frozen=True)
class Mark:
    """One exercise on the line of time."""

    x: float
    """Share of the line."""
    held: Holding


@dataclass(frozen=True)
class Lane:
    """One service's exercises."""

    service: str
    """`services/ID`."""
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Timeline:
    """All exercises, from the first day shown to the last."""

    starts: date
    ends: date
    years: tuple[tuple[int, float], ...]
    """Each new year within it, and where it stands."""
    lanes: tuple[Lane, ...]
    """Services that were exercised, and those that must be."""


def _cut(figure: float, owed: float) -> float:
    return min(LONGEST_BAR, figure / owed) if owed > 0 else (LONGEST_BAR if figure > 0 else 0.0)


def recovery_bars(analysis: Analysis, answers: Iterable[Answer] | None) -> tuple[Bar, ...]:
    """Recovery time and point of every service beside what it owes, by service, then question.

    Out of the proofs where there are any; else the time after the loss of the site that takes it longest.
    """
    if answers is not None:
        return tuple(
            Bar(one.service, one.question, one.figure, one.target, one.holds)
            for one in answers
            if one.question[:3] in ("RTO", "RPO") and one.target is not None
        )
    worst: dict[str, Bar] = {}
    for recovery in analysis.recoveries:
        for one in recovery.predictions:
            if one.objective is None:
                continue
            name = one.service if "/" in one.service else f"services/{one.service}"
            bar = Bar(name, "RTO site", one.counted, one.objective, one.met)
            if name not in worst or _gravity(bar) < _gravity(worst[name]):
                worst[name] = bar
    return tuple(worst[name] for name in sorted(worst))


def _gravity(bar: Bar) -> tuple[int, float]:
    """The worst first."""
    share = bar.share
    return ("no", "unknown", "yes").index(bar.holds), -(LONGEST_BAR + 1 if share is None else share)


def gravest_bars(bars: Iterable[Bar], estate: Estate) -> tuple[Bar, ...]:
    """By service its worst, the most vital services first."""
    worst: dict[str, Bar] = {}
    for bar in bars:
        if bar.service not in worst or _gravity(bar) < _gravity(worst[bar.service]):
            worst[bar.service] = bar
    return tuple(
        sorted(worst.values(), key=lambda bar: (_tier(estate, bar.service), *_gravity(bar), bar.service))
    )


def _tier(estate: Estate, service: str) -> float:
    found = estate.services.get(service.partition("/")[2])
    return float("inf") if found is None or found.tier is None else found.tier


def downtimes(found: Iterable[ServiceAvailability], estate: Estate) -> tuple[Downtime, ...]:
    """Every service with a target, the most vital first."""
    rows = [
        Downtime(
            one.service,
            one.target,
            one.downtime_minutes.low,
            one.downtime_minutes.high,
            one.allowed_minutes,
            one.met,
        )
        for one in found
        if one.target is not None and one.allowed_minutes is not None and one.met is not None
    ]
    return tuple(sorted(rows, key=lambda row: (_tier(estate, row.service), row.service)))


def phases_shown(whole: Estate) -> tuple[str, ...]:
    """Today and every phase."""
    return (TODAY, *(phase.id for phase in whole.estate.phases))


def rooms_by_phase(whole: Estate) -> tuple[Room, ...]:
    """How full sites, racks and platforms are in every phase of the whole plan."""
    estates = [whole.as_of(phase) for phase in phases_shown(whole)]
    equipped = {site for estate in estates for site in _equipped(estate)}
    sites = sorted(equipped, key=lambda site: (_ROLES.index(whole.sites[site].role), site))
    found = [
        Room(use, site, tuple(share(estate, site) for estate in estates))
        for site in sites
        for use, share in _SITE_USES
    ]
    tightest = [_tightest(estate) for estate in estates]
    found.append(Room("services_calm", "", tuple(calm for calm, _ in tightest)))
    found.append(Room("services_lost", "", tuple(lost for _, lost in tightest)))
    return tuple(room for room in found if any(share is not None for share in room.shares))


_ROLES = ("primary", "dr", "vault", "witness", "operations", "forensics", "pop", "other")
"""The most telling sites first."""


def _equipped(estate: Estate) -> set[str]:
    return {room.site for rack in estate.racks.values() if (room := estate.rooms.get(rack.room)) is not None}


def _power_share(estate: Estate, site: str) -> float | None:
    place = estate.sites.get(site)
    if place is None or not place.power_limit:
        return None
    at = Facts(estate).device_sites
    load = total(estate, (device for device in estate.devices.values() if at.get(device.id) == site))
    return None if load is None else load / place.power_limit


def _unit_share(estate: Estate, site: str) -> float | None:
    racks = [rack for room in elevations(estate) if room.site == site for rack in room.racks]
    units = sum(rack.units for rack in racks)
    return sum(rack.used for rack in racks) / units if units else None


_SITE_USES: tuple[tuple[Use, Callable[[Estate, str], float | None]], ...] = (
    ("it_load", _power_share),
    ("units_used", _unit_share),
)


def _tightest(estate: Estate) -> tuple[float | None, float | None]:
    """Share used of what binds the service with the least room, in calm and after a site's loss."""
    rooms = [room for room in headrooms(analyse(estate)) if room.calm_at or room.without_site_at]
    calm, lost = [room.calm for room in rooms], [room.without_site for room in rooms]
    return _used(calm), _used(lost)


def _used(free: list[float | None]) -> float | None:
    known = [one for one in free if one is not None]
    return 1.0 - min(known) if known and len(known) == len(free) else None


def timeline(estate: Estate, on: date) -> Timeline | None:
    """Exercises of services until that day; None where nothing was exercised and nothing must be."""
    held = {
        service: [one for one in found if one.day <= on.isoformat()]
        for service, found in exercises_held(estate).items()
        if service in estate.services
    }
    days = [date.fromisoformat(one.day) for found in held.values() for one in found]
    vital = {
        service.id
        for service in estate.services.values()
        if service.tier is not None and service.tier <= CRITICAL_TIER
    }
    shown = sorted({service for service, found in held.items() if found} | vital)
    if not shown:
        return None
    starts = date(min([*days, on]).year, 1, 1)
    span = max(1, (on - starts).days)

    def at(day: date) -> float:
        return round((day - starts).days / span, 4)

    return Timeline(
        starts,
        on,
        tuple((year, at(date(year, 1, 1))) for year in range(starts.year, on.year + 1)),
        tuple(
            Lane(
                f"services/{service}",
                tuple(
                    Mark(at(date.fromisoformat(one.day)), _holding(estate, service, one))
                    for one in held.get(service, ())
                ),
            )
            for service in sorted(shown, key=lambda one: (_tier(estate, f"services/{one}"), one))
        ),
    )


def _holding(estate: Estate, service: str, held: Held) -> Holding:
    owed = getattr(estate.services[service].objectives, held.scenario)
    within: Tri = "unknown"
    if owed is not None:
        measured = [
            (value, limit)
            for value, limit in ((held.rta, owed.rto), (held.rpa, owed.rpo))
            if value is not None
        ]
        if measured:
            within = "yes" if all(value <= limit for value, limit in measured) else "no"
    return Holding(held.day, held.kind, held.scenario, held.on_estate, held.rta, held.rpa, within)
