"""DR: what survives a loss, what comes back in time, and what has room to."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.facts import CRITICAL_TIER
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import amount, counted, listed, number
from resilience.results import CapacityBalance, Chain, Deadlock, Prediction, Recovery, SinglePoint, Standing
from specs.base import Need
from specs.findings import Severity, Verdict
from specs.issues import FieldPath
from specs.services import SCENARIOS, Service
from specs.units import DimensionName


@rule(
    "DR-001",
    "rto-chain",
    severity=Severity.CRITICAL,
    title="A service is back within its RTO, and stands on nothing that owes less than it does",
    rationale="Steps wait for each other, for what the service stands on, and for people who are needed "
    "twice. A "
    "service that promises an hour on one that promises a day promises nothing.",
    remediation="Shorten or automate what binds the chain, train a second team, have what it stands on "
    "owe as much, "
    "or have the objective set anew.",
    references=(
        nist("CP-2(3)", "CP-2(8)", "CP-10", "CP-10(4)", "RA-9"),
        csf("RC.RP-02", "GV.OC-05"),
        iso27001("A.5.29", "A.5.30"),
        iso22301("8.2.2", "8.3.3", "8.4.5"),
    ),
    scope="Each service with an objective for the loss of a site that it runs at; each need of a service "
    "on another.",
    unknown_when="steps, durations, teams or detection are not declared; a vital service has no "
    "objective; what it "
    "stands on has none",
    bad="services: {registry: {tier: 0, needs: [{on: services/mail}]}, mail: {tier: 2}}",
    good="services: {registry: {tier: 0, needs: [{on: services/directory}]}, directory: {tier: 0}}",
)
def rto_chain(case: Case) -> Iterator[Outcome]:
    primaries = {f"sites/{key}" for key, site in case.estate.sites.items() if site.role == "primary"}
    for recovery in case.analysis.recoveries:
        if _site(recovery.site) in primaries:
            for prediction in recovery.predictions:
                outcome = _back_in_time(case, recovery, prediction)
                if outcome is not None:
                    yield outcome
    for key, service in case.estate.services.items():
        yield from _needs_owe_as_much(case, key, service)


def _site(name: str) -> str:
    return name if name.startswith("sites/") else f"sites/{name}"


def _key(name: str, collection: str) -> str:
    return name.removeprefix(f"{collection}/")


def _back_in_time(case: Case, recovery: Recovery, prediction: Prediction) -> Outcome | None:
    key = _key(prediction.service, "services")
    element, site = f"services/{key}", _key(recovery.site, "sites")
    service = case.estate.services[key]
    aspect = f"loss-of-{site}" if recovery.scenario == "site" else f"{recovery.scenario}-{site}"
    place: FieldPath = ("services", key, "objectives", recovery.scenario, "rto")
    if prediction.objective is None:
        if service.tier is None or service.tier > CRITICAL_TIER:
            return None
        return unknown(
            element,
            f"It is of tier {service.tier}, and nothing says when it must be back after the loss of {site}.",
            f"Declare `objectives.{recovery.scenario}` (rto and rpo).",
            ("services", key, "objectives"),
            aspect=aspect,
        )
    owed = f"its RTO is {amount(prediction.objective, 'duration')}"
    if prediction.met == "unknown" or prediction.counted is None:
        gap = prediction.missing[0] if prediction.missing else None
        return unknown(
            element,
            f"When it is back after the loss of {site} is not known"
            f"{f': {gap.element} declares no {gap.field}' if gap else ''}; {owed}.",
            f"Declare {gap.field} of {gap.element}."
            if gap
            else "Declare its recovery steps and their durations.",
            *((gap.path,) if gap else (("services", key, "recovery"),)),
            place,
            cause=gap.element if gap else "",
            aspect=aspect,
        )
    told = f"After the loss of {site} it is back in {amount(prediction.counted, 'duration')}; {owed}"
    bound = f"What binds it: {listed(list(prediction.chain), most=8)}."
    if prediction.met == "yes":
        return passes(element, f"{told}.", place, *prediction.paths, aspect=aspect)
    team = _awaited_team(recovery, prediction)
    return fails(
        element,
        f"{told}. {bound}",
        f"Give {team} more people, or its steps to another team: they are needed in two places at once."
        if team
        else "Shorten or automate the longest steps of the chain, or have the objective set anew.",
        place,
        *prediction.paths,
        cause=f"teams/{team}" if team else "",
        aspect=aspect,
    )


def _awaited_team(recovery: Recovery, prediction: Prediction) -> str | None:
    """The team that the service waits for because it is at work elsewhere; None where it waits for none."""
    busy = [link for link in prediction.chain if link.startswith("busy")]
    if not busy:
        return None
    late = {step.bound_by: step.team for step in recovery.steps if step.bound_by in busy and step.team}
    team = next((team for bound, team in sorted(late.items()) if team), None)
    return _key(team, "teams") if team else None


def _needs_owe_as_much(case: Case, key: str, service: Service) -> Iterator[Outcome]:
    for index, need in enumerate(service.needs):
        names = [name for name in need.elements if name.startswith("services/")]
        if need.kind != "run" or not names:
            continue
        for name in names:
            if need.on is None and len(need.any_of) > need.needs and _another_owes(case, key, need, name):
                continue
            yield _owes_as_much(case, key, service, _key(name, "services"), ("services", key, "needs", index))


def _another_owes(case: Case, key: str, need: Need, name: str) -> bool:
    """Whether enough other alternatives are of as good a tier."""
    tier = case.estate.services[key].tier
    others = [
        other
        for other in need.any_of
        if other != name
        and (found := case.estate.services.get(_key(other, "services"))) is not None
        and found.tier is not None
        and tier is not None
        and found.tier <= tier
    ]
    return len(others) >= need.needs


def _owes_as_much(case: Case, key: str, service: Service, other: str, place: FieldPath) -> Outcome:
    element, aspect = f"services/{key}", f"needs-{other}"
    needed = case.estate.services.get(other)
    if needed is None:
        return unknown(
            element, f"It needs {other}, which is not there.", f"Declare {other}.", place, aspect=aspect
        )
    tiers: tuple[FieldPath, FieldPath] = (("services", other, "tier"), ("services", key, "tier"))
    if service.tier is not None and needed.tier is not None and needed.tier > service.tier:
        return fails(
            element,
            f"It is of tier {service.tier} and cannot run without {other}, of tier {needed.tier}.",
            f"Make {other} of tier {service.tier}, with the objectives of that, or do without it.",
            place,
            *tiers,
            aspect=aspect,
        )
    for scenario in SCENARIOS:
        owed, offered = getattr(service.objectives, scenario), getattr(needed.objectives, scenario)
        if owed is None:
            continue
        objective: FieldPath = ("services", other, "objectives", scenario)
        if offered is None:
            return unknown(
                element,
                f"It needs {other}, which owes nothing after {_AFTER[scenario]}; its own "
                f"RTO is "
                f"{amount(owed.rto, 'duration')}.",
                f"Declare `objectives.{scenario}` of {other}.",
                ("services", other, "objectives"),
                place,
                cause=f"services/{other}",
                aspect=aspect,
            )
        for field in ("rto", "rpo"):
            mine, theirs = float(getattr(owed, field)), float(getattr(offered, field))
            if field == "rpo" and not case.facts.datasets_of.get(other):
                continue
            if theirs > mine + need_tolerates(service, other) * (field == "rto"):
                return fails(
                    element,
                    f"After {_AFTER[scenario]} its {field.upper()} is "
                    f"{amount(mine, 'duration')}, and "
                    f"that of {other}, which it needs, is {amount(theirs, 'duration')}.",
                    f"Have {other} owe {field.upper()} {amount(mine, 'duration')}, or this service owe less.",
                    (*objective, field),
                    ("services", key, "objectives", scenario, field),
                    place,
                    cause=f"services/{other}",
                    aspect=aspect,
                )
    return passes(element, f"{other}, which it needs, owes as much as it does.", place, *tiers, aspect=aspect)


def need_tolerates(service: Service, other: str) -> float:
    """Seconds for which the service bears the other's loss."""
    return max(
        (
            need.tolerates
            for need in service.needs
            if need.kind == "run" and f"services/{other}" in need.elements
        ),
        default=0.0,
    )


