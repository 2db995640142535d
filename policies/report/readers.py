"""The four readers of a report, and which facts each one's page is made from: choices out of one table."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from policies.facts import Facts
from policies.report.charts import (
    LONGEST_BAR,
    Use,
    downtimes,
    gravest_bars,
    phases_shown,
    recovery_bars,
    rooms_by_phase,
    timeline,
)
from policies.report.compliance import framework_parts, rule_findings
from policies.report.elevations import elevations, total
from policies.report.head import head_of
from policies.report.partner import SCENARIOS, partner_facts
from policies.report.purchases import phase_plans
from policies.report.topology import BOX_HEIGHT, BOX_WIDTH, WIDTH, topology
from policies.rule import Rule
from policies.rules import RULES
from resilience.analysis import Analysis
from resilience.proof import Proof
from resilience.proof_summary import Answer, Question, asked, by_service
from resilience.results import SinglePoint
from specs.findings import Judgement, Severity, Verdict
from specs.loading import Loaded
from specs.model import Estate
from specs.services import Service

Reader = Literal["decision-maker", "compliance", "engineer", "partner"]
"""Who reads: on one page what to decide; control by control; element by element; a partner country."""
READERS: Final[tuple[Reader, ...]] = get_args(Reader)

MOST_CAUSES = 5
"""Causes on the decision-maker's page."""
MOST_SERVICES = 8
"""Services in a chart of the decision-maker's page."""


@dataclass(frozen=True)
class Proved:
    """Deep proofs of the estate that the page shows."""

    proof: Proof
    answers: tuple[Answer, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Questions that any service has an answer to."""
        return asked(self.answers)

    @property
    def rows(self) -> Mapping[str, Mapping[Question, Answer]]:
        """By service, then question."""
        return by_service(self.answers)


@dataclass(frozen=True)
class Subject:
    """All that any reader's page may be made from."""

    loaded: Loaded
    estate: Estate
    """As of the judgement's phase."""
    judgement: Judgement
    analysis: Analysis
    version: str
    """The tool's."""
    proved: Proved | None
    rules: tuple[Rule, ...] = RULES
    """What it was judged by."""


USE_WORDS: Final[Mapping[Use, str]] = {
    "it_load": "it_load",
    "units_used": "units_share",
    "services_calm": "tightest_calm",
    "services_lost": "tightest_lost",
}
"""Key of the word for each."""


def facts_for(reader: Reader, subject: Subject) -> Mapping[str, Any]:
    """What the template of that reader is given, and nothing else."""
    return _FACTS[reader](subject)


def _common(subject: Subject) -> dict[str, Any]:
    header, judgement = subject.loaded.estate.estate, subject.judgement
    return {
        "head": head_of(header, judgement, subject.version),
        "estate": subject.estate,
        "judgement": judgement,
        "analysis": subject.analysis,
        "proved": subject.proved,
        "rules": {rule.id: rule for rule in subject.rules},
        "severities": tuple(Severity),
        "having": {verdict.value: judgement.having(verdict) for verdict in Verdict},
    }


def _charts(subject: Subject) -> dict[str, Any]:
    proved, estate = subject.proved, subject.estate
    bars = recovery_bars(subject.analysis, proved.answers if proved else None)
    availability = proved.proof.availability if proved else None
    return {
        "bars": bars,
        "gravest": gravest_bars(bars, estate),
        "downtimes": downtimes(availability or (), estate),
        "fullness": rooms_by_phase(subject.loaded.estate),
        "phases_shown": phases_shown(subject.loaded.estate),
        "phase_names": {one.id: one.name or one.id for one in subject.loaded.estate.estate.phases},
        "longest_bar": LONGEST_BAR,
        "use_words": USE_WORDS,
    }


def _decision_maker(subject: Subject) -> dict[str, Any]:
    return {
        **_common(subject),
        **_charts(subject),
        "plans": phase_plans(subject.loaded.estate),
        "most_causes": MOST_CAUSES,
        "most_services": MOST_SERVICES,
    }


def _compliance(subject: Subject) -> dict[str, Any]:
    return {
        **_common(subject),
        "frameworks": framework_parts(subject.judgement, subject.estate, subject.judgement.on, subject.rules),
        "results": rule_findings(subject.judgement, subject.rules),
    }


def _engineer(subject: Subject) -> dict[str, Any]:
    estate, whole = subject.estate, subject.loaded.estate
    return {
        **_common(subject),
        **_charts(subject),
        "timeline": timeline(estate, subject.judgement.on),
        "plans": phase_plans(whole),
        "rooms": elevations(estate),
        "topology": topology(estate),
        "canvas": {"width": WIDTH, "box_width": BOX_WIDTH, "box_height": BOX_HEIGHT},
        "sites": _sites(estate),
        "services": sorted(estate.services.values(), key=_importance),
        "standings": _standings(estate, subject.analysis),
    }


def _partner(subject: Subject) -> dict[str, Any]:
    facts = partner_facts(subject.loaded.estate.estate, subject.estate, subject.judgement, subject.version)
    return {"head": facts.head, "facts": facts, "scenarios": SCENARIOS}


_FACTS: Final[Mapping[Reader, Callable[[Subject], Mapping[str, Any]]]] = {
    "decision-maker": _decision_maker,
    "compliance": _compliance,
    "engineer": _engineer,
    "partner": _partner,
}


def _standings(estate: Estate, analysis: Analysis) -> Mapping[str, Mapping[str, Any]]:
    """By service: what of its own can fail alone, and what takes whole sites or every device of a kind."""
    of_sites = {f"hazards/{hazard}" for site in estate.sites.values() for hazard in site.hazards}
    return {
        standing.service.rpartition("/")[2]: {
            "proof": standing,
            "narrow": [point for point in standing.single_points if _is_narrow(point, of_sites)],
            "wide": [point for point in standing.single_points if not _is_narrow(point, of_sites)],
        }
        for standing in analysis.standings
    }


def _is_narrow(point: SinglePoint, of_sites: Collection[str]) -> bool:
    return point.category not in ("site", "common-cause") and point.event not in of_sites


def _importance(service: Service) -> tuple[float, str]:
    """Services that all stands on first; those of no declared tier last."""
    return float("inf") if service.tier is None else service.tier, service.id


def _sites(estate: Estate) -> tuple[Mapping[str, Any], ...]:
    rooms = {room.id: room.site for room in estate.rooms.values()}
    racks = {rack.id: rooms[rack.room] for rack in estate.racks.values()}
    at = Facts(estate).device_sites
    order = ("primary", "dr", "vault", "witness", "operations", "forensics", "pop", "other")
    return tuple(
        {
            "site": site,
            "rooms": sum(place == site.id for place in rooms.values()),
            "racks": sum(place == site.id for place in racks.values()),
            "devices": sum(place == site.id for place in at.values()),
            "load": total(estate, (device for device in estate.devices.values() if at[device.id] == site.id)),
        }
        for site in sorted(estate.sites.values(), key=lambda site: (order.index(site.role), site.id))
    )
