"""Findings that a change brings, takes away or hides, each with the lines responsible."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from policies.changes.elements import Line
from policies.changes.responsible import Responsible
from policies.judging import judge
from resilience.analysis import Analysis
from specs.findings import Finding, Severity, Verdict
from specs.model import Estate

if TYPE_CHECKING:
    from policies.changes.comparison import Side

Happened = Literal["came", "went", "turned", "waived", "unwaived", "unjudged", "judged", "gone"]
"""It came: it was none before. It went: it is mended. It turned: from failing to unknown or back, or it
matters more or less. It is waived now, or no longer. Its rule judges it no more although its element is
there, as its tier, a threshold or a fact took it out of sight; or judges it now, and it passes. It is gone
with its element."""


@dataclass(frozen=True)
class FindingChange:
    """One outcome of a rule that is not as it was."""

    key: str
    """Rule, element and aspect."""
    happened: Happened
    before: Finding | None
    """None: the rule did not judge it."""
    after: Finding | None
    lines: tuple[Line, ...]
    """Changed lines that it comes from; none where several changes together do it."""
    by_its_facts: bool
    """Whether these are facts that the verdict rests on."""

    @property
    def told(self) -> Finding:
        """The finding that people read: as it is now, or as it was where it is no more."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found

    @property
    def severity(self) -> Severity:
        """How much it matters, before or after, whichever is more."""
        there = [one.severity for one in (self.before, self.after) if one is not None]
        return min(there, key=lambda severity: severity.rank)

    @property
    def speaks_against(self) -> bool:
        """Whether the change is worse for it: it came, turned worse, or is hidden from its rule although none
        of its facts changed."""
        if self.happened == "turned":
            assert self.before is not None
            assert self.after is not None
            graver = self.after.severity.rank < self.before.severity.rank
            return graver or (self.before.verdict, self.after.verdict) == (Verdict.UNKNOWN, Verdict.FAIL)
        if self.happened == "unjudged":
            return self.before is not None and self.before.verdict.is_open and not self.by_its_facts
        return self.happened in ("came", "unwaived")


def finding_changes(responsible: Responsible) -> tuple[FindingChange, ...]:
    """What came first, gravest first."""
    sides = (responsible.before, responsible.after)
    before, after = ({one.key: one for one in side.judgement.outcomes} for side in sides)
    sight = _Sight(*sides)
    put_back = _PutBack(responsible)
    found = []
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        happened = _happened(one, other, sight)
        if happened is not None:
            found.append(FindingChange(key, happened, one, other, *put_back.lines(key, one, other)))
    return tuple(sorted(found, key=_order))


class _Sight:
    """Which elements are there, and which of them a rule looks at, before and after."""

    def __init__(self, before: "Side", after: "Side") -> None:
        self._estates = (before.estate, after.estate)
        self._judged = tuple(
            {(one.rule, one.element) for one in side.judgement.outcomes} for side in (before, after)
        )

    def stays(self, finding: Finding) -> bool:
        """Whether its element is there before and after."""
        return all(estate.element(finding.element) is not None for estate in self._estates)

    def left(self, finding: Finding) -> bool:
        """Whether its element is there, and its rule looks at it on one side only."""
        looks = [(finding.rule, finding.element) in judged for judged in self._judged]
        return self.stays(finding) and not all(looks)


def _happened(before: Finding | None, after: Finding | None, sight: _Sight) -> Happened | None:
    if after is None:
        assert before is not None
        if sight.left(before):
            return "unjudged"
        if before.verdict is Verdict.PASS:
            return None
        return "went" if sight.stays(before) else "gone"
    was = before.verdict if before is not None else Verdict.PASS
    if after.verdict.is_open:
        if was.is_open:
            same = before is not None and (was, before.severity) == (after.verdict, after.severity)
            return None if same else "turned"
        return "unwaived" if was is Verdict.WAIVED else "came"
    if after.verdict is Verdict.WAIVED:
        return None if was is Verdict.WAIVED else "waived"
    if was is not Verdict.PASS:
        return "went"
    return "judged" if before is None and sight.left(after) else None


class _PutBack:
    """Finds the lines behind a verdict; what each rule says with each change put back is judged once."""

    def __init__(self, responsible: Responsible) -> None:
        self._responsible = responsible
        self._verdicts: dict[tuple[str, str], Mapping[str, Verdict]] = {}

    def lines(self, key: str, before: Finding | None, after: Finding | None) -> tuple[tuple[Line, ...], bool]:
        """Changed facts that either verdict rests on; else waivers and thresholds, or what gives the former
        verdict when it is put back, or what changed of the element and its cause. And whether it is facts."""
        responsible = self._responsible
        sides = [one for one in (after, before) if one is not None]
        rule = sides[0].rule
        facts = [fact.path for one in sides for fact in one.evidence]
        named = [("waivers", one.waiver) for one in sides if one.waiver]
        verdict = before.verdict if before is not None else None
        about = {name for one in sides for name in (one.element, one.cause)}

        def as_before(changed: str, put_back: Analysis) -> bool:
            return self._verdict(rule, key, changed, put_back.estate) is verdict

        found = responsible.among(*facts)
        if found:
            return found, True
        decided = responsible.among(*named, ("thresholds", rule))
        return decided or responsible.undoing(as_before) or responsible.naming(about), False

    def _verdict(self, rule: str, key: str, changed: str, put_back: Estate) -> Verdict | None:
        """What the rule says of it with the change to that element put back."""
        side = self._responsible.after
        if (rule, changed) not in self._verdicts:
            rules = [one for one in side.rules if one.id == rule]
            judged = judge(side.loaded, put_back, on=side.judgement.on, phase=side.phase, rules=rules)
            self._verdicts[rule, changed] = {one.key: one.verdict for one in judged.outcomes}
        return self._verdicts[rule, changed].get(key)


_HAPPENED: tuple[Happened, ...] = (
    "came",
    "unwaived",
    "turned",
    "unjudged",
    "waived",
    "went",
    "judged",
    "gone",
)


def _order(change: FindingChange) -> tuple[int, int, str]:
    return (_HAPPENED.index(change.happened), change.severity.rank, change.key)
