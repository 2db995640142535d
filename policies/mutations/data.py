"""Ways to break data: its copies, keys, logs and where it lies."""

from collections.abc import Iterator

from policies.mutations.mutation import Ground, Mutant, Mutation, mutation
from specs.data import AtRest, Backup, Vault
from specs.people import AdminDomain, Keys
from specs.platforms import Platform
from specs.units import DAY


@mutation("BKP-001", "Vital data has no copy at another site.")
def no_copy_off_site(ground: Ground) -> Iterator[Mutant]:
    for dataset in ground.facts.critical_datasets:
        away = [
            ("backups", one.id, None)
            for one in ground.facts.backups_of.get(dataset.id, ())
            if ground.estate.vaults[one.vault].site != dataset.home.site
        ]
        away += [
            ("replications", copy.id, None)
            for copy in ground.facts.replications_of.get(dataset.id, ())
            if copy.target_site != dataset.home.site
        ]
        if away:
            yield Mutant(f"datasets/{dataset.id}", tuple(away))


@mutation("BKP-001", "No copy of vital data is out of an intruder's reach.")
def nothing_out_of_reach(ground: Ground) -> Iterator[Mutant]:
    for dataset in ground.facts.critical_datasets:
        vaults = {one.vault for one in ground.facts.backups_of.get(dataset.id, ())}
        puts = tuple(("vaults", key, _within_reach(ground.estate.vaults[key])) for key in sorted(vaults))
        if puts:
            yield Mutant(f"datasets/{dataset.id}", puts)


def _within_reach(vault: Vault) -> Vault:
    return vault.model_copy(update={"immutable": False, "isolation": "online"})


@mutation("BKP-002", "A locked copy is locked for a day.")
def lock_shortened(ground: Ground) -> Iterator[Mutant]:
    for vault in _locked(ground):
        yield ground.put("vaults", vault, lock=DAY)


@mutation("BKP-002", "One person alone deletes a locked copy.")
def one_person_deletes(ground: Ground) -> Iterator[Mutant]:
    for vault in _locked(ground):
        if vault.dual_authorisation:
            yield ground.put("vaults", vault, dual_authorisation=False)


@mutation("BKP-002", "A locked copy may be unlocked by its administrator.")
def lock_may_be_lifted(ground: Ground) -> Iterator[Mutant]:
    for vault in _locked(ground):
        if vault.lock_mode == "compliance" and vault.isolation != "offline":
            yield ground.put("vaults", vault, lock_mode="governance")


@mutation("BKP-003", "Vital data was last restored years ago.")
def restore_tests_overdue(ground: Ground) -> Iterator[Mutant]:
    for dataset in ground.facts.critical_datasets:
        long_ago = ground.on.replace(year=ground.on.year - 3)
        puts = tuple(
            (
                "backups",
                one.id,
                one.model_copy(update={"last_restore_test": test.model_copy(update={"on": long_ago})}),
            )
            for one in ground.facts.backups_of.get(dataset.id, ())
            if (test := one.last_restore_test) is not None
        )
        if puts:
            yield Mutant(f"datasets/{dataset.id}", puts)


@mutation("BKP-004", "Backups are made once a month.")
def backups_once_a_month(ground: Ground) -> Iterator[Mutant]:
    services = ground.estate.services
    for dataset in ground.estate.datasets.values():
        owed = [
            services[name].objectives.cyber
            for name in ground.facts.services_of.get(dataset.id, ())
            if name in services
        ]
        if any(one is not None and one.rpo < 29 * DAY for one in owed):
            puts = tuple(
                ("backups", one.id, _monthly(one)) for one in ground.facts.backups_of.get(dataset.id, ())
            )
            if puts:
                yield Mutant(f"datasets/{dataset.id}", puts)


def _monthly(backup: Backup) -> Backup:
    return backup.model_copy(update={"interval": 30 * DAY, "log_shipping": None})


