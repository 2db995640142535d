"""DAT, CRY and LOG: data where it may lie, keys that survive, logs that are kept."""

from collections.abc import Iterable, Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from policies.wording import amount, counted, listed
from specs.data import AtRest, DataClass, Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import AdminDomain, Keys
from specs.platforms import Platform

DAY = 86_400.0
YEAR = 31_557_600.0

SECURITY = ("firewall", "identity", "pki-kms", "siem")
"""Platforms whose logs matter whatever their tier."""


@rule(
    "DAT-001",
    "residency",
    severity=Severity.CRITICAL,
    title="Every copy of data, its logs and its administrators are where its class allows",
    rationale="A copy in another jurisdiction is under another law, whoever owns it; replicas and backups "
    "are "
    "forgotten most easily.",
    remediation="Declare where each class may lie; move or remove the copy that lies elsewhere.",
    references=(
        nist("SA-9(5)", "SA-9(8)", "CM-12", "CM-12(1)", "AC-20"),
        csf("ID.AM-07", "GV.OC-03"),
        iso27001("A.5.31", "A.5.34", "A.5.23", "A.8.10"),
        iso22301("4.2.2"),
    ),
    scope="Each dataset of a class that is not public: its home, replicas, backups, logs and administrators.",
    unknown_when="the class, its jurisdictions, or the jurisdiction of a site is not declared",
    bad="data_classes: {personal: {level: confidential, personal: true, jurisdictions: [XA]}} # replica "
    "in XB",
    good="data_classes: {personal: {level: confidential, personal: true, jurisdictions: [XA, XB]}}",
)
def residency(case: Case) -> Iterator[Outcome]:
    for key, dataset in case.estate.datasets.items():
        yield _resides(case, key, dataset)


def _resides(case: Case, key: str, dataset: Dataset) -> Outcome:
    estate, element = case.estate, f"datasets/{key}"
    kind = estate.data_classes.get(dataset.data_class or "")
    if kind is None:
        return unknown(
            element,
            "Nothing says of which class it is, so where it may lie is not known.",
            "Declare `data_class`.",
            ("datasets", key, "data_class"),
        )
    place: FieldPath = ("data_classes", kind.id, "jurisdictions")
    if kind.jurisdictions is None:
        if kind.level == "public" and not kind.personal and not kind.sovereign:
            return passes(
                element, f"It is of class {kind.id}, which is public.", ("data_classes", kind.id, "level")
            )
        return unknown(
            element,
            f"Nothing says where data of class {kind.id} may lie.",
            f"Declare `jurisdictions` of {kind.id}.",
            place,
            cause=f"data_classes/{kind.id}",
        )
    silent: Outcome | None = None
    for what, site, cause, path in _whereabouts(case, dataset):
        found = estate.sites[site].jurisdiction if site in estate.sites else None
        if found is None:
            silent = silent or unknown(
                element,
                f"{what} is at {site}, and nothing says which law applies there.",
                f"Declare `jurisdiction` of {site}.",
                ("sites", site, "jurisdiction"),
                path,
                cause=f"sites/{site}",
            )
        elif found not in kind.jurisdictions:
            return fails(
                element,
                f"{what} is at {site}, in {found}; {_adjectives(kind)} of class {kind.id} may lie in "
                f"{listed(kind.jurisdictions)} only.",
                "Move it, or have the class allow that place on record.",
                path,
                ("sites", site, "jurisdiction"),
                place,
                cause=cause,
            )
    return silent or passes(element, f"All of it is in {listed(kind.jurisdictions)}.", place)


