"""The register of processing: each class of data, by what right it is processed, and where its data lies."""

from collections.abc import Iterator
from typing import Final

from policies.evidence import UNDECLARED
from policies.facts import Facts
from policies.outputs.csv_registers.cells import PLACE, Row, duration, place_of
from policies.outputs.exported import Exported
from specs.data import DataClass, Dataset
from specs.findings import Finding

COLUMNS: Final = (
    "data_class",
    "name",
    "level",
    "personal",
    "purpose",
    "legal_basis",
    "retention",
    "jurisdictions",
    "encrypt_at_rest",
    "sovereign",
    "evidential",
    "findings",
    "dataset",
    "dataset_name",
    "dataset_owner",
    "impact",
    "services",
    "service_owners",
    "home",
    "copies_at",
    "held_in",
    "encrypted",
    "replications",
    "backups",
    "longest_backup",
    *PLACE,
)
"""After those that every register begins with."""


def processing(exported: Exported) -> Iterator[Row]:
    """Each class of data with each dataset of it; then datasets of which nobody said the class."""
    facts, estate = Facts(exported.estate), exported.estate
    found: dict[str, list[Finding]] = {}
    for finding in exported.judgement.findings:
        if finding.element.startswith("data_classes/"):
            found.setdefault(finding.element, []).append(finding)
    for key, kind in estate.data_classes.items():
        told = found.get(f"data_classes/{key}", [])
        datasets = [one for one in estate.datasets.values() if one.data_class == key]
        row = {
            **_class(kind),
            "findings": ", ".join(f"{one.rule} {one.verdict} {one.aspect}".strip() for one in told),
            **place_of(exported, exported.at(("data_classes", key))),
        }
        yield from ({**row, **_dataset(facts, one)} for one in datasets)
        if not datasets:
            yield row
    for dataset in estate.datasets.values():
        if dataset.data_class is None:
            yield {
                "data_class": UNDECLARED,
                "personal": UNDECLARED,
                **_dataset(facts, dataset),
                **place_of(exported, exported.at(("datasets", dataset.id))),
            }


def _class(kind: DataClass) -> Row:
    personal = kind.personal
    return {
        "data_class": kind.id,
        "name": kind.label() if kind.name is not None else None,
        "level": kind.level,
        "personal": personal,
        "purpose": kind.purpose or (UNDECLARED if personal else None),
        "legal_basis": (kind.legal_basis or "").strip() or (UNDECLARED if personal else None),
        "retention": duration(kind.retention) if personal or kind.retention is not None else None,
        "jurisdictions": UNDECLARED if kind.jurisdictions is None else ", ".join(kind.jurisdictions),
        "encrypt_at_rest": UNDECLARED if kind.encrypt_at_rest is None else kind.encrypt_at_rest,
        "sovereign": kind.sovereign,
        "evidential": kind.evidential,
    }


def _dataset(facts: Facts, dataset: Dataset) -> Row:
    estate = facts.estate
    replicas, backups = facts.replications_of.get(dataset.id, ()), facts.backups_of.get(dataset.id, ())
    copies = {one.target_site for one in replicas}
    copies |= {estate.vaults[one.vault].site for one in backups if one.vault in estate.vaults}
    places = sorted({dataset.home.site, *copies})
    services = facts.services_of.get(dataset.id, ())
    owners = {estate.services[one].owner or UNDECLARED for one in services if one in estate.services}
    kept = [one.retention for one in backups]
    longest = None if not kept else max((one for one in kept if one is not None), default=None)
    return {
        "dataset": dataset.id,
        "dataset_name": dataset.label() if dataset.name is not None else None,
        "dataset_owner": dataset.owner or UNDECLARED,
        "impact": dataset.impact or UNDECLARED,
        "services": ", ".join(services) or UNDECLARED,
        "service_owners": ", ".join(sorted(owners)),
        "home": f"{dataset.home.platform} at {dataset.home.site}",
        "copies_at": ", ".join(sorted(copies)),
        "held_in": ", ".join(
            sorted({estate.sites[one].jurisdiction or UNDECLARED for one in places if one in estate.sites})
        ),
        "encrypted": (dataset.at_rest.algorithm if dataset.at_rest is not None else None) or UNDECLARED,
        "replications": ", ".join(one.id for one in replicas),
        "backups": ", ".join(one.id for one in backups),
        "longest_backup": None if not kept else UNDECLARED if None in kept else duration(longest),
    }
