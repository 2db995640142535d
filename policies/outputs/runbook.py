"""Runbooks as Markdown to print, and as JSON; every word of a spec made safe for the form."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil

from policies.outputs.markdown import escaped
from policies.wording import amount, counted
from resilience.recovery_plans.results import Forecast
from resilience.recovery_plans.runbook import Person, Reach, Runbook, RunbookStep
from specs.text import plain

FORMAT_VERSION = "1.0"
"""A minor one adds fields, a major one breaks."""

MOST_MISSING = 40
"""Undeclared facts that a printed runbook lists; the JSON form has all."""


@dataclass(frozen=True)
class RunbookOrigin:
    """What made a runbook, from what."""

    tool_version: str
    digest: str
    """Of the spec's files."""
    phase: str


def as_json(runbooks: Sequence[Runbook], origin: RunbookOrigin) -> str:
    """All runbooks in one document."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "thabat", "version": origin.tool_version},
        "digest": origin.digest,
        "phase": origin.phase,
        "runbooks": [asdict(found) for found in runbooks],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_markdown(runbooks: Sequence[Runbook], origin: RunbookOrigin) -> str:
    """The runbooks one after the other."""
    return "\n".join(line for found in runbooks for line in _runbook(found, origin)) + "\n"


def _runbook(found: Runbook, origin: RunbookOrigin) -> Iterator[str]:
    yield f"# Runbook: {safe(found.title)}"
    yield ""
    facts = (
        f"**{safe(found.classification)}**",
        safe(found.estate),
        safe(found.owner),
        f"version {safe(found.version)}",
        f"approved by {safe(found.approver)}" if found.approver else "**approved by nobody**",
        f"as of {safe(origin.phase)}",
        f"thabat {safe(origin.tool_version)}",
        f"`{origin.digest}`",
    )
    yield " · ".join(facts)
    yield ""
    yield (
        "Times are predicted, from the event, in this order and at pessimistic durations. A figure beside "
        "`≥` lacks a fact and is a lower bound."
    )
    yield from _invocation(found)
    yield from _reaching(found)
    yield from _services(found)
    yield from _steps(found)
    yield from _closing(found)
    yield ""


def _invocation(found: Runbook) -> Iterator[str]:
    yield from _head("Who may invoke it")
    if found.authority:
        yield f"- Authority: {safe(found.authority_label)}"
    else:
        yield "- **No authority is declared.**"
    if found.alternates:
        yield f"- When they cannot be reached, in this order: {', '.join(map(safe, found.alternate_labels))}"
    else:
        yield "- **No alternate is declared.**"
    if not found.criteria:
        yield "- **No criteria are declared.**"
    for text in found.criteria:
        yield f"- When: {safe(text)}"
    if found.lost:
        yield f"- Lost: {', '.join(map(safe, found.lost))}"


def _reaching(found: Runbook) -> Iterator[str]:
    yield from _head("How people reach each other when mail and sign-on are down")
    if not any(reach.works for reach in found.contacts):
        yield "- **No way is declared that works then.**"
    for reach in found.contacts:
        yield f"- {_reach(reach)}"
    if found.offline_at:
        yield f"- Printed copies lie at: {', '.join(map(safe, found.offline_at))}"
        if not found.printed_elsewhere:
            yield "- **All of these places are lost in this scenario.**"
    else:
        yield "- **Nowhere is a printed copy declared.**"
    if not found.people:
        return
    yield ""
    yield "| team | on an ordinary day | on call | at work after | reached by | stands in |"
    yield "| --- | ---: | --- | ---: | --- | --- |"
    for person in found.people:
        yield f"| {' | '.join(_person(person))} |"


def _person(person: Person) -> Iterator[str]:
    yield f"{safe(person.label)} ({safe(person.team)})"
    yield str(person.people) if person.people is not None else "unknown"
    yield safe(person.on_call or "undeclared")
    yield amount(person.callout, "duration") if person.callout is not None else "unknown"
    yield "; ".join(map(_reach, person.reached_by)) or "**undeclared**"
    yield safe(person.alternate_label) if person.alternate else "**nobody**"


def _reach(reach: Reach) -> str:
    needs = f", needs {', '.join(map(safe, reach.depends_on))}" if reach.depends_on else ""
    return f"{safe(reach.means)}{needs}{'' if reach.works else ' (**not then**)'}"


def _services(found: Runbook) -> Iterator[str]:
    yield from _head("When each service is back")
    if not found.forecasts:
        yield "No service is touched."
        return
    labels = dict(found.labels)
    yield "| service | back | objective | met | borne until | bound by |"
    yield "| --- | ---: | ---: | --- | --- | --- |"
    for forecast in found.forecasts:
        label = safe(labels.get(forecast.service, forecast.service))
        cells = (label, _back(forecast), _objective(forecast), forecast.met, _borne(forecast), _why(forecast))
        yield f"| {' | '.join(cells)} |"
    if found.makespan is not None and found.optimum is not None:
        least = "the shortest order takes" if found.optimum_exact else "no order takes less than"
        yield ""
        yield (
            f"All {counted(len(found.steps), 'step')} end after {clock(found.makespan)}; {least} "
            f"{clock(found.optimum)}."
        )


def _back(forecast: Forecast) -> str:
    if forecast.state == "stays up":
        return "stays up"
    if forecast.predicted is None:
        return f"**{forecast.state}**"
    return f"{'≥ ' if forecast.missing else ''}{clock(forecast.predicted)}"


def _objective(forecast: Forecast) -> str:
    if forecast.objective is None:
        return "none"
    return f"{clock(forecast.objective)} from {forecast.clock_starts}"


def _borne(forecast: Forecast) -> str:
    """Until when the loss is borne (MTPD), and whether it is over by then."""
    if forecast.tolerable is None:
        return "not said"
    word = {"yes": "over by then", "no": "**longer**", "unknown": "unknown"}[forecast.tolerated]
    return f"{clock(forecast.tolerable)}: {word}"


def _why(forecast: Forecast) -> str:
    return safe(" → ".join(forecast.chain))


def _steps(found: Runbook) -> Iterator[str]:
    yield from _head("Steps")
    if not found.steps:
        yield "No step is declared or follows from what is declared."
    for step in found.steps:
        yield from _step(step)


def _step(step: RunbookStep) -> Iterator[str]:
    yield ""
    yield f"### {step.number}. {safe(step.service)}: {safe(step.title)}"
    yield ""
    yield f"- [ ] Done at: ____ by: ____ ({safe(step.id)})"
    yield f"- From {clock(step.starts)} to {clock(step.ends)}; takes {_lasts(step)}"
    if step.owner is not None:
        stands_in = safe(step.alternate_label) if step.alternate else "**nobody**"
        people = counted(step.people, "person", "people")
        yield f"- Owner: {safe(step.owner_label)}, {people}; stands in: {stands_in}"
    else:
        yield "- Owner: **nobody is named**; it runs by itself, as declared"
    if step.at:
        yield f"- On the spot at: {safe(step.at)}"
    if step.waits_for:
        yield f"- Waits for: {', '.join(map(str, step.waits_for))}"
    if step.media:
        yield f"- Data passes through: {', '.join(map(safe, step.media))}"
    yield f"- Check: {safe(step.check)}" if step.check else "- **No check is declared.**"
    yield f"- Rollback: {safe(step.rollback)}" if step.rollback else "- **No rollback is declared.**"
    if step.command:
        yield "- Command or instruction:"
        yield ""
        yield from _block(step.command)
    else:
        yield "- **No command or instruction is declared.**"


def _lasts(step: RunbookStep) -> str:
    if step.low == step.high:
        return amount(step.high, "duration")
    return " to ".join(amount(value, "duration") for value in (step.low, step.high))


def _block(text: str) -> Iterator[str]:
    """A fenced block that no text can close: its fence is longer than any run of backticks in it."""
    lines = [safe_line(line) for line in text.splitlines()] or [""]
    longest = run = 0
    for character in "\n".join(lines):
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from lines
    yield fence


def _closing(found: Runbook) -> Iterator[str]:
    if found.rings:
        yield from _head("What waits for itself")
        for ring in found.rings:
            yield f"- {safe(' needs '.join((*ring.members, ring.members[0])))}"
    yield from _head("What is taken for granted")
    for text in found.assumes:
        yield f"- {safe(text)}"
    if found.missing:
        yield from _head("What nobody has declared")
        for fact in found.missing[:MOST_MISSING]:
            yield f"- {safe(fact.element)} {safe(fact.field)}: {safe(fact.matters)}"
        if len(found.missing) > MOST_MISSING:
            yield f"- and {counted(len(found.missing) - MOST_MISSING, 'more fact')}"


def _head(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def clock(seconds: float) -> str:
    """Hours and minutes, rounded up to the minute.

    >>> clock(5400.0), clock(59.0), clock(100 * 3600.0)
    ('1:30 h', '0:01 h', '100:00 h')
    """
    minutes = ceil(seconds / 60 - 1e-9)
    return f"{minutes // 60}:{minutes % 60:02} h"


def safe(text: str) -> str:
    """Text that shows as it is, on one line, whatever it holds.

    >>> safe("<b>| x\\x1b")
    '&lt;b&gt;\\\\| x\\\\\\\\u001b'
    """
    return escaped(safe_line(" ".join(text.split())))


def safe_line(text: str) -> str:
    """Text without control and direction characters (each shown as its code), however long.

    >>> safe_line("rm\\x07")
    'rm\\\\u0007'
    """
    return text if text.isprintable() else "".join(map(plain, text))
