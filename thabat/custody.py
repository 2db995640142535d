"""`thabat evidence custody`: objects that were seized or handed in, kept as they came, and who holds them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, settings
from thabat.exits import CLEAN, EVIDENCE, LOCKED, USAGE, Stop

if TYPE_CHECKING:
    from securesystemslib.signer import Signer  # type: ignore[attr-defined]

    from policies.bundle.keys import Public

PASSPHRASE = "THABAT_EVIDENCE_PASSPHRASE"
"""Environment variable of a key's passphrase, where nobody can be asked."""

app = typer.Typer(no_args_is_help=True)

StoreOption = Annotated[Path, typer.Option("--store", metavar="FOLDER", help="Store of the objects.")]
NoteOption = Annotated[
    str, typer.Option("--note", help="Why, or anything to be remembered.", show_default=False)
]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When, in UTC (2026-11-24T09:30:00Z); absent: now.")
]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Private key to sign with: Ed25519, PEM or OpenSSH, 0600."),
]
AgentOption = Annotated[
    str | None,
    typer.Option(
        "--agent",
        metavar="KEY",
        help="Key of the SSH agent instead: its fingerprint, comment or public text.",
    ),
]


@app.callback()
def custody() -> None:
    """Keep objects as they came, and record who holds them.

    \b
    Example:
      thabat evidence custody intake disk.img --store vault --case 2026-17 --by "A. Haddad" --key haddad.pem
    """


@app.command()
def intake(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The object: an image, a capture, a document.")
    ],
    store: StoreOption,
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="What it is evidence in.")],
    by: Annotated[
        str, typer.Option("--by", metavar="PERSON", help="Who takes it in, and holds it from now.")
    ],
    key: KeyOption = None,
    agent: AgentOption = None,
    note: NoteOption = "",
    at: AtOption = None,
) -> None:
    """Copy an object into the store under its digest, for good, and record who took it in.

    What is there is never overwritten. The file itself stays where it is.

    \b
    Example:
      thabat evidence custody intake disk.img --store vault --case 2026-17 --by "A. Haddad" --key haddad.pem
    """
    from policies.bundle.custody_log import Intake
    from policies.bundle.custody_store import Taken, take_in

    if not file.is_file():
        raise Stop(USAGE, f"{file} is no file", "name the object; of a device, take an image first")
    when = _time(at)
    with words():
        own = own_signer(key, agent)

        def described(taken: Taken) -> Intake:
            return Intake(
                did="intake",
                object=taken.sha256,
                size=taken.size,
                name=file.name,
                case=case,
                by=_person(by),
                key=own.public_key.keyid,
                at=when,
                note=note,
            )

        with console.working(f"Taking in {file}"):
            act, head = take_in(store, file, own, described)
    _tell_head(head.entries, head.sha256)
    output.write_stdout(f"sha256:{act.object}")


@app.command()
def transfer(
    object_: Annotated[
        str, typer.Argument(metavar="OBJECT", help="Its digest, or the first eight digits and more.")
    ],
    store: StoreOption,
    giver: Annotated[str, typer.Option("--from", metavar="PERSON", help="Who holds it.")],
    receiver: Annotated[str, typer.Option("--to", metavar="PERSON", help="Who holds it from now.")],
    key: KeyOption = None,
    agent: AgentOption = None,
    to_key: Annotated[
        Path | None, typer.Option("--to-key", metavar="FILE", help="Private key of the receiver.")
    ] = None,
    to_agent: Annotated[
        str | None, typer.Option("--to-agent", metavar="KEY", help="Key of the receiver in the SSH agent.")
    ] = None,
    note: NoteOption = "",
    at: AtOption = None,
) -> None:
    """Record that one person gave an object to another; both sign, each with a key of their own.

    \b
    Example:
      thabat evidence custody transfer 3f9a01bc --store vault --from "A. Haddad" --to "R. Khoury" \
        --key haddad.pem --to-key khoury.pem
    """
    from policies.bundle.custody_log import Transfer
    from policies.bundle.custody_store import hand_over, holdings

    wanted = object_.removeprefix("sha256:").lower()
    when = _time(at)
    with words():
        gives, takes = own_signer(key, agent), signer(to_key, to_agent, "--to-key FILE or --to-agent KEY")
        found = [one for one in holdings(store) if len(wanted) >= 8 and one.object.startswith(wanted)]
        if len(found) != 1:
            how_many = "no object" if not found else f"{len(found)} objects"
            raise Stop(
                USAGE,
                f"the store holds {how_many} `{object_}`",
                "`thabat evidence custody verify` lists them",
            )
        act = Transfer(
            did="transfer",
            object=found[0].object,
            giver=_person(giver),
            giver_key=gives.public_key.keyid,
            receiver=_person(receiver),
            receiver_key=takes.public_key.keyid,
            at=when,
            note=note,
        )
        head = hand_over(store, act, [gives, takes])
    _tell_head(head.entries, head.sha256)


