"""Frameworks for a terminal and as Markdown: what rules show of each control, and what people say."""

from collections import Counter
from collections.abc import Iterator

from policies.frameworks import FRAMEWORKS, Framework
from policies.frameworks.availability import SiteAvailability
from policies.frameworks.catalogue import Control, catalogue
from policies.frameworks.evidence import ControlEvidence, Technical, Word
from policies.outputs.framework_document import Shown
from policies.outputs.markdown import escaped
from policies.outputs.terminal import Screen
from policies.wording import counted, shown
from specs.findings import Judgement

_COLOURS = {
    Technical.CONTRADICTS: "31",
    Technical.UNKNOWN: "33",
    Technical.SUPPORTS: "32",
    Technical.NONE: "2",
}
_SIGNS = {Technical.CONTRADICTS: "✗", Technical.UNKNOWN: "?", Technical.SUPPORTS: "✓", Technical.NONE: "-"}
_MOST_AGAINST = 6


def listing(covered: dict[str, int], screen: Screen) -> str:
    """Every framework, how many controls it has and on how many of them a rule bears."""
    lines = []
    for framework in FRAMEWORKS.values():
        controls = len(catalogue(framework.key).controls)
        told = (
            f"{framework.title} ({framework.publisher}): {counted(controls, 'control')}, rules bear on "
            f"{covered[framework.key]} of them."
        )
        lines += [screen.styled(framework.key, "1"), screen.filled(told, "  ", "  ")]
    return "\n".join(lines) + "\n"


def terminal(found: Shown, screen: Screen, *, everything: bool = False) -> str:
    """A framework control by control; those of which there is nothing to say are counted, or all told."""
    return "\n".join(_terminal(found, screen, everything)) + "\n"


def _terminal(found: Shown, screen: Screen, everything: bool) -> Iterator[str]:
    framework = FRAMEWORKS[found.framework]
    yield screen.styled(f"{framework.title} ({framework.publisher})", "1")
    if found.judgement is not None:
        yield screen.filled(_judged(found.judgement), "", "  ")
    yield screen.filled(str(framework.remark), "", "  ")
    for site in found.sites:
        yield ""
        yield from _site(site, screen)
    by_control = {one.control.id: one for one in found.evidence}
    for group, controls, left in _groups(found, everything):
        yield ""
        yield screen.filled(group, "", "  ")
        for control in controls:
            yield from _control(control, by_control.get(control.id), found, screen)
        if left:
            yield f"  {counted(left, 'control')} on which no rule bears and nobody has said anything"
    yield ""
    yield screen.filled(_summary(found), "", "  ")


def _control(
    control: Control, evidence: ControlEvidence | None, found: Shown, screen: Screen
) -> Iterator[str]:
    technical = evidence.technical if evidence is not None else None
    sign = screen.styled(_SIGNS[technical], _COLOURS[technical]) if technical is not None else "·"
    said = f" {technical}" if technical not in (None, Technical.NONE) else ""
    yield f"  {sign} {screen.styled(control.id, '1')}{said}"
    yield screen.filled(str(control.subject), "      ", "      ")
    rules = found.bearing.get(control.id, ())
    if rules:
        yield screen.filled(f"rules: {', '.join(_outcomes(rules, evidence))}", "      ", "        ")
    if str(control.part):
        yield screen.filled(f"looked at: {control.part}", "      ", "        ")
    yield screen.filled(f"beyond rules: {control.beyond}", "      ", "        ")
    for line in _said(evidence):
        yield screen.filled(line, "      ", "        ")


def _outcomes(rules: tuple[str, ...], evidence: ControlEvidence | None) -> Iterator[str]:
    if evidence is None:
        yield from rules
        return
    for one in evidence.rules:
        bad = {"failed": one.failed, "unknown": one.unknown, "waived": one.waived}
        told = ", ".join(f"{number} {word}" for word, number in bad.items() if number)
        judged = one.passed + one.failed + one.unknown + one.waived
        yield f"{one.rule} ({told or (f'{one.passed} passed' if judged else 'nothing to judge')})"


def _said(evidence: ControlEvidence | None) -> Iterator[str]:
    """What people say of a control, one line each."""
    if evidence is None:
        return
    attestation, applicability = evidence.attestation, evidence.applicability
    if attestation is not None and evidence.word is Word.EXPIRED:
        yield (
            f"attested until {attestation.expires} by {shown(attestation.by)} ({attestation.id}): it ran out "
            "and is unknown again"
        )
    elif attestation is not None:
        yield (
            f"attested {evidence.word} by {shown(attestation.by)} on {attestation.on}, until "
            f"{attestation.expires} ({attestation.id}): {shown(str(attestation.statement))}"
        )
    if applicability is not None:
        applies = "applies" if applicability.applicable else "does not apply"
        yield (
            f"{applies}, as {shown(applicability.decided_by)} decided on {applicability.on} "
            f"({applicability.id}): {shown(str(applicability.why))}"
        )
    if evidence.disputed:
        yield "disputed: a rule contradicts what was said"
    if evidence.actions:
        yield f"actions: {', '.join(evidence.actions)}"
    if evidence.risks:
        yield f"risks: {', '.join(evidence.risks)}"


