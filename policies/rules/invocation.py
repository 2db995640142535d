"""PLN-001, BIA-001 and TEA-001: who orders recovery and how, what justifies its haste, who carries it out."""

from collections.abc import Iterator
from datetime import date, timedelta

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import Contact, Team
from specs.places import Site
from specs.sentences import Sentence, listed, say
from specs.services import CRITICAL_TIER, Service
from specs.units import DAY

FRAGILE = ("mail", "chat")
"""Means of contact that go with the systems whose loss is to be spoken of."""


@rule(
    "PLN-001",
    "recovery-invoked",
    severity=Severity.HIGH,
    title="The plan says who invokes recovery, when, how people speak, and lies in print at the DR site",
    rationale="In the hour of a disaster nobody looks for who may decide. A plan that names one person, is "
    "reached by mail or lies on the lost file server is no plan.",
    remediation="Name an authority with alternates and the criteria, agree on a way to speak that needs no "
    "system of the estate, lay a printed runbook at each DR site, and review it once a year.",
    references=(
        nist("CP-2", "CP-2(3)", "CP-11", "IR-4(3)"),
        csf("RC.RP-01", "GV.RR-02"),
        iso27001("A.5.29", "A.5.30"),
        iso22301("8.4.2", "8.4.3", "8.4.4"),
    ),
    parameters=(
        Parameter(
            "reviewed", 365 * DAY, "Longest time since the last review.", "judgement: a year", "duration"
        ),
    ),
    scope="The plan, for each DR site; for the primary where there is none.",
    unknown_when="authority, alternates, criteria, contacts, the printed runbook or the review is not "
    "declared",
    bad="plan: {authority: crisis, contacts: [{means: mail}]}",
    good="plan: {authority: crisis, alternates: [duty], criteria: [The data centre is lost], contacts: "
    "[{means: satellite}], runbook_offline_at: [dr], reviewed_on: 2026-09-30}",
)
def recovery_invoked(case: Case) -> Iterator[Outcome]:
    roles = {site.role for site in case.estate.sites.values()}
    for site in case.estate.sites.values():
        if site.role == ("dr" if "dr" in roles else "primary"):
            yield _authority(case, site)
            yield _criteria(case, site)
            yield _contacts(case, site)
            yield _runbook(case, site)
            yield _reviewed(case, site)


def _authority(case: Case, site: Site) -> Outcome:
    element, aspect, plan = f"sites/{site.id}", "authority", case.estate.plan
    if plan.authority is None:
        return unknown(
            element,
            say("Nothing says who may order recovery here."),
            say("Declare {fact}.", fact="`plan.authority`"),
            ("plan", "authority"),
            aspect=aspect,
        )
    others = [name for name in plan.alternates if name != plan.authority]
    if not others:
        return (fails if plan.alternates else unknown)(
            element,
            say("{team} may order recovery here, and nobody in its place.", team=plan.authority),
            say("Name others in {fact}.", fact="`plan.alternates`"),
            ("plan", "alternates"),
            ("plan", "authority"),
            aspect=aspect,
        )
    reachable = [
        name
        for name in (plan.authority, *others)
        if name in case.estate.teams and case.estate.teams[name].on_call == "24x7"
    ]
    if not reachable:
        names = listed([plan.authority, *others])
        return fails(
            element,
            say("Of those who may order recovery here ({teams}) none is on call day and night.", teams=names),
            say("Put one of them on call day and night."),
            ("plan", "authority"),
            *(("teams", name, "on_call") for name in (plan.authority, *others)),
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "{team} may order recovery here, and {others} in its place.",
            team=plan.authority,
            others=listed(others),
        ),
        ("plan", "authority"),
        ("plan", "alternates"),
        aspect=aspect,
    )


def _criteria(case: Case, site: Site) -> Outcome:
    element, place, aspect = f"sites/{site.id}", ("plan", "criteria"), "criteria"
    if not case.estate.plan.criteria:
        return unknown(
            element,
            say("Nothing says when recovery is ordered."),
            say("Declare {fact}.", fact="`plan.criteria`"),
            place,
            aspect=aspect,
        )
    return passes(element, say("The plan says when recovery is ordered."), place, aspect=aspect)


def _contacts(case: Case, site: Site) -> Outcome:
    element, aspect, contacts = f"sites/{site.id}", "contacts", case.estate.plan.contacts
    place: FieldPath = ("plan", "contacts")
    if not contacts:
        return unknown(
            element,
            say("Nothing says how people reach each other when mail and sign-on are down."),
            say("Declare {fact}.", fact="`plan.contacts`"),
            place,
            aspect=aspect,
        )
    apart = [contact.means for contact in contacts if stands_alone(contact)]
    if not apart:
        return fails(
            element,
            say("Every way for people to reach each other needs a system of the estate."),
            say("Agree on one that needs none, such as satellite or radio."),
            *(("plan", "contacts", number) for number in range(len(contacts))),
            aspect=aspect,
        )
    return passes(
        element,
        say("People reach each other without the estate: {means}.", means=listed(sorted(set(apart)))),
        place,
        aspect=aspect,
    )


