"""DR-001: services back in time, on what owes as much as they do."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.naming import key_of
from policies.proof_words import binding_said
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import AFTER, amount
from resilience.results import Prediction, Recovery
from specs.base import Need
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say
from specs.services import CRITICAL_TIER, SCENARIOS, Service


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


def _back_in_time(case: Case, recovery: Recovery, prediction: Prediction) -> Outcome | None:
    key = key_of(prediction.service, "services")
    element, site = f"services/{key}", key_of(recovery.site, "sites")
    service = case.estate.services[key]
    aspect = f"loss-of-{site}" if recovery.scenario == "site" else f"{recovery.scenario}-{site}"
    place: FieldPath = ("services", key, "objectives", recovery.scenario, "rto")
    if prediction.objective is None:
        if service.tier is None or service.tier > CRITICAL_TIER:
            return None
        return unknown(
            element,
            say(
                "It is of tier {tier}, and nothing says when it must be back after the loss of {site}.",
                tier=service.tier,
                site=site,
            ),
            say("Declare {field} (rto and rpo).", field=f"`objectives.{recovery.scenario}`"),
            ("services", key, "objectives"),
            aspect=aspect,
        )
    owed = say("its RTO is {time}", time=amount(prediction.objective, "duration"))
    if prediction.met == "no" and prediction.counted is None:
        return _never_back(element, site, owed, prediction, place, aspect)
    if prediction.met == "unknown" or prediction.counted is None:
        gap = prediction.missing[0] if prediction.missing else None
        return unknown(
            element,
            say(
                "When it is back after the loss of {site} is not known: {element} declares no {field}; "
                "{owed}.",
                site=site,
                element=gap.element,
                field=gap.field,
                owed=owed,
            )
            if gap
            else say("When it is back after the loss of {site} is not known; {owed}.", site=site, owed=owed),
            say("Declare {field} of {element}.", field=gap.field, element=gap.element)
            if gap
            else say("Declare its recovery steps and their durations."),
            *((gap.path,) if gap else (("services", key, "recovery"),)),
            place,
            cause=gap.element if gap else "",
            aspect=aspect,
        )
    told = say(
        "After the loss of {site} it is back in {time}; {owed}.",
        site=site,
        time=amount(prediction.counted, "duration"),
        owed=owed,
    )
    if prediction.met == "yes":
        return passes(element, told, place, *prediction.paths, aspect=aspect)
    team = _awaited_team(recovery, prediction)
    return fails(
        element,
        say(
            "{told} What binds it: {chain}.",
            told=told,
            chain=listed([binding_said(step) for step in prediction.chain], most=8),
        ),
        say(
            "Give {team} more people, or its steps to another team: they are needed in two places at once.",
            team=team,
        )
        if team
        else say("Shorten or automate the longest steps of the chain, or have the objective set anew."),
        place,
        *prediction.paths,
        cause=f"teams/{team}" if team else "",
        aspect=aspect,
    )


def _never_back(
    element: str, site: str, owed: Sentence, prediction: Prediction, place: FieldPath, aspect: str
) -> Outcome:
    root = prediction.chain[-1].removeprefix("nowhere ")
    return fails(
        element,
        say("After the loss of {site} it is never back: it runs nowhere else; {owed}.", site=site, owed=owed)
        if root == element
        else say(
            "After the loss of {site} it is never back: it needs {service}, which runs nowhere else; {owed}.",
            site=site,
            service=root,
            owed=owed,
        ),
        say("Declare workloads of {service} at another site.", service=root),
        *prediction.paths,
        place,
        cause=root,
        aspect=aspect,
    )


def _awaited_team(recovery: Recovery, prediction: Prediction) -> str | None:
    """The team that the service waits for because it is at work elsewhere; None where it waits for none."""
    busy = [link for link in prediction.chain if link.startswith("busy")]
    if not busy:
        return None
    late = {step.bound_by: step.team for step in recovery.steps if step.bound_by in busy and step.team}
    team = next((team for bound, team in sorted(late.items()) if team), None)
    return key_of(team, "teams") if team else None


def _needs_owe_as_much(case: Case, key: str, service: Service) -> Iterator[Outcome]:
    for index, need in enumerate(service.needs):
        names = [name for name in need.elements if name.startswith("services/")]
        if need.kind != "run" or not names:
            continue
        for name in names:
            if need.on is None and len(need.any_of) > need.needs and _another_owes(case, key, need, name):
                continue
            yield _owes_as_much(
                case, key, service, key_of(name, "services"), ("services", key, "needs", index)
            )


def _another_owes(case: Case, key: str, need: Need, name: str) -> bool:
    """Whether enough other alternatives are of as good a tier."""
    tier = case.estate.services[key].tier
    others = [
        other
        for other in need.any_of
        if other != name
        and (found := case.estate.services.get(key_of(other, "services"))) is not None
        and found.tier is not None
        and tier is not None
        and found.tier <= tier
    ]
    return len(others) >= need.needs


def _owes_as_much(case: Case, key: str, service: Service, other: str, place: FieldPath) -> Outcome:
    element, aspect = f"services/{key}", f"needs-{other}"
    needed = case.estate.services.get(other)
    if needed is None:
        told = say("It needs {service}, which is not there.", service=other)
        return unknown(element, told, say("Declare {field}.", field=other), place, aspect=aspect)
    tiers: tuple[FieldPath, FieldPath] = (("services", other, "tier"), ("services", key, "tier"))
    if service.tier is not None and needed.tier is not None and needed.tier > service.tier:
        return fails(
            element,
            say(
                "It is of tier {tier} and cannot run without {service}, of tier {other}.",
                tier=service.tier,
                service=other,
                other=needed.tier,
            ),
            say(
                "Make {service} of tier {tier}, with the objectives of that, or do without it.",
                service=other,
                tier=service.tier,
            ),
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
                say(
                    "It needs {service}, which owes nothing after {loss}; its own RTO is {time}.",
                    service=other,
                    loss=AFTER[scenario],
                    time=amount(owed.rto, "duration"),
                ),
                say("Declare {field} of {element}.", field=f"`objectives.{scenario}`", element=other),
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
                    say(
                        "After {loss} its {objective} is {mine}, and that of {service}, which it needs, is "
                        "{theirs}.",
                        loss=AFTER[scenario],
                        objective=_objective(field),
                        mine=amount(mine, "duration"),
                        service=other,
                        theirs=amount(theirs, "duration"),
                    ),
                    say(
                        "Have {service} owe {objective} {time}, or this service owe less.",
                        service=other,
                        objective=_objective(field),
                        time=amount(mine, "duration"),
                    ),
                    (*objective, field),
                    ("services", key, "objectives", scenario, field),
                    place,
                    cause=f"services/{other}",
                    aspect=aspect,
                )
    told = say("{service}, which it needs, owes as much as it does.", service=other)
    return passes(element, told, place, *tiers, aspect=aspect)


def _objective(field: str) -> Sentence:
    return say("RTO") if field == "rto" else say("RPO")


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
