"""A baseline: the findings that an estate had when Thabat was taken up, so that a check fails on new ones.

An entry is recognised by rule, element and aspect, never by a line. What got graver is new; what is gone is
told, so that the file can shrink; what nobody may waive is never in it. `python -m policies.baseline
docs/reference/baseline.schema.json` publishes the form.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from policies.published import Form, publish, schema_of
from specs.findings import Finding, Judgement, RootCause, Severity, Verdict
from specs.text import plain

FORMAT_VERSION: Final = "1.0"
"""A minor one adds fields, a major one breaks."""

MOST_BYTES: Final = 64_000_000
"""Of a baseline that is read."""


class BaselineError(ValueError):
    """The file is no baseline; the message says what is wrong in it, and where."""


class Entry(Form):
    """A finding that the estate had."""

    rule: str
    """Id of the rule."""
    element: str
    """`collection/id` of what was judged."""
    aspect: str = ""
    """Which of several things about the element; empty where there is one."""
    verdict: Literal["fail", "unknown"]
    """What it was then: a failure stands for an unknown too, an unknown for no failure."""
    severity: Severity
    """How grave it was then; what is graver is new."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is recognised by."""
        return self.rule, self.element, self.aspect

    def stands_for(self, finding: Finding) -> bool:
        """Whether that is the same finding, open and no worse than it was."""
        return (
            self.key == _key(finding)
            and self.severity.at_least(finding.severity)
            and (
                finding.verdict is Verdict.UNKNOWN
                or (finding.verdict is Verdict.FAIL and self.verdict == "fail")
            )
        )


class EstateThen(Form):
    """What was judged."""

    title: str
    classification: str
    """Marking of this file."""
    version: str
    phase: str


class Baseline(Form):
    """What `thabat check --write-baseline FILE` writes, and `--baseline FILE` reads."""

    format_version: str = Field(pattern=r"^1\.[0-9]+$")
    estate: EstateThen
    judged_on: date
    """Day as at which it was judged."""
    findings: tuple[Entry, ...]
    """By rule, element and aspect."""


@dataclass(frozen=True)
class Held:
    """A judgement held against a baseline."""

    judgement: Judgement
    """The same, with what the baseline knows marked as known."""
    gone: tuple[Entry, ...]
    """What the baseline knows and the estate no longer has."""

    @property
    def known(self) -> int:
        """How many findings the baseline stands for."""
        return sum(finding.known for finding in self.judgement.outcomes)


def baseline(judgement: Judgement, never_waived: Iterable[str] = (), *, only_known: bool = False) -> Baseline:
    """The failures and unknowns of a judgement; what a waiver bears is not among them.

    `never_waived` are rules whose findings nobody may bear: they stay findings. `only_known` leaves out what
    the judgement was held against a baseline for and is new, so that a baseline can only shrink.
    """
    never = frozenset(never_waived)
    found = {
        _key(finding): Entry(
            rule=finding.rule,
            element=finding.element,
            aspect=finding.aspect,
            verdict="unknown" if finding.verdict is Verdict.UNKNOWN else "fail",
            severity=finding.severity,
        )
        for finding in judgement.outcomes
        if finding.verdict.is_open and finding.rule not in never and (finding.known or not only_known)
    }
    return Baseline(
        format_version=FORMAT_VERSION,
        estate=EstateThen(
            title=judgement.title,
            classification=judgement.classification,
            version=judgement.version,
            phase=judgement.phase,
        ),
        judged_on=judgement.on,
        findings=tuple(entry for _, entry in sorted(found.items())),
    )


def written(known: Baseline) -> str:
    """The baseline as text, an entry a line, so that a change of it reads well."""
    head = known.model_dump(mode="json", exclude={"findings"})
    lines = [json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in known.findings]
    entries = ",\n    ".join(lines)
    body = json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    return (
        f'{body},\n  "findings": [\n    {entries}\n  ]\n}}\n' if lines else f'{body},\n  "findings": []\n}}\n'
    )


def read(text: str) -> Baseline:
    """The baseline in that text; BaselineError says what is wrong with it, and where."""
    if len(text) > MOST_BYTES:
        raise BaselineError(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        data: Any = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        raise BaselineError(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from None
    except RecursionError:
        raise BaselineError("values lie too deep in each other") from None
    try:
        found = Baseline.model_validate(data)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise BaselineError(f"{plain(where.lstrip('.')) or 'the whole'}: {plain(first['msg'])}") from None
    seen: set[tuple[str, str, str]] = set()
    for entry in found.findings:
        if entry.key in seen:
            raise BaselineError(f"{plain(' '.join(entry.key).rstrip())} stands in it twice")
        seen.add(entry.key)
    return found


def held_against(judgement: Judgement, known: Baseline, never_waived: Iterable[str] = ()) -> Held:
    """The judgement with the findings that the baseline stands for marked, and what it no longer has.

    A finding of a rule in `never_waived` stays new, whatever the file says.
    """
    never = frozenset(never_waived)
    by_key = {entry.key: entry for entry in known.findings if entry.rule not in never}

    def marked(finding: Finding) -> Finding:
        entry = by_key.get(_key(finding))
        return replace(finding, known=True) if entry is not None and entry.stands_for(finding) else finding

    def caused(cause: RootCause) -> RootCause:
        return replace(cause, findings=tuple(map(marked, cause.findings)))

    there = {_key(one) for one in judgement.outcomes if one.verdict.is_open}
    return Held(
        replace(
            judgement,
            outcomes=tuple(map(marked, judgement.outcomes)),
            causes=tuple(map(caused, judgement.causes)),
        ),
        tuple(entry for key, entry in sorted(by_key.items()) if key not in there),
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the file."""
    return schema_of(Baseline)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.element, finding.aspect


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BaselineError(f"`{plain(key)}` stands twice in one object")
        found[key] = value
    return found


if __name__ == "__main__":
    publish(schema())
