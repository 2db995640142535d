"""The layers of an estate side by side, for a terminal and as Markdown: what disagrees first."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from policies.layers.results import Cell, FactAcross, Layer, Row, Seat, SideBySide, Standing
from policies.outputs.markdown import escaped
from policies.outputs.origin import Origin
from policies.outputs.terminal import Screen
from policies.wording import counted, listed, shown
from specs.findings import Severity
from specs.text import plain

_MOST_ALIKE: Final = 6
_MOST_FACTS: Final = 8
_COLOURS: Final[Mapping[Standing, str]] = {
    Standing.FAIL: "31",
    Standing.UNKNOWN: "33",
    Standing.PASS: "32",
    Standing.WAIVED: "36",
    Standing.DECLARED_ONLY: "2",
    Standing.NOT_JUDGED: "2",
}
_SIGNS: Final[Mapping[Standing, str]] = {
    Standing.FAIL: "✗",
    Standing.UNKNOWN: "?",
    Standing.PASS: "✓",
    Standing.WAIVED: "~",
    Standing.DECLARED_ONLY: "·",
    Standing.NOT_JUDGED: "-",
}
_GRAVE: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
}
HEADINGS: Final = ("The layers disagree", "Fails", "Unknown", "Agrees, or is declared only")
"""By the first figure of `Row.order`."""


def terminal(found: SideBySide, origin: Origin, screen: Screen, *, everything: bool = False) -> str:
    """What disagrees, fails or is unknown; what agrees is counted, or all told."""
    return "\n".join(_terminal(found, origin, screen, everything)) + "\n"


def _terminal(found: SideBySide, origin: Origin, screen: Screen, everything: bool) -> Iterator[str]:
    yield screen.filled(_head(found), "", "  ")
    for seat in found.seats:
        yield from _seat(found, seat, screen)
    for place, heading in enumerate(HEADINGS):
        rows = [row for row in found.rows if row.order[0] == place]
        if not rows or (place == len(HEADINGS) - 1 and not everything):
            continue
        yield ""
        yield screen.styled(f"{heading} ({len(rows)})", "1")
        for alike in _alike(rows, apart=place == 0):
            yield from _row(alike, found, origin, screen)
    if found.unexpected:
        yield ""
        told = listed([f"{element} ({look})" for element, look in found.unexpected], most=_MOST_ALIKE)
        yield screen.filled(plain(f"Seen and not declared, so no rule judges it: {told}."), "", "  ")
    yield ""
    yield screen.filled(summed_up(found), "", "  ")
    yield screen.styled(f"thabat {origin.tool_version}", "2")


def summed_up(found: SideBySide) -> str:
    """The layers in a line."""
    places = [sum(row.order[0] == place for row in found.rows) for place in range(len(HEADINGS))]
    told = f"{counted(len(found.rows), 'verdict')}: layers disagree on {places[0]}"
    others = f"{places[1]} fail, {places[2]} are unknown, {places[3]} agree or are declared only"
    return f"{told}; of the others {others}."


def _head(found: SideBySide) -> str:
    looks = f"; looks count for {found.oldest_days:g} days until {found.looked_on}"
    return (
        f"{found.title} ({found.classification}), version {found.version}, as of {found.phase}, judged on "
        f"{found.on}{looks if Layer.OBSERVED in found.layers else ''}"
    )


def _seat(found: SideBySide, seat: Seat, screen: Screen) -> Iterator[str]:
    counts = ", ".join(
        f"{number} {standing}" for standing in Standing if (number := found.count(seat.layer, standing))
    )
    yield screen.filled(plain(f"{seat.layer}: {counts or 'nothing'} ({seat.source})"), "  ", "    ")
    for told in seat.refused[:_MOST_FACTS]:
        yield screen.filled(plain(told), "    ! ", "      ")
    if len(seat.refused) > _MOST_FACTS:
        yield f"    and {len(seat.refused) - _MOST_FACTS} more that could not be taken as it stands"


def _alike(rows: Iterable[Row], *, apart: bool) -> Iterable[list[Row]]:
    """Rows of one rule that stand alike; what disagrees is told row by row."""
    grouped: dict[object, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.key if apart else (row.rule, row.standings), []).append(row)
    return grouped.values()


def _row(rows: list[Row], found: SideBySide, origin: Origin, screen: Screen) -> Iterator[str]:
    first = rows[0]
    severity = screen.styled(first.severity.upper(), _GRAVE[first.severity])
    aspect = f" ({first.aspect})" if first.aspect and len(rows) == 1 else ""
    yield f"  {severity} {screen.styled(first.rule, '1')} {first.slug} {first.element}{aspect}"
    standings = " | ".join(
        f"{cell.layer} {screen.styled(f'{_SIGNS[cell.standing]} {cell.standing}', _COLOURS[cell.standing])}"
        for cell in first.cells
    )
    yield f"    {standings}"
    for layers, cell in _told_once(first):
        said = _said(cell)
        if said and cell.standing is not Standing.PASS:
            yield screen.filled(f"{layers}: {said}", "    ", "      ")
    for fact in first.facts[:_MOST_FACTS]:
        yield screen.filled(plain(_fact(fact, origin)), "      ", "        ")
    if len(first.facts) > _MOST_FACTS:
        yield f"      and {len(first.facts) - _MOST_FACTS} more facts"
    others = sorted({row.element for row in rows[1:]} - {first.element})
    if others:
        yield screen.filled(f"also {listed(others, most=_MOST_ALIKE)}", "    ", "    ")
    if first.mending.pattern and Standing.FAIL in first.standings:
        yield screen.filled(f"mend: {shown(str(first.mending))}", "    ", "    ")
    if first.location is not None:
        place = f"{origin.file(first.location)}:{first.location.line}:{first.location.column}"
        yield screen.styled(f"    at {plain(place)}", "2")


def _told_once(row: Row) -> Iterator[tuple[str, Cell]]:
    """Each thing that is said, with the layers that it is said of."""
    said: dict[tuple[Standing, str], list[Cell]] = {}
    for cell in row.cells:
        said.setdefault((cell.standing, _said(cell)), []).append(cell)
    for cells in said.values():
        yield ", ".join(cell.layer.value for cell in cells), cells[0]


def _said(cell: Cell) -> str:
    """Why it stands so: the reason of the layer, and what the rule says."""
    reason, said = shown(str(cell.reason)), shown(str(cell.said))
    if reason and cell.standing is Standing.UNKNOWN:
        return f"{reason}."
    return " ".join(part for part in (said, reason) if part)


def _fact(fact: FactAcross, origin: Origin) -> str:
    """`devices/srv-01 feeds: declared [a, b] (devices.yaml:4:5); observed a (stocktake, Ana, 2026-03-01)`."""
    place = fact.declared_at
    where = f" ({origin.file(place)}:{place.line}:{place.column})" if place is not None else ""
    parts = [f"declared {fact.declared}{where}"]
    if fact.planned is not None:
        by = f" ({fact.planned_by})" if fact.planned_by else ""
        parts.append(f"planned {fact.planned}{by}")
    if fact.observed is not None:
        by = f" ({fact.observed_by})" if fact.observed_by is not None else ""
        parts.append(f"observed {fact.observed}{by}")
    return f"{fact.fact}: {'; '.join(parts)}"


def markdown(found: SideBySide, origin: Origin, *, everything: bool = False) -> str:
    """The same for a page or a merge request."""
    return "\n".join(_markdown(found, origin, everything)) + "\n"


def _markdown(found: SideBySide, origin: Origin, everything: bool) -> Iterator[str]:
    yield f"# {escaped(found.title)}: declared, planned, observed"
    yield ""
    yield f"{escaped(_head(found))} · thabat {escaped(origin.tool_version)} · `{found.digest}`"
    yield ""
    yield f"{escaped(summed_up(found))} A verdict is technical evidence, and unknown is never a pass."
    yield ""
    yield f"| layer | {' | '.join(standing.value for standing in Standing)} | made from |"
    yield f"| --- |{' ---: |' * len(Standing)} --- |"
    for seat in found.seats:
        counts = " | ".join(str(found.count(seat.layer, standing)) for standing in Standing)
        yield f"| {seat.layer} | {counts} | {escaped('; '.join((str(seat.source), *seat.refused)))} |"
    for place, heading in enumerate(HEADINGS):
        rows = [row for row in found.rows if row.order[0] == place]
        if not rows or (place == len(HEADINGS) - 1 and not everything):
            continue
        layers = " | ".join(found.layers)
        yield from ("", f"## {heading}", "", f"| rule | element | {layers} | why | facts that differ | at |")
        yield f"| --- | --- |{' --- |' * len(found.layers)} --- | --- | --- |"
        for alike in _alike(rows, apart=place == 0):
            yield _markdown_row(alike, origin)
    if found.unexpected:
        yield from ("", "## Seen and not declared", "", "| element | seen by |", "| --- | --- |")
        for element, look in found.unexpected:
            yield f"| {escaped(element)} | {escaped(str(look))} |"


def _markdown_row(rows: list[Row], origin: Origin) -> str:
    first = rows[0]
    elements = listed(sorted({row.element for row in rows}), most=_MOST_ALIKE)
    why = "; ".join(
        f"{layers}: {_said(cell)}"
        for layers, cell in _told_once(first)
        if _said(cell) and cell.standing is not Standing.PASS
    )
    place = first.location
    cells = (
        f"{first.rule} {first.slug} ({first.severity})",
        elements + (f" ({first.aspect})" if first.aspect and len(rows) == 1 else ""),
        *(f"{_SIGNS[cell.standing]} {cell.standing}" for cell in first.cells),
        why,
        "; ".join(_fact(fact, origin) for fact in first.facts[:_MOST_FACTS]),
        f"{origin.file(place)}:{place.line}" if place is not None else "",
    )
    return f"| {' | '.join(map(escaped, cells))} |"
