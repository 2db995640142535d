"""The register of assets: one row an element that is one, with where it stands and who answers for it."""

from collections.abc import Iterator
from typing import Final

from policies.evidence import UNDECLARED
from policies.facts import Facts
from policies.outputs.csv_registers.cells import PLACE, Row, field_of, place_of
from policies.outputs.exported import Exported
from specs.base import Element

ASSETS: Final = (
    "sites",
    "rooms",
    "racks",
    "power",
    "cooling",
    "safeguards",
    "devices",
    "cables",
    "circuits",
    "networks",
    "platforms",
    "services",
    "workloads",
    "datasets",
    "vaults",
)
"""Collections that are assets, in the order of the format."""

COLUMNS: Final = (
    "asset",
    "kind",
    "type",
    "name",
    "name_ar",
    "owner",
    "site",
    "room",
    "rack",
    "position",
    "model",
    "manufacturer",
    "serial",
    "firmware",
    "contract",
    "warranty_ends",
    "support_ends",
    "accepted_on",
    "tier",
    "data_class",
    "enters",
    "leaves",
    *PLACE,
)
"""After those that every register begins with."""


def assets(exported: Exported) -> Iterator[Row]:
    facts = Facts(exported.estate)
    for collection in ASSETS:
        for key, element in exported.estate.collection(collection).items():
            yield _asset(exported, facts, f"{collection}/{key}", element)


def _asset(exported: Exported, facts: Facts, reference: str, element: Element) -> Row:
    collection, _, key = reference.partition("/")
    estate, planned = exported.estate, exported.loaded.estate.element(reference)
    device = collection == "devices"
    model = estate.models.get(field_of(element, "model") or "")
    acceptance = getattr(element, "acceptance", None)
    room = facts.device_rooms.get(key) if device else field_of(element, "room")
    ends = getattr(element, "support_ends", None) or (model.support_ends if model is not None else None)
    owner = field_of(element, "owner")
    return {
        "asset": reference,
        "kind": collection,
        "type": field_of(element, "kind") or field_of(element, "role") or field_of(element, "purpose"),
        "name": element.label() if element.name is not None else None,
        "name_ar": element.name.root.get("ar") if element.name is not None else None,
        "owner": owner if owner or not hasattr(element, "owner") else UNDECLARED,
        "site": ", ".join(facts.sites_of(reference)) or None,
        "room": room,
        "rack": field_of(element, "rack"),
        "position": getattr(element, "position", None) if device else None,
        "model": field_of(element, "model"),
        "manufacturer": model.device_type.manufacturer if model is not None else None,
        "serial": (field_of(element, "serial") or UNDECLARED) if device else None,
        "firmware": field_of(element, "firmware") or (UNDECLARED if device else None),
        "contract": field_of(element, "contract"),
        "warranty_ends": (getattr(element, "warranty_ends", None) or UNDECLARED) if device else None,
        "support_ends": ends or (UNDECLARED if device or collection == "platforms" else None),
        "accepted_on": acceptance.on if acceptance is not None else UNDECLARED if device else None,
        "tier": getattr(element, "tier", None),
        "data_class": (field_of(element, "data_class") or UNDECLARED) if collection == "datasets" else None,
        "enters": planned.enters if planned is not None else None,
        "leaves": planned.leaves if planned is not None else None,
        **place_of(exported, exported.at((collection, key))),
    }
