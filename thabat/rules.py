"""`thabat rules`: what every rule asks, why, and which figures of it an organisation may set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, rule_book, settings
from thabat.exits import FINDINGS, USAGE, Stop

if TYPE_CHECKING:
    from policies.rule import Rule
    from specs.findings import Judgement

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def rules(context: typer.Context, own: rule_book.RulesOption = None, outputs: output.Outputs = None) -> None:
    """List the rules, or show one (`thabat rules show PWR-001`).

    \b
    Example:
      thabat rules
      thabat rules show BKP-002
    """
    if context.invoked_subcommand is not None:
        return
    from policies.reference import as_json, listing

    wanted = output.outputs(outputs, ("terminal", "json"))
    book = rule_book.rule_book(own)
    output.emit(
        wanted,
        {"terminal": lambda: listing(book, console.stdout().width), "json": lambda: as_json(book)},
    )


@app.command()
def show(
    rule: Annotated[str, typer.Argument(help="Id of a rule, such as PWR-001.")],
    estate: settings.EstateArgument = None,
    own: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Show what one rule asks, why, the controls it bears on, its figures, and how to mend a finding.

    With an ESTATE also how it came out there, and which fields it looked at.

    \b
    Example:
      thabat rules show PWR-001
      thabat rules show PWR-001 national
    """
    from policies.reference import as_json, looked_at, page
    from specs.text import did_you_mean

    wanted = output.outputs(outputs, ("terminal", "json"))
    book = rule_book.rule_book(own)
    asked = "-".join(rule.upper().split("-")[:2])
    found = next((one for one in book if one.id == asked), None)
    if found is None:
        raise Stop(USAGE, f"there is no rule `{rule}`", did_you_mean(asked, [one.id for one in book]))
    there = "" if estate is None else f"\n{looked_at(found, _judged(estate, found))}"
    output.emit(wanted, {"terminal": lambda: page(found) + there, "json": lambda: as_json((found,))})


@app.command()
def score(
    estate: settings.EstateArgument = None,
    phase: settings.PhaseOption = None,
    each: Annotated[int, typer.Option("--each", min=1, help="Mutants tried of each kind.")] = 3,
    seed: Annotated[int, typer.Option("--seed", help="Draws the places that are broken.")] = 1,
    own: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Break an estate in known ways, and tell which of them each rule finds.

    Every mutant is the estate with one thing broken. Exits with 1 where a rule lets one live.

    \b
    Example:
      thabat rules score national-cured
      thabat rules score my-estate --each 10 -o json
    """
    from policies.mutations import MUTATIONS
    from policies.mutations.scoring import scores
    from policies.outputs import scores as told
    from thabat.opening import day, opened

    wanted = output.outputs(outputs, ("terminal", "json"))
    book = rule_book.rule_book(own)
    found = opened(estate, phase=phase)
    on = day(found.loaded.estate)
    with console.working(f"Breaking {found.loaded.estate.estate.title} in known ways"):
        scored = scores(
            found.loaded, found.estate, book, MUTATIONS, on=on, phase=found.phase, seed=seed, each=each
        )
    output.emit(
        wanted,
        {
            "terminal": lambda: told.as_text(scored, output.screen(wanted)),
            "json": lambda: told.as_json(scored, seed, each),
        },
    )
    if any(one.survivors for one in scored):
        raise typer.Exit(FINDINGS)


def _judged(estate: str, rule: "Rule") -> "Judgement":
    """The estate, judged by one rule."""
    from policies.judging import judge
    from thabat.opening import day, opened

    found = opened(estate)
    on = day(found.loaded.estate)
    return judge(found.loaded, found.estate, on=on, phase=found.phase, rules=(rule,))


@app.command()
def pages(folder: Annotated[Path, typer.Argument(help="Folder for the pages.")]) -> None:
    """Write the reference: a page a rule, an index, and the JSON Schema of `thabat check -o json`.

    \b
    Example:
      thabat rules pages docs/reference/rules
    """
    from policies.reference import reference
    from policies.rules import RULES

    folder.mkdir(parents=True, exist_ok=True)
    written = reference(RULES)
    for name, text in written.items():
        output.write_file(folder / name, text)
    console.say(f"{len(written)} files in {folder}")
