"""DR-001: services back in time, on what owes as much as they do."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso22301, iso27001, nist
from policies.naming import key_of
from policies.rule import Outcome, fails, passes, rule, unknown
from policies.wording import AFTER, amount, listed
from resilience.results import Prediction, Recovery
from specs.base import Need
from specs.findings import Severity
from specs.issues import FieldPath
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
            f"It is of tier {service.tier}, and nothing says when it must be back after the loss of {site}.",
            f"Declare `objectives.{recovery.scenario}` (rto and rpo).",
            ("services", key, "objectives"),
            aspect=aspect,
        )
    owed = f"its RTO is {amount(prediction.objective, 'duration')}"
    if prediction.met == "no" and prediction.counted is None:
        return _never_back(element, site, owed, prediction, place, aspect)
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


def _never_back(
    element: str, site: str, owed: str, prediction: Prediction, place: FieldPath, aspect: str
) -> Outcome:
    root = prediction.chain[-1].removeprefix("nowhere ")
    why = "it runs" if root == element else f"it needs {root}, which runs"
    return fails(
        element,
        f"After the loss of {site} it is never back: {why} nowhere else; {owed}.",
        f"Declare workloads of {root} at another site.",
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
                f"It needs {other}, which owes nothing after {AFTER[scenario]}; its own "
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
                    f"After {AFTER[scenario]} its {field.upper()} is "
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
