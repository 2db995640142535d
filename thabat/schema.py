"""`thabat schema`: the estate format as JSON Schema, for editors and other programs."""

from pathlib import Path
from typing import Annotated

import typer

from thabat import output


def schema(
    path: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="File to write; absent or `-`: standard output."),
    ] = None,
    amending: Annotated[
        bool, typer.Option("--amending", help="For files that amend another estate: nothing is required.")
    ] = False,
    pages: Annotated[
        Path | None,
        typer.Option(
            "--pages", metavar="FOLDER", help="Write the format and its issues as Markdown instead."
        ),
    ] = None,
) -> None:
    """Print the JSON Schema (draft 2020-12) of an estate's files.

    An editor completes and checks a file whose first line names it:
    # yaml-language-server: $schema=estate.schema.json

    \b
    Example:
      thabat schema -o my-estate/estate.schema.json
    """
    from specs.schema import estate_schema_text

    if pages is not None:
        from specs.reference import pages as made

        for name, page in made().items():
            output.write_file(pages / name, page)
        return
    text = estate_schema_text(amending=amending)
    if path is None or str(path) == "-":
        output.write_stdout(text)
    else:
        output.write_file(path, text)
