"""CERT-001: a response team that works when what it protects does not."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.rules.invocation import stands_alone
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import Team
from specs.platforms import Platform
from specs.sentences import Sentence, listed, say

ORDER_OF_HOMES = ("operations", "primary", "dr")
"""Roles of sites at which an estate without a response team is told so, the fittest first."""


@rule(
    "CERT-001",
    "ir-readiness",
    severity=Severity.HIGH,
    title="The response team is known, on call day and night, and stands on nothing of those it protects",
    rationale="In the attack that it is there for, mail, sign-on and network of its constituency are in the "
    "intruder's hands or down; a team that works by them is blind and mute.",
    remediation="Give the team platforms, sign-on and administrators of its own and a way to speak that "
    "needs no system of the estate; publish its profile (RFC 2350) and write the incident plan.",
    references=(
        nist("IR-4", "IR-6", "IR-8", "IR-7", "CP-11"),
        csf("RC.RP-01", "ID.IM-04"),
        iso27001("A.5.24", "A.5.26", "A.5.5"),
        iso22301("8.4.3"),
        cis("17.1", "17.2", "17.4"),
    ),
    scope="Each team with a profile, and each that administers a SIEM platform; these platforms and the "
    "sign-on of their administrators.",
    unknown_when="no such team or platform, the plan, the profile, the roster, a contact, or who administers "
    "a platform is not declared",
    bad="teams: {cert: {on_call: office-hours, contacts: [{means: mail, depends_on: [platforms/mail]}]}}",
    good="teams: {cert: {on_call: 24x7, contacts: [{means: satellite}], profile: "
    "'https://cert.example/rfc2350'}}",
)
def ir_readiness(case: Case) -> Iterator[Outcome]:
    tools = [platform for platform in case.estate.platforms.values() if platform.kind == "siem"]
    domains = case.estate.admin_domains
    holders = {
        platform.id: case.facts.administrators_of.get(f"platforms/{platform.id}", ()) for platform in tools
    }
    teams = {key for key, team in case.estate.teams.items() if team.profile is not None} | {
        name for owners in holders.values() for owner in owners for name in domains[owner].teams
    }
    if not teams:
        yield from _nobody(case)
    for name in sorted(teams):
        if name in case.estate.teams:
            yield from _team(case, case.estate.teams[name], bool(tools))
    own = {key for key, domain in domains.items() if {*domain.teams} & teams}
    for platform in tools:
        yield _tool(case, platform, holders[platform.id], own)


def _nobody(case: Case) -> Iterator[Outcome]:
    by_role: dict[str, str] = {}
    for key, site in case.estate.sites.items():
        by_role.setdefault(site.role, key)
    home = next((by_role[role] for role in ORDER_OF_HOMES if role in by_role), None)
    if home is not None:
        yield unknown(
            f"sites/{home}",
            say("Nothing says who responds to incidents."),
            say("Declare a team with its {fact}.", fact="`profile`"),
            ("sites", home),
        )


def _team(case: Case, team: Team, has_tools: bool) -> Iterator[Outcome]:
    element = f"teams/{team.id}"
    place: FieldPath = ("teams", team.id)
    plan: FieldPath = ("plan", "incident_plan")
    if not (case.estate.plan.incident_plan or "").strip():
        yield unknown(
            element,
            say("Nothing names the plan by which it responds to incidents."),
            say("Declare {fact}.", fact="`plan.incident_plan`"),
            plan,
            aspect="plan",
        )
    else:
        told = say("It responds by {plan}.", plan=case.estate.plan.incident_plan or "")
        yield passes(element, told, plan, aspect="plan")
    if not (team.profile or "").strip():
        yield unknown(
            element,
            say("Nothing says where its profile (RFC 2350) is published."),
            say("Publish it, and declare {fact}.", fact="`profile`"),
            (*place, "profile"),
            aspect="profile",
        )
    else:
        told = say("Its profile is published at {place}.", place=team.profile or "")
        yield passes(element, told, (*place, "profile"), aspect="profile")
    yield _roster(team)
    yield _reached(team)
    if not has_tools:
        yield unknown(
            element,
            say("Nothing says by which platform it watches."),
            say("Declare a platform of kind {kind}, with who administers it.", kind="siem"),
            place,
            aspect="tooling",
        )


def _roster(team: Team) -> Outcome:
    element, place, aspect = f"teams/{team.id}", ("teams", team.id, "on_call"), "roster"
    if team.on_call is None:
        return unknown(
            element,
            say("Nothing says when it can be called."),
            say("Declare {fact}.", fact="`on_call`"),
            place,
            aspect=aspect,
        )
    if team.on_call != "24x7":
        return fails(
            element,
            say("It cannot be called at night."),
            say("Put it on call day and night ({fact}).", fact="`on_call: 24x7`"),
            place,
            aspect=aspect,
        )
    return passes(element, say("It is on call day and night."), place, aspect=aspect)


def _reached(team: Team) -> Outcome:
    element, aspect = f"teams/{team.id}", "contacts"
    place: FieldPath = ("teams", team.id, "contacts")
    if not team.contacts:
        return unknown(
            element,
            say("Nothing says how it is reached when mail and sign-on are down."),
            say("Declare {fact}.", fact="`contacts`"),
            place,
            aspect=aspect,
        )
    apart = sorted({contact.means for contact in team.contacts if stands_alone(contact)})
    if not apart:
        return fails(
            element,
            say("Every way to reach it needs a system of the estate."),
            say("Agree on one that needs none, such as satellite or radio."),
            *((*place, number) for number in range(len(team.contacts))),
            aspect=aspect,
        )
    told = say("It is reached without the estate: {means}.", means=listed(apart))
    return passes(element, told, place, aspect=aspect)


def _tool(case: Case, tool: Platform, holders: tuple[str, ...], own: set[str]) -> Outcome:
    element, aspect = f"platforms/{tool.id}", "independence"
    place: FieldPath = ("platforms", tool.id, "administered_by")
    if not holders:
        return unknown(
            element,
            say("Nothing says who administers it, so whether it is the response team's own is not known."),
            say("Declare {fact}.", fact="`administered_by`"),
            place,
            aspect=aspect,
        )
    borrowed = sorted(_borrowed(case, tool, holders, own), key=lambda one: one[0])
    if borrowed:
        names = [name for name, _, _ in borrowed]
        silent = [name for name, found, _ in borrowed if not found]
        looked = tuple(path for _, _, path in borrowed)
        if len(silent) == len(names):
            return unknown(
                element,
                say("It needs {others}, and nothing says who administers that.", others=listed(silent)),
                say("Declare {fact} of {element}.", fact="`administered_by`", element=listed(silent)),
                *looked,
                cause=f"platforms/{silent[0]}",
                aspect=aspect,
            )
        theirs = listed([name for name in names if name not in silent])
        return fails(
            element,
            say("It needs {others}, which those whom it watches administer.", others=theirs),
            say("Give the response team a system of its own in place of {others}.", others=theirs),
            *looked,
            place,
            aspect=aspect,
        )
    told: Sentence = say("It needs nothing that those whom it watches administer.")
    return passes(element, told, place, ("platforms", tool.id, "needs"), aspect=aspect)


def _borrowed(
    case: Case, tool: Platform, holders: tuple[str, ...], own: set[str]
) -> Iterator[tuple[str, bool, FieldPath]]:
    """Platforms of others without which the tool or its administrators do not work; whether their
    administrators are known; and the fact that says so."""
    platforms, hands = case.estate.platforms, case.facts.administrators_of
    needed: dict[str, FieldPath] = dict.fromkeys(
        case.facts.platforms_run_on(tool.id), ("platforms", tool.id, "needs")
    )
    for key in holders:
        login = case.estate.admin_domains[key].identity
        if login in platforms:
            needed.setdefault(login, ("admin_domains", key, "identity"))
    nodes = {*tool.nodes}
    for node in tool.nodes:
        for name in case.facts.platform_of.get(node, ()):
            if name != tool.id and nodes & {*platforms[name].nodes}:
                needed.setdefault(name, ("platforms", tool.id, "nodes"))
    for name, path in needed.items():
        found = hands.get(f"platforms/{name}", ())
        if not {*found} & own:
            yield name, bool(found), path
