"""What can be wrong with evidence: one code a reason, and a failure that a person can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from specs.issue_codes import Meaning
from specs.text import plain

BUNDLE_CODES: Final[Mapping[str, Meaning]] = {
    "EVD-001": Meaning(
        "There is no envelope: the folder is no bundle, or its signature was taken away.",
        "Name a folder that `thabat evidence` wrote, or get the bundle again from whoever signed it.",
    ),
    "EVD-002": Meaning(
        "The envelope is not written as an envelope is: no JSON, doubled keys, other spacing, other fields.",
        "It was altered; get the bundle again.",
    ),
    "EVD-003": Meaning(
        "Another key signed the envelope than the one that was given to verify with.",
        "Ask the signer for the public key, by another way than with the bundle.",
    ),
    "EVD-004": Meaning(
        "The signature does not fit what is signed: one of the two was altered.",
        "Trust nothing in the folder; get the bundle again.",
    ),
    "EVD-005": Meaning(
        "What is signed is no statement of a bundle of this format.",
        "Verify with the version of Thabat that wrote it; `thabat --version` tells this one.",
    ),
    "EVD-006": Meaning(
        "The statement names a file that no bundle may hold: outside of the folder, hidden, or twice.",
        "Do not open it; whoever signed it made a bundle that Thabat does not write.",
    ),
    "EVD-007": Meaning(
        "It is not the bundle whose digest was given: an older one, or another.",
        "Get the bundle of that digest; if this one is meant to be newer, ask for its digest.",
    ),
    "EVD-010": Meaning("A file that was signed is not there.", "Get the bundle again."),
    "EVD-011": Meaning("A file that nobody signed lies in the folder.", "See who put it there; take it out."),
    "EVD-012": Meaning("A signed file has another name than it was signed under.", "Give it its name back."),
    "EVD-013": Meaning("Bytes of a signed file were altered.", "Get the bundle again."),
    "EVD-014": Meaning("A signed file is shorter than it was.", "Get the bundle again."),
    "EVD-015": Meaning("A signed file is longer than it was.", "Get the bundle again."),
    "EVD-016": Meaning(
        "A link, pipe, socket or device stands in the folder; it was not opened.", "Take it out."
    ),
    "EVD-017": Meaning("A file or folder cannot be read.", "Make it readable, and verify again."),
    "EVD-018": Meaning(
        "Signed files stand under each other's names.", "Get the bundle again, or give them their names back."
    ),
    "EVD-019": Meaning(
        "A figure was edited after it was signed: the file still reads, and says something else.",
        "Get the bundle again; the message says what was signed.",
    ),
    "EVD-020": Meaning("A line of the log is not written as its lines are.", "Get the bundle again."),
    "EVD-021": Meaning(
        "An entry of the log was altered: the next one holds another hash of it.", "Get the bundle again."
    ),
    "EVD-022": Meaning("Entries are missing within the log.", "Get the bundle again."),
    "EVD-023": Meaning("Entries of the log stand in another order.", "Get the bundle again."),
    "EVD-024": Meaning("The log was cut off: its last entries are missing.", "Get the bundle again."),
    "EVD-025": Meaning("The log holds entries that were not there, or one twice.", "Get the bundle again."),
    "EVD-026": Meaning(
        "The log is whole in itself and is not the one that was signed: it was written anew.",
        "Get the bundle again.",
    ),
    "EVD-027": Meaning(
        "The log and the statement say different things of a file, and both were signed.",
        "Ask the signer how it was made: Thabat writes both from one list.",
    ),
    "EVD-030": Meaning(
        "The signed figures are not those that follow from the specs in the bundle.",
        "Trust the specs alone, and ask the signer how the figures were had.",
    ),
    "EVD-031": Meaning(
        "The specs in the bundle are not those that the statement says, or cannot be read.",
        "Ask the signer for the estate as it was judged.",
    ),
    "EVD-032": Meaning(
        "Figures cannot be compared: another version of Thabat, or of what it computes with, made them.",
        "Verify with the versions that versions.json lists, or only the signature: --no-recompute.",
    ),
    "EVD-040": Meaning(
        "A time-stamp does not hold: of other bytes, altered, or by an authority that the certificate given "
        "does not vouch for.",
        "Give the root certificate of the time-stamping authority, or get its answer again.",
    ),
    "EVD-041": Meaning(
        "A countersignature does not hold: of another bundle, altered, or by another key than its name says.",
        "Ask the countersigner for it again.",
    ),
    "EVD-042": Meaning(
        "What lies among the anchors is neither a time-stamp nor a countersignature.", "Take it out."
    ),
    "EVD-043": Meaning(
        "A key or certificate to check an anchor by was given, and there is no such anchor in the bundle.",
        "Ask for it: somebody may have taken it out.",
    ),
}  # fmt: skip
"""Of bundles, in the order in which verification meets them."""

UNDECIDED: Final = "EVD-032"
"""The one code that is no failure and no pass."""

CUSTODY_CODES: Final[Mapping[str, Meaning]] = {
    "CUS-001": Meaning("There is no custody log.", "Name a store that `thabat evidence intake` made."),
    "CUS-002": Meaning(
        "A line of the custody log is not written as its lines are.",
        "If it is the last, the machine may have stopped while it was written; keep the store as it is and "
        "compare it with its copy.",
    ),
    "CUS-003": Meaning(
        "An entry was altered: the next one holds another hash of it.", "Compare with a copy."
    ),
    "CUS-004": Meaning("Entries are missing within the log.", "Compare with a copy of the store."),
    "CUS-005": Meaning("Entries stand in another order.", "Compare with a copy of the store."),
    "CUS-006": Meaning("An entry stands twice.", "Compare with a copy of the store."),
    "CUS-007": Meaning(
        "An entry lacks a signature that it needs, or one that it has does not hold.",
        "Ask whoever the entry names; compare with a copy of the store.",
    ),
    "CUS-008": Meaning(
        "An entry is signed by a key that was not given to verify with, or of another person than it names.",
        "Give the public key of each custodian: --key NAME=FILE.",
    ),
    "CUS-009": Meaning(
        "An entry cannot be: an object taken in twice, given by who does not hold it, or to oneself.",
        "Ask whoever signed it.",
    ),
    "CUS-010": Meaning("An object that the log tells of is not in the store.", "Restore it from the copy."),
    "CUS-011": Meaning("An object's bytes are not those that were taken in.", "Restore it from the copy."),
    "CUS-012": Meaning("Something lies in the store that the log does not tell of.", "Take it in, or out."),
    "CUS-013": Meaning(
        "The log does not go on from the head that was known from outside: it was cut or written anew.",
        "Compare with a copy of the store.",
    ),
}
"""Of a store of objects in custody."""


@dataclass(frozen=True, order=True)
class Failure:
    """One thing that does not hold."""

    code: str
    """What it is a case of (`BUNDLE_CODES`, `CUSTODY_CODES`)."""
    file: str
    """Where, relative to the folder; with its line or entry, where it is one of a log."""
    what: str
    """What was found, with what ought to be there."""
    why: str
    """What that means."""
    mending: str
    """What to do about it."""


def failure(code: str, file: str, what: str) -> Failure:
    """A failure of that code; names and values are made safe to show."""
    meaning = BUNDLE_CODES.get(code) or CUSTODY_CODES[code]
    return Failure(code, _shown(file), _shown(what), meaning.means, meaning.mending)


def _shown(text: str) -> str:
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")
