"""WAN: circuits that no one cut, building or carrier takes together, and losses noticed in time."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.networks import Circuit, Network
from specs.sentences import Sentence, listed, say, say_count
from specs.services import CRITICAL_TIER

ROLES = ("primary", "dr", "pop", "operations")


@rule(
    "WAN-001",
    "circuit-diversity",
    severity=Severity.CRITICAL,
    title="Each site, and each pair of primary and DR, has two circuits of two carriers on disjoint ways",
    rationale="Two circuits in one duct are one circuit: an excavator does not read contracts. Carriers "
    "lease from "
    "each other, so the way is what counts, down to the entrance of the building.",
    remediation="Have the carriers say every duct, exchange and entrance; move one circuit to another "
    "way, or order "
    "one from another carrier.",
    references=(
        nist("CP-8", "CP-8(2)", "CP-8(3)"),
        csf("PR.IR-03"),
        iso27001("A.8.14", "A.7.12"),
        cis("12.2"),
    ),
    scope="Each primary, DR, operations site and point of presence, every other with vital devices; each "
    "pair of a "
    "primary and a DR site; and each further pair of ends that has two or more circuits.",
    unknown_when="a circuit's carrier, segments or entrances are not declared",
    bad="circuits: {dci-1: {segments: [{through: duct-7}]}, dci-2: {segments: [{through: duct-7}]}}",
    good="circuits: {dci-1: {segments: [{through: duct-7}]}, dci-2: {segments: [{through: duct-9}]}}",
)
def circuit_diversity(case: Case) -> Iterator[Outcome]:
    sites = case.estate.sites
    circuits = {key: circuit for key, circuit in case.estate.circuits.items() if circuit.kind != "oob"}
    for key, site in sites.items():
        at_site = [circuit for circuit in circuits.values() if key in _places(circuit)]
        if site.role in ROLES or key in case.facts.critical_sites:
            yield _diverse(case, key, None, at_site)
    pairs = {
        (primary, dr)
        for primary, one in sites.items()
        for dr, other in sites.items()
        if (one.role, other.role) == ("primary", "dr")
    }
    between: dict[tuple[str, str], list[Circuit]] = {}
    for circuit in circuits.values():
        a, b = _places(circuit)
        between.setdefault((a, b) if _rank(case, a) <= _rank(case, b) else (b, a), []).append(circuit)
    for pair, links in sorted(between.items()):
        if len(links) > 1 and not {pair, pair[::-1]} & pairs and any(place in sites for place in pair):
            here = next(place for place in pair if place in sites)
            there = pair[1] if here == pair[0] else pair[0]
            yield _diverse(case, here, there, links)
    for primary, dr in sorted(pairs):
        links = [circuit for circuit in circuits.values() if {primary, dr} == {*_places(circuit)}]
        yield _diverse(case, dr, primary, links)


def _rank(case: Case, place: str) -> tuple[int, str]:
    """DR sites first, then other sites by name, what lies outside last."""
    site = case.estate.sites.get(place)
    return (2 if site is None else 0 if site.role == "dr" else 1), place


def _places(circuit: Circuit) -> tuple[str, str]:
    a, b = circuit.ends
    return a.site or a.outside or "", b.site or b.outside or ""


def _diverse(case: Case, site: str, peer: str | None, circuits: Sequence[Circuit]) -> Outcome:
    """Between the site and its peer; of all circuits of the site where none is named."""
    element, aspect = f"sites/{site}", "" if peer is None else f"to-{peer}"
    names = [circuit.id for circuit in circuits]
    between = say("{site} to anywhere", site=site)
    if peer is not None:
        between = say("{site} to {peer}", site=site, peer=peer)
    links, at_risk = listed(names), _at_risk(case, site, peer)
    looked: tuple[FieldPath, ...] = tuple(("circuits", name) for name in names)
    if len(circuits) < 2:
        return fails(
            element,
            _with(
                say("{circuit} is the only circuit from {between}", circuit=names[0], between=between)
                if names
                else say("No circuit is declared from {between}", between=between),
                at_risk,
            ),
            say("Order a second circuit, from another carrier and on another way."),
            *(looked or (("sites", site),)),
            aspect=aspect,
        )
    carriers = {circuit.carrier for circuit in circuits}
    silent = [circuit.id for circuit in circuits if circuit.carrier is None]
    if len(carriers) == 1 and not silent:
        return fails(
            element,
            _with(
                say(
                    "{circuits} from {between} are all of one carrier, {carrier}",
                    circuits=links,
                    between=between,
                    carrier=str(next(iter(carriers))),
                ),
                at_risk,
            ),
            say("Order one of them from another carrier."),
            *(("circuits", name, "carrier") for name in names),
            cause=f"vendors/{next(iter(carriers))}",
            aspect=aspect,
        )
    shared = _taken_by_one(case, circuits)
    if shared is not None:
        hazard, path = shared
        kind = case.estate.hazards[hazard].kind if hazard in case.estate.hazards else "hazard"
        return fails(
            element,
            _with(
                say(
                    "{circuits} from {between} all run through {hazard} ({kind}): one event cuts them all",
                    circuits=links,
                    between=between,
                    hazard=hazard,
                    kind=kind,
                ),
                at_risk,
            ),
            say("Move one of them to a way that does not run through {hazard}.", hazard=hazard),
            *path,
            cause=f"hazards/{hazard}",
            aspect=aspect,
        )
    gap = _undeclared(circuits, site)
    if gap is not None and not _proven(case, circuits, site):
        circuit, field, path_of_gap = gap
        return unknown(
            element,
            _with(
                say(
                    "Nothing says the {field} of {circuit}, so {circuits} from {between} may share a way",
                    field=field,
                    circuit=circuit,
                    circuits=links,
                    between=between,
                ),
                at_risk,
            ),
            say(
                "Have the carrier say the {field} of {circuit}, and declare it.", field=field, circuit=circuit
            ),
            path_of_gap,
            *looked,
            cause=f"circuits/{circuit}",
            aspect=aspect,
        )
    return passes(
        element,
        say("No one duct, exchange, entrance or carrier takes {circuits} together.", circuits=links),
        *looked,
        aspect=aspect,
    )


def _with(told: Sentence, at_risk: Sentence | None) -> Sentence:
    """What was found, and the vital services that it matters to."""
    return say("{told}.", told=told) if at_risk is None else say("{told}; {risk}.", told=told, risk=at_risk)


def _risks(case: Case, circuit: Circuit) -> dict[str, FieldPath]:
    """Hazards that cut the circuit: its segments, entrances, and whatever names it as exposed."""
    found: dict[str, FieldPath] = {}
    for index, segment in enumerate(circuit.segments or ()):
        found.setdefault(segment.through, ("circuits", circuit.id, "segments", index, "through"))
    for index, end in enumerate(circuit.ends):
        if end.entrance is not None:
            found.setdefault(end.entrance, ("circuits", circuit.id, "ends", index, "entrance"))
    for name, hazard in case.estate.hazards.items():
        if f"circuits/{circuit.id}" in hazard.exposed:
            found.setdefault(name, ("hazards", name, "exposed"))
    return found


def _taken_by_one(case: Case, circuits: Sequence[Circuit]) -> tuple[str, tuple[FieldPath, ...]] | None:
    """A hazard that cuts all of them, and where each says so."""
    risks = [_risks(case, circuit) for circuit in circuits]
    common = set.intersection(*({*found} for found in risks))
    if not common:
        return None
    ducts_first = sorted(common, key=lambda name: (not any(name in found for found in risks), name))
    return ducts_first[0], tuple(found[ducts_first[0]] for found in risks)


def _undeclared(circuits: Sequence[Circuit], site: str) -> tuple[str, str, FieldPath] | None:
    """The first fact about a circuit's way that nobody declared."""
    for circuit in circuits:
        if circuit.carrier is None:
            return circuit.id, "carrier", ("circuits", circuit.id, "carrier")
        if not circuit.segments:
            return circuit.id, "segments", ("circuits", circuit.id, "segments")
        for index, end in enumerate(circuit.ends):
            if end.site == site and end.entrance is None:
                return circuit.id, "entrance", ("circuits", circuit.id, "ends", index, "entrance")
    return None


