"""DR-005 and DR-008: no single failure that takes a vital service, nothing that waits for itself."""

from collections.abc import Iterator, Mapping

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.naming import key_of
from policies.proof_words import arrows, link_said, matter_said, why_said
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.rules.quorums import quorum
from policies.rules.recovery_site import no_primary_dependency
from resilience.results import Chain, Deadlock, SinglePoint, Standing
from specs.findings import Severity, Verdict
from specs.sentences import Sentence, Value, listed, say, say_count
from specs.services import CRITICAL_TIER


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
        key = key_of(standing.service, "services")
        tier = case.estate.services[key].tier
        if tier is not None and tier <= CRITICAL_TIER:
            yield from _standing(case, key, standing, weak)


def _weak(case: Case) -> Mapping[str, str]:
    """What other recovery rules find wrong, and what they blame: votes, the primary alone, lower tiers."""
    platforms = case.estate.platforms
    stranded = (one for one in no_primary_dependency.check(case) if one.verdict is Verdict.FAIL)
    blamed = {one.cause: one.cause for one in stranded}
    for outcome in quorum.check(case):
        if outcome.verdict is Verdict.FAIL:
            cluster = platforms[key_of(outcome.element, "platforms")]
            twins = {cluster.twin, *(key for key, other in platforms.items() if other.twin == cluster.id)}
            blamed |= {f"platforms/{key}": outcome.element for key in (*twins, cluster.id) if key is not None}
    for key, service in case.estate.services.items():
        for name in (name for need in service.needs if need.kind == "run" for name in need.elements):
            needed = case.estate.services.get(key_of(name, "services"))
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
            say("As declared it does not run even when nothing has failed."),
            say("Declare a workload for each of its components, and what they stand on."),
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
            say(
                "No single point of failure is known, but facts are missing that may hide one: {element} "
                "declares no {field}.",
                element=gap.element,
                field=gap.field,
            )
            if gap
            else say("No single point of failure is known, but facts are missing that may hide one."),
            say(
                "Declare {field} of {element}: {matters}.",
                field=gap.field,
                element=gap.element,
                matters=matter_said(gap.matters),
            )
            if gap
            else say("Declare what it stands on."),
            *((gap.path,) if gap else (("services", key),)),
            cause=gap.element if gap else "",
        )
    else:
        yield passes(element, say("No single failure takes it below what it owes."), ("services", key))


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
    told = (
        say(
            "The loss of {event} takes it below its minimum level: {chain}.",
            event=point.event,
            chain=_chain(point.chain),
        )
        if point.level == "minimum"
        else say(
            "The loss of {event} takes it below full demand: {chain}.",
            event=point.event,
            chain=_chain(point.chain),
        )
    )
    return fails(
        element,
        told,
        _AGAINST.get(point.category) or say("Give it a second one to stand on."),
        *(link.path for link in point.chain[::-1]),
        cause=cause if _is_element(cause) else "",
        aspect=point.event.replace("/", "-"),
    )


def _is_element(event: str) -> bool:
    return event.partition("/")[0] not in ("firmware", "fire_compartments", "failure_regions")


def _chain(chain: Chain) -> Sentence:
    shown: list[Value] = [link_said(link) for link in chain]
    return arrows(shown if len(shown) <= 6 else [*shown[:3], "…", *shown[-2:]])


_AGAINST = {
    "component": say("Add a second one, so that either is enough."),
    "platform": say("Declare the devices that it is made of, or add a second platform that takes its place."),
    "place": say("Spread what is needed over two places (racks, rooms, fire compartments)."),
    "hazard": say("Lead one of the ways clear of it."),
}


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
            told = say("It waits for nothing that waits for it.")
            yield passes(f"platforms/{key}", told, ("platforms", key, "needs"))


def _deadlock(deadlock: Deadlock) -> Outcome:
    ring = arrows((*(link.source for link in deadlock.cycle), deadlock.cycle[-1].target))
    told = (
        say("To start, each waits for the next: {ring}", ring=ring)
        if deadlock.kind == "start"
        else say("To be recovered, each waits for the next: {ring}", ring=ring)
    )
    held = sum(name.startswith("services/") for name in deadlock.held)
    breaks = deadlock.breaks
    parts: dict[str, Value] = {
        "element": breaks.source,
        "other": breaks.target,
        "why": why_said(breaks),
        "elements": listed(deadlock.frees, most=4),
    }
    return fails(
        breaks.source,
        say_count(held, "{told}; so do {count} service.", "{told}; so do {count} services.", told=told)
        if held
        else say("{told}.", told=told),
        say("Let {element} start without {other} ({why}); then {elements} can.", **parts)
        if deadlock.kind == "start"
        else say("Let {element} be recovered without {other} ({why}); then {elements} can.", **parts),
        breaks.path,
        *(link.path for link in deadlock.cycle if link != breaks),
        aspect=f"{deadlock.kind}-without-{breaks.target.replace('/', '-')}",
    )
