"""An organisation's own rules, in Python: out of a folder, or by the entry point `thabat.rules` of a package.

They are loaded where somebody asked for them, by name, and never by being found. What is wrong with one is
told with its file and line; a rule that cannot judge stops everything, since no answer is no pass.
"""

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from policies.case import Case
from policies.frameworks import FRAMEWORKS
from policies.frameworks.catalogue import catalogue
from policies.rule import Outcome, Rule
from policies.rules import RULES
from specs.findings import Severity, Verdict
from specs.issues import Issue, Location, SpecError
from specs.text import plain

GROUP: Final = "thabat.rules"
"""Entry points of installed packages, each a tuple of rules."""

NAME: Final = "RULES"
"""What a file of own rules must hold: the tuple of its rules."""


INSTALLED: Final = "installed"
"""Names the entry points of installed packages, where others name a folder."""

VARIABLE: Final = "THABAT_RULES"
"""Environment variable that names them, with commas between."""


@dataclass(frozen=True)
class OwnRules:
    """Rules of an organisation, and where each comes from."""

    rules: tuple[Rule, ...]
    """By id."""
    origins: tuple[str, ...]
    """Of each: the file, or the entry point."""


def rule_book(named: Iterable[str]) -> tuple[Rule, ...]:
    """Thabat's own rules and those of the folders (or `installed`) that are named, by id.

    SpecError where an own rule cannot be loaded, or takes the id of another.
    """
    rules = RULES
    for one in dict.fromkeys(name.strip() for name in named):
        if one:
            own = from_entry_points(rules) if one == INSTALLED else from_folder(Path(one), rules)
            rules = (*rules, *guarded(own))
    return tuple(sorted(rules, key=lambda rule: rule.id)) if len(rules) > len(RULES) else RULES


def from_folder(folder: Path, taken: Iterable[Rule]) -> OwnRules:
    """The rules in the files of a folder; each file names its own in `RULES`, and may import those beside it
    that begin with `_`.

    SpecError tells of every file that cannot be run or names no rules, and of ids that are `taken`.
    """
    if not folder.is_dir():
        raise SpecError([Issue("RULE-001", None, f"there is no folder {folder} of rules", "name a folder")])
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    if not files:
        hint = f"put files of Python there, each with a tuple `{NAME}`"
        raise SpecError([Issue("RULE-001", None, f"no file of rules stands in {folder}", hint)])
    issues: list[Issue] = []
    found: list[tuple[Rule, str]] = []
    for number, path in enumerate(files):
        try:
            module = _run(path, f"_thabat_own_rules_{number}_{path.stem}")
        except _Faulty as fault:
            issues.append(fault.issue)
            continue
        _take(getattr(module, NAME, None), str(path), found, issues)
    return _checked(found, taken, issues)


def from_entry_points(taken: Iterable[Rule]) -> OwnRules:
    """The rules of installed packages, by the names of their entry points; SpecError as of `from_folder`."""
    issues: list[Issue] = []
    found: list[tuple[Rule, str]] = []
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        origin = f"entry point {point.name} ({point.value})"
        try:
            given = point.load()
        except (Exception, SystemExit) as fault:
            issues.append(_issue(fault, origin, None))
            continue
        _take(given, origin, found, issues)
    return _checked(found, taken, issues)


def guarded(own: OwnRules) -> tuple[Rule, ...]:
    """The rules, each so that whatever its function raises or wrongly gives is a SpecError with its place."""
    return tuple(
        replace(rule, check=_guard(rule, origin)) for rule, origin in zip(own.rules, own.origins, strict=True)
    )


