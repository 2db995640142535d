"""A judgement for a terminal: by root cause, gravest first, readable at 80 columns."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from policies.outputs.origin import Origin
from policies.wording import counted
from specs.findings import Finding, Judgement, RootCause, Severity, Verdict

_MOST_ALIKE = 6
_NARROWEST = 40
_WIDEST = 110

_COLOURS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
}
_SIGNS = {Verdict.FAIL: "✗", Verdict.UNKNOWN: "?", Verdict.WAIVED: "~", Verdict.PASS: "✓"}


@dataclass(frozen=True)
class Screen:
    """What the output is shown on."""

    width: int = 80
    colour: bool = False

    @property
    def columns(self) -> int:
        """Columns that are used."""
        return max(_NARROWEST, min(self.width, _WIDEST))

    def styled(self, text: str, code: str) -> str:
        """The text in that style (SGR), where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def filled(self, text: str, first: str, rest: str) -> str:
        """The text over several lines, indented."""
        return textwrap.fill(
            text,
            self.columns,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )


def render(judgement: Judgement, origin: Origin, screen: Screen) -> str:
    """The judgement as lines of text."""
    return "\n".join(_lines(judgement, origin, screen)) + "\n"


def _lines(judgement: Judgement, origin: Origin, screen: Screen) -> Iterator[str]:
    head = (
        f"{judgement.title} ({judgement.classification}), version {judgement.version}, as of "
        f"{judgement.phase}, "
        f"judged on {judgement.on}"
    )
    yield screen.filled(head, "", "  ")
    for cause in judgement.causes:
        yield ""
        yield from _cause(cause, origin, screen)
    waived = judgement.having(Verdict.WAIVED)
    if waived:
        yield ""
        yield "waived"
        for finding in waived:
            text = f"{finding.rule} {finding.element}: {finding.message} (waiver {finding.waiver})"
            yield screen.filled(text, "  ~ ", "    ")
    yield ""
    yield from _summary(judgement, origin, screen)


def _cause(cause: RootCause, origin: Origin, screen: Screen) -> Iterator[str]:
    severity = screen.styled(cause.severity.upper(), _COLOURS[cause.severity])
    head = f"{severity} {screen.styled(cause.element, '1')}"
    if cause.element.endswith(f"/{cause.label}"):
        yield head
    elif len(cause.severity) + len(cause.element) + len(cause.label) + 3 <= screen.columns:
        yield f"{head}  {cause.label}"
    else:
        yield head
        yield screen.filled(cause.label, "    ", "    ")
    by_rule: dict[tuple[str, Verdict, bool], list[Finding]] = {}
    for finding in cause.findings:
        by_rule.setdefault((finding.rule, finding.verdict, finding.known), []).append(finding)
    for findings in by_rule.values():
        yield from _alike(cause, findings, origin, screen)


def _alike(cause: RootCause, findings: list[Finding], origin: Origin, screen: Screen) -> Iterator[str]:
    first = findings[0]
    word = " unknown" if first.verdict is Verdict.UNKNOWN else ""
    subject = "" if first.element == cause.element else f"{first.element}: "
    known = " (in the baseline)" if first.known else ""
    text = f"{first.rule} {first.slug}{word}{known}: {subject}{first.message}"
    yield screen.filled(text, f"  {_SIGNS[first.verdict]} ", "    ")
    others = sorted({finding.element for finding in findings[1:]} - {first.element})
    if others:
        more = f" and {len(others) - _MOST_ALIKE} more" if len(others) > _MOST_ALIKE else ""
        yield screen.filled(f"also {', '.join(others[:_MOST_ALIKE])}{more}", "    ", "    ")
    if first.mending:
        yield screen.filled(f"mend: {first.mending}", "    ", "    ")
    if first.location is not None:
        place = f"{origin.file(first.location)}:{first.location.line}:{first.location.column}"
        yield screen.styled(f"    at {place}", "2")


def _summary(judgement: Judgement, origin: Origin, screen: Screen) -> Iterator[str]:
    counts = {verdict: len(judgement.having(verdict)) for verdict in Verdict}
    causes = [
        f"{number} {severity}"
        for severity in Severity
        if (number := sum(cause.severity is severity for cause in judgement.causes))
    ]
    number_of_causes = counted(len(judgement.causes), "root cause")
    grave = f"{number_of_causes} ({', '.join(causes)})" if causes else "No root cause"
    known = sum(finding.known for finding in judgement.outcomes)
    yield screen.filled(
        f"{grave}: {counts[Verdict.FAIL]} failed, {counts[Verdict.UNKNOWN]} unknown, "
        f"{counts[Verdict.WAIVED]} waived, {counts[Verdict.PASS]} passed, by {len(origin.rules)} rules"
        f"{f'; {known} in the baseline' if known else ''}.",
        "",
        "  ",
    )
    yield screen.styled(f"thabat {origin.tool_version}", "2")
    yield screen.styled(judgement.digest, "2")
