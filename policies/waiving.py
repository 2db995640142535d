"""Waivers: findings borne for a while by somebody who approved it; one that has run out bears nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Rule, fails, passes, rule
from specs.findings import Finding, Severity, Verdict
from specs.governance import Waiver
from specs.issues import FieldPath
from specs.sentences import say
from specs.text import did_you_mean


@rule(
    "WVR-001",
    "waivers-in-force",
    severity=Severity.LOW,
    title="Every waiver names a rule that exists, is in force, and bears something",
    rationale="A waiver that has run out hides that its finding is back; one that bears nothing will one "
    "day bear "
    "what nobody meant.",
    remediation="Remove it, correct it, or have it approved anew with another day of expiry.",
    references=(nist("CA-5", "PM-4"), csf("GV.RM-06", "ID.RA-06"), iso27001("A.5.36")),
    scope="Each waiver of the estate.",
    bad="waivers: {cord: {rule: PWR-001, elements: [devices/console], reason: …, expires: 2024-01-31}}",
    good="waivers: {cord: {rule: PWR-001, elements: [devices/console], reason: …, expires: 2027-01-31}}",
)
def waivers_in_force(case: object) -> Iterator[Outcome]:
    """Judged by `waiver_outcomes` once every other rule has spoken."""
    yield from ()


def waived(findings: Iterable[Finding], waivers: Mapping[str, Waiver], on: date) -> list[Finding]:
    """The findings, those that a waiver in force bears as waived; an expired one is named in the message."""
    by_target: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in waivers.values():
        for element in waiver.elements:
            by_target.setdefault((waiver.rule, element), []).append(waiver)
    return [_borne(finding, by_target.get((finding.rule, finding.element), ()), on) for finding in findings]


def _borne(finding: Finding, waivers: Iterable[Waiver], on: date) -> Finding:
    if finding.verdict is Verdict.PASS:
        return finding
    ordered = sorted(waivers, key=lambda waiver: (waiver.expires < on, waiver.id))
    if not ordered:
        return finding
    first = ordered[0]
    if first.expires < on:
        told = say(
            "{message} (The waiver {waiver} bore it until {day}.)",
            message=finding.said,
            waiver=first.id,
            day=str(first.expires),
        )
        return replace(finding, said=told, waiver=first.id)
    return replace(finding, verdict=Verdict.WAIVED, waiver=first.id)


def waiver_outcomes(
    findings: Iterable[Finding], waivers: Mapping[str, Waiver], rules: Iterable[str], on: date
) -> Iterator[tuple[Rule, Outcome]]:
    """What is wrong with the waivers themselves, once the findings are known."""
    used = {(finding.waiver, finding.element) for finding in findings if finding.verdict is Verdict.WAIVED}
    known = tuple(rules)
    for key, waiver in waivers.items():
        element, place = f"waivers/{key}", ("waivers", key)
        if waiver.rule not in known:
            path: FieldPath = (*place, "rule")
            yield (
                waivers_in_force,
                fails(
                    element,
                    f"It names no rule: {waiver.rule}.",
                    f"Name a rule's stable id ({did_you_mean(waiver.rule, known)}).",
                    path,
                ),
            )
        elif waiver.expires < on:
            yield (
                waivers_in_force,
                fails(
                    element,
                    f"It ran out on {waiver.expires}; what it bore is a finding again.",
                    "Mend what it bore, or have it approved anew.",
                    (*place, "expires"),
                ),
            )
        elif idle := [name for name in waiver.elements if (key, name) not in used]:
            yield (
                waivers_in_force,
                fails(
                    element,
                    f"It bears nothing for {', '.join(idle)}: {waiver.rule} finds nothing there.",
                    "Take these elements out of it, or remove it.",
                    (*place, "elements"),
                ),
            )
        else:
            yield waivers_in_force, passes(element, f"It is in force until {waiver.expires}.", place)
