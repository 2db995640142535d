"""What a judged estate shows of each control: technical evidence by rules, and what people attest beside it.

Neither says that a control is met. Evidence by rules is partial by nature; an attestation is somebody's word.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from policies.frameworks import FRAMEWORKS
from policies.frameworks.catalogue import Catalogue, Control, catalogue
from policies.rule import Rule
from policies.rules import RULES
from specs.findings import Coverage, Judgement, Severity, Verdict
from specs.governance import Action, Applicability, Attestation, Risk
from specs.model import Estate
from specs.sentences import Sentence

Answering = TypeVar("Answering", Attestation, Applicability, Risk, Action)


class Technical(StrEnum):
    """What rules say of the part of a control that they look at."""

    CONTRADICTS = "contradicts"
    """A rule that bears on it fails somewhere, borne by a waiver or not."""
    UNKNOWN = "unknown"
    """None fails, and one cannot be decided."""
    SUPPORTS = "supports"
    """All that was judged holds."""
    NONE = "none"
    """No rule bears on it, or none had anything to judge."""


class Word(StrEnum):
    """What people say of a control on the day of the judgement."""

    IN_PLACE = "in-place"
    """Somebody attests that what rules do not see of it is done."""
    PARTLY = "partly"
    """Somebody attests that some of that is done."""
    NOT_IN_PLACE = "not-in-place"
    """Somebody says that it is not done."""
    EXPIRED = "expired"
    """The attestation has run out: it is unknown again."""
    NONE = "none"
    """Nobody has said anything that counts on that day."""


@dataclass(frozen=True)
class RuleEvidence:
    """How one rule that bears on a control came out."""

    rule: str
    """Its id."""
    title: str
    """What it asks: the part of the control that it looks at."""
    severity: Severity
    technical: Technical
    passed: int
    failed: int
    unknown: int
    waived: int
    findings: tuple[str, ...]
    """Keys of its findings, by element and aspect."""


@dataclass(frozen=True)
class ControlEvidence:
    """What there is to say of one control, on one day, of one estate."""

    control: Control
    technical: Technical
    """By the rules that bear on it: the worst of them."""
    rules: tuple[RuleEvidence, ...]
    """Every rule of the catalogue that bears on it, by id."""
    word: Word
    """By the attestation."""
    attestation: Attestation | None
    """The one in force on that day, else the one that ran out last; None where there is none."""
    applicability: Applicability | None
    """What the statement of applicability says of it; None where it says nothing."""
    actions: tuple[str, ...]
    """Ids of the actions planned that name it, or that name a finding which contradicts it."""
    risks: tuple[str, ...]
    """Ids of the risks in the register that name it."""

    @property
    def applies(self) -> bool | None:
        """Whether the organisation holds that it applies; None where nobody has decided."""
        return None if self.applicability is None else self.applicability.applicable

    @property
    def covered(self) -> bool:
        """Whether any rule bears on it at all, and looks at a part of it."""
        return bool(self.rules)

    @property
    def disputed(self) -> bool:
        """Whether people say that it is in place, or does not apply, while a rule contradicts it."""
        claimed = self.word in (Word.IN_PLACE, Word.PARTLY) or self.applies is False
        return claimed and self.technical is Technical.CONTRADICTS

    @property
    def needs_person(self) -> Sentence:
        """What of it no rule sees; it stays unknown until somebody attests it."""
        return self.control.beyond


def evidence_by_control(
    judgement: Judgement,
    estate: Estate,
    on: date | None = None,
    *,
    frameworks: Iterable[str] = FRAMEWORKS,
    rules: Sequence[Rule] = RULES,
) -> tuple[ControlEvidence, ...]:
    """Every control of these frameworks, in their order, with what rules show and what people say of it.

    `on` is the day as at which attestations count (None: that of the judgement). A rule that was not judged
    gives no evidence; it is named all the same. KeyError for a framework that there is not.
    """
    day = judgement.on if on is None else on
    by_rule = _by_rule(judgement, rules)
    mending = _mending(judgement, estate, day)
    found: list[ControlEvidence] = []
    for framework in frameworks:
        controls, named = catalogue(framework), bearing(framework, rules)
        attested = _by_control((one for one in estate.attestations.values() if one.on <= day), controls)
        decided = _by_control((one for one in estate.applicability.values() if one.on <= day), controls)
        risks = _by_control(estate.risks.values(), controls)
        actions = _by_control((one for one in estate.actions.values() if is_open(one, day)), controls)
        for one in controls.controls.values():
            shown = tuple(by_rule[name] for name in named.get(one.id, ()))
            word, attestation = _word(attested.get(one.id, ()), day)
            planned = {action.id for _, action in actions.get(one.id, ())}
            planned.update(*(mending.get(key, ()) for evidence in shown for key in evidence.findings))
            found.append(
                ControlEvidence(
                    one,
                    worst(evidence.technical for evidence in shown),
                    shown,
                    word,
                    attestation,
                    _decision(decided.get(one.id, ())),
                    tuple(sorted(planned)),
                    tuple(sorted(risk.id for _, risk in risks.get(one.id, ()))),
                )
            )
    return tuple(found)


def worst(technical: Iterable[Technical]) -> Technical:
    """The worst of several: contradicts, then unknown, then supports; what shows nothing counts for nothing.

    >>> worst([Technical.SUPPORTS, Technical.NONE, Technical.UNKNOWN]).value
    'unknown'
    """
    found = set(technical)
    return next((one for one in Technical if one in found), Technical.NONE)


def bearing(framework: str, rules: Sequence[Rule] = RULES) -> dict[str, tuple[str, ...]]:
    """By control of a framework: ids of the rules that bear on it, sorted; others are absent."""
    ids = {rule.id for rule in rules}
    found: dict[str, set[str]] = defaultdict(set)
    for one in catalogue(framework).controls.values():
        found[one.id].update(ids.intersection(one.rules))
    for rule in rules:
        for reference in rule.references:
            if reference.framework == framework:
                for id in reference.controls:
                    found[id].add(rule.id)
    return {id: tuple(sorted(names)) for id, names in found.items() if names}


def _by_rule(judgement: Judgement, rules: Sequence[Rule]) -> Mapping[str, RuleEvidence]:
    coverage = {one.rule: one for one in judgement.coverage}
    findings: dict[str, list[str]] = defaultdict(list)
    for finding in judgement.outcomes:
        if finding.verdict is not Verdict.PASS:
            findings[finding.rule].append(finding.key)
    return {
        rule.id: _evidence(rule, coverage.get(rule.id, Coverage(rule.id, 0, 0, 0, 0)), findings[rule.id])
        for rule in rules
    }


def _evidence(rule: Rule, counts: Coverage, findings: Sequence[str]) -> RuleEvidence:
    if counts.failed or counts.waived:
        technical = Technical.CONTRADICTS
    elif counts.unknown:
        technical = Technical.UNKNOWN
    else:
        technical = Technical.SUPPORTS if counts.passed else Technical.NONE
    return RuleEvidence(
        rule.id,
        rule.title,
        rule.severity,
        technical,
        counts.passed,
        counts.failed,
        counts.unknown,
        counts.waived,
        tuple(findings),
    )


def is_open(action: Action, on: date) -> bool:
    """Whether an action is still to be done on that day."""
    return action.done_on is None or action.done_on > on


def _by_control(
    entries: Iterable[Answering], controls: Catalogue
) -> Mapping[str, Sequence[tuple[str, Answering]]]:
    """By control: the entries that name it or a group that it stands in, each with the id that it names."""
    found: dict[str, list[tuple[str, Answering]]] = defaultdict(list)
    for entry in entries:
        for framework, ids in (entry.controls or {}).items():
            if framework == controls.framework:
                for id in dict.fromkeys(ids):
                    for one in controls.within(id):
                        found[one.id].append((id, entry))
    return found


def _word(entries: Sequence[tuple[str, Attestation]], on: date) -> tuple[Word, Attestation | None]:
    """What the newest attestation says that counts on that day, the worst of those of one day."""
    if not entries:
        return Word.NONE, None
    claims = list(_CLAIMS)
    in_force = [one for _, one in entries if one.expires >= on]
    if in_force:
        newest = max(in_force, key=lambda one: (one.on, claims.index(one.claim), one.id))
        return _CLAIMS[newest.claim], newest
    return Word.EXPIRED, max((one for _, one in entries), key=lambda one: (one.expires, one.on, one.id))


_CLAIMS = {"in-place": Word.IN_PLACE, "partly": Word.PARTLY, "not-in-place": Word.NOT_IN_PLACE}
"""From the best to the worst."""


def _decision(entries: Sequence[tuple[str, Applicability]]) -> Applicability | None:
    """The entry that names the control most closely, the newest of several."""
    if not entries:
        return None
    return max(entries, key=lambda entry: (len(entry[0]), entry[1].on, entry[1].id))[1]


def _mending(judgement: Judgement, estate: Estate, on: date) -> Mapping[str, tuple[str, ...]]:
    """By key of a finding: the open actions that are to mend it."""
    by_rule: dict[str, list[Action]] = defaultdict(list)
    for action in estate.actions.values():
        if action.rule is not None and is_open(action, on):
            by_rule[action.rule].append(action)
    return {
        finding.key: tuple(
            action.id
            for action in by_rule[finding.rule]
            if action.elements is None or {finding.element, finding.cause} & set(action.elements)
        )
        for finding in judgement.findings
        if finding.rule in by_rule
    }
