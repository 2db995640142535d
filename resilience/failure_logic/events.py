"""Basic events with their steady-state figures, and where each figure comes from."""

from dataclasses import dataclass
from typing import Final, Literal

from resilience.results import Category, Missing
from specs.base import Estimate, Reliability
from specs.cooling import CoolingElement
from specs.issues import FieldPath
from specs.model import Estate
from specs.places import HazardKind

SECONDS_A_YEAR: Final = 365.25 * 86_400.0

EventKind = Literal["hardware", "hazard", "software", "human-error", "demand", "uncounted"]
"""What sort of event: a piece of equipment or a circuit fails; a hazard strikes; declared software faults
(hazards of kind `firmware` or `software`) and human error (`human-error`); a standby does not come when it is
called; and what may be lost but has no figure of its own in the format (a rack, a cable, a whole site): it
stands in cut sets and adds nothing to figures."""

_OF_HAZARDS: dict[HazardKind, EventKind] = {
    "firmware": "software",
    "software": "software",
    "human-error": "human-error",
}


@dataclass(frozen=True)
class BasicEvent:
    """Something that happens by itself, independent of every other event."""

    name: str
    """Its node in the graph of needs."""
    kind: EventKind
    category: Category
    unavailability: float | None
    """Share of time in which it prevails; of a demand the probability that it fails. None: unknown."""
    frequency: float | None
    """How often a year it begins; 0 for a demand. None: unknown."""
    basis: str
    """What the figures were made from, in words."""
    path: FieldPath
    """The fact they come from."""
    missing: tuple[Missing, ...] = ()
    """Undeclared facts without which the figures are unknown."""


def steady_state(mtbf: float, mttr: float) -> tuple[float, float]:
    """Share of time away, and failures a second, of what is away for `mttr` after running for `mtbf` (both in
    seconds, on average; whatever their distributions, by the renewal theorem; IEC 61078, IEC 60050-192).

    >>> steady_state(mtbf=99.0, mttr=1.0)
    (0.01, 0.01)
    """
    cycle = mtbf + mttr
    return mttr / cycle, 1.0 / cycle


def mean_of(estimate: Estimate) -> float:
    """Mean of a three-point estimate in seconds: (low + 4 × likely + high) / 6 (PERT; Malcolm and others,
    Operations Research 7, 1959).

    >>> mean_of(Estimate(low="1 s", likely="2 s", high="9 s"))
    3.0
    """
    return (estimate.low + 4.0 * estimate.likely + estimate.high) / 6.0


def basic_event(estate: Estate, name: str, category: Category) -> BasicEvent:
    """The event of that node; `name` is an element or a common cause."""
    collection, _, key = name.partition("/")
    if collection == "hazards":
        return _hazard(estate, name, key, category)
    if collection == "devices":
        return _device(estate, name, key, category)
    element = estate.power.get(key) if collection == "power" else None
    found = element or (estate.cooling.get(key) if collection == "cooling" else estate.circuits.get(key))
    if collection in ("power", "cooling", "circuits") and found is not None:
        contract = estate.contracts.get(found.contract or "")
        repair = contract.repair if contract is not None else None
        bare = found.reliability.mtbf is None and found.reliability.mttr is None
        if bare and isinstance(found, CoolingElement) and found.kind in ("loop", "buffer"):
            why = "pipes have no figure unless one is declared"
            return _uncounted(name, category, (collection, key), why)
        return _repairable(name, category, found.reliability, repair, (collection, key, "reliability"), name)
    return _uncounted(
        name, category, (collection, key), "the format has no figure for it; a hazard can name it"
    )


def _uncounted(name: str, category: Category, path: FieldPath, why: str) -> BasicEvent:
    return BasicEvent(name, "uncounted", category, 0.0, 0.0, why, path)


def _device(estate: Estate, name: str, key: str, category: Category) -> BasicEvent:
    device = estate.devices[key]
    model = estate.models.get(device.model)
    contract = estate.contracts.get(device.contract or "")
    return _repairable(
        name,
        category,
        model.reliability if model is not None else Reliability(),
        contract.repair if contract is not None else None,
        ("models", device.model, "reliability"),
        f"models/{device.model}",
    )


def _repairable(
    name: str,
    category: Category,
    reliability: Reliability,
    agreed: float | None,
    path: FieldPath,
    element: str,
) -> BasicEvent:
    """From MTBF and MTTR; where no MTTR is declared, the repair that the contract promises."""
    mtbf = reliability.mtbf
    mttr = reliability.mttr if reliability.mttr is not None else agreed
    if mtbf is not None and mttr is not None and mtbf + mttr > 0:
        share, rate = steady_state(mtbf, mttr)
        source = "MTTR" if reliability.mttr is not None else "contracted repair"
        basis = f"MTBF {mtbf / 3600:g} h, {source} {mttr / 3600:g} h of {element}"
        return BasicEvent(name, "hardware", category, share, rate * SECONDS_A_YEAR, basis, path)
    lacking = [field for field, value in (("mtbf", mtbf), ("mttr", mttr)) if value is None] or ["mtbf"]
    matters = {"mtbf": "how often it fails", "mttr": "how long it is away once it has failed"}
    missing = tuple(
        Missing(element, f"reliability.{field}", (*path, field), matters[field]) for field in lacking
    )
    return BasicEvent(name, "hardware", category, None, None, "undeclared", path, missing)


def _hazard(estate: Estate, name: str, key: str, category: Category) -> BasicEvent:
    hazard = estate.hazards.get(key)
    path: FieldPath = ("hazards", key)
    if hazard is None:
        return _uncounted(name, category, path, "named, and not declared")
    if hazard.cause_of == "degradation":
        return _uncounted(name, category, path, "costs reserve and takes nothing down")
    kind = _OF_HAZARDS.get(hazard.kind, "hazard")
    if hazard.frequency is not None and hazard.duration is not None:
        away = mean_of(hazard.duration) / SECONDS_A_YEAR
        cycle = 1.0 + hazard.frequency * away
        basis = f"{hazard.frequency:g} a year, {away * SECONDS_A_YEAR / 3600:g} h on average"
        return BasicEvent(
            name, kind, category, hazard.frequency * away / cycle, hazard.frequency / cycle, basis, path
        )
    missing = tuple(
        Missing(name, field, (*path, field), matters)
        for field, value, matters in (
            ("frequency", hazard.frequency, "how often it strikes"),
            ("duration", hazard.duration, "how long what it takes is away"),
        )
        if value is None
    )
    return BasicEvent(name, kind, category, None, None, "undeclared", path, missing)
