"""The layers of an estate as JSON in a published, versioned form.

`python -m policies.outputs.layers_document docs/reference/layers.schema.json` publishes the form.
"""

import json
from datetime import date
from typing import Any, Final

from policies.layers.results import FactAcross, Layer, Row, SideBySide, Standing
from policies.outputs.origin import Origin
from policies.published import EstateForm, Form, Place, ToolForm, publish, schema_of
from policies.wording import shown
from specs.findings import Severity
from specs.issues import Location
from specs.observed import Look

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""


class LookForm(Form):
    """A dated look at the estate."""

    on: date
    source: str
    """Stocktake, export or probe."""
    who: str


class CellForm(Form):
    """A rule on an element in one layer."""

    layer: Layer
    standing: Standing
    """`declared-only`: no look can confirm what it rests on; `not-judged`: the rule does not look here."""
    message: str
    """What the rule found; empty where it did not judge."""
    reason: str
    """Why it stands so, where the layer and not the rule decides; empty otherwise."""


class FactForm(Form):
    """A fact in which the layers differ."""

    fact: str
    declared: str
    declared_at: Place | None
    planned: str | None
    """Null where that layer does not have it."""
    planned_by: str
    """The planned resource, or empty."""
    observed: str | None
    """Null where nobody saw it, or too long ago."""
    observed_by: LookForm | None


class RowForm(Form):
    """A rule on an element, layer by layer."""

    key: str
    """Rule, element and aspect: the same from run to run."""
    rule: str
    severity: Severity
    element: str
    """`collection/id`."""
    aspect: str
    disagree: bool
    """Whether it is decided otherwise in one layer than in another."""
    layers: tuple[CellForm, ...]
    facts: tuple[FactForm, ...]
    mending: str
    place: Place | None
    """Where to look first in the spec."""


class LayerForm(Form):
    """A layer as a whole."""

    layer: Layer
    source: str
    """What it was made from."""
    judged: bool
    """Whether it could be judged at all."""
    refused: tuple[str, ...]
    """What of it could not be taken as it stands."""
    counts: dict[Standing, int]
    """Rows by how they stand."""


class UnexpectedForm(Form):
    """Something that was seen and that nobody declared."""

    element: str
    seen_by: LookForm


class Document(Form):
    """What `thabat layers -o json` writes."""

    format_version: str
    tool: ToolForm
    estate: EstateForm
    judged_on: date
    """Day as at which rules judged."""
    looked_on: date
    """Day as at which the age of looks is told."""
    oldest_look_days: float
    """Age from which a look no longer counts."""
    layers: tuple[LayerForm, ...]
    rows: tuple[RowForm, ...]
    """Those that disagree first, then failures, unknowns, and the rest."""
    unexpected: tuple[UnexpectedForm, ...]


def as_json(found: SideBySide, origin: Origin) -> str:
    """The layers as JSON text."""
    document = Document(
        format_version=FORMAT_VERSION,
        tool=ToolForm.thabat(origin.tool_version),
        estate=EstateForm(
            title=found.title,
            classification=found.classification,
            version=found.version,
            digest=found.digest,
            phase=found.phase,
        ),
        judged_on=found.on,
        looked_on=found.looked_on,
        oldest_look_days=found.oldest_days,
        layers=tuple(
            LayerForm(
                layer=seat.layer,
                source=shown(str(seat.source)),
                judged=seat.judgement is not None,
                refused=seat.refused,
                counts={standing: found.count(seat.layer, standing) for standing in Standing},
            )
            for seat in found.seats
        ),
        rows=tuple(_row(row, origin) for row in found.rows),
        unexpected=tuple(
            UnexpectedForm(element=element, seen_by=_look(look)) for element, look in found.unexpected
        ),
    )
    return json.dumps(document.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def _row(row: Row, origin: Origin) -> RowForm:
    return RowForm(
        key=row.key,
        rule=row.rule,
        severity=row.severity,
        element=row.element,
        aspect=row.aspect,
        disagree=row.contradicts,
        layers=tuple(
            CellForm(
                layer=cell.layer,
                standing=cell.standing,
                message=shown(str(cell.said)),
                reason=shown(str(cell.reason)),
            )
            for cell in row.cells
        ),
        facts=tuple(_fact(fact, origin) for fact in row.facts),
        mending=shown(str(row.mending)),
        place=_place(row.location, origin),
    )


def _fact(fact: FactAcross, origin: Origin) -> FactForm:
    return FactForm(
        fact=shown(fact.fact),
        declared=fact.declared,
        declared_at=_place(fact.declared_at, origin),
        planned=fact.planned,
        planned_by=shown(fact.planned_by),
        observed=fact.observed,
        observed_by=_look(fact.observed_by) if fact.observed_by is not None else None,
    )


def _look(look: Look) -> LookForm:
    return LookForm(on=look.seen_on, source=shown(look.source), who=shown(look.who))


def _place(location: Location | None, origin: Origin) -> Place | None:
    return Place.of(location, origin.file(location)) if location is not None else None


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return schema_of(Document)


if __name__ == "__main__":
    publish(schema())
