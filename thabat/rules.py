"""`thabat rules`: what every rule asks, why, and which figures of it an organisation may set."""

from pathlib import Path
from typing import Annotated

import typer

from thabat import console, output, rule_book
from thabat.exits import USAGE, Stop

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
    own: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Show what one rule asks, why, the controls it bears on, its figures, and how to mend a finding.

    \b
    Example:
      thabat rules show PWR-001
    """
    from policies.reference import as_json, page
    from specs.text import did_you_mean

    wanted = output.outputs(outputs, ("terminal", "json"))
    book = rule_book.rule_book(own)
    asked = "-".join(rule.upper().split("-")[:2])
    found = next((one for one in book if one.id == asked), None)
    if found is None:
        raise Stop(USAGE, f"there is no rule `{rule}`", did_you_mean(asked, [one.id for one in book]))
    output.emit(wanted, {"terminal": lambda: page(found), "json": lambda: as_json((found,))})


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
