"""What was observed of an estate, in its own names: which facts a look can tell, who saw them, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from specs.issues import FieldPath

OBSERVABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "rooms": ("site",),
    "racks": ("room", "units", "feeds"),
    "power": ("site", "room", "rack"),
    "cooling": ("site", "room"),
    "safeguards": ("site",),
    "devices": ("rack", "room", "position", "face", "model", "role", "serial", "firmware", "feeds"),
    "cables": (),
    "circuits": ("site",),
}
"""By collection whose elements somebody can go and look at: the fields that a look can tell.

Of every such element a look tells first of all whether it is there. What is not here (objectives, contracts,
data, people) is declared, and no stocktake can confirm it.
"""


def observable(path: FieldPath) -> bool:
    """Whether a look can tell anything of that fact: that its element is there, at least.

    >>> observable(("devices", "srv-01", "feeds", 0)), observable(("services", "registry", "tier"))
    (True, False)
    """
    return len(path) > 1 and path[0] in OBSERVABLE


def told_by_looks(path: FieldPath) -> bool:
    """Whether a look can tell that very fact, and not only that its element is there.

    >>> told_by_looks(("devices", "srv-01", "feeds", 0)), told_by_looks(("devices", "srv-01", "acceptance"))
    (True, False)
    """
    return observable(path) and (len(path) == 2 or path[2] in OBSERVABLE[str(path[0])])


@dataclass(frozen=True, order=True)
class Look:
    """A dated look at the estate."""

    seen_on: date
    """Day on which somebody looked."""
    source: str
    """Stocktake, export or probe that tells of it."""
    who: str
    """Who looked."""

    def __str__(self) -> str:
        return f"{self.source}, {self.who}, {self.seen_on}"


@dataclass(frozen=True)
class SeenFact:
    """One field of an element, as it was last seen."""

    value: Any
    """In the estate's own names where it has them, otherwise as it was written."""
    written: str
    """As whoever looked wrote it."""
    look: Look
    """The latest look at this field; a later look at others of the element does not make it younger."""
    named: bool = True
    """Whether what it names is declared; False for a rack, feed or model that the estate does not know."""


@dataclass(frozen=True)
class ObservedElement:
    """The latest word on one element."""

    reference: str
    """`collection/id`; what nobody declared goes by the name that whoever looked gave it."""
    look: Look
    """The look that has it."""
    present: bool
    """Whether it was there."""
    implied: bool = False
    """Whether it is taken for absent because a look that went through its place does not report it."""
    facts: Mapping[str, SeenFact] = field(default_factory=dict)
    """By field; empty where it is absent."""
