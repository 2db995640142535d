"""`thabat evidence`: specs, figures and observations as a signed folder, and whether such a folder holds."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from thabat import console, custody, output, rule_book, settings
from thabat.exits import CLEAN, EVIDENCE, NOT_EVALUATED, USAGE, Stop
from thabat.observe import today

if TYPE_CHECKING:
    from policies.bundle.anchors import Trust
    from policies.bundle.keys import Public
    from policies.bundle.verifying import Verified
    from policies.rule import Rule

MOST_GIVEN_BYTES = 1_000_000_000
"""Of an observation that is packed."""


class _PackByDefault(TyperGroup):
    """Takes `thabat evidence -d FOLDER` for `thabat evidence pack -d FOLDER`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["pack", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_PackByDefault,
    no_args_is_help=True,
    help="Pack evidence, sign it, verify it; without a command's name: pack.",
)
app.add_typer(custody.app, name="custody")

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="The bundle.")]
PublicOption = Annotated[
    Path,
    typer.Option(
        "--key", metavar="FILE", help="Public key of the signer, from outside of the bundle: PEM or OpenSSH."
    ),
]
NoRecomputeOption = Annotated[
    bool, typer.Option("--no-recompute", help="Signature and files alone; figures are not had again.")
]


@app.callback()
def evidence() -> None:
    """Pack an estate's evidence as one signed folder, or verify such a folder."""


@app.command()
def pack(
    folder: Annotated[
        Path, typer.Option("--directory", "-d", metavar="FOLDER", help="Folder to write; new or empty.")
    ],
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: settings.DateOption = None,
    key: custody.KeyOption = None,
    agent: custody.AgentOption = None,
    proofs: Annotated[
        bool, typer.Option("--proofs/--no-proofs", help="With the deep proofs, which may take half a minute.")
    ] = True,
    drill: Annotated[
        list[Path] | None,
        typer.Option("--drill", metavar="FILE", help="Record of a drill; repeatable, as the next two."),
    ] = None,
    stocktake: Annotated[
        list[Path] | None, typer.Option("--stocktake", metavar="FILE", help="What somebody saw.")
    ] = None,
    plan: Annotated[
        list[Path] | None,
        typer.Option("--plan", metavar="FILE", help="What the engine planned: `preview -o json=FILE`."),
    ] = None,
    rules: rule_book.RulesOption = None,
    follows: Annotated[
        str | None,
        typer.Option("--follows", metavar="BUNDLE", help="The bundle before: its folder, or its digest."),
    ] = None,
) -> None:
    """Pack specs, versions, plan, verdicts, proofs, drills and reports, with digests and a log, signed.

    Observations (--drill, --stocktake, --plan) are packed as they are. The same estate, day and key give the
    same bytes. A passphrase is asked for, or taken from THABAT_EVIDENCE_PASSPHRASE.

    \b
    Example:
      thabat evidence keygen signer.pem
      thabat evidence -d evidence-2026-11 national --key signer.pem
      thabat evidence -d evidence my-estate --agent "signer@ministry" --drill drill.json
    """
    from importlib.metadata import version

    from policies.bundle.deriving import Work, steps
    from policies.bundle.packing import bundle, write
    from specs.bundled import find_estate
    from thabat.opening import day, opened

    _is_free(folder)
    book = rule_book.rule_book(rules)
    with custody.words():
        signer = custody.own_signer(key, agent)
        named = settings.estate(estate, estate_option)
        path = find_estate(named)
        found = opened(named, None, phase)
        given = [
            *_given("drills", drill or ()),
            *_given("stocktakes", stocktake or ()),
            *_given("plans", plan or ()),
        ]
        before = _digest_of(follows) if follows is not None else None
        with console.stages("Packing", steps(proofs=proofs)) as began:
            on = day(found.loaded.estate, date)
            work = Work(found.loaded, found.phase, on, proofs, version("thabat"), began, book)
            single = path.resolve().name if path.is_file() else None
            made = bundle(work, signer, single=single, given=given, follows=before)
            write(made, folder)
    console.say(f"written: {folder} ({len(made.files)} files)")
    output.write_stdout(f"sha256:{made.digest}")


