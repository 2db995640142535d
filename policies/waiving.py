"""Waivers: findings borne for a while by somebody who approved it; one that has run out bears nothing."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from policies.frameworks import csf, iso27001, nist
from policies.rule import Outcome, Rule, fails, passes, rule
from specs.findings import Finding, Severity, Verdict
from specs.governance import Threshold, Waiver
from specs.sentences import Sentence, listed, say
from specs.text import nearest


@rule(
    "WVR-001",
    "waivers-in-force",
    severity=Severity.LOW,
    title="Every waiver names a rule that may be waived, is in force, and bears something",
    rationale="A waiver that has run out hides that its finding is back; one that bears nothing will one "
    "day bear what nobody meant; and some findings are not the organisation's to bear.",
    remediation="Remove it, correct it, or have it approved anew with another day of expiry.",
    references=(nist("CA-5", "PM-4"), csf("GV.RM-06", "ID.RA-06"), iso27001("A.5.36")),
    scope="Each waiver of the estate.",
    bad="waivers: {cord: {rule: PWR-001, elements: [devices/console], reason: …, expires: 2024-01-31}}",
    good="waivers: {cord: {rule: PWR-001, elements: [devices/console], reason: …, expires: 2027-01-31}}",
    never_waived="A waiver of a waiver would hide that nobody bears the finding.",
)
def waivers_in_force(case: object) -> Iterator[Outcome]:
    """Judged by `waiver_outcomes` once every other rule has spoken."""
    yield from ()


def never_waived(rules: Iterable[Rule], thresholds: Mapping[str, Threshold]) -> Mapping[str, Sentence]:
    """By rule that nobody may waive, why: the rule book's reason, or who in the organisation decided so."""
    found = {rule.id: say(rule.never_waived) for rule in rules if rule.never_waived}
    for name, threshold in thresholds.items():
        if threshold.waivable is False and name not in found:
            found[name] = say("The organisation decided so ({source}).", source=threshold.source)
    return found


def waived(
    findings: Iterable[Finding], waivers: Mapping[str, Waiver], on: date, never: Mapping[str, Sentence]
) -> list[Finding]:
    """The findings, those that a waiver in force bears as waived; an expired one is named in the message.

    `never` says by rule why none of its findings may be borne; a waiver for such a rule bears nothing.
    """
    by_target: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in waivers.values():
        for element in waiver.elements if waiver.rule not in never else ():
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
    findings: Iterable[Finding],
    waivers: Mapping[str, Waiver],
    rules: Iterable[str],
    on: date,
    never: Mapping[str, Sentence],
) -> Iterator[tuple[Rule, Outcome]]:
    """What is wrong with the waivers themselves, once the findings are known."""
    used = {(finding.waiver, finding.element) for finding in findings if finding.verdict is Verdict.WAIVED}
    known = tuple(rules)
    for key, waiver in waivers.items():
        yield waivers_in_force, _outcome(key, waiver, used, known, on, never)


def _outcome(
    key: str,
    waiver: Waiver,
    used: Container[tuple[str, str]],
    known: Sequence[str],
    on: date,
    never: Mapping[str, Sentence],
) -> Outcome:
    element, place = f"waivers/{key}", ("waivers", key)
    if waiver.rule not in known:
        return fails(
            element,
            say("It names no rule: {rule}.", rule=waiver.rule),
            say("Name a rule's stable id (did you mean `{rule}`?).", rule=near)
            if (near := nearest(waiver.rule, known))
            else say("Name a rule's stable id, as {command} lists them.", command="`thabat rules`"),
            (*place, "rule"),
        )
    if waiver.rule in never:
        return fails(
            element,
            say("Nobody may waive {rule}: {why} It bears nothing.", rule=waiver.rule, why=never[waiver.rule]),
            say("Remove it, and mend what the rule finds."),
            (*place, "rule"),
        )
    if waiver.expires < on:
        return fails(
            element,
            say("It ran out on {day}; what it bore is a finding again.", day=str(waiver.expires)),
            say("Mend what it bore, or have it approved anew."),
            (*place, "expires"),
        )
    if idle := [name for name in waiver.elements if (key, name) not in used]:
        return fails(
            element,
            say(
                "It bears nothing for {elements}: {rule} finds nothing there.",
                elements=listed(idle),
                rule=waiver.rule,
            ),
            say("Take these elements out of it, or remove it."),
            (*place, "elements"),
        )
    return passes(element, say("It is in force until {day}.", day=str(waiver.expires)), place)