def _whereabouts(case: Case, dataset: Dataset) -> Iterator[tuple[str, str, str, FieldPath]]:
    """Where the dataset, its copies, logs and administrators are: what, site, cause, where it is said."""
    estate, facts, key = case.estate, case.facts, dataset.id
    yield "It", dataset.home.site, f"datasets/{key}", ("datasets", key, "home", "site")
    for copy in facts.replications_of.get(key, ()):
        place: FieldPath = ("replications", copy.id, "target_site")
        yield f"Its replica {copy.id}", copy.target_site, f"replications/{copy.id}", place
    for backup in facts.backups_of.get(key, ()):
        if backup.vault in estate.vaults:
            site = estate.vaults[backup.vault].site
            yield f"Its backup {backup.id}", site, f"backups/{backup.id}", ("backups", backup.id, "vault")
    home = estate.platforms.get(dataset.home.platform)
    if home is not None and home.logs_to in estate.platforms:
        for site in facts.platform_sites[home.logs_to]:
            place = ("platforms", home.id, "logs_to")
            yield f"The log store of its platform, {home.logs_to},", site, f"platforms/{home.logs_to}", place
    keeper = estate.admin_domains.get(home.administered_by or "") if home is not None else None
    for name in keeper.teams if keeper is not None else ():
        team = estate.teams.get(name)
        if team is not None and team.site is not None:
            yield f"{name}, who administers it,", team.site, f"teams/{name}", ("teams", name, "site")


def _adjectives(kind: DataClass) -> str:
    return "personal data" if kind.personal else "sovereign data" if kind.sovereign else "data"


@rule(
    "DAT-002",
    "classification",
    severity=Severity.HIGH,
    title="Every dataset has a class, an owner and an impact level, every service a tier",
    rationale="All else keys on it: what is not classified is protected by accident, and rules for vital "
    "data pass "
    "it by.",
    remediation="Declare class, owner and impact of the dataset, and the tier of the service; raise the "
    "service's "
    "tier to that of what it holds.",
    references=(
        nist("RA-2", "CM-12", "PM-11"),
        csf("ID.AM-05", "ID.AM-07"),
        iso27001("A.5.12", "A.5.9"),
        iso22301("8.2.2"),
        cis("3.1", "3.7"),
    ),
    scope="Each dataset, and each service.",
    unknown_when="one of these is not declared",
    bad="datasets: {civil: {home: {platform: db, site: ndc}}}",
    good="datasets: "
    "{civil: {data_class: personal, owner: registry-office, impact: high, services: [registry], "
    "home: {platform: db, site: ndc}}}",
)
def classification(case: Case) -> Iterator[Outcome]:
    for key, dataset in case.estate.datasets.items():
        element = f"datasets/{key}"
        silent = [name for name in ("data_class", "owner", "impact") if getattr(dataset, name) is None]
        if not case.facts.services_of.get(key):
            silent.append("services")
        if silent:
            yield unknown(
                element,
                f"It declares no {', no '.join(silent)}.",
                f"Declare {listed([f'`{name}`' for name in silent])}.",
                *(("datasets", key, name) for name in silent),
            )
        else:
            yield passes(
                element,
                f"It is of class {dataset.data_class}, owned by {dataset.owner}.",
                ("datasets", key, "data_class"),
            )
    for key, service in case.estate.services.items():
        element, place = f"services/{key}", ("services", key, "tier")
        if service.tier is None:
            yield unknown(
                element,
                "It declares no tier, so rules for vital services pass it by.",
                "Declare `tier`: 0 what all stands on, 1 vital, 2 important, 3 deferrable.",
                place,
            )
        else:
            yield passes(element, f"It is of tier {service.tier}.", place)


