"""`thabat layers`: the same rules on what is declared, planned and observed, side by side."""

from datetime import date as day_of
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, rule_book, settings
from thabat.exits import CLEAN, FINDINGS, NOT_EVALUATED, USAGE, Stop

if TYPE_CHECKING:
    from policies.layers.planned_layer import PlanMade
    from policies.layers.results import Layer, Row, SideBySide
    from specs.findings import Severity
    from specs.model import Estate
    from specs.observed import ObservedElement

FORMS = ("terminal", "json", "markdown")


def layers(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    wanted_layers: Annotated[
        str,
        typer.Option("--layers", metavar="LAYERS", help="Layers to put side by side, with commas between."),
    ] = "declared,planned,observed",
    plan: Annotated[
        list[Path] | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Plan of a stack that the engine wrote (`pulumi preview --json --show-sames`, or "
            "--save-plan=FILE); repeatable. Absent: what the program would plan.",
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DAY",
            help="Day to judge and to tell the age of looks as at (YYYY-MM-DD); later looks do not count.",
        ),
    ] = None,
    oldest_look: Annotated[
        str | None,
        typer.Option("--oldest-look", metavar="AGE", help="Age from which a look no longer counts (183 d)."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show also what agrees.")] = False,
    fail_on: settings.FailOnOption = None,
    allow_unknown: settings.AllowUnknownOption = False,
    soft_fail: settings.SoftFailOption = False,
    rules: rule_book.RulesOption = None,
    outputs: output.Outputs = None,
) -> None:
    """Judge what is declared, what is planned and what was observed by the same rules, side by side.

    What nobody has looked at is unknown. Exits with 1 when a rule fails in any layer at or above --fail-on
    (high), or a mandatory one is unknown in any; with 3 when the register or the plan cannot be judged.

    \b
    Example:
      thabat layers national-cured
      thabat layers my-estate --layers declared,observed --date 2026-03-01 -o markdown=layers.md
      thabat layers my-estate --plan ndc.json --plan national.json -o json
    """
    from importlib.metadata import version

    from policies.layers.comparing import Asked, side_by_side
    from policies.layers.results import Layer
    from policies.outputs import layers as forms
    from policies.outputs.layers_document import as_json
    from policies.outputs.origin import Origin
    from specs.findings import Severity
    from thabat.check import as_seen_from_here
    from thabat.opening import day, opened

    wanted = output.outputs(outputs, FORMS)
    least = Severity(settings.value("fail_on", fail_on) or "high")
    asked_layers = _layers(wanted_layers)
    oldest = _age(oldest_look)
    book = rule_book.rule_book(rules)
    made = _plan(plan)
    found = opened(estate, estate_option, phase)
    on = day(found.loaded.estate, date)
    looked_on = on if settings.value("date", date) is not None else day_of.today()
    seen, seen_in = _seen(found.estate, looked_on) if Layer.OBSERVED in asked_layers else ((), "")
    with console.working("Judging"):
        result = side_by_side(
            Asked(
                found.loaded,
                found.estate,
                found.phase,
                on,
                looked_on,
                asked_layers,
                made,
                seen,
                seen_in,
                oldest,
                book,
            )
        )
    origin = Origin(version("thabat"), book, as_seen_from_here(found.loaded))
    screen = output.screen(wanted)
    output.emit(
        wanted,
        {
            "terminal": lambda: forms.terminal(result, origin, screen, everything=everything),
            "json": lambda: as_json(result, origin),
            "markdown": lambda: forms.markdown(result, origin, everything=everything),
        },
    )
    raise typer.Exit(CLEAN if soft_fail else _code(result, least, allow_unknown=allow_unknown))


def failing(result: "SideBySide", least: "Severity", *, allow_unknown: bool = False) -> "tuple[Row, ...]":
    """Rows that fail: in any layer a failure at or above a severity, or an unknown of a mandatory rule."""
    from policies.layers.results import Standing

    return tuple(
        row
        for row in result.rows
        if (Standing.FAIL in row.standings and row.severity.at_least(least))
        or (Standing.UNKNOWN in row.standings and row.severity.mandatory and not allow_unknown)
    )


def _code(result: "SideBySide", least: "Severity", *, allow_unknown: bool) -> int:
    """The number to end with; a layer that cannot be judged is never a pass."""
    refused = [seat.layer.value for seat in result.seats if seat.judgement is None]
    if refused:
        console.say(f"not judged: {', '.join(refused)}")
        return NOT_EVALUATED
    against = failing(result, least, allow_unknown=allow_unknown)
    if against:
        console.say(f"findings: {len(against)} that fail or are unknown in a layer")
    return FINDINGS if against else CLEAN


def _layers(text: str) -> "tuple[Layer, ...]":
    from policies.layers.results import Layer
    from specs.text import did_you_mean

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = [layer.value for layer in Layer]
    for name in names:
        if name not in known:
            raise Stop(USAGE, f"there is no layer `{name}`", did_you_mean(name, known))
    if not names:
        raise Stop(USAGE, "no layer is named", f"write --layers {','.join(known)}")
    return tuple(layer for layer in Layer if layer.value in names)


def _age(text: str | None) -> float:
    from policies.layers.results import OLDEST_LOOK
    from specs.units import QuantityError, parse_quantity

    if text is None:
        return float(OLDEST_LOOK.default)
    try:
        return parse_quantity(text, "duration")
    except QuantityError as fault:
        raise Stop(USAGE, f"--oldest-look: {fault}", "write --oldest-look '183 d'") from fault


def _plan(files: "list[Path] | None") -> "PlanMade | None":
    from infra.stacks.plan_files import planned_resources
    from policies.layers.planned_layer import PlanMade

    if not files:
        return None
    resources = tuple(one for file in files for one in planned_resources(file))
    return PlanMade(resources, ", ".join(str(file) for file in files))


def _seen(estate: "Estate", until: day_of) -> "tuple[tuple[ObservedElement, ...], str]":
    """What the register says was seen until that day, and which register that is."""
    from infra.register.errors import RegisterError
    from infra.verify.facts import observed_elements
    from thabat.observe import existing_register

    try:
        with existing_register() as register:
            return observed_elements(register, estate, until), register.location
    except RegisterError as fault:
        raise Stop(NOT_EVALUATED, fault.message, fault.hint) from fault
