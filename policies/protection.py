"""How data is protected against each kind of loss: which copies outlive it, and how old they may be."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from policies.facts import Facts
from specs.data import Backup, Dataset, Replication, Vault
from specs.issues import FieldPath
from specs.sentences import Sentence, say
from specs.services import SCENARIOS, Scenario

SCENARIOS_OF_DATA: tuple[Scenario, ...] = SCENARIOS


class Answer(StrEnum):
    """An answer that may not be known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Protection:
    """A copy that outlives a kind of loss, or may."""

    element: str
    """`collection/id` of the copy."""
    what: Sentence
    """In words, within a sentence."""
    begins: Sentence
    """In words, as a sentence begins."""
    age: float | None
    """Seconds that what it gives back may be old; None: unknown."""
    missing: Sentence | None
    """Which fact is not declared, in words; None: all are."""
    paths: tuple[FieldPath, ...]


def intruder_proof(vault: Vault) -> Answer:
    """Whether an intruder with the administrators' rights cannot spoil what lies in the vault."""
    if vault.immutable is True or vault.isolation in ("offline", "air-gapped"):
        return Answer.YES
    if vault.immutable is None or vault.isolation is None:
        return Answer.UNKNOWN
    return Answer.NO


def lasting_vaults(facts: Facts) -> tuple[tuple[Vault, tuple[Backup, ...]], ...]:
    """Vaults out of an intruder's reach that hold copies of critical data, with these, by id."""
    critical = {dataset.id for dataset in facts.critical_datasets}
    kept: dict[str, list[Backup]] = {}
    for backup in facts.estate.backups.values():
        if backup.dataset in critical:
            kept.setdefault(backup.vault, []).append(backup)
    return tuple(
        (vault, tuple(kept[key]))
        for key, vault in facts.estate.vaults.items()
        if key in kept and intruder_proof(vault) is Answer.YES
    )


def protections(facts: Facts, dataset: Dataset, scenario: Scenario) -> tuple[Protection, ...]:
    """Copies that outlive that kind of loss, those of which this is not known too; by id, replicas first."""
    found: list[Protection] = []
    if scenario == "component" and (own := _own_redundancy(facts, dataset)) is not None:
        found.append(own)
    if scenario != "cyber":
        found += (
            _replica(copy, lasts, region)
            for copy in facts.replications_of.get(dataset.id, ())
            if copy.source != copy.target or copy.target_site != dataset.home.site
            for lasts, region in (_outlives(facts, dataset, copy.target_site, scenario),)
            if lasts is not Answer.NO
        )
    for backup in facts.backups_of.get(dataset.id, ()):
        vault = facts.estate.vaults.get(backup.vault)
        if vault is None:
            continue
        lasts, why = (
            (intruder_proof(vault), ("vaults", vault.id, "immutable"))
            if scenario == "cyber"
            else _outlives(facts, dataset, vault.site, scenario)
        )
        if lasts is not Answer.NO:
            found.append(_scheduled(backup, vault, lasts, why))
    return tuple(found)


def copies_of(facts: Facts, dataset: Dataset) -> tuple[FieldPath, ...]:
    """Where every copy of the dataset is declared."""
    return (
        *(("replications", copy.id) for copy in facts.replications_of.get(dataset.id, ())),
        *(("backups", copy.id) for copy in facts.backups_of.get(dataset.id, ())),
    )


def best_age(methods: Iterable[Protection]) -> Protection | None:
    """The method that gives back the youngest data, of those that are known to outlive the loss."""
    known = [method for method in methods if method.age is not None and method.missing is None]
    return min(known, key=lambda method: (method.age or 0.0, method.element), default=None)


def _own_redundancy(facts: Facts, dataset: Dataset) -> Protection | None:
    """A cluster that keeps its data when a node fails loses nothing by that."""
    platform = facts.estate.platforms.get(dataset.home.platform)
    if platform is None or platform.needs_nodes is None or platform.needs_nodes >= len(platform.nodes):
        return None
    return Protection(
        f"platforms/{platform.id}",
        say("what the other nodes of {platform} hold", platform=platform.id),
        say("What the other nodes of {platform} hold", platform=platform.id),
        0.0,
        None,
        (("platforms", platform.id, "needs_nodes"), ("platforms", platform.id, "nodes")),
    )


def _outlives(facts: Facts, dataset: Dataset, site: str, scenario: Scenario) -> tuple[Answer, FieldPath]:
    """Whether a copy at that site outlives the loss of the data's home, and the fact that decides it."""
    home = dataset.home.site
    if scenario == "component":
        return Answer.YES, ("datasets", dataset.id, "home")
    if site == home:
        return Answer.NO, ("datasets", dataset.id, "home", "site")
    if scenario == "site":
        return Answer.YES, ("datasets", dataset.id, "home", "site")
    for name in (home, site):
        if name not in facts.estate.sites or facts.estate.sites[name].failure_region is None:
            return Answer.UNKNOWN, ("sites", name, "failure_region")
    apart = facts.estate.sites[home].failure_region != facts.estate.sites[site].failure_region
    return (Answer.YES if apart else Answer.NO), ("sites", site, "failure_region")


def _replica(copy: Replication, lasts: Answer, why: FieldPath) -> Protection:
    element = f"replications/{copy.id}"
    match copy.mode:
        case "synchronous":
            age: float | None = 0.0
            fact: FieldPath = ("replications", copy.id, "mode")
        case "asynchronous":
            age, fact = copy.lag, ("replications", copy.id, "lag")
        case _:
            age, fact = (copy.interval or 0.0) + (copy.lag or 0.0), ("replications", copy.id, "interval")
    silent = why[-1] if lasts is Answer.UNKNOWN else "lag" if age is None else None
    missing = None if silent is None else say("the {field}", field=f"`{silent}`")
    return Protection(
        f"{why[0]}/{why[1]}" if lasts is Answer.UNKNOWN else element,
        say("the replica {copy}", copy=copy.id),
        say("The replica {copy}", copy=copy.id),
        age,
        missing,
        (why, fact) if lasts is Answer.UNKNOWN else (fact, why),
    )


def _scheduled(backup: Backup, vault: Vault, lasts: Answer, why: FieldPath) -> Protection:
    element = f"backups/{backup.id}"
    if backup.log_shipping is not None:
        age: float | None = backup.log_shipping
        facts: tuple[FieldPath, ...] = (("backups", backup.id, "log_shipping"),)
    else:
        age = None if backup.takes is None else backup.interval + backup.takes
        facts = (("backups", backup.id, "interval"), ("backups", backup.id, "takes"))
    if lasts is Answer.UNKNOWN:
        missing = (
            say("the {field}", field=f"`{why[-1]}`")
            if why[0] == "sites"
            else say("`immutable` and `isolation`")
        )
        return Protection(
            f"{why[0]}/{why[1]}",
            say("the copy {copy}", copy=backup.id),
            say("The copy {copy}", copy=backup.id),
            age,
            missing,
            (why, *facts),
        )
    return Protection(
        element,
        say("the copy {copy} in {vault}", copy=backup.id, vault=vault.id),
        say("The copy {copy} in {vault}", copy=backup.id, vault=vault.id),
        age,
        say("how long it takes (`takes`)") if age is None else None,
        (*facts, why),
    )
