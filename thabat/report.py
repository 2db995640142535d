"""`thabat report`: the estate, its findings and proofs, for one of four readers, as HTML and as PDF."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, rule_book, settings
from thabat.exits import NOT_EVALUATED, USAGE, Stop
from thabat.output import Output, write_file, write_stdout

if TYPE_CHECKING:
    from policies.report.page import Language


def report(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: Annotated[str | None, typer.Option("--date", help="Day to judge as at (YYYY-MM-DD).")] = None,
    reader: Annotated[
        str,
        typer.Option(
            "--for", metavar="READER", help="Who reads it: decision-maker, compliance, engineer, partner."
        ),
    ] = "engineer",
    language: Annotated[
        str,
        typer.Option("--language", metavar="en|ar", help="Of the PDF, and shown first in HTML."),
    ] = "en",
    prove: Annotated[
        bool,
        typer.Option("--prove", help="With the deep proofs of every service, which take half a minute."),
    ] = False,
    rules: rule_book.RulesOption = None,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="html|pdf[=PATH]",
            help="Form, and a file for it; repeatable. Without PATH it goes to standard output.",
        ),
    ] = None,
) -> None:
    """Write a report in English and Arabic that needs no network to open: HTML in both, a PDF in one.

    For a decision-maker it is one page; for compliance, control by control; for the engineer, all there is,
    element by element; for a partner country, commitments alone. Only its owner may read the file.

    \b
    Example:
      thabat report national --prove -o html=national.html
      thabat report national --for decision-maker --language ar -o pdf=page.pdf
    """
    from importlib.metadata import version
    from typing import get_args

    from policies.judging import judge
    from policies.report.page import Language, render
    from policies.report.readers import READERS, Proved
    from resilience.analysis import analyse
    from resilience.proof import PARTS
    from specs.text import did_you_mean
    from thabat.opening import day, opened
    from thabat.output import outputs
    from thabat.proving_estate import proved_parts

    wanted = outputs(files or ["html=report.html"], ("html", "pdf"))
    known = next((one for one in READERS if one == reader), None)
    if known is None:
        raise Stop(USAGE, f"there is no reader `{reader}`", did_you_mean(reader, READERS))
    spoken: Language | None = next((one for one in get_args(Language) if one == language), None)
    if spoken is None:
        raise Stop(USAGE, f"reports are not written in `{language}`", "write --language en or --language ar")
    book = rule_book.rule_book(rules)
    found = opened(estate, estate_option, phase)
    analysis = analyse(found.estate)
    proved = Proved(*proved_parts(analysis, PARTS)) if prove and known != "partner" else None
    with console.working("Judging and writing"):
        on = day(found.loaded.estate, date)
        judgement = judge(found.loaded, found.estate, on=on, phase=found.phase, rules=book)
        made = []
        for output in wanted:
            page = render(
                found.loaded,
                found.estate,
                judgement,
                analysis,
                version=version("thabat"),
                proved=proved,
                rules=book,
                reader=known,
                language=spoken,
                printed=output.format == "pdf",
            )
            one_sheet = known == "decision-maker"
            made.append(_printed(page, spoken, one_sheet) if output.format == "pdf" else page)
    for output, content in zip(wanted, made, strict=True):
        _write(output, content)


def _printed(page: str, language: "Language", one_sheet: bool) -> bytes:
    from policies.report.pdf import PrintingMissing, as_pdf

    try:
        return as_pdf(page, language, one_sheet=one_sheet)
    except PrintingMissing as missing:
        raise Stop(NOT_EVALUATED, missing.reason, missing.mend) from missing


def _write(output: Output, content: str | bytes) -> None:
    if output.path is not None:
        write_file(Path(output.path), content)
        console.say(f"written: {output.path}")
    elif isinstance(content, str):
        write_stdout(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
