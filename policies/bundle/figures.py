"""Recomputing: every figure of a bundle had again from the specs in it, by its own date and options."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from policies.bundle.canonical import NotCanonical, digest, parsed
from policies.bundle.contents import reloaded
from policies.bundle.deriving import Began, Work, derived, own_rules
from policies.bundle.failing import UNDECIDED, Failure, failure
from policies.bundle.looking import Held
from policies.bundle.statement import VERSIONS, Statement
from policies.bundle.versions import differences, versions
from policies.rule import Rule
from policies.rules import RULES
from specs.issues import SpecError
from specs.loading import Loaded

_MOST_SHOWN: Final = 60
_MOST_NAMED: Final = 4


@dataclass(frozen=True)
class Recomputed:
    """What came of it."""

    verdict: Literal["holds", "fails", "unknown"]
    what: str
    failures: tuple[Failure, ...] = ()
    explained: Mapping[str, Failure] | None = None
    """By name of an altered file: what was altered in it, since what was signed could be had again."""


@dataclass(frozen=True)
class Basis:
    """What a verifier computes with."""

    tool_version: str
    began: Began
    rules: tuple[Rule, ...]


def recompute(
    held: Held, statement: Statement, tool_version: str, began: Began, rules: tuple[Rule, ...] = RULES
) -> Recomputed:
    """Have every derived document again from the specs that are as signed, and compare.

    Never raises: whatever keeps it from being computed is unknown, which is no pass.
    """
    if any(one.annotations.role == "specs" and one.name not in held.data for one in statement.subject):
        return Recomputed("unknown", "not recomputed: the specs are not as they were signed")
    other = _other_versions(held, tool_version)
    here, there = own_rules(rules), statement.predicate.options.own_rules
    if here != there:
        what = f"judged by own rules too: {', '.join(there) or 'none'}; here are {', '.join(here) or 'none'}"
        return Recomputed("unknown", "not comparable", (failure(UNDECIDED, "verdicts.json", what),))
    try:
        return _recomputed(held, statement, Basis(tool_version, began, rules), other)
    except SpecError as fault:
        what = str(fault.issues[0]) if fault.issues else "they cannot be read"
        return _not_had(statement.predicate.estate.specs, f"they cannot be read: {what}", other)
    except Exception as fault:
        told = f"{type(fault).__name__}: {fault}"
        return Recomputed(
            "unknown",
            "they could not be computed",
            (failure(UNDECIDED, "verdicts.json", f"computing stopped ({told[:200]}){_named(other)}"),),
        )


def _recomputed(held: Held, statement: Statement, basis: Basis, other: tuple[str, ...]) -> Recomputed:
    said = statement.predicate
    with tempfile.TemporaryDirectory(prefix="thabat-") as folder:
        root = Path(folder)
        for one in statement.subject:
            if one.annotations.role == "specs":
                path = root / one.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(held.data[one.name])
        loaded = reloaded(root, said.estate.specs)
    complaint = _another_estate(loaded, statement)
    if complaint:
        return _not_had(said.estate.specs, complaint, other)
    work = Work(
        loaded,
        said.estate.phase,
        statement.judged_on,
        said.options.proofs,
        basis.tool_version,
        basis.began,
        basis.rules,
    )
    failures: list[Failure] = []
    explained: dict[str, Failure] = {}
    meant = {one.name: one.digest.sha256 for one in statement.subject if one.annotations.role == "derived"}
    for name, data in derived(work):
        signed = meant.pop(name, None)
        if signed is None:
            failures.append(failure("EVD-030", name, "it follows from the specs and was left out"))
        elif signed != digest(data):
            found = held.data.get(name)
            where = "it was altered besides" if found is None else difference(found, data)
            failures.append(failure("EVD-030", name, where))
        elif name in held.altered:
            edited = _edited(name, held.altered[name], data)
            if edited is not None:
                explained[name] = edited
    failures += (failure("EVD-030", name, "nothing in the specs gives it") for name in sorted(meant))
    if not failures:
        return Recomputed("holds", "every figure follows from the specs", (), explained)
    if other:
        names = ", ".join(one.file for one in failures[:_MOST_NAMED])
        told = failure(UNDECIDED, names, f"figures differ, and so does what computes them{_named(other)}")
        return Recomputed("unknown", "not comparable", (told,), explained)
    return Recomputed("fails", "figures do not follow from the specs", tuple(failures), explained)


def difference(found: bytes, meant: bytes, verb: str = "follows") -> str:
    """The first place where a document differs from what it ought to be, in words.

    >>> difference(b'{"summary": {"failed": 2}}', b'{"summary": {"failed": 3}}')
    'summary.failed: 2 stands there, 3 follows'
    """
    try:
        place = next(_differing(parsed(found), parsed(meant), "", verb), None)
        if place is not None:
            return place
    except NotCanonical:
        pass
    return _first_line(found, meant, verb)


def _edited(name: str, found: bytes | None, meant: bytes) -> Failure | None:
    """What was altered in a derived file since it was signed; None where its length says enough."""
    if found is None:
        return None
    try:
        found.decode("utf-8")
        place = _edited_place(name, found, meant)
    except (UnicodeDecodeError, NotCanonical):
        place = None
    if place is not None:
        return failure("EVD-019", name, place)
    if len(found) != len(meant):
        return None
    at = next((at for at, pair in enumerate(zip(found, meant, strict=True)) if pair[0] != pair[1]), 0)
    return failure("EVD-013", name, f"byte {at + 1} is {found[at]:#04x}; {meant[at]:#04x} was signed")


def _edited_place(name: str, found: bytes, meant: bytes) -> str | None:
    if name.endswith(".json"):
        return next(_differing(parsed(found), parsed(meant), "", "was signed"), None)
    return _first_line(found, meant, "was signed")


def _differing(found: Any, meant: Any, path: str, verb: str) -> Iterator[str]:
    """Places of JSON values that differ, in the order of what is meant."""
    if isinstance(found, dict) and isinstance(meant, dict):
        for key in [*meant, *(key for key in found if key not in meant)]:
            below = f"{path}.{key}" if path else str(key)
            if key not in found:
                yield f"{below} is missing"
            elif key not in meant:
                yield f"{below} ought not to be there"
            else:
                yield from _differing(found[key], meant[key], below, verb)
    elif isinstance(found, list) and isinstance(meant, list):
        for place, (one, other) in enumerate(zip(found, meant, strict=False)):
            yield from _differing(one, other, f"{path}[{place}]", verb)
        if len(found) != len(meant):
            yield f"{path}: {len(found)} stand there, {len(meant)} {verb}"
    elif type(found) is not type(meant) or found != meant:
        yield f"{path}: {_short(found)} stands there, {_short(meant)} {verb}"


def _first_line(found: bytes, meant: bytes, verb: str) -> str:
    lines = zip(found.split(b"\n"), meant.split(b"\n"), strict=False)
    for number, (one, other) in enumerate(lines, 1):
        if one != other:
            at = next(
                (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
                min(len(one), len(other)),
            )
            begin = max(0, at - 12)
            here, there = (text[begin : begin + 40].decode("utf-8", "replace") for text in (one, other))
            return f"line {number}, byte {at + 1}: `{here}` stands there, `{there}` {verb}"
    return f"it has {len(found):,} bytes; {len(meant):,} {verb}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


def _another_estate(loaded: Loaded, statement: Statement) -> str:
    """What the specs say otherwise than the statement; empty where they agree."""
    said, header = statement.predicate.estate, loaded.estate.estate
    pairs = (
        ("digest", loaded.digest, said.digest),
        ("title", header.title.reading("en"), said.title),
        ("classification", header.classification, said.classification),
        ("version", header.version, said.version),
    )
    for name, found, told in pairs:
        if found != told:
            return f"their {name} is `{found}`, the statement says `{told}`"
    phases = {
        step
        for phase in header.phases
        for step in (phase.id, *(f"{phase.id}/{one.id}" for one in phase.steps))
    }
    if said.phase not in {"today", *phases}:
        return f"they have no phase `{said.phase}`"
    return ""


def _other_versions(held: Held, tool_version: str) -> tuple[str, ...]:
    try:
        packed = parsed(held.data.get(VERSIONS, b"null"))
    except NotCanonical:
        packed = None
    return differences(packed, versions(tool_version))


def _not_had(file: str, what: str, other: tuple[str, ...]) -> Recomputed:
    if other:
        told = failure(UNDECIDED, file, f"{what}; it may be for another version{_named(other)}")
        return Recomputed("unknown", "not comparable", (told,))
    return Recomputed("fails", "the specs are not those that were judged", (failure("EVD-031", file, what),))


def _named(other: tuple[str, ...]) -> str:
    if not other:
        return ""
    more = f" and {len(other) - _MOST_NAMED} more" if len(other) > _MOST_NAMED else ""
    return f": {'; '.join(other[:_MOST_NAMED])}{more}"
