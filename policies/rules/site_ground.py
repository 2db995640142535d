"""SIT: sites out of the flood's reach and built for the earthquakes of their zone."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.places import Rack, Site
from specs.sentences import listed, say, say_count
from specs.units import YEAR


@rule(
    "SIT-002",
    "flood-seismic",
    severity=Severity.HIGH,
    title="Each site says which flood and earthquake it stands, and vital ones lie out of the common flood",
    rationale="Water and earthquakes take the building with all its redundancy; where a site is built "
    "decides it, once and for decades.",
    remediation="Have the flood's return period and the seismic design class surveyed; move vital rooms "
    "out of reach of the flood; anchor racks.",
    references=(
        nist("PE-23", "PE-18", "PE-15", "RA-3"),
        csf("PR.IR-02", "ID.RA-05"),
        iso27001("A.7.5", "A.7.8"),
    ),
    parameters=(
        Parameter(
            "flood",
            100 * YEAR,
            "Shortest return period of the flood that reaches a vital site.",
            "custom of flood maps: the 100-year flood; a nation's vital records may deserve more",
            "duration",
        ),
        Parameter(
            "zone",
            1,
            "Seismic zone from which on racks are anchored.",
            "judgement: any zone that the hazard map counts",
        ),
    ),
    scope="Each site; racks of sites in such a seismic zone.",
    unknown_when="a site's return period, seismic class or seismic zone, or whether a rack is anchored, "
    "is not declared",
    bad="sites: {ndc: {flood_return_period: 50 y, seismic_class: III, seismic_zone: 2}}",
    good="sites: {ndc: {flood_return_period: 500 y, seismic_class: III, seismic_zone: 2}}",
)
def flood_and_seismic(case: Case) -> Iterator[Outcome]:
    racks: dict[str, list[Rack]] = {}
    for rack in case.estate.racks.values():
        room = case.estate.rooms.get(rack.room)
        if room is not None:
            racks.setdefault(room.site, []).append(rack)
    for key, site in case.estate.sites.items():
        yield _above_the_flood(case, site, vital=key in case.facts.critical_sites)
        yield _designed(site)
        yield from _anchored(case, site, racks.get(key, []))


def _above_the_flood(case: Case, site: Site, *, vital: bool) -> Outcome:
    element, wanted = f"sites/{site.id}", amount(case.number("flood"), "duration")
    places: list[tuple[float, FieldPath]] = []
    if site.flood_return_period is not None:
        places.append((site.flood_return_period, ("sites", site.id, "flood_return_period")))
    for index, name in enumerate(site.hazards):
        hazard = case.estate.hazards.get(name)
        if hazard is not None and hazard.kind == "flood" and hazard.frequency:
            places.append((YEAR / hazard.frequency, ("sites", site.id, "hazards", index)))
    often, place = min(places, default=(0.0, ("sites", site.id, "flood_return_period")))
    told = say("A flood reaches it once in {period}", period=amount(often, "duration"))
    if vital and places and often < case.number("flood"):
        return fails(
            element,
            say("{told}; {wanted} are asked for where vital devices stand.", told=told, wanted=wanted),
            say("Raise or wall in what is vital and have the period surveyed anew, or move to another site."),
            place,
            aspect="flood",
        )
    if site.flood_return_period is None:
        return unknown(
            element,
            say("Nothing says how often a flood reaches it."),
            say("Declare {field}.", field="`flood_return_period`"),
            ("sites", site.id, "flood_return_period"),
            aspect="flood",
        )
    return passes(element, say("{told}.", told=told), place, aspect="flood")


def _designed(site: Site) -> Outcome:
    element = f"sites/{site.id}"
    silent = [field for field in ("seismic_zone", "seismic_class") if getattr(site, field) is None]
    looked: tuple[FieldPath, ...] = (
        ("sites", site.id, "seismic_class"),
        ("sites", site.id, "seismic_zone"),
    )
    if silent:
        return unknown(
            element,
            say("Nothing says which earthquakes it is to stand, or stands."),
            say("Declare {field}.", field=listed([f"`{field}`" for field in silent])),
            *looked,
            aspect="seismic",
        )
    return passes(
        element,
        say(
            "It lies in seismic zone {zone} and is of class {name}.",
            zone=str(site.seismic_zone),
            name=site.seismic_class or "",
        ),
        *looked,
        aspect="seismic",
    )


def _anchored(case: Case, site: Site, racks: list[Rack]) -> Iterator[Outcome]:
    """Racks that hold nothing are judged too: they fall like others."""
    element, zone = f"sites/{site.id}", site.seismic_zone
    if not racks or (zone is not None and zone < case.number("zone")):
        return
    loose = sorted(rack.id for rack in racks if rack.anchored is False)
    silent = sorted(rack.id for rack in racks if rack.anchored is None)
    if loose and zone is not None:
        yield fails(
            element,
            say_count(
                len(loose),
                "It lies in seismic zone {zone}, and {count} rack is not anchored: {racks}.",
                "It lies in seismic zone {zone}, and {count} racks are not anchored: {racks}.",
                zone=zone,
                racks=listed(loose, most=4),
            ),
            say("Anchor them to the structural floor."),
            *(("racks", name, "anchored") for name in loose[:4]),
            cause=f"racks/{loose[0]}",
            aspect="racks",
        )
    elif silent or loose:
        yield unknown(
            element,
            say_count(
                len(silent or loose),
                "Whether {count} rack must be anchored, and is, is not known: {racks}.",
                "Whether {count} racks must be anchored, and are, is not known: {racks}.",
                racks=listed(silent or loose, most=4),
            ),
            say("Declare {field}.", field="`anchored`" if silent else "`seismic_zone`"),
            *(("racks", name, "anchored") for name in (silent or loose)[:4]),
            cause=f"racks/{silent[0]}" if silent else "",
            aspect="racks",
        )
    else:
        yield passes(
            element,
            say("All its racks are anchored."),
            *(("racks", rack.id, "anchored") for rack in racks[:4]),
            aspect="racks",
        )
