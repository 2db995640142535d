"""BKP-003 and BKP-004: copies that were tried, and that are young enough."""

from collections.abc import Iterator
from datetime import timedelta

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.protection import (
    SCENARIOS_OF_DATA,
    Answer,
    best_age,
    copies_of,
    intruder_proof,
    protections,
)
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import AFTER, amount
from specs.data import Backup, Dataset
from specs.findings import Severity, Verdict
from specs.issues import FieldPath
from specs.sentences import listed, say, say_count
from specs.units import DAY


@rule(
    "BKP-003",
    "restore-tests",
    severity=Severity.HIGH,
    title="Vital data was restored lately, within what it owes after an attack",
    rationale="A backup that was never restored is a hope. What counts after an attack is the time from "
    "the copy out "
    "of reach, and the age of what is on it; a failover to the other site shows neither.",
    remediation="Restore from the immutable or offline copy into clean machines, verify, and record the "
    "day, how long "
    "it took and how old the data was; where it took too long, raise the restore rate or the objective.",
    references=(
        nist("CP-9(1)", "CP-9(2)", "CP-4", "CP-10(4)"),
        csf("RC.RP-03", "ID.IM-02"),
        iso27001("A.8.13", "A.5.30"),
        iso22301("8.5"),
        cis("11.5"),
    ),
    parameters=(
        Parameter(
            "interval",
            90 * DAY,
            "Longest time since the last test.",
            "judgement: CIS 11.5 asks for quarters",
            "duration",
        ),
    ),
    scope="Each dataset of a tier 0 or 1 service.",
    unknown_when="no service of it has a cyber objective, or a test tells no time or no age",
    bad="backups: "
    "{civil: {dataset: civil, vault: tape, interval: 24 h, last_restore_test: {on: 2024-01-10}}}",
    good="backups: {civil: {dataset: civil, vault: tape, interval: 24 h, last_restore_test: "
    "{on: 2026-09-01, took: 6 h, data_age: 20 h, errors: 0}}}",
)
def restore_tests(case: Case) -> Iterator[Outcome]:
    for dataset in case.facts.critical_datasets:
        backups = case.facts.backups_of.get(dataset.id, ())
        proof = [
            copy
            for copy in backups
            if copy.vault in case.estate.vaults
            and intruder_proof(case.estate.vaults[copy.vault]) is not Answer.NO
        ]
        if not proof:
            yield fails(
                f"datasets/{dataset.id}",
                say("It has no copy out of an intruder's reach whose restore could be tried."),
                say("Back it up to an immutable or offline vault, and restore from there."),
                *copies_of(case.facts, dataset),
                ("datasets", dataset.id),
            )
            continue
        judged = [_restore_test(case, dataset, copy) for copy in proof]
        best = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)
        yield min(judged, key=lambda outcome: best.index(outcome.verdict))


def _restore_test(case: Case, dataset: Dataset, copy: Backup) -> Outcome:
    element, cause, test = f"datasets/{dataset.id}", f"backups/{copy.id}", copy.last_restore_test
    place: FieldPath = ("backups", copy.id, "last_restore_test")
    interval = case.number("interval")
    if test is None or test.on > case.on:
        return fails(
            element,
            say("No restore from {copy} was tried.", copy=copy.id)
            if test is None
            else say(
                "No restore from {copy} was tried before {day}, which is later than {judged_on}.",
                copy=copy.id,
                day=str(test.on),
                judged_on=str(case.on),
            ),
            say("Restore from {vault}, verify, and record `last_restore_test`.", vault=copy.vault),
            place,
            cause=cause,
        )
    if case.on - test.on > timedelta(seconds=interval):
        return fails(
            element,
            say_count(
                (case.on - test.on).days,
                "The last restore from {copy} was on {day}, {count} day ago; it is to be tried every "
                "{interval}.",
                "The last restore from {copy} was on {day}, {count} days ago; it is to be tried every "
                "{interval}.",
                copy=copy.id,
                day=str(test.on),
                interval=amount(interval, "duration"),
            ),
            say("Restore from {vault} again, verify, and record the test.", vault=copy.vault),
            (*place, "on"),
            place,
            cause=cause,
        )
    for field, measured, objective in (("took", test.took, "rto"), ("data_age", test.data_age, "rpo")):
        owed = case.facts.strictest(dataset.id, "cyber", objective)
        if owed is None:
            services = case.facts.services_of.get(dataset.id, ())
            return unknown(
                element,
                say(
                    "No service of it says what it owes after an attack, so the restore of {day} cannot "
                    "be judged.",
                    day=str(test.on),
                ),
                say("Declare `objectives.cyber` (rto and rpo) of {services}.", services=listed(services))
                if services
                else say("Declare `objectives.cyber` (rto and rpo) of the service that owns it."),
                *(("services", name, "objectives") for name in services),
                cause=f"services/{services[0]}" if services else "",
            )
        if measured is None:
            return unknown(
                element,
                say(
                    "The restore of {day} from {copy} does not say its {field}.",
                    day=str(test.on),
                    copy=copy.id,
                    field=f"`{field}`",
                ),
                say("Declare {field} of the restore test.", field=f"`{field}`"),
                (*place, field),
                cause=cause,
            )
        limit, service = owed
        if measured > limit:
            told = {
                "day": str(test.on),
                "copy": copy.id,
                "measured": amount(measured, "duration"),
                "service": service,
                "limit": amount(limit, "duration"),
            }
            return fails(
                element,
                say(
                    "The restore of {day} from {copy} took {measured}; {service} owes RTO {limit} after an "
                    "attack.",
                    **told,
                )
                if field == "took"
                else say(
                    "The restore of {day} from {copy} gave data that was {measured} old; {service} owes RPO "
                    "{limit} after an attack.",
                    **told,
                ),
                say("Restore faster (rate, more streams), copy more often, or have the objective set anew.")
                if field == "took"
                else say("Copy more often, ship logs, or have the objective set anew."),
                (*place, field),
                ("services", service, "objectives", "cyber", objective),
                cause=cause,
            )
    return passes(
        element,
        say("It was restored from {copy} on {day} within what it owes.", copy=copy.id, day=str(test.on)),
        place,
    )