@rule(
    "CRY-003",
    "key-escrow",
    severity=Severity.CRITICAL,
    title="Keys of vital data survive the primary, in the hands of several",
    rationale="Encrypted data without its key is lost data: replicas and backups are worth nothing when "
    "the keys went "
    "with the site, or with the one person who held them.",
    remediation="Back the keys up at the DR site or a vault, split among custodians (m of n), with a "
    "module there "
    "that they can be restored to.",
    references=(
        nist("SC-12", "SC-12(1)", "CP-9(8)", "AC-3(2)"),
        csf("PR.DS-01", "PR.DS-11"),
        iso27001("A.8.24", "A.5.3"),
    ),
    parameters=(
        Parameter("custodians", 2, "Least number of people who together restore the keys.", "dual control"),
    ),
    scope="Each tier 0 or 1 dataset with its copies, and each administrative domain that holds keys of one.",
    unknown_when="how a dataset is encrypted, who holds its keys, escrow, custodians or hardware is not "
    "declared",
    bad="admin_domains: {keys: {keys: {hsm: ndc-kms, custodians: 3, quorum: 2, escrow: []}}}",
    good="admin_domains: {keys: {keys: {hsm: ndc-kms, custodians: 5, quorum: 3, escrow: [dr]}}}",
)
def key_escrow(case: Case) -> Iterator[Outcome]:
    kept: dict[str, set[str]] = {}
    for dataset in case.facts.critical_datasets:
        for element, at_rest in _copies_at_rest(case, dataset):
            collection, _, key = element.partition("/")
            if at_rest is None:
                if collection == "datasets":
                    yield unknown(
                        element,
                        "Nothing says whether it is encrypted, nor by whose keys.",
                        "Declare `at_rest` (algorithm, keys).",
                        (collection, key, "at_rest"),
                    )
            elif at_rest.algorithm is not None and at_rest.keys is None:
                yield unknown(
                    element,
                    f"It is encrypted ({at_rest.algorithm}), and nothing says who holds its keys.",
                    "Declare `at_rest.keys`.",
                    (collection, key, "at_rest"),
                )
            elif at_rest.keys is not None:
                kept.setdefault(at_rest.keys, set()).add(dataset.id)
    for name, datasets in sorted(kept.items()):
        if name in case.estate.admin_domains:
            yield from _keys(case, case.estate.admin_domains[name], sorted(datasets))


def _copies_at_rest(case: Case, dataset: Dataset) -> Iterator[tuple[str, AtRest | None]]:
    yield f"datasets/{dataset.id}", dataset.at_rest
    for copy in case.facts.replications_of.get(dataset.id, ()):
        yield f"replications/{copy.id}", copy.at_rest
    for backup in case.facts.backups_of.get(dataset.id, ()):
        yield f"backups/{backup.id}", backup.at_rest


def _keys(case: Case, domain: AdminDomain, datasets: list[str]) -> Iterator[Outcome]:
    element, place, keys = f"admin_domains/{domain.id}", ("admin_domains", domain.id, "keys"), domain.keys
    whose = f"the keys of {listed(datasets, most=3)}"
    if keys is None:
        yield unknown(
            element,
            f"It holds {whose}, and nothing says how they survive.",
            "Declare `keys`: hsm, custodians, quorum, escrow.",
            place,
        )
        return
    homes = sorted({case.estate.datasets[name].home.site for name in datasets})
    yield _escrowed(element, place, keys, homes, whose)
    yield _in_several_hands(case, element, place, keys)
    yield _restorable_elsewhere(case, element, place, keys, homes)


def _escrowed(element: str, place: FieldPath, keys: Keys, homes: list[str], whose: str) -> Outcome:
    aspect, path = "escrow", (*place, "escrow")
    if keys.escrow is None:
        return unknown(
            element,
            f"Nothing says where a backup of {whose} lies.",
            "Declare `keys.escrow`: the sites (an empty list is none).",
            path,
            aspect=aspect,
        )
    away = sorted({*keys.escrow} - {*homes}) if len(homes) == 1 else sorted(keys.escrow)
    if not away:
        where = f"at {listed(homes)} only" if keys.escrow else "nowhere"
        return fails(
            element,
            f"A backup of {whose} lies {where}: with {listed(homes)} they are lost, and the data with them.",
            "Back them up at the DR site or in a vault.",
            path,
            aspect=aspect,
        )
    return passes(element, f"A backup of {whose} lies at {listed(away)}.", path, aspect=aspect)


def _in_several_hands(case: Case, element: str, place: FieldPath, keys: Keys) -> Outcome:
    aspect, least = "custodians", int(case.number("custodians"))
    for field in ("custodians", "quorum"):
        if getattr(keys, field) is None:
            return unknown(
                element,
                f"Nothing says how many "
                f"{'people hold a share' if field == 'custodians' else 'shares restore them'}.",
                f"Declare `keys.{field}`.",
                (*place, field),
                aspect=aspect,
            )
    custodians, needed = keys.custodians or 0, keys.quorum or 0
    looked = ((*place, "custodians"), (*place, "quorum"))
    told = f"{needed} of {custodians} custodians restore the keys"
    if needed < least or custodians < least:
        return fails(
            element, f"{told}: one alone is enough.", f"Ask for {least} or more.", *looked, aspect=aspect
        )
    if needed > custodians:
        return fails(
            element,
            f"{told}: that can never be.",
            "Correct `quorum` or `custodians`.",
            *looked,
            aspect=aspect,
        )
    return passes(element, f"{told}.", *looked, aspect=aspect)


