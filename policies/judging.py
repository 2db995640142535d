"""Judging: every rule over one estate, its outcomes made findings with places, waivers and root causes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from policies.case import Case, Shared
from policies.evidence import evidence_for
from policies.rule import Outcome, Rule
from policies.rules import RULES
from policies.thresholds import faults, figures
from policies.waiving import never_waived, waived, waiver_outcomes
from policies.wording import shown
from specs.findings import Coverage, Evidence, Finding, Judgement, RootCause, Verdict, by_gravity
from specs.header import TODAY, Header
from specs.issues import Issue, Location, SpecError
from specs.loading import Loaded
from specs.locate import Places
from specs.model import Estate
from specs.sentences import as_sentence


def judge(
    loaded: Loaded,
    estate: Estate,
    *,
    on: date,
    phase: str | None = None,
    rules: Sequence[Rule] = RULES,
) -> Judgement:
    """Judge an estate, as of a phase (None: its last), by every rule or by some, as at a day.

    Raises SpecError where its thresholds name no rule or figure, or give a figure that cannot be read, of
    whichever rule.
    """
    known = {rule.id: rule for rule in (*RULES, *rules)}
    wrong = faults(estate.thresholds, known.values())
    if wrong:
        raise SpecError(
            Issue(fault.code, loaded.places.at(fault.path), fault.message, fault.hint) for fault in wrong
        )
    shared = Shared(estate, planned(loaded.estate, on))
    in_service_on = max(on, phase_ends(estate.estate, phase) or on)
    outcomes: list[Finding] = []
    for rule in rules:
        values = figures(rule, estate.thresholds.get(rule.id))
        case = Case(shared, on, in_service_on, values, frozenset(known))
        outcomes += (_finding(rule, outcome, estate, loaded.places) for outcome in rule.check(case))
    never = never_waived(known.values(), estate.thresholds)
    outcomes = waived(outcomes, estate.waivers, on, never)
    about_waivers = waiver_outcomes(outcomes, estate.waivers, [rule.id for rule in rules], on, never)
    outcomes += (_finding(rule, outcome, estate, loaded.places) for rule, outcome in about_waivers)
    ordered = tuple(sorted(outcomes, key=lambda finding: (finding.rule, finding.element, finding.aspect)))
    header = estate.estate
    return Judgement(
        title=shown(str(header.title)),
        classification=header.classification,
        version=shown(header.version),
        digest=loaded.digest,
        phase=phase if phase is not None else last_phase(header),
        on=on,
        outcomes=ordered,
        coverage=_coverage(ordered, rules),
        causes=_causes(ordered, estate, loaded.places),
    )


def last_phase(header: Header) -> str:
    """Name of the last phase; `today` where the estate has none."""
    return header.phases[-1].id if header.phases else TODAY


def phase_ends(header: Header, phase: str | None) -> date | None:
    """Day by which all of the phase (None: the last) is in service; None for today's estate."""
    name = (phase if phase is not None else last_phase(header)).partition("/")[0]
    return next((one.ends for one in header.phases if one.id == name), None)


def planned(estate: Estate, on: date) -> frozenset[str]:
    """Elements (`collection/id`) that enter in a phase that is not over on that day."""
    over = {phase.id for phase in estate.estate.phases if phase.ends <= on}
    return frozenset(
        f"{collection}/{element.id}"
        for collection, element in estate.elements()
        if element.enters is not None and element.enters.partition("/")[0] not in over
    )


def _finding(rule: Rule, outcome: Outcome, estate: Estate, places: Places) -> Finding:
    evidence = tuple(evidence_for(path, estate, places) for path in outcome.looked_at)
    return Finding(
        rule=rule.id,
        slug=rule.slug,
        title=rule.title,
        severity=outcome.severity or rule.severity,
        verdict=outcome.verdict,
        element=outcome.element,
        aspect=outcome.aspect,
        said=as_sentence(outcome.message).mapped(shown),
        cure=as_sentence(outcome.mending).mapped(shown),
        cause=outcome.cause or outcome.element,
        location=_first_place(evidence) or places.at(tuple(outcome.element.split("/", 1))),
        evidence=evidence,
    )


def _first_place(evidence: Iterable[Evidence]) -> Location | None:
    return next((fact.location for fact in evidence if fact.location is not None), None)


def _coverage(outcomes: Iterable[Finding], rules: Sequence[Rule]) -> tuple[Coverage, ...]:
    counts: dict[str, dict[Verdict, int]] = defaultdict(lambda: dict.fromkeys(Verdict, 0))
    for rule in rules:
        counts[rule.id] = dict.fromkeys(Verdict, 0)
    for finding in outcomes:
        counts[finding.rule][finding.verdict] += 1
    return tuple(
        Coverage(
            rule,
            count[Verdict.PASS],
            count[Verdict.FAIL],
            count[Verdict.UNKNOWN],
            count[Verdict.WAIVED],
        )
        for rule, count in sorted(counts.items())
    )


def _causes(outcomes: Iterable[Finding], estate: Estate, places: Places) -> tuple[RootCause, ...]:
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in outcomes:
        if finding.verdict.is_open:
            grouped[finding.cause].append(finding)
    causes = (_cause(element, findings, estate, places) for element, findings in grouped.items())
    return tuple(
        sorted(
            causes,
            key=lambda cause: (*by_gravity(cause.findings[0])[:2], -len(cause.findings), cause.element),
        )
    )


def _cause(element: str, findings: list[Finding], estate: Estate, places: Places) -> RootCause:
    ordered = tuple(sorted(findings, key=by_gravity))
    found = estate.element(element)
    return RootCause(
        element=element,
        label=shown(found.label(), 120) if found is not None else element.partition("/")[2] or element,
        severity=min((finding.severity for finding in ordered), key=lambda severity: severity.rank),
        location=places.at(tuple(element.split("/", 1))),
        findings=ordered,
    )
