"""`thabat prove`: exact figures of resilience, for an estate or for other people's models."""

from pathlib import Path
from typing import Annotated

import typer

from thabat import output, settings
from thabat.exits import USAGE, Stop


def prove(
    estate: settings.EstateArgument = None,
    estate_option: settings.EstateOption = None,
    phase: settings.PhaseOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="PART",
            help="One part of an estate's proofs: availability, failure-sweep, failover-flows, "
            "recovery-plans, data-loss or dr-capacity; repeatable.",
        ),
    ] = None,
    allow_unknown: Annotated[
        bool, typer.Option("--allow-unknown", help="Do not fail where facts are missing.")
    ] = False,
    soft_fail: Annotated[
        bool, typer.Option("--soft-fail", help="Tell all, and end with 0 whatever does not hold.")
    ] = False,
    simulate: Annotated[
        float | None,
        typer.Option(
            "--simulate",
            metavar="YEARS",
            min=0.001,
            help="Simulate so many years too: fuel that runs out, batteries, busy crews.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="NUMBER", help="Of the simulated years; 1 unless told.")
    ] = None,
    crews: Annotated[
        int | None,
        typer.Option(
            "--crews", metavar="NUMBER", min=1, help="Repairs at once in simulated years; absent: all."
        ),
    ] = None,
    open_psa: Annotated[
        Path | None,
        typer.Option("--open-psa", metavar="FILE", help="Prove a fault tree in Open-PSA XML instead."),
    ] = None,
    top: Annotated[
        str | None,
        typer.Option("--top", metavar="GATE", help="Gate of the fault tree; absent: the one no other uses."),
    ] = None,
    mission_time: Annotated[
        float | None,
        typer.Option("--mission-time", metavar="HOURS", min=0, help="Where the fault tree asks for one."),
    ] = None,
    graphml: Annotated[
        Path | None,
        typer.Option("--graphml", metavar="FILE", help="Prove a bare network map in GraphML instead."),
    ] = None,
    link_availability: Annotated[
        float | None,
        typer.Option("--link-availability", metavar="P", min=0, max=1, help="Of every link of the map."),
    ] = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--between", metavar="A B", help="Two nodes of the map, by label or id."),
    ] = None,
    outputs: output.Outputs = None,
) -> None:
    """Prove of an estate, service by service, whether it holds what it owes, and why; or prove a bare model.

    Of an estate: availability, every failure and pair, maintenance, recovery, data loss, capacity and
    bandwidth after each loss. Ends with 1 where an answer does not hold or is unknown. Of a model: how
    probably what fails. Ends with 3 where that cannot be had. Forms: terminal, json, of estates markdown.

    \b
    Example:
      thabat prove national -o terminal -o json=proofs.json
      thabat prove my-estate --only availability --simulate 1000 --seed 7
      thabat prove my-estate --only recovery-plans --only data-loss
      thabat prove --open-psa plant.xml -o json
      thabat prove --graphml backbone.graphml --link-availability 0.999 --between Oslo Bergen
    """
    from thabat import proving_estate, proving_models

    _only_with("--open-psa", open_psa, {"--top": top, "--mission-time": mission_time})
    _only_with("--graphml", graphml, {"--link-availability": link_availability, "--between": between})
    _only_with("--simulate", simulate, {"--seed": seed, "--crews": crews})
    if simulate is not None and (open_psa or graphml):
        raise Stop(USAGE, "--simulate goes with an estate", "leave it out for a model")
    if sum(one is not None for one in (open_psa, graphml, estate or estate_option)) > 1:
        raise Stop(USAGE, "several things to prove are named", "name an estate, or one file")
    of_model = open_psa or graphml
    wanted = output.outputs(outputs, proving_models.FORMS if of_model else proving_estate.FORMS)
    if open_psa is not None:
        proving_models.open_psa(open_psa, top, mission_time, wanted)
    if graphml is not None:
        proving_models.graphml(graphml, link_availability, between, wanted)
    years = None if simulate is None else proving_estate.Years(simulate, seed or 1, crews)
    proving_estate.prove_estate(
        estate,
        estate_option,
        phase,
        only or (),
        wanted,
        years,
        allow_unknown=allow_unknown,
        soft_fail=soft_fail,
    )


def _only_with(option: str, given: object, parts: dict[str, object]) -> None:
    for name, value in parts.items():
        if value is not None and given is None:
            raise Stop(
                USAGE,
                f"{name} goes with {option}",
                f"give it: {option} {'YEARS' if option == '--simulate' else 'FILE'}",
            )
