"""Ids, times and words as OSCAL takes them: nothing random, no clock, and no markup from a spec."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from policies.frameworks.catalogue import Control
from policies.oscal.metadata import Property
from policies.outputs.exported import Exported
from policies.outputs.markdown import escaped
from policies.wording import shown
from specs.header import Header

NAMESPACE: Final = "urn:thabat:oscal"
"""Of properties, parts and measures that are Thabat's own."""

NOT_YET: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for a document's own id until the rest of it is written."""

_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)
_YEARS = (date(1900, 1, 1), date(2999, 12, 31))
"""Days that OSCAL can write (DateTimeWithTimezoneDatatype)."""


@dataclass(frozen=True)
class Ids:
    """Ids of version 5 (RFC 9562, section 5.5): the SHA-1 of a namespace and a name."""

    estate: UUID
    """Of the estate, whichever its version: by owner and title."""
    judgement: UUID
    """Of this judgement: by digest of the specs, phase, day and version of Thabat."""

    def lasting(self, *name: str) -> str:
        """Id of something that has the same one in every document about the estate."""
        return str(uuid5(self.estate, _joined(name)))

    def judged(self, *name: str) -> str:
        """Id of something that this judgement says."""
        return str(uuid5(self.judgement, _joined(name)))


def ids_of(exported: Exported) -> Ids:
    """The ids of what is said of a judged estate."""
    header: Header = exported.estate.estate
    judgement = exported.judgement
    estate = uuid5(_ROOT, _joined((str(header.owner), str(header.title))))
    facts = (judgement.digest, judgement.phase, judgement.on.isoformat(), exported.origin.tool_version)
    return Ids(estate, uuid5(estate, _joined(facts)))


def _joined(name: tuple[str, ...]) -> str:
    return "\0".join(name).encode("utf-8", "backslashreplace").decode("utf-8")


def control_id(control: Control) -> str:
    """The id of a control as a token: NIST's as its own catalogue in OSCAL has them, others as printed.

    >>> from policies.frameworks.catalogue import control
    >>> control_id(control("nist-800-53", "CP-9(1)")), control_id(control("iso-27001", "A.8.13"))
    ('cp-9.1', 'A.8.13')
    >>> control_id(control("cis", "11.2"))
    'cis-11.2'
    """
    if control.framework == "nist-800-53":
        return control.id.lower().replace("(", ".").replace(")", "")
    return control.id if control.id[:1].isalpha() else f"{control.framework}-{control.id}"


def objective_id(control: Control) -> str:
    """The id of Thabat's own objective in a control: the part of it that rules look at.

    >>> from policies.frameworks.catalogue import control
    >>> objective_id(control("nist-800-53", "CP-9(1)"))
    'cp-9.1_thabat'
    """
    return f"{control_id(control)}_thabat"


def source_of(framework: str) -> str:
    """The name of a framework's catalogue.

    >>> source_of("iso-27001")
    'urn:thabat:framework:iso-27001'
    """
    return f"urn:thabat:framework:{framework}"


def moment(day: date) -> str:
    """The beginning of a day (UTC); of one that OSCAL cannot write, the nearest that it can.

    >>> moment(date(2026, 11, 1)), moment(date(9999, 12, 31))
    ('2026-11-01T00:00:00Z', '2999-12-31T00:00:00Z')
    """
    return f"{min(max(day, _YEARS[0]), _YEARS[1]).isoformat()}T00:00:00Z"


def markup(text: object, most: int = 1200) -> str:
    r"""Text for a field that is Markdown: on one line, shown as it is; a dash where there is none.

    >>> markup("a\n<script> {{ insert: param, x }}")
    'a &lt;script&gt; \\{\\{ insert: param, x \\}\\}'
    """
    return escaped(shown(str(text), most)) or "–"


def line(text: object, most: int = 1200) -> str:
    """Text for a field that is a plain string: on one line; a dash where there is none."""
    return shown(str(text), most).strip() or "–"


def own(name: str, value: object, group: str | None = None) -> Property:
    """A property of Thabat's own."""
    return Property(name=name, ns=NAMESPACE, value=line(value), group=group)


def properties(facts: dict[str, object]) -> tuple[Property, ...] | None:
    """Properties of Thabat's own, those without a value left out; None where none has one."""
    return tuple(own(name, value) for name, value in facts.items() if value not in (None, "", ())) or None
