"""BKP: copies that are enough, that an intruder cannot reach, that were tried, and that are young enough."""

from collections.abc import Iterator
from datetime import timedelta

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.protection import (
    SCENARIOS_OF_DATA,
    Answer,
    best_age,
    intruder_proof,
    lasting_vaults,
    protections,
)
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount, counted, listed
from specs.data import Backup, Dataset, Vault
from specs.findings import Severity, Verdict
from specs.issues import FieldPath
from specs.people import AdminDomain

DAY = 86_400.0


@rule(
    "BKP-001",
    "3-2-1-1-0",
    severity=Severity.CRITICAL,
    title="Vital data lies in three copies, on two media, one off site, one out of an intruder's reach",
    rationale="One fire takes a site with all its copies, one flaw all copies on one technology, one stolen "
    "password all copies that can be reached; and a copy whose restore was never verified may be none.",
    remediation="Add the copy that is missing: a replica or backup at another site, a backup on another "
    "medium, a "
    "vault that is immutable or offline. Restore from it, verify what came back, and record the test.",
    references=(
        nist("CP-9", "CP-9(1)", "CP-9(3)", "CP-9(5)", "CP-6(1)", "SC-28(2)"),
        csf("PR.DS-11", "RC.RP-03"),
        iso27001("A.8.13"),
        iso22301("8.3.3"),
        cis("11.2", "11.3", "11.4", "11.5"),
    ),
    parameters=(
        Parameter(
            "copies", 3, "Least number of copies, the authoritative one counted.", "3-2-1-1-0, trade rule"
        ),
        Parameter("media", 2, "Least number of different media.", "3-2-1-1-0, trade rule"),
    ),
    scope="Each dataset of a tier 0 or 1 service.",
    unknown_when="whether a vault is immutable or how it is isolated is not declared; a restore test "
    "tells no errors",
    bad="vaults: {disk: {site: ndc, medium: disk, immutable: false, isolation: online}}",
    good="vaults: {tape: {site: third, medium: tape, immutable: true, isolation: offline}}",
)
def copies(case: Case) -> Iterator[Outcome]:
    for dataset in case.facts.critical_datasets:
        yield _enough_copies(case, dataset)
        yield _enough_media(case, dataset)
        yield _one_off_site(case, dataset)
        yield _one_out_of_reach(case, dataset)
        yield _restores_without_error(case, dataset)


def _enough_copies(case: Case, dataset: Dataset) -> Outcome:
    facts, element = case.facts, f"datasets/{dataset.id}"
    places = {(dataset.home.platform, dataset.home.site)}
    places |= {(copy.target, copy.target_site) for copy in facts.replications_of.get(dataset.id, ())}
    vaults = {copy.vault for copy in facts.backups_of.get(dataset.id, ())}
    found, wanted = len(places) + len(vaults), int(case.number("copies"))
    looked = (("datasets", dataset.id, "home"), *_copies(case, dataset))
    told = f"{counted(found, 'copy', 'copies')} of it {'is' if found == 1 else 'are'} declared"
    if found >= wanted:
        return passes(element, f"{told}.", *looked, aspect="copies")
    more = counted(wanted - found, "more copy", "more copies")
    mending = f"Declare {more}: a backup to a vault, or a replication."
    return fails(element, f"{told}, {wanted} are needed.", mending, *looked, aspect="copies")


def _enough_media(case: Case, dataset: Dataset) -> Outcome:
    facts, estate, element = case.facts, case.estate, f"datasets/{dataset.id}"
    media = {_medium_of(case, dataset.home.platform)}
    media |= {_medium_of(case, copy.target) for copy in facts.replications_of.get(dataset.id, ())}
    backups = facts.backups_of.get(dataset.id, ())
    media |= {estate.vaults[copy.vault].medium for copy in backups if copy.vault in estate.vaults}
    looked = (("datasets", dataset.id, "home"), *(("vaults", copy.vault, "medium") for copy in backups))
    told, wanted = f"its copies lie on {listed(sorted(media))}", int(case.number("media"))
    if len(media) >= wanted:
        return passes(element, f"{_capital(told)}.", *looked, aspect="media")
    return fails(
        element,
        f"{_capital(told)} alone: {counted(wanted, 'medium', 'media')} are needed.",
        "Back it up to a vault on another medium (tape, object, optical).",
        *looked,
        aspect="media",
    )


