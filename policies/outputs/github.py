"""A judgement as GitHub workflow commands, which show each finding beside its line."""

from policies.outputs.origin import Origin
from specs.findings import Finding, Judgement, Verdict


def render(judgement: Judgement, origin: Origin) -> str:
    """One command a finding, gravest first, and a notice that sums up."""
    lines = [_command(finding, origin) for finding in judgement.findings]
    counts = ", ".join(f"{len(judgement.having(verdict))} {verdict}" for verdict in Verdict)
    told = (
        f"{judgement.title} ({judgement.classification}), version {judgement.version}, {judgement.phase}: "
        f"{counts}; "
        f"{judgement.digest}; thabat {origin.tool_version}"
    )
    return "\n".join((*lines, f"::notice title=thabat check::{_data(told)}")) + "\n"


def _command(finding: Finding, origin: Origin) -> str:
    if finding.verdict is Verdict.WAIVED or finding.known:
        level = "notice"
    else:
        level = "error" if finding.severity.mandatory else "warning"
    properties = {}
    if finding.location is not None:
        properties["file"] = origin.file(finding.location)
        properties["line"] = str(finding.location.line)
        properties["col"] = str(finding.location.column)
    known = ", in the baseline" if finding.known else ""
    properties["title"] = f"{finding.rule} {finding.slug} ({finding.verdict}{known})"
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = " ".join(part for part in (f"{finding.element}: {finding.message}", finding.mending) if part)
    return f"::{level} {shown}::{_data(text)}"


def _data(text: str) -> str:
    """Text that cannot end the command or begin another.

    >>> _data("50 %\\n::add-mask::x")
    '50 %25%0A::add-mask::x'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
