"""Proofs of an estate for a terminal and as Markdown: a table of all services, then what does not hold."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policies.outputs.markdown import escaped
from policies.outputs.proof_document import Proved
from policies.outputs.terminal import Screen
from policies.wording import amount, counted
from resilience.availability.simulation import Simulated
from resilience.proof_summary import QUESTIONS, Answer, Question, asked, by_service
from resilience.results import Missing, Tri
from specs.text import plain

_MOST_NAMED: Final = 4
_SIGNS: Final[Mapping[Tri, str]] = {"yes": "✓", "no": "✗", "unknown": "?"}
_COLOURS: Final[Mapping[Tri, str]] = {"yes": "32", "no": "31", "unknown": "33"}
_SHORT: Final[Mapping[Question, str]] = {
    "availability": "avail",
    "single failures": "single",
    "maintenance": "maint",
    "RTO component": "RTO c",
    "RTO site": "RTO s",
    "RTO region": "RTO r",
    "RTO cyber": "RTO y",
    "RPO component": "RPO c",
    "RPO site": "RPO s",
    "RPO region": "RPO r",
    "RPO cyber": "RPO y",
    "DR capacity": "DR",
    "bandwidth": "WAN",
}
_WITHOUT_FIGURE: Final[Mapping[Tri, str]] = {"yes": "holds", "no": "does not hold", "unknown": "unknown"}
_SEEN: Final[Mapping[bool | None, str]] = {True: "=", False: "≠", None: "·"}
_KEY: Final = (
    "✓ holds, ✗ does not, ? unknown, blank: nothing is owed. RTO, RPO: component, site, region, cyber (y)."
)


def as_text(proved: Proved, screen: Screen) -> str:
    """A table of all services, then what does not hold and why, the gravest first."""
    return "\n".join(_text(proved, screen)) + "\n"


def as_markdown(proved: Proved) -> str:
    """The same for a page."""
    return "\n".join(_markdown(proved)) + "\n"


def _text(proved: Proved, screen: Screen) -> Iterator[str]:
    header = proved.loaded.estate.estate
    yield screen.filled(
        f"{header.title.reading('en')} ({header.classification}), version {header.version}, as of "
        f"{proved.phase}",
        "",
        "  ",
    )
    questions = asked(proved.answers)
    rows = by_service(proved.answers)
    if rows:
        yield ""
        width = max(len(_named(service)) for service in rows)
        yield f"{'':{width}}  " + " ".join(f"{_SHORT[question]:^6}" for question in questions)
        for service, row in rows.items():
            cells = (_cell(row.get(question), screen) for question in questions)
            yield f"{_named(service):{width}}  " + " ".join(cells)
        yield screen.filled(_KEY, "", "  ")
    for holds, title in (("no", "Does not hold"), ("unknown", "Unknown")):
        found = [one for one in proved.answers if one.holds == holds]
        if found:
            yield ""
            yield screen.styled(title, "1")
        for question in QUESTIONS:
            for one in found:
                if one.question == question:
                    yield from _explained(one, proved, screen)
    first = _find_out_first(proved.answers)
    if first:
        yield ""
        yield screen.styled("What to find out first", "1")
        for fact, count in first:
            text = f"{fact.element}: {fact.field} ({counted(count, 'answer')}): {fact.matters}"
            yield screen.filled(plain(text), "  ? ", "    ")
    seen = proved.proof.simulation
    if seen:
        yield ""
        yield screen.styled(_simulated_title(seen), "1")
        for years in seen:
            yield screen.filled(_simulated(years), f"  {_SEEN[years.agrees]} ", "    ")
    yield ""
    yield screen.filled(_total(proved.answers), "", "  ")
    yield screen.styled(f"thabat {proved.tool_version}", "2")
    yield screen.styled(proved.loaded.digest, "2")


def _cell(answer: Answer | None, screen: Screen) -> str:
    if answer is None:
        return " " * 6
    return screen.styled(f"{_SIGNS[answer.holds]:^6}", _COLOURS[answer.holds])


def _explained(one: Answer, proved: Proved, screen: Screen) -> Iterator[str]:
    yield screen.filled(plain(_sentence(one)), f"  {_SIGNS[one.holds]} ", "    ")
    place = next((found for path in one.paths if (found := proved.at(path)) is not None), None)
    if place is not None:
        yield screen.styled(f"    at {place.file}:{place.line}:{place.column}", "2")


def _sentence(one: Answer) -> str:
    """The answer in words: service, question, figure against target, case, and what binds.

    >>> late = Answer("services/tax", "RTO site", "no", "sites/a", "", 7200.0, 3600.0, ("decision",), (), ())
    >>> _sentence(late)
    'tax: RTO site: 2 h against 1 h, after sites/a; bound by decision'
    """
    said = f"{_named(one.service)}: {one.question}: {_figures(one)}"
    if one.subject:
        said += f" of {one.subject}"
    if one.case:
        said += f", {'in' if one.question in ('single failures', 'maintenance') else 'after'} {one.case}"
    if one.because:
        shown = one.because[-_MOST_NAMED:]
        said += f"; bound by {'… ' if len(shown) < len(one.because) else ''}{' → '.join(shown)}"
    if one.holds == "unknown" and one.missing:
        lacks = [f"{fact.element} {fact.field}" for fact in one.missing[:_MOST_NAMED]]
        more = len(one.missing) - len(lacks)
        said += f"; undeclared: {', '.join(lacks)}" + (f" and {more} more" if more else "")
    return said


def _figures(one: Answer) -> str:
    never = one.holds == "no" and one.question.startswith("RTO")
    without = "never" if never else _WITHOUT_FIGURE[one.holds]
    figure = without if one.figure is None else _figure(one.question, one.figure)
    if one.target is None or one.question in ("single failures", "maintenance"):
        return figure
    return f"{figure} against {_figure(one.question, one.target)}"


def _figure(question: Question, value: float) -> str:
    if question.startswith("R"):
        return amount(value, "duration")
    if question == "availability":
        return f"{100 * value:.6g} %"
    if question == "bandwidth":
        return f"{100 * value:.0f} %"
    return f"{value:g}"


def _markdown(proved: Proved) -> Iterator[str]:
    header = proved.loaded.estate.estate
    yield f"# {escaped(header.title.reading('en'))}: what is proved"
    yield ""
    facts = (
        f"**{escaped(header.classification)}**",
        f"version {escaped(header.version)}",
        f"as of {escaped(proved.phase)}",
        f"thabat {escaped(proved.tool_version)}",
        f"`{proved.loaded.digest}`",
    )
    yield " · ".join(facts)
    yield ""
    yield _total(proved.answers)
    questions = asked(proved.answers)
    yield ""
    yield f"| service | {' | '.join(_SHORT[question] for question in questions)} |"
    yield f"| --- | {' | '.join(':-:' for _ in questions)} |"
    for service, row in by_service(proved.answers).items():
        cells = (_SIGNS[row[question].holds] if question in row else "" for question in questions)
        yield f"| {escaped(_named(service))} | {' | '.join(cells)} |"
    yield ""
    yield _KEY
    for holds, title in (("no", "Does not hold"), ("unknown", "Unknown")):
        found = [one for one in proved.answers if one.holds == holds]
        if found:
            yield ""
            yield f"## {title}"
            yield ""
        for question in QUESTIONS:
            for one in found:
                if one.question == question:
                    yield f"- {escaped(plain(_sentence(one)))}"
    first = _find_out_first(proved.answers)
    if first:
        yield ""
        yield "## What to find out first"
        yield ""
        for fact, count in first:
            told = f"{fact.element}: {fact.field} ({counted(count, 'answer')}): {fact.matters}"
            yield f"- {escaped(plain(told))}"
    seen = proved.proof.simulation
    if seen:
        yield ""
        yield f"## {_simulated_title(seen)}"
        yield ""
        for years in seen:
            yield f"- {escaped(_simulated(years))}"


def _simulated_title(seen: Sequence[Simulated]) -> str:
    one = seen[0]
    crews = "as many crews as repairs" if one.crews is None else counted(one.crews, "crew")
    return (
        f"Simulated: {one.blocks * one.years_a_block:g} years in {one.blocks} blocks, {crews}, "
        f"seed {one.seed}, bounds at {100 * one.confidence:g} %"
    )


def _simulated(one: Simulated) -> str:
    """What was seen of a service, and how it stands to the static figure."""
    said = f"{_named(one.service)}: away {_share(one.unavailability)}"
    said += " (nothing failed)" if one.high == 0.0 else f" ({_share(one.low)} to {_share(one.high)})"
    if one.static is None:
        return said
    static = _share(one.static.low)
    if one.static.high > one.static.low * (1 + 1e-5):
        static += f" to {_share(one.static.high)}"
    stands = {True: "agrees with", False: "disagrees with", None: "says nothing against"}[one.agrees]
    return f"{said}, {stands} the static {static}"


def _share(value: float) -> str:
    return f"{100 * value:.3g} %"


def _named(reference: str) -> str:
    return plain(reference.partition("/")[2])


def _total(answers: Sequence[Answer]) -> str:
    counts = Counter(one.holds for one in answers)
    services = len({one.service for one in answers})
    return (
        f"{counted(len(answers), 'answer')} about {counted(services, 'service')}: {counts['yes']} hold, "
        f"{counts['no']} do not, {counts['unknown']} unknown."
    )


def _find_out_first(answers: Sequence[Answer], most: int = 8) -> list[tuple[Missing, int]]:
    """The undeclared facts that leave most answers open."""
    counts: Counter[tuple[str, str]] = Counter()
    facts: dict[tuple[str, str], Missing] = {}
    for one in answers:
        if one.holds == "unknown":
            for fact in one.missing:
                key = (fact.element, fact.field)
                facts.setdefault(key, fact)
                counts[key] += 1
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    return [(facts[key], counts[key]) for key in ranked[:most]]
