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
from policies.wording import AFTER, amount, capital, listed
from specs.data import Backup, Dataset
from specs.findings import Severity, Verdict
from specs.issues import FieldPath

DAY = 86_400.0


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
                "It has no copy out of an intruder's reach whose restore could be tried.",
                "Back it up to an immutable or offline vault, and restore from there.",
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
        later = "" if test is None else f" before {test.on}, which is later than {case.on}"
        return fails(
            element,
            f"No restore from {copy.id} was tried{later}.",
            f"Restore from {copy.vault}, verify, and record `last_restore_test`.",
            place,
            cause=cause,
        )
    if case.on - test.on > timedelta(seconds=interval):
        return fails(
            element,
            f"The last restore from {copy.id} was on {test.on}, {(case.on - test.on).days} days ago; "
            f"it is to be tried every {amount(interval, 'duration')}.",
            f"Restore from {copy.vault} again, verify, and record the test.",
            (*place, "on"),
            place,
            cause=cause,
        )
    for field, measured, objective, what in (
        ("took", test.took, "rto", "took"),
        ("data_age", test.data_age, "rpo", "gave data that was"),
    ):
        owed = case.facts.strictest(dataset.id, "cyber", objective)
        if owed is None:
            services = case.facts.services_of.get(dataset.id, ())
            return unknown(
                element,
                f"No service of it says what it owes after an attack, so the restore of {test.on} cannot "
                f"be judged.",
                "Declare `objectives.cyber` (rto and rpo) of "
                f"{listed(services) or 'the service that owns it'}.",
                *(("services", name, "objectives") for name in services),
                cause=f"services/{services[0]}" if services else "",
            )
        if measured is None:
            return unknown(
                element,
                f"The restore of {test.on} from {copy.id} does not say its `{field}`.",
                f"Declare `{field}` of the restore test.",
                (*place, field),
                cause=cause,
            )
        limit, service = owed
        if measured > limit:
            told = amount(measured, "duration")
            return fails(
                element,
                f"The restore of {test.on} from {copy.id} {what} "
                f"{told}{' old' if field == 'data_age' else ''}; "
                f"{service} owes {objective.upper()} {amount(limit, 'duration')} after an attack.",
                "Restore faster (rate, more streams), copy more often, or have the objective set anew."
                if field == "took"
                else "Copy more often, ship logs, or have the objective set anew.",
                (*place, field),
                ("services", service, "objectives", "cyber", objective),
                cause=cause,
            )
    return passes(element, f"It was restored from {copy.id} on {test.on} within what it owes.", place)


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
            asked = f"{service} owes RPO {amount(limit, 'duration')} after {AFTER[scenario]}"
            if best is not None and best.age is not None and best.age <= limit:
                yield passes(
                    element,
                    f"{capital(best.what)} is at most {amount(best.age, 'duration')} old; {asked}.",
                    *best.paths,
                    objective,
                    aspect=scenario,
                )
                continue
            silent = [method for method in methods if method.missing is not None]
            if silent:
                first = silent[0]
                yield unknown(
                    element,
                    f"{asked}, and nothing says {first.missing} of {first.element}.",
                    f"Declare {first.missing} of {first.element}.",
                    *first.paths,
                    objective,
                    cause=first.element,
                    aspect=scenario,
                )
            elif best is None or best.age is None:
                yield fails(
                    element,
                    f"{asked}, and no copy of it outlives that loss"
                    f"{' (a replica follows every corruption)' if scenario == 'cyber' else ''}.",
                    _WITHOUT_ANY[scenario],
                    ("datasets", key),
                    objective,
                    *copies_of(case.facts, dataset),
                    aspect=scenario,
                )
            else:
                yield fails(
                    element,
                    f"{asked}; the youngest copy that outlives it, {best.what}, may be "
                    f"{amount(best.age, 'duration')} old.",
                    f"Copy at least every {amount(limit, 'duration')} (`interval` or `log_shipping`, "
                    f"transfer "
                    "included), replicate, or have the objective set anew.",
                    *best.paths,
                    objective,
                    cause=best.element,
                    aspect=scenario,
                )


_WITHOUT_ANY = {
    "component": "Make its platform redundant (`needs_nodes` below the number of nodes), or add a copy on "
    "another.",
    "site": "Replicate it, or back it up, to another site.",
    "region": "Replicate it, or back it up, to a site in another `failure_region`.",
    "cyber": "Back it up to a vault that is immutable or offline.",
}