def _one_off_site(case: Case, dataset: Dataset) -> Outcome:
    facts, estate, element = case.facts, case.estate, f"datasets/{dataset.id}"
    sites = {copy.target_site for copy in facts.replications_of.get(dataset.id, ())}
    sites |= {
        estate.vaults[copy.vault].site
        for copy in facts.backups_of.get(dataset.id, ())
        if copy.vault in estate.vaults
    }
    away = sorted(sites - {dataset.home.site})
    looked = (("datasets", dataset.id, "home", "site"), *_copies(case, dataset))
    if away:
        return passes(element, f"Copies of it lie at {listed(away)} too.", *looked, aspect="off-site")
    return fails(
        element,
        f"Every copy of it lies at {dataset.home.site}: the loss of that site is the loss of the data.",
        "Replicate it, or back it up, to another site.",
        *looked,
        aspect="off-site",
    )


def _one_out_of_reach(case: Case, dataset: Dataset) -> Outcome:
    element, estate = f"datasets/{dataset.id}", case.estate
    vaults = [
        estate.vaults[copy.vault]
        for copy in case.facts.backups_of.get(dataset.id, ())
        if copy.vault in estate.vaults
    ]
    looked = tuple(
        ("vaults", vault.id, field) for vault in vaults for field in ("immutable", "isolation")
    ) or (("datasets", dataset.id),)
    proof = [vault.id for vault in vaults if intruder_proof(vault) is Answer.YES]
    if proof:
        return passes(
            element, f"Its copy in {listed(proof)} is immutable or offline.", *looked, aspect="offline"
        )
    open_question = [vault.id for vault in vaults if intruder_proof(vault) is Answer.UNKNOWN]
    if open_question:
        return unknown(
            element,
            f"Nothing says whether {listed(open_question)} {'is' if len(open_question) == 1 else 'are'} "
            f"immutable or offline.",
            "Declare `immutable` and `isolation` of the vault.",
            *looked,
            cause=f"vaults/{open_question[0]}",
            aspect="offline",
        )
    where = listed([vault.id for vault in vaults]) if vaults else "no vault at all"
    return fails(
        element,
        f"No copy of it is immutable or offline (it is backed up to {where}): who reaches one copy can "
        f"destroy all.",
        "Back it up to a vault that is `immutable: true`, or `isolation: offline`.",
        *looked,
        aspect="offline",
    )


def _restores_without_error(case: Case, dataset: Dataset) -> Outcome:
    element, backups = f"datasets/{dataset.id}", case.facts.backups_of.get(dataset.id, ())
    tested = [
        (copy.last_restore_test.on, copy)
        for copy in backups
        if copy.last_restore_test is not None and copy.last_restore_test.on <= case.on
    ]
    looked = tuple(("backups", copy.id, "last_restore_test") for copy in backups) or (
        ("datasets", dataset.id),
    )
    if not tested:
        return fails(
            element,
            "No restore of it was ever verified.",
            "Restore it, verify it, and record `last_restore_test` with its `errors`.",
            *looked,
            cause=f"backups/{backups[0].id}" if backups else "",
            aspect="errors",
        )
    on, last = max(tested, key=lambda pair: (pair[0], pair[1].id))
    test = last.last_restore_test
    errors = test.errors if test is not None else None
    place: FieldPath = ("backups", last.id, "last_restore_test", "errors")
    if errors is None:
        return unknown(
            element,
            f"The last restore ({last.id}, {on}) does not say how many errors its verification found.",
            "Declare `errors` of the restore test.",
            place,
            cause=f"backups/{last.id}",
            aspect="errors",
        )
    if errors:
        return fails(
            element,
            f"The last restore ({last.id}, {on}) had {counted(errors, 'error')} when it was verified.",
            "Mend the backup, restore again, and record the test.",
            place,
            cause=f"backups/{last.id}",
            aspect="errors",
        )
    return passes(element, f"The last restore ({last.id}, {on}) had no errors.", place, aspect="errors")