def _groups(found: Shown, everything: bool) -> Iterator[tuple[str, list[Control], int]]:
    """Each group with the controls to show of it, and how many are left out."""
    by_control = {one.control.id: one for one in found.evidence}
    listed = catalogue(found.framework)
    for group, subject in listed.groups.items():
        inside = [one for one in listed.controls.values() if one.group == group]
        told = [
            one
            for one in inside
            if everything or str(one.part) or found.bearing.get(one.id) or _spoken(by_control.get(one.id))
        ]
        if inside:
            yield f"{group} {subject}", told, len(inside) - len(told)


def _spoken(evidence: ControlEvidence | None) -> bool:
    return evidence is not None and (
        evidence.attestation is not None
        or evidence.applicability is not None
        or evidence.technical is not Technical.NONE
        or bool(evidence.actions or evidence.risks)
    )


def _site(site: SiteAvailability, screen: Screen) -> Iterator[str]:
    yield screen.styled(f"sites/{site.site}", "1")
    if site.supported:
        told = f"Evidence supports what was looked at of class {site.supported} and those below."
    else:
        told = "Evidence does not support all that was looked at of class 1."
    yield screen.filled(told, "  ", "  ")
    for one in site.stopped_by:
        more = f" and {len(one.against) - _MOST_AGAINST} more" if len(one.against) > _MOST_AGAINST else ""
        text = f"{one.control.id} {one.control.subject}, {one.technical}: "
        yield screen.filled(
            f"{text}{', '.join(one.against[:_MOST_AGAINST])}{more}", f"  {_SIGNS[one.technical]} ", "    "
        )


def _judged(judgement: Judgement) -> str:
    return (
        f"{judgement.title} ({judgement.classification}), version {judgement.version}, as of "
        f"{judgement.phase}, judged on {judgement.on}; {judgement.digest}"
    )


def _summary(found: Shown) -> str:
    controls = found.controls
    bare = sum(not found.bearing.get(one.id) and not str(one.part) for one in controls)
    covered = f"Of {bare} of {counted(len(controls), 'control')} no rule looks at anything"
    if found.judgement is None:
        return f"{covered}; of the others rules see a part."
    counts = Counter(one.technical for one in found.evidence)
    words = Counter(one.word for one in found.evidence)
    technical = ", ".join(f"{counts[one]} {one}" for one in Technical)
    said = ", ".join(f"{words[one]} {one}" for one in Word)
    return f"{covered}. Technical evidence: {technical}. People's word: {said}."


def markdown(found: Shown, *, everything: bool = False) -> str:
    """A framework as Markdown, for a page or a merge request."""
    return "\n".join(_markdown(found, everything)) + "\n"


def _markdown(found: Shown, everything: bool) -> Iterator[str]:
    framework = FRAMEWORKS[found.framework]
    yield f"# {escaped(framework.title)} ({escaped(framework.publisher)})"
    yield ""
    if found.judgement is not None:
        yield escaped(_judged(found.judgement))
        yield ""
    yield f"{escaped(str(framework.remark))} {escaped(_summary(found))}"
    yield from _markdown_sites(found.sites)
    by_control = {one.control.id: one for one in found.evidence}
    for group, controls, left in _groups(found, everything):
        yield ""
        yield f"## {escaped(group)}"
        if controls:
            yield ""
            yield "| control | subject | evidence | rules | looked at | beyond rules | people |"
            yield "| --- | --- | --- | --- | --- | --- | --- |"
        for control in controls:
            evidence = by_control.get(control.id)
            cells = (
                control.id,
                str(control.subject),
                evidence.technical.value if evidence is not None else "",
                ", ".join(_outcomes(found.bearing.get(control.id, ()), evidence)),
                str(control.part),
                str(control.beyond),
                "; ".join(_said(evidence)),
            )
            yield f"| {' | '.join(map(escaped, cells))} |"
        if left:
            yield ""
            yield f"{counted(left, 'control')} on which no rule bears and nobody has said anything."


def _markdown_sites(sites: tuple[SiteAvailability, ...]) -> Iterator[str]:
    if not sites:
        return
    ids = [one.control.id for one in sites[0].criteria]
    yield ""
    yield "## By site"
    yield ""
    yield f"| site | supported up to class | {' | '.join(ids)} |"
    yield f"| --- | --- | {' | '.join('---' for _ in ids)} |"
    for site in sites:
        verdicts = " | ".join(one.technical.value for one in site.criteria)
        yield f"| {escaped(site.site)} | {site.supported or 'none'} | {verdicts} |"


def as_json(framework: Framework, covered: int) -> dict[str, object]:
    """A framework in the listing."""
    return {
        "key": framework.key,
        "title": framework.title,
        "publisher": framework.publisher,
        "remark": str(framework.remark),
        "controls": len(catalogue(framework.key).controls),
        "covered": covered,
    }
