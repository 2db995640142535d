"""What the codes of planning, stacks and observation mean, beside those of the estate format."""

from collections.abc import Mapping
from typing import Final

from specs.issue_codes import Meaning

PROVISIONING_CODES: Final[Mapping[str, Meaning]] = {
    "ARG-001": Meaning(
        "The target that is named is none that Thabat can make.", "Name one of those that the hint lists."
    ),
    "OBS-001": Meaning(
        "A row of a stocktake or export says what cannot be, or says it twice.",
        "Correct the cell at that place; nothing of the file was taken in.",
    ),
    "OBS-002": Meaning(
        "A stocktake as a whole is refused: its scope is unknown, or it was taken in before.",
        "Name a site, room or rack that the register knows, or the day of the look.",
    ),
    "PLN-001": Meaning(
        "A text of the estate is a mark of the Pulumi engine's own, for a secret, a file to read, "
        "or a value not known yet.",
        "Write something else.",
    ),
    "PLN-002": Meaning(
        "A site is called `national`, the stack of what belongs to no one site.", "Rename it."
    ),
    "PLN-003": Meaning(
        "What the engine plans is no element of the estate format.",
        "Look for a transform, or another program, that changed the resource.",
    ),
    "PLN-004": Meaning(
        "A file that was given for a plan is none of the engine's, or leaves out part of what it plans.",
        "Write it with `pulumi preview --json --show-sames`, one stack a file.",
    ),
    "STK-001": Meaning(
        "The stack is neither a site of the estate nor `national`.",
        "Name one of the estate's sites, or another estate in the stack's configuration.",
    ),
    "XLS-001": Meaning(
        "The workbook is damaged, encrypted, or made to unfold without measure.",
        "Save the sheet as CSV and take that.",
    ),
    "XLS-002": Meaning(
        "A cell holds an error, or a formula that no spreadsheet has worked out.", "Write the value."
    ),
}
"""By code."""