@rule(
    "BKP-002",
    "immutability",
    severity=Severity.CRITICAL,
    title="The copy out of reach is locked long enough, by people who hold no other keys",
    rationale="An intruder who took the administrators' accounts deletes the copies first. A lock shorter "
    "than the "
    "time he stays unseen holds only copies that he has already spoilt.",
    remediation="Lock copies (compliance mode) for the intruder's dwell time, its detection and the recovery "
    "together; give the vault administrators, teams and log-in of its own; let deletion take two.",
    references=(
        nist("CP-9(7)", "CP-9(3)", "AC-3(2)", "AC-5", "MP-6"),
        csf("PR.DS-11", "PR.AA-05"),
        iso27001("A.8.13", "A.5.3"),
        cis("11.3"),
    ),
    parameters=(
        Parameter(
            "lock",
            30 * DAY,
            "Least time for which a copy cannot be deleted, where dwell, detection and recovery take no "
            "longer.",
            "judgement: a month is the least that reports of long-lived intrusions leave",
            "duration",
        ),
    ),
    scope="Each vault that is the immutable or offline copy of a tier 0 or 1 dataset.",
    unknown_when="lock, lock mode, administrators, dual authorisation or (offline) retention is not declared",
    bad="vaults: {vault: {site: third, medium: object, immutable: true, lock: 7 d, administered_by: it}}",
    good="vaults: {vault: {site: third, medium: object, immutable: true, lock: 45 d, lock_mode: compliance, "
    "administered_by: vault-keepers, dual_authorisation: true}}",
)
def immutability(case: Case) -> Iterator[Outcome]:
    for vault, kept in lasting_vaults(case.facts):
        yield _lock_is_long_enough(case, vault, kept)
        yield _keepers_are_apart(case, vault, kept)
        yield _deletion_takes_two(vault)


def _lock_wanted(case: Case, kept: tuple[Backup, ...]) -> tuple[float, str, tuple[FieldPath, ...]]:
    """Seconds that a copy must be safe for, how they come about, and the facts behind."""
    least = case.number("lock")
    intruder = case.estate.plan.intruder
    if intruder is None:
        return least, f"the least of {amount(least, 'duration')}", ()
    recoveries = [
        owed[0] for copy in kept if (owed := case.facts.strictest(copy.dataset, "cyber", "rto")) is not None
    ]
    recovery, detection = max(recoveries, default=0.0), intruder.detection or 0.0
    total = intruder.dwell + detection + recovery
    if total <= least:
        return least, f"the least of {amount(least, 'duration')}", (("plan", "intruder"),)
    parts = [f"{amount(intruder.dwell, 'duration')} of dwell"]
    parts += [f"{amount(detection, 'duration')} until detection"] if detection else []
    parts += [f"{amount(recovery, 'duration')} of recovery"] if recovery else []
    return total, " + ".join(parts), (("plan", "intruder"),)


def _lock_is_long_enough(case: Case, vault: Vault, kept: tuple[Backup, ...]) -> Outcome:
    element, aspect = f"vaults/{vault.id}", "lock"
    wanted, sum_of, because = _lock_wanted(case, kept)
    if vault.immutable is not True or (vault.lock is None and vault.isolation == "offline"):
        return _offline_copies_last(vault, kept, wanted, sum_of, because)
    place: FieldPath = ("vaults", vault.id, "lock")
    if vault.lock is None:
        return unknown(
            element,
            "It is immutable, and nothing says for how long a copy is locked.",
            f"Declare `lock`; {amount(wanted, 'duration')} are needed ({sum_of}).",
            place,
            aspect=aspect,
        )
    told = f"a copy is locked for {amount(vault.lock, 'duration')}"
    if vault.lock < wanted:
        return fails(
            element,
            f"{_capital(told)}, {amount(wanted, 'duration')} are needed ({sum_of}).",
            f"Set `lock` to {amount(wanted, 'duration')} or more, and keep copies as long.",
            place,
            *because,
            aspect=aspect,
        )
    mode: FieldPath = ("vaults", vault.id, "lock_mode")
    if vault.lock_mode is None:
        return unknown(
            element,
            f"{_capital(told)}, but nothing says whether an administrator can lift that.",
            "Declare `lock_mode`: compliance (nobody can) or governance (an administrator can).",
            mode,
            aspect=aspect,
        )
    if vault.lock_mode == "governance" and vault.isolation != "offline":
        return fails(
            element,
            f"{_capital(told)} in governance mode: an administrator can lift the lock.",
            "Lock in compliance mode, or take the vault offline.",
            mode,
            aspect=aspect,
        )
    return passes(element, f"{_capital(told)}; {sum_of} is needed.", place, mode, *because, aspect=aspect)


