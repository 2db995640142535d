"""What an import would write, and what it must tell the person who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Draft:
    """Files for the estate's folder; nothing is written yet."""

    files: Mapping[str, bytes]
    """By path relative to the folder."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """By collection: how many elements the files hold."""
    notes: tuple[str, ...] = ()
    """What was left out or assumed, for a person to read."""
    title: str = ""
    """What an estate made of this alone may be called."""
    grown: frozenset[str] = frozenset()
    """Files that hold all that they held before, and more: they may take their old selves' place."""
