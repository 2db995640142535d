"""SIT: places that no one event takes together, and synchronous copies that light can reach in time."""

import math
from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.places import Position, Site
from specs.sentences import listed, say

EARTH_RADIUS = 6_371_000.8
"""Mean radius in metres (IUGG)."""


@rule(
    "SIT-001",
    "dr-separation",
    severity=Severity.CRITICAL,
    title="The DR site lies far enough from the primary and shares no hazard with it",
    rationale="Distance alone is no control: two sites a hundred kilometres apart on one fault, one flood "
    "basin or "
    "one grid region are lost together, and with them the service and its copy.",
    remediation="Choose a site with hazards of its own, or take the shared one away (another grid region, "
    "another "
    "exchange); raise the distance to what your policy asks for.",
    references=(
        nist("CP-6(1)", "CP-7(1)", "PE-23", "RA-3"),
        csf("PR.IR-02", "ID.RA-05"),
        iso27001("A.7.5", "A.5.30", "A.8.14"),
        iso22301("8.2.3", "8.3.2"),
    ),
    parameters=(
        Parameter(
            "separation",
            30_000.0,
            "Least distance, where `plan.separation` says none.",
            "judgement: no standard or regulation fixes a figure",
            "length",
        ),
        Parameter(
            "shared",
            "seismic flood storm fire grid exchange conflict",
            "Kinds of hazard that the two sites must not share.",
            "judgement: hazards that strike a region; firmware, staff and imports strike everywhere",
        ),
    ),
    scope="Each pair of a primary and a DR site.",
    unknown_when="a site has no position, no hazard or no failure region declared",
    bad="sites: {ndc: {role: primary, hazards: [grid-north]}, dr: {role: dr, hazards: [grid-north]}}",
    good="sites: {ndc: {role: primary, hazards: [grid-north]}, dr: {role: dr, hazards: [grid-south]}}",
)
def dr_separation(case: Case) -> Iterator[Outcome]:
    sites = case.estate.sites.values()
    for primary in (site for site in sites if site.role == "primary"):
        for dr in (site for site in sites if site.role == "dr"):
            yield _far_enough(case, primary, dr)
            yield _nothing_shared(case, primary, dr)
            yield _region_apart(primary, dr)


def _far_enough(case: Case, primary: Site, dr: Site) -> Outcome:
    aspect = f"distance-{primary.id}"
    element, policy = f"sites/{dr.id}", case.estate.plan.separation
    wanted = case.number("separation") if policy is None else policy
    looked = (("sites", dr.id, "position"), ("sites", primary.id, "position"), ("plan", "separation"))
    for site in (dr, primary):
        if site.position is None:
            return unknown(
                element,
                say(
                    "Nothing says where {site} lies, so its distance from {primary} is not known.",
                    site=site.id,
                    primary=primary.id,
                )
                if site is dr
                else say(
                    "Nothing says where {site} lies, so the distance from it is not known.", site=site.id
                ),
                say("Declare `position` (latitude and longitude)."),
                ("sites", site.id, "position"),
                cause=f"sites/{site.id}",
                aspect=aspect,
            )
    distance = _distance(primary, dr)
    told = say("It lies {distance} from {site}", distance=amount(distance, "length"), site=primary.id)
    asked = amount(wanted, "length")
    told = (
        say("{told}; the estate's plan asks for {asked}.", told=told, asked=asked)
        if policy is not None
        else say("{told}; the rule's default asks for {asked}.", told=told, asked=asked)
    )
    if distance < wanted:
        return fails(
            element,
            told,
            say(
                "Choose a site further away, or have the distance set anew (`plan.separation`) with its "
                "reason."
            ),
            *looked,
            aspect=aspect,
        )
    return passes(element, told, *looked, aspect=aspect)


def _distance(primary: Site, dr: Site) -> float:
    if primary.position is None or dr.position is None:
        return 0.0
    return great_circle(primary.position, dr.position)