def _offline_copies_last(
    vault: Vault, kept: tuple[Backup, ...], wanted: float, sum_of: str, because: tuple[FieldPath, ...]
) -> Outcome:
    """A copy that cannot be reached needs no lock, but must be kept as long."""
    element, aspect = f"vaults/{vault.id}", "lock"
    silent = [copy.id for copy in kept if copy.retention is None]
    short = [copy.id for copy in kept if copy.retention is not None and copy.retention < wanted]
    looked = tuple(("backups", copy, "retention") for copy in (short or silent or [copy.id for copy in kept]))
    if short:
        return fails(
            element,
            f"It is {vault.isolation}, but copies of {listed(short)} are kept less than "
            f"{amount(wanted, 'duration')} ({sum_of}).",
            f"Set `retention` of these backups to {amount(wanted, 'duration')} or more.",
            *looked,
            *because,
            cause=f"backups/{short[0]}" if len(short) == 1 else "",
            aspect=aspect,
        )
    if silent:
        return unknown(
            element,
            f"It is {vault.isolation}; nothing says how long copies of {listed(silent)} are kept.",
            f"Declare `retention` of these backups; {amount(wanted, 'duration')} are needed ({sum_of}).",
            *looked,
            cause=f"backups/{silent[0]}" if len(silent) == 1 else "",
            aspect=aspect,
        )
    return passes(
        element,
        f"It is {vault.isolation}, and its copies are kept for {amount(wanted, 'duration')} or longer.",
        *looked,
        aspect=aspect,
    )


def _keepers_are_apart(case: Case, vault: Vault, kept: tuple[Backup, ...]) -> Outcome:
    element, aspect, estate = f"vaults/{vault.id}", "administrators", case.estate
    place: FieldPath = ("vaults", vault.id, "administered_by")
    keeper = estate.admin_domains.get(vault.administered_by or "")
    if keeper is None:
        return unknown(
            element,
            "Nothing says who holds its credentials.",
            "Declare `administered_by`: an administrative domain of its own.",
            place,
            aspect=aspect,
        )
    guarded = _guarded_domains(case, kept)
    deleters = [
        key
        for key, domain in estate.admin_domains.items()
        if f"vaults/{vault.id}" in domain.can_delete and key != keeper.id
    ]
    guards = [estate.admin_domains[key] for key in guarded]
    for key in sorted({*guarded, *deleters}):
        other = estate.admin_domains[key]
        deletes = key in deleters and (key in guarded or any(_shares(other, one) for one in guards))
        shared = _shares(keeper, other, deletes=deletes) if deletes or key in guarded else None
        if shared is not None:
            what, field = shared
            return fails(
                element,
                f"Its copies can be deleted by who administers what they protect: {what}.",
                "Give the vault an administrative domain with teams and accounts of its own, and take every "
                "other right to delete from it away.",
                place,
                field,
                aspect=aspect,
            )
    silent = sorted({copy.dataset for copy in kept if not _domains_of_home(case, copy.dataset)})
    if silent:
        homes = sorted({estate.datasets[name].home.platform for name in silent})
        return unknown(
            element,
            f"Nothing says who administers {listed(homes)}, so the vault's keepers may be the same people.",
            "Declare `administered_by` of these platforms.",
            *(("platforms", home, "administered_by") for home in homes),
            cause=f"platforms/{homes[0]}",
            aspect=aspect,
        )
    return passes(
        element,
        f"Its keepers ({keeper.id}) share no team and no log-in with {listed(guarded)}.",
        place,
        aspect=aspect,
    )