def _restorable_elsewhere(
    case: Case, element: str, place: FieldPath, keys: Keys, homes: list[str]
) -> Outcome:
    aspect, path = "hardware", (*place, "hsm")
    if keys.hsm is None:
        return unknown(
            element,
            "Nothing says in what hardware the keys live.",
            "Declare `keys.hsm`.",
            path,
            aspect=aspect,
        )
    sites = _sites_with_twin(case, keys.hsm)
    if not sites:
        return unknown(
            element,
            f"The keys live in {keys.hsm}, and nothing says where that stands.",
            f"Declare `nodes` or `sites` of {keys.hsm}.",
            path,
            aspect=aspect,
        )
    elsewhere = sorted({*sites} - {*homes}) if len(homes) == 1 else list(sites)
    if not elsewhere:
        return fails(
            element,
            f"The keys live in {keys.hsm}, at {listed(list(sites))} only: elsewhere there is nothing to "
            f"restore them "
            "to.",
            "Stand up a module at the DR site, and declare it as the `twin`.",
            path,
            aspect=aspect,
        )
    return passes(element, f"A module to restore them to stands at {listed(elsewhere)}.", path, aspect=aspect)


def _sites_with_twin(case: Case, name: str) -> tuple[str, ...]:
    """Sites of a platform or device of that id, and of the platform's twin."""
    facts, platforms = case.facts, case.estate.platforms
    if name not in platforms:
        return facts.sites_of(f"devices/{name}")
    twins = [
        other for other, found in platforms.items() if found.twin == name or platforms[name].twin == other
    ]
    return tuple(sorted({site for each in (name, *twins) for site in facts.platform_sites[each]}))


@rule(
    "LOG-001",
    "retention",
    severity=Severity.HIGH,
    title="Logs of vital and security systems are kept long enough, in a store that is large enough",
    rationale="Intruders are found months after they came; without logs nobody can tell what they took.",
    remediation="Send the logs to a store, keep them for the time asked for, and size it for rate times "
    "time.",
    references=(
        nist("AU-11", "AU-4", "AU-12", "AU-2"),
        csf("PR.PS-04"),
        iso27001("A.8.15", "A.5.28"),
        cis("8.3", "8.10"),
    ),
    parameters=(
        Parameter(
            "hot", 90 * DAY, "Least time for which logs are searchable at once.", "CIS 8.10", "duration"
        ),
        Parameter("total", YEAR, "Least time for which logs are kept.", "judgement: a year", "duration"),
    ),
    scope="Each vital platform, each of kind firewall, identity, PKI or SIEM; and each store that they "
    "log to.",
    unknown_when="where logs go, their rate, the store's retention or its size is not declared",
    bad="platforms: {logs: {kind: log-store, log_retention: 30 d, log_retention_hot: 30 d}}",
    good="platforms: {logs: {kind: log-store, log_retention: 400 d, log_retention_hot: 90 d, "
    "capacity: {storage: 200 TB}}}",
)
def log_retention(case: Case) -> Iterator[Outcome]:
    vital = {platform.id for platform in case.facts.critical_platforms}
    platforms = case.estate.platforms
    senders: dict[str, list[Platform]] = {}
    for key, platform in platforms.items():
        if platform.kind in ("log-store", "evidence"):
            continue
        if key in vital or platform.kind in SECURITY:
            yield _sends_logs(key, platform)
        if platform.logs_to is not None:
            senders.setdefault(platform.logs_to, []).append(platform)
    for key in sorted(senders):
        if key in platforms:
            yield from _store(case, platforms[key], senders)


