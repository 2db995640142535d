"""`thabat evidence custody`: objects that were seized or handed in, kept as they came, and who holds them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from securesystemslib.signer import Signer  # type: ignore[attr-defined]

    from policies.bundle.keys import Public

PASSPHRASE = "THABAT_EVIDENCE_PASSPHRASE"
"""Environment variable of a key's passphrase, where nobody can be asked."""

app = typer.Typer(no_args_is_help=True)


@app.callback()
def custody() -> None:
    """Keep objects as they came, and record who holds them.

    \b
    Example:
      thabat evidence custody intake disk.img --store vault --case 2026-17 --by "A. Haddad" --key haddad.pem
    """


def signer(key: Path | None, agent: str | None) -> "Signer":
    """What signs: a key file, or a key of the SSH agent."""
    from policies.bundle import agent as agents
    from policies.bundle.keys import private_key

    if (key is None) == (agent is None):
        raise Stop(
            USAGE,
            "no key to sign with" if key is None else "two keys to sign with",
            "name one: --key FILE or --agent KEY; `thabat evidence keygen FILE` makes one",
        )
    return private_key(key, passphrase) if key is not None else agents.signer(agent or "")


def public(path: Path) -> "Public":
    """The public key in a file."""
    from policies.bundle.keys import public_key

    return public_key(path)


def passphrase(file: str) -> bytes:
    """The passphrase of a key: from the environment, else asked for; KeyFault where nobody can answer."""
    from getpass import getpass

    from policies.bundle.keys import KeyFault

    if (found := os.environ.get(PASSPHRASE)) is not None:
        return found.encode()
    if not sys.stdin.isatty():
        raise KeyFault(f"{file} has a passphrase, and nobody is there to ask", f"set {PASSPHRASE}")
    return getpass(f"Passphrase of {file}: ").encode()


def new_passphrase(file: Path) -> bytes:
    """A passphrase for a new key, asked for twice."""
    from getpass import getpass

    from policies.bundle.keys import KeyFault

    if found := os.environ.get(PASSPHRASE):
        return found.encode()
    if not sys.stdin.isatty():
        raise KeyFault(
            "nobody is there to ask for a passphrase",
            f"set {PASSPHRASE}, or make the key without: --no-passphrase",
        )
    chosen = getpass(f"New passphrase for {file}: ")
    if not chosen or chosen != getpass("Once more: "):
        raise KeyFault("the passphrase is empty, or was not written twice alike", "try again")
    return chosen.encode()


def read(file: Path, most: int) -> bytes:
    """The bytes of a file; Stop where it cannot be read or is larger."""
    try:
        if not file.is_file():
            raise Stop(USAGE, f"{file} is no file", "name a file that you may read")
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    except OSError as fault:
        raise Stop(USAGE, f"cannot read {file}: {fault.strerror or fault}", "name a file of yours") from fault
    if len(data) > most:
        raise Stop(USAGE, f"{file} has more than {most:,} bytes", "name a smaller one")
    return data