def _guarded_domains(case: Case, kept: tuple[Backup, ...]) -> tuple[str, ...]:
    """Administrators of what the vault's copies protect, and of the backup platforms that make them."""
    estate = case.estate
    found = {name for copy in kept for name in _domains_of_home(case, copy.dataset)}
    for copy in kept:
        if copy.made_by is not None:
            found |= _domains_over(case, f"platforms/{copy.made_by}")
        found |= {key for key, domain in estate.admin_domains.items() if f"backups/{copy.id}" in domain.over}
    return tuple(sorted(found))


def _domains_of_home(case: Case, dataset: str) -> set[str]:
    found = case.estate.datasets.get(dataset)
    return _domains_over(case, f"platforms/{found.home.platform}") if found else set()


def _domains_over(case: Case, reference: str) -> set[str]:
    estate = case.estate
    found = {key for key, domain in estate.admin_domains.items() if reference in domain.over}
    platform = estate.platforms.get(reference.partition("/")[2])
    if platform is not None and platform.administered_by in estate.admin_domains:
        found.add(platform.administered_by)
    return found


def _shares(
    keeper: AdminDomain, other: AdminDomain, *, deletes: bool = False
) -> tuple[str, FieldPath] | None:
    """What two domains have in common, and where it stands; None where they are apart."""
    if keeper.id == other.id:
        return f"{keeper.id} administers both", ("admin_domains", keeper.id, "over")
    if deletes:
        return f"{other.id} can delete it too", ("admin_domains", other.id, "can_delete")
    teams = sorted({*keeper.teams} & {*other.teams})
    if teams:
        return f"{listed(teams)} holds {keeper.id} and {other.id}", ("admin_domains", keeper.id, "teams")
    if keeper.identity is not None and keeper.identity == other.identity:
        return (
            f"{keeper.id} and {other.id} log in by the same {keeper.identity}",
            ("admin_domains", keeper.id, "identity"),
        )
    return None


def _deletion_takes_two(vault: Vault) -> Outcome:
    element, place = f"vaults/{vault.id}", ("vaults", vault.id, "dual_authorisation")
    if vault.dual_authorisation is None:
        return unknown(
            element,
            "Nothing says whether deleting a copy takes two people.",
            "Declare `dual_authorisation`.",
            place,
            aspect="two-people",
        )
    if not vault.dual_authorisation:
        return fails(
            element,
            "One person alone can delete a copy.",
            "Let deletion take two (`dual_authorisation: true`).",
            place,
            aspect="two-people",
        )
    return passes(element, "Deleting a copy takes two.", place, aspect="two-people")


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
                *_copies(case, dataset),
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
            asked = f"{service} owes RPO {amount(limit, 'duration')} after {_AFTER[scenario]}"
            if best is not None and best.age is not None and best.age <= limit:
                yield passes(
                    element,
                    f"{_capital(best.what)} is at most {amount(best.age, 'duration')} old; {asked}.",
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
                    *_copies(case, dataset),
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


_AFTER = {
    "component": "the loss of a component",
    "site": "the loss of its site",
    "region": "the loss of its region",
    "cyber": "an attack",
}
_WITHOUT_ANY = {
    "component": "Make its platform redundant (`needs_nodes` below the number of nodes), or add a copy on "
    "another.",
    "site": "Replicate it, or back it up, to another site.",
    "region": "Replicate it, or back it up, to a site in another `failure_region`.",
    "cyber": "Back it up to a vault that is immutable or offline.",
}


def _copies(case: Case, dataset: Dataset) -> tuple[FieldPath, ...]:
    facts = case.facts
    return (
        *(("replications", copy.id) for copy in facts.replications_of.get(dataset.id, ())),
        *(("backups", copy.id) for copy in facts.backups_of.get(dataset.id, ())),
    )


def _medium_of(case: Case, platform: str) -> str:
    found = case.estate.platforms.get(platform)
    return "object" if found is not None and found.kind == "object-storage" else "disk"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
