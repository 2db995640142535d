"""`thabat init`: a bundled estate as files of your own to begin with."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from thabat import console
from thabat.exits import USAGE, Stop

_MODELINE = re.compile(r"\A# yaml-language-server: \$schema=\S*?(estate|amendment)\.schema\.json\n")


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write; made if it is not there.")] = Path(
        "estate"
    ),
    source: Annotated[
        str, typer.Option("--from", metavar="NAME", help="Bundled estate to begin with: starter, national …")
    ] = "starter",
) -> None:
    """Write a small estate to begin with. Files that are there already are never overwritten.

    \b
    Example:
      thabat init my-estate
      thabat init a-nation --from national
    """
    from specs.importing.folder import lay_down

    files = _files(source)
    in_the_way = sorted(name for name in files if os.path.lexists(folder / name))
    if in_the_way or (os.path.lexists(folder) and not folder.is_dir()):
        named = (
            ", ".join(in_the_way[:3]) + (" …" if len(in_the_way) > 3 else "") if in_the_way else str(folder)
        )
        raise Stop(USAGE, f"{named} is there already, and nothing was written", "name another folder")
    try:
        lay_down(folder, files)
    except OSError as fault:
        raise Stop(
            USAGE, f"cannot write into {folder}: {fault.strerror or fault}", "name a folder of yours"
        ) from fault
    console.say(f"wrote {len(files)} files into {folder}", style="green")
    console.say("next:")
    console.say(f"  thabat check {folder}               what is wrong with it, and how to mend it")
    console.say(f"  thabat report {folder}              the same as a page to read and to show")
    console.say(f"  thabat up --estate {folder}         provision it into the asset register")
    console.say(f"Edit the files in {folder}: an editor that knows JSON Schema completes and checks them.")


def _files(source: str) -> dict[str, bytes]:
    """The bundled estate's files, its modelines leading to a schema beside them."""
    from specs import sources
    from specs.bundled import bundled, folder_of
    from specs.schema import estate_schema_text
    from specs.text import did_you_mean

    if source not in bundled():
        raise Stop(USAGE, f"no estate `{source}` comes with Thabat", did_you_mean(source, bundled()))
    layer = sources.layer_at(folder_of(source))
    files: dict[str, bytes] = {}
    schemas: set[str] = set()
    for name in (*sources.names_of(layer), *sources.device_types_beside(layer)):
        text = sources.content(layer, name).decode("utf-8")
        found = _MODELINE.match(text)
        if found is not None:
            schemas.add(found[1])
            up = "../" * name.count("/")
            text = f"# yaml-language-server: $schema={up}{found[1]}.schema.json\n{text[found.end() :]}"
        files[name] = text.encode()
    for schema in sorted(schemas):
        files[f"{schema}.schema.json"] = estate_schema_text(amending=schema == "amendment").encode()
    return files