_AFTER = {
    "component": "the loss of a component",
    "site": "the loss of a site",
    "region": "the loss of a region",
    "cyber": "an attack",
}


@rule(
    "DR-002",
    "dr-capacity",
    severity=Severity.CRITICAL,
    title="What remains after the loss of the primary carries all that must run, with a node to spare",
    rationale="A shortfall is else found in the disaster, when nothing can be bought.",
    remediation="Add nodes, storage or licences at the DR site, or declare what runs at its minimum there.",
    references=(
        nist("CP-2(2)", "CP-7", "CP-7(4)", "CP-6(2)", "SC-6"),
        csf("PR.IR-04", "PR.IR-03"),
        iso27001("A.8.6", "A.8.14"),
        iso22301("8.3.4"),
    ),
    scope="Each resource of each platform that carries load after the loss of a primary site.",
    unknown_when="capacity, a node's model, or what a workload takes is not declared",
    bad="platforms: {dr-block: {kind: block-storage, capacity: {storage: 80 TB}}} # workloads take 120 TB",
    good="platforms: {dr-block: {kind: block-storage, capacity: {storage: 160 TB}}}",
)
def dr_capacity(case: Case) -> Iterator[Outcome]:
    for site, place in case.estate.sites.items():
        if place.role != "primary":
            continue
        spare: dict[str, str] = {}
        for balance in case.analysis.capacity_without(site):
            yield _fits(case, site, balance)
            if balance.resource != "licence":
                spare[_key(balance.platform, "platforms")] = balance.spare_node
        for key, answer in sorted(spare.items()):
            yield _node_to_spare(case, site, key, answer)