@rule(
    "BKP-004",
    "rpo-vs-schedule",
    severity=Severity.CRITICAL,
    title="For each kind of loss some copy is young enough for the RPO",
    rationale="It is arithmetic: a copy made every 24 hours cannot give back the last hour. A replica "
    "follows every "
    "write within seconds, and so it follows a corruption too: against that only copies made on a "
    "schedule count.",
    remediation="Copy more often, ship logs between copies, replicate to where the loss does not reach, "
    "or have the "
    "service's owner set the objective anew.",
    references=(
        nist("CP-6(2)", "CP-9", "CP-10(2)"),
        csf("PR.DS-11", "PR.IR-03"),
        iso27001("A.8.13", "A.5.30"),
        iso22301("8.2.2"),
        cis("11.2"),
    ),
    scope="Each dataset, for each kind of loss that one of its services has an objective for.",
    unknown_when="lag, transfer time, failure region or immutability of the copies that decide is not "
    "declared",
    bad="backups: {tax: {dataset: tax, vault: tape, interval: 24 h, takes: 2 h}} # and an RPO of 4 h "
    "after an attack",
    good="backups: {tax: {dataset: tax, vault: tape, interval: 24 h, takes: 2 h, log_shipping: 1 h}}",
)
def rpo_vs_schedule(case: Case) -> Iterator[Outcome]:
    for key, dataset in case.estate.datasets.items():
        for scenario in SCENARIOS_OF_DATA:
            owed = case.facts.strictest(key, scenario, "rpo")
            if owed is None:
                continue
            limit, service = owed
            methods = protections(case.facts, dataset, scenario)
            best = best_age(methods)
            element, objective = f"datasets/{key}", ("services", service, "objectives", scenario, "rpo")
            asked = say(
                "{service} owes RPO {limit} after {loss}",
                service=service,
                limit=amount(limit, "duration"),
                loss=AFTER[scenario],
            )
            if best is not None and best.age is not None and best.age <= limit:
                yield passes(
                    element,
                    say(
                        "{copy} is at most {age} old; {asked}.",
                        copy=best.begins,
                        age=amount(best.age, "duration"),
                        asked=asked,
                    ),
                    *best.paths,
                    objective,
                    aspect=scenario,
                )
                continue
            silent = [(method, method.missing) for method in methods if method.missing is not None]
            if silent:
                first, missing = silent[0]
                yield unknown(
                    element,
                    say(
                        "{asked}, and nothing says {missing} of {element}.",
                        asked=asked,
                        missing=missing,
                        element=first.element,
                    ),
                    say("Declare {missing} of {element}.", missing=missing, element=first.element),
                    *first.paths,
                    objective,
                    cause=first.element,
                    aspect=scenario,
                )
            elif best is None or best.age is None:
                yield fails(
                    element,
                    say(
                        "{asked}, and no copy of it outlives that loss (a replica follows every corruption).",
                        asked=asked,
                    )
                    if scenario == "cyber"
                    else say("{asked}, and no copy of it outlives that loss.", asked=asked),
                    _WITHOUT_ANY[scenario],
                    ("datasets", key),
                    objective,
                    *copies_of(case.facts, dataset),
                    aspect=scenario,
                )
            else:
                yield fails(
                    element,
                    say(
                        "{asked}; the youngest copy that outlives it, {copy}, may be {age} old.",
                        asked=asked,
                        copy=best.what,
                        age=amount(best.age, "duration"),
                    ),
                    say(
                        "Copy at least every {limit} (`interval` or `log_shipping`, transfer included), "
                        "replicate, or have the objective set anew.",
                        limit=amount(limit, "duration"),
                    ),
                    *best.paths,
                    objective,
                    cause=best.element,
                    aspect=scenario,
                )


_WITHOUT_ANY = {
    "component": say(
        "Make its platform redundant (`needs_nodes` below the number of nodes), or add a copy on another."
    ),
    "site": say("Replicate it, or back it up, to another site."),
    "region": say("Replicate it, or back it up, to a site in another `failure_region`."),
    "cyber": say("Back it up to a vault that is immutable or offline."),
}
