"""What the rules say against a plan: the estate as the engine plans it, judged, and told stack by stack.

Pure but for reading the spec that the plan was made from; `policies.gate` puts it before the engine.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from policies.judging import judge
from policies.rule import Rule
from policies.rules import RULES
from policies.wording import listed, shown
from specs.consistency import check as inconsistencies
from specs.findings import Finding, Judgement, Verdict
from specs.issues import Fault, FieldPath, Issue, Location, SpecError
from specs.loading import Loaded, load
from specs.model import Estate
from specs.planned import (
    Objection,
    Planned,
    PlannedResource,
    estate_from_planned,
    plan,
    resource,
    stack_of,
    stacks,
)
from specs.tokens import COLLECTIONS, NATIONAL, PLAN_TOKEN, UNKNOWN, plain_numbers

ALLOW_UNKNOWN = "THABAT_ALLOW_UNKNOWN"
"""Environment variable that lets a plan through although a mandatory rule cannot be decided."""

_MOST_TOLD = 12
"""Elements, issues or fields named in one objection; the rest is counted."""


@dataclass(frozen=True)
class _Plan:
    """Which estate a stack was made from."""

    loaded: Loaded
    phase: str
    stack: str
    urn: str


class _Refused(Exception):
    """The plan cannot be judged; the message says why and how to mend it."""


def allows_unknown(environment: Mapping[str, str]) -> bool:
    """Whether the environment lets a plan through although a mandatory rule cannot be decided."""
    return environment.get(ALLOW_UNKNOWN, "") not in ("", "0")


def objections(
    resources: Sequence[PlannedResource],
    *,
    today: date,
    allow_unknown: bool = False,
    rules: Sequence[Rule] = RULES,
) -> tuple[Objection, ...]:
    """All that rules and physics say against what the stack is to hold; whatever goes wrong is said too.

    `today` is the day to judge as at, where the estate names none.
    """
    try:
        return _objections(resources, today, allow_unknown, rules)
    except _Refused as refusal:
        return (_stop(str(refusal)),)
    except SpecError as fault:
        return (_stop(_spec_error(fault)),)
    except Exception as fault:
        told = shown(f"{type(fault).__name__}: {fault}")
        message = (
            f"The plan could not be judged, so it is stopped: {told}\n"
            "This is a fault of Thabat's own. `thabat check` on the same estate may show more; please "
            "report it."
        )
        return (_stop(message),)


@dataclass(frozen=True)
class Ahead:
    """What is said against every stack that is planned just as the spec says, worked out once for a run."""

    planned: Mapping[str, Mapping[tuple[str, str], Mapping[str, Any]]]
    """By stack: properties of each resource, by its type and name."""
    said: Mapping[str, tuple[Objection, ...]]
    today: date
    allow_unknown: bool
    rules: Sequence[Rule] = RULES

    def objections(self, stack: str, resources: Sequence[PlannedResource]) -> tuple[Objection, ...]:
        """What is said against the stack as the engine plans it: judged anew where that is not to the letter
        what was judged ahead."""
        elements = {
            (one.token, one.name): plain_numbers(one.properties)
            for one in resources
            if one.token in COLLECTIONS
        }
        if stack in self.said and elements == self.planned[stack]:
            return self.said[stack]
        return objections(resources, today=self.today, allow_unknown=self.allow_unknown, rules=self.rules)


def judged_ahead(
    loaded: Loaded,
    phase: str,
    *,
    today: date,
    allow_unknown: bool = False,
    rules: Sequence[Rule] = RULES,
) -> Ahead:
    """Judge the estate as of that phase, before any of its stacks is planned.

    Nothing is said ahead where the estate cannot be judged: the judgement of each plan then says why.
    """
    try:
        estate = loaded.estate.as_of(phase)
        on = loaded.estate.estate.judged_on or today
        judgement = judge(loaded, estate, on=on, phase=phase, rules=rules)
    except Exception:
        return Ahead({}, {}, today, allow_unknown, rules)
    members: dict[str, list[Planned]] = {name: [] for name in stacks(loaded.estate)}
    for one in plan(estate):
        members[one.stack].append(one)
    said = {
        stack: tuple(
            _objection(findings, loaded, {}, allow_unknown)
            for findings in _told_here(judgement, estate, stack)
        )
        for stack in members
    }
    planned = {
        stack: {(one.token, one.key): plain_numbers(one.properties) for one in elements}
        for stack, elements in members.items()
    }
    return Ahead(planned, said, today, allow_unknown, rules)


def _stop(message: str) -> Objection:
    return Objection(message, None, True)


def _objections(
    resources: Sequence[PlannedResource], today: date, allow_unknown: bool, rules: Sequence[Rule]
) -> tuple[Objection, ...]:
    made_from = _plan_of(resources)
    loaded, stack = made_from.loaded, made_from.stack
    base = loaded.estate.as_of(made_from.phase)
    planned = [
        resource(one.token, one.name, stack, one.properties) for one in resources if one.token in COLLECTIONS
    ]
    urns = {f"{COLLECTIONS[one.token]}/{one.name}": one.urn for one in resources if one.token in COLLECTIONS}
    rebuilt = estate_from_planned(planned, base, stack)
    said = [_fault(fault, loaded, urns) for fault in rebuilt.unreadable]
    against_physics = inconsistencies(rebuilt.estate)
    said += [_fault(fault, loaded, urns) for fault in against_physics]
    if against_physics:
        return tuple(said)  # Rules speak of an estate that physics allows.
    on = loaded.estate.estate.judged_on or today
    judgement = judge(loaded, rebuilt.estate, on=on, phase=made_from.phase, rules=rules)
    hidden = tuple(sorted({*rebuilt.unknown, *_absent(base, planned, stack)}, key=str))
    said += _unknown_values(hidden, judgement, urns, allow_unknown)
    said += (
        _objection(findings, loaded, urns, allow_unknown)
        for findings in _told_here(judgement, rebuilt.estate, stack)
    )
    return tuple(said)


def _plan_of(resources: Sequence[PlannedResource]) -> _Plan:
    """The stack's one record of what it was made from, read and held against the spec on disk."""
    records = [one for one in resources if one.token == PLAN_TOKEN]
    if len(records) != 1:
        how_many = "no record" if not records else f"{len(records)} records"
        raise _Refused(
            f"The plan is stopped: it holds {how_many} ({PLAN_TOKEN}) of the estate that it was made "
            f"from, so nothing "
            "in it can be judged.\nMend: plan with Thabat's own program (`thabat preview`, or `pulumi "
            "preview` in its "
            "folder)."
        )
    record = records[0]
    said: dict[str, str] = {}
    for field in ("estate", "digest", "phase", "stack"):
        value = record.properties.get(field)
        if not isinstance(value, str) or not value or value == UNKNOWN:
            raise _Refused(
                f"The plan is stopped: its record ({PLAN_TOKEN}) does not say its `{field}`, so nothing "
                f"in it can be "
                "judged.\nMend: plan with Thabat's own program."
            )
        said[field] = value
    loaded = load(Path(said["estate"]))
    if loaded.digest != said["digest"]:
        raise _Refused(
            f"The plan is stopped: the estate in {shown(said['estate'])} was changed since it was planned "
            f"(it is now "
            f"{loaded.digest}, the plan was made from {shown(said['digest'])}).\nMend: plan again."
        )
    return _Plan(loaded, said["phase"], said["stack"], record.urn)