def _node_to_spare(case: Case, site: str, key: str, answer: str) -> Outcome:
    element, aspect, platform = f"platforms/{key}", f"spare-node-without-{site}", case.estate.platforms[key]
    place: FieldPath = ("platforms", key, "needs_nodes")
    if answer == "no":
        needed = platform.needs_nodes or len(platform.nodes)
        return fails(
            element,
            f"Once {site} is lost it carries its load with {needed} of {len(platform.nodes)} nodes: none "
            f"is to spare.",
            "Add a node.",
            place,
            ("platforms", key, "nodes"),
            aspect=aspect,
        )
    if answer == "unknown":
        return unknown(
            element,
            f"Nothing says whether it has a node to spare once {site} is lost.",
            "Declare `nodes` and `needs_nodes`.",
            place,
            aspect=aspect,
        )
    return passes(element, f"Once {site} is lost it has a node to spare.", place, aspect=aspect)


def _fits(case: Case, site: str, balance: CapacityBalance) -> Outcome:
    key = _key(balance.platform, "platforms")
    element = f"platforms/{key}"
    aspect = "-".join(part for part in (balance.resource, balance.product, "without", site) if part)
    what = f"licences of {balance.product}" if balance.resource == "licence" else balance.resource
    field: FieldPath = (
        ("platforms", key, "licences")
        if balance.resource == "licence"
        else ("platforms", key, "capacity", balance.resource)
    )
    who = listed([_key(name, "workloads") for name in balance.workloads], most=3)
    verb = "takes" if len(balance.workloads) == 1 else "take"
    takes = f"Once {site} is lost {who} {verb} {_amount_of(balance.resource, balance.takes)} {what}"
    looked: tuple[FieldPath, ...] = (
        field,
        *(("workloads", _key(name, "workloads"), "takes") for name in balance.workloads[:3]),
    )
    if balance.fits == "no":
        gives = f"it gives {_figure(balance.resource, balance.gives or 0.0)}"
        lacking = _amount_of(balance.resource, balance.takes - (balance.gives or 0.0))
        return fails(
            element,
            f"{takes}; {gives}.",
            f"Add {lacking} {what}, or let less run there (`takes.dr`, `takes.minimum`).",
            *looked,
            aspect=aspect,
        )
    if balance.fits == "unknown":
        gap = balance.missing[0] if balance.missing else None
        return unknown(
            element,
            f"Whether it has room for the {what} that {who} {verb} once {site} is lost is not known"
            f"{f': {gap.element} declares no {gap.field}' if gap else ''}.",
            f"Declare {gap.field} of {gap.element}." if gap else f"Declare `capacity` of {key}.",
            *((gap.path,) if gap else ()),
            *looked,
            cause=gap.element if gap else "",
            aspect=aspect,
        )
    gives = _figure(balance.resource, balance.gives or 0.0)
    return passes(element, f"{takes}; it gives {gives}.", *looked, aspect=aspect)


