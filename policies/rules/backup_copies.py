"""BKP-001: copies that are enough, on media and at sites that differ, one out of reach, and verified."""

from collections.abc import Iterator

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.protection import (
    Answer,
    copies_of,
    intruder_proof,
)
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.data import Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import listed, say, say_count


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
    looked = (("datasets", dataset.id, "home"), *copies_of(case.facts, dataset))
    told = say_count(found, "{count} copy of it is declared", "{count} copies of it are declared")
    if found >= wanted:
        return passes(element, say("{told}.", told=told), *looked, aspect="copies")
    return fails(
        element,
        say("{told}, {wanted} are needed.", told=told, wanted=wanted),
        say_count(
            wanted - found,
            "Declare {count} more copy: a backup to a vault, or a replication.",
            "Declare {count} more copies: a backup to a vault, or a replication.",
        ),
        *looked,
        aspect="copies",
    )


def _enough_media(case: Case, dataset: Dataset) -> Outcome:
    facts, estate, element = case.facts, case.estate, f"datasets/{dataset.id}"
    media = {_medium_of(case, dataset.home.platform)}
    media |= {_medium_of(case, copy.target) for copy in facts.replications_of.get(dataset.id, ())}
    backups = facts.backups_of.get(dataset.id, ())
    media |= {estate.vaults[copy.vault].medium for copy in backups if copy.vault in estate.vaults}
    looked = (("datasets", dataset.id, "home"), *(("vaults", copy.vault, "medium") for copy in backups))
    told, wanted = listed(sorted(media)), int(case.number("media"))
    if len(media) >= wanted:
        return passes(element, say("Its copies lie on {media}.", media=told), *looked, aspect="media")
    return fails(
        element,
        say_count(
            wanted,
            "Its copies lie on {media} alone: {count} medium is needed.",
            "Its copies lie on {media} alone: {count} media are needed.",
            media=told,
        ),
        say("Back it up to a vault on another medium (tape, object, optical)."),
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
    looked = (("datasets", dataset.id, "home", "site"), *copies_of(case.facts, dataset))
    if away:
        told = say("Copies of it lie at {sites} too.", sites=listed(away))
        return passes(element, told, *looked, aspect="off-site")
    return fails(
        element,
        say(
            "Every copy of it lies at {site}: the loss of that site is the loss of the data.",
            site=dataset.home.site,
        ),
        say("Replicate it, or back it up, to another site."),
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
        told = say("Its copy in {vaults} is immutable or offline.", vaults=listed(proof))
        return passes(element, told, *looked, aspect="offline")
    open_question = [vault.id for vault in vaults if intruder_proof(vault) is Answer.UNKNOWN]
    if open_question:
        return unknown(
            element,
            say("Nothing says whether {vaults} is immutable or offline.", vaults=listed(open_question))
            if len(open_question) == 1
            else say("Nothing says whether {vaults} are immutable or offline.", vaults=listed(open_question)),
            say("Declare `immutable` and `isolation` of the vault."),
            *looked,
            cause=f"vaults/{open_question[0]}",
            aspect="offline",
        )
    return fails(
        element,
        say(
            "No copy of it is immutable or offline (it is backed up to {vaults}): who reaches one copy can "
            "destroy all.",
            vaults=listed([vault.id for vault in vaults]),
        )
        if vaults
        else say(
            "No copy of it is immutable or offline (it is backed up to no vault at all): who reaches one "
            "copy can destroy all."
        ),
        say("Back it up to a vault that is `immutable: true`, or `isolation: offline`."),
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
            say("No restore of it was ever verified."),
            say("Restore it, verify it, and record `last_restore_test` with its `errors`."),
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
            say(
                "The last restore ({copy}, {day}) does not say how many errors its verification found.",
                copy=last.id,
                day=str(on),
            ),
            say("Declare {field} of the restore test.", field="`errors`"),
            place,
            cause=f"backups/{last.id}",
            aspect="errors",
        )
    if errors:
        return fails(
            element,
            say_count(
                errors,
                "The last restore ({copy}, {day}) had {count} error when it was verified.",
                "The last restore ({copy}, {day}) had {count} errors when it was verified.",
                copy=last.id,
                day=str(on),
            ),
            say("Mend the backup, restore again, and record the test."),
            place,
            cause=f"backups/{last.id}",
            aspect="errors",
        )
    told = say("The last restore ({copy}, {day}) had no errors.", copy=last.id, day=str(on))
    return passes(element, told, place, aspect="errors")


def _medium_of(case: Case, platform: str) -> str:
    found = case.estate.platforms.get(platform)
    return "object" if found is not None and found.kind == "object-storage" else "disk"
