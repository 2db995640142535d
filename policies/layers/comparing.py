"""Judging an estate's layers by the same rules, and putting them side by side.

What a rule says of the declared and the planned estate stands as it is. In the observed layer a verdict
stands on what somebody saw: where it rests on a fact that a look could tell and nobody vouches for, it is
unknown, and where no look could tell any of its facts it is declared only, never a pass. One thing needs no
second look: a failure that only what was seen brings about.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policies.evidence import UNDECLARED, value_at
from policies.judging import judge
from policies.layers.overlay import Overlay, laid_over
from policies.layers.planned_layer import PlanMade, PlannedLayer, planned_by_engine, planned_without_engine
from policies.layers.results import OLDEST_LOOK, Cell, FactAcross, Layer, Row, Seat, SideBySide, Standing
from policies.rule import Rule
from policies.rules import RULES
from policies.wording import shown
from specs.findings import Evidence, Finding, Judgement, Verdict
from specs.issues import Fault, FieldPath
from specs.loading import Loaded
from specs.model import Estate
from specs.observed import Look, ObservedElement, observable, told_by_looks
from specs.sentences import NOTHING, Sentence, say, say_count
from specs.units import DAY

_MOST_DOUBTS = 3
"""Reasons told of one verdict; the rest is counted."""


Key = tuple[str, str, str]


@dataclass(frozen=True)
class Asked:
    """Which estate to judge, as what, and as at which day."""

    loaded: Loaded
    estate: Estate
    """As of the phase."""
    phase: str
    on: date
    """Day as at which rules judge."""
    looked_on: date
    """Day as at which the age of looks is told."""
    layers: tuple[Layer, ...] = tuple(Layer)
    made: PlanMade | None = None
    """The engine's own plan; None: what the program would hand to it."""
    seen: tuple[ObservedElement, ...] = ()
    """What was observed until that day."""
    seen_in: str = ""
    """Where that is kept, for people."""
    oldest_look: float = float(OLDEST_LOOK.default)
    """Age from which a look no longer counts, in s."""
    rules: Sequence[Rule] = RULES


def side_by_side(asked: Asked) -> SideBySide:
    """Every rule on every element in each of the layers, those that disagree first.

    Raises SpecError where the estate's thresholds cannot be read.
    """
    return _SideBySide(asked).result()