_DIMENSIONS: dict[str, DimensionName] = {
    "memory": "data_size",
    "storage": "data_size",
    "throughput": "bandwidth",
}


def _figure(resource: str, value: float) -> str:
    dimension = _DIMENSIONS.get(resource)
    return number(value) if dimension is None else amount(value, dimension)


def _amount_of(resource: str, value: float) -> str:
    return f"{_figure(resource, value)} of" if resource in _DIMENSIONS else _figure(resource, value)


@rule(
    "DR-003",
    "no-primary-dependency",
    severity=Severity.CRITICAL,
    title="What runs at the DR site needs nothing that exists at the primary only",
    rationale="A DR centre that asks the lost site for names, log-in, keys or time does not start.",
    remediation="Stand up what is needed at the DR site too, and name it as an alternative (`any_of`).",
    references=(
        nist("CP-7(4)", "CP-2(5)", "SC-22", "SC-12(1)"),
        csf("PR.IR-03", "GV.OC-05"),
        iso27001("A.8.14", "A.5.30"),
        iso22301("8.3.3"),
    ),
    scope="Each workload at a DR site, with all that it needs to run, start or be recovered, transitively.",
    unknown_when="nothing says where something that it needs stands",
    bad="platforms: {dr-compute: {needs: [{on: platforms/ndc-dns}]}}",
    good="platforms: {dr-compute: {needs: [{any_of: [platforms/ndc-dns, platforms/dr-dns]}]}}",
)
def no_primary_dependency(case: Case) -> Iterator[Outcome]:
    yield from _at_dr(case)


def _at_dr(case: Case) -> Iterator[Outcome]:
    roles = {key: site.role for key, site in case.estate.sites.items()}
    primaries = frozenset(key for key, role in roles.items() if role == "primary")
    for key, work in case.estate.workloads.items():
        if roles.get(work.site) != "dr":
            continue
        element = f"workloads/{key}"
        outcome = _stranded(case, element, primaries)
        yield outcome or passes(
            element,
            f"Nothing that it needs at {work.site} exists at {listed(sorted(primaries))} only.",
            ("workloads", key, "platform"),
        )


def _stranded(case: Case, element: str, primaries: frozenset[str]) -> Outcome | None:
    """The first thing that a workload stands on that exists at the primary only, or nobody knows where."""
    seen: set[str] = set()
    pending: list[tuple[str, tuple[str, ...]]] = [(element, (element,))]
    homeless: tuple[str, FieldPath] | None = None
    while pending:
        name, way = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for names, wanted, path in _run_needs(case, name):
            homes = {other: case.facts.sites_of(other) for other in names}
            away = [other for other in names if not homes[other] or {*homes[other]} - primaries]
            if len(away) < wanted:
                missing = next(other for other in names if other not in away)
                steps = " → ".join((*way[1:], missing)) if len(way) > 1 else missing
                return fails(
                    element,
                    f"It needs {missing}, which exists at {listed(homes[missing])} only ({steps}).",
                    f"Stand up another {_kind(case, missing)} at the DR site, and let {name} name it in "
                    f"`any_of`.",
                    path,
                    _place_of(missing),
                    cause=missing,
                )
            silent = [other for other in names if not homes[other] and _should_have_place(other)]
            if silent and homeless is None:
                homeless = silent[0], path
            pending += ((other, (*way, other)) for other in away)
    if homeless is None:
        return None
    name, path = homeless
    return unknown(
        element,
        f"It needs {name}, and nothing says where that stands.",
        f"Declare `nodes` or `sites` of {name}."
        if name.startswith("platforms/")
        else f"Declare the workloads of {name}.",
        _place_of(name),
        path,
        cause=name,
    )


def _run_needs(case: Case, name: str) -> list[tuple[tuple[str, ...], int, FieldPath]]:
    """What the element needs to run, start or be recovered: alternatives, how many, and where it is said."""
    estate = case.estate
    collection, _, key = name.partition("/")
    found: list[tuple[tuple[str, ...], int, FieldPath]] = []
    if collection == "workloads":
        work = estate.workloads[key]
        found.append(((f"platforms/{work.platform}",), 1, ("workloads", key, "platform")))
        service = estate.services.get(work.service)
        if service is not None:
            found += _declared(service.needs, ("services", work.service, "needs"))
    if collection in ("workloads", "platforms", "services", "devices"):
        element = estate.collection(collection).get(key)
        found += _declared(getattr(element, "needs", ()), (collection, key, "needs"))
    return found