def _proven(case: Case, circuits: Sequence[Circuit], site: str) -> bool:
    """Whether two of them, both declared in full, share nothing: then the rest does not matter."""
    told = [circuit for circuit in circuits if _undeclared([circuit], site) is None]
    return any(
        a.carrier != b.carrier and not _risks(case, a).keys() & _risks(case, b).keys()
        for a, b in combinations(told, 2)
    )


def _at_risk(case: Case, site: str, peer: str | None) -> Sentence | None:
    """The vital services that the circuits matter to, in words; None where there is none."""
    here = {
        work.service
        for work in case.estate.workloads.values()
        if work.site == site or (peer in case.estate.sites and work.site == peer)
    }
    if peer in case.estate.sites:
        both = {
            name
            for name in here
            if {site, peer} <= {work.site for work in case.facts.workloads_of.get(name, ())}
        }
        copied = {
            name
            for copy in case.estate.replications.values()
            for name in case.facts.services_of.get(copy.dataset, ())
            if copy.dataset in case.estate.datasets
            and {copy.target_site, case.estate.datasets[copy.dataset].home.site} == {site, peer}
        }
        here = both | copied
    tiers = {name: case.estate.services[name].tier for name in here if name in case.estate.services}
    vital = sorted(name for name, tier in tiers.items() if tier is not None and tier <= CRITICAL_TIER)
    if not vital:
        return None
    return say_count(
        len(vital),
        "{count} vital service at risk: {services}",
        "{count} vital services at risk: {services}",
        services=listed(vital),
    )