class _SideBySide:
    """The layers while they are judged."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.declared = _judged(asked, asked.estate)
        self.planned: PlannedLayer | None = None
        self.overlay: Overlay | None = None
        self.judgements: dict[Layer, Judgement | None] = {Layer.DECLARED: self.declared}
        if Layer.PLANNED in asked.layers:
            self.planned = (
                planned_without_engine(asked.estate)
                if asked.made is None
                else planned_by_engine(asked.estate, asked.made, asked.loaded.digest)
            )
            self.judgements[Layer.PLANNED] = self._again(self.planned.estate)
        if Layer.OBSERVED in asked.layers:
            since = asked.looked_on - timedelta(days=asked.oldest_look / DAY)
            self.overlay = laid_over(asked.estate, asked.seen, since)
            self.judgements[Layer.OBSERVED] = self._again(self.overlay.estate)
        self.found: dict[Layer, dict[Key, Finding]] = {
            layer: {_key(one): one for one in judgement.outcomes} if judgement is not None else {}
            for layer, judgement in self.judgements.items()
        }

    def result(self) -> SideBySide:
        header = self.declared
        keys = sorted({key for layer in self.asked.layers for key in self.found[layer]})
        rows = tuple(sorted((self._row(key) for key in keys), key=lambda row: row.order))
        return SideBySide(
            title=header.title,
            classification=header.classification,
            version=header.version,
            digest=header.digest,
            phase=header.phase,
            on=self.asked.on,
            looked_on=self.asked.looked_on,
            oldest_days=self.asked.oldest_look / DAY,
            seats=tuple(self._seat(layer) for layer in self.asked.layers),
            rows=rows,
            unexpected=self._unexpected(),
        )

    def _again(self, estate: Estate | None) -> Judgement | None:
        """The judgement of that estate; of the declared one, what was judged already."""
        if estate is None or estate == self.asked.estate:
            return None if estate is None else self.declared
        return _judged(self.asked, estate)

    def _row(self, key: Key) -> Row:
        findings = {layer: self.found[layer].get(key) for layer in self.asked.layers}
        telling = next(
            (one for one in findings.values() if one is not None and one.verdict is Verdict.FAIL),
            next((one for one in findings.values() if one is not None), None),
        )
        assert telling is not None
        return Row(
            rule=telling.rule,
            slug=telling.slug,
            title=telling.title,
            severity=telling.severity,
            element=telling.element,
            aspect=telling.aspect,
            cells=tuple(self._cell(layer, key, findings[layer]) for layer in self.asked.layers),
            facts=self._facts(one for one in findings.values() if one is not None),
            mending=telling.cure,
            location=telling.location,
        )

    def _cell(self, layer: Layer, key: Key, finding: Finding | None) -> Cell:
        if layer is Layer.DECLARED:
            return _as_judged(layer, finding)
        if layer is Layer.PLANNED:
            return self._planned_cell(key, finding)
        return self._observed_cell(key, finding)

    def _planned_cell(self, key: Key, finding: Finding | None) -> Cell:
        assert self.planned is not None
        if self.planned.estate is None:
            return Cell(Layer.PLANNED, Standing.UNKNOWN, reason=_refused(self.planned.refused))
        if finding is None or finding.verdict is Verdict.WAIVED:
            return _as_judged(Layer.PLANNED, finding)
        doubts = _doubts(finding.evidence, self.planned.doubt)
        if doubts:
            return Cell(Layer.PLANNED, Standing.UNKNOWN, finding.said, _told(doubts))
        return _as_judged(Layer.PLANNED, finding)

    def _observed_cell(self, key: Key, finding: Finding | None) -> Cell:
        assert self.overlay is not None
        layer, overlay = Layer.OBSERVED, self.overlay
        if finding is None:
            collection, _, element = key[1].partition("/")
            gone = overlay.doubt((collection, element))
            if gone is not None and self.asked.estate.element(key[1]) is not None:
                return Cell(layer, Standing.UNKNOWN, reason=_told((gone,)))
            return Cell(layer, Standing.NOT_JUDGED)
        if finding.verdict is Verdict.WAIVED:
            return _as_judged(layer, finding)
        declared = self.found[Layer.DECLARED].get(key)
        moved = declared is None or (declared.verdict, declared.said) != (finding.verdict, finding.said)
        if moved and finding.verdict is Verdict.FAIL:
            return _as_judged(layer, finding)
        doubts = _doubts(finding.evidence, overlay.doubt)
        if finding.verdict is Verdict.UNKNOWN:
            return Cell(layer, Standing.UNKNOWN, finding.said, _told(doubts) if doubts else NOTHING)
        if not any(observable(fact.path) for fact in finding.evidence):
            return _declared_only(finding)
        if doubts:
            return Cell(layer, Standing.UNKNOWN, finding.said, _told(doubts))
        if not any(told_by_looks(fact.path) for fact in finding.evidence):
            return _declared_only(finding)
        return _as_judged(layer, finding)

    def _facts(self, findings: Iterable[Finding]) -> tuple[FactAcross, ...]:
        """Facts that the verdicts rest on, or that stand beside them, in which the layers differ."""
        paths: dict[FieldPath, None] = {}
        elements: set[FieldPath] = set()
        for finding in findings:
            collection, _, key = finding.element.partition("/")
            elements.add((collection, key))
            for fact in finding.evidence:
                paths.setdefault(fact.path[:3])
                elements.add(fact.path[:2])
        if self.overlay is not None:
            for path in self.overlay.differing:
                if path[:2] in elements:
                    paths.setdefault(path)
        across = (self._across(path) for path in paths if len(path) > 1)
        return tuple(
            sorted(
                (one for one in across if one is not None), key=lambda one: (one.observed is None, one.fact)
            )
        )

    def _across(self, path: FieldPath) -> FactAcross | None:
        asked, planned, overlay = self.asked, self.planned, self.overlay
        declared = value_at(path, asked.estate)
        by_plan = None
        if planned is not None and planned.estate is not None:
            by_plan = "not known yet" if planned.doubt(path) is not None else value_at(path, planned.estate)
        seen, look = None, None
        if overlay is not None and observable(path):
            one = overlay.elements.get(f"{path[0]}/{path[1]}")
            look = one.look if one is not None else None
            if one is not None and not one.present and one.look.seen_on >= overlay.since:
                seen = "not found"
            elif (fact := overlay.fact(path)) is not None and fact.look.seen_on >= overlay.since:
                seen, look = shown(fact.written, 80), fact.look
                if overlay.doubt(path) is None:
                    seen = value_at(path, overlay.estate)
        if by_plan in (None, declared) and seen in (None, declared):
            return None
        return FactAcross(
            fact=Evidence(path, None, "").field,
            declared=declared,
            declared_at=asked.loaded.places.at(path) if declared != UNDECLARED or len(path) > 2 else None,
            planned=by_plan,
            planned_by=(planned.urns.get(f"{path[0]}/{path[1]}", "") if planned is not None else ""),
            observed=seen,
            observed_by=look,
        )

    def _seat(self, layer: Layer) -> Seat:
        judgement = self.judgements[layer]
        if layer is Layer.DECLARED:
            return Seat(layer, say("the spec {digest}", digest=self.declared.digest), judgement)
        if layer is Layer.PLANNED:
            assert self.planned is not None
            return Seat(layer, self._plan_source().mapped(shown), judgement, _texts(self.planned.refused))
        assert self.overlay is not None
        return Seat(layer, self._looks().mapped(shown), judgement, _texts(self.overlay.refused))

    def _looks(self) -> Sentence:
        seen = self.asked.seen
        looks = {one.look for one in seen} | {fact.look for one in seen for fact in one.facts.values()}
        if not looks:
            return say("nobody has looked at anything")
        days = sorted(look.seen_on for look in looks)
        return say_count(
            len(looks),
            "{count} look in {register}, from {first} to {last}",
            "{count} looks in {register}, from {first} to {last}",
            register=self.asked.seen_in,
            first=str(days[0]),
            last=str(days[-1]),
        )

    def _plan_source(self) -> Sentence:
        made = self.asked.made
        if made is None:
            return say("what the program would hand to the engine")
        stacks = ", ".join(made.stacks)
        if (made.digests, made.phases) == ((self.declared.digest,), (self.asked.phase,)):
            return say("stacks {stacks} by {file}, made from this spec", stacks=stacks, file=made.source)
        return say(
            "stacks {stacks} by {file}, made from another state of the spec ({digest}, as of {phase})",
            stacks=stacks,
            file=made.source,
            digest=", ".join(made.digests),
            phase=", ".join(made.phases),
        )

    def _unexpected(self) -> tuple[tuple[str, Look], ...]:
        if self.overlay is None:
            return ()
        return tuple(
            (shown(reference), one.look)
            for reference, one in self.overlay.elements.items()
            if one.present
            and one.look.seen_on >= self.overlay.since
            and self.asked.loaded.estate.element(reference) is None
        )


def _judged(asked: Asked, estate: Estate) -> Judgement:
    return judge(asked.loaded, estate, on=asked.on, phase=asked.phase, rules=asked.rules)


def _key(finding: Finding) -> Key:
    return finding.rule, finding.element, finding.aspect


def _as_judged(layer: Layer, finding: Finding | None) -> Cell:
    if finding is None:
        return Cell(layer, Standing.NOT_JUDGED)
    return Cell(layer, Standing(finding.verdict.value), finding.said)


def _declared_only(finding: Finding) -> Cell:
    reason = say("it rests on facts that no look can confirm")
    return Cell(Layer.OBSERVED, Standing.DECLARED_ONLY, finding.said, reason)


def _doubts(
    evidence: Iterable[Evidence], doubt: Callable[[FieldPath], Sentence | None]
) -> tuple[Sentence, ...]:
    """Why facts of a verdict are not known, each reason once."""
    found = (doubt(fact.path) for fact in evidence)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _told(doubts: Sequence[Sentence]) -> Sentence:
    """The first few reasons, and how many more there are."""
    first, *rest = doubts[:_MOST_DOUBTS]
    told = first
    for one in rest:
        told = say("{before}; {after}", before=told, after=one)
    if len(doubts) > _MOST_DOUBTS:
        told = say("{reasons}; and {more} more", reasons=told, more=len(doubts) - _MOST_DOUBTS)
    return told.mapped(shown)


def _refused(faults: Sequence[Fault]) -> Sentence:
    return say("the plan cannot be judged ({code})", code=faults[0].code)


def _texts(faults: Iterable[Fault]) -> tuple[str, ...]:
    """Faults for people, each once."""
    told = (f"{fault.code} {'/'.join(map(str, fault.path[:2]))}: {fault.message}" for fault in faults)
    return tuple(dict.fromkeys(shown(one) for one in told))
