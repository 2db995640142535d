"""`thabat report`: the estate, its findings and proofs as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from thabat import console, settings
from thabat.output import write_file, write_stdout


def report(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: Annotated[str | None, typer.Option("--date", help="Day to judge as at (YYYY-MM-DD).")] = None,
    prove: Annotated[
        bool,
        typer.Option("--prove", help="With the deep proofs of every service, which take half a minute."),
    ] = False,
    file: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="html[=PATH]", help="Where to; `html` alone is standard output."
        ),
    ] = "html=report.html",
) -> None:
    """Write one HTML file, English and Arabic, that needs no network to open.

    It shows the decision-maker's page, findings with how to mend them, the estate by site and phase,
    services, what is proved of them, topology and racks. Only its owner may read the file.

    \b
    Example:
      thabat report national --prove -o html=national.html
    """
    from importlib.metadata import version

    from policies.judging import judge
    from policies.report.page import Proved, render
    from resilience.analysis import analyse
    from resilience.proof import PARTS
    from thabat.opening import day, opened
    from thabat.output import outputs
    from thabat.proving_estate import proved_parts

    (wanted,) = outputs([file], ("html",))
    found = opened(estate, estate_option, phase)
    analysis = analyse(found.estate)
    proved = Proved(*proved_parts(analysis, PARTS)) if prove else None
    with console.working("Judging and writing"):
        judgement = judge(found.loaded, found.estate, on=day(found.loaded.estate, date), phase=found.phase)
        page = render(
            found.loaded,
            found.estate,
            judgement,
            analysis,
            version=version("thabat"),
            proved=proved,
        )
    if wanted.path is None:
        write_stdout(page)
    else:
        write_file(Path(wanted.path), page)
        console.say(f"written: {wanted.path}")
