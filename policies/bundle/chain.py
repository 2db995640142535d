"""A hash chain: a log of lines, each of which holds the hash of the one before it.

Altering, removing or moving a line breaks the chain at that place (B. Schneier and J. Kelsey, Secure Audit
Logs to Support Computer Forensics, 1999). Cutting off its end does not: its length and last hash are kept
elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.bundle.canonical import NotCanonical, canonical, digest, rendered

START: Final = "0" * 64
"""What the first entry holds in the place of a previous one's hash."""


@dataclass(frozen=True)
class Head:
    """The state of a log."""

    entries: int
    """How many it holds."""
    sha256: str
    """Hash of the last line, line end included; `START` where there is none."""


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold."""

    kind: str
    """`form`, `altered`, `removed`, `reordered`, `doubled`."""
    line: int
    """Line of the log, from 1."""
    what: str


EMPTY: Final = Head(0, START)
"""Of a log without entries."""


def linked(entries: Iterable[Mapping[str, Any]], after: Head = EMPTY) -> tuple[bytes, Head]:
    """Lines of those entries, numbered and chained on to a log, and its state after them.

    >>> text, head = linked([{"did": "begun"}, {"did": "sealed"}])
    >>> head.entries, text.count(b"\\n")
    (2, 2)
    """
    lines: list[bytes] = []
    for entry in entries:
        line = rendered({**entry, "entry": after.entries + 1, "previous": after.sha256})
        after = Head(after.entries + 1, digest(line))
        lines.append(line)
    return b"".join(lines), after


@dataclass(frozen=True)
class Walked:
    """A log that was read."""

    entries: tuple[Mapping[str, Any], ...]
    """Those that could be read, in the order in which they stand."""
    head: Head
    """Its state, as far as it was walked."""
    breaks: tuple[Break, ...]
    """Where it does not hold; the first is the one to look at."""


def walk(data: bytes) -> Walked:
    """Read a log and hold every line against the next."""
    lines = data.splitlines(keepends=True)
    entries: list[Mapping[str, Any]] = []
    breaks: list[Break] = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(_entry(line))
        except NotCanonical as fault:
            breaks.append(Break("form", number, f"line {number}: {fault}"))
            return Walked(tuple(entries), _head(lines[: number - 1]), tuple(breaks))
    found = _order([entry["entry"] for entry in entries]) or _links(entries, lines)
    if found is not None:
        breaks.append(found)
    return Walked(tuple(entries), _head(lines), tuple(breaks))


def _entry(line: bytes) -> Mapping[str, Any]:
    if not line.endswith(b"\n"):
        raise NotCanonical("it is not whole: it has no end")
    entry = canonical(line)
    if not isinstance(entry, dict) or type(entry.get("entry")) is not int:
        raise NotCanonical("it is no entry: it has no number")
    if not isinstance(entry.get("previous"), str):
        raise NotCanonical("it is no entry: it holds no hash of the previous one")
    return entry


def _head(lines: list[bytes]) -> Head:
    return Head(len(lines), digest(lines[-1]) if lines else START)


def _order(numbers: list[int]) -> Break | None:
    """What the numbers of entries tell: each from 1 on, once, in order."""
    seen: set[int] = set()
    for place, number in enumerate(numbers):
        if number in seen:
            return Break("doubled", place + 1, f"entry {number} stands twice")
        seen.add(number)
    if sorted(numbers) != numbers:
        place = next(at for at in range(1, len(numbers)) if numbers[at] < numbers[at - 1])
        return Break("reordered", place + 1, f"entry {numbers[place]} follows entry {numbers[place - 1]}")
    for place, number in enumerate(numbers):
        if number != place + 1:
            missing = f"entry {place + 1}" if number == place + 2 else f"entries {place + 1} to {number - 1}"
            before = f"after entry {place}" if place else "at its beginning"
            return Break("removed", place + 1, f"{missing} missing, {before}")
    return None


def _links(entries: list[Mapping[str, Any]], lines: list[bytes]) -> Break | None:
    """The first line that does not hold the hash of the one before."""
    before = START
    for place, entry in enumerate(entries):
        if entry["previous"] != before:
            altered = place if place == 0 or _would_hold(entries, lines, place, before) else place - 1
            what = f"entry {altered + 1} is not what the chain was made of"
            return Break("altered", altered + 1, what)
        before = digest(lines[place])
    return None


def _would_hold(entries: list[Mapping[str, Any]], lines: list[bytes], place: int, before: str) -> bool:
    """Whether it is this line's own hash field that was altered: with the right one the next line fits."""
    if place + 1 >= len(entries):
        return False
    after: str = entries[place + 1]["previous"]
    return digest(rendered({**entries[place], "previous": before})) == after
