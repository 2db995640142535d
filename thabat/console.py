"""What people see on standard error: messages and progress. Data goes out by `thabat.output`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from specs.text import plain

if TYPE_CHECKING:
    from rich.console import Console

QUIET = "THABAT_QUIET"
"""Environment variable that `--quiet` sets, so that child processes are quiet too."""


def stderr() -> "Console":
    """A console on standard error that reads no markup; colour as NO_COLOR, FORCE_COLOR and TERM say."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


def stdout() -> "Console":
    """The same on standard output."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False, soft_wrap=True)


def is_quiet() -> bool:
    """Whether the user asked for errors only."""
    return os.environ.get(QUIET, "") not in ("", "0")


def say(message: str, *, style: str = "") -> None:
    """A line for a person, unless quiet; control characters are shown, not obeyed."""
    if not is_quiet():
        stderr().print(plain(message), style=style)


def complain(message: str, hint: str = "") -> None:
    """An error, and how to mend it; also when quiet."""
    console = stderr()
    console.print("error: ", style="bold red", end="")
    console.print(plain(message))
    if hint:
        console.print(f"  {plain(hint)}", style="dim")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that long work is under way: a spinner on a terminal, one line elsewhere, nothing when quiet."""
    if is_quiet():
        yield
    elif not is_interactive():
        say(f"{what} …")
        yield
    else:
        with stderr().status(plain(what) + " …"):
            yield


@contextmanager
def stages(what: str, count: int) -> Iterator[Callable[[str], None]]:
    """Show which of so many stages is under way; call what it gives with the name of each as it begins."""
    begun = 0

    def told(stage: str) -> str:
        nonlocal begun
        begun += 1
        return plain(f"{what} ({begun}/{count}): {stage} …")

    if is_quiet():
        yield lambda stage: None
    elif not is_interactive():
        yield lambda stage: say(told(stage))
    else:
        with stderr().status(plain(what) + " …") as status:
            yield lambda stage: status.update(told(stage))


def is_interactive() -> bool:
    """Whether progress may be drawn: a terminal that can, and no continuous integration."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
