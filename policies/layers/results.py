"""What judging the layers gives, as frozen values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from policies.rule import Parameter
from specs.findings import Judgement, Severity
from specs.issues import Location
from specs.observed import Look
from specs.sentences import NOTHING, Sentence
from specs.units import DAY


class Layer(StrEnum):
    """What an estate is looked at as."""

    DECLARED = "declared"
    """As the spec says."""
    PLANNED = "planned"
    """As a plan would make it."""
    OBSERVED = "observed"
    """As somebody saw it."""


class Standing(StrEnum):
    """How one rule stands on one element in one layer."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """A fact that decides it is not declared, not planned yet, or was looked at by nobody."""
    WAIVED = "waived"
    DECLARED_ONLY = "declared-only"
    """It rests on facts that no look can confirm: what is declared stands, and nothing was observed of it."""
    NOT_JUDGED = "not-judged"
    """The rule does not look at the element in this layer."""


OLDEST_LOOK: Final = Parameter(
    "oldest_look",
    183 * DAY,
    "Age from which what was seen counts as unknown again.",
    "CIS Controls v8, safeguard 1.1: review and update the inventory of all assets twice a year or more "
    "often",
    "duration",
)
"""How long a look counts, where nobody says otherwise."""


@dataclass(frozen=True)
class Cell:
    """One rule on one element in one layer."""

    layer: Layer
    standing: Standing
    said: Sentence = NOTHING
    """What the rule found there; nothing where it did not judge."""
    reason: Sentence = NOTHING
    """Why it stands so, where the layer and not the rule decides it."""


@dataclass(frozen=True)
class FactAcross:
    """One fact in each layer, where layers differ on it or nobody has looked."""

    fact: str
    """As people read it: `devices/srv-01 feeds`."""
    declared: str
    """Value, short; `undeclared` where nothing stands there."""
    declared_at: Location | None
    planned: str | None = None
    """None where the planned layer was not asked for."""
    planned_by: str = ""
    """URN of the planned resource."""
    observed: str | None = None
    """None where nobody has looked, what was seen is too old, or the layer was not asked for."""
    observed_by: Look | None = None
    """The look that saw it, or that last had a word on its element."""


@dataclass(frozen=True)
class Row:
    """One rule on one element, side by side."""

    rule: str
    slug: str
    title: str
    severity: Severity
    element: str
    aspect: str
    cells: tuple[Cell, ...]
    """One a layer, in the order of the layers."""
    facts: tuple[FactAcross, ...]
    """What the layers differ in, of what the verdicts rest on."""
    mending: Sentence = NOTHING
    """How to mend it where it fails, or what to declare."""
    location: Location | None = None
    """Where to look first in the spec."""

    @property
    def key(self) -> str:
        """Rule, element and aspect: the same from run to run."""
        return "/".join(part for part in (self.rule, self.element, self.aspect) if part)

    def at(self, layer: Layer) -> Cell | None:
        """The cell of that layer; None where it was not asked for."""
        return next((cell for cell in self.cells if cell.layer is layer), None)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """One a layer."""
        return tuple(cell.standing for cell in self.cells)

    @property
    def contradicts(self) -> bool:
        """Whether it is decided otherwise in one layer than in another."""
        settled = {Standing.PASS, Standing.FAIL, Standing.WAIVED, Standing.NOT_JUDGED}
        return len(settled.intersection(self.standings)) > 1

    @property
    def order(self) -> tuple[int, int, str, str, str]:
        """Contradictions first, then failures, then unknowns, the rest last; the gravest first."""
        found = set(self.standings)
        place = (
            0 if self.contradicts else 1 if Standing.FAIL in found else 2 if Standing.UNKNOWN in found else 3
        )
        return place, self.severity.rank, self.rule, self.element, self.aspect


@dataclass(frozen=True)
class Seat:
    """How one layer came about."""

    layer: Layer
    source: Sentence
    """What it was made from."""
    judgement: Judgement | None
    """All rules on it; None where it cannot be judged."""
    refused: tuple[str, ...] = ()
    """Why it cannot be judged, or what of it could not be taken as it stands."""


@dataclass(frozen=True)
class SideBySide:
    """One estate in its layers."""

    title: str
    classification: str
    version: str
    digest: str
    phase: str
    on: date
    """Day as at which rules judged."""
    looked_on: date
    """Day as at which the age of looks is told."""
    oldest_days: float
    """Age from which a look no longer counts, in days."""
    seats: tuple[Seat, ...]
    rows: tuple[Row, ...]
    """In the order of `Row.order`."""
    unexpected: tuple[tuple[str, Look], ...] = ()
    """What was seen and nobody declared, with its look: no rule judges it."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those that were asked for."""
        return tuple(seat.layer for seat in self.seats)

    def count(self, layer: Layer, standing: Standing) -> int:
        """Rows that stand so in that layer."""
        return sum((cell := row.at(layer)) is not None and cell.standing is standing for row in self.rows)