def stands_alone(contact: Contact) -> bool:
    """Whether people reach each other by it when everything of the estate is down."""
    needs = {name.partition("/")[0] for name in contact.depends_on}
    return contact.means not in FRAGILE and not needs & {"platforms", "services", "devices", "networks"}


def _runbook(case: Case, site: Site) -> Outcome:
    element, aspect, sites = f"sites/{site.id}", "runbook", case.estate.plan.runbook_offline_at
    place: FieldPath = ("plan", "runbook_offline_at")
    if not sites:
        return unknown(
            element,
            say("Nothing says where a printed runbook lies."),
            say("Declare {fact}.", fact="`plan.runbook_offline_at`"),
            place,
            aspect=aspect,
        )
    if site.id not in sites:
        return fails(
            element,
            say("Printed runbooks lie at {sites}, and none here.", sites=listed(sorted(sites))),
            say("Lay one here too."),
            place,
            aspect=aspect,
        )
    return passes(element, say("A printed runbook lies here."), place, aspect=aspect)


def _reviewed(case: Case, site: Site) -> Outcome:
    element, day = f"sites/{site.id}", case.estate.plan.reviewed_on
    return _review(case, element, day, ("plan", "reviewed_on"), "`plan.reviewed_on`", "review")


def _review(case: Case, element: str, day: date | None, place: FieldPath, fact: str, aspect: str) -> Outcome:
    longest = case.number("reviewed")
    if day is None:
        return unknown(
            element,
            say("Nothing says when it was last reviewed."),
            say("Declare {fact}.", fact=fact),
            place,
            aspect=aspect,
        )
    told = say(
        "It was last reviewed on {day}; it is to be reviewed every {longest}.",
        day=str(day),
        longest=amount(longest, "duration"),
    )
    if day > case.on:
        told = say(
            "It was never reviewed: {day} is later than {today}.",
            day=str(day),
            today=str(case.on),
        )
    elif case.on - day <= timedelta(seconds=longest):
        return passes(element, told, place, aspect=aspect)
    return fails(element, told, say("Review it, have it approved, and record the day."), place, aspect=aspect)


@rule(
    "BIA-001",
    "impact-approved",
    severity=Severity.MEDIUM,
    title="What an outage of each vital service does was analysed, approved and reviewed, and bounds its RTO",
    rationale="Objectives that nobody derived from what an outage does to people are numbers; whoever must "
    "pay for them will ask.",
    remediation="Have the owner say what an outage does as it goes on, have it approved, review it once a "
    "year, and set the RTO below what can be tolerated.",
    references=(
        nist("RA-9", "CP-2", "CP-2(8)"),
        csf("GV.OC-04", "ID.RA-04"),
        iso27001("A.5.29", "A.5.30"),
        iso22301("8.2.2"),
    ),
    parameters=(
        Parameter(
            "reviewed", 365 * DAY, "Longest time since the last review.", "judgement: a year", "duration"
        ),
    ),
    scope="Each service of tier 0 or 1.",
    unknown_when="the impact over time, who approved it, or the day of its review is not declared",
    bad="services: {tax: {tier: 1, impact: {over_time: [{after: 4 h, level: high}]}}}",
    good="services: {tax: {tier: 1, impact: {over_time: [{after: 4 h, level: high}], approved_by: Steering "
    "board, reviewed_on: 2026-05-12}}}",
)
def impact_approved(case: Case) -> Iterator[Outcome]:
    for key, service in case.estate.services.items():
        if service.tier is None or service.tier > CRITICAL_TIER:
            continue
        element, impact = f"services/{key}", service.impact
        place: FieldPath = ("services", key, "impact")
        if not impact.over_time or not (impact.approved_by or "").strip():
            field = "approved_by" if impact.over_time else "over_time"
            message = (
                say("Nothing says who approved what its outage does.")
                if impact.over_time
                else say("Nothing says what its outage does as it goes on.")
            )
            mending = say("Declare {fact}.", fact=f"`impact.{field}`")
            yield unknown(element, message, mending, (*place, field), place, aspect="analysis")
        else:
            told = say("What its outage does was approved by {who}.", who=impact.approved_by or "")
            yield passes(element, told, (*place, "approved_by"), aspect="analysis")
        yield _review(
            case, element, impact.reviewed_on, (*place, "reviewed_on"), "`impact.reviewed_on`", "review"
        )
        yield from _tolerable(service)


