"""What a partner country may read: commitments in bands, out of an allow-list of fields and nothing else.

Left out on purpose, whatever it says of the estate:

- names, ids, addresses, places, models, vendors, people: they are targets, or lead to them;
- verdicts, findings, single points, figures that were proved or measured: they are weaknesses, and one that
  is told only when it is good tells by its absence when it is bad;
- the digest of the specs: whoever guesses the specs could confirm the guess by it;
- exact counts, phases by name, and anything of sites and circuits: counts and the shape of the graph tell
  one estate from another, and where to cut it. Services are counted in bands and by what is owed alone.
"""

from collections import Counter
from dataclasses import dataclass

from policies.frameworks import FRAMEWORKS
from policies.report.head import Head, partner_head
from specs.findings import Judgement
from specs.header import Header
from specs.model import Estate
from specs.services import Scenario, Service
from specs.units import DIMENSIONS

SCENARIOS: tuple[Scenario, ...] = ("component", "site", "region", "cyber")

_MINUTE, _HOUR, _DAY = (dict(DIMENSIONS["duration"].units)[symbol] for symbol in ("min", "h", "d"))
TIME_BANDS: tuple[float, ...] = tuple(
    float(one) for one in (15 * _MINUTE, _HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY)
)
"""Seconds. A time is told as the first of these that it is not longer than: never as shorter than it is."""
AVAILABILITY_BANDS: tuple[float, ...] = (0.99999, 0.9999, 0.9995, 0.999, 0.995, 0.99)
"""A share of the year is told as the first of these that it reaches: never as more than it is."""
COUNT_BANDS: tuple[tuple[int, str], ...] = ((50, "50+"), (10, "10–49"), (1, "1–9"))
"""A count is told by the band that it reaches."""


@dataclass(frozen=True)
class Owed:
    """What is owed after one kind of loss, in bands."""

    rto: float | None
    """Seconds; None: longer than the longest band."""
    rpo: float | None
    """Seconds; None: longer than the longest band."""


@dataclass(frozen=True, order=True)
class Commitment:
    """What services of one kind are committed to; nothing tells one such service from another."""

    tier: int
    availability: float
    """Share of the year, in its band; 0 where it is in none or not stated."""
    owed: tuple[tuple[float, float], ...]
    """By scenario: RTO and RPO in seconds, in their bands; infinite beyond the last, negative where none is
    stated."""

    def of(self, scenario: Scenario) -> Owed | None:
        """What is owed in that scenario; None where nothing is stated."""
        rto, rpo = self.owed[SCENARIOS.index(scenario)]
        if rto < 0:
            return None
        return Owed(*(None if one == float("inf") else one for one in (rto, rpo)))


@dataclass(frozen=True)
class Group:
    """Services with the same commitments."""

    label: str
    """A letter or two, by the order of what is shown: it says nothing else."""
    commitment: Commitment
    many: str
    """How many, as a band."""


@dataclass(frozen=True)
class PartnerFacts:
    """All that the partner's report is made from."""

    head: Head
    groups: tuple[Group, ...]
    frameworks: tuple[tuple[str, str], ...]
    """Publisher and title of every framework that the rules bear on: the tool's, not the estate's."""


def partner_facts(header: Header, estate: Estate, judgement: Judgement, version: str) -> PartnerFacts:
    """The allow-list: this function alone reads the estate for the partner's report."""
    counted = Counter(_commitment(service) for service in estate.services.values())
    return PartnerFacts(
        partner_head(header, judgement, version),
        tuple(
            Group(letters(number), commitment, count_band(counted[commitment]))
            for number, commitment in enumerate(sorted(counted))
        ),
        tuple((one.publisher, one.title) for one in FRAMEWORKS.values()),
    )


def letters(number: int) -> str:
    """A label by position.

    >>> [letters(number) for number in (0, 25, 26, 51, 52)]
    ['A', 'Z', 'AA', 'AZ', 'BA']
    """
    found = ""
    number += 1
    while number:
        number, at = divmod(number - 1, 26)
        found = chr(ord("A") + at) + found
    return found


def count_band(count: int) -> str:
    """How many, roughly; nothing for none.

    >>> count_band(1), count_band(9), count_band(10), count_band(400), count_band(0)
    ('1–9', '1–9', '10–49', '50+', '')
    """
    return next((band for least, band in COUNT_BANDS if count >= least), "")


def time_band(seconds: float) -> float:
    """The least band that a time fits; infinite beyond the last.

    >>> time_band(0.0), time_band(901.0), time_band(1e9)
    (900.0, 3600.0, inf)
    """
    return next((band for band in TIME_BANDS if seconds <= band), float("inf"))


def availability_band(share: float | None) -> float:
    """The highest band that a share of the year reaches; 0 where it reaches none or is not stated.

    >>> availability_band(0.9997), availability_band(0.5), availability_band(None)
    (0.9995, 0.0, 0.0)
    """
    return next((band for band in AVAILABILITY_BANDS if share is not None and share >= band), 0.0)


def _commitment(service: Service) -> Commitment:
    owed = (getattr(service.objectives, scenario) for scenario in SCENARIOS)
    return Commitment(
        _UNSTATED if service.tier is None else service.tier,
        availability_band(service.availability_target),
        tuple((-1.0, -1.0) if one is None else (time_band(one.rto), time_band(one.rpo)) for one in owed),
    )


_UNSTATED = 9
"""Stands for a tier that is not stated, after all others."""
