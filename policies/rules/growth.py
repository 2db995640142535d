"""CAP: room left at the end of each phase, for power, heat, equipment and data."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount, number
from resilience.capacity import capacity_of
from resilience.loads import draw_of
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, say

YEAR = 365.25
"""Days."""


@dataclass
class _Site:
    """What stands at a site, added up."""

    watts: float = 0.0
    heat: float = 0.0
    taken: float = 0.0
    units: int = 0
    silent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By resource: elements whose share is not declared."""
    racks: list[str] = field(default_factory=list)


@rule(
    "CAP-001",
    "growth",
    severity=Severity.MEDIUM,
    title="At the end of the phase a fifth of power, cooling, rack units and storage is still free",
    rationale="A site is full long before it is full: the last fifth is what failures, peaks and late "
    "deliveries live on, and what replaces it takes years to build.",
    remediation="Bring the next extension forward, spread load over sites, or retire what is old.",
    references=(
        nist("CP-2(2)", "SC-6", "AU-4"),
        csf("PR.IR-04"),
        iso27001("A.8.6"),
        iso22301("8.3.4"),
    ),
    parameters=(
        Parameter(
            "share",
            0.8,
            "Greatest share of a capacity that is planned to be taken.",
            "judgement: what planners of electrical systems and storage keep as reserve",
            "fraction",
        ),
    ),
    scope="Power, cooling and rack units of each site with devices, and each platform that data lies on, "
    "grown to the last day of the phase.",
    unknown_when="a limit, a capacity, a draw, a size or, in a later phase, a growth is not declared",
    bad="sites: {ndc: {power_limit: 200 kW}} # devices of 190 kW by the end of phase 2",
    good="sites: {ndc: {power_limit: 260 kW}}",
)
def growth(case: Case) -> Iterator[Outcome]:
    for key, site in _sites(case).items():
        element, limits = f"sites/{key}", case.estate.sites[key]
        here: FieldPath = ("sites", key)
        draws, places = site.silent["draw"], site.silent["position"]
        yield _room_left(
            case, element, "power", site.watts, limits.power_limit, (*here, "power_limit"), draws
        )
        yield _room_left(
            case, element, "cooling", site.heat, limits.cooling_limit, (*here, "cooling_limit"), draws
        )
        if site.racks:
            rack: FieldPath = ("racks", site.racks[0], "units")
            yield _room_left(case, element, "units", site.taken, float(site.units), rack, places)
    yield from _storage(case)


def _sites(case: Case) -> dict[str, _Site]:
    """By site with devices: what they draw, the heat of its rooms, the units taken and those there are."""
    estate, loads = case.estate, case.analysis.loads
    found: dict[str, _Site] = defaultdict(_Site)
    for key, device in estate.devices.items():
        site = case.facts.device_sites.get(key)
        if site is None:
            continue
        draw, model = draw_of(device, loads.where), case.facts.model_of(device)
        found[site].watts += draw or 0.0
        if draw is None:
            found[site].silent["draw"].append(f"devices/{key}")
        height = model.device_type.u_height if model is not None else 0.0
        if device.position is not None:
            found[site].taken += height
        elif (
            height
            and device.rack is not None
            and (model is None or model.device_type.subdevice_role != "child")
        ):
            found[site].silent["position"].append(f"devices/{key}")
    for room, heat in loads.heat.items():
        site = estate.rooms[room].site
        if site in found:
            found[site].heat += heat.watts
    for key, rack in estate.racks.items():
        room_of_rack = estate.rooms.get(rack.room)
        if room_of_rack is not None and room_of_rack.site in found:
            found[room_of_rack.site].units += rack.units
            found[room_of_rack.site].racks.append(key)
    return dict(sorted(found.items()))


def _storage(case: Case) -> Iterator[Outcome]:
    estate, where = case.estate, case.analysis.loads.where
    years = (case.in_service_on - case.on).days / YEAR
    stored: dict[str, float] = defaultdict(float)
    silent: dict[str, list[str]] = defaultdict(list)
    for key, dataset in estate.datasets.items():
        copies = {copy.target for copy in case.facts.replications_of.get(key, ())}
        for platform in sorted({dataset.home.platform, *copies} & estate.platforms.keys()):
            stored[platform] += (dataset.size or 0.0) * (1.0 + (dataset.growth or 0.0)) ** years
            if dataset.size is None or (dataset.growth is None and years > 0):
                silent[platform].append(f"datasets/{key}")
    for platform, bytes_stored in sorted(stored.items()):
        gives, _ = capacity_of(estate, where, platform, "storage")
        place = ("platforms", platform, "capacity", "storage")
        yield _room_left(
            case, f"platforms/{platform}", "storage", bytes_stored, gives, place, silent[platform]
        )


def _room_left(
    case: Case,
    element: str,
    resource: str,
    taken: float,
    gives: float | None,
    place: FieldPath,
    silent: list[str],
) -> Outcome:
    most = case.number("share")
    looked: tuple[FieldPath, ...] = (place, *(tuple(name.split("/", 1)) for name in silent[:3]))
    what, day = _what(resource), str(case.in_service_on)
    if gives is None:
        return unknown(
            element,
            say(
                "{what}: {taken} taken on {day}, and nothing says how much there is.",
                what=what,
                taken=_figure(resource, taken),
                day=day,
            ),
            say("Declare {field}.", field=f"`{'.'.join(str(part) for part in place[2:])}`"),
            *looked,
            aspect=resource,
        )
    told = say(
        "{what}: {taken} of {gives} taken on {day}",
        what=what,
        taken=_figure(resource, taken),
        gives=_figure(resource, gives),
        day=day,
    )
    if taken > most * gives:
        return fails(
            element,
            say("{told}; {most} may be.", told=told, most=_figure(resource, most * gives)),
            say("Add to it in this phase, or take load away."),
            *looked,
            aspect=resource,
        )
    if silent:
        return unknown(
            element,
            say("{told}, and what {elements} adds is not known.", told=told, elements=silent[0]),
            say("Declare {field} of {element}.", field=_SILENT[resource], element=silent[0]),
            *looked,
            cause=silent[0],
            aspect=resource,
        )
    return passes(element, say("{told}.", told=told), *looked, aspect=resource)


_SILENT = {
    "power": "`draw`",
    "cooling": "`draw`",
    "units": "`position`",
    "storage": "`size` and `growth`",
}


def _what(resource: str) -> Sentence:
    match resource:
        case "power":
            return say("Power")
        case "cooling":
            return say("Cooling")
        case "units":
            return say("Rack units")
        case _:
            return say("Storage")


def _figure(resource: str, value: float) -> str:
    match resource:
        case "units":
            return number(value)
        case "storage":
            return amount(value, "data_size")
        case _:
            return amount(value, "power")
