"""The layers as a section of a report: figures and the rows worth a reader's time, as plain values.

Its sentences are said in the report's language, and every other text of it is to be escaped for its form.
"""

from dataclasses import dataclass
from typing import Final

from policies.layers.results import Layer, Row, SideBySide, Standing
from specs.sentences import Sentence

MOST_ROWS: Final = 200
"""Rows of a section; the rest is counted, and stands in `thabat layers -o json`."""


@dataclass(frozen=True)
class LayerFigures:
    """One layer in numbers."""

    layer: Layer
    source: Sentence
    judged: bool
    counts: tuple[tuple[Standing, int], ...]
    """Every way of standing, in their order."""
    refused: tuple[str, ...]


@dataclass(frozen=True)
class RuleFigures:
    """One rule in its layers: how many of its verdicts stand how."""

    rule: str
    title: str
    counts: tuple[tuple[Layer, tuple[tuple[Standing, int], ...]], ...]
    """By layer: ways of standing that occur, in their order."""
    disagree: int


@dataclass(frozen=True)
class LayersSection:
    """What a report shows of an estate's layers."""

    layers: tuple[LayerFigures, ...]
    rules: tuple[RuleFigures, ...]
    """By id."""
    rows: tuple[Row, ...]
    """Those that disagree or fail, the gravest first."""
    more: int
    """Rows that disagree or fail beyond those."""
    unknown: int
    """Rows that are unknown in a layer and disagree in none."""
    unexpected: tuple[tuple[str, str], ...]
    """What was seen and nobody declared, and the look that saw it."""


def section(found: SideBySide, most: int = MOST_ROWS) -> LayersSection:
    """The layers for a report; as many rows as that at most."""
    telling = [row for row in found.rows if row.contradicts or Standing.FAIL in row.standings]
    by_rule: dict[str, list[Row]] = {}
    for row in found.rows:
        by_rule.setdefault(row.rule, []).append(row)
    return LayersSection(
        layers=tuple(
            LayerFigures(
                seat.layer,
                seat.source,
                seat.judgement is not None,
                tuple((standing, found.count(seat.layer, standing)) for standing in Standing),
                seat.refused,
            )
            for seat in found.seats
        ),
        rules=tuple(_rule(rule, rows, found.layers) for rule, rows in sorted(by_rule.items())),
        rows=tuple(telling[:most]),
        more=max(0, len(telling) - most),
        unknown=sum(Standing.UNKNOWN in row.standings and not row.contradicts for row in found.rows),
        unexpected=tuple((element, str(look)) for element, look in found.unexpected),
    )


def _rule(rule: str, rows: list[Row], layers: tuple[Layer, ...]) -> RuleFigures:
    counts = tuple((layer, _counted(rows, layer)) for layer in layers)
    return RuleFigures(rule, rows[0].title, counts, sum(row.contradicts for row in rows))


def _counted(rows: list[Row], layer: Layer) -> tuple[tuple[Standing, int], ...]:
    found = [cell.standing for row in rows if (cell := row.at(layer)) is not None]
    return tuple((standing, found.count(standing)) for standing in Standing if standing in found)
