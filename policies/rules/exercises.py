"""EXR: recovery that was tried lately, and what was measured of it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from policies.case import Case
from policies.exercises import Held
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import AFTER, amount
from specs.drills import Drill
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, say, say_count
from specs.services import CRITICAL_TIER, SCENARIOS, Scenario, Service
from specs.units import DAY

FAILS_OVER = ("functional", "full")
"""Kinds of exercise in which a service really moves."""


@rule(
    "EXR-001",
    "exercise-frequency",
    severity=Severity.HIGH,
    title="Vital services were exercised lately, by a real failover too, and after every major change",
    rationale="Plans rot: people leave, addresses change, a new version needs another step. A plan that "
    "nobody followed for a year is a guess.",
    remediation="Talk the plan through and fail over for real at least once a year, and again within three "
    "months of a major change; record it.",
    references=(
        nist("CP-4", "CP-4(2)", "CP-4(4)", "IR-3"),
        csf("ID.IM-02", "ID.IM-04"),
        iso27001("A.5.29", "A.5.30"),
        iso22301("8.5"),
        cis("17.7"),
    ),
    parameters=(
        Parameter(
            "tabletop",
            365 * DAY,
            "Longest time since the last exercise of any kind.",
            "NIST SP 800-84: once a year",
            "duration",
        ),
        Parameter(
            "failover",
            365 * DAY,
            "Longest time since the last failover of a site that really took place.",
            "judgement: the shorter of the 12 to 24 months that are usual",
            "duration",
        ),
        Parameter(
            "after_change",
            90 * DAY,
            "Longest time for which a major change stays without an exercise.",
            "judgement: a quarter",
            "duration",
        ),
    ),
    scope="Each service of tier 0 or 1. Drills in a lab count as talked through. A service that declares no "
    "major change had none.",
    bad="services: {tax: {tier: 1, exercises: [{kind: full, on: 2024-05-02, rta: 3 h, rpa: 5 min}]}}",
    good="drills: {autumn: {kind: full, on: 2026-09-12, deviations: [], "
    "services: {tax: {rta: 150 min, rpa: 30 s}}}}",
)
def exercise_frequency(case: Case) -> Iterator[Outcome]:
    for key, service in case.estate.services.items():
        if service.tier is None or service.tier > CRITICAL_TIER:
            continue
        held = _until(case.facts.exercises.get(key, ()), case.on)
        real = [one for one in held if _fails_over(one)]
        yield _lately(case, service, held, "tabletop")
        yield _lately(case, service, real, "failover")
        if service.changed_on is not None and service.changed_on <= case.on:
            yield _since_change(case, service, service.changed_on, held)


def _until(held: Sequence[Held], day: date) -> list[Held]:
    return [one for one in held if one.day <= day.isoformat()]


def _fails_over(one: Held) -> bool:
    return one.on_estate and one.kind in FAILS_OVER and one.scenario in ("site", "region")


def _lately(case: Case, service: Service, held: Sequence[Held], which: str) -> Outcome:
    element = f"services/{service.id}"
    longest = case.number(which)
    limit = amount(longest, "duration")
    real = which == "failover"
    mending = (
        say("Fail it over to the other site for real, and record the drill.")
        if real
        else say("Talk its plan through, or fail it over, and record the drill.")
    )
    if not held:
        return fails(
            element,
            say(
                "Its failover to another site was never tried; it is to be tried every {longest}.",
                longest=limit,
            )
            if real
            else say("No exercise of it was held; one is asked for every {longest}.", longest=limit),
            mending,
            ("services", service.id, "exercises"),
            ("services", service.id),
            aspect=which,
        )
    last = held[-1]
    told = (
        say(
            "Its failover to another site was last tried on {day}; it is to be tried every {longest}.",
            day=last.day,
            longest=limit,
        )
        if real
        else say(
            "It was last exercised on {day}; one exercise is asked for every {longest}.",
            day=last.day,
            longest=limit,
        )
    )
    if case.on - date.fromisoformat(last.day) > timedelta(seconds=longest):
        return fails(element, told, mending, last.told, aspect=which)
    return passes(element, told, last.told, aspect=which)


def _since_change(case: Case, service: Service, changed: date, held: Sequence[Held]) -> Outcome:
    element, aspect = f"services/{service.id}", "change"
    place: FieldPath = ("services", service.id, "changed_on")
    since = [
        one for one in held if one.kind != "tabletop" and one.on_estate and one.day >= changed.isoformat()
    ]
    if since:
        return passes(
            element,
            say(
                "It was changed on {changed} and exercised on {day}.",
                changed=str(changed),
                day=since[0].day,
            ),
            place,
            since[0].told,
            aspect=aspect,
        )
    grace = case.number("after_change")
    told = say(
        "It was changed on {changed} and not exercised since; {longest} are allowed.",
        changed=str(changed),
        longest=amount(grace, "duration"),
    )
    if case.on - changed > timedelta(seconds=grace):
        return fails(
            element,
            told,
            say("Exercise it as it now is, and record the drill."),
            place,
            *(one.told for one in held[-1:]),
            aspect=aspect,
        )
    return passes(element, told, place, aspect=aspect)


@rule(
    "EXR-002",
    "actuals",
    severity=Severity.HIGH,
    title="Drills record times, deviations and what follows, and the last times keep the objectives",
    rationale="An objective that no drill ever met is a wish, and a drill of which nothing is written "
    "teaches nobody.",
    remediation="Measure recovery time and point of every service, write down what went otherwise and who "
    "mends it by when, and drill again what missed its objective.",
    references=(
        nist("CP-4", "CP-10(4)", "CA-7"),
        csf("ID.IM-02"),
        iso27001("A.5.27", "A.5.30"),
        iso22301("8.5", "8.6", "9.1"),
    ),
    scope="Each drill; and each service by each loss that it was exercised for on the estate itself, by its "
    "last exercise that was more than talk.",
    unknown_when="a drill names no service, does not say what deviated or where its record lies, a time was "
    "not measured, or the service has no objective for that loss",
    bad="drills: {autumn: {kind: full, on: 2026-09-12, services: {tax: {rta: 6 h}}}}",
    good="drills: {autumn: {kind: full, on: 2026-09-12, services: {tax: {rta: 150 min, rpa: 30 s}}, "
    "deviations: [Two operators came late], actions: [call-list], evidence: DR-2026-09}}",
)
def actuals(case: Case) -> Iterator[Outcome]:
    for drill in case.estate.drills.values():
        if drill.on <= case.on:
            yield _named(drill)
            yield _deviations(drill)
            yield _recorded(drill)
    for key, held in case.facts.exercises.items():
        if key not in case.estate.services:
            continue
        measured = [one for one in _until(held, case.on) if one.on_estate and one.kind != "tabletop"]
        for scenario in SCENARIOS:
            last = next((one for one in reversed(measured) if one.scenario == scenario), None)
            if last is not None:
                yield _kept(case, key, scenario, last, "rta")
                yield _kept(case, key, scenario, last, "rpa")


def _named(drill: Drill) -> Outcome:
    element, place = f"drills/{drill.id}", ("drills", drill.id, "services")
    if not drill.services:
        return unknown(
            element,
            say("It does not say which services were exercised."),
            say("Declare {fact}.", fact="`services`"),
            place,
            aspect="services",
        )
    return passes(
        element,
        say_count(
            len(drill.services),
            "It tells of {count} service.",
            "It tells of {count} services.",
        ),
        place,
        aspect="services",
    )


def _deviations(drill: Drill) -> Outcome:
    element, aspect = f"drills/{drill.id}", "deviations"
    place: FieldPath = ("drills", drill.id, "deviations")
    if drill.deviations is None:
        return unknown(
            element,
            say("It does not say what went otherwise than planned."),
            say("Declare {fact} (an empty list is nothing).", fact="`deviations`"),
            place,
            aspect=aspect,
        )
    if drill.deviations and not drill.actions:
        return fails(
            element,
            say_count(
                len(drill.deviations),
                "{count} thing went otherwise than planned, and nothing follows from it.",
                "{count} things went otherwise than planned, and nothing follows from them.",
            ),
            say("Enter what is to be done in the plan of action, and name it in {fact}.", fact="`actions`"),
            place,
            ("drills", drill.id, "actions"),
            aspect=aspect,
        )
    if not drill.deviations:
        return passes(element, say("All of it went as planned."), place, aspect=aspect)
    return passes(
        element,
        say_count(
            len(drill.deviations),
            "{count} thing went otherwise than planned, and the plan of action holds what follows.",
            "{count} things went otherwise than planned, and the plan of action holds what follows.",
        ),
        place,
        ("drills", drill.id, "actions"),
        aspect=aspect,
    )


def _recorded(drill: Drill) -> Outcome:
    element, place = f"drills/{drill.id}", ("drills", drill.id, "evidence")
    if not (drill.evidence or "").strip():
        return unknown(
            element,
            say("Nothing says where its record lies."),
            say("Declare {fact}.", fact="`evidence`"),
            place,
            aspect="record",
        )
    return passes(
        element, say("Its record is {evidence}.", evidence=drill.evidence or ""), place, aspect="record"
    )


def _kept(case: Case, key: str, scenario: Scenario, last: Held, which: str) -> Outcome:
    element, aspect = f"services/{key}", f"{which}-{scenario}"
    measured = last.rta if which == "rta" else last.rpa
    figure: FieldPath = (*last.measured, which)
    loss: Sentence = AFTER[scenario]
    label = which.upper()
    cause = last.element if last.element != element else ""
    if measured is None:
        return unknown(
            element,
            say(
                "The exercise of {day} after {loss} does not say its {figure}.",
                day=last.day,
                loss=loss,
                figure=label,
            ),
            say("Declare {fact} of the exercise.", fact=f"`{which}`"),
            figure,
            last.told,
            cause=cause,
            aspect=aspect,
        )
    objective = case.facts.objective(key, scenario)
    goal = "rto" if which == "rta" else "rpo"
    if objective is None:
        return unknown(
            element,
            say(
                "In the exercise of {day} its {figure} after {loss} was {measured}, and nothing says what it "
                "owes then.",
                day=last.day,
                figure=label,
                measured=amount(measured, "duration"),
                loss=loss,
            ),
            say("Declare {fact}.", fact=f"`objectives.{scenario}`"),
            ("services", key, "objectives"),
            figure,
            aspect=aspect,
        )
    owed = objective.rto if which == "rta" else objective.rpo
    told = say(
        "In the exercise of {day} its {figure} after {loss} was {measured}; it owes {goal} {owed}.",
        day=last.day,
        figure=label,
        measured=amount(measured, "duration"),
        loss=loss,
        goal=goal.upper(),
        owed=amount(owed, "duration"),
    )
    looked: tuple[FieldPath, ...] = (figure, ("services", key, "objectives", scenario, goal), last.told)
    if measured > owed:
        return fails(
            element,
            told,
            say("Mend what took so long and drill again, or have the objective set anew."),
            *looked,
            aspect=aspect,
        )
    return passes(element, told, *looked, aspect=aspect)
