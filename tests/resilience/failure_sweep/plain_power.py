"""How power flows, told plainly: what the analyses are held against."""

from collections import defaultdict
from collections.abc import Collection

from specs.power import PowerElement


def taken(element: PowerElement, live: Collection[str]) -> list[str]:
    """The live sources that it takes power from: all closed ones of the first rank, else one switched tie."""
    groups: dict[tuple[bool, int], list[str]] = defaultdict(list)
    for entry in element.inputs:
        if entry.source in live:
            groups[entry.normally == "open", entry.priority].append(entry.source)
    return groups[min(groups)][: None if not min(groups)[0] else 1] if groups else []
