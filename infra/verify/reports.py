"""What verifying found, told to a person and to a program."""

import json
from collections.abc import Iterator
from datetime import date

from infra.stacks.inputs import Inputs
from infra.verify.differences import Between, Coverage, Difference, Kind, Verification
from specs.text import plain

FORMAT_VERSION = "1.0"
"""Version of the JSON form; a minor one adds, a major one breaks."""

MOST_UNKNOWN_SHOWN = 20

_HEADINGS: dict[Between, str] = {
    "declared-told": "The estate against what the register was told",
    "told-found": "The register, changed behind the program's back",
    "declared-observed": "The estate against what was observed",
}
_SIGNS: dict[Kind, str] = {"missing": "-", "unexpected": "+", "different": "~"}


def as_text(found: Verification, inputs: Inputs, on: date) -> str:
    """For a terminal; ages are as at that day."""
    return "\n".join(plain(line) for line in _lines(found, inputs, on)) + "\n"


def as_json(found: Verification, inputs: Inputs, on: date, tool_version: str) -> str:
    """For a program, with a format version."""
    header = inputs.loaded.estate.estate
    told = {
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "estate": {
            "title": str(header.title),
            "classification": header.classification,
            "version": header.version,
            "digest": inputs.loaded.digest,
            "phase": inputs.phase,
        },
        "on": on.isoformat(),
        "agrees": found.agrees,
        "differences": [
            {
                "between": one.between,
                "kind": one.kind,
                "element": one.element,
                "stack": one.stack or None,
                "fields": [
                    {"field": each.field, "expected": each.expected, "found": each.found}
                    for each in one.fields
                ],
                "told": one.told,
            }
            for one in found.differences
        ],
        "unsettled": list(found.unsettled),
        "observed": [
            {
                "collection": one.collection,
                "declared": one.declared,
                "observed": one.observed,
                "oldest": one.oldest.isoformat() if one.oldest else None,
                "newest": one.newest.isoformat() if one.newest else None,
            }
            for one in found.coverage
        ],
        "unknown": list(found.unknown),
        "states": dict(found.states),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _lines(found: Verification, inputs: Inputs, on: date) -> Iterator[str]:
    header = inputs.loaded.estate.estate
    yield f"{header.title} · {header.classification} · version {header.version} · as of {inputs.phase}"
    yield f"{inputs.loaded.digest} · verified as at {on}"
    for between, title in _HEADINGS.items():
        differences = [one for one in found.differences if one.between == between]
        yield ""
        yield f"{title}: {_counted(len(differences))}"
        for one in differences:
            yield from _difference(one)
    if found.unsettled:
        yield ""
        yield "Claimed twice, as a move is half done (`thabat up` ends it):"
        yield from (f"  {line}" for line in found.unsettled)
    yield ""
    yield "Observed:"
    yield from (f"  {_covered(one, on)}" for one in found.coverage)
    if found.unknown:
        shown = ", ".join(found.unknown[:MOST_UNKNOWN_SHOWN])
        more = len(found.unknown) - MOST_UNKNOWN_SHOWN
        yield f"UNKNOWN, as nobody has looked: {shown}" + (f" and {more} more" if more > 0 else "")
    if found.states:
        yield "In the register: " + ", ".join(f"{count} {state}" for state, count in found.states.items())


def _counted(count: int) -> str:
    return "no difference" if not count else "1 difference" if count == 1 else f"{count} differences"


def _difference(one: Difference) -> Iterator[str]:
    stack = f" ({one.stack})" if one.stack else ""
    yield f"  {_SIGNS[one.kind]} {one.element}{stack} {one.kind}: {one.told}"
    for each in one.fields:
        change = each.found if one.kind == "unexpected" else f"{each.expected} → {each.found}"
        yield f"      {each.field}: {change}"


def _covered(one: Coverage, on: date) -> str:
    share = f"{one.collection} {one.observed} of {one.declared} ({one.share:.0%})"
    if one.oldest is None or one.newest is None:
        return f"{share}, never looked at"
    days = (on - one.oldest).days
    age = "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
    return f"{share}, the oldest look {age} ({one.oldest}), the newest {one.newest}"
