"""The custody log: who took an object in and who gave it to whom, each entry signed by those it names.

A chain of custody tells who handled evidence, when and why (ISO/IEC 27037:2012, 6.1; NIST SP 800-86). A
transfer is signed by giver and receiver, so that neither can invent it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from policies.bundle import envelope
from policies.bundle.canonical import rendered
from policies.bundle.chain import Head
from policies.bundle.envelope import Signed
from policies.bundle.failing import Failure, failure
from policies.bundle.keys import Public
from policies.bundle.statement import Sha256

LOG: Final = "custody.jsonl"
CUSTODY_TYPE: Final = "application/vnd.thabat.custody+json"
"""Type under which entries are signed."""

Person = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=2000)]
When = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
"""Coordinated universal time, to the second."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Intake(_Model):
    """An object was taken in."""

    did: Literal["intake"]
    object: Sha256
    size: Annotated[int, Field(ge=0)]
    name: Words
    """As its file was called."""
    case: Words
    """What it is evidence in."""
    by: Person
    """Who took it in and holds it."""
    key: Sha256
    """Id of this person's key."""
    at: When
    note: Words

    @property
    def signers(self) -> dict[str, str]:
        """Who must have signed it: key id and person."""
        return {self.key: self.by}


class Transfer(_Model):
    """An object was handed over."""

    did: Literal["transfer"]
    object: Sha256
    giver: Person
    giver_key: Sha256
    receiver: Person
    receiver_key: Sha256
    at: When
    note: Words

    @property
    def signers(self) -> dict[str, str]:
        """Who must have signed it: key id and person."""
        return {self.giver_key: self.giver, self.receiver_key: self.receiver}


Act = Intake | Transfer
_ACTS: Final[TypeAdapter[Act]] = TypeAdapter(Annotated[Act, Field(discriminator="did")])


@dataclass(frozen=True)
class Holding:
    """An object, and who holds it."""

    object: str
    """SHA-256 of its bytes."""
    name: str
    size: int
    case: str
    holder: str
    key: str
    """Id of the holder's key."""
    since: str


Custodians = Mapping[str, tuple[Public, ...]]
"""Public keys by person: the one in use, and those that it came after."""


class Refused(Exception):
    """What the log does not allow; the message says why."""


def line(act: Act, after: Head, signers: Iterable[Signer]) -> bytes:
    """The entry as a line of the log, signed by each."""
    entry = {**act.model_dump(mode="json"), "entry": after.entries + 1, "previous": after.sha256}
    made = envelope.signed(rendered(entry), list(signers), CUSTODY_TYPE)
    signatures = [{"keyid": keyid, "sig": signature.hex()} for keyid, signature in made.signatures]
    return rendered({**entry, "signatures": signatures})


def act_of(entry: Mapping[str, Any]) -> Act:
    """What a line says was done; Refused where it says nothing that can be."""
    said = {name: value for name, value in entry.items() if name not in ("entry", "previous", "signatures")}
    try:
        act = _ACTS.validate_python(said)
        datetime.strptime(act.at, "%Y-%m-%dT%H:%M:%SZ")
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError:
        raise Refused("`at` is no time") from None
    return act


def allowed(act: Act, held: Mapping[str, Holding]) -> None:
    """Refused where the act cannot follow on what is held."""
    before = held.get(act.object)
    if isinstance(act, Intake):
        if before is not None:
            raise Refused(f"the object was taken in before, as `{before.name}`; {before.holder} holds it")
        return
    if before is None:
        raise Refused("the object was never taken in")
    if act.giver_key == act.receiver_key or act.giver.strip().casefold() == act.receiver.strip().casefold():
        raise Refused("giver and receiver are one person, or use one key")
    if (before.holder, before.key) != (act.giver, act.giver_key):
        raise Refused(f"{before.holder} holds it (key {before.key[:16]}…), not {act.giver}")


def after(act: Act, held: Mapping[str, Holding]) -> Holding:
    """Who holds the object after the act."""
    if isinstance(act, Intake):
        return Holding(act.object, act.name, act.size, act.case, act.by, act.key, act.at)
    before = held[act.object]
    return Holding(act.object, before.name, before.size, before.case, act.receiver, act.receiver_key, act.at)


@dataclass(frozen=True)
class Followed:
    """A log whose entries were followed one by one."""

    holdings: tuple[Holding, ...]
    """Every object, by digest."""
    latest: str
    """When the last thing was done; empty where nothing was."""
    failures: tuple[Failure, ...]


def follow(entries: Iterable[Mapping[str, Any]], custodians: Custodians | None) -> Followed:
    """Follow a log's entries, whose chain holds; hold each against signatures and what went before.

    No `custodians` leaves signatures aside.
    """
    held: dict[str, Holding] = {}
    failures: list[Failure] = []
    latest = ""
    for entry in entries:
        where = f"{LOG}:{entry['entry']}"
        try:
            act = act_of(entry)
        except Refused as fault:
            failures.append(failure("CUS-002", where, str(fault)))
            continue
        if custodians is not None:
            failures += (failure(code, where, what) for code, what in _unsigned(entry, act, custodians))
        try:
            allowed(act, held)
        except Refused as fault:
            failures.append(failure("CUS-009", where, str(fault)))
            continue
        if act.at < latest:
            failures.append(failure("CUS-009", where, f"it is of {act.at}, the one before it of {latest}"))
        latest = max(latest, act.at)
        held[act.object] = after(act, held)
    return Followed(tuple(held[name] for name in sorted(held)), latest, tuple(failures))


def _unsigned(entry: Mapping[str, Any], act: Act, custodians: Custodians) -> Iterator[tuple[str, str]]:
    """What is wrong with an entry's signatures: code and words."""
    found = _signatures(entry)
    payload = rendered({name: value for name, value in entry.items() if name != "signatures"})
    if found is None or found.keys() != act.signers.keys():
        yield "CUS-007", f"it is to be signed by {' and '.join(act.signers.values())}, once each"
        return
    signed = Signed(payload, CUSTODY_TYPE, tuple(found.items()))
    for keyid, person in act.signers.items():
        keys = custodians.get(person, ())
        key = next((one for one in keys if one.keyid == keyid), None)
        if not keys:
            yield "CUS-008", f"no key of {person} was given"
        elif key is None:
            told = ", ".join(f"{one.keyid[:16]}…" for one in keys)
            yield "CUS-008", f"it is signed by key {keyid[:16]}…; that of {person} is {told}"
        elif not signed.verified_by(key):
            yield "CUS-007", f"the signature of {person} does not fit"


def _signatures(entry: Mapping[str, Any]) -> dict[str, bytes] | None:
    """Signatures by key id; None where they are none, or two of one key."""
    try:
        pairs = [(one["keyid"], bytes.fromhex(one["sig"])) for one in entry["signatures"]]
        right = all(
            set(one) == {"keyid", "sig"} and one["sig"] == one["sig"].lower() for one in entry["signatures"]
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return dict(pairs) if right and len(dict(pairs)) == len(pairs) else None
