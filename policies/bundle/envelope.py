"""Signed bytes: an envelope as DSSE 1.0 has it, in one form only.

DSSE (github.com/secure-systems-lab/dsse) signs the type with the payload, so that no signature of one kind of
document passes for that of another.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, Signer  # type: ignore[attr-defined]

from policies.bundle.canonical import NotCanonical, canonical, rendered
from policies.bundle.keys import KeyFault, Public, of_signer

IN_TOTO: Final = "application/vnd.in-toto+json"
"""Type of a statement (in-toto attestation framework, v1)."""
MOST_BYTES: Final = 64_000_000
"""No envelope is larger."""


@dataclass(frozen=True)
class Signed:
    """An envelope that was read; nobody has verified it yet."""

    payload: bytes
    type: str
    signatures: tuple[tuple[str, bytes], ...]
    """Key id and signature of each."""

    @property
    def keyids(self) -> tuple[str, ...]:
        """Keys that it says it is signed by."""
        return tuple(keyid for keyid, _ in self.signatures)

    def verified_by(self, key: Public) -> bool:
        """Whether that key signed it."""
        ours = [(keyid, signature) for keyid, signature in self.signatures if keyid == key.keyid]
        found = {keyid: Signature(keyid, signature.hex()) for keyid, signature in ours}
        try:
            Envelope(self.payload, self.type, found).verify([key.key], 1)
        except (VerificationError, UnverifiedSignatureError):
            return False
        return True


def signed(payload: bytes, signers: list[Signer], kind: str = IN_TOTO) -> Signed:
    """The payload, signed by each; KeyFault where a signature does not verify at once."""
    made = Signed(payload, kind, tuple(_signature(payload, kind, one) for one in signers))
    for one in signers:
        if not made.verified_by(of_signer(one)):
            raise KeyFault("what was signed does not verify", "look at the key, and sign again")
    return made


def as_bytes(envelope: Signed) -> bytes:
    """The envelope in its one form."""
    return rendered(
        {
            "payload": _encoded(envelope.payload),
            "payloadType": envelope.type,
            "signatures": [
                {"keyid": keyid, "sig": _encoded(signature)} for keyid, signature in envelope.signatures
            ],
        }
    )


def read(data: bytes, kind: str = IN_TOTO) -> Signed:
    """The envelope in those bytes; NotCanonical where it is none of that type, or in another form."""
    value = canonical(data)
    _holds(value, {"payload": str, "payloadType": str, "signatures": list}, "an envelope")
    for one in value["signatures"]:
        _holds(one, {"keyid": str, "sig": str}, "a signature")
    if value["payloadType"] != kind:
        raise NotCanonical(f"what it holds is of type `{value['payloadType'][:80]}` and not `{kind}`")
    keyids = [one["keyid"] for one in value["signatures"]]
    if not keyids or len(set(keyids)) != len(keyids):
        raise NotCanonical("it has no signature, or two of one key")
    return Signed(
        _decoded(value["payload"]),
        value["payloadType"],
        tuple((one["keyid"], _decoded(one["sig"])) for one in value["signatures"]),
    )


def _signature(payload: bytes, kind: str, signer: Signer) -> tuple[str, bytes]:
    made = Envelope(payload, kind, {}).sign(signer)
    return str(made.keyid), bytes.fromhex(made.signature)


def _holds(value: Any, fields: dict[str, type], what: str) -> None:
    if not isinstance(value, dict) or value.keys() != fields.keys():
        raise NotCanonical(f"{what} has just the fields {', '.join(sorted(fields))}")
    for name, kind in fields.items():
        if not isinstance(value[name], kind):
            raise NotCanonical(f"`{name}` of {what} is of the wrong kind")


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes:
    """Base64 (RFC 4648, section 4) in its one form: unused bits are zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotCanonical("what should be base64 is none") from None
    if _encoded(data) != text:
        raise NotCanonical("what should be base64 is not in its one form")
    return data
