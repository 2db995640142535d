"""Reference of the rules: a listing, a page a rule, and the form of what a check writes as JSON."""

import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

import yaml

from policies.frameworks import FRAMEWORKS
from policies.frameworks.catalogue import control
from policies.outputs.json_document import Document
from policies.outputs.markdown import escaped
from policies.published import schema_of
from policies.rule import Rule
from policies.wording import counted
from specs.findings import Judgement, Verdict
from specs.issues import FieldPath

_NOTE = "Written by `thabat rules pages docs/reference/rules`; do not edit."


def listing(rules: Sequence[Rule], width: int = 80) -> str:
    """A line or two a rule."""
    lines = []
    for rule in rules:
        head = f"{rule.id:<9}{rule.severity.value:<10}"
        lines.append(
            textwrap.fill(rule.title, max(width, 50), initial_indent=head, subsequent_indent=" " * 19)
        )
    return "\n".join(lines) + "\n"


def page(rule: Rule) -> str:
    """All about one rule, as Markdown that also reads well as it is."""
    stops = "mandatory: a failure or an unknown stops a plan" if rule.mandatory else "advisory"
    parts = [
        f"# {rule.id} {rule.slug}",
        _filled(f"{rule.title}."),
        _filled(f"Severity **{rule.severity}** ({stops})."),
        "## Why",
        _filled(rule.rationale),
        "## What is judged",
        _filled(_sentence(rule.scope)),
    ]
    if rule.unknown_when:
        parts.append(_filled(f"Unknown when {rule.unknown_when.rstrip('.')}."))
    if rule.parameters:
        parts += [
            "## Figures",
            "Set otherwise under `thresholds` in the estate, with who decided it:",
            "\n".join(
                f"- `{one.name}`: {one.shown}\n  {one.meaning} Default from: {one.source.rstrip('.')}."
                for one in rule.parameters
            ),
        ]
    if rule.bad:
        parts += ["## Found", _yaml(rule.bad)]
    if rule.good:
        parts += ["## Mended", _yaml(rule.good)]
    parts += ["## How to mend", _filled(rule.remediation), "## May it be waived?", _filled(_waivable(rule))]
    parts += ["## Controls", _controls(rule)]
    return "\n\n".join(parts) + "\n"


def looked_at(rule: Rule, judgement: Judgement) -> str:
    """How the rule came out of an estate, and which fields it looked at there."""
    outcomes = [one for one in judgement.outcomes if one.rule == rule.id]
    counts = Counter(one.verdict for one in outcomes)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    fields = Counter(_field(fact.path) for one in outcomes for fact in one.evidence)
    lines = [f"- `{field}`: {counted(count, 'time')}" for field, count in sorted(fields.items())]
    parts = [
        f"## In {escaped(judgement.title)}, as of {escaped(judgement.phase)}",
        _filled(f"It came out {told}."),
    ]
    parts += ["It looked at:", "\n".join(lines)] if lines else []
    return "\n\n".join(parts) + "\n"


def _field(path: FieldPath) -> str:
    """The field of a path, whichever element it is of.

    >>> _field(("devices", "sw-01", "feeds", 0))
    'devices: feeds'
    """
    names = [str(part) for part in path[2:] if not isinstance(part, int)]
    return f"{path[0]}: {'.'.join(names) or 'as a whole'}"


def _waivable(rule: Rule) -> str:
    if rule.waivable:
        return (
            "For a while, under `waivers` with a reason, a requester, an approver and an end; unless the "
            f"organisation says `thresholds: {{{rule.id}: {{waivable: false}}}}`."
        )
    return f"By nobody. {rule.never_waived}"


def as_json(rules: Sequence[Rule]) -> str:
    """The rules as JSON."""
    rows = [
        {
            "id": rule.id,
            "slug": rule.slug,
            "severity": rule.severity.value,
            "mandatory": rule.mandatory,
            "title": rule.title,
            "rationale": rule.rationale,
            "remediation": rule.remediation,
            "scope": rule.scope,
            "unknown_when": rule.unknown_when,
            "parameters": [
                {"name": one.name, "default": one.shown, "meaning": one.meaning, "source": one.source}
                for one in rule.parameters
            ],
            "bad": rule.bad,
            "good": rule.good,
            "waivable": rule.waivable,
            "never_waived": rule.never_waived,
            "references": [
                {
                    "framework": one.framework,
                    "controls": list(one.controls),
                    "parts": [_part(one.framework, id) for id in one.controls],
                }
                for one in rule.references
            ],
        }
        for rule in rules
    ]
    return json.dumps({"format_version": "1.1", "rules": rows}, indent=2, ensure_ascii=False) + "\n"


def _part(framework: str, id: str) -> Mapping[str, str]:
    one = control(framework, id)
    return {"id": id, "subject": str(one.subject), "part": str(one.part), "beyond": str(one.beyond)}


def reference(rules: Sequence[Rule]) -> Mapping[str, str]:
    """Every file of the reference by name."""
    files = {f"{rule.id}.md": f"<!-- {_NOTE} -->\n\n{page(rule)}" for rule in rules}
    files["README.md"] = _index(rules)
    files["check.schema.json"] = schema()
    return dict(sorted(files.items()))


def schema() -> str:
    """JSON Schema of what `thabat check -o json` writes."""
    return json.dumps(schema_of(Document), indent=2, ensure_ascii=False) + "\n"


def _index(rules: Sequence[Rule]) -> str:
    rows = [f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {rule.title} |" for rule in rules]
    head = ["| rule | severity | what must hold |", "| --- | --- | --- |"]
    remark = (
        "A verdict is technical evidence for a part of each control that a rule bears on; it never says "
        "that one is met."
    )
    lines = [f"<!-- {_NOTE} -->", "", "# Rules", "", *textwrap.wrap(remark, 110), "", *head, *rows]
    return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    """The example over several lines, as people write it; a remark after `#` comes first."""
    body, _, remark = text.partition(" # ")
    laid_out = yaml.safe_dump(yaml.safe_load(body), default_flow_style=None, sort_keys=False, width=78)
    comment = f"# {remark}\n" if remark else ""
    return f"```yaml\n{comment}{laid_out}```"


def _controls(rule: Rule) -> str:
    lines = []
    for reference in rule.references:
        lines.append(f"- {FRAMEWORKS[reference.framework].title}")
        for id in reference.controls:
            one = control(reference.framework, id)
            told = f"{id} {one.subject}. Looked at: {one.part}. Beyond it: {one.beyond}."
            lines.append(textwrap.fill(told, 78, initial_indent="  - ", subsequent_indent="    "))
    evidence = (
        "A verdict is technical evidence for the part of each that the rules which bear on it look at "
        "together; it never says that one is met."
    )
    return "\n".join(lines) + f"\n\n{_filled(evidence)}"


def _filled(text: str) -> str:
    return textwrap.fill(text, 78, break_long_words=False, break_on_hyphens=False)


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."
