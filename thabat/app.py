"""The command: its parts in the order of the work, and how it ends when something is wrong."""

import gc
import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from thabat import console
from thabat.exits import CLEAN, INTERRUPTED, NOT_EVALUATED, USAGE, Stop

COMMANDS = (
    "init", "validate", "check", "diff", "rules", "frameworks", "prove", "preview", "up", "destroy",
    "observe", "verify", "layers", "report", "export", "runbook", "evidence", "schema", "import", "env",
    "doctor", "config",
)  # fmt: skip
"""Each is a module here (`import` is `imports`) with a function of the command's name, or an `app`."""

FEW_COLLECTIONS = 200_000
"""New objects between two garbage collections: an estate is many small values that live until the end."""

_MODULES = {"import": "imports"}


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="thabat",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 clean, 1 findings, 2 bad call or spec, 3 not judged, 4 locked, "
        "5 evidence does not hold, 130 stopped.",
    )
    app.callback()(thabat)
    for name in COMMANDS:
        module = import_module(f"thabat.{_MODULES.get(name, name)}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"thabat {version('thabat')}")
        raise typer.Exit(CLEAN)


def thabat(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors only; no progress.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and stop.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Plans, proves, provisions and audits a national data centre, from one set of specs.

    \b
    Start:
      thabat init my-estate          write a small estate to begin with
      thabat check my-estate         find what is wrong with it
      thabat up --estate my-estate   provision it into the asset register
    """
    if quiet:
        os.environ[console.QUIET] = "1"


def main() -> None:
    """Run the command; every way it can end has its number (`thabat.exits`)."""
    gc.set_threshold(FEW_COLLECTIONS)
    sys.exit(_run())


def _run() -> int:
    from specs.issues import SpecError

    try:
        ended = build()(standalone_mode=False)
        return ended if isinstance(ended, int) else CLEAN
    except SpecError as fault:
        show_issues(fault)
        return USAGE
    except Stop as stop:
        if stop.message:
            console.complain(stop.message, stop.hint)
        return stop.code
    except typer.TyperException as fault:
        console.complain(fault.format_message(), "see `thabat --help`")
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        console.complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception as fault:
        if os.environ.get("THABAT_DEBUG"):
            raise
        told = f"{type(fault).__name__}: {fault}"
        console.complain(
            f"this should not happen: {told}", "THABAT_DEBUG=1 shows where; please report it with that"
        )
        return NOT_EVALUATED


def show_issues(fault: object) -> None:
    """Each issue of a spec on a line of its own, with its hint beneath it, then how many there are."""
    from specs.issues import SpecError

    if isinstance(fault, SpecError):
        err = console.stderr()
        for issue in fault.issues:
            err.print(f"{issue.location}: " if issue.location else "", style="bold", end="")
            err.print(f"{issue.code} ", style="red", end="")
            err.print(issue.message)
            if issue.hint:
                err.print(f"    {issue.hint}", style="dim")
        count = len(fault.issues)
        err.print(f"{count} issue{'' if count == 1 else 's'}: nothing was done")