def _absent(base: Estate, planned: Iterable[Planned], stack: str) -> Iterator[FieldPath]:
    """Fields that the spec gives and the plan leaves out: the engine leaves out what it does not know yet."""
    given = {one.reference: one for one in planned}
    for wanted in plan(base):
        found = given.get(wanted.reference)
        if wanted.stack == stack and found is not None:
            for name in sorted(wanted.properties.keys() - found.properties.keys()):
                yield (wanted.collection, wanted.key, name)


def _unknown_values(
    hidden: Sequence[FieldPath], judgement: Judgement, urns: Mapping[str, str], allow_unknown: bool
) -> Iterator[Objection]:
    """Values that are not known before they are made: UNKNOWN for every rule that reads them."""
    for element, paths in _by_element(hidden).items():
        readers = sorted({finding.rule for finding in judgement.outcomes if _reads(finding, paths)})
        fields = listed([".".join(map(str, path[2:])) or "all of it" for path in paths])
        which = f"rules that read it: {listed(readers)}" if readers else "which rules read it is not known"
        message = (
            f"UNKNOWN {element}: its {fields} is not known at preview ({which}), and unknown is never a "
            f"pass.\n"
            "Mend: give it a value that the spec says, or look at it and allow it: thabat preview "
            "--allow-unknown "
            "(THABAT_ALLOW_UNKNOWN=1)."
        )
        yield Objection(message, urns.get(element), not allow_unknown)


