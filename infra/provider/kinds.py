"""The provider's resource types: which property makes another thing of a resource when it changes."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from infra.register.rows import Element
from specs.tokens import COLLECTIONS, PLAN_TOKEN

PACKAGE: Final = "thabat"

_ALWAYS: Final = ("key", "site")
"""An element under another id, or at another site, is another element."""

_BY_COLLECTION: Final[Mapping[str, tuple[str, ...]]] = {
    # A cabinet of another height is another cabinet; one that is pushed to another room is the same.
    "racks": ("units",),
    # Another model is another machine; another serial number, rack or cabling is news of the same position.
    "devices": ("model",),
    "power": ("kind",),
    "cooling": ("kind",),
    "safeguards": ("kind",),
    # A cable is pulled and plugged; copper does not become fibre.
    "cables": ("kind",),
    # Another carrier provides another circuit; more bandwidth or another route is the same contract.
    "circuits": ("carrier", "kind"),
    # What is renumbered or moved to another routing table is another network to everything on it.
    "networks": ("prefix", "vrf"),
    "platforms": ("kind",),
    # Copies of other data, or to another place, start from nothing.
    "replications": ("dataset", "source", "target"),
    "backups": ("dataset", "vault"),
    "vaults": ("medium",),
    # A workload elsewhere, or of another service, is deployed anew.
    "workloads": ("platform", "service"),
}

PLAN_PROPERTIES: Final = ("digest", "estate", "phase", "stack", "target")
"""Properties of the resource that says which estate a stack was made from."""

PLAN_QUIET: Final = ("digest", "estate")
"""Those whose change alone is no change: the estate was edited elsewhere, or the checkout moved."""


def identity(collection: str) -> tuple[str, ...]:
    """Properties of an element of that collection that no update can change.

    >>> identity("devices"), identity("rooms")
    (('key', 'model', 'site'), ('key', 'site'))
    """
    return tuple(sorted((*_ALWAYS, *_BY_COLLECTION.get(collection, ()))))


def is_plan(token: str) -> bool:
    """Whether that is the type of the Plan resource."""
    return token == PLAN_TOKEN


def collection_of(token: str) -> str | None:
    """The collection whose elements have that type, or None for a type that is no element's."""
    return COLLECTIONS.get(token)


def estate_name(path: str) -> str:
    """What tells an estate from others: the name of its folder or file, for checkouts lie at different paths.

    >>> estate_name("/home/salma/plans/ndc/"), estate_name("/builds/42/plans/ndc")
    ('ndc', 'ndc')
    """
    return PurePath(path).name


def stack_of(urn: str) -> str:
    """The stack in a URN.

    >>> stack_of("urn:pulumi:ndc-1::ndc::thabat:index:Rack::r1")
    'ndc-1'
    """
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def same_stack(urn: str, other: str) -> bool:
    """Whether both URNs belong to one stack of one project."""
    return urn.split("::", 2)[:2] == other.split("::", 2)[:2]


def element_of(urn: str, collection: str, properties: Mapping[str, object], estate: str) -> Element:
    """The element that a resource stands for."""
    site = properties.get("site")
    return Element(
        urn=urn,
        stack=stack_of(urn),
        collection=collection,
        key=str(properties["key"]),
        properties=properties,
        site=site if isinstance(site, str) else "",
        estate=estate,
        identity=identity(collection),
    )
