"""`thabat import`: what NetBox, or a network map, knows already, brought into an estate's folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from specs.importing.draft import Draft
    from specs.importing.folder import Folder

app = typer.Typer(no_args_is_help=True, help="Bring in what other tools know: NetBox, network maps.")

LONGEST_PREFIX = 16
MOST_TOLD = 12
"""Files that are named one by one."""

_Folder = Annotated[
    Path,
    typer.Option("--folder", "-d", metavar="FOLDER", help="The estate's folder; made if it is not there."),
]
_Replace = Annotated[
    bool, typer.Option("--replace", help="Put new files in the place of different ones of the same name.")
]


@app.command("device-types")
def device_types(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="NetBox device-type files (YAML).")],
    folder: _Folder,
    replace: _Replace = False,
) -> None:
    """Take equipment models from files of NetBox's device-type library, as they are.

    \b
    Example:
      thabat import device-types PowerEdge-R750.yaml CE6820H-48S6CQ.yaml -d my-estate
    """
    from specs.importing import device_types
    from specs.importing.folder import read_folder

    there = read_folder(folder)
    _lay_down(there, device_types.draft(there, [(str(file), _bytes(file)) for file in files]), replace)


@app.command("graphml")
def graphml(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A map in GraphML (Internet Topology Zoo).")],
    folder: _Folder,
    prefix: Annotated[str, typer.Option(help="Stands before every id that the map gives.")] = "",
    replace: _Replace = False,
) -> None:
    """Take sites and circuits from a wide-area network map.

    \b
    Example:
      thabat import graphml Abilene.graphml -d my-estate --prefix wan-
    """
    from specs.importing import graphml
    from specs.importing.folder import read_folder
    from specs.importing.naming import identifier

    before = f"{identifier(prefix)}-" if prefix else ""
    if len(before) > LONGEST_PREFIX:
        raise Stop(USAGE, f"the prefix is longer than {LONGEST_PREFIX - 1} characters", "ids have 100 in all")
    there = read_folder(folder)
    _lay_down(there, graphml.draft(graphml.read_map(_bytes(file), str(file)), file.stem, before), replace)


@app.command("netbox")
def netbox(
    folder: _Folder,
    racks: Annotated[Path | None, typer.Option(metavar="CSV", help="Racks.")] = None,
    devices: Annotated[Path | None, typer.Option(metavar="CSV", help="Devices.")] = None,
    cables: Annotated[Path | None, typer.Option(metavar="CSV", help="Cables.")] = None,
    circuits: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Circuits, with sides A and Z.")
    ] = None,
    replace: _Replace = False,
) -> None:
    """Take racks, devices, cables and circuits from NetBox's CSV, as it exports or imports them.

    Import the device types first: devices name them.

    \b
    Example:
      thabat import netbox -d my-estate --racks racks.csv --devices devices.csv --cables cables.csv
    """
    from specs.importing import netbox, netbox_rows
    from specs.importing.folder import read_folder
    from specs.issues import Issue, SpecError

    readers = {
        "racks": (racks, netbox_rows.read_racks),
        "devices": (devices, netbox_rows.read_devices),
        "cables": (cables, netbox_rows.read_cables),
        "circuits": (circuits, netbox_rows.read_circuits),
    }
    if not any(path for path, _ in readers.values()):
        raise Stop(USAGE, "no table is given", "name at least one: --racks FILE, --devices FILE …")
    issues: list[Issue] = []
    read: dict[str, tuple[object, ...]] = {}
    for table, (path, reader) in readers.items():
        if path is not None:
            try:
                read[table] = reader(_bytes(path), str(path))
            except SpecError as fault:
                issues += fault.issues
    if issues:
        raise SpecError(issues)
    tables = netbox.Tables(**read)  # type: ignore[arg-type]
    there = read_folder(folder, without=tables.files)
    _lay_down(there, netbox.draft(there, tables), replace)


def _bytes(path: Path) -> bytes:
    """The file's bytes, if it is a plain file and not too large for any import."""
    from specs import sources

    layer = sources.layer_at(path)
    if layer.only is None:
        raise Stop(USAGE, f"{path} is a folder", "name the files in it")
    return sources.content(layer, layer.only)


def _lay_down(there: "Folder", draft: "Draft", replace: bool) -> None:
    """Try the estate with what is imported, then write all of it or nothing, then say what was done."""
    from specs.importing import folder, trying
    from specs.issues import SpecError

    whole = folder.with_header(there, draft)
    change = folder.change(there, whole, replace)
    try:
        remaining = trying.try_out(there, change.write)
    except SpecError:
        console.complain(
            "with what is imported the estate would not load", "its files are named as they would be"
        )
        raise
    try:
        folder.lay_down(there.root, change.write)
    except OSError as fault:
        raise Stop(
            USAGE, f"cannot write into {there.root}: {fault.strerror or fault}", "nothing was changed"
        ) from fault
    _tell("wrote", there.root, tuple(change.write))
    _tell("unchanged", there.root, change.same)
    counted = ", ".join(f"{name} {count}" for name, count in whole.counts.items() if count)
    console.say(f"imported: {counted or 'nothing new'}", style="green")
    for note in whole.notes:
        console.say(f"  - {note}")
    if remaining:
        console.say(f"the estate does not load yet ({len(remaining)} issues elsewhere):", style="yellow")
        for issue in remaining[:10]:
            console.say(f"  {issue}")
    console.say(f"next: thabat validate {there.root}")


def _tell(what: str, root: Path, names: tuple[str, ...]) -> None:
    for name in names[:MOST_TOLD]:
        console.say(f"{what} {root / name}")
    if len(names) > MOST_TOLD:
        console.say(f"{what} {len(names) - MOST_TOLD} more files")