def _nothing_shared(case: Case, primary: Site, dr: Site) -> Outcome:
    element, aspect = f"sites/{dr.id}", f"hazards-{primary.id}"
    for site in (dr, primary):
        if not _exposures(case, site.id):
            return unknown(
                element,
                say("No hazard of {site} is declared, and there is no place without any.", site=site.id),
                say("Declare `hazards`: its seismic segment, flood basin, grid region, exchange."),
                ("sites", site.id, "hazards"),
                cause=f"sites/{site.id}",
                aspect=aspect,
            )
    of_primary, of_dr = _exposures(case, primary.id), _exposures(case, dr.id)
    kinds = case.words("shared")
    shared = [
        name
        for name in sorted(of_primary.keys() & of_dr.keys())
        if name in case.estate.hazards and case.estate.hazards[name].kind in kinds
    ]
    if not shared:
        return passes(
            element,
            say(
                "It shares no hazard with {site} ({hazards}).",
                site=primary.id,
                hazards=listed(sorted(of_dr)),
            ),
            ("sites", dr.id, "hazards"),
            ("sites", primary.id, "hazards"),
            aspect=aspect,
        )
    hazards = [
        say("{element} ({what})", element=name, what=case.estate.hazards[name].kind) for name in shared
    ]
    return fails(
        element,
        say(
            "It shares {hazards} with {site}: one event takes both.", hazards=listed(hazards), site=primary.id
        ),
        say("Move it out of the hazard's reach, or feed or connect it another way."),
        *(path for name in shared for path in (of_dr[name], of_primary[name])),
        aspect=aspect,
    )


def _exposures(case: Case, site: str) -> dict[str, FieldPath]:
    """Hazards of the site and of its utility feeds, each with where that is said."""
    estate = case.estate
    found: dict[str, FieldPath] = {}
    for index, name in enumerate(estate.sites[site].hazards):
        found[name] = ("sites", site, "hazards", index)
    for key, feed in estate.power.items():
        if feed.kind == "utility" and feed.site == site:
            for index, name in enumerate(feed.hazards):
                found.setdefault(name, ("power", key, "hazards", index))
    for key, hazard in estate.hazards.items():
        if f"sites/{site}" in hazard.exposed:
            found.setdefault(key, ("hazards", key, "exposed"))
    return found


def _region_apart(primary: Site, dr: Site) -> Outcome:
    element, aspect = f"sites/{dr.id}", f"region-{primary.id}"
    for site in (dr, primary):
        if site.failure_region is None:
            return unknown(
                element,
                say("Nothing says in which failure region {site} lies.", site=site.id),
                say("Declare `failure_region`."),
                ("sites", site.id, "failure_region"),
                cause=f"sites/{site.id}",
                aspect=aspect,
            )
    looked = (("sites", dr.id, "failure_region"), ("sites", primary.id, "failure_region"))
    if dr.failure_region == primary.failure_region:
        return fails(
            element,
            say(
                "It lies in the failure region of {site}, {region}: a great event takes both.",
                site=primary.id,
                region=str(dr.failure_region),
            ),
            say("Choose a site in another failure region."),
            *looked,
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "Its failure region is {region}, that of {site} is {other}.",
            region=str(dr.failure_region),
            site=primary.id,
            other=str(primary.failure_region),
        ),
        *looked,
        aspect=aspect,
    )


def great_circle(a: Position, b: Position) -> float:
    """Distance in metres on a sphere of the earth's mean radius (haversine; within 0.6 % of the ellipsoid).

    >>> here, there = Position(latitude=0.0, longitude=0.0), Position(latitude=0.0, longitude=1.0)
    >>> round(great_circle(here, there) / 1000, 1)
    111.2
    """
    south, north = math.radians(a.latitude), math.radians(b.latitude)
    across = math.radians(b.longitude - a.longitude)
    chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(chord)))


