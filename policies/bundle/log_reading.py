"""A bundle's log: what was done to it when it is not the one that was signed, and if both lists agree."""

from collections.abc import Iterator
from typing import Final

from policies.bundle import chain
from policies.bundle.failing import Failure, failure
from policies.bundle.packing import log_entries
from policies.bundle.statement import LOG, Statement

_CODES: Final = {
    "form": "EVD-020",
    "altered": "EVD-021",
    "removed": "EVD-022",
    "reordered": "EVD-023",
    "doubled": "EVD-025",
}


def why_altered(data: bytes, statement: Statement) -> Failure:
    """What was done to a log whose digest is not the signed one: the first thing that shows."""
    walked = chain.walk(data)
    signed = statement.predicate.log
    if walked.breaks:
        first = walked.breaks[0]
        return failure(_CODES[first.kind], f"{LOG}:{first.line}", first.what)
    here = walked.head
    if here.entries < signed.entries:
        what = f"it ends after entry {here.entries}; {signed.entries} were signed"
        return failure("EVD-024", f"{LOG}:{here.entries}", what)
    if here.entries > signed.entries:
        what = f"it goes on to entry {here.entries}; {signed.entries} were signed"
        return failure("EVD-025", f"{LOG}:{here.entries}", what)
    meant, _ = chain.linked(_meant(statement))
    pairs = zip(data.splitlines(), meant.splitlines(), strict=False)
    differing = [number for number, (found, wanted) in enumerate(pairs, 1) if found != wanted]
    if differing == [here.entries]:
        return failure("EVD-021", f"{LOG}:{here.entries}", "the last entry is not the one that was signed")
    line = differing[0] if differing else here.entries
    return failure("EVD-026", f"{LOG}:{line}", f"it differs from the signed one from entry {line} on")


def against_statement(data: bytes, statement: Statement) -> Iterator[Failure]:
    """Where a log that is the signed one does not say what the statement says."""
    walked = chain.walk(data)
    signed = statement.predicate.log
    for one in walked.breaks[:1]:
        yield failure(_CODES[one.kind], f"{LOG}:{one.line}", one.what)
    if walked.breaks:
        return
    if (walked.head.entries, walked.head.sha256) != (signed.entries, signed.sha256):
        yield failure("EVD-027", LOG, "its length or last hash is not that in the statement")
        return
    meant, _ = chain.linked(_meant(statement))
    for number, (found, wanted) in enumerate(zip(data.splitlines(), meant.splitlines(), strict=False), 1):
        if found != wanted:
            yield failure("EVD-027", f"{LOG}:{number}", "the statement says otherwise")
            return
    if data != meant:
        yield failure("EVD-027", LOG, "it does not tell of every file in the statement, or of more")


def _meant(statement: Statement) -> list[dict[str, object]]:
    """Entries as the statement has them made."""
    plain = statement.model_dump(mode="json", by_alias=True)
    subjects = [one for one in plain["subject"] if one["annotations"]["role"] != "log"]
    return [dict(entry) for entry in log_entries(subjects, plain["predicate"])]
