"""`thabat validate`: is it an estate at all? Every fault at its line."""

import json
from typing import TYPE_CHECKING

import typer

from thabat import console, output, settings
from thabat.exits import CLEAN, USAGE

if TYPE_CHECKING:
    from specs.issues import Issue
    from specs.loading import Loaded

FORMAT_VERSION = "1.0"
"""Of the JSON form."""


def validate(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Read an estate and tell every fault in it, with its line and how to mend it.

    Exits with 2 when there is one. Whether the estate is a good one, `thabat check` says.

    \b
    Example:
      thabat validate my-estate
      thabat validate my-estate -o json
    """
    from specs.bundled import find_estate
    from specs.issues import SpecError
    from specs.loading import load

    wanted = output.outputs(outputs, ("terminal", "json"))
    name = settings.estate(estate, estate_option)
    loaded: Loaded | None = None
    issues: tuple[Issue, ...] = ()
    try:
        with console.working(f"reading {name}"):
            loaded = load(find_estate(name))
    except SpecError as fault:
        issues = fault.issues
    output.emit(wanted, {"terminal": lambda: _terminal(issues), "json": lambda: _json(issues)})
    console.say(_summary(name, loaded, issues))
    raise typer.Exit(USAGE if issues else CLEAN)


def _summary(name: str, loaded: "Loaded | None", issues: "tuple[Issue, ...]") -> str:
    if loaded is not None:
        elements = sum(1 for _ in loaded.estate.elements())
        return f"{name}: {elements} elements in {len(loaded.files)} files, no issue"
    files = len({issue.location.file for issue in issues if issue.location is not None})
    return f"{name}: {len(issues)} issue{_s(len(issues))} in {files} file{_s(files)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _terminal(issues: "tuple[Issue, ...]") -> str:
    shown = console.stdout()
    with shown.capture() as captured:
        for issue in issues:
            shown.print(f"{issue.location}: " if issue.location else "", style="bold", end="")
            shown.print(f"{issue.code} ", style="red", end="")
            shown.print(issue.message)
            if issue.hint:
                shown.print(f"    {issue.hint}", style="dim")
    return captured.get()


def _json(issues: "tuple[Issue, ...]") -> str:
    rows = [
        {
            "code": issue.code,
            "file": issue.location.file if issue.location else None,
            "line": issue.location.line if issue.location else None,
            "column": issue.location.column if issue.location else None,
            "message": issue.message,
            "hint": issue.hint,
        }
        for issue in issues
    ]
    return json.dumps({"format_version": FORMAT_VERSION, "issues": rows}, indent=2, ensure_ascii=False)
