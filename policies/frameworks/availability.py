"""What availability classes ask of a site's power and cooling, as far as a spec can show it, site by site.

Criteria by rule are counted where their findings stand. Three are worked out from the needs of the estate:
what each element of power and cooling takes down by its absence (3.3) and by its failure (4.1), and whether
rooms and fire compartments keep paths apart (4.3). Each looks at vital equipment: whatever tiers 0 and 1
stand on or are reached through. Nothing here says that a class, rating or tier is reached.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from policies.case import Shared
from policies.facts import Facts
from policies.frameworks.catalogue import Control, catalogue
from policies.frameworks.evidence import ControlEvidence, Technical, worst
from resilience.analysis import Analysis
from resilience.failure_sweep.timetable import BYPASSES, can_be_bypassed
from resilience.sweep import Sweep
from specs.findings import Finding, Judgement, Verdict
from specs.model import Estate
from specs.power import PowerElement

KEY: Final = "availability-classes"
"""The framework of these criteria."""

MAINTAINED, SINGLE_FAILURE, APART = "3.3", "4.1", "4.3"
"""Criteria that are worked out from the estate's needs."""


@dataclass(frozen=True)
class SiteCriterion:
    """One criterion at one site."""

    control: Control
    technical: Technical
    against: tuple[str, ...]
    """Elements or findings that contradict it, or leave it unknown; by name."""
    looked_at: int
    """Elements and outcomes that were looked at."""


@dataclass(frozen=True)
class SiteAvailability:
    """What there is to say of one site, class by class."""

    site: str
    """Its id."""
    criteria: tuple[SiteCriterion, ...]
    """In the order of their numbers."""

    def of_class(self, number: int) -> Technical:
        """The worst of the criteria that a class asks for by itself."""
        return worst(one.technical for one in self.criteria if one.control.group == str(number))

    @property
    def supported(self) -> int:
        """The highest class of which evidence supports all that was looked at, with every class below, or 0.
        It is no verdict: each class asks for more than a spec can show."""
        found = 0
        for number in range(1, 5):
            if self.of_class(number) is not Technical.SUPPORTS:
                break
            found = number
        return found

    @property
    def stopped_by(self) -> tuple[SiteCriterion, ...]:
        """What stands against the class after that: its criteria that do not support it, though looked at."""
        wanted = (Technical.CONTRADICTS, Technical.UNKNOWN)
        group = str(self.supported + 1)
        return tuple(one for one in self.criteria if one.control.group == group and one.technical in wanted)


def availability_by_site(
    judgement: Judgement, estate: Estate, analysis: Analysis | None = None
) -> tuple[SiteAvailability, ...]:
    """Every site with vital equipment, by id; `analysis` is that of the same estate, where there is one."""
    shared = Shared(estate)
    facts = shared.facts
    sweep = (analysis or shared.analysis).sweep
    by_site = {site: _Site(estate, facts, sweep, site) for site in facts.critical_sites}
    findings = _by_rule_and_site(judgement, facts)
    return tuple(
        SiteAvailability(
            site, tuple(_criterion(one, held, findings) for one in catalogue(KEY).controls.values())
        )
        for site, held in sorted(by_site.items())
    )


def with_sites(
    evidence: Sequence[ControlEvidence], sites: Sequence[SiteAvailability]
) -> tuple[ControlEvidence, ...]:
    """The same evidence, where criteria of these classes also count what was worked out site by site."""
    found: dict[str, list[Technical]] = {}
    for site in sites:
        for one in site.criteria:
            found.setdefault(one.control.key, []).append(one.technical)
    return tuple(
        replace(one, technical=worst((one.technical, *found[one.control.key])))
        if one.control.key in found
        else one
        for one in evidence
    )


def _criterion(
    control: Control, site: "_Site", findings: Mapping[tuple[str, str], Sequence[Finding]]
) -> SiteCriterion:
    found = [one for rule in control.rules for one in findings.get((rule, site.name), ())]
    verdicts = [_TECHNICAL[one.verdict] for one in found]
    against = [one.key for one in found if one.verdict is not Verdict.PASS]
    looked_at = len(found)
    if control.id in (MAINTAINED, SINGLE_FAILURE, APART):
        by_id = {MAINTAINED: site.maintained, SINGLE_FAILURE: site.failing, APART: site.apart}
        computed = by_id[control.id]()
        verdicts += [one.technical for one in computed]
        against += [one.element for one in computed if one.technical is not Technical.SUPPORTS]
        looked_at += len(computed)
    return SiteCriterion(control, worst(verdicts), tuple(sorted(set(against))), looked_at)


