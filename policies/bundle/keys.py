"""Ed25519 keys (RFC 8032): made, read from files and kept apart from what they sign."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
    load_ssh_private_key,
    load_ssh_public_key,
)
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey  # type: ignore[attr-defined]

from specs.files import write_whole

MOST_BYTES: Final = 64_000
"""No key file is larger."""
_SSH: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"


class KeyFault(Exception):
    """A key cannot be had; what is wrong, and how to mend it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Public:
    """A public key to verify by."""

    key: SSlibKey
    text: str
    """In OpenSSH's form, without a comment."""

    @property
    def keyid(self) -> str:
        """What signatures name it by: SHA-256 of its canonical form, in hexadecimal."""
        return str(self.key.keyid)


Secret = Callable[[str], bytes]
"""Asks for the passphrase of what is named; KeyFault where nobody can answer."""


def public_key(path: Path) -> Public:
    """The Ed25519 public key in a file: PEM, or one line of OpenSSH's; KeyFault else."""
    data = _read(path, "public key")
    try:
        if b"PRIVATE KEY" in data:
            raise KeyFault(f"{path} is a private key", "name the public one, and keep this for yourself")
        found = load_pem_public_key(data) if data.lstrip().startswith(b"-----") else load_ssh_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise KeyFault(
            f"{path} is no public key",
            "name a PEM file, or one line `ssh-ed25519 …`; see `thabat evidence keygen`",
        ) from fault
    if not isinstance(found, Ed25519PublicKey):
        raise KeyFault(f"{path} is no Ed25519 key", "evidence is signed by Ed25519 alone")
    return public_of(found)


def public_of(key: Ed25519PublicKey) -> Public:
    """That key, with its id."""
    text = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
    return Public(SSlibKey.from_crypto(key), text)


def private_key(path: Path, secret: Secret) -> Signer:
    """What signs with the Ed25519 key in a file, PEM (PKCS 8) or OpenSSH's, for its owner alone to read.

    `secret` is asked for its passphrase, if it has one. KeyFault where it cannot be had.
    """
    data = _read(path, "private key", alone=True)
    load = load_ssh_private_key if _SSH in data else load_pem_private_key
    try:
        try:
            found = load(data, None)
        except TypeError:
            found = load(data, secret(str(path)))
        except ValueError as fault:
            if "password" not in str(fault).lower() and "passphrase" not in str(fault).lower():
                raise
            found = load(data, secret(str(path)))
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise KeyFault(
            f"{path} is no private key, or the passphrase is another",
            "make one: `thabat evidence keygen FILE`",
        ) from fault
    if not isinstance(found, Ed25519PrivateKey):
        raise KeyFault(f"{path} is no Ed25519 key", "make one: `thabat evidence keygen FILE`")
    return CryptoSigner(found)


def make_pair(path: Path, passphrase: bytes | None) -> tuple[Path, Path]:
    """A new key in that file (PKCS 8, 0600) and its public half beside it (`.pub`); it overwrites nothing."""
    beside = path.with_name(path.name + ".pub")
    for each in (path, beside):
        if os.path.lexists(each):
            raise KeyFault(f"{each} is there already", "name another file: keys are not overwritten")
    key = Ed25519PrivateKey.generate()
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    try:
        write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        write_whole(beside, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except OSError as fault:
        raise KeyFault(
            f"cannot write {path}: {fault.strerror or fault}", "name a file in a folder of yours"
        ) from fault
    return path, beside


def of_signer(signer: Signer) -> Public:
    """The public half of what signs."""
    return public_of(Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"])))


def _read(path: Path, what: str, *, alone: bool = False) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise KeyFault(f"{path} is no file", f"name the file of a {what}")
            if alone and facts.st_mode & 0o077:
                raise KeyFault(
                    f"others may read the {what} {path} (mode {stat.S_IMODE(facts.st_mode):04o})",
                    f"chmod 600 {path}; if others could read it, make a new one",
                )
            return file.read(MOST_BYTES + 1)[:MOST_BYTES]
    except OSError as fault:
        raise KeyFault(
            f"cannot read the {what} {path}: {fault.strerror or fault}", "name a file that you may read"
        ) from fault