def _declared(needs: tuple[Need, ...], place: FieldPath) -> list[tuple[tuple[str, ...], int, FieldPath]]:
    return [
        (need.elements, need.needs, (*place, index))
        for index, need in enumerate(needs)
        if need.kind != "administer"
    ]


def _should_have_place(name: str) -> bool:
    return name.startswith(("platforms/", "services/", "devices/"))


def _place_of(name: str) -> FieldPath:
    collection, _, key = name.partition("/")
    return collection, key


def _kind(case: Case, name: str) -> str:
    platform = case.estate.platforms.get(_key(name, "platforms"))
    return f"platform of kind {platform.kind}" if platform is not None else name.partition("/")[0].rstrip("s")


@rule(
    "DR-005",
    "spof",
    severity=Severity.CRITICAL,
    title="No one component, path, room or duct takes a vital service below the level it owes",
    rationale="What has one of it fails one day, and takes with it all that stands on it.",
    remediation="Give the service a second one to stand on, in another rack, room, path or duct.",
    references=(
        nist("CP-8(2)", "RA-9", "SI-13", "CP-2(8)"),
        csf("PR.IR-03", "ID.AM-05"),
        iso27001("A.8.14"),
        iso22301("8.2.3"),
    ),
    scope="Each service of tier 0 or 1; the loss of a whole site or region is judged by the recovery rules.",
    unknown_when="facts are missing that may hide a single point of failure",
    bad="platforms: {directory: {nodes: [ldap-1], needs_nodes: 1}}",
    good="platforms: {directory: {nodes: [ldap-1, ldap-2], needs_nodes: 1}}",
)
def single_points(case: Case) -> Iterator[Outcome]:
    weak = _weak(case)
    for standing in case.analysis.standings:
        key = _key(standing.service, "services")
        tier = case.estate.services[key].tier
        if tier is not None and tier <= CRITICAL_TIER:
            yield from _standing(case, key, standing, weak)


def _weak(case: Case) -> Mapping[str, str]:
    """What other recovery rules find wrong, and what they blame: votes, the primary alone, lower tiers."""
    platforms = case.estate.platforms
    blamed = {outcome.cause: outcome.cause for outcome in _at_dr(case) if outcome.verdict is Verdict.FAIL}
    for outcome in _voting(case):
        if outcome.verdict is Verdict.FAIL:
            voting = platforms[_key(outcome.element, "platforms")]
            twins = {voting.twin, *(key for key, other in platforms.items() if other.twin == voting.id)}
            blamed |= {f"platforms/{key}": outcome.element for key in (*twins, voting.id) if key is not None}
    for key, service in case.estate.services.items():
        for name in (name for need in service.needs if need.kind == "run" for name in need.elements):
            needed = case.estate.services.get(_key(name, "services"))
            tiers = (service.tier, needed.tier if needed is not None else None)
            if tiers[0] is not None and tiers[1] is not None and tiers[1] > tiers[0]:
                blamed.setdefault(name, f"services/{key}")
    return blamed


def _standing(case: Case, key: str, standing: Standing, weak: Mapping[str, str]) -> Iterator[Outcome]:
    element = f"services/{key}"
    points = [point for point in standing.single_points if not _left_to_others(case, key, point)]
    if standing.runs == "no":
        yield fails(
            element,
            "As declared it does not run even when nothing has failed.",
            "Declare a workload for each of its components, and what they stand on.",
            ("services", key),
            aspect="runs",
        )
        return
    events = {point.event for point in points}
    for point in points:
        # A rack that is a single point only because of the one node in it is mended with that node, and a
        # hall that is one only because a cluster has an even vote with that vote.
        way = (element, *(link.target for link in point.chain))
        blamed = [weak[name] for name in way if name in weak] or [name for name in way if name in events]
        yield _single_point(element, point, blamed[0] if blamed else point.event)
    if points:
        return
    if standing.has_single_point == "unknown" or standing.runs == "unknown":
        gap = standing.missing[0] if standing.missing else None
        yield unknown(
            element,
            "No single point of failure is known, but facts are missing that may hide one"
            f"{f': {gap.element} declares no {gap.field}' if gap else ''}.",
            f"Declare {gap.field} of {gap.element}: {gap.matters}." if gap else "Declare what it stands on.",
            *((gap.path,) if gap else (("services", key),)),
            cause=gap.element if gap else "",
        )
    else:
        yield passes(element, "No single failure takes it below what it owes.", ("services", key))


