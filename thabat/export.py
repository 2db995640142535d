"""`thabat export`: a judged estate for other tools, as OSCAL documents and as registers for spreadsheets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import baselines, console, output, rule_book, settings
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policies.outputs.exported import Exported
    from policies.outputs.origin import Origin
    from specs.findings import Judgement
    from thabat.opening import Opened

GROUPS = ("oscal", "csv", "all")
"""Several forms at once, into a folder."""


def export(
    form: Annotated[
        str, typer.Argument(metavar="FORM", help="Form, such as oscal-poam, or oscal, csv, all.")
    ],
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: settings.DateOption = None,
    framework: Annotated[
        list[str] | None,
        typer.Option("--framework", metavar="KEY", help="Tell of this framework alone; repeatable."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Mark findings that this file knows."),
    ] = None,
    rules: rule_book.RulesOption = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, by which Excel knows UTF-8.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write; absent: to stdout.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("-d", "--directory", metavar="FOLDER", help="Folder to write into, under usual names."),
    ] = None,
) -> None:
    """Write what an estate is and how it was judged, for other tools.

    Forms: oscal-component-definition, oscal-assessment-plan, oscal-assessment-results, oscal-poam (OSCAL
    1.2.1); csv-assets, csv-findings, csv-processing, csv-risks, csv-actions, csv-attestations, csv-waivers,
    csv-drills; and into a folder oscal, csv or all. Findings do not change how it ends.

    \b
    Example:
      thabat export oscal-assessment-results national -o assessment-results.json
      thabat export csv-processing my-estate -o processing.csv
      thabat export all my-estate -d handover
    """
    from policies.oscal.writing import FILES
    from policies.oscal.writing import FORMS as OSCAL
    from policies.outputs.csv_registers import FORMS as CSV

    forms: Mapping[str, Callable[[Exported], str]] = {**OSCAL, **CSV}
    wanted = _wanted(form, tuple(OSCAL), tuple(CSV))
    if form in GROUPS and folder is None:
        raise Stop(
            USAGE, f"`{form}` is several files", f"name a folder for them: thabat export {form} -d FOLDER"
        )
    if file is not None and folder is not None:
        raise Stop(USAGE, "both a file and a folder are named", "give one of -o and -d")
    exported = _exported(estate, estate_option, phase, date, framework, baseline, rules)
    with console.working("Writing"):
        texts = {name: forms[name](exported) for name in wanted}
    if bom:
        texts = {name: f"\ufeff{text}" if name in CSV else text for name, text in texts.items()}
    for name, text in texts.items():
        if folder is not None:
            output.write_file(folder / FILES.get(name, f"{name.removeprefix('csv-')}.csv"), text)
        elif file is None or str(file) == "-":
            output.write_stdout(text)
        else:
            output.write_file(file, text)


def _wanted(form: str, oscal: tuple[str, ...], csv: tuple[str, ...]) -> tuple[str, ...]:
    from specs.text import did_you_mean

    groups = dict(zip(GROUPS, (oscal, csv, (*oscal, *csv)), strict=True))
    if form in groups:
        return groups[form]
    known = (*oscal, *csv)
    if form not in known:
        raise Stop(USAGE, f"no form `{form}` to export", did_you_mean(form, (*known, *GROUPS)))
    return (form,)


def _exported(
    estate: str | None,
    estate_option: str | None,
    phase: str | None,
    date: str | None,
    framework: list[str] | None,
    baseline: Path | None,
    rules: list[str] | None,
) -> "Exported":
    from importlib.metadata import version

    from policies.frameworks import FRAMEWORKS
    from policies.judging import judge
    from policies.outputs.origin import Origin
    from policies.waiving import never_waived
    from specs.text import did_you_mean
    from thabat.check import as_seen_from_here
    from thabat.opening import day, opened

    for key in framework or ():
        if key not in FRAMEWORKS:
            raise Stop(USAGE, f"there is no framework `{key}`", did_you_mean(key, FRAMEWORKS))
    chosen = tuple(key for key in FRAMEWORKS if not framework or key in framework)
    book, known = rule_book.rule_book(rules), baselines.asked_for(baseline)
    found = opened(estate, estate_option, phase)
    on = day(found.loaded.estate, date)
    with console.working("Judging"):
        judgement = judge(found.loaded, found.estate, on=on, phase=found.phase, rules=book)
        judgement = baselines.held(judgement, known, never_waived(book, found.estate.thresholds))
        origin = Origin(version("thabat"), book, as_seen_from_here(found.loaded))
        return with_evidence(found, judgement, origin, chosen)


def with_evidence(
    found: "Opened", judgement: "Judgement", origin: "Origin", frameworks: "tuple[str, ...] | None" = None
) -> "Exported":
    """A judged estate with what it shows of each control, of these frameworks (None: of all)."""
    from policies.frameworks import FRAMEWORKS
    from policies.frameworks.availability import KEY, availability_by_site, with_sites
    from policies.frameworks.evidence import evidence_by_control
    from policies.outputs.exported import Exported

    chosen = tuple(FRAMEWORKS) if frameworks is None else frameworks
    evidence = evidence_by_control(judgement, found.estate, frameworks=chosen, rules=origin.rules)
    sites = availability_by_site(judgement, found.estate) if KEY in chosen else ()
    return Exported(found.loaded, found.estate, judgement, origin, with_sites(evidence, sites), sites)
