"""What the codes of Open-PSA files mean; those of an estate itself are in `specs.issue_codes`."""

from collections.abc import Mapping
from typing import Final

from specs.issue_codes import Meaning

MODEL_CODES: Final[Mapping[str, Meaning]] = {
    "PSA-001": Meaning("The file is no XML.", "Save the model again as Open-PSA XML."),
    "PSA-002": Meaning(
        "The file declares a document type or entities, which could read other files or grow without bound.",
        "Delete the `<!DOCTYPE …>` at its top.",
    ),
    "PSA-003": Meaning(
        "The file, its nesting or a common-cause group is larger than is read.",
        "Split it; define gates of their own and name them.",
    ),
    "PSA-004": Meaning(
        "An element that does not belong there, or a file that defines no gate.",
        "Correct it; an Open-PSA model begins with `<opsa-mef>`.",
    ),
    "PSA-005": Meaning("A definition without a name, or with that of another.", "Rename it."),
    "PSA-006": Meaning("A name that is defined nowhere, or as something else.", "Correct it, or define it."),
    "PSA-007": Meaning(
        "A formula or expression with too few, too many or impossible arguments.", "See the message."
    ),
    "PSA-008": Meaning("An expression that gives no single value.", "Write its value as `<float value=…/>`."),
    "PSA-009": Meaning("A number that is none, has no value, or is no probability.", "Correct it."),
    "PSA-010": Meaning(
        "The mission time is needed, which no fault tree gives.", "Give it with `--mission-time`."
    ),
    "PSA-011": Meaning(
        "Something that would change the figures and is not read: substitutions, other files.",
        "Delete it, or put its content in its place.",
    ),
    "PSA-012": Meaning("A common-cause group that cannot be.", "Correct its members or factors."),
    "PSA-013": Meaning("Gates or parameters that are defined by one another.", "Break the circle."),
}
"""Every code, in the order in which reading meets them."""
