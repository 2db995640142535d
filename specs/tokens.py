"""What planned resources are called, and how numbers travel; imports nothing, so that plugins start fast."""

from collections.abc import Mapping
from typing import Any, Final

NATIONAL: Final = "national"
"""The stack of whatever belongs to no one site."""

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's own mark of a value that is not known before it is made."""

PLAN_TOKEN: Final = "thabat:index:Plan"
"""Type of the one resource a stack that says which estate it was made from."""

TOKENS: Final[Mapping[str, str]] = {
    "sites": "thabat:index:Site",
    "rooms": "thabat:index:Room",
    "racks": "thabat:index:Rack",
    "power": "thabat:index:Power",
    "cooling": "thabat:index:Cooling",
    "safeguards": "thabat:index:Safeguard",
    "devices": "thabat:index:Device",
    "cables": "thabat:index:Cable",
    "circuits": "thabat:index:Circuit",
    "networks": "thabat:index:Network",
    "zones": "thabat:index:Zone",
    "platforms": "thabat:index:Platform",
    "services": "thabat:index:Service",
    "workloads": "thabat:index:Workload",
    "datasets": "thabat:index:Dataset",
    "replications": "thabat:index:Replication",
    "backups": "thabat:index:Backup",
    "vaults": "thabat:index:Vault",
}
"""Type token of each collection that is made in a target, in the order of the format."""

COLLECTIONS: Final[Mapping[str, str]] = {token: collection for collection, token in TOKENS.items()}
"""The collection of each type token."""

TABLES: Final[Mapping[str, str]] = {
    "racks": "holds",
    "devices": "ports",
    "networks": "assigned",
    "power": "outlets",
}
"""By collection: the property that lists who shares the element, so that what shares it moves as one.

`holds`: device -> {height: rack units, face: front or rear, full_depth: whether it takes both,
position: lowest unit, absent beside the units}. `ports`: port -> `cables/id` or `circuits/id`.
`assigned`: address -> device.
`outlets`: device -> watts that it draws there when all its cords carry their share.
"""


def plain_numbers(value: Any) -> Any:
    """The value with whole floats as integers: the engine has one kind of number.

    >>> plain_numbers({"units": 42.0, "overcommit": 1.5})
    {'units': 42, 'overcommit': 1.5}
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: plain_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain_numbers(entry) for entry in value]
    return value
