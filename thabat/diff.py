"""`thabat diff`: two estates, or one at two revisions: what changed, and what that does."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, rule_book, settings
from thabat.exits import CLEAN, FINDINGS

if TYPE_CHECKING:
    from datetime import date

    from policies.changes.comparison import Side
    from policies.rule import Rule
    from resilience.proof import Part
    from specs.loading import Loaded

FORMS = ("terminal", "json", "markdown", "sarif", "github")


def diff(
    before: Annotated[
        str,
        typer.Argument(help="Folder, bundled estate, or of git REVISION:FOLDER; REVISION: the other's then."),
    ],
    after: Annotated[str, typer.Argument(help="The same, as it is to become.")],
    phase: settings.PhaseOption = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Day to judge both as at (YYYY-MM-DD).")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="PART", help="Leave out that part of the proofs; `all` of them."),
    ] = None,
    fail_on: settings.FailOnOption = None,
    soft_fail: Annotated[
        bool, typer.Option("--soft-fail", help="Tell all, and end with 0 whatever the change does.")
    ] = False,
    rules: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Tell what changed between two estates, and what that does, with the lines responsible.

    Findings and single points of failure that came or went; recovery times, data loss, availability,
    headroom and cost that moved. Exits with 1 where a finding at or above --fail-on (high) came, a vital
    service gained a single point of failure, or what a service owes is no longer met or was loosened.
    Forms: terminal, json, markdown, sarif and github (on the changed lines).

    \b
    Example:
      thabat diff national national-cured --without all
      thabat diff main:estates/ndc estates/ndc -o markdown=change.md
      thabat diff main estates/ndc --fail-on critical -o sarif=change.sarif
    """
    from importlib.metadata import version

    from policies.changes.comparison import compared
    from policies.outputs import changes
    from policies.outputs.change_document import as_json
    from policies.outputs.origin import Origin
    from specs.findings import Severity
    from thabat.check import as_seen_from_here
    from thabat.proving_estate import parts_without
    from thabat.revisions import estate_at

    wanted = output.outputs(outputs, FORMS)
    least = Severity(settings.value("fail_on", fail_on) or "high")
    parts = parts_without(without or ())
    book = rule_book.rule_book(rules)
    with estate_at(before, beside=after) as old, estate_at(after, beside=before) as new:
        sides = _sides((before, old), (after, new), phase, date, parts, book)
        with console.working("Comparing"):
            comparison = compared(*sides)
        origin = Origin(version("thabat"), sides[1].rules, as_seen_from_here(sides[1].loaded))
        output.emit(
            wanted,
            {
                "terminal": lambda: changes.as_text(comparison, output.screen(wanted)),
                "markdown": lambda: changes.as_markdown(comparison),
                "json": lambda: as_json(comparison, version("thabat")),
                "sarif": lambda: changes.as_sarif(comparison, origin),
                "github": lambda: changes.as_github(comparison, origin),
            },
        )
    against = comparison.against(least)
    if against:
        console.say(f"{len(against)} effects speak against the change")
    raise typer.Exit(FINDINGS if against and not soft_fail else CLEAN)


def _sides(
    before: tuple[str, Path],
    after: tuple[str, Path],
    phase: str | None,
    on: str | None,
    parts: "Sequence[Part]",
    book: "Sequence[Rule]",
) -> "tuple[Side, Side]":
    """Both sides as of the same day, so that no difference comes from the calendar."""
    from specs.loading import load
    from thabat.opening import day

    loaded = [load(path) for _, path in (before, after)]
    judged_on = day(loaded[1].estate, on)
    if loaded[0].estate == loaded[1].estate:
        # What says the same is judged once, and not proved.
        same = _side(before[0], loaded[0], phase, judged_on, (), book)
        return same, replace(same, named=after[0], loaded=loaded[1])
    old, new = (
        _side(named, one, phase, judged_on, parts, book)
        for (named, _), one in zip((before, after), loaded, strict=True)
    )
    return old, new


def _side(
    named: str,
    loaded: "Loaded",
    phase: str | None,
    on: "date",
    parts: "Sequence[Part]",
    book: "Sequence[Rule]",
) -> "Side":
    from policies.changes.comparison import Side
    from policies.judging import judge
    from resilience.analysis import analyse
    from resilience.headroom import costs, headrooms
    from thabat.opening import known_phase, last_phase
    from thabat.proving_estate import proved_parts

    wanted = settings.value("phase", phase)
    estate = loaded.estate.as_of(known_phase(loaded.estate, wanted))
    analysis = analyse(estate)
    with console.working(f"Judging {named}"):
        judgement = judge(loaded, estate, on=on, phase=wanted, rules=book)
    answers = proved_parts(analysis, parts)[1] if parts else ()
    return Side(
        named,
        loaded,
        wanted or last_phase(loaded.estate),
        tuple(book),
        judgement,
        analysis,
        answers,
        headrooms(analysis),
        costs(analysis),
    )
