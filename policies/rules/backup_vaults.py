"""BKP-002: copies that nobody who administers what they protect can delete."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso27001, nist
from policies.protection import (
    lasting_vaults,
)
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount
from specs.data import Backup, Vault
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import AdminDomain
from specs.sentences import Sentence, listed, say
from specs.units import DAY


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


def _lock_wanted(case: Case, kept: tuple[Backup, ...]) -> tuple[float, Sentence, tuple[FieldPath, ...]]:
    """Seconds that a copy must be safe for, how they come about, and the facts behind."""
    least = case.number("lock")
    intruder = case.estate.plan.intruder
    the_least = say("the least of {time}", time=amount(least, "duration"))
    if intruder is None:
        return least, the_least, ()
    recoveries = [
        owed[0] for copy in kept if (owed := case.facts.strictest(copy.dataset, "cyber", "rto")) is not None
    ]
    recovery, detection = max(recoveries, default=0.0), intruder.detection or 0.0
    total = intruder.dwell + detection + recovery
    if total <= least:
        return least, the_least, (("plan", "intruder"),)
    sum_of = say("{time} of dwell", time=amount(intruder.dwell, "duration"))
    if detection:
        until = say("{time} until detection", time=amount(detection, "duration"))
        sum_of = say("{sum} + {time}", sum=sum_of, time=until)
    if recovery:
        took = say("{time} of recovery", time=amount(recovery, "duration"))
        sum_of = say("{sum} + {time}", sum=sum_of, time=took)
    return total, sum_of, (("plan", "intruder"),)


def _lock_is_long_enough(case: Case, vault: Vault, kept: tuple[Backup, ...]) -> Outcome:
    element, aspect = f"vaults/{vault.id}", "lock"
    wanted, sum_of, because = _lock_wanted(case, kept)
    if vault.immutable is not True or (vault.lock is None and vault.isolation == "offline"):
        return _offline_copies_last(vault, kept, wanted, sum_of, because)
    place: FieldPath = ("vaults", vault.id, "lock")
    needed = amount(wanted, "duration")
    if vault.lock is None:
        return unknown(
            element,
            say("It is immutable, and nothing says for how long a copy is locked."),
            say("Declare `lock`; {needed} are needed ({sum}).", needed=needed, sum=sum_of),
            place,
            aspect=aspect,
        )
    locked = amount(vault.lock, "duration")
    if vault.lock < wanted:
        return fails(
            element,
            say(
                "A copy is locked for {lock}, {needed} are needed ({sum}).",
                lock=locked,
                needed=needed,
                sum=sum_of,
            ),
            say("Set `lock` to {needed} or more, and keep copies as long.", needed=needed),
            place,
            *because,
            aspect=aspect,
        )
    mode: FieldPath = ("vaults", vault.id, "lock_mode")
    if vault.lock_mode is None:
        return unknown(
            element,
            say(
                "A copy is locked for {lock}, but nothing says whether an administrator can lift that.",
                lock=locked,
            ),
            say("Declare `lock_mode`: compliance (nobody can) or governance (an administrator can)."),
            mode,
            aspect=aspect,
        )
    if vault.lock_mode == "governance" and vault.isolation != "offline":
        return fails(
            element,
            say(
                "A copy is locked for {lock} in governance mode: an administrator can lift the lock.",
                lock=locked,
            ),
            say("Lock in compliance mode, or take the vault offline."),
            mode,
            aspect=aspect,
        )
    told = say("A copy is locked for {lock}; {sum} is needed.", lock=locked, sum=sum_of)
    return passes(element, told, place, mode, *because, aspect=aspect)


def _offline_copies_last(
    vault: Vault, kept: tuple[Backup, ...], wanted: float, sum_of: Sentence, because: tuple[FieldPath, ...]
) -> Outcome:
    """A copy that cannot be reached needs no lock, but must be kept as long."""
    element, aspect = f"vaults/{vault.id}", "lock"
    silent = [copy.id for copy in kept if copy.retention is None]
    short = [copy.id for copy in kept if copy.retention is not None and copy.retention < wanted]
    looked = tuple(("backups", copy, "retention") for copy in (short or silent or [copy.id for copy in kept]))
    isolation, needed = str(vault.isolation), amount(wanted, "duration")
    if short:
        return fails(
            element,
            say(
                "It is {isolation}, but copies of {backups} are kept less than {needed} ({sum}).",
                isolation=isolation,
                backups=listed(short),
                needed=needed,
                sum=sum_of,
            ),
            say("Set `retention` of these backups to {needed} or more.", needed=needed),
            *looked,
            *because,
            cause=f"backups/{short[0]}" if len(short) == 1 else "",
            aspect=aspect,
        )
    if silent:
        return unknown(
            element,
            say(
                "It is {isolation}; nothing says how long copies of {backups} are kept.",
                isolation=isolation,
                backups=listed(silent),
            ),
            say(
                "Declare `retention` of these backups; {needed} are needed ({sum}).",
                needed=needed,
                sum=sum_of,
            ),
            *looked,
            cause=f"backups/{silent[0]}" if len(silent) == 1 else "",
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "It is {isolation}, and its copies are kept for {needed} or longer.",
            isolation=isolation,
            needed=needed,
        ),
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
            say("Nothing says who holds its credentials."),
            say("Declare `administered_by`: an administrative domain of its own."),
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
                say("Its copies can be deleted by who administers what they protect: {what}.", what=what),
                say(
                    "Give the vault an administrative domain with teams and accounts of its own, and take "
                    "every other right to delete from it away."
                ),
                place,
                field,
                aspect=aspect,
            )
    silent = sorted({copy.dataset for copy in kept if not _domains_of_home(case, copy.dataset)})
    if silent:
        homes = sorted({estate.datasets[name].home.platform for name in silent})
        return unknown(
            element,
            say(
                "Nothing says who administers {platforms}, so the vault's keepers may be the same people.",
                platforms=listed(homes),
            ),
            say("Declare `administered_by` of these platforms."),
            *(("platforms", home, "administered_by") for home in homes),
            cause=f"platforms/{homes[0]}",
            aspect=aspect,
        )
    return passes(
        element,
        say(
            "Its keepers ({keeper}) share no team and no log-in with {domains}.",
            keeper=keeper.id,
            domains=listed(guarded),
        ),
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
) -> tuple[Sentence, FieldPath] | None:
    """What two domains have in common, and where it stands; None where they are apart."""
    if keeper.id == other.id:
        return say("{domain} administers both", domain=keeper.id), ("admin_domains", keeper.id, "over")
    if deletes:
        told = say("{domain} can delete it too", domain=other.id)
        return told, ("admin_domains", other.id, "can_delete")
    teams = sorted({*keeper.teams} & {*other.teams})
    if teams:
        told = say("{teams} holds {one} and {other}", teams=listed(teams), one=keeper.id, other=other.id)
        return told, ("admin_domains", keeper.id, "teams")
    if keeper.identity is not None and keeper.identity == other.identity:
        told = say(
            "{one} and {other} log in by the same {identity}",
            one=keeper.id,
            other=other.id,
            identity=keeper.identity,
        )
        return told, ("admin_domains", keeper.id, "identity")
    return None


def _deletion_takes_two(vault: Vault) -> Outcome:
    element, place = f"vaults/{vault.id}", ("vaults", vault.id, "dual_authorisation")
    if vault.dual_authorisation is None:
        return unknown(
            element,
            say("Nothing says whether deleting a copy takes two people."),
            say("Declare `dual_authorisation`."),
            place,
            aspect="two-people",
        )
    if not vault.dual_authorisation:
        return fails(
            element,
            say("One person alone can delete a copy."),
            say("Let deletion take two (`dual_authorisation: true`)."),
            place,
            aspect="two-people",
        )
    return passes(element, say("Deleting a copy takes two."), place, aspect="two-people")