@mutation("SIT-003", "A write may wait a hundredth of what it did.")
def synchronous_too_far(ground: Ground) -> Iterator[Mutant]:
    for copy in ground.estate.replications.values():
        dataset = ground.estate.datasets[copy.dataset]
        far = copy.mode == "synchronous" and copy.target_site != dataset.home.site
        if far and dataset.write_budget is not None:
            yield ground.put("datasets", dataset, write_budget=dataset.write_budget / 100)


@mutation("SIT-003", "A copy over hundreds of kilometres becomes synchronous.")
def made_synchronous(ground: Ground) -> Iterator[Mutant]:
    for copy in ground.estate.replications.values():
        dataset = ground.estate.datasets[copy.dataset]
        if copy.mode != "synchronous" and copy.target_site != dataset.home.site and copy.over:
            budget = dataset.model_copy(update={"write_budget": 1e-5})
            synchronous = copy.model_copy(update={"mode": "synchronous"})
            yield Mutant(
                f"replications/{copy.id}",
                (("replications", copy.id, synchronous), ("datasets", dataset.id, budget)),
            )


@mutation("SIT-004", "No copy of vital data lies outside the two sites.")
def no_third_copy(ground: Ground) -> Iterator[Mutant]:
    sites = ground.estate.sites
    for dataset in ground.facts.critical_datasets:
        held = ground.estate.data_classes.get(dataset.data_class or "")
        if ground.facts.dataset_tiers.get(dataset.id) != 0 and not (held is not None and held.sovereign):
            continue
        far = [
            ("backups", one.id, None)
            for one in ground.facts.backups_of.get(dataset.id, ())
            if sites[ground.estate.vaults[one.vault].site].role not in ("primary", "dr")
        ]
        far += [
            ("replications", copy.id, None)
            for copy in ground.facts.replications_of.get(dataset.id, ())
            if sites[copy.target_site].role not in ("primary", "dr")
        ]
        if far:
            yield Mutant(f"datasets/{dataset.id}", tuple(far))


@mutation("CRY-001", "A backup of confidential data is not encrypted.")
def backup_in_clear(ground: Ground) -> Iterator[Mutant]:
    for backup in ground.estate.backups.values():
        if backup.at_rest is not None and _confidential(ground, backup.dataset):
            yield ground.put("backups", backup, at_rest=AtRest(algorithm="none"))


@mutation("CRY-001", "Nobody says how confidential data is encrypted.")
def encryption_not_told(ground: Ground) -> Iterator[Mutant]:
    for dataset in ground.estate.datasets.values():
        if dataset.at_rest is not None and _confidential(ground, dataset.id):
            yield ground.put("datasets", dataset, at_rest=None)


@mutation("CRY-003", "Keys are kept by one person.")
def one_custodian(ground: Ground) -> Iterator[Mutant]:
    for domain, held in _vital_keys(ground):
        keys = held.model_copy(update={"custodians": 1, "quorum": 1})
        yield ground.put("admin_domains", domain, keys=keys)


@mutation("CRY-003", "Keys are escrowed nowhere.")
def keys_escrowed_nowhere(ground: Ground) -> Iterator[Mutant]:
    for domain, held in _vital_keys(ground):
        if held.escrow:
            yield ground.put("admin_domains", domain, keys=held.model_copy(update={"escrow": ()}))


@mutation("DAT-001", "A replica stands abroad.")
def replica_abroad(ground: Ground) -> Iterator[Mutant]:
    for copy in ground.estate.replications.values():
        held = ground.estate.data_classes.get(ground.estate.datasets[copy.dataset].data_class or "")
        if held is None or held.jurisdictions is None:
            continue
        site = ground.estate.sites[copy.target_site]
        if site.jurisdiction in held.jurisdictions:
            yield ground.put("sites", site, jurisdiction="ZZ")


@mutation("DAT-002", "A dataset has no owner.")
def no_owner(ground: Ground) -> Iterator[Mutant]:
    for dataset in ground.estate.datasets.values():
        yield ground.put("datasets", dataset, owner=None)


