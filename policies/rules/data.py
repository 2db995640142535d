"""DAT: data where it may lie, and classed, so that all else can key on it."""

from collections.abc import Iterator, Sequence

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, fails, passes, rule, unknown
from specs.data import DataClass, Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import Sentence, listed, say

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
    never_waived="The law says where data may lie; nobody in the organisation can bear a breach of it.",
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
            say("Nothing says of which class it is, so where it may lie is not known."),
            say("Declare `data_class`."),
            ("datasets", key, "data_class"),
        )
    place: FieldPath = ("data_classes", kind.id, "jurisdictions")
    if kind.jurisdictions is None:
        if kind.level == "public" and not kind.personal and not kind.sovereign:
            told = say("It is of class {data_class}, which is public.", data_class=kind.id)
            return passes(element, told, ("data_classes", kind.id, "level"))
        return unknown(
            element,
            say("Nothing says where data of class {data_class} may lie.", data_class=kind.id),
            say("Declare `jurisdictions` of {data_class}.", data_class=kind.id),
            place,
            cause=f"data_classes/{kind.id}",
        )
    silent: Outcome | None = None
    for what, site, cause, path in _whereabouts(case, dataset):
        found = estate.sites[site].jurisdiction if site in estate.sites else None
        if found is None:
            silent = silent or unknown(
                element,
                say("{what} is at {site}, and nothing says which law applies there.", what=what, site=site),
                say("Declare `jurisdiction` of {site}.", site=site),
                ("sites", site, "jurisdiction"),
                path,
                cause=f"sites/{site}",
            )
        elif found not in kind.jurisdictions:
            return fails(
                element,
                say(
                    "{what} is at {site}, in {found}; {kind} of class {data_class} may lie in {allowed} "
                    "only.",
                    what=what,
                    site=site,
                    found=found,
                    kind=_kind_of_data(kind),
                    data_class=kind.id,
                    allowed=listed(kind.jurisdictions),
                ),
                say("Move it, or have the class allow that place on record."),
                path,
                ("sites", site, "jurisdiction"),
                place,
                cause=cause,
            )
    told = say("All of it is in {jurisdictions}.", jurisdictions=listed(kind.jurisdictions))
    return silent or passes(element, told, place)


def _whereabouts(case: Case, dataset: Dataset) -> Iterator[tuple[Sentence, str, str, FieldPath]]:
    """Where the dataset, its copies, logs and administrators are: what, site, cause, where it is said."""
    estate, facts, key = case.estate, case.facts, dataset.id
    yield say("It"), dataset.home.site, f"datasets/{key}", ("datasets", key, "home", "site")
    for copy in facts.replications_of.get(key, ()):
        place: FieldPath = ("replications", copy.id, "target_site")
        replica = say("Its replica {copy}", copy=copy.id)
        yield replica, copy.target_site, f"replications/{copy.id}", place
    for backup in facts.backups_of.get(key, ()):
        if backup.vault in estate.vaults:
            site, what = estate.vaults[backup.vault].site, say("Its backup {copy}", copy=backup.id)
            yield what, site, f"backups/{backup.id}", ("backups", backup.id, "vault")
    home = estate.platforms.get(dataset.home.platform)
    if home is not None and home.logs_to in estate.platforms:
        for site in facts.platform_sites[home.logs_to]:
            place = ("platforms", home.id, "logs_to")
            store = say("The log store of its platform, {store},", store=home.logs_to)
            yield store, site, f"platforms/{home.logs_to}", place
    keeper = estate.admin_domains.get(home.administered_by or "") if home is not None else None
    for name in keeper.teams if keeper is not None else ():
        team = estate.teams.get(name)
        if team is not None and team.site is not None:
            keepers = say("{team}, who administers it,", team=name)
            yield keepers, team.site, f"teams/{name}", ("teams", name, "site")


def _kind_of_data(kind: DataClass) -> Sentence:
    return say("personal data") if kind.personal else say("sovereign data") if kind.sovereign else say("data")


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
                say("It declares {none}.", none=_none_of(silent)),
                say("Declare {fields}.", fields=listed([f"`{name}`" for name in silent])),
                *(("datasets", key, name) for name in silent),
            )
        else:
            yield passes(
                element,
                say(
                    "It is of class {data_class}, owned by {owner}.",
                    data_class=str(dataset.data_class),
                    owner=str(dataset.owner),
                ),
                ("datasets", key, "data_class"),
            )
    for key, service in case.estate.services.items():
        element, place = f"services/{key}", ("services", key, "tier")
        if service.tier is None:
            yield unknown(
                element,
                say("It declares no tier, so rules for vital services pass it by."),
                say(
                    "Declare `tier`: {foundation} what all stands on, {vital} vital, {important} important, "
                    "{deferrable} deferrable.",
                    foundation=0,
                    vital=1,
                    important=2,
                    deferrable=3,
                ),
                place,
            )
        else:
            yield passes(element, say("It is of tier {tier}.", tier=service.tier), place)


def _none_of(fields: Sequence[str]) -> Sentence:
    """No this, no that."""
    told = say("no {field}", field=fields[0])
    for field in fields[1:]:
        told = say("{before}, no {field}", before=told, field=field)
    return told