class _Faulty(Exception):
    """A file that cannot be run."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(str(issue))
        self.issue = issue


def _run(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _Faulty(
            Issue("RULE-002", Location(str(path), 1, 1), "it cannot be loaded", "save it as Python")
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.append(str(path.parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as fault:
        del sys.modules[name]
        raise _Faulty(_issue(fault, str(path), path)) from fault
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(str(path.parent))
    return module


def _issue(fault: BaseException, origin: str, path: Path | None) -> Issue:
    """What was raised, at the line of the file that raised it."""
    line, column = 1, 1
    if isinstance(fault, SyntaxError) and fault.lineno is not None:
        line, column = fault.lineno, max(fault.offset or 1, 1)
    elif path is not None:
        frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(path)]
        line = (frames[-1].lineno or 1) if frames else 1
    place = Location(origin, line, column) if path is not None else None
    told = f"{type(fault).__name__}: {fault}"
    where = "" if path is not None else f"{origin}: "
    return Issue("RULE-002", place, f"{where}own rules cannot be run: {plain(told)}", "correct the file")


def _take(given: object, origin: str, found: list[tuple[Rule, str]], issues: list[Issue]) -> None:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        what = f"{origin} names no rules"
        issues.append(Issue("RULE-003", None, what, f"give a tuple `{NAME}` of functions under `@rule(…)`"))
        return
    for number, one in enumerate(given, 1):
        if isinstance(one, Rule):
            found.append((one, origin))
        else:
            what = f"{origin}: number {number} of `{NAME}` is no rule but {plain(type(one).__name__)}"
            issues.append(Issue("RULE-003", None, what, "put `@rule(…)` above its function"))


def _checked(found: list[tuple[Rule, str]], taken: Iterable[Rule], issues: list[Issue]) -> OwnRules:
    owners = {rule.id: "Thabat's own" for rule in taken}
    for rule, origin in found:
        if rule.id in owners:
            what = f"{origin}: the id {rule.id} is taken by {owners[rule.id]}"
            issues.append(Issue("RULE-004", None, what, "give it an id of your own, such as ORG-001"))
        owners.setdefault(rule.id, origin)
        issues += (_no_control(rule, origin, *named) for named in _unknown_controls(rule))
    if issues:
        raise SpecError(issues)
    ordered = sorted(found, key=lambda entry: entry[0].id)
    return OwnRules(tuple(rule for rule, _ in ordered), tuple(origin for _, origin in ordered))


def _unknown_controls(rule: Rule) -> Iterable[tuple[str, str, str]]:
    for reference in rule.references:
        if reference.framework not in FRAMEWORKS:
            yield reference.framework, "", f"known are {', '.join(FRAMEWORKS)}"
            continue
        listed = catalogue(reference.framework)
        for id in reference.controls:
            if id not in listed.controls:
                yield reference.framework, id, listed.no_such(id) or "name a control, not a group of them"


def _no_control(rule: Rule, origin: str, framework: str, id: str, hint: str) -> Issue:
    what = f"{framework} has no control {id}" if id else f"there is no framework {framework}"
    return Issue("RULE-005", None, f"{origin}: {rule.id}: {plain(what)}", hint)


def _guard(rule: Rule, origin: str) -> Callable[[Case], Iterable[Outcome]]:
    def check(case: Case) -> Iterable[Outcome]:
        path = Path(origin) if origin.endswith(".py") else None
        try:
            outcomes = list(rule.check(case))
        except (Exception, SystemExit) as fault:
            raise SpecError([_of_judging(_issue(fault, origin, path), rule)]) from fault
        seen: set[tuple[str, str]] = set()
        for outcome in outcomes:
            wrong = _wrong(outcome, seen)
            if wrong:
                what = f"{origin}: {rule.id} gives no answer that counts: {wrong}"
                raise SpecError(
                    [Issue("RULE-006", None, what, "answer by passes, fails or unknown, once an element")]
                )
        return outcomes

    return check


def _of_judging(issue: Issue, rule: Rule) -> Issue:
    """The issue as one of judging by that rule."""
    message = issue.message.replace("own rules cannot be run", f"{rule.id} cannot judge", 1)
    return replace(issue, code="RULE-006", message=message, hint="correct the rule; nothing was judged")


def _wrong(outcome: Any, seen: set[tuple[str, str]]) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if not isinstance(outcome, Outcome):
        return f"{plain(type(outcome).__name__)} is no outcome"
    if outcome.verdict not in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN):
        return f"{plain(str(outcome.verdict))} is no verdict of a rule"
    if outcome.severity not in (None, *Severity):
        return f"{plain(str(outcome.severity))} is no severity"
    if "/" not in outcome.element:
        return f"`{plain(outcome.element)}` is no collection/id"
    if outcome.verdict is not Verdict.PASS and not str(outcome.mending):
        return f"it says of {plain(outcome.element)} what is wrong, and not how to mend it"
    if (outcome.element, outcome.aspect) in seen:
        return f"it answers twice for {plain(outcome.element)} {plain(outcome.aspect)}".rstrip()
    seen.add((outcome.element, outcome.aspect))
    return ""
