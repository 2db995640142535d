"""`thabat check`: is it a good estate? Every rule on it, by root cause, with how to mend each."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import baselines, console, output, rule_book, settings
from thabat.exits import CLEAN, FINDINGS
from thabat.export import with_evidence

if TYPE_CHECKING:
    from specs.findings import Finding, Judgement, Severity
    from specs.loading import Loaded

FORMS = ("terminal", "json", "sarif", "junit", "markdown", "github", "oscal")


def check(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: settings.DateOption = None,
    fail_on: settings.FailOnOption = None,
    allow_unknown: settings.AllowUnknownOption = False,
    soft_fail: settings.SoftFailOption = False,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Do not fail on findings that this file knows."),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(
            "--write-baseline",
            metavar="FILE",
            help="Write the findings as a baseline; with --baseline, only its own.",
        ),
    ] = None,
    rules: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Judge an estate by every rule, and tell what to mend, gravest first.

    Exits with 1 when a rule fails at or above --fail-on (high), or a mandatory one cannot be decided;
    with 2 when the estate cannot be read. Forms: terminal, json, sarif, junit, markdown, github, oscal
    (assessment results; `thabat export` writes OSCAL's other documents, and CSV).

    \b
    Example:
      thabat check national
      thabat check my-estate --phase today --fail-on critical -o terminal -o sarif=check.sarif
      thabat check my-estate --write-baseline known.json; thabat check my-estate --baseline known.json
    """
    from importlib.metadata import version

    from policies.judging import judge
    from policies.oscal.writing import FORMS as OSCAL
    from policies.outputs import DATA_FORMS, terminal
    from policies.outputs.origin import Origin
    from policies.waiving import never_waived
    from specs.findings import Severity
    from thabat.opening import day, opened

    wanted = output.outputs(outputs, FORMS)
    least = Severity(settings.value("fail_on", fail_on) or "high")
    book = rule_book.rule_book(rules)
    known = baselines.asked_for(baseline)
    found = opened(estate, estate_option, phase)
    on = day(found.loaded.estate, date)
    with console.working("Judging"):
        judgement = judge(found.loaded, found.estate, on=on, phase=found.phase, rules=book)
    never = never_waived(book, found.estate.thresholds)
    judgement = baselines.held(judgement, known, never)
    if write_baseline is not None:
        judgement = baselines.written(write_baseline, judgement, known, never)
    origin = Origin(version("thabat"), book, as_seen_from_here(found.loaded))
    forms = {name: partial(form, judgement, origin) for name, form in DATA_FORMS.items()}
    results = OSCAL["oscal-assessment-results"]
    forms["oscal"] = partial(lambda *given: results(with_evidence(found, *given)), judgement, origin)
    shown = output.screen(wanted)
    output.emit(wanted, {**forms, "terminal": lambda: terminal.render(judgement, origin, shown)})
    against = failing(judgement, least, allow_unknown=allow_unknown)
    if against:
        console.say(_verdict(against, least))
    raise typer.Exit(FINDINGS if against and not soft_fail else CLEAN)


def failing(
    judgement: "Judgement", least: "Severity", *, allow_unknown: bool = False
) -> "tuple[Finding, ...]":
    """The findings that fail a check: failures at or above a severity, and unknowns of mandatory rules; none
    that a baseline knows."""
    from specs.findings import Verdict

    return tuple(
        finding
        for finding in judgement.findings
        if not finding.known
        and (
            (finding.verdict is Verdict.FAIL and finding.severity.at_least(least))
            or (finding.verdict is Verdict.UNKNOWN and finding.severity.mandatory and not allow_unknown)
        )
    )


def _verdict(against: "tuple[Finding, ...]", least: "Severity") -> str:
    from specs.findings import Verdict

    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in against)
    failed = len(against) - unknown
    parts = [f"{failed} of severity {least} or above"] if failed else []
    parts += [f"{unknown} that a mandatory rule cannot decide"] if unknown else []
    return f"findings: {' and '.join(parts)}"


def as_seen_from_here(loaded: "Loaded") -> dict[str, str]:
    """Each file of the estate as a path from the current folder, where it lies below that."""
    from specs.bundled import ESTATES

    here, seen = Path.cwd().resolve(), {}
    for name in loaded.files:
        bundled = name.removeprefix("bundled:")
        tried = [ESTATES / bundled] if bundled != name else [loaded.root / name, loaded.root.parent / name]
        found = next((path.resolve() for path in tried if path.is_file()), None)
        if found is not None and found.is_relative_to(here):
            seen[name] = found.relative_to(here).as_posix()
    return seen
