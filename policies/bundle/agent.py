"""Signing by an SSH agent that holds an Ed25519 key (draft-ietf-sshm-ssh-agent): the key never comes here."""

import base64
import hashlib
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import Key, SecretsHandler, Signature, Signer  # type: ignore[attr-defined]

from policies.bundle.keys import KeyFault, Public, public_of

SOCKET: Final = "SSH_AUTH_SOCK"
"""Environment variable that names the agent's socket."""
_ED25519: Final = b"ssh-ed25519"
_REQUEST_IDENTITIES, _IDENTITIES_ANSWER, _SIGN_REQUEST, _SIGN_RESPONSE = 11, 12, 13, 14
_MOST_BYTES: Final = 1_000_000
_WAITS_SECONDS: Final = 120.0
"""For a person who has to allow the use of a key."""


@dataclass(frozen=True)
class Identity:
    """An Ed25519 key that the agent holds."""

    public: Public
    blob: bytes
    """The key as the agent names it."""
    comment: str

    @property
    def fingerprint(self) -> str:
        """As `ssh-add -l` shows it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


class AgentSigner(Signer):
    """Signs with one key of the agent."""

    def __init__(self, identity: Identity, path: str) -> None:
        self._identity = identity
        self._path = path

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> "AgentSigner":
        """The key of the agent at `ssh-agent:SOCKET` that has this id."""
        path = priv_key_uri.removeprefix("ssh-agent:")
        for identity in identities(path):
            if identity.public.keyid == public_key.keyid:
                return cls(identity, path)
        raise KeyFault("the SSH agent does not hold that key", "add it: `ssh-add FILE`")

    @property
    def public_key(self) -> Key:
        return self._identity.public.key

    def sign(self, payload: bytes) -> Signature:
        """The signature of the bytes; KeyFault where the agent refuses."""
        request = (
            bytes([_SIGN_REQUEST]) + _string(self._identity.blob) + _string(payload) + struct.pack(">I", 0)
        )
        answer = _ask(self._path, request)
        if not answer or answer[0] != _SIGN_RESPONSE:
            raise KeyFault(
                f"the SSH agent does not sign with {self._identity.fingerprint}",
                "is it locked, or did somebody refuse?",
            )
        kind, signature = _strings(_only(_strings(answer[1:])))
        if kind != _ED25519 or len(signature) != 64:
            raise KeyFault("the SSH agent answers with no Ed25519 signature", "name an Ed25519 key")
        return Signature(self._identity.public.keyid, signature.hex())


def signer(wanted: str, path: str | None = None) -> Signer:
    """What signs with the agent's key of that fingerprint, comment or public text (`ssh-ed25519 AAAA…`).

    `path` is the agent's socket; absent: as SSH_AUTH_SOCK says. KeyFault where there is no such key, or two.
    """
    where = path or os.environ.get(SOCKET, "")
    if not where:
        raise KeyFault(
            "no SSH agent runs here (SSH_AUTH_SOCK is not set)", "start one: eval $(ssh-agent); ssh-add FILE"
        )
    held = identities(where)
    text = " ".join(wanted.split()[:2]) if wanted.startswith("ssh-") else wanted
    found = [one for one in held if text in (one.fingerprint, one.comment, one.public.text, one.public.keyid)]
    if len(found) != 1:
        known = ", ".join(f"{one.fingerprint} ({one.comment})" for one in held) or "no Ed25519 key"
        how_many = "no key" if not found else f"{len(found)} keys"
        raise KeyFault(f"the SSH agent holds {how_many} `{wanted}`", f"it holds {known}")
    return AgentSigner(found[0], where)


def identities(path: str) -> tuple[Identity, ...]:
    """The Ed25519 keys that the agent at that socket holds, in its order."""
    answer = _ask(path, bytes([_REQUEST_IDENTITIES]))
    if len(answer) < 5 or answer[0] != _IDENTITIES_ANSWER:
        raise KeyFault("the SSH agent does not list its keys", "is it locked? `ssh-add -X`")
    parts = iter(_strings(answer[5:]))
    return tuple(_identities(parts))


def _identities(parts: Iterator[bytes]) -> Iterator[Identity]:
    for blob, comment in zip(parts, parts, strict=True):
        fields = _strings(blob)
        if len(fields) == 2 and fields[0] == _ED25519 and len(fields[1]) == 32:
            public = public_of(Ed25519PublicKey.from_public_bytes(fields[1]))
            yield Identity(public, blob, comment.decode("utf-8", "replace"))


def _ask(path: str, request: bytes) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.settimeout(_WAITS_SECONDS)
            agent.connect(path)
            agent.sendall(_string(request))
            (length,) = struct.unpack(">I", _received(agent, 4))
            if length > _MOST_BYTES:
                raise KeyFault("the SSH agent answers without end", "is it an SSH agent?")
            return _received(agent, length)
    except OSError as fault:
        raise KeyFault(
            f"the SSH agent at {path} cannot be asked: {fault.strerror or fault}",
            "start one: eval $(ssh-agent)",
        ) from fault


def _received(agent: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = agent.recv(length - len(data))
        if not more:
            raise KeyFault("the SSH agent breaks off its answer", "is it an SSH agent?")
        data += more
    return data


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _strings(data: bytes) -> list[bytes]:
    """The strings (RFC 4251, section 5) that stand one after another; KeyFault where they do not."""
    found: list[bytes] = []
    while data:
        if len(data) < 4 or len(data) < 4 + (length := struct.unpack(">I", data[:4])[0]):
            raise KeyFault("the SSH agent answers with what cannot be read", "is it an SSH agent?")
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def _only(parts: list[bytes]) -> bytes:
    if len(parts) != 1:
        raise KeyFault("the SSH agent answers with what cannot be read", "is it an SSH agent?")
    return parts[0]