@app.command()
def verify(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="Store of the objects.")],
    key: Annotated[
        list[str],
        typer.Option(
            "--key",
            metavar="PERSON=FILE",
            help="A custodian's public key, from outside; repeatable, old ones too.",
        ),
    ],
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="SHA256", help="Hash of an entry that the log must go on from."),
    ] = None,
    outputs: output.Outputs = None,
) -> None:
    """Check a store: the log's chain, each entry's signatures, who held what, and every object's digest.

    Exits with 5 where custody does not hold. Forms: terminal, json.

    \b
    Example:
      thabat evidence custody verify vault --key "A. Haddad=haddad.pub" --key "R. Khoury=khoury.pub"
    """
    from importlib.metadata import version

    from policies.bundle.custody_store import verify as verified
    from policies.bundle.custody_telling import as_json, as_text

    wanted = output.outputs(outputs, ("terminal", "json"))
    if not store.is_dir():
        raise Stop(USAGE, f"{store} is no folder", "name a store that `thabat evidence custody intake` made")
    custodians: dict[str, tuple[Public, ...]] = {}
    for one in key:
        person, equals, file = one.rpartition("=")
        if not equals or not person or not file:
            raise Stop(USAGE, f"`{one}` names no person and key", 'write --key "A. Haddad=haddad.pub"')
        with words():
            custodians[person.strip()] = (*custodians.get(person.strip(), ()), public(Path(file)))
    known = hexadecimal(head) if head is not None else None
    with words(), console.working(f"Verifying {store}"):
        found = verified(store, custodians, known)
    output.emit(
        wanted, {"terminal": lambda: as_text(found), "json": lambda: as_json(found, version("thabat"))}
    )
    raise typer.Exit(EVIDENCE if found.failures else CLEAN)


@contextmanager
def words() -> Iterator[None]:
    """Say in words what is wrong with keys, names, files and stores that the user gave."""
    from pydantic import ValidationError

    from policies.bundle.canonical import NotCanonical
    from policies.bundle.custody_log import Refused
    from policies.bundle.custody_store import Broken, Busy
    from policies.bundle.keys import KeyFault
    from policies.bundle.statement import UnsafeName

    try:
        yield
    except KeyFault as fault:
        raise Stop(USAGE, fault.message, fault.hint) from fault
    except UnsafeName as fault:
        raise Stop(USAGE, str(fault), "rename it") from fault
    except NotCanonical as fault:
        raise Stop(USAGE, str(fault), "name the file that was meant") from fault
    except Refused as fault:
        raise Stop(USAGE, str(fault), "nothing was recorded") from fault
    except Busy as fault:
        raise Stop(LOCKED, str(fault), "wait until it is done") from fault
    except Broken as fault:
        found = fault.failure
        told = f"{found.code} {found.file}: {found.what}"
        raise Stop(EVIDENCE, told, f"nothing was recorded; {found.mending}") from fault
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Stop(USAGE, f"{where}: {first['msg']}", "nothing was recorded") from fault
    except OSError as fault:
        what = f"{fault.filename}: {fault.strerror}" if fault.filename else str(fault.strerror or fault)
        raise Stop(USAGE, what, "check the folder's owner, its permissions and the space left") from fault


def hexadecimal(text: str) -> str:
    """A SHA-256 digest as its 64 digits; Stop where it is none."""
    found = text.removeprefix("sha256:").lower()
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise Stop(USAGE, f"`{text}` is no SHA-256 digest", "write its 64 hexadecimal digits")
    return found


def own_signer(key: Path | None, agent: str | None) -> "Signer":
    """What signs for whoever calls: by option, else by setting."""
    if key is None and agent is None:
        filed, agent = settings.value("evidence_key"), settings.value("evidence_agent")
        key = Path(filed) if filed is not None else None
    return signer(key, agent, "--key FILE or --agent KEY, or a setting (evidence_key, evidence_agent)")


def signer(key: Path | None, agent: str | None, options: str) -> "Signer":
    """What signs: a key file, or a key of the SSH agent."""
    from policies.bundle import agent as agents
    from policies.bundle.keys import private_key

    if (key is None) == (agent is None):
        raise Stop(
            USAGE,
            "no key to sign with" if key is None else "two keys to sign with",
            f"name one: {options}; `thabat evidence keygen FILE` makes one",
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


def _person(name: str) -> str:
    if not name.strip():
        raise Stop(USAGE, "a person without a name", "name who answers for it")
    return name.strip()


def _time(text: str | None) -> str:
    """That time, or now, in UTC to the second."""
    from datetime import UTC, datetime

    form = "%Y-%m-%dT%H:%M:%SZ"
    if text is None:
        return datetime.now(UTC).strftime(form)
    try:
        when = datetime.strptime(text, form).strftime(form)
    except ValueError:
        raise Stop(USAGE, f"`{text}` is no time", "write it in UTC, as 2026-11-24T09:30:00Z") from None
    if when > datetime.now(UTC).strftime(form):
        raise Stop(USAGE, f"{text} is still to come", "what was not done yet is not recorded")
    return when


def _tell_head(entries: int, sha256: str) -> None:
    console.say(f"entry {entries}, sha256:{sha256}: keep this elsewhere, and verify with it (--head)")
