"""CRY: keys that survive what they protect."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.data import AtRest, Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.people import AdminDomain, Keys
from specs.sentences import Sentence, listed, say

SECURITY = ("firewall", "identity", "pki-kms", "siem")
"""Platforms whose logs matter whatever their tier."""


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
                        say("Nothing says whether it is encrypted, nor by whose keys."),
                        say("Declare `at_rest` (algorithm, keys)."),
                        (collection, key, "at_rest"),
                    )
            elif at_rest.algorithm is not None and at_rest.keys is None:
                yield unknown(
                    element,
                    say(
                        "It is encrypted ({algorithm}), and nothing says who holds its keys.",
                        algorithm=at_rest.algorithm,
                    ),
                    say("Declare `at_rest.keys`."),
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
    whose = listed(datasets, most=3)
    if keys is None:
        yield unknown(
            element,
            say("It holds the keys of {datasets}, and nothing says how they survive.", datasets=whose),
            say("Declare `keys`: hsm, custodians, quorum, escrow."),
            place,
        )
        return
    homes = sorted({case.estate.datasets[name].home.site for name in datasets})
    yield _escrowed(element, place, keys, homes, whose)
    yield _in_several_hands(case, element, place, keys)
    yield _restorable_elsewhere(case, element, place, keys, homes)


def _escrowed(element: str, place: FieldPath, keys: Keys, homes: list[str], whose: Sentence) -> Outcome:
    aspect, path = "escrow", (*place, "escrow")
    if keys.escrow is None:
        return unknown(
            element,
            say("Nothing says where a backup of the keys of {datasets} lies.", datasets=whose),
            say("Declare `keys.escrow`: the sites (an empty list is none)."),
            path,
            aspect=aspect,
        )
    away = sorted({*keys.escrow} - {*homes}) if len(homes) == 1 else sorted(keys.escrow)
    if not away:
        return fails(
            element,
            say(
                "A backup of the keys of {datasets} lies at {sites} only: with {sites} they are lost, and "
                "the data with them.",
                datasets=whose,
                sites=listed(homes),
            )
            if keys.escrow
            else say(
                "A backup of the keys of {datasets} lies nowhere: with {sites} they are lost, and the data "
                "with them.",
                datasets=whose,
                sites=listed(homes),
            ),
            say("Back them up at the DR site or in a vault."),
            path,
            aspect=aspect,
        )
    told = say("A backup of the keys of {datasets} lies at {sites}.", datasets=whose, sites=listed(away))
    return passes(element, told, path, aspect=aspect)


def _in_several_hands(case: Case, element: str, place: FieldPath, keys: Keys) -> Outcome:
    aspect, least = "custodians", int(case.number("custodians"))
    for field in ("custodians", "quorum"):
        if getattr(keys, field) is None:
            return unknown(
                element,
                say("Nothing says how many people hold a share.")
                if field == "custodians"
                else say("Nothing says how many shares restore them."),
                say("Declare {field}.", field=f"`keys.{field}`"),
                (*place, field),
                aspect=aspect,
            )
    custodians, needed = keys.custodians or 0, keys.quorum or 0
    looked = ((*place, "custodians"), (*place, "quorum"))
    told = say("{needed} of {all} custodians restore the keys", needed=needed, all=custodians)
    if needed > custodians:
        return fails(
            element,
            say("{told}: that can never be.", told=told),
            say("Correct `quorum` or `custodians`."),
            *looked,
            aspect=aspect,
        )
    if needed < least:
        return fails(
            element,
            say("{told}: one alone is enough.", told=told)
            if needed <= 1
            else say(
                "{told}: {needed} together are enough, and {least} are asked for.",
                told=told,
                needed=needed,
                least=least,
            ),
            say("Ask for {least} or more.", least=least),
            *looked,
            aspect=aspect,
        )
    return passes(element, say("{told}.", told=told), *looked, aspect=aspect)


def _restorable_elsewhere(
    case: Case, element: str, place: FieldPath, keys: Keys, homes: list[str]
) -> Outcome:
    aspect, path = "hardware", (*place, "hsm")
    if keys.hsm is None:
        return unknown(
            element,
            say("Nothing says in what hardware the keys live."),
            say("Declare {field}.", field="`keys.hsm`"),
            path,
            aspect=aspect,
        )
    sites = _sites_with_twin(case, keys.hsm)
    if not sites:
        return unknown(
            element,
            say("The keys live in {hardware}, and nothing says where that stands.", hardware=keys.hsm),
            say("Declare `nodes` or `sites` of {element}.", element=keys.hsm),
            path,
            aspect=aspect,
        )
    elsewhere = sorted({*sites} - {*homes}) if len(homes) == 1 else list(sites)
    if not elsewhere:
        return fails(
            element,
            say(
                "The keys live in {hardware}, at {sites} only: elsewhere there is nothing to restore them "
                "to.",
                hardware=keys.hsm,
                sites=listed(sites),
            ),
            say("Stand up a module at the DR site, and declare it as the `twin`."),
            path,
            aspect=aspect,
        )
    told = say("A module to restore them to stands at {sites}.", sites=listed(elsewhere))
    return passes(element, told, path, aspect=aspect)


def _sites_with_twin(case: Case, name: str) -> tuple[str, ...]:
    """Sites of a platform or device of that id, and of the platform's twin."""
    facts, platforms = case.facts, case.estate.platforms
    if name not in platforms:
        return facts.sites_of(f"devices/{name}")
    twins = [
        other for other, found in platforms.items() if found.twin == name or platforms[name].twin == other
    ]
    return tuple(sorted({site for each in (name, *twins) for site in facts.platform_sites[each]}))
