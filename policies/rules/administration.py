"""IAM: administrators who cannot be impersonated, and who get in when sign-on itself is down."""

from collections.abc import Iterator
from datetime import timedelta

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import AdminDomain, BreakGlass
from specs.sentences import Sentence, say, say_count
from specs.units import DAY


@rule(
    "IAM-001",
    "admin-mfa",
    severity=Severity.CRITICAL,
    title="Administrators sign in by phishing-resistant means, and sealed accounts work without sign-on",
    rationale="A stolen password of an administrator is the way in of most intruders; and where every way in "
    "leads by the sign-on service, nobody can repair that.",
    remediation="Give administrators security keys or smart cards, and keep two sealed accounts a domain "
    "that need no sign-on service, tried at least once a year.",
    references=(
        nist("IA-2(1)", "IA-2(6)", "IA-2(8)", "AC-6(5)", "AC-2(7)"),
        csf("PR.AA-03", "PR.AA-05"),
        iso27001("A.8.5", "A.8.2"),
        cis("6.5", "6.4", "5.4"),
    ),
    parameters=(
        Parameter("accounts", 2, "Least number of sealed accounts.", "one may be lost with its holder"),
        Parameter(
            "tested", 365 * DAY, "Longest time since they were tried.", "judgement: a year", "duration"
        ),
    ),
    scope="Each administrative domain.",
    unknown_when="the second factor, the sealed accounts, or any of what is asked of these is not declared",
    bad="admin_domains: {platforms: {teams: [operations], mfa: otp, break_glass: {accounts: 1}}}",
    good="admin_domains: {platforms: {teams: [operations], mfa: phishing-resistant, break_glass: {accounts: "
    "2, sealed: true, tested_on: 2026-09-10, works_without_identity: true}}}",
)
def admin_mfa(case: Case) -> Iterator[Outcome]:
    for domain in case.estate.admin_domains.values():
        yield _second_factor(domain)
        yield _break_glass(case, domain)


def _second_factor(domain: AdminDomain) -> Outcome:
    element, aspect = f"admin_domains/{domain.id}", "mfa"
    place: FieldPath = ("admin_domains", domain.id, "mfa")
    match domain.mfa:
        case None:
            return unknown(
                element,
                say("Nothing says by what second factor its administrators sign in."),
                say("Declare {fact}.", fact="`mfa`"),
                place,
                aspect=aspect,
            )
        case "phishing-resistant":
            return passes(
                element,
                say("Its administrators sign in by a factor that resists phishing."),
                place,
                aspect=aspect,
            )
        case "otp":
            message = say("Its administrators sign in by a code that can be phished.")
        case _:
            message = say("Its administrators sign in without a second factor.")
    return fails(
        element,
        message,
        say("Give them security keys or smart cards ({fact}).", fact="`mfa: phishing-resistant`"),
        place,
        aspect=aspect,
    )


def _break_glass(case: Case, domain: AdminDomain) -> Outcome:
    """Every fact that is wrong counts before one that is not declared."""
    element, aspect = f"admin_domains/{domain.id}", "break-glass"
    place: FieldPath = ("admin_domains", domain.id, "break_glass")
    sealed_accounts = domain.break_glass
    if sealed_accounts is None:
        return unknown(
            element,
            say("Nothing says how its administrators get in when nothing else works."),
            say("Declare {fact}.", fact="`break_glass`"),
            place,
            aspect=aspect,
        )
    for field, message, mending in _wrong(case, sealed_accounts):
        return fails(element, message, mending, (*place, field), place, aspect=aspect)
    missing = _undeclared(domain, sealed_accounts)
    if missing is not None:
        field, message = missing
        return unknown(
            element,
            message,
            say("Declare {fact}.", fact=f"`break_glass.{field}`"),
            (*place, field),
            place,
            aspect=aspect,
        )
    return passes(
        element,
        say_count(
            sealed_accounts.accounts,
            "{count} sealed account, last tried on {day}, works without sign-on.",
            "{count} sealed accounts, last tried on {day}, work without sign-on.",
            day=str(sealed_accounts.tested_on),
        ),
        place,
        aspect=aspect,
    )


