"""A judgement as Markdown, for a merge request or a page."""

from collections.abc import Iterator

from policies.outputs.origin import Origin
from policies.wording import counted
from specs.findings import Judgement, RootCause, Verdict

_MOST_ALIKE = 8


def render(judgement: Judgement, origin: Origin) -> str:
    """The judgement by root cause, then what is waived, then every rule with its counts."""
    return "\n".join(_lines(judgement, origin)) + "\n"


def _lines(judgement: Judgement, origin: Origin) -> Iterator[str]:
    counts = {verdict: len(judgement.having(verdict)) for verdict in Verdict}
    yield f"# {escaped(judgement.title)}"
    yield ""
    facts = (
        f"**{escaped(judgement.classification)}**",
        f"version {escaped(judgement.version)}",
        f"as of {escaped(judgement.phase)}",
        f"judged on {judgement.on}",
        f"thabat {escaped(origin.tool_version)}",
        f"`{judgement.digest}`",
    )
    yield " · ".join(facts)
    yield ""
    told = (
        f"{counted(len(judgement.causes), 'root cause')}: {counts[Verdict.FAIL]} failures, "
        f"{counts[Verdict.UNKNOWN]} unknown, {counts[Verdict.WAIVED]} waived, {counts[Verdict.PASS]} passes."
    )
    yield f"{told} A verdict is technical evidence for a part of a control, never that it is met."
    if judgement.causes:
        yield ""
        yield "## Root causes"
    for cause in judgement.causes:
        yield from _cause(cause, origin)
    waived = judgement.having(Verdict.WAIVED)
    if waived:
        yield ""
        yield "## Waived"
        yield ""
        yield "| rule | element | waiver | finding |"
        yield "| --- | --- | --- | --- |"
        for finding in waived:
            cells = (finding.rule, finding.element, finding.waiver, finding.message)
            yield f"| {' | '.join(map(escaped, cells))} |"
    yield ""
    yield "## Rules"
    yield ""
    yield "| rule | what must hold | severity | pass | fail | unknown | waived |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: |"
    for coverage in judgement.coverage:
        rule = origin.rule(coverage.rule)
        title, severity = (rule.title, rule.severity.value) if rule is not None else ("", "")
        yield (
            f"| {coverage.rule} | {escaped(title)} | {severity} | {coverage.passed} | {coverage.failed} | "
            f"{coverage.unknown} | {coverage.waived} |"
        )


def _cause(cause: RootCause, origin: Origin) -> Iterator[str]:
    label = "" if cause.element.endswith(f"/{cause.label}") else f" {escaped(cause.label)}"
    yield ""
    yield f"### {cause.severity}: {escaped(cause.element)}{label}"
    yield ""
    by_rule: dict[tuple[str, bool], list[int]] = {}
    for index, finding in enumerate(cause.findings):
        by_rule.setdefault((finding.rule, finding.known), []).append(index)
    for indices in by_rule.values():
        finding = cause.findings[indices[0]]
        place = f" ({escaped(str(finding.location))})" if finding.location else ""
        subject = "" if finding.element == cause.element else f"{escaped(finding.element)}: "
        known = ", in the baseline" if finding.known else ""
        head = f"**{finding.rule}** {finding.slug}, {finding.verdict}{known}"
        yield f"- {head}: {subject}{escaped(finding.message)}{place}"
        others = [cause.findings[index].element for index in indices[1:]]
        if others:
            more = f" and {len(others) - _MOST_ALIKE} more" if len(others) > _MOST_ALIKE else ""
            yield f"  - also {', '.join(map(escaped, others[:_MOST_ALIKE]))}{more}"
        if finding.mending:
            yield f"  - mend: {escaped(finding.mending)}"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, table cell, HTML, link, mention or issue number.

    >>> escaped("a|b <script> [x](http://y) @z #1")
    'a\\\\|b &lt;script&gt; \\\\[x\\\\]\\\\(http&#58;//y\\\\) &#64;z &#35;1'
    """
    shown = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = shown.replace("#", "&#35;")
    for character in "\\`*_{}[]()|~":
        shown = shown.replace(character, f"\\{character}")
    return shown.replace("://", "&#58;//").replace("@", "&#64;").replace("www.", "www&#46;")
