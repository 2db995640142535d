"""What judging an estate finds: verdicts, severities, evidence, findings, and the judgement of them all."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from specs.issues import FieldPath, Location
from specs.sentences import Sentence

LONGEST_MESSAGE = 1200
"""Characters; whatever is longer is cut, so that no hostile name can flood a page."""


class Verdict(StrEnum):
    """What became of one rule on one element. Unknown is never pass."""

    PASS = "pass"
    """What is declared shows that it holds."""
    FAIL = "fail"
    """What is declared shows that it does not hold."""
    UNKNOWN = "unknown"
    """A fact that decides it is not declared."""
    WAIVED = "waived"
    """It does not hold, or is unknown, and somebody bears that for a while."""

    @property
    def is_open(self) -> bool:
        """Whether it is a failure or an unknown that nobody bears."""
        return self in (Verdict.FAIL, Verdict.UNKNOWN)


class Severity(StrEnum):
    """How much a failure matters; critical and high are mandatory: they stop a plan."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)

    @property
    def mandatory(self) -> bool:
        """Whether a failure of it stops a plan."""
        return self in (Severity.CRITICAL, Severity.HIGH)

    def at_least(self, other: "Severity") -> bool:
        """Whether it is as grave as the other, or graver.

        >>> Severity.CRITICAL.at_least(Severity.HIGH), Severity.LOW.at_least(Severity.HIGH)
        (True, False)
        """
        return self.rank <= other.rank


@dataclass(frozen=True)
class Evidence:
    """A fact that a verdict rests on."""

    path: FieldPath
    """Where it stands in the estate: collection, id, then field by field."""
    location: Location | None
    """Where it is written; for a field left out, where its element is. None where no file holds it."""
    value: str
    """What stands there, short; `undeclared` where nothing does."""

    @property
    def field(self) -> str:
        """The path as people read it.

        >>> Evidence(("devices", "sw-01", "feeds", 0), None, "pdu-a").field
        'devices/sw-01 feeds[0]'
        """
        within = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path[2:])
        return " ".join(part for part in ("/".join(map(str, self.path[:2])), within.lstrip(".")) if part)


@dataclass(frozen=True)
class Finding:
    """The verdict of one rule on one element."""

    rule: str
    """Stable id of the rule (`PWR-001`)."""
    slug: str
    """Its name for people (`dual-feed`)."""
    title: str
    """What the rule asks, in a line."""
    severity: Severity
    """How much it matters here."""
    verdict: Verdict
    """What became of it."""
    element: str
    """`collection/id` of what was judged."""
    aspect: str
    """Which of several things about the element was judged (a scenario, say); empty where there is one."""
    said: Sentence
    """What was found, with its figures."""
    cure: Sentence
    """How to mend it, or what to declare, here; empty for a pass."""
    cause: str
    """`collection/id` of what has to be mended; findings of several rules share one."""
    location: Location | None
    """Where to look first."""
    evidence: tuple[Evidence, ...]
    """Facts that it rests on, the most telling first."""
    waiver: str = ""
    """Id of the waiver that bears it, or of one that has expired; empty where there is none."""
    known: bool = False
    """Whether a baseline already has it, no less grave: it is shown, and fails no check."""

    @property
    def message(self) -> str:
        """What was found, in English."""
        return _cut(str(self.said))

    @property
    def mending(self) -> str:
        """How to mend it, in English."""
        return _cut(str(self.cure))

    @property
    def key(self) -> str:
        """What it is recognised by from run to run: rule, element and aspect, never a line."""
        return "/".join(part for part in (self.rule, self.element, self.aspect) if part)

    @property
    def stops(self) -> bool:
        """Whether it stops a plan: a failure or an unknown of a mandatory rule."""
        return self.severity.mandatory and self.verdict.is_open


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


@dataclass(frozen=True)
class RootCause:
    """Findings that one mending takes away."""

    element: str
    """`collection/id` of what has to be mended."""
    label: str
    """What people call it."""
    severity: Severity
    """The gravest of its findings."""
    location: Location | None
    """Where it is declared."""
    findings: tuple[Finding, ...]
    """Gravest first."""


@dataclass(frozen=True)
class Coverage:
    """How one rule came out over all that it judged."""

    rule: str
    passed: int
    failed: int
    unknown: int
    waived: int

    @property
    def judged(self) -> int:
        """Elements (or aspects of them) that it judged."""
        return self.passed + self.failed + self.unknown + self.waived


@dataclass(frozen=True)
class Judgement:
    """All rules on one estate, as of one phase and one day."""

    title: str
    """Title of the estate."""
    classification: str
    """Marking of every output."""
    version: str
    """Version of the estate's description."""
    digest: str
    """Of the spec's files: `sha256:…`."""
    phase: str
    """Phase (or step) as of which it was judged."""
    on: date
    """Day as at which dates were judged."""
    outcomes: tuple[Finding, ...]
    """Every outcome, passes too; by rule, element and aspect."""
    coverage: tuple[Coverage, ...]
    """By rule, every rule of the catalogue."""
    causes: tuple[RootCause, ...]
    """Failures and unknowns by root cause, gravest first."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is no pass, waived ones too; gravest first."""
        return tuple(sorted((f for f in self.outcomes if f.verdict is not Verdict.PASS), key=by_gravity))

    def having(self, verdict: Verdict) -> tuple[Finding, ...]:
        """The outcomes of that verdict."""
        return tuple(finding for finding in self.outcomes if finding.verdict is verdict)


def by_gravity(finding: Finding) -> tuple[int, int, str, str, str]:
    """Sort key: failures before unknowns before waived, the gravest first, then rule, element and aspect."""
    verdicts = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WAIVED, Verdict.PASS)
    return (
        verdicts.index(finding.verdict),
        finding.severity.rank,
        finding.rule,
        finding.element,
        finding.aspect,
    )
