"""`thabat runbook`: the steps of a recovery, who does them and how people reach each other, to print."""

from typing import Annotated

import typer

from thabat import console, output, settings
from thabat.exits import USAGE, Stop


def runbook(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario", metavar="NAME", help="One scenario, such as sites/ndc or cold-start; absent: all."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="Language of names: en, ar …")
    ] = None,
    outputs: output.Outputs = None,
) -> None:
    """Write the runbook of a scenario: who may invoke it, and every step in order.

    Each step has its owner and alternate, its command or instruction, check and rollback; what is not
    declared is said so. The loss of each site, region and platform, a cold start, ransomware, and the way
    back. Forms: markdown (to print), json. A file is for its owner alone.

    \b
    Example:
      thabat runbook national --scenario sites/ndc -o markdown=runbook.md
    """
    from importlib.metadata import version

    from policies.outputs.runbook import RunbookOrigin, as_json, as_markdown
    from resilience.analysis import analyse
    from resilience.recovery_plans import recovery_plans, scenario_names
    from resilience.recovery_plans import runbook as written
    from specs.text import did_you_mean
    from thabat.opening import opened

    wanted = output.outputs(outputs, ("markdown", "json"))
    found = opened(estate, estate_option, phase)
    with console.working("Planning recovery"):
        analysis = analyse(found.estate)
        plans = recovery_plans(analysis, scenario)
        names = scenario_names(analysis) if scenario is not None and not plans else ()
    if names:
        raise Stop(USAGE, f"no recovery is planned for `{scenario}`", did_you_mean(scenario or "", names))
    spoken = language or found.estate.estate.languages[0]
    runbooks = [written(analysis, plan, spoken) for plan in plans]
    origin = RunbookOrigin(version("thabat"), found.loaded.digest, found.phase)
    output.emit(
        wanted, {"markdown": lambda: as_markdown(runbooks, origin), "json": lambda: as_json(runbooks, origin)}
    )
