"""`thabat env`: the variables with which the plain `pulumi` command works on this checkout's state."""

import os
import shlex
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, settings
from thabat.exits import NOT_EVALUATED, USAGE, Stop

if TYPE_CHECKING:
    from infra.engine import Engine

SAID_EVERY_SECONDS = 15.0
"""How often long work says that it goes on, where no line can be drawn over."""


class Shell(Enum):
    """A family of shells that quote alike."""

    bash = "bash"
    zsh = "zsh"
    sh = "sh"
    fish = "fish"


def env(
    shell: Annotated[
        Shell | None,
        typer.Option("--shell", help="Shell to write for; absent: that of $SHELL.", show_default=False),
    ] = None,
    get: Annotated[
        bool, typer.Option("--get", help="Set the engine up first where there is none (minutes).")
    ] = False,
) -> None:
    """Print the variables that let the plain `pulumi` command work here.

    \b
    Example:
      eval "$(thabat env)"               in bash and zsh
      thabat env --shell fish | source   in fish
      pulumi stack ls
    """
    from infra.engine import environment, home_folder

    engine = get_engine() if get else find_engine()
    home = home_folder(Path.cwd())
    try:
        variables = environment(engine, home, state=settings.value("state"))
    except OSError as fault:
        raise Stop(
            USAGE, f"cannot write in {home}: {fault.strerror or fault}", "make that folder your own"
        ) from fault
    output.write_stdout(exports(variables, shell or _users_shell()))


def find_engine() -> "Engine":
    """The engine that is there; without one, the command stops and says what mends that."""
    from infra.engine import EngineMissing, find

    try:
        return find()
    except EngineMissing as missing:
        raise Stop(NOT_EVALUATED, missing.reason, missing.mend) from missing


def get_engine() -> "Engine":
    """The engine, set up first where there is none, with progress."""
    from rich.status import Status

    from infra.engine import EngineMissing, ensure

    status: Status | None = None
    said = -SAID_EVERY_SECONDS

    def progress(what: str, seconds: float) -> None:
        nonlocal status, said
        line = f"{what} ({int(seconds)} s)"
        if console.is_quiet():
            return
        if console.is_interactive():
            if status is None:
                status = console.stderr().status(line)
                status.start()
            status.update(line)
        elif seconds - said >= SAID_EVERY_SECONDS:
            said = seconds
            console.say(line)

    try:
        return ensure(progress)
    except EngineMissing as missing:
        raise Stop(NOT_EVALUATED, missing.reason, missing.mend) from missing
    finally:
        if status is not None:
            status.stop()


def exports(variables: Mapping[str, str], shell: Shell) -> str:
    """Commands of that shell which set the variables, whatever their values hold."""
    write = _fish if shell is Shell.fish else _posix
    return "".join(write(name, value) + "\n" for name, value in sorted(variables.items()))


def _posix(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    values = value.split(os.pathsep) if name == "PATH" else [value]
    return " ".join(["set -gx", name, *map(_fish_quoted, values)])


def _fish_quoted(value: str) -> str:
    """In fish's single quotes a backslash and a quote are the only letters with a meaning."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _users_shell() -> Shell:
    name = Path(os.environ.get("SHELL", "")).name
    return Shell(name) if name in Shell.__members__ else Shell.sh