_TECHNICAL: Final[Mapping[Verdict, Technical]] = {
    Verdict.PASS: Technical.SUPPORTS,
    Verdict.FAIL: Technical.CONTRADICTS,
    Verdict.WAIVED: Technical.CONTRADICTS,
    Verdict.UNKNOWN: Technical.UNKNOWN,
}


_MAINS: Final[frozenset[str]] = frozenset({"generator", "ups"})


@dataclass(frozen=True)
class _Looked:
    """An element that was looked at, and what came of it."""

    element: str
    technical: Technical


@dataclass(frozen=True)
class _Site:
    """The vital equipment of a site, and what takes it down."""

    estate: Estate
    facts: Facts
    sweep: Sweep
    name: str

    def failing(self) -> list[_Looked]:
        """Each element of power and cooling by what its failure takes down."""
        return [_Looked(name, self._verdict(self._takes(name))) for name in self._utilities()]

    def maintained(self) -> list[_Looked]:
        """Each of them by what its absence takes down, a bypass standing in where one is declared."""
        found = []
        for name in self._utilities():
            collection, _, key = name.partition("/")
            power = self.estate.power.get(key) if collection == "power" else None
            technical = self._verdict(self._takes(name))
            if technical is Technical.CONTRADICTS and power is not None:
                if can_be_bypassed(power):
                    technical = Technical.SUPPORTS
                elif power.kind in BYPASSES and power.bypass is None:
                    technical = Technical.UNKNOWN
            found.append(_Looked(name, technical))
        return found

    def apart(self) -> list[_Looked]:
        """Each room and fire compartment: whether its loss takes vital equipment that stands elsewhere, or it
        holds sources or batteries of more than one path."""
        rooms = {key: room for key, room in self.estate.rooms.items() if room.site == self.name}
        compartments = sorted({room.fire_compartment for room in rooms.values() if room.fire_compartment})
        places = {f"rooms/{key}": {key} for key in sorted(rooms)}
        for one in compartments:
            inside = {key for key, room in rooms.items() if room.fire_compartment == one}
            places[f"fire_compartments/{self.name}/{one}"] = inside
        found = []
        for name, inside in places.items():
            beside = {key for key in self._devices if self.facts.device_rooms.get(key) not in inside}
            paths = {one.path for one in self._mains if one.room in inside and one.path is not None}
            found.append(_Looked(name, self._verdict(self._takes(name) & beside or len(paths) > 1)))
        nowhere = [one for one in self._mains if one.room is None]
        return [*found, *(_Looked(f"power/{one.id}", Technical.UNKNOWN) for one in nowhere)]

    @cached_property
    def _mains(self) -> tuple[PowerElement, ...]:
        """Generators and batteries of the site: what paths are told apart by."""
        return tuple(
            one for one in self.estate.power.values() if one.site == self.name and one.kind in _MAINS
        )

    @cached_property
    def _devices(self) -> frozenset[str]:
        sites = self.facts.device_sites
        return frozenset(key for key in self.facts.critical_devices if sites.get(key) == self.name)

    def _utilities(self) -> Iterator[str]:
        for collection in ("power", "cooling"):
            for key in sorted(self.estate.collection(collection)):
                if self.name in self.facts.sites_of(f"{collection}/{key}"):
                    yield f"{collection}/{key}"

    def _takes(self, event: str) -> set[str]:
        """Vital devices of the site that are lost with the event."""
        number = self.sweep.numbers.get(event)
        if number is None:
            return set()
        return {device for device in self._devices if self.sweep.lost_in(f"devices/{device}") >> number & 1}

    def _verdict(self, against: object) -> Technical:
        if against:
            return Technical.CONTRADICTS
        return Technical.UNKNOWN if self._undeclared else Technical.SUPPORTS

    @cached_property
    def _undeclared(self) -> bool:
        """Whether a fact about power or cooling of the site is undeclared that could hide a dependency."""
        return any(
            one.element.partition("/")[0] in ("power", "cooling", "racks", "rooms") or one.field == "feeds"
            for one in self.sweep.graph.missing
            if self.name in self.facts.sites_of(one.element)
        )


def _by_rule_and_site(judgement: Judgement, facts: Facts) -> Mapping[tuple[str, str], Sequence[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in judgement.outcomes:
        for site in facts.sites_of(finding.element):
            found.setdefault((finding.rule, site), []).append(finding)
    return found
