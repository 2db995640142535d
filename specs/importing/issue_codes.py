"""What the codes of imports mean; those of an estate itself are in `specs.issue_codes`."""

from collections.abc import Mapping
from typing import Final

from specs.issue_codes import Meaning

IMPORT_CODES: Final[Mapping[str, Meaning]] = {
    "IMP-001": Meaning("A file was named where imports go into a folder.", "Name the estate's folder."),
    "IMP-002": Meaning(
        "What stands where a file would be written is a link, a folder or no regular file.", "Move it away."
    ),
    "IMP-003": Meaning(
        "A different file of that name is there already.", "Keep it, or replace it with `--replace`."
    ),
    "IMP-004": Meaning("Two different files of one equipment model were given.", "Give one of them."),
    "IMP-005": Meaning(
        "A row names what is not there, or contradicts what is.", "Import what it names first, or correct it."
    ),
    "DEV-001": Meaning(
        "The file holds no NetBox device type.", "Give a file of NetBox's device-type library."
    ),
    "GML-001": Meaning("The file is no XML.", "Export the map as GraphML again."),
    "GML-002": Meaning("The file is XML, but holds no map, or several.", "Give one map a file."),
    "GML-003": Meaning("The map is larger than is read.", "Split it."),
    "GML-004": Meaning(
        "The file declares a document type or entities, which could read other files or grow without bound.",
        "Delete the `<!DOCTYPE …>` at its top.",
    ),
    "GML-005": Meaning("Two nodes have one id, or a node has none.", "Export the map again."),
    "GML-006": Meaning("An edge ends at no node.", "Export the map again."),
    "GML-007": Meaning("Graphs within nodes, or edges of more than two ends.", "Draw them as plain edges."),
    "CSV-001": Meaning("The table is no UTF-8 text, or larger than is read.", "Save it as CSV UTF-8."),
    "CSV-002": Meaning("The table is empty.", "Export it again, with its headings."),
    "CSV-003": Meaning("A column that must be there is missing.", "Export it with that column."),
    "CSV-004": Meaning("A row has more or fewer cells than there are headings.", "Quote its cells."),
    "CSV-005": Meaning("Two columns stand for the same field.", "Delete one."),
    "CSV-006": Meaning("A cell says what its column cannot hold, or nothing where it must.", "Correct it."),
    "CSV-007": Meaning(
        "A quote is never closed, or text stands behind a quoted cell.", "Quote the whole cell."
    ),
    "CSV-008": Meaning("A character that steers a terminal or the direction of text.", "Delete it."),
}
"""Every code that an import gives besides those of the estate."""
