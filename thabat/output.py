"""`-o FORMAT[=PATH]`: where a command's data goes, and in which form."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specs.files import write_whole
from specs.text import did_you_mean
from thabat import console
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from policies.outputs.terminal import Screen

Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FORMAT[=PATH]", help="Form of the result, and a file for it; repeatable."
    ),
]
"""The option itself, for a command's signature."""


@dataclass(frozen=True)
class Output:
    """One form of the result and where it goes."""

    format: str
    path: Path | None
    """None is standard output."""


def outputs(asked: Sequence[str] | None, known: Sequence[str]) -> tuple[Output, ...]:
    """What `-o` asked for, else the first known form on standard output; two there are refused."""
    wanted = tuple(_output(text, known) for text in asked or (known[0],))
    if sum(output.path is None for output in wanted) > 1:
        raise Stop(
            USAGE, "two outputs would be mixed on standard output", "give one of them a file: -o sarif=FILE"
        )
    return wanted


def emit(wanted: Sequence[Output], forms: Mapping[str, Callable[[], str]]) -> None:
    """Make each form that is wanted, and write it. Forms are made before the first is written."""
    made = [(output, forms[output.format]()) for output in wanted]
    for output, text in made:
        if output.path is None:
            write_stdout(text)
        else:
            write_file(output.path, text)


def screen(wanted: Sequence[Output]) -> "Screen":
    """What the terminal form is shown on: the user's terminal, or a file's plain 80 columns."""
    from policies.outputs.terminal import Screen

    if not any(one.format == "terminal" and one.path is None for one in wanted):
        return Screen()
    shown = console.stdout()
    colour = shown.color_system is not None and not shown.no_color and "NO_COLOR" not in os.environ
    return Screen(width=shown.width, colour=colour)


def write_stdout(text: str) -> None:
    """The text on standard output, as UTF-8 and with a line end."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    if text and not text.endswith("\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()


def write_file(path: Path, content: str | bytes) -> None:
    """The content in a file for its owner alone, whole or not at all."""
    try:
        write_whole(path, content)
    except OSError as fault:
        raise Stop(
            USAGE, f"cannot write {path}: {fault.strerror or fault}", "name a file in a folder of yours"
        ) from fault


def _output(text: str, known: Sequence[str]) -> Output:
    form, equals, path = text.partition("=")
    if form not in known:
        raise Stop(USAGE, f"no output form `{form}`", did_you_mean(form, known))
    if equals and not path:
        raise Stop(
            USAGE, f"`-o {text}` names no file", f"write -o {form}=FILE, or -o {form} for standard output"
        )
    return Output(form, Path(path) if equals and path != "-" else None)