def _sends_logs(key: str, platform: Platform) -> Outcome:
    element, place = f"platforms/{key}", ("platforms", key, "logs_to")
    if platform.logs_to is None:
        return unknown(
            element, "Nothing says where its logs go.", "Declare `logs_to`.", place, aspect="sender"
        )
    if platform.log_rate is None:
        return unknown(
            element,
            f"It logs to {platform.logs_to}, and nothing says how much.",
            "Declare `log_rate` in bytes a second.",
            ("platforms", key, "log_rate"),
            aspect="sender",
        )
    return passes(element, f"It logs to {platform.logs_to}.", place, aspect="sender")


def _store(case: Case, store: Platform, senders: dict[str, list[Platform]]) -> Iterator[Outcome]:
    element = f"platforms/{store.id}"
    for aspect, field, kept, wanted in (
        ("kept", "log_retention", store.log_retention, case.number("total")),
        ("searchable", "log_retention_hot", store.log_retention_hot, case.number("hot")),
    ):
        place: FieldPath = ("platforms", store.id, field)
        if kept is None:
            yield unknown(
                element,
                f"Nothing says how long logs are {aspect}.",
                f"Declare `{field}`.",
                place,
                aspect=aspect,
            )
            continue
        told = f"Logs are {aspect} for {amount(kept, 'duration')}; {amount(wanted, 'duration')} are asked for"
        if kept < wanted:
            mending = f"Set `{field}` to {amount(wanted, 'duration')} or more, and size it for that."
            yield fails(element, f"{told}.", mending, place, aspect=aspect)
        else:
            yield passes(element, f"{told}.", place, aspect=aspect)
    if store.log_retention is not None:
        yield _large_enough(case, store, senders)


def _large_enough(case: Case, store: Platform, senders: dict[str, list[Platform]]) -> Outcome:
    """Also when the store of the other site is lost, and its senders come here."""
    element, aspect = f"platforms/{store.id}", "size"
    twins = _twins(case.estate.platforms.values(), store)
    sending = [
        sender
        for name in (store.id, *twins)
        for sender in senders.get(name, ())
        if sender.log_rate is not None
    ]
    rate = sum(sender.log_rate or 0.0 for sender in sending)
    needed = rate * (store.log_retention or 0.0)
    size, place = store.capacity.storage, ("platforms", store.id, "capacity", "storage")
    also = f", those of {listed(twins)} too," if twins else ""
    verb = "logs" if len(sending) == 1 else "log"
    told = f"{counted(len(sending), 'platform')}{also} {verb} {amount(rate, 'data_size')} a second"
    if size is None:
        return unknown(
            element,
            f"{told}, which is {amount(needed, 'data_size')} in "
            f"{amount(store.log_retention or 0.0, 'duration')}; "
            "nothing says how large it is.",
            "Declare `capacity.storage`.",
            place,
            aspect=aspect,
        )
    told = (
        f"{told}: {amount(needed, 'data_size')} in {amount(store.log_retention or 0.0, 'duration')}; it "
        f"holds "
        f"{amount(size, 'data_size')}"
    )
    looked = (place, *(("platforms", sender.id, "log_rate") for sender in sending[:5]))
    mute = sorted(
        sender.id
        for name in (store.id, *twins)
        for sender in senders.get(name, ())
        if sender.log_rate is None
    )
    if needed <= size and mute:
        return unknown(
            element,
            f"{told}; nothing says how much {listed(mute)} logs.",
            f"Declare `log_rate` of {listed(mute)}.",
            ("platforms", mute[0], "log_rate"),
            *looked,
            cause=f"platforms/{mute[0]}",
            aspect=aspect,
        )
    if needed > size:
        return fails(
            element,
            f"{told}.",
            f"Add {amount(needed - size, 'data_size')}, or log less.",
            *looked,
            aspect=aspect,
        )
    return passes(element, f"{told}.", *looked, aspect=aspect)


def _twins(platforms: Iterable[Platform], store: Platform) -> list[str]:
    """Platforms whose place this one takes, or that take its place."""
    return sorted(
        platform.id for platform in platforms if platform.twin == store.id or store.twin == platform.id
    )