@app.command()
def verify(
    folder: FolderArgument,
    key: PublicOption,
    countersigner: Annotated[
        list[Path] | None,
        typer.Option("--countersigner", metavar="FILE", help="Public key that must have countersigned."),
    ] = None,
    tsa_root: Annotated[
        list[Path] | None,
        typer.Option("--tsa-root", metavar="FILE", help="Root certificate of the time-stamping authority."),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(
            "--digest", metavar="SHA256", help="Digest that the bundle must have, known from outside."
        ),
    ] = None,
    no_recompute: NoRecomputeOption = False,
    rules: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Check a bundle offline: its signature, every file, the log, and every figure had again from its specs.

    Exits with 5 where it does not hold, with 3 where figures cannot be compared, because another version
    made them. Observations are authenticated alone. Forms: terminal, json.

    \b
    Example:
      thabat evidence verify evidence-2026-11 --key signer.pem.pub
      thabat evidence verify evidence --key signer.pub --countersigner auditor.pub --tsa-root tsa.pem -o json
    """
    from importlib.metadata import version

    from policies.bundle.telling import as_json, as_text

    wanted = output.outputs(outputs, ("terminal", "json"))
    with custody.words():
        trust = _trust(countersigner or (), tsa_root or ())
        how = _How(trust, digest, rule_book.rule_book(rules), not no_recompute)
        verified = _verified(folder, custody.public(key), how)
    output.emit(
        wanted,
        {"terminal": lambda: as_text(verified), "json": lambda: as_json(verified, version("thabat"))},
    )
    raise typer.Exit(_ending(verified))


@app.command()
def keygen(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File of the private key; the other is FILE.pub.")
    ],
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Whoever can read the file can sign.")
    ] = False,
) -> None:
    """Make an Ed25519 key pair: FILE to sign with, FILE.pub to give to those who verify.

    The passphrase is asked for, or taken from THABAT_EVIDENCE_PASSPHRASE. Nothing is overwritten.

    \b
    Example:
      thabat evidence keygen signer.pem
    """
    from policies.bundle.keys import make_pair, public_key

    with custody.words():
        private, public = make_pair(file, None if no_passphrase else custody.new_passphrase(file))
        console.say(f"written: {private} (keep it), {public} (hand it out)")
        output.write_stdout(public_key(public).keyid)


@app.command()
def countersign(
    folder: FolderArgument,
    signer: Annotated[
        Path, typer.Option("--signer", metavar="FILE", help="Public key of the bundle's signer.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="PERSON", help="Who countersigns.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Day (YYYY-MM-DD); absent: today.")
    ] = None,
    key: custody.KeyOption = None,
    agent: custody.AgentOption = None,
    no_recompute: NoRecomputeOption = False,
    rules: rule_book.RulesOption = None,
) -> None:
    """Verify a bundle, and sign that you saw it: a second key that must collude before it can be made anew.

    \b
    Example:
      thabat evidence countersign evidence --signer signer.pub --key auditor.pem --by "R. Khoury"
    """
    from policies.bundle.anchors import NO_TRUST, countersignature
    from policies.bundle.telling import as_text

    with custody.words():
        own = custody.own_signer(key, agent)
        public = custody.public(signer)
        how = _How(NO_TRUST, None, rule_book.rule_book(rules), not no_recompute)
        verified = _verified(folder, public, how)
        if (code := _ending(verified)) != CLEAN:
            console.say(as_text(verified))
            raise Stop(code, "it is not countersigned, as it does not hold", "see `thabat evidence verify`")
        if own.public_key.keyid == public.keyid:
            raise Stop(USAGE, "that is the signer's own key", "somebody else countersigns, with another key")
        if not by.strip():
            raise Stop(USAGE, "nobody countersigns", "name who does: --by PERSON")
        name, data = countersignature(_envelope(folder), own, by.strip(), today(on))
        output.write_file(folder / name, data)
    console.say(f"written: {folder / name}")


@app.command("timestamp-request")
def timestamp_request(
    folder: FolderArgument,
    file: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the request is written.")
    ],
) -> None:
    """Write the request that a time-stamping authority (RFC 3161) answers: a digest, nothing of the estate.

    \b
    Example:
      thabat evidence timestamp-request evidence -o request.tsq
      curl -H "Content-Type: application/timestamp-query" --data-binary @request.tsq URL > answer.tsr
      thabat evidence timestamp evidence answer.tsr
    """
    from policies.bundle.anchors import timestamp_request as request

    output.write_file(file, request(_envelope(folder)))
    console.say(f"written: {file}")


@app.command()
def timestamp(
    folder: FolderArgument,
    answer: Annotated[Path, typer.Argument(metavar="ANSWER", help="What the authority answered.")],
) -> None:
    """Put a time-stamping authority's answer into the bundle; it must be of this bundle.

    \b
    Example:
      thabat evidence timestamp evidence answer.tsr
    """
    from policies.bundle.anchors import MOST_BYTES
    from policies.bundle.anchors import timestamp as attached

    with custody.words():
        name, data = attached(_envelope(folder), custody.read(answer, MOST_BYTES))
        output.write_file(folder / name, data)
    console.say(f"written: {folder / name}; `thabat evidence verify --tsa-root FILE` checks it")


class _How(NamedTuple):
    """How a bundle is to be verified."""

    trust: "Trust"
    digest: str | None
    rules: "tuple[Rule, ...]"
    recomputing: bool


def _verified(folder: Path, key: "Public", how: _How) -> "Verified":
    from importlib.metadata import version

    from policies.bundle.verifying import Asked
    from policies.bundle.verifying import verify as verified

    if not folder.is_dir():
        raise Stop(USAGE, f"{folder} is no folder", "name a bundle that `thabat evidence` wrote")
    expected = custody.hexadecimal(how.digest) if how.digest is not None else None
    asked = Asked(key, version("thabat"), how.trust, expected, recomputing=how.recomputing, rules=how.rules)
    with console.working(f"Verifying {folder}"):
        return verified(folder, asked)


def _ending(verified: "Verified") -> int:
    return {"holds": CLEAN, "fails": EVIDENCE, "unknown": NOT_EVALUATED}[verified.verdict]


def _trust(countersigners: Sequence[Path], roots: Sequence[Path]) -> "Trust":
    from policies.bundle.anchors import MOST_BYTES, Trust, certificates

    return Trust(
        tuple(map(custody.public, countersigners)),
        tuple(one for path in roots for one in certificates(custody.read(path, MOST_BYTES))),
    )


def _given(kind: str, files: Sequence[Path]) -> Iterator[tuple[str, str, bytes]]:
    for file in files:
        yield kind, file.name, custody.read(file, MOST_GIVEN_BYTES)


def _envelope(folder: Path) -> bytes:
    from policies.bundle.envelope import MOST_BYTES
    from policies.bundle.statement import ENVELOPE

    if not (folder / ENVELOPE).is_file():
        raise Stop(USAGE, f"{folder} is no bundle", "name a folder that `thabat evidence` wrote")
    return custody.read(folder / ENVELOPE, MOST_BYTES)


def _digest_of(bundle: str) -> str:
    """Digest of the bundle in a folder, or the digest itself."""
    from policies.bundle.canonical import digest

    return digest(_envelope(Path(bundle))) if Path(bundle).is_dir() else custody.hexadecimal(bundle)


def _is_free(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir() or any(folder.iterdir()):
        raise Stop(
            USAGE,
            f"{folder} is there already, and not empty",
            "name another folder: a bundle is written once",
        )