def _left_to_others(case: Case, service: str, point: SinglePoint) -> bool:
    """Whole sites, and hazards that strike them, are judged by recovery; common causes by the supply rules.

    Of a place that the service is only used from, the loss of a whole rack or room is the loss of that place:
    who works there is gone with it, and the service stands.
    """
    if point.category in ("site", "common-cause"):
        return True
    if point.category == "hazard" and point.chain and point.chain[-1].source.startswith("sites/"):
        return True
    homes = {work.site for work in case.facts.workloads_of.get(service, ())}
    used_from = {*case.estate.services[service].users_at} - homes
    return point.category == "place" and bool({*case.facts.sites_of(point.event)} & used_from)


def _single_point(element: str, point: SinglePoint, cause: str) -> Outcome:
    owes = "its minimum level" if point.level == "minimum" else "full demand"
    return fails(
        element,
        f"The loss of {point.event} takes it below {owes}: {_chain(point.chain)}.",
        _AGAINST.get(point.category, "Give it a second one to stand on."),
        *(link.path for link in point.chain[::-1]),
        cause=cause if _is_element(cause) else "",
        aspect=point.event.replace("/", "-"),
    )


def _is_element(event: str) -> bool:
    return event.partition("/")[0] not in ("firmware", "fire_compartments", "failure_regions")


def _chain(chain: Chain) -> str:
    shown = [f"{link.source} {link.why} {link.target}" for link in chain]
    return " → ".join(shown if len(shown) <= 6 else [*shown[:3], "…", *shown[-2:]])


_AGAINST = {
    "component": "Add a second one, so that either is enough.",
    "platform": "Declare the devices that it is made of, or add a second platform that takes its place.",
    "place": "Spread what is needed over two places (racks, rooms, fire compartments).",
    "hazard": "Lead one of the ways clear of it.",
}


@rule(
    "DR-006",
    "quorum",
    severity=Severity.CRITICAL,
    title="Voters are odd in number, and a stretched cluster has its witness in a third failure domain",
    rationale="An even vote can split in two halves that both go on writing; a site with the majority "
    "takes the "
    "cluster down with it.",
    remediation="Add a witness at a third site, outside the failure regions of both, or take a vote away.",
    references=(
        nist("SC-24", "CP-10", "SC-36"),
        csf("PR.IR-03"),
        iso27001("A.8.14"),
    ),
    scope="Each platform that declares voters, and each vital database that stands at two sites.",
    unknown_when="where a voter stands, a failure region, or the voters of a stretched database are not "
    "declared",
    bad="platforms: {store: {quorum: {voters: [sites/ndc, sites/dr]}}}",
    good="platforms: {store: {quorum: {voters: [sites/ndc, sites/dr, sites/witness]}}}",
)
def quorum(case: Case) -> Iterator[Outcome]:
    yield from _voting(case)


