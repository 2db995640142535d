"""`thabat verify`: declared, planned and observed, held against each other."""

from typing import Annotated

import typer

from thabat import output, provisioning, settings
from thabat.exits import CLEAN, FINDINGS, NOT_EVALUATED, Stop


def verify(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    date: Annotated[
        str | None, typer.Option("--date", help="Day as at which ages are told (YYYY-MM-DD); absent: today.")
    ] = None,
    outputs: output.Outputs = None,
) -> None:
    """Hold the estate, the register's planned rows and what was observed against each other.

    Says what is missing, unexpected or different, field by field, and what nobody has looked at. Exits
    with 1 when anything differs, with 3 when it cannot be told.

    \b
    Example:
      thabat verify --estate national-cured
      thabat verify --estate my-estate -o json=verified.json
    """
    from importlib.metadata import version

    from infra.register.errors import RegisterError
    from infra.verify.reports import as_json, as_text
    from infra.verify.verifying import verify as verified
    from thabat.observe import existing_register, today

    wanted = output.outputs(outputs, provisioning.FORMS)
    on = today(date)
    inputs = provisioning.read(estate, estate_option, phase, None)
    try:
        with existing_register() as register:
            found = verified(inputs, register)
    except RegisterError as fault:
        raise Stop(NOT_EVALUATED, fault.message, fault.hint) from fault
    output.emit(
        wanted,
        {
            "terminal": lambda: as_text(found, inputs, on),
            "json": lambda: as_json(found, inputs, on, version("thabat")),
        },
    )
    raise typer.Exit(CLEAN if found.agrees else FINDINGS)
