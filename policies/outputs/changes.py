"""A change and what it does: for a terminal, as Markdown for a merge request, and on the changed lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from policies.changes.comparison import Comparison
from policies.changes.elements import ElementChange, Kind, Line
from policies.changes.figures import Figure, FigureChange
from policies.changes.findings import FindingChange, Happened
from policies.changes.points import PointChange
from policies.outputs import github, sarif
from policies.outputs.markdown import escaped
from policies.outputs.origin import Origin
from policies.outputs.terminal import Screen
from policies.wording import amount, counted, number
from specs.findings import Judgement, Severity, Verdict
from specs.sentences import listed
from specs.text import plain

T = TypeVar("T")

_MOST_LINES: Final = 6
_MOST_SERVICES: Final = 8
_SIGNS: Final[Mapping[Kind, str]] = {"added": "+", "removed": "−", "changed": "~"}
_HAPPENED: Final[Mapping[Happened, str]] = {
    "came": "came",
    "unwaived": "no longer waived",
    "turned": "turned",
    "unjudged": "no longer judged",
    "waived": "waived now",
    "went": "mended",
    "judged": "judged now",
    "gone": "gone with its element",
}
_GRAVE: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
}


def as_text(comparison: Comparison, screen: Screen) -> str:
    """What changed, then what it does, the worse first."""
    return "\n".join(_text(comparison, screen)) + "\n"


def as_markdown(comparison: Comparison) -> str:
    """The same for a merge request."""
    return "\n".join(_markdown(comparison)) + "\n"


def as_sarif(comparison: Comparison, origin: Origin) -> str:
    """Findings that speak against the change as SARIF, each on the changed line that it comes from."""
    return sarif.render(_on_changed_lines(comparison), origin)


def as_github(comparison: Comparison, origin: Origin) -> str:
    """The same as GitHub workflow commands."""
    return github.render(_on_changed_lines(comparison), origin)


def _on_changed_lines(comparison: Comparison) -> Judgement:
    found = []
    for change in comparison.findings:
        if change.speaks_against and change.after is not None:
            places = [line.after_at for line in change.lines if line.after_at is not None]
            found.append(replace(change.after, location=places[0] if places else change.after.location))
    return replace(comparison.after.judgement, outcomes=tuple(found))


def summed_up(comparison: Comparison) -> str:
    """The change in a line."""
    if comparison.empty:
        return "no difference"
    came = sum(one.speaks_against for one in comparison.findings)
    mended = sum(one.happened == "went" for one in comparison.findings)
    gained = sum(one.gained for one in comparison.points)
    moved = len(comparison.figures)
    broken = sum(one.broken for one in comparison.figures)
    return ", ".join(
        (
            f"{counted(len(comparison.elements), 'element')} changed",
            f"{counted(came, 'finding')} for the worse and {mended} mended",
            f"{gained} single points of failure gained and {len(comparison.points) - gained} lost",
            f"{counted(moved, 'figure')} moved, {broken} of them for what is owed",
        )
    )


def _text(comparison: Comparison, screen: Screen) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    way = f"{before.named} → {after.named}"
    head = f"{after.judgement.title} ({_marking(comparison)}): {way}, as of {after.phase}"
    yield screen.filled(plain(head), "", "  ")
    yield screen.filled(f"{summed_up(comparison)}.", "", "  ")
    if comparison.elements:
        yield ""
        yield screen.styled("What changed", "1")
    for element in comparison.elements:
        yield f"  {_SIGNS[element.kind]} {screen.styled(plain(element.element), '1')}{_named(element)}"
        yield from _changed_lines(element, screen)
    if comparison.findings:
        yield ""
        yield screen.styled("Findings", "1")
    for finding in comparison.findings:
        if not _only_out_of_sight(finding):
            yield from _finding(finding, screen)
    for unseen in _out_of_sight(comparison):
        yield screen.filled(f"no longer judged: {unseen}", "  ", "    ")
    if comparison.points:
        yield ""
        yield screen.styled("Single points of failure", "1")
    for points in _alike(comparison.points, _point_alone):
        sign, colour = ("✗ gained", "31") if points[0].gained else ("✓ lost", "32")
        told = f"{screen.styled(sign, colour)} {points[0].event}: for {_services(points)}"
        yield screen.filled(told, "  ", "    ")
        yield screen.filled(f"as {' → '.join(points[0].chain)}", "    ", "      ")
        yield from _by(points[0].lines, screen)
    if comparison.figures:
        yield ""
        yield screen.styled("Figures of services", "1")
    for figures in _alike(comparison.figures, _figure_alone):
        figure = figures[0]
        colour = "31" if figure.broken else "32" if figure.better else "0"
        told = screen.styled(f"{_services(figures)}: {_moved(figure)}", colour)
        yield screen.filled(told, "  ", "    ")
        yield from _by(figure.lines, screen)


def _alike(found: Iterable[T], of: Callable[[T], object]) -> Iterable[list[T]]:
    """What is alike but for its service, told once; in the order of the first of each."""
    grouped: dict[object, list[T]] = {}
    for one in found:
        grouped.setdefault(of(one), []).append(one)
    return grouped.values()


def _only_out_of_sight(change: FindingChange) -> bool:
    """Whether it passes, and its rule came to look at it or does so no more."""
    return change.happened in ("unjudged", "judged") and change.told.verdict is Verdict.PASS


def _out_of_sight(comparison: Comparison) -> Iterator[str]:
    """By rule: how much passed that it does not look at any more, and by which lines."""
    unseen = (one for one in comparison.findings if _only_out_of_sight(one) and one.happened == "unjudged")
    for changes in _alike(unseen, lambda one: one.told.rule):
        lines = tuple(dict.fromkeys(line for change in changes for line in change.lines))
        elements = str(listed(sorted({change.told.element for change in changes}), most=4))
        by = f", by {_facts(lines)}" if lines else ""
        yield f"{changes[0].told.rule} passed {counted(len(changes), 'time')} on {elements}{by}"


def _point_alone(point: PointChange) -> object:
    return (point.gained, point.vital, point.event, point.lines)


def _figure_alone(change: FigureChange) -> object:
    return (_moved(change), change.lines)


def _services(found: Sequence[PointChange | FigureChange]) -> str:
    return str(listed([one.service for one in found], most=_MOST_SERVICES))


def _marking(comparison: Comparison) -> str:
    """Both classifications, where they differ."""
    marks = (comparison.before.judgement.classification, comparison.after.judgement.classification)
    return " / ".join(dict.fromkeys(marks))


def _named(element: ElementChange) -> str:
    return "" if element.element.endswith(element.label) else f" {plain(element.label)}"


def _changed_lines(element: ElementChange, screen: Screen) -> Iterator[str]:
    if element.kind != "changed":
        place = element.after_at or element.before_at
        yield f"      {place}" if place is not None else "      in no file"
        return
    for line in element.lines:
        yield screen.filled(f"{_told(line)} ({_where(line)})", "      ", "        ")


def _finding(change: FindingChange, screen: Screen) -> Iterator[str]:
    found = change.told
    severity = screen.styled(change.severity.upper(), _GRAVE[change.severity])
    told = f"{_HAPPENED[change.happened]}: {severity} {found.rule} {found.element}: {_said(change)}"
    yield screen.filled(told, "  ", "    ")
    if change.speaks_against and found.mending:
        yield screen.filled(f"mend: {found.mending}", "    ", "    ")
    yield from _by(change.lines, screen)


def _said(change: FindingChange) -> str:
    """What the rule says; of what is no longer judged, how it stood."""
    if change.happened == "turned" and change.before is not None and change.after is not None:
        was = f"{change.before.verdict}, {change.before.severity}"
        now = f"{change.after.verdict}, {change.after.severity}"
        return f"({was} → {now}) {change.after.message}"
    if change.happened in ("unjudged", "gone") and change.before is not None:
        return f"it was {change.before.verdict}: {change.before.message}"
    if change.happened == "went" and change.after is None and change.before is not None:
        return change.before.message
    return change.told.message


def _by(lines: Sequence[Line], screen: Screen) -> Iterator[str]:
    for line in lines[:_MOST_LINES]:
        yield screen.filled(f"by {line.fact}: {_told_values(line)} ({_where(line)})", "    ", "      ")
    if len(lines) > _MOST_LINES:
        yield f"    and {len(lines) - _MOST_LINES} more changed lines"


def _told(line: Line) -> str:
    field = line.fact.partition(" ")[2] or line.fact
    return f"{field}: {_told_values(line)}"


def _told_values(line: Line) -> str:
    return f"{line.before} → {line.after}"


def _where(line: Line) -> str:
    places = [str(place) for place in (line.after_at, line.before_at) if place is not None]
    return plain(places[0]) if places else "in no file"


def _moved(change: FigureChange) -> str:
    before, after = _figure(change, change.before), _figure(change, change.after)
    told = f"{change.question} {before} → {after}"
    owed = change.after.target if change.after is not None else None
    if change.loosened:
        was = change.before.target if change.before is not None else None
        told += f"; less is owed than before ({_amount(change, was)} → {_amount(change, owed)})"
    elif owed is not None and change.question != "tier":
        told += f" (owes {_amount(change, owed)})"
    if change.broken and change.after is not None and change.after.holds in ("no", "unknown"):
        told += "; it no longer holds" if change.after.holds == "no" else "; it is no longer known to hold"
    if change.after is not None and change.after.because:
        told += f"; bound by {', '.join(change.after.because[-3:])}"
    return plain(told)


def _figure(change: FigureChange, figure: Figure | None) -> str:
    if figure is None:
        return "not owed"
    if figure.figure is None:
        never = "never" if change.unit == "seconds" else "does not hold"
        return {"yes": "holds", "no": never}.get(figure.holds or "", "unknown")
    return _amount(change, figure.figure)


def _amount(change: FigureChange, value: float | None) -> str:
    if value is None:
        return "nothing"
    if change.unit == "seconds":
        return amount(value, "duration") if value else "0 s"
    if change.unit == "share":
        # Six digits: what three nines and five nines differ in.
        return f"{100 * value:.6g} %"
    if change.unit == "money":
        return f"{value:,.0f} {change.question.rpartition(' ')[2]}"
    return number(value)


def _markdown(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    yield f"# {escaped(after.judgement.title)}: what the change does"
    yield ""
    yield (
        f"**{escaped(_marking(comparison))}** · {escaped(before.named)} → {escaped(after.named)} · as of "
        f"{escaped(after.phase)} · judged on {after.judgement.on}"
    )
    yield ""
    yield f"{escaped(summed_up(comparison))}."
    against = [one for one in comparison.findings if one.speaks_against]
    others = [one for one in comparison.findings if not one.speaks_against and not _only_out_of_sight(one)]
    for title, findings in (("For the worse", against), ("Other findings that moved", others)):
        if findings:
            yield from ("", f"## {title}", "")
        for change in findings:
            found = change.told
            yield (
                f"- **{change.severity}** {found.rule} {escaped(found.element)}, "
                f"{_HAPPENED[change.happened]}: {escaped(_said(change))}"
            )
            if change.speaks_against and found.mending:
                yield f"  - mend: {escaped(found.mending)}"
            yield from _markdown_lines(change.lines)
    unseen = tuple(_out_of_sight(comparison))
    if unseen:
        yield from ("", "## No longer judged", "", *(f"- {escaped(told)}" for told in unseen))
    if comparison.points:
        yield from ("", "## Single points of failure", "", "| | service | what fails | by |")
        yield "| --- | --- | --- | --- |"
        for points in _alike(comparison.points, _point_alone):
            point = points[0]
            sign = "gained" if point.gained else "lost"
            place = (sign, _services(points), point.event, _facts(point.lines))
            yield f"| {' | '.join(map(escaped, place))} |"
    if comparison.figures:
        yield from ("", "## Figures of services", "", "| | service | figure | by |")
        yield "| --- | --- | --- | --- |"
        for figures in _alike(comparison.figures, _figure_alone):
            figure = figures[0]
            sign = "✗" if figure.broken else "↑" if figure.better else "↓" if figure.better is False else ""
            row = (_services(figures), _moved(figure), _facts(figure.lines))
            yield f"| {sign} | {' | '.join(map(escaped, row))} |"
    if comparison.elements:
        yield from ("", "## What changed", "", "| | element | field | before | after | line |")
        yield "| --- | --- | --- | --- | --- | --- |"
        for element in comparison.elements:
            for line in element.lines:
                field = line.fact.partition(" ")[2]
                said = (element.element, field, line.before, line.after, _where(line))
                yield f"| {_SIGNS[element.kind]} | {' | '.join(map(escaped, said))} |"


def _markdown_lines(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines[:_MOST_LINES]:
        yield f"  - by {escaped(line.fact)}: {escaped(_told_values(line))} ({escaped(_where(line))})"
    if len(lines) > _MOST_LINES:
        yield f"  - and {len(lines) - _MOST_LINES} more changed lines"


def _facts(lines: Sequence[Line]) -> str:
    told = [f"{line.fact}: {_told_values(line)} ({_where(line)})" for line in lines[:_MOST_LINES]]
    more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return "; ".join((*told, *more))
