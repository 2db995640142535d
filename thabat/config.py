"""`thabat config`: the settings in force, and who settled each."""

import json

import typer

from thabat import output, settings

app = typer.Typer(no_args_is_help=True, help="The settings in force, and where each comes from.")


@app.callback()
def config() -> None:
    """The settings in force, and where each comes from."""


@app.command()
def show(outputs: output.Outputs = None) -> None:
    """Show every setting: its value, and whether flag, environment, file or default said so.

    \b
    Example:
      thabat config show
      THABAT_ESTATE=national thabat config show -o json
    """
    wanted = output.outputs(outputs, ("terminal", "json"))
    settled = [settings.settle(setting.name) for setting in settings.SETTINGS]
    output.emit(wanted, {"terminal": lambda: _table(settled), "json": lambda: _json(settled)})


def _table(settled: list[settings.Settled]) -> str:
    widths = [max(len(row[column]) for row in map(_row, settled)) for column in range(2)]
    lines = (
        f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}\n{'':{widths[0]}}  {what}"
        for (name, value, origin), what in ((_row(one), one.setting.what) for one in settled)
    )
    return "\n".join(lines)


def _row(settled: settings.Settled) -> tuple[str, str, str]:
    return settled.setting.name, settled.value or "–", settled.origin


def _json(settled: list[settings.Settled]) -> str:
    rows = [
        {
            "name": one.setting.name,
            "value": one.value or None,
            "origin": one.origin,
            "variable": one.setting.variable,
        }
        for one in settled
    ]
    return json.dumps({"format_version": "1.0", "settings": rows}, indent=2, ensure_ascii=False)
