"""What each issue code means, and how to mend it; a code is stable and never given to another fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Meaning:
    """One kind of fault."""

    means: str
    """What is wrong."""
    mending: str
    """What to do about it."""


CODES: Final[Mapping[str, Meaning]] = {
    "FILE-001": Meaning(
        "A file or folder that is named is not there, cannot be read, or lies where none may be named.",
        "Correct the path. A device type lies within the estate's folder and ends in .yaml or .yml.",
    ),
    "FILE-002": Meaning(
        "A link that leads out of the estate's folder, a linked folder, or what is no regular file.",
        "Put the file itself into the folder. Pipes, sockets and devices are never opened.",
    ),
    "FILE-003": Meaning(
        "More than is read: a file, the whole folder, or the values in a file exceed a limit.",
        "Split the file, and use ranges (`srv-[01-20]`) for rows of equal elements.",
    ),
    "FILE-004": Meaning("The file is not UTF-8 text.", "Save it as UTF-8."),
    "FILE-005": Meaning("The file holds a character that YAML does not allow.", "Delete the character."),
    "FILE-006": Meaning(
        "The folder holds no YAML file.", "Name the estate's own folder, or write one with `thabat init`."
    ),
    "FILE-007": Meaning(
        "The file is YAML, but not what belongs there: no mapping of collections, or no device type.",
        "Begin an estate's file with a collection's name (`sites:`).",
    ),
    "YAML-001": Meaning(
        "The text is not YAML.",
        "Check indentation, quotes and brackets at the place shown and just above it.",
    ),
    "YAML-002": Meaning("A tab stands where YAML wants spaces.", "Indent with spaces."),
    "YAML-003": Meaning(
        "Values lie too deep within each other.", "No estate needs that depth: flatten them."
    ),
    "YAML-004": Meaning(
        "An anchor or an alias; they are not read, because a small file of them can grow without bound.",
        "Write the value out, or use a range in the key.",
    ),
    "YAML-005": Meaning("A second document in one file.", "Give it a file of its own."),
    "YAML-006": Meaning("A tag, which could mean anything.", "Delete it."),
    "YAML-007": Meaning(
        "A number that nothing can be: infinite, not a number, or absurdly long.", "Write a plain number."
    ),
    "YAML-008": Meaning("A list or a mapping stands as a key.", "Write keys as text."),
    "TEXT-001": Meaning(
        "Text with a character that steers a terminal or turns the direction of text.",
        "Delete it. Arabic needs none of them; marks and isolates (U+200F, U+2067) are allowed in names.",
    ),
    "KEY-001": Meaning("A key that the format does not know.", "Correct its spelling, or delete it."),
    "KEY-002": Meaning("A key that must be there is missing.", "Add it."),
    "KEY-003": Meaning("A key stands twice in one mapping.", "Keep one of the two."),
    "KEY-004": Meaning(
        "Two declarations under one name, or one value given in two files.",
        "Rename or delete one of them; both places are shown.",
    ),
    "KEY-005": Meaning(
        "A name that no element, phase or step can have.",
        "Use letters A-Z, digits and . _ - (at most 100). Names for people, in any language, go into `name`.",
    ),
    "RANGE-001": Meaning(
        "A range that counts nothing, or too much.",
        "Write it as [01-20], [a-c] or [3,5,7]; in YAML brackets quote the text that holds it.",
    ),
    "RANGE-002": Meaning(
        "A range in the body of an element that fits none of those in its key.",
        "Give it as many members as a range of the key, and write it identically where several have as many.",
    ),
    "AMEND-001": Meaning(
        "The estate to be amended is not there.", "Name a folder beside this one, or a bundled estate."
    ),
    "AMEND-002": Meaning("Estates amend each other in a circle.", "Let one of them stand by itself."),
    "AMEND-003": Meaning(
        "Something is removed (null) that the amended estate does not have.",
        "Correct the name, or delete the line.",
    ),
    "VAL-001": Meaning("A value of the wrong kind: a list for text, a number for text.", "See the hint."),
    "VAL-002": Meaning("A word that is none of those that may stand there.", "Choose one of them."),
    "VAL-003": Meaning(
        "A quantity that is none: without its unit, in a wrong unit, negative, more than the whole.",
        "Write the number with its unit, as in 12 kW.",
    ),
    "VAL-004": Meaning("A value, or several together, that cannot be.", "See the message."),
    "REF-001": Meaning(
        "A name that is declared nowhere in the collection that is meant.",
        "Correct it, or declare the element.",
    ),
    "REF-002": Meaning(
        "A name that must say its collection does not, or names a collection that there is not.",
        "Write it as collection/id, as in sites/primary.",
    ),
    "REF-003": Meaning("An element names itself.", "Name another, or leave it out."),
    "PHASE-001": Meaning(
        "A phase or step that the plan does not have.",
        "Correct it, or declare it under `estate: phases:`; a step is written phase/step.",
    ),
    "PHASE-002": Meaning("An element leaves before it enters.", "Let it leave in a later phase or step."),
    "PHASE-003": Meaning(
        "Phases in no order of time, or a date that contradicts them.",
        "Put the phases in order of their end.",
    ),
    "PHASE-004": Meaning(
        "Something happened to an element before the phase in which it enters.",
        "Correct the date or the phase.",
    ),
    "PHASE-005": Meaning(
        "An element is in service at a moment at which something that it cannot do without is not.",
        "Let both enter and leave together, or give other values under `changes`.",
    ),
    "PHASE-006": Meaning(
        "A change at a moment at which the element is not in service, or before the first phase.",
        "Change it in a phase or step between entering and leaving.",
    ),
    "PHASE-007": Meaning(
        "At some moment too few of a list are in service: alternatives of a need, or nodes of a platform.",
        "List others, or let the element enter later.",
    ),
    "RACK-001": Meaning("A device stands higher than its rack is.", "Place it lower, or correct `units`."),
    "RACK-002": Meaning(
        "Two devices take the same rack units on the same side; a full-depth device takes both sides.",
        "Move one.",
    ),
    "RACK-003": Meaning("What stands in a rack weighs more than it bears.", "Move devices to another rack."),
    "RACK-004": Meaning(
        "What stands in a rack takes more power than its limit.", "Move devices, or correct the limit."
    ),
    "RACK-005": Meaning("A device is deeper than its rack.", "Choose a deeper rack."),
    "RACK-006": Meaning(
        "A position is given to a device that takes no rack units.", "Leave the position out."
    ),
    "RACK-007": Meaning("Two racks stand at one place of a row.", "Give one of them another place."),
    "PORT-001": Meaning(
        "A port that the device type does not list.", "Use a name of the device type; mind its spelling."
    ),
    "PORT-002": Meaning("A port is used twice.", "Choose a free one."),
    "PORT-003": Meaning(
        "A device has more power cords than its model has supplies.",
        "Leave feeds out, or say `power_supplies` of the model where they are fitted in bays.",
    ),
    "POWER-001": Meaning(
        "What is plugged into a power element takes more than it carries, with every cord live.",
        "Plug some of it in elsewhere, or correct the rating.",
    ),
    "ADDRESS-001": Meaning("An address stands twice in one routing table.", "Give one of the two another."),
    "ADDRESS-002": Meaning(
        "An address outside the prefix of its network.", "Correct the address or the network."
    ),
    "ADDRESS-003": Meaning(
        "Two prefixes of one routing table overlap.", "Give one another prefix, or a `vrf` of its own."
    ),
    "ADDRESS-004": Meaning(
        "A device has the network's own or the broadcast address.", "Choose an address between the two."
    ),
    "LOOP-001": Meaning(
        "Power that is closed at the same time runs in a circle.",
        "Break it, or mark a tie `normally: open`: open ties are no loop.",
    ),
    "LOOP-002": Meaning("Recovery steps wait for each other.", "Break the circle in `after`."),
    "LOOP-003": Meaning("Access zones lie within each other.", "Leave out one `within`."),
    "STEP-001": Meaning(
        "A recovery step waits for a step that the service does not have.", "Correct the name."
    ),
    "PLACE-001": Meaning(
        "Two statements of where something stands contradict each other.", "Correct whichever is wrong."
    ),
    "PLACE-002": Meaning(
        "Something is at a site at which its platform does not stand.",
        "Name a platform and a site that agree; a platform stands where its nodes do, else at its `sites`.",
    ),
    "COUNT-001": Meaning("More are needed than there are.", "Correct one of the two numbers."),
    "COUNT-002": Meaning("Two figures of one element contradict each other.", "Correct one of them."),
    "COUNT-003": Meaning("A node is listed twice.", "List it once."),
    "COPY-001": Meaning("A replication copies onto what it copies from.", "Name another platform or site."),
    "COPY-002": Meaning(
        "A replication copies from a platform at which the data never is.",
        "Copy from the dataset's home, or from another replica of it.",
    ),
}
"""Every code, in the order in which loading meets them."""
