"""Verifying a bundle, offline: who signed it, whether all of it is as signed, and whether its figures follow.

Nothing in the folder is trusted before the signature holds by a key from outside of it; what is not as it was
signed is used for no more than to say what was altered.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policies.bundle import anchors, envelope, looking, statement
from policies.bundle.anchors import NO_TRUST, Anchor, Trust
from policies.bundle.canonical import NotCanonical, digest
from policies.bundle.deriving import Began
from policies.bundle.failing import UNDECIDED, Failure, failure
from policies.bundle.figures import Recomputed, recompute
from policies.bundle.keys import Public
from policies.bundle.log_reading import against_statement, why_altered
from policies.bundle.looking import Held, Unreadable, look, read_file
from policies.bundle.statement import ENVELOPE, LOG, Statement, UnsafeName
from policies.rule import Rule
from policies.rules import RULES

Verdict = Literal["holds", "fails", "unknown", "left out"]


@dataclass(frozen=True)
class Check:
    """One of the things that are checked."""

    name: Literal["signature", "files", "log", "figures", "anchors"]
    verdict: Verdict
    what: str


@dataclass(frozen=True)
class Verified:
    """What came of verifying a bundle."""

    digest: str | None
    """SHA-256 of the envelope, which time-stamps and the next bundle name it by; None where there is none."""
    signer: str
    """Id of the key that it was to be signed by."""
    statement: Statement | None
    """What was signed; None where no signature holds."""
    checks: tuple[Check, ...]
    """In the order in which they were made."""
    failures: tuple[Failure, ...]
    """All that does not hold, by code, then file."""
    undecided: tuple[Failure, ...]
    """What could not be decided, which is no pass."""
    anchors: tuple[Anchor, ...]
    """What others say of it."""
    observations: tuple[str, ...]
    """Files that were handed in: they are those that were signed, which does not make them true."""

    @property
    def verdict(self) -> Literal["holds", "fails", "unknown"]:
        """The worst of the checks; a missing anchor alone is no failure."""
        verdicts = {one.verdict for one in self.checks}
        if "fails" in verdicts:
            return "fails"
        return (
            "unknown"
            if "unknown" in {one.verdict for one in self.checks if one.name != "anchors"}
            else "holds"
        )


@dataclass(frozen=True)
class Asked:
    """How a bundle is to be verified."""

    key: Public
    """Of the signer, from outside of the bundle."""
    tool_version: str
    trust: Trust = NO_TRUST
    expected: str | None = None
    """Digest that the envelope must have, where it is known from outside."""
    recomputing: bool = True
    """Whether figures are had again from the specs."""
    began: Began = lambda what: None
    rules: tuple[Rule, ...] = RULES
    """What judges; never anything out of the bundle."""


def verify(folder: Path, asked: Asked) -> Verified:
    """Verify the bundle in that folder. Never raises for what the folder holds."""
    seen = look(folder)
    try:
        data = read_file(folder / ENVELOPE, ENVELOPE, envelope.MOST_BYTES)
    except Unreadable as fault:
        absent = not (folder / ENVELOPE).is_symlink() and not (folder / ENVELOPE).exists()
        told = failure("EVD-001", ENVELOPE, "it is not there") if absent else fault.failure
        return _stopped(None, asked, told)
    try:
        found = envelope.read(data)
    except NotCanonical as fault:
        return _stopped(digest(data), asked, failure("EVD-002", ENVELOPE, str(fault)))
    if asked.key.keyid not in found.keyids:
        what = f"signed by key {found.keyids[0][:16]}…; the one given is {asked.key.keyid[:16]}…"
        return _stopped(digest(data), asked, failure("EVD-003", ENVELOPE, what))
    if not found.verified_by(asked.key):
        what = f"the signature of key {asked.key.keyid[:16]}… is not one of this payload"
        return _stopped(digest(data), asked, failure("EVD-004", ENVELOPE, what))
    try:
        said = statement.read(found.payload)
    except UnsafeName as fault:
        return _stopped(digest(data), asked, failure("EVD-006", ENVELOPE, str(fault)))
    except NotCanonical as fault:
        return _stopped(digest(data), asked, failure("EVD-005", ENVELOPE, str(fault)))
    return _contents(folder, seen, data, said, len(found.keyids), asked)


def _contents(
    folder: Path, seen: looking.Seen, data: bytes, said: Statement, keys: int, asked: Asked
) -> Verified:
    """All that comes after the signature."""
    bundle = digest(data)
    held = looking.hold(folder, seen, said)
    figures = _figures(held, said, asked)
    log = _log(held, said)
    found, against_anchors = anchors.check(folder, seen.anchors, data, asked.key, asked.trust)
    against = _expected(bundle, asked)
    if keys > 1:
        against += (failure("EVD-002", ENVELOPE, f"it has {keys} signatures; Thabat writes one"),)
    files = _explained(held, figures, log)
    count = len(said.subject)
    checks = (
        Check("signature", "fails" if against else "holds", f"by key {asked.key.keyid[:16]}…"),
        Check("files", "fails" if files else "holds", f"{count} were signed"),
        Check("log", "fails" if log else "holds", f"{said.predicate.log.entries} entries were signed"),
        Check("figures", figures.verdict if asked.recomputing else "left out", figures.what),
        _anchored(found, against_anchors),
    )
    everything = {*against, *files, *log, *figures.failures, *against_anchors}
    observations = sorted(one.name for one in said.subject if one.annotations.role == "given")
    undecided = tuple(sorted(one for one in everything if one.code == UNDECIDED))
    return Verified(
        digest=bundle,
        signer=asked.key.keyid,
        statement=said,
        checks=checks,
        failures=tuple(sorted(everything - {*undecided})),
        undecided=undecided,
        anchors=found,
        observations=tuple(observations),
    )


def _stopped(bundle: str | None, asked: Asked, told: Failure) -> Verified:
    """Without a signature that holds, nothing else in the folder is looked at."""
    check = Check("signature", "fails", "nothing else was looked at, since nothing in it can be trusted")
    return Verified(bundle, asked.key.keyid, None, (check,), (told,), (), (), ())


def _expected(bundle: str, asked: Asked) -> tuple[Failure, ...]:
    if asked.expected in (None, bundle):
        return ()
    return (failure("EVD-007", ENVELOPE, f"its digest is {bundle}; {asked.expected} was expected"),)


def _figures(held: Held, said: Statement, asked: Asked) -> Recomputed:
    if not asked.recomputing:
        return Recomputed("unknown", "not recomputed, as was asked")
    return recompute(held, said, asked.tool_version, asked.began, asked.rules)


def _log(held: Held, said: Statement) -> tuple[Failure, ...]:
    altered = held.altered.get(LOG)
    if altered is not None:
        return (why_altered(altered, said),)
    if LOG in held.data:
        return tuple(against_statement(held.data[LOG], said))
    return tuple(one for one in held.failures if one.file == LOG)


def _explained(held: Held, figures: Recomputed, log: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """Each altered file once, by the reason that says most."""
    explained = figures.explained or {}
    told = [
        explained.get(one.file, one) if one.code in ("EVD-013", "EVD-014", "EVD-015") else one
        for one in held.failures
        if not (log and one.file == LOG)
    ]
    return tuple(told)


def _anchored(found: tuple[Anchor, ...], failures: tuple[Failure, ...]) -> Check:
    if failures:
        return Check("anchors", "fails", "one that was asked for does not hold")
    if any(one.verdict == "holds" for one in found):
        return Check("anchors", "holds", "somebody other than the signer vouches for it")
    if found:
        return Check("anchors", "unknown", "there are some, and nothing was given to check them by")
    return Check(
        "anchors", "unknown", "none: the signer alone could have made it anew, or handed out an older one"
    )
