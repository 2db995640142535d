"""Anchors: what others say of a bundle, so that its signer alone can neither roll it back nor make it anew.

A signature shows who, and not when: the same key can sign an older state, or another one, tomorrow. A
time-stamp (RFC 3161) shows that the envelope was there at a time; a countersignature, that another saw it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)
from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from policies.bundle.canonical import NotCanonical, canonical, digest, rendered
from policies.bundle.envelope import as_bytes, read, signed
from policies.bundle.failing import Failure, failure
from policies.bundle.keys import KeyFault, Public, of_signer
from policies.bundle.looking import Unreadable, read_file
from policies.bundle.statement import ANCHORS, ENVELOPE, STATEMENT_TYPE

COUNTERSIGNATURE_TYPE: Final = "urn:thabat:countersignature:1"
MOST_BYTES: Final = 1_000_000
"""Of an anchor."""
_COUNTERSIGNED: Final = "countersigned-"
_STAMPED: Final = "timestamp-"


@dataclass(frozen=True)
class Trust:
    """What a verifier brings to check anchors by."""

    countersigners: tuple[Public, ...] = ()
    """Keys of those who countersign."""
    tsa_roots: tuple[x509.Certificate, ...] = ()
    """Root certificates of time-stamping authorities."""


NO_TRUST: Final = Trust()


@dataclass(frozen=True)
class Anchor:
    """Something that another than the signer says of the bundle."""

    kind: Literal["time-stamp", "countersignature"]
    file: str
    verdict: Literal["holds", "fails", "unknown"]
    what: str


def countersignature(envelope: bytes, signer: Signer, who: str, on: date) -> tuple[str, bytes]:
    """Path and bytes of a countersignature of the bundle with that envelope."""
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": ENVELOPE, "digest": {"sha256": digest(envelope)}}],
        "predicateType": COUNTERSIGNATURE_TYPE,
        "predicate": {"format_version": "1.0", "by": who, "on": on.isoformat()},
    }
    name = f"{ANCHORS}/{_COUNTERSIGNED}{of_signer(signer).keyid[:16]}.json"
    return name, as_bytes(signed(rendered(statement), [signer]))


def timestamp_request(envelope: bytes) -> bytes:
    """What a time-stamping authority is sent (RFC 3161, section 2.4.1): the envelope's SHA-256, no more."""
    return (
        TimestampRequestBuilder()
        .data(envelope)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=False)
        .cert_request(cert_request=True)
        .build()
        .as_bytes()
    )


def timestamp(envelope: bytes, answer: bytes) -> tuple[str, bytes]:
    """Path and bytes of an authority's answer for the bundle with that envelope.

    NotCanonical where it is no such answer, was refused, or is of something else.
    """
    response = _decoded(answer)
    imprint = response.tst_info.message_imprint.message
    if imprint != _hashed(response, envelope):
        raise NotCanonical("it is of other bytes than this bundle's envelope")
    return _stamp_name(answer), answer


def certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file; KeyFault where it holds none."""
    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except ValueError as fault:
        raise KeyFault("it holds no certificate", "name a PEM file (-----BEGIN CERTIFICATE-----)") from fault


def check(
    folder: Path, names: Sequence[str], envelope: bytes, signer: Public, trust: Trust
) -> tuple[tuple[Anchor, ...], tuple[Failure, ...]]:
    """Every anchor of a bundle, and what is wrong with one or missing."""
    found: list[Anchor] = []
    failures: list[Failure] = []
    for name in names:
        try:
            data = read_file(folder / name, name, MOST_BYTES)
            base = name.removeprefix(f"{ANCHORS}/")
            if base.startswith(_COUNTERSIGNED) and base.endswith(".json"):
                found.append(_countersignature(name, data, envelope, signer, trust))
            elif base.startswith(_STAMPED) and base.endswith(".tsr"):
                found.append(_timestamp(name, data, envelope, trust))
            else:
                failures.append(failure("EVD-042", name, "no anchor has such a name"))
        except Unreadable as fault:
            failures.append(fault.failure)
    codes = {"time-stamp": "EVD-040", "countersignature": "EVD-041"}
    failures += (failure(codes[one.kind], one.file, one.what) for one in found if one.verdict == "fails")
    failures += _absent(found, trust)
    return tuple(found), tuple(failures)


def _absent(found: list[Anchor], trust: Trust) -> Iterator[Failure]:
    held = [one for one in found if one.verdict != "unknown"]
    if trust.tsa_roots and not any(one.kind == "time-stamp" for one in held):
        yield failure("EVD-043", ANCHORS, "a root certificate was given; there is no time-stamp")
    for key in trust.countersigners:
        if not any(one.kind == "countersignature" and key.keyid[:16] in one.file for one in held):
            yield failure("EVD-043", ANCHORS, f"nothing is countersigned by key {key.keyid[:16]}…")


def _countersignature(name: str, data: bytes, envelope: bytes, signer: Public, trust: Trust) -> Anchor:
    def told(verdict: Literal["holds", "fails", "unknown"], what: str) -> Anchor:
        return Anchor("countersignature", name, verdict, what)

    try:
        found = read(data)
        said = _said(found.payload)
    except NotCanonical as fault:
        return told("fails", str(fault))
    if said["sha256"] != digest(envelope):
        return told("fails", "it is of another envelope than this bundle's")
    keyid = found.keyids[0]
    if len(found.keyids) != 1 or name != f"{ANCHORS}/{_COUNTERSIGNED}{keyid[:16]}.json":
        return told("fails", "its name is not that of the key that signed it")
    if keyid == signer.keyid:
        return told("fails", "the bundle's own signer countersigned it, which says nothing more")
    key = next((one for one in trust.countersigners if one.keyid[:16] == keyid[:16]), None)
    if key is None:
        return told("unknown", f"by key {keyid[:16]}…, which was not given to check it by")
    if not found.verified_by(key):
        return told("fails", "its signature does not fit")
    return told("holds", f"by {said['by']}, on {said['on']}, key {keyid[:16]}…")


def _said(payload: bytes) -> dict[str, str]:
    """Digest, person and day of a countersignature's statement."""
    value: Any = canonical(payload)
    try:
        (subject,) = value["subject"]
        predicate = value["predicate"]
        said = {"sha256": subject["digest"]["sha256"], "by": predicate["by"], "on": predicate["on"]}
        right = (
            value["_type"] == STATEMENT_TYPE
            and value["predicateType"] == COUNTERSIGNATURE_TYPE
            and subject["name"] == ENVELOPE
            and all(isinstance(one, str) for one in said.values())
        )
    except (KeyError, TypeError, ValueError):
        right = False
    if not right:
        raise NotCanonical("what is signed is no countersignature")
    return said


def _timestamp(name: str, data: bytes, envelope: bytes, trust: Trust) -> Anchor:
    def told(verdict: Literal["holds", "fails", "unknown"], what: str) -> Anchor:
        return Anchor("time-stamp", name, verdict, what)

    if name != _stamp_name(data):
        return told("fails", "its bytes are not those that its name was made of")
    try:
        response = _decoded(data)
        if response.tst_info.message_imprint.message != _hashed(response, envelope):
            return told("fails", "it is of other bytes than this bundle's envelope")
        when = response.tst_info.gen_time.strftime("%Y-%m-%d %H:%M:%S UTC")
    except NotCanonical as fault:
        return told("fails", str(fault))
    if not trust.tsa_roots:
        return told("unknown", f"it says {when}; no root certificate was given to check it by")
    try:
        VerifierBuilder(roots=list(trust.tsa_roots)).build().verify_message(response, envelope)
    except Exception as fault:  # VerificationError, and whatever hostile certificates give.
        return told("fails", f"it does not verify: {fault}")
    return told("holds", f"the envelope was there at {when}")


def _stamp_name(answer: bytes) -> str:
    """What an answer is called: not all of its bytes are signed, so that a flipped one shows by this."""
    return f"{ANCHORS}/{_STAMPED}{digest(answer)[:16]}.tsr"


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(answer)
        if response.as_bytes() != answer:
            raise NotCanonical("it is no time-stamp answer in its one form (DER)")
        if response.status not in (0, 1):
            told = ", ".join(response.status_string) or f"status {response.status}"
            raise NotCanonical(f"the authority refused: {told}")
        response.tst_info.gen_time  # noqa: B018
    except NotCanonical:
        raise
    except Exception as fault:
        raise NotCanonical("it is no answer of a time-stamping authority (RFC 3161)") from fault
    return response


def _hashed(response: TimeStampResponse, envelope: bytes) -> bytes:
    """The envelope's hash by the algorithm of the time-stamp; NotCanonical for one that is not strong."""
    from cryptography.hazmat.primitives import hashes

    strong: dict[str, hashes.HashAlgorithm] = {
        "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
        "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
        "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
    }
    found = strong.get(response.tst_info.message_imprint.hash_algorithm.dotted_string)
    if found is None:
        raise NotCanonical("its hash is none of SHA-256, SHA-384 and SHA-512")
    hasher = hashes.Hash(found)
    hasher.update(envelope)
    return hasher.finalize()