def _by_element(paths: Iterable[FieldPath]) -> Mapping[str, tuple[FieldPath, ...]]:
    found: dict[str, list[FieldPath]] = {}
    for path in paths:
        found.setdefault("/".join(map(str, path[:2])), []).append(path)
    return {element: tuple(fields) for element, fields in sorted(found.items())}


def _reads(finding: Finding, paths: Sequence[FieldPath]) -> bool:
    """Whether a verdict rests on one of the fields, or on what encloses or is within it."""
    return any(
        fact.path[: len(path)] == path or path[: len(fact.path)] == fact.path
        for fact in finding.evidence
        for path in paths
    )


def _told_here(judgement: Judgement, estate: Estate, stack: str) -> Iterator[tuple[Finding, ...]]:
    """The findings that are told in this stack, those of one root cause, rule and verdict together."""
    for cause in judgement.causes:
        alike: dict[tuple[str, Verdict], list[Finding]] = {}
        for finding in cause.findings:
            if home_stack(finding, estate) == stack:
                alike.setdefault((finding.rule, finding.verdict), []).append(finding)
        for findings in alike.values():
            yield tuple(findings)


def home_stack(finding: Finding, estate: Estate) -> str:
    """The one stack that a finding is told in: that of what has to be mended, else of what was judged."""
    for name in (finding.cause, finding.element):
        element = estate.element(name)
        if element is not None and name.partition("/")[0] in COLLECTIONS.values():
            return stack_of(estate, element)
    return NATIONAL


def _objection(
    findings: tuple[Finding, ...], loaded: Loaded, urns: Mapping[str, str], allow_unknown: bool
) -> Objection:
    first = findings[0]
    stops = any(finding.stops for finding in findings)
    if first.verdict is Verdict.UNKNOWN and allow_unknown:
        stops = False
    word = "UNKNOWN " if first.verdict is Verdict.UNKNOWN else ""
    lines = [f"{word}{first.rule} {first.slug} ({first.severity}): {first.element}: {first.message}"]
    others = sorted({finding.element for finding in findings} - {first.element})
    if others:
        lines.append(f"The same: {listed(others, most=_MOST_TOLD)}.")
    if first.mending:
        lines.append(f"Mend: {first.mending}")
    if first.location is not None:
        lines.append(f"At: {_place(first.location, loaded)}")
    if first.verdict is Verdict.UNKNOWN and stops:
        lines.append("Or look at it and allow it: thabat preview --allow-unknown (THABAT_ALLOW_UNKNOWN=1).")
    urn = next((urns[name] for name in (first.cause, first.element) if name in urns), None)
    return Objection("\n".join(lines), urn, stops)


def _fault(fault: Fault, loaded: Loaded, urns: Mapping[str, str]) -> Objection:
    issue = Issue(fault.code, loaded.places.at(fault.path), fault.message, fault.hint)
    element = "/".join(map(str, fault.path[:2]))
    lines = [f"{issue.code} {element}: {issue.message}"]
    if issue.hint:
        lines.append(f"Mend: {issue.hint}")
    if issue.location is not None:
        lines.append(f"At: {_place(issue.location, loaded)}")
    return Objection("\n".join(lines), urns.get(element), True)


def _place(location: Location, loaded: Loaded) -> str:
    """The place with the estate's folder before it; files of an estate that it amends name theirs."""
    own = (loaded.root / location.file).is_file()
    return f"{loaded.root.name}/{location}" if own else str(location)


def _spec_error(fault: SpecError) -> str:
    told = [str(issue) for issue in fault.issues[:_MOST_TOLD]]
    more = len(fault.issues) - len(told)
    lines = ["The plan is stopped: the estate that it was made from cannot be read.", *told]
    return "\n".join([*lines, f"and {more} more" if more else "Mend: correct the spec, and plan again."])
