"""A rule: a pure function from a case to outcomes, under a decorator that says what it asks and why."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specs.findings import Severity, Verdict
from specs.issues import FieldPath
from specs.sentences import NOTHING, Sentence
from specs.units import DimensionName, format_quantity

if TYPE_CHECKING:
    from policies.case import Case

Value = str | int | float | bool

RULE_ID = re.compile(r"[A-Z]{2,4}-\d{3}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Reference:
    """Controls of one framework that the rule gives technical evidence for, and what part of them."""

    framework: str
    """Key of `policies.frameworks.FRAMEWORKS`."""
    controls: tuple[str, ...]
    """Ids as the framework prints them."""


@dataclass(frozen=True)
class Parameter:
    """A figure of a rule that an organisation may set otherwise in its `thresholds`."""

    name: str
    """As written in `thresholds`."""
    default: Value
    """In base units, where it has a dimension."""
    meaning: str
    """What it bounds, in a sentence."""
    source: str
    """Where the default comes from."""
    dimension: DimensionName | None = None
    """What it measures; it is then written with its unit."""

    @property
    def shown(self) -> str:
        """The default as one would write it."""
        if self.dimension is not None and isinstance(self.default, float):
            return format_quantity(self.default, self.dimension)
        return str(self.default).lower() if isinstance(self.default, bool) else str(self.default)


@dataclass(frozen=True)
class Outcome:
    """What a rule says of one element; judging turns it into a finding with its places."""

    verdict: Verdict
    element: str
    """`collection/id` of what was judged."""
    message: Sentence
    """What was found, with its figures."""
    mending: Sentence = NOTHING
    """How to mend it, or what to declare, here."""
    looked_at: tuple[FieldPath, ...] = ()
    """Facts that it rests on, the most telling first; the finding points at the first."""
    cause: str = ""
    """`collection/id` of what has to be mended; empty: the element itself."""
    aspect: str = ""
    """Which of several things about the element was judged."""
    severity: Severity | None = None
    """Where it matters otherwise than the rule says; None: as the rule says."""


Check = Callable[["Case"], Iterable[Outcome]]


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    """Stable, by topic (`PWR-001`); never reused."""
    slug: str
    """Name for people (`dual-feed`)."""
    severity: Severity
    title: str
    """What must hold, in a line."""
    rationale: str
    """Why: what happens where it does not."""
    remediation: str
    """How it is mended in general."""
    references: tuple[Reference, ...]
    check: Check
    parameters: tuple[Parameter, ...] = ()
    scope: str = ""
    """Which elements it judges."""
    unknown_when: str = ""
    """Which undeclared facts make it unknown."""
    bad: str = ""
    """YAML that it finds."""
    good: str = ""
    """The same, mended."""
    never_waived: str = ""
    """Why nobody may bear what it finds; empty where somebody may, for a while."""

    @property
    def waivable(self) -> bool:
        """Whether what it finds may be borne by a waiver."""
        return not self.never_waived

    @property
    def topic(self) -> str:
        """The letters before the number."""
        return self.id.partition("-")[0]

    @property
    def mandatory(self) -> bool:
        """Whether a failure or an unknown of it stops a plan."""
        return self.severity.mandatory


def rule(
    id: str,
    slug: str,
    *,
    severity: Severity,
    title: str,
    rationale: str,
    remediation: str,
    references: tuple[Reference, ...],
    parameters: tuple[Parameter, ...] = (),
    scope: str = "",
    unknown_when: str = "",
    bad: str = "",
    good: str = "",
    never_waived: str = "",
) -> Callable[[Check], Rule]:
    """Make a rule of the function below; it must still be named in `policies.rules.RULES`."""
    if not RULE_ID.fullmatch(id) or not SLUG.fullmatch(slug):
        raise ValueError(f"{id}-{slug} is no rule id such as PWR-001-dual-feed")

    def made(check: Check) -> Rule:
        return Rule(
            id,
            slug,
            severity,
            title,
            rationale,
            remediation,
            references,
            check,
            parameters,
            scope,
            unknown_when,
            bad,
            good,
            never_waived,
        )

    return made


def passes(element: str, message: Sentence, *looked_at: FieldPath, aspect: str = "") -> Outcome:
    """It holds."""
    return Outcome(Verdict.PASS, element, message, looked_at=looked_at, aspect=aspect)


def fails(
    element: str,
    message: Sentence,
    mending: Sentence,
    *looked_at: FieldPath,
    cause: str = "",
    aspect: str = "",
    severity: Severity | None = None,
) -> Outcome:
    """It does not hold."""
    return Outcome(Verdict.FAIL, element, message, mending, looked_at, cause, aspect, severity)


def unknown(
    element: str,
    message: Sentence,
    mending: Sentence,
    *looked_at: FieldPath,
    cause: str = "",
    aspect: str = "",
) -> Outcome:
    """A fact that decides it is not declared; `mending` says which to declare."""
    return Outcome(Verdict.UNKNOWN, element, message, mending, looked_at, cause, aspect)
