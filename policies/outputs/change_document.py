"""A change and what it does as JSON in a published, versioned form.

`python -m policies.outputs.change_document docs/reference/diff.schema.json` publishes the form.
"""

from datetime import date
from typing import Any, Final, Literal

from policies.changes.comparison import Comparison, Side
from policies.changes.elements import ElementChange, Line
from policies.changes.figures import Figure, FigureChange, Unit
from policies.changes.findings import FindingChange, Happened
from policies.changes.points import PointChange
from policies.published import Form, Place, ToolForm, publish, schema_of
from resilience.results import Tri
from specs.findings import Finding, Severity, Verdict

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""


class SideForm(Form):
    """One of the two estates."""

    named: str
    """As it was asked for."""
    title: str
    classification: str
    """Marking of this output: the stricter of the two marks it."""
    version: str
    digest: str
    """Of its files."""
    phase: str
    judged_on: date


class LineForm(Form):
    """A changed fact, and its lines."""

    fact: str
    """`collection/id field`."""
    before: str
    """Short; `undeclared` where nothing stood."""
    after: str
    before_at: Place | None
    after_at: Place | None


class ElementForm(Form):
    """An element that came, went or says otherwise."""

    element: str
    kind: Literal["added", "removed", "changed"]
    name: str
    """What people call it."""
    before_at: Place | None
    after_at: Place | None
    fields: tuple[LineForm, ...]


class VerdictForm(Form):
    """What a rule said of it."""

    verdict: Verdict
    severity: Severity
    message: str
    mending: str
    waiver: str
    """Id of the waiver that bears it; empty where there is none."""


class FindingForm(Form):
    """An outcome of a rule that is not as it was."""

    key: str
    """Rule, element and aspect."""
    rule: str
    element: str
    happened: Happened
    """`came`, `went` (mended), `turned` (fails, was unknown, or the other way), `waived`, `unwaived`,
    `unjudged` (its element is there and its rule looks at it no more), `judged` (it does now, and passes),
    `gone` (with its element)."""
    speaks_against: bool
    """Whether the change is the worse for it."""
    before: VerdictForm | None
    after: VerdictForm | None
    lines: tuple[LineForm, ...]
    """Changed lines that it comes from."""


class PointForm(Form):
    """A single point of failure that came or went."""

    service: str
    event: str
    gained: bool
    vital: bool
    """Whether the service owes to bear it."""
    chain: tuple[str, ...]
    lines: tuple[LineForm, ...]


class FigureForm(Form):
    """What was known of a figure."""

    holds: Tri | None
    """Whether what is owed is met; null where nothing is."""
    figure: float | None
    target: float | None
    because: tuple[str, ...]


class FigureChangeForm(Form):
    """A figure of a service that moved."""

    service: str
    question: str
    unit: Unit
    better: bool | None
    """null: that cannot be told."""
    broken: bool
    """Whether what is owed is no longer known to be met, or less is owed."""
    before: FigureForm | None
    after: FigureForm | None
    lines: tuple[LineForm, ...]


class Document(Form):
    """What `thabat diff -o json` writes."""

    format_version: str
    tool: ToolForm
    before: SideForm
    after: SideForm
    empty: bool
    """Whether the two say the same."""
    elements: tuple[ElementForm, ...]
    findings: tuple[FindingForm, ...]
    single_points: tuple[PointForm, ...]
    figures: tuple[FigureChangeForm, ...]
    """Seconds, shares of one, counts, or whole units of a currency."""


def document(comparison: Comparison, tool_version: str) -> Document:
    """The change in its published form."""
    return Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm.thabat(tool_version),
        before=_side(comparison.before),
        after=_side(comparison.after),
        empty=comparison.empty,
        elements=tuple(map(_element, comparison.elements)),
        findings=tuple(map(_finding, comparison.findings)),
        single_points=tuple(map(_point, comparison.points)),
        figures=tuple(map(_figure_change, comparison.figures)),
    )


def as_json(comparison: Comparison, tool_version: str) -> str:
    """The change as JSON text."""
    return document(comparison, tool_version).model_dump_json(indent=2) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


def _side(side: Side) -> SideForm:
    judgement = side.judgement
    return SideForm(
        named=side.named,
        title=judgement.title,
        classification=judgement.classification,
        version=judgement.version,
        digest=judgement.digest,
        phase=judgement.phase,
        judged_on=judgement.on,
    )


def _line(line: Line) -> LineForm:
    return LineForm(
        fact=line.fact,
        before=line.before,
        after=line.after,
        before_at=Place.of(line.before_at),
        after_at=Place.of(line.after_at),
    )


def _element(change: ElementChange) -> ElementForm:
    return ElementForm(
        element=change.element,
        kind=change.kind,
        name=change.label,
        before_at=Place.of(change.before_at),
        after_at=Place.of(change.after_at),
        fields=tuple(map(_line, change.lines)),
    )


def _finding(change: FindingChange) -> FindingForm:
    return FindingForm(
        key=change.key,
        rule=change.told.rule,
        element=change.told.element,
        happened=change.happened,
        speaks_against=change.speaks_against,
        before=_verdict(change.before),
        after=_verdict(change.after),
        lines=tuple(map(_line, change.lines)),
    )


def _verdict(finding: Finding | None) -> VerdictForm | None:
    if finding is None:
        return None
    return VerdictForm(
        verdict=finding.verdict,
        severity=finding.severity,
        message=finding.message,
        mending=finding.mending,
        waiver=finding.waiver,
    )


def _point(change: PointChange) -> PointForm:
    return PointForm(
        service=change.service,
        event=change.event,
        gained=change.gained,
        vital=change.vital,
        chain=change.chain,
        lines=tuple(map(_line, change.lines)),
    )


def _figure_change(change: FigureChange) -> FigureChangeForm:
    return FigureChangeForm(
        service=change.service,
        question=change.question,
        unit=change.unit,
        better=change.better,
        broken=change.broken,
        before=_figure(change.before),
        after=_figure(change.after),
        lines=tuple(map(_line, change.lines)),
    )


def _figure(figure: Figure | None) -> FigureForm | None:
    if figure is None:
        return None
    return FigureForm(holds=figure.holds, figure=figure.figure, target=figure.target, because=figure.because)


if __name__ == "__main__":
    publish(schema())