@rule(
    "SIT-003",
    "sync-distance",
    severity=Severity.CRITICAL,
    title="A synchronous copy answers within the write budget, over the longest way that a failure leaves",
    rationale="A synchronous write waits for light to go there and back. The way is the fibre's, never "
    "the straight "
    "line, and after a cut it is the longer one: writes that just fitted then stall the application.",
    remediation="Copy asynchronously and own an RPO above zero, bring the copy nearer, shorten the second "
    "route, or "
    "measure that the application bears more and raise its write budget.",
    references=(
        nist("CP-6(2)", "CP-7(1)", "CP-9(6)"),
        csf("PR.IR-03"),
        iso27001("A.5.30", "A.8.14"),
        iso22301("8.3.3"),
    ),
    parameters=(
        Parameter(
            "equipment",
            0.0002,
            "Time that equipment at both ends adds to a round trip.",
            "judgement: some 50 us for each pass of a storage or transport device",
            "duration",
        ),
    ),
    scope="Each synchronous replication to another site.",
    unknown_when="the dataset has no write budget, or no route with its length is declared",
    bad="replications: {civil: {mode: synchronous, over: [dci-1, dci-2]}} # dci-2 is 240 km long, the "
    "budget 1 ms",
    good="replications: {civil: {mode: asynchronous, lag: 5 s, over: [dci-1, dci-2]}}",
)
def sync_distance(case: Case) -> Iterator[Outcome]:
    for route in case.analysis.replication_routes:
        key = route.replication.removeprefix("replications/")
        copy = case.estate.replications[key]
        dataset = case.estate.datasets.get(copy.dataset)
        if copy.mode != "synchronous" or dataset is None or dataset.home.site == copy.target_site:
            continue
        element, budget_at = f"replications/{key}", ("datasets", dataset.id, "write_budget")
        if route.budget is None:
            yield unknown(
                element,
                say(
                    "It is synchronous, and nothing says how long a write of {dataset} may wait for it.",
                    dataset=dataset.id,
                ),
                say("Declare {field} of {element}.", field="`write_budget`", element=dataset.id),
                budget_at,
                cause=f"datasets/{dataset.id}",
            )
            continue
        way = route.longest_surviving or route.usual
        if way is None or route.round_trip is None:
            missing = route.missing[0] if route.missing else None
            yield unknown(
                element,
                say(
                    "It is synchronous, and the length of the way that a failure leaves is not known: "
                    "{element} declares no {field}.",
                    element=missing.element,
                    field=missing.field,
                )
                if missing
                else say("It is synchronous, and the length of the way that a failure leaves is not known."),
                say("Declare {field} of {element}.", field=missing.field, element=missing.element)
                if missing
                else say("Declare the circuits between the sites."),
                *((missing.path,) if missing else (("replications", key, "over"),)),
                budget_at,
                cause=missing.element if missing else "",
            )
            continue
        total = route.round_trip + case.number("equipment")
        over = listed([name.removeprefix("circuits/") for name in way.circuits])
        trip = (
            say("A round trip over {circuits} takes {time}", circuits=over, time=_milliseconds(total))
            if way.length is None
            else say(
                "A round trip over {circuits}, {length} of fibre takes {time}",
                circuits=over,
                length=amount(way.length, "length"),
                time=_milliseconds(total),
            )
        )
        told = say(
            "{trip}; a write of {dataset} may wait {budget}.",
            trip=trip,
            dataset=dataset.id,
            budget=_milliseconds(route.budget),
        )
        looked: tuple[FieldPath, ...] = (
            ("replications", key, "mode"),
            budget_at,
            *(("circuits", name.removeprefix("circuits/"), "segments") for name in way.circuits),
        )
        if total > route.budget:
            yield fails(
                element,
                told,
                say(
                    "Copy asynchronously (the RPO is then above {none}), or over a shorter second route.",
                    none=0,
                ),
                *looked,
            )
        else:
            yield passes(element, told, *looked)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