def _voting(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    for key, platform in case.estate.platforms.items():
        sites = case.facts.platform_sites[key]
        if platform.quorum is not None:
            yield _votes(case, key)
        elif platform.kind == "database" and key in vital and len(sites) > 1:
            yield unknown(
                f"platforms/{key}",
                f"It stands at {listed(sites)}, and nothing says who votes when they part.",
                "Declare `quorum.voters`.",
                ("platforms", key, "quorum"),
            )


def _votes(case: Case, key: str) -> Outcome:
    element, place = f"platforms/{key}", ("platforms", key, "quorum", "voters")
    declared = case.estate.platforms[key].quorum
    voters = declared.voters if declared is not None else ()
    homes = {voter: case.facts.sites_of(voter) for voter in voters}
    homeless = [voter for voter in voters if len(homes[voter]) != 1]
    if homeless:
        return unknown(
            element,
            f"Nothing says at which one site {homeless[0]} votes.",
            f"Declare where {homeless[0]} stands, or name a device or site as the voter.",
            place,
            _place_of(homeless[0]),
            cause=homeless[0],
        )
    count = len(voters)
    if count % 2 == 0:
        return fails(
            element,
            f"It has {count} voters ({listed(voters)}): halves of {count // 2} can both, or neither, go on.",
            "Add a witness in a third failure domain, or take one vote away.",
            place,
        )
    sites = sorted({homes[voter][0] for voter in voters})
    if len(sites) == 1:
        return passes(element, f"It has {count} voters, all at {sites[0]}.", place)
    held = {site: sum(homes[voter][0] == site for voter in voters) for site in sites}
    most = max(held, key=lambda site: (held[site], site))
    automatic = declared is not None and declared.automatic
    if automatic and held[most] * 2 > count:
        return fails(
            element,
            f"{held[most]} of its {count} voters stand at {most}: its loss stops the cluster, which is to "
            f"fail over "
            "by itself.",
            "Move votes so that no site holds a majority: a witness at a third site.",
            place,
            cause=element,
        )
    regions: dict[str, str] = {}
    for site in sites:
        region = case.estate.sites[site].failure_region if site in case.estate.sites else None
        if region is None:
            return unknown(
                element,
                f"Nothing says in which failure region {site} lies, where it has a voter.",
                "Declare `failure_region`.",
                ("sites", site, "failure_region"),
                place,
                cause=f"sites/{site}",
            )
        regions[site] = region
    in_region = {
        region: sum(held[site] for site in sites if regions[site] == region) for region in regions.values()
    }
    worst = max(in_region, key=lambda region: (in_region[region], region))
    if automatic and in_region[worst] * 2 > count:
        return fails(
            element,
            f"{in_region[worst]} of its {count} voters stand in the failure region {worst}.",
            "Put the witness in a third failure region.",
            place,
            *(("sites", site, "failure_region") for site in sites if regions[site] == worst),
        )
    return passes(element, f"It has {count} voters at {listed(sites)}, and no site holds a majority.", place)


@rule(
    "DR-008",
    "cold-start",
    severity=Severity.CRITICAL,
    title="After everything is down, everything can be started again, one after the other",
    rationale="Hypervisors that wait for names, names that run on them, and a log-in that needs both: in "
    "quiet times "
    "nobody notices, after a black start nothing begins.",
    remediation="Make one need of the ring independent: a copy outside the virtual world, addresses "
    "instead of "
    "names, a break-glass account.",
    references=(
        nist("CP-10", "CP-2(8)", "CP-10(4)", "SC-24"),
        csf("RC.RP-02", "PR.IR-03"),
        iso27001("A.5.30", "A.8.14"),
        iso22301("8.4.5"),
    ),
    parameters=(),
    scope="All needs to start and to be recovered, of the whole estate.",
    bad="platforms: "
    "{hypervisors: {needs: [{kind: start, on: platforms/dns}]}, dns: {needs: [{kind: start, on: "
    "platforms/hypervisors}]}}",
    good="platforms: {dns: {nodes: [dns-1, dns-2]}} # on machines of its own",
)
def cold_start(case: Case) -> Iterator[Outcome]:
    deadlocks = case.analysis.deadlocks
    for deadlock in deadlocks:
        yield _deadlock(deadlock)
    held = {name for deadlock in deadlocks for name in deadlock.held}
    for key in case.estate.platforms:
        if f"platforms/{key}" not in held:
            yield passes(
                f"platforms/{key}", "It waits for nothing that waits for it.", ("platforms", key, "needs")
            )


def _deadlock(deadlock: Deadlock) -> Outcome:
    verb = "start" if deadlock.kind == "start" else "be recovered"
    ring = " → ".join((*(link.source for link in deadlock.cycle), deadlock.cycle[-1].target))
    held = [name for name in deadlock.held if name.startswith("services/")]
    holds = f"; so do {counted(len(held), 'service')}" if held else ""
    breaks = deadlock.breaks
    return fails(
        breaks.source,
        f"To {verb}, each waits for the next: {ring}{holds}.",
        f"Let {breaks.source} {verb} without {breaks.target} ({breaks.why}); then "
        f"{listed(deadlock.frees, most=4)} can.",
        breaks.path,
        *(link.path for link in deadlock.cycle if link != breaks),
        aspect=f"{deadlock.kind}-without-{breaks.target.replace('/', '-')}",
    )
