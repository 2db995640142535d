"""`thabat observe`: what somebody saw, and steps of lives that somebody answers for, into the register."""

from datetime import date as day_of
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, settings
from thabat.exits import NOT_EVALUATED, USAGE, Stop

if TYPE_CHECKING:
    from infra.register.register import Register

app = typer.Typer(no_args_is_help=True, help="Take what was seen, and events of lives, into the register.")

ByOption = Annotated[str, typer.Option("--by", metavar="PERSON", help="Who looked, or who answers for it.")]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="Day on which it was seen; absent: today.")
]


class Form(Enum):
    """What a file is."""

    auto = "auto"
    stocktake = "stocktake"
    netbox = "netbox"


class Step(Enum):
    """A step of a life that is recorded."""

    ordered = "ordered"
    delivered = "delivered"
    installed = "installed"
    commissioned = "commissioned"


@app.callback()
def observe() -> None:
    """Take what was seen, and events of lives, into the register."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.")],
    by: ByOption,
    source: Annotated[
        str | None, typer.Option("--source", help="Where it comes from; absent: the file's name.")
    ] = None,
    on: OnOption = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="PLACE",
            help="What was gone through completely: all, sites/ID, rooms/ID or racks/ID; repeatable. "
            "What is declared there and not in the file is missing.",
        ),
    ] = None,
    form: Annotated[
        Form, typer.Option("--form", help="What the file is; auto tells by its headings.")
    ] = Form.auto,
) -> None:
    """Take a stocktake (CSV or XLSX) or a NetBox export of devices or racks into the observed rows.

    All of it or nothing. Without --scope nothing is taken for missing: what the file does not say stays
    as it was, or unknown.

    \b
    Example:
      thabat observe template > stocktake.csv
      thabat observe import stocktake.csv --by "A. Haddad" --on 2026-03-01 --scope rooms/hall-a
    """
    from infra.observe import importing
    from infra.register.errors import RegisterError

    data = _read(file)
    try:
        with existing_register() as register:
            names = importing.known_names(register)
            stocktake = importing.read(data, str(file), form.value, names)
            covers = importing.scopes(scope or (), stocktake.collections, names)
            importing.take_in(
                register, stocktake, source=source or file.name, who=by, on=today(on), covers=covers
            )
    except RegisterError as fault:
        raise Stop(USAGE, fault.message, fault.hint) from fault
    for note in stocktake.notes:
        console.say(note)
    console.say(
        f"{len(stocktake.seen)} observed: {', '.join(stocktake.collections)}; `thabat verify` compares"
    )


@app.command()
def event(
    element: Annotated[str, typer.Argument(metavar="ELEMENT", help="collection/id, as devices/srv-01.")],
    step: Annotated[Step, typer.Argument(help="What happened.")],
    by: ByOption,
    evidence: Annotated[
        str, typer.Option("--evidence", help="Document, ticket or photograph that shows it.")
    ],
    on: OnOption = None,
    stack: Annotated[
        str | None, typer.Option("--stack", help="Stack that is meant, where several have such an element.")
    ] = None,
) -> None:
    """Record that an element was ordered, delivered, installed or commissioned.

    \b
    Example:
      thabat observe event devices/srv-01 installed --by "A. Haddad" --evidence "ticket 4711"
    """
    from infra.register.errors import RegisterError
    from infra.register.rows import Event

    collection, slash, key = element.partition("/")
    if not slash or not key:
        raise Stop(USAGE, f"`{element}` names no element", "write collection/id, as devices/srv-01")
    try:
        with existing_register() as register:
            row = register.record(Event(collection, key, step.value, by, evidence, today(on)), stack)
    except RegisterError as fault:
        raise Stop(USAGE, fault.message, fault.hint) from fault
    console.say(f"{row.reference} is {row.state}")


@app.command()
def template() -> None:
    """Print a stocktake to begin with, as CSV.

    \b
    Example:
      thabat observe template > stocktake.csv
    """
    from infra.observe.stocktake import TEMPLATE

    output.write_stdout(TEMPLATE)


def existing_register() -> "Register":
    """The register that is there; Stop where there is none yet."""
    from infra.engine import home_folder
    from infra.register.errors import RegisterError
    from infra.register.location import locate, shown
    from infra.register.register import Register

    place = locate(settings.value("register"), home_folder(Path.cwd()).parent)
    try:
        register = Register.existing(place)
    except RegisterError as fault:
        raise Stop(NOT_EVALUATED, fault.message, fault.hint) from fault
    if register is None:
        raise Stop(NOT_EVALUATED, f"there is no register at {shown(place)}", "make it: `thabat up`")
    return register


def today(text: str | None) -> day_of:
    """That day, or today."""
    if text is None:
        return day_of.today()
    try:
        return day_of.fromisoformat(text)
    except ValueError:
        raise Stop(USAGE, f"`{text}` is no day", "write it as YYYY-MM-DD") from None


def _read(file: Path) -> bytes:
    from specs.importing.tables import MOST_BYTES

    try:
        if not file.is_file():
            raise Stop(USAGE, f"{file} is no file", "name a CSV or XLSX file")
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Stop(USAGE, f"cannot read {file}: {fault.strerror or fault}", "name a file of yours") from fault