def _tolerable(service: Service) -> Iterator[Outcome]:
    """ISO 22301, 8.2.2: the RTO lies below the period after which an outage is not tolerable."""
    for scenario in ("component", "site", "region", "cyber"):
        objective = getattr(service.objectives, scenario)
        if objective is None or objective.mtpd is None:
            continue
        place: FieldPath = ("services", service.id, "objectives", scenario)
        told = say(
            "Its RTO is {rto}; an outage is tolerable for {mtpd}.",
            rto=amount(objective.rto, "duration"),
            mtpd=amount(objective.mtpd, "duration"),
        )
        looked = ((*place, "rto"), (*place, "mtpd"))
        element, aspect = f"services/{service.id}", f"mtpd-{scenario}"
        if objective.rto > objective.mtpd:
            mending = say("Set the RTO below what can be tolerated.")
            yield fails(element, told, mending, *looked, aspect=aspect)
        else:
            yield passes(element, told, *looked, aspect=aspect)


@rule(
    "TEA-001",
    "alternates",
    severity=Severity.HIGH,
    title="Every vital service has an owner, and each team that recovers it an alternate from another list",
    rationale="The one team that knows how may be on the wrong side of the flood; a step that nobody else "
    "can take is a single point of failure made of people.",
    remediation="Name an owner, and for each team another one that can take its steps and can be called at "
    "the same hours.",
    references=(
        nist("CP-2", "CP-3"),
        csf("GV.RR-02", "RC.RP-02"),
        iso27001("A.5.2", "A.5.30"),
        iso22301("8.4.2", "8.4.4"),
    ),
    scope="Each service of tier 0 or 1, and each team that takes a step of its recovery or brings a vital "
    "platform back.",
    unknown_when="the owner, the alternate, or when either team can be called is not declared",
    bad="teams: {databases: {members: 3, on_call: office-hours}}",
    good="teams: {databases: {members: 12, on_call: 24x7, alternate: platforms}, platforms: {on_call: 24x7}}",
)
def alternates(case: Case) -> Iterator[Outcome]:
    teams: dict[str, tuple[Sentence, FieldPath]] = {}
    for key, service in case.estate.services.items():
        if service.tier is None or service.tier > CRITICAL_TIER:
            continue
        place: FieldPath = ("services", key, "owner")
        if service.owner is None:
            yield unknown(
                f"services/{key}",
                say("Nothing says who answers for it."),
                say("Declare {fact}.", fact="`owner`"),
                place,
            )
        else:
            told = say("{team} answers for it.", team=service.owner)
            yield passes(f"services/{key}", told, place)
        for number, step in enumerate(service.recovery):
            if step.team is not None:
                told = say("It takes a step in the recovery of {service}", service=key)
                teams.setdefault(step.team, (told, ("services", key, "recovery", number, "team")))
    for platform in case.facts.critical_platforms:
        if platform.recovery_team is not None:
            told = say("It brings {platform} back", platform=platform.id)
            teams.setdefault(platform.recovery_team, (told, ("platforms", platform.id, "recovery_team")))
    for name in sorted(teams):
        if name in case.estate.teams:
            yield _stood_in_for(case, case.estate.teams[name], *teams[name])


def _stood_in_for(case: Case, team: Team, told: Sentence, where: FieldPath) -> Outcome:
    element, place = f"teams/{team.id}", ("teams", team.id, "alternate")
    other = case.estate.teams.get(team.alternate or "")
    if other is None:
        return unknown(
            element,
            say("{told}, and nothing says who stands in for it.", told=told),
            say("Declare {fact}.", fact="`alternate`"),
            place,
            where,
        )
    if other.id == team.id:
        return fails(
            element,
            say("{told}, and would stand in for itself.", told=told),
            say("Name another team."),
            place,
            where,
        )
    for one in (team, other):
        called: FieldPath = ("teams", one.id, "on_call")
        if one.on_call is None:
            return unknown(
                element,
                say("{told}, and nothing says when {team} can be called.", told=told, team=one.id),
                say("Declare {fact} of {element}.", fact="`on_call`", element=one.id),
                called,
                place,
                cause=f"teams/{one.id}",
            )
        if one.on_call != "24x7":
            return fails(
                element,
                say("{told}, and {team} cannot be called at night.", told=told, team=one.id),
                say("Put {team} on call day and night, or give the step to a team that is.", team=one.id),
                called,
                place,
                where,
                cause=f"teams/{one.id}",
            )
    return passes(
        element,
        say("{told}; {team} stands in for it, on a list of its own.", told=told, team=other.id),
        place,
        where,
    )
