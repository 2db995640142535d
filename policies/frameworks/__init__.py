"""The control frameworks that rules bear on: their names, and how rules name controls; no text of theirs.

`catalogue` holds the controls of each, `evidence` what a judged estate shows of them.
"""

from dataclasses import dataclass

from policies.rule import Reference
from specs.sentences import Sentence, say


@dataclass(frozen=True)
class Framework:
    """A published list of controls."""

    key: str
    title: str
    publisher: str
    remark: Sentence
    """What a verdict of ours does not say about it."""


_EVIDENCE = say(
    "A verdict is technical evidence for a part of each control named; it never says that one is met."
)

FRAMEWORKS: dict[str, Framework] = {
    framework.key: framework
    for framework in (
        Framework("nist-800-53", "SP 800-53 revision 5", "NIST", _EVIDENCE),
        Framework("nist-csf", "Cybersecurity Framework 2.0", "NIST", _EVIDENCE),
        Framework("iso-27001", "ISO/IEC 27001:2022, Annex A", "ISO", _EVIDENCE),
        Framework("iso-22301", "ISO 22301:2019", "ISO", _EVIDENCE),
        Framework("cis", "CIS Controls version 8", "CIS", _EVIDENCE),
        Framework(
            "availability-classes",
            "Availability classes of data centres",
            "Thabat, after EN 50600, ANSI/TIA-942 and Uptime's tiers",
            say(
                "Criteria of our own for what these standards have in common. A verdict is technical "
                "evidence for a part of each; it never says that a class, rating or tier is reached."
            ),
        ),
    )
}
"""By key."""


def nist(*controls: str) -> Reference:
    """Controls of NIST SP 800-53 r5."""
    return Reference("nist-800-53", controls)


def csf(*controls: str) -> Reference:
    """Subcategories of NIST CSF 2.0."""
    return Reference("nist-csf", controls)


def iso27001(*controls: str) -> Reference:
    """Annex A controls of ISO/IEC 27001:2022."""
    return Reference("iso-27001", controls)


def iso22301(*clauses: str) -> Reference:
    """Clauses of ISO 22301:2019."""
    return Reference("iso-22301", clauses)


def cis(*safeguards: str) -> Reference:
    """Safeguards of the CIS Controls v8."""
    return Reference("cis", safeguards)
