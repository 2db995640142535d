"""GOV: what people answer for is in force: attestations, applicability, accepted risks, planned actions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from policies.case import Case
from policies.frameworks import FRAMEWORKS, csf, iso22301, iso27001, nist
from policies.frameworks.catalogue import catalogue
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.findings import Severity
from specs.governance import Action, Attestation, Controls, FrameworkKey, Risk
from specs.issues import FieldPath
from specs.sentences import listed, say, say_count
from specs.text import nearest
from specs.units import DAY

_NOT_THEIRS = "Bearing it would hide that nobody answers any more for what was promised."


@rule(
    "GOV-001",
    "attestations-in-force",
    severity=Severity.LOW,
    title="Every attestation is of controls that exist, is signed, and has not run out",
    rationale="What rules cannot see stands on somebody's word. A word that has run out, or that cannot be "
    "told from another, is no evidence, and its controls are unknown again.",
    remediation="Have it made anew, sign it, and give the reference and the digest of the signed statement.",
    references=(nist("CA-2", "CA-7"), csf("GV.OV-03"), iso27001("A.5.36")),
    scope="Each attestation of the estate.",
    unknown_when="the signed statement's reference or digest is not declared",
    bad="attestations: {awareness: {controls: {iso-27001: [A.6.3]}, statement: …, by: …, on: 2024-01-31, "
    "expires: 2025-01-31}}",
    good="attestations: {awareness: {controls: {iso-27001: [A.6.3]}, statement: …, by: …, on: 2026-01-31, "
    "expires: 2027-01-31, document: HR-12/2026, digest: 'sha256:…'}}",
    never_waived=_NOT_THEIRS,
)
def attestations_in_force(case: Case) -> Iterator[Outcome]:
    """Each attestation, the controls that it names first."""
    for key, attestation in case.estate.attestations.items():
        yield from _misnamed(f"attestations/{key}", attestation.controls)
        yield _attested(case, key, attestation)


def _attested(case: Case, key: str, attestation: Attestation) -> Outcome:
    element, place = f"attestations/{key}", ("attestations", key)
    if attestation.expires < case.on:
        return fails(
            element,
            say("It ran out on {day}; what it attests is unknown again.", day=str(attestation.expires)),
            say("Have it made anew, or remove it."),
            (*place, "expires"),
        )
    if attestation.on > case.on:
        return fails(
            element,
            say("It is dated {day}, which is still to come.", day=str(attestation.on)),
            say("Correct the day, or wait until it is made."),
            (*place, "on"),
        )
    for field in ("document", "digest"):
        if getattr(attestation, field) is None:
            return unknown(
                element,
                say(
                    "Nothing says which signed statement it is: {field} is not declared.", field=f"`{field}`"
                ),
                say("Declare {field} of the signed statement.", field=f"`{field}`"),
                (*place, field),
            )
    return passes(
        element,
        say("It counts until {day}.", day=str(attestation.expires)),
        (*place, "expires"),
        (*place, "digest"),
    )


@rule(
    "GOV-002",
    "applicability-decided",
    severity=Severity.LOW,
    title="A framework that the statement of applicability takes up is decided control by control",
    rationale="A control that nobody decided on is neither done nor left out for a reason; an auditor asks "
    "for every one of them.",
    remediation="Decide on the controls that are left: whether they apply, why, and who decided.",
    references=(nist("PL-10", "PL-11"), iso27001("A.5.36")),
    scope="Each entry of the statement, and each framework that it takes up.",
    unknown_when="some controls of a framework are decided on and others are not",
    bad="applicability: {people: {controls: {iso-27001: [A.6]}, applicable: true, why: …, decided_by: …, "
    "on: 2026-01-31}}",
    good="applicability: {all: {controls: {iso-27001: [A.5, A.6, A.7, A.8]}, applicable: true, why: …, "
    "decided_by: …, on: 2026-01-31}}",
    never_waived=_NOT_THEIRS,
)
def applicability_decided(case: Case) -> Iterator[Outcome]:
    """Each entry, then each framework that one of them takes up."""
    decided: dict[FrameworkKey, dict[str, str]] = {}
    for key, entry in case.estate.applicability.items():
        yield from _misnamed(f"applicability/{key}", entry.controls)
        for framework, ids in entry.controls.items():
            for id in ids:
                for one in catalogue(framework).within(id):
                    decided.setdefault(framework, {}).setdefault(one.id, key)
    for framework, entries in sorted(decided.items()):
        first = min(entries.values())
        yield _decided(framework, entries, first)


def _decided(framework: FrameworkKey, entries: Mapping[str, str], first: str) -> Outcome:
    element, place = f"applicability/{first}", ("applicability", first, "controls", framework)
    title = FRAMEWORKS[framework].title
    open_ones = [id for id in catalogue(framework).controls if id not in entries]
    if open_ones:
        return unknown(
            element,
            say_count(
                len(open_ones),
                "Nobody has decided on {count} control of {framework}.",
                "Nobody has decided on {count} controls of {framework}.",
                framework=title,
            ),
            say("Decide on {controls}.", controls=listed(open_ones)),
            place,
            aspect=framework,
        )
    told = say("All controls of {framework} are decided on.", framework=title)
    return passes(element, told, place, aspect=framework)


@rule(
    "GOV-003",
    "risks-answered",
    severity=Severity.MEDIUM,
    title="Every risk that is borne is borne by somebody in time, and every other has an action",
    rationale="A risk whose acceptance has run out is borne by nobody. One that is to be mitigated, with no "
    "action to do it, is accepted without anybody having said so.",
    remediation="Have the acceptance renewed by somebody who may bear it, or plan an action with an owner "
    "and a day.",
    references=(nist("RA-7", "PM-4"), csf("ID.RA-06"), iso22301("8.2.3")),
    parameters=(
        Parameter(
            "most_accepted",
            14,
            "Highest level of a risk that may be accepted (1 to 25).",
            "a judgement: below likely and major",
        ),
        Parameter(
            "review",
            365 * DAY,
            "Longest time since a risk was looked at.",
            "yearly, as management reviews are",
            "duration",
        ),
    ),
    scope="Each risk of the register.",
    unknown_when="nobody says when a risk was last looked at",
    bad="risks: {flood: {risk: …, owner: …, likelihood: rare, impact: severe, treatment: accept, "
    "accepted_by: …, accepted_until: 2024-01-31}}",
    good="risks: {flood: {risk: …, owner: …, likelihood: rare, impact: severe, treatment: accept, "
    "accepted_by: …, accepted_until: 2027-01-31, reviewed_on: 2026-10-01}}",
    never_waived=_NOT_THEIRS,
)
def risks_answered(case: Case) -> Iterator[Outcome]:
    """Each risk by its treatment, then its review."""
    for key, risk in case.estate.risks.items():
        if risk.controls is not None:
            yield from _misnamed(f"risks/{key}", risk.controls)
        yield from _no_such_rule(case, f"risks/{key}", risk.rules, ("risks", key, "rules"))
        yield _treated(case, key, risk)
        yield _reviewed(case, key, risk)


def _treated(case: Case, key: str, risk: Risk) -> Outcome:
    element, place = f"risks/{key}", ("risks", key)
    treatment: FieldPath = (*place, "treatment")
    if risk.treatment != "accept":
        planned = sorted(name for name, action in case.estate.actions.items() if key in action.risks)
        if planned:
            told = say("{actions} treats it.", actions=listed([f"actions/{name}" for name in planned]))
            return passes(element, told, treatment, aspect="treatment")
        return fails(
            element,
            say("It is to be treated ({treatment}), and no action does it.", treatment=risk.treatment),
            say("Plan an action that names it under {field}, or have it accepted.", field="`risks`"),
            treatment,
            aspect="treatment",
        )
    if risk.accepted_until is None or risk.accepted_until < case.on:
        return fails(
            element,
            say("Its acceptance ran out on {day}; nobody bears it now.", day=str(risk.accepted_until)),
            say("Have it accepted anew, or treat it."),
            (*place, "accepted_until"),
            aspect="treatment",
        )
    most = case.number("most_accepted")
    if risk.level > most:
        return fails(
            element,
            say(
                "It is accepted at level {level} ({likelihood}, {impact}); no more than {most} may be.",
                level=risk.level,
                likelihood=risk.likelihood,
                impact=risk.impact,
                most=int(most),
            ),
            say("Treat it, so that what is left of it may be borne."),
            treatment,
            (*place, "likelihood"),
            (*place, "impact"),
            aspect="treatment",
        )
    return passes(
        element,
        say("{name} bears it until {day}.", name=str(risk.accepted_by), day=str(risk.accepted_until)),
        (*place, "accepted_by"),
        (*place, "accepted_until"),
        aspect="treatment",
    )


def _reviewed(case: Case, key: str, risk: Risk) -> Outcome:
    element, path = f"risks/{key}", ("risks", key, "reviewed_on")
    longest = case.number("review") / DAY
    if risk.reviewed_on is None or risk.reviewed_on > case.on:
        return unknown(
            element,
            say("Nothing says when it was last looked at."),
            say("Declare {field}.", field="`reviewed_on`"),
            path,
            aspect="review",
        )
    age = (case.on - risk.reviewed_on).days
    told = say_count(age, "It was last looked at {count} day ago.", "It was last looked at {count} days ago.")
    if age > longest:
        return fails(element, told, say("Look at it again."), path, aspect="review")
    return passes(element, told, path, aspect="review")


@rule(
    "GOV-004",
    "actions-in-time",
    severity=Severity.MEDIUM,
    title="Every action names a rule that exists, and it and its milestones are done by their days",
    rationale="A plan of action stands for what is not there yet. Past its day it stands for nothing.",
    remediation="Do it, or have another day approved by whoever approved the first.",
    references=(nist("CA-5", "PM-4"), csf("ID.RA-06"), iso27001("A.5.36"), iso22301("10.1")),
    scope="Each action of the plan, with its milestones.",
    bad="actions: {cord: {action: …, owner: …, due: 2024-06-30, rule: PWR-001, elements: [devices/console]}}",
    good="actions: {cord: {action: …, owner: …, due: 2024-06-30, done_on: 2024-06-12, rule: PWR-001, "
    "elements: [devices/console]}}",
    never_waived=_NOT_THEIRS,
)
def actions_in_time(case: Case) -> Iterator[Outcome]:
    """Each action by its days."""
    for key, action in case.estate.actions.items():
        if action.controls is not None:
            yield from _misnamed(f"actions/{key}", action.controls)
        if action.rule is not None:
            yield from _no_such_rule(case, f"actions/{key}", (action.rule,), ("actions", key, "rule"))
        yield _in_time(case, key, action)


def _in_time(case: Case, key: str, action: Action) -> Outcome:
    element, place = f"actions/{key}", ("actions", key)
    late = [
        index
        for index, milestone in enumerate(action.milestones)
        if milestone.due < case.on and not _done(milestone.done_on, case)
    ]
    overdue = action.due < case.on and not _done(action.done_on, case)
    if not overdue and not late:
        done = _done(action.done_on, case)
        told = (
            say("It was done on {day}.", day=str(action.done_on))
            if done
            else say("It is due on {day}, and nothing before that is late.", day=str(action.due))
        )
        return passes(element, told, (*place, "done_on") if done else (*place, "due"))
    paths: list[FieldPath] = [(*place, "due")] if overdue else []
    paths += [(*place, "milestones", index, "due") for index in late]
    days = [str(action.due)] if overdue else []
    days += [str(action.milestones[index].due) for index in late]
    what = (
        say("It was due on {day} and is not done.", day=str(action.due))
        if overdue
        else say_count(
            len(late),
            "A milestone is late: it was due on {days}.",
            "{count} milestones are late: they were due on {days}.",
            days=listed(days),
        )
    )
    return fails(
        element,
        what,
        say("Do it and declare {field}, or have another day approved.", field="`done_on`"),
        *paths,
    )


def _done(day: date | None, case: Case) -> bool:
    return day is not None and day <= case.on


def _misnamed(element: str, controls: Controls) -> Iterator[Outcome]:
    """What is wrong with the controls that are named."""
    collection, _, key = element.partition("/")
    for framework, ids in controls.items():
        listed_there = catalogue(framework)
        for index, id in enumerate(ids):
            if listed_there.within(id):
                continue
            title, path = FRAMEWORKS[framework].title, (collection, key, "controls", framework, index)
            if id in listed_there.withdrawn:
                what = say("{framework} has withdrawn {control}.", framework=title, control=id)
            else:
                what = say("{framework} has no control {control}.", framework=title, control=id)
            near = nearest(id, listed_there.controls)
            mending = (
                say("Did you mean {control}?", control=near)
                if near is not None
                else say("Name one as {command} lists them.", command=f"`thabat frameworks show {framework}`")
            )
            yield fails(element, what, mending, path, aspect=f"{framework} {id}")


def _no_such_rule(case: Case, element: str, ids: Sequence[str], path: FieldPath) -> Iterator[Outcome]:
    """Rules that are named and that there are not."""
    for id in ids:
        if id not in case.rules:
            near = nearest(id, case.rules)
            mending = (
                say("Name a rule's stable id (did you mean `{rule}`?).", rule=near)
                if near is not None
                else say("Name a rule's stable id, as {command} lists them.", command="`thabat rules`")
            )
            yield fails(
                element, say("It names no rule: {rule}.", rule=id), mending, path, aspect=f"rule {id}"
            )
