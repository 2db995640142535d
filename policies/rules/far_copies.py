"""SIT-004: a copy of what the state cannot do without, out of reach of the event that takes both sites."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.case import Case
from policies.frameworks import cis, csf, iso22301, iso27001, nist
from policies.rule import Outcome, Parameter, fails, passes, rule, unknown
from specs.data import Backup, Dataset
from specs.findings import Severity
from specs.issues import FieldPath
from specs.sentences import listed, say


@dataclass(frozen=True)
class _Copy:
    """A copy, where it lies, and the backup that it is, unless it is a replica."""

    element: str
    site: str
    backup: Backup | None


@rule(
    "SIT-004",
    "third-copy",
    severity=Severity.HIGH,
    title="The state's registers have a restorable copy outside the failure regions of both sites",
    rationale="An earthquake, a war or a grid collapse can take both sites; a state whose registers are gone "
    "cannot say who its citizens are or who owns what.",
    remediation="Keep a copy in a third region: a vault of your own, a trusted partner's, a data embassy; "
    "and restore from it.",
    references=(
        nist("CP-6", "CP-9(3)", "CP-9(5)"),
        csf("PR.DS-11"),
        iso27001("A.8.13", "A.7.5"),
        iso22301("8.3.2"),
        cis("11.4"),
    ),
    parameters=(
        Parameter(
            "tier",
            0,
            "Data of services up to this tier are judged, whatever their class.",
            "judgement: what all other services stand on",
        ),
    ),
    scope="Each dataset of tier 0, and each of tier 1 that is of a sovereign class.",
    unknown_when="the failure region of a site is not declared, or the far copy was never restored",
    bad="backups: {persons: {vault: dr-vault}} # and no other copy outside the main site",
    good="backups: {persons: {vault: dr-vault}, persons-far: {vault: far-vault}}",
)
def third_copy(case: Case) -> Iterator[Outcome]:
    estate = case.estate
    sites = {key for key, site in estate.sites.items() if site.role in ("primary", "dr")}
    for dataset in case.facts.critical_datasets:
        data_class = estate.data_classes.get(dataset.data_class or "")
        tier = case.facts.dataset_tiers[dataset.id]
        if tier <= case.number("tier") or (data_class is not None and data_class.sovereign):
            yield _far_copy(case, dataset, sites | {dataset.home.site})


def _far_copy(case: Case, dataset: Dataset, near: set[str]) -> Outcome:
    element, copies = f"datasets/{dataset.id}", _copies(case, dataset)
    regions = {key: site.failure_region for key, site in case.estate.sites.items()}
    struck = {regions.get(name) for name in near}
    away = [
        copy for copy in copies if copy.site not in near and regions.get(copy.site) not in struck - {None}
    ]
    sure = [copy for copy in away if regions.get(copy.site) is not None and None not in struck]
    if sure:
        return _restorable(case, element, sure)
    if away:
        silent = next(name for name in (away[0].site, *sorted(near)) if regions.get(name) is None)
        return unknown(
            element,
            say("Nothing says in which failure region {site} lies.", site=silent),
            say("Declare {field} of {element}.", field="`failure_region`", element=silent),
            ("sites", silent, "failure_region"),
            _place(away[0]),
            cause=f"sites/{silent}",
        )
    told = say(
        "Its copies lie at {sites}; none lies outside the failure regions of {near}.",
        sites=listed(sorted({copy.site for copy in copies})),
        near=listed(sorted(near)),
    )
    return fails(
        element,
        told if copies else say("It has no copy at all."),
        say("Keep a copy at a site in another failure region, and restore from it."),
        *(_place(copy) for copy in copies[:4]),
        ("datasets", dataset.id, "home", "site"),
    )


def _copies(case: Case, dataset: Dataset) -> list[_Copy]:
    found = [
        _Copy(f"backups/{backup.id}", case.estate.vaults[backup.vault].site, backup)
        for backup in case.facts.backups_of.get(dataset.id, ())
        if backup.vault in case.estate.vaults
    ]
    return found + [
        _Copy(f"replications/{copy.id}", copy.target_site, None)
        for copy in case.facts.replications_of.get(dataset.id, ())
    ]


def _place(copy: _Copy) -> FieldPath:
    collection, _, key = copy.element.partition("/")
    return (collection, key, "vault") if copy.backup is not None else (collection, key, "target_site")


def _restorable(case: Case, element: str, far: list[_Copy]) -> Outcome:
    """Whether one of the copies is known to come back whole; a replica is whole as long as it follows."""
    untried: list[_Copy] = []
    for copy in far:
        test = copy.backup.last_restore_test if copy.backup is not None else None
        if copy.backup is None or (test is not None and test.on <= case.on and test.errors == 0):
            told = say("{copy} lies at {site}, and can be restored.", copy=copy.element, site=copy.site)
            return passes(element, told, _place(copy))
        if test is None or test.on > case.on or test.errors is None:
            untried.append(copy)
    first = (untried or far)[0]
    place = (*_place(first)[:2], "last_restore_test")
    if untried:
        return unknown(
            element,
            say(
                "{copy} lies at {site}, and nothing says that it was restored.",
                copy=first.element,
                site=first.site,
            ),
            say(
                "Restore it and declare {field}, with its {errors}.",
                field="`last_restore_test`",
                errors="`errors`",
            ),
            place,
            cause=first.element,
        )
    return fails(
        element,
        say("{copy} lies at {site}, and its last restore had errors.", copy=first.element, site=first.site),
        say("Find out why, mend it and restore again."),
        place,
        cause=first.element,
    )
