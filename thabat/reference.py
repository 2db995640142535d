"""The reference page of the command line: `python -m thabat.reference docs/reference/commands.md`."""

import re
import sys
from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from specs.files import write_whole
from thabat.app import build

_NOTE = "Written by `python -m thabat.reference docs/reference/commands.md`; do not edit."


def page() -> str:
    """Every command with its options and an example, as Markdown."""
    command = typer.main.get_command(build())
    context = typer.Context(command, info_name="thabat")
    told = get_docs_for_click(obj=command, ctx=context, name="thabat", title="Commands")
    told = re.sub(r"^  (?=\S)", "    ", told, flags=re.MULTILINE)
    told = re.sub(r"^(Examples?|Start):\n(?=    )", r"\1:\n\n", told, flags=re.MULTILINE)
    told = re.sub(r"\n{3,}", "\n\n", told).replace("# Commands\n", f"# Commands\n\n{_NOTE}\n", 1)
    return told.strip() + "\n"


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), page())
