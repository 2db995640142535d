"""`thabat frameworks`: the control frameworks, and what a judged estate shows of each control."""

from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, rule_book, settings
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from policies.outputs.framework_document import Shown
    from policies.rule import Rule

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def frameworks(context: typer.Context, outputs: output.Outputs = None) -> None:
    """List the frameworks of controls, or show one (`thabat frameworks show nist-csf national`).

    \b
    Example:
      thabat frameworks
      thabat frameworks show iso-27001
    """
    if context.invoked_subcommand is not None:
        return
    import json

    from policies.frameworks import FRAMEWORKS
    from policies.frameworks.evidence import bearing
    from policies.outputs.frameworks import as_json, listing
    from policies.rules import RULES

    wanted = output.outputs(outputs, ("terminal", "json"))
    covered = {key: len(bearing(key, RULES)) for key in FRAMEWORKS}
    rows = [as_json(framework, covered[key]) for key, framework in FRAMEWORKS.items()]
    output.emit(
        wanted,
        {
            "terminal": lambda: listing(covered, output.screen(wanted)),
            "json": lambda: json.dumps({"format_version": "1.0", "frameworks": rows}, indent=2) + "\n",
        },
    )


@app.command()
def show(
    framework: Annotated[str, typer.Argument(help="Key of a framework, such as nist-csf.")],
    estate: settings.EstateArgument = None,
    phase: settings.PhaseOption = None,
    date: settings.DateOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show also controls of which there is nothing to say.")
    ] = False,
    own: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Show a framework control by control: what rules look at, what they do not see, what people say.

    With an ESTATE, what it shows of each: evidence that supports, contradicts, is unknown, or none. It is
    never said that a control is met. Forms: terminal, json, markdown.

    \b
    Example:
      thabat frameworks show nist-csf
      thabat frameworks show availability-classes national -o markdown=classes.md
    """
    from importlib.metadata import version

    from policies.frameworks import FRAMEWORKS
    from policies.frameworks.evidence import bearing
    from policies.outputs import frameworks as forms
    from policies.outputs.framework_document import Shown, as_json
    from specs.text import did_you_mean

    wanted = output.outputs(outputs, ("terminal", "json", "markdown"))
    if framework not in FRAMEWORKS:
        raise Stop(USAGE, f"there is no framework `{framework}`", did_you_mean(framework, FRAMEWORKS))
    book = rule_book.rule_book(own)
    found = Shown(framework, version("thabat"), bearing(framework, book))
    if estate is not None:
        found = _judged(found, estate, phase, date, book)
    screen = output.screen(wanted)
    output.emit(
        wanted,
        {
            "terminal": lambda: forms.terminal(found, screen, everything=everything),
            "json": lambda: as_json(found),
            "markdown": lambda: forms.markdown(found, everything=everything),
        },
    )


def _judged(
    shown: "Shown", estate: str, phase: str | None, date: str | None, book: "tuple[Rule, ...]"
) -> "Shown":
    """The framework with what that estate shows of it."""
    from dataclasses import replace

    from policies.frameworks.availability import KEY, availability_by_site, with_sites
    from policies.frameworks.evidence import evidence_by_control
    from policies.judging import judge
    from thabat.opening import day, opened

    found = opened(estate, phase=phase)
    on = day(found.loaded.estate, date)
    with console.working("Judging"):
        judgement = judge(found.loaded, found.estate, on=on, phase=found.phase, rules=book)
        evidence = evidence_by_control(judgement, found.estate, frameworks=(shown.framework,), rules=book)
        sites = availability_by_site(judgement, found.estate) if shown.framework == KEY else ()
    return replace(shown, judgement=judgement, evidence=with_sites(evidence, sites), sites=sites)
