"""Two estates held against each other: what changed, what it gained and lost, and by which lines."""

from dataclasses import dataclass
from functools import cached_property

from policies.changes.elements import ElementChange, element_changes
from policies.changes.figures import FigureChange, figure_changes
from policies.changes.findings import FindingChange, finding_changes
from policies.changes.points import PointChange, point_changes
from policies.changes.responsible import Responsible
from policies.rule import Rule
from resilience.analysis import Analysis
from resilience.headroom import Cost, Headroom
from resilience.proof_summary import Answer
from specs.findings import Judgement, Severity
from specs.loading import Loaded
from specs.model import Estate


@dataclass(frozen=True)
class Side:
    """One of the two estates, with all that is known of it."""

    named: str
    """As it was asked for: a folder, a bundled estate, or a git revision and a folder."""
    loaded: Loaded
    phase: str
    rules: tuple[Rule, ...]
    """What it was judged by."""
    judgement: Judgement
    analysis: Analysis
    answers: tuple[Answer, ...]
    """What the proofs that were asked for say."""
    headrooms: tuple[Headroom, ...]
    costs: tuple[Cost, ...]

    @property
    def estate(self) -> Estate:
        """As of its phase."""
        return self.analysis.estate


@dataclass(frozen=True)
class Comparison:
    """What a change does."""

    before: Side
    after: Side
    elements: tuple[ElementChange, ...]
    """In the order of the format."""
    findings: tuple[FindingChange, ...]
    """What came first, gravest first."""
    points: tuple[PointChange, ...]
    """Single points of failure, what came first; by service and event."""
    figures: tuple[FigureChange, ...]
    """By service, then question."""

    @cached_property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not (self.elements or self.findings or self.points or self.figures)

    def against(self, least: Severity) -> tuple[str, ...]:
        """What speaks against the change, in words' keys: findings of that severity that came or hid, single
        points that came, objectives that are no longer met."""
        return (
            *(one.key for one in self.findings if one.speaks_against and one.severity.at_least(least)),
            *(f"{one.service} {one.event}" for one in self.points if one.gained and one.vital),
            *(f"{one.service} {one.question}" for one in self.figures if one.broken),
        )


def compared(before: Side, after: Side) -> Comparison:
    """The change from the one to the other."""
    elements = element_changes(before.loaded, after.loaded)
    responsible = Responsible(before, after, elements)
    return Comparison(
        before,
        after,
        elements,
        finding_changes(responsible),
        point_changes(responsible),
        figure_changes(responsible),
    )