@rule(
    "WAN-003",
    "fast-detection",
    severity=Severity.HIGH,
    title="Routers notice a lost neighbour within the budget of a failover",
    rationale="A link that dies silently is noticed when the hold timer runs out: BGP suggests 90 s, and "
    "some vendors "
    "ship 180 s. All that time traffic goes into nothing.",
    remediation="Use BFD on the adjacency (100 ms times 3 sees a loss in 0.3 s), or shorten its timers.",
    references=(
        nist("CP-8(2)", "SC-5"),
        csf("PR.IR-03"),
        iso27001("A.8.20", "A.8.14"),
    ),
    parameters=(
        Parameter(
            "budget",
            60.0,
            "Longest time until a lost neighbour is noticed.",
            "judgement: a share of the shortest recovery time objectives, 15 min",
            "duration",
        ),
    ),
    scope="Each peering, and each circuit between sites or to the internet that no peering is declared over.",
    unknown_when="neither BFD nor a hold time is declared, or no peering runs over the circuit",
    bad="networks: {peer-1: {kind: peering, over: [dci-1], detection: {hold_time: 180 s}}}",
    good="networks: "
    "{peer-1: {kind: peering, over: [dci-1], detection: {bfd_interval: 100 ms, bfd_multiplier: 3}}}",
)
def fast_detection(case: Case) -> Iterator[Outcome]:
    peerings = {key: net for key, net in case.estate.networks.items() if net.kind == "peering"}
    for key, peering in peerings.items():
        yield _noticed(case, key, peering)
    crossed = {name for peering in peerings.values() for name in peering.over}
    for key, circuit in case.estate.circuits.items():
        if circuit.kind in ("dci", "dark-fibre", "mpls", "internet") and key not in crossed:
            yield unknown(
                f"circuits/{key}",
                say("No peering is declared over it, so nothing says how soon its loss is noticed."),
                say("Declare a network of kind peering `over` it, with its `detection`."),
                ("circuits", key),
            )


def _noticed(case: Case, key: str, peering: Network) -> Outcome:
    element, place, detection = f"networks/{key}", ("networks", key, "detection"), peering.detection
    budget = case.number("budget")
    if detection is not None and detection.bfd_interval is not None and detection.bfd_multiplier is not None:
        after = detection.bfd_interval * detection.bfd_multiplier
        told = say("BFD notices a lost neighbour after {time}", time=amount(after, "duration"))
    elif detection is not None and detection.hold_time is not None:
        after = detection.hold_time
        held = amount(after, "duration")
        told = say("A lost neighbour is noticed when the hold time of {time} is over", time=held)
    else:
        return unknown(
            element,
            say(
                "Nothing says how soon a lost neighbour is noticed; defaults are {suggested} and, with some "
                "vendors, {shipped}.",
                suggested="90 s",
                shipped="180 s",
            ),
            say("Declare `detection`: BFD interval and multiplier, or the hold time."),
            place,
        )
    told = say("{told}; the budget is {budget}.", told=told, budget=amount(budget, "duration"))
    if after > budget:
        mending = say("Use BFD, or shorten the timers.")
        return fails(element, told, mending, place, ("networks", key, "over"))
    return passes(element, told, place)