@mutation("DAT-003", "A class of personal data has no legal basis.")
def no_legal_basis(ground: Ground) -> Iterator[Mutant]:
    for held in ground.estate.data_classes.values():
        if held.personal:
            yield ground.put("data_classes", held, legal_basis=None)


@mutation("LOG-001", "Logs are kept for a week.")
def logs_kept_for_a_week(ground: Ground) -> Iterator[Mutant]:
    for store in _log_stores(ground):
        if store.log_retention is not None:
            yield ground.put("platforms", store, log_retention=7 * DAY, log_retention_hot=7 * DAY)


@mutation("LOG-001", "A vital platform logs nowhere.")
def logs_nowhere(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.facts.critical_platforms:
        if platform.logs_to is not None and platform.kind not in ("log-store", "evidence"):
            yield ground.put("platforms", platform, logs_to=None)


@mutation("LOG-002", "Whoever administers a log store administers what it logs.")
def logs_of_their_own(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.facts.critical_platforms:
        store = ground.estate.platforms.get(platform.logs_to or "")
        if store is not None and platform.administered_by is not None and platform.kind != "log-store":
            yield ground.put("platforms", store, administered_by=platform.administered_by)


@mutation("LOG-002", "Logs may be rewritten.")
def logs_may_be_rewritten(ground: Ground) -> Iterator[Mutant]:
    for store in _log_stores(ground):
        if store.write_once:
            yield ground.put("platforms", store, write_once=False)


@mutation("LOG-003", "An evidence store may be rewritten.")
def evidence_may_be_rewritten(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.estate.platforms.values():
        if platform.kind == "evidence":
            yield ground.put("platforms", platform, write_once=False)


@mutation("LOG-003", "One person alone moves evidence.")
def one_person_moves_evidence(ground: Ground) -> Iterator[Mutant]:
    for platform in ground.estate.platforms.values():
        if platform.kind == "evidence":
            yield ground.put("platforms", platform, two_person_transfer=False)


def _vital_keys(ground: Ground) -> Iterator[tuple[AdminDomain, Keys]]:
    """Domains that hold keys of vital data, each with what it says of them."""
    used = {dataset.at_rest.keys for dataset in ground.facts.critical_datasets if dataset.at_rest is not None}
    for domain in ground.estate.admin_domains.values():
        if domain.id in used and domain.keys is not None:
            yield domain, domain.keys


def _log_stores(ground: Ground) -> Iterator[Platform]:
    """Platforms that vital ones log to."""
    stores = {one.logs_to for one in ground.facts.critical_platforms}
    yield from (platform for platform in ground.estate.platforms.values() if platform.id in stores)


def _confidential(ground: Ground, dataset: str) -> bool:
    held = ground.estate.data_classes.get(ground.estate.datasets[dataset].data_class or "")
    return held is not None and (held.level in ("confidential", "secret") or bool(held.encrypt_at_rest))


def _locked(ground: Ground) -> Iterator[Vault]:
    used = {
        backup.vault
        for dataset in ground.facts.critical_datasets
        for backup in ground.facts.backups_of.get(dataset.id, ())
    }
    for vault in ground.estate.vaults.values():
        if vault.id in used and vault.immutable and vault.lock is not None:
            yield vault


MUTATIONS: tuple[Mutation, ...] = (
    no_copy_off_site,
    nothing_out_of_reach,
    lock_shortened,
    one_person_deletes,
    lock_may_be_lifted,
    restore_tests_overdue,
    backups_once_a_month,
    synchronous_too_far,
    made_synchronous,
    no_third_copy,
    backup_in_clear,
    encryption_not_told,
    one_custodian,
    keys_escrowed_nowhere,
    replica_abroad,
    no_owner,
    no_legal_basis,
    logs_kept_for_a_week,
    logs_nowhere,
    logs_of_their_own,
    logs_may_be_rewritten,
    evidence_may_be_rewritten,
    one_person_moves_evidence,
)