def _wrong(case: Case, accounts: BreakGlass) -> Iterator[tuple[str, Sentence, Sentence]]:
    least, longest = int(case.number("accounts")), case.number("tested")
    if accounts.accounts < least:
        yield (
            "accounts",
            say_count(
                accounts.accounts,
                "It has {count} account for emergencies; {least} are asked for.",
                "It has {count} accounts for emergencies; {least} are asked for.",
                least=least,
            ),
            say("Make {least}, held by different people.", least=least),
        )
    if accounts.sealed is False:
        yield (
            "sealed",
            say("The secrets of its emergency accounts do not lie sealed."),
            say("Seal them, and record every opening."),
        )
    if accounts.works_without_identity is False:
        yield (
            "works_without_identity",
            say("Its emergency accounts do not work when the sign-on service is down."),
            say("Make them accounts of the systems themselves."),
        )
    day = accounts.tested_on
    if day is not None and day > case.on:
        yield (
            "tested_on",
            say(
                "Its emergency accounts were never tried: {day} is later than {today}.",
                day=str(day),
                today=str(case.on),
            ),
            say("Try them, and record the day."),
        )
    elif day is not None and case.on - day > timedelta(seconds=longest):
        yield (
            "tested_on",
            say(
                "Its emergency accounts were last tried on {day}; they are to be tried every {longest}.",
                day=str(day),
                longest=amount(longest, "duration"),
            ),
            say("Try them, and record the day."),
        )


def _undeclared(domain: AdminDomain, accounts: BreakGlass) -> tuple[str, Sentence] | None:
    if accounts.sealed is None:
        return "sealed", say("Nothing says whether the secrets of its emergency accounts lie sealed.")
    if accounts.tested_on is None:
        return "tested_on", say("Nothing says when its emergency accounts were last tried.")
    if accounts.works_without_identity is None and domain.identity is not None:
        return (
            "works_without_identity",
            say(
                "Nothing says whether its emergency accounts work when {identity} is down.",
                identity=domain.identity,
            ),
        )
    return None


@rule(
    "IAM-002",
    "paw-bastion",
    severity=Severity.HIGH,
    title="Administration starts from a bastion or a dedicated workstation, and sessions are recorded",
    rationale="Who administers from the machine on which he reads mail lends his rights to whatever came by "
    "mail; and without a recording nobody can tell afterwards what was done.",
    remediation="Let sessions start at a bastion, or at workstations that serve for nothing else, and record "
    "them.",
    references=(
        nist("AC-17(3)", "AC-17(1)", "SC-7(15)", "AC-6"),
        csf("PR.AA-05", "DE.CM-09"),
        iso27001("A.8.2", "A.8.18"),
        cis("12.8"),
    ),
    scope="Each administrative domain.",
    unknown_when="neither a bastion nor the workstations are declared, or nothing says whether sessions are "
    "recorded",
    bad="admin_domains: {platforms: {teams: [operations], workstations: general, sessions_recorded: false}}",
    good="admin_domains: {platforms: {teams: [operations], bastion: bastion, sessions_recorded: true}}",
)
def paw_bastion(case: Case) -> Iterator[Outcome]:
    for domain in case.estate.admin_domains.values():
        yield _origin(domain)
        yield _recording(domain)


def _origin(domain: AdminDomain) -> Outcome:
    element, aspect = f"admin_domains/{domain.id}", "origin"
    bastion: FieldPath = ("admin_domains", domain.id, "bastion")
    workstations: FieldPath = ("admin_domains", domain.id, "workstations")
    if domain.bastion is not None:
        told = say("Its sessions start from {bastion}.", bastion=domain.bastion)
        return passes(element, told, bastion, aspect=aspect)
    match domain.workstations:
        case "dedicated":
            return passes(
                element,
                say("Its sessions start from workstations that serve for nothing else."),
                workstations,
                aspect=aspect,
            )
        case "general":
            return fails(
                element,
                say(
                    "Its sessions start from workstations that serve for other work too, and pass no bastion."
                ),
                say("Let them pass a bastion, or give its administrators machines of their own."),
                workstations,
                bastion,
                aspect=aspect,
            )
    return unknown(
        element,
        say("Nothing says from where its sessions start."),
        say("Declare {fact} or {other}.", fact="`bastion`", other="`workstations`"),
        bastion,
        workstations,
        aspect=aspect,
    )


def _recording(domain: AdminDomain) -> Outcome:
    element, aspect = f"admin_domains/{domain.id}", "recording"
    place: FieldPath = ("admin_domains", domain.id, "sessions_recorded")
    if domain.sessions_recorded is None:
        return unknown(
            element,
            say("Nothing says whether its sessions are recorded."),
            say("Declare {fact}.", fact="`sessions_recorded`"),
            place,
            aspect=aspect,
        )
    if not domain.sessions_recorded:
        return fails(
            element,
            say("Its sessions are not recorded."),
            say("Record them, and keep the recordings where its administrators cannot change them."),
            place,
            aspect=aspect,
        )
    return passes(element, say("Its sessions are recorded."), place, aspect=aspect)
