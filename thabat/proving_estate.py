"""`thabat prove ESTATE`: every deep proof of an estate, and what holds for each service and what does not."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from thabat import console, output
from thabat.exits import CLEAN, FINDINGS, USAGE, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resilience.analysis import Analysis
    from resilience.proof import Part, Proof
    from resilience.proof_summary import Answer

_BLOCKS = 20


@dataclass(frozen=True)
class Years:
    """Years to be simulated."""

    count: float
    seed: int
    crews: int | None


FORMS = ("terminal", "json", "markdown")


def prove_estate(
    estate: str | None,
    flag: str | None,
    phase: str | None,
    only: "Sequence[str]",
    wanted: tuple[output.Output, ...],
    years: Years | None = None,
    *,
    allow_unknown: bool,
    soft_fail: bool,
) -> None:
    """Prove the estate's parts, put them out, and end the command."""
    from importlib.metadata import version

    from policies.outputs.proof_document import Proved, as_json
    from policies.outputs.proofs import as_markdown, as_text
    from resilience.analysis import analyse
    from thabat.opening import opened

    parts = _parts(only)
    found = opened(estate, flag, phase)
    analysis = analyse(found.estate)
    proof, told = proved_parts(analysis, parts)
    if years is not None:
        proof = with_years(proof, analysis, years)
    proved = Proved(found.loaded, found.phase, proof, told, version("thabat"))
    output.emit(
        wanted,
        {
            "terminal": lambda: as_text(proved, output.screen(wanted)),
            "json": lambda: as_json(proved),
            "markdown": lambda: as_markdown(proved),
        },
    )
    against = sum(one.holds == "no" or (one.holds == "unknown" and not allow_unknown) for one in told)
    if against:
        console.say(f"proofs: {_verdict(told)}")
    raise typer.Exit(FINDINGS if against and not soft_fail else CLEAN)


def proved_parts(analysis: "Analysis", parts: "Sequence[Part]") -> "tuple[Proof, tuple[Answer, ...]]":
    """Those parts of the proofs, with progress, and the answers that they allow."""
    from resilience.proof import prove
    from resilience.proof_summary import answers

    with console.stages("Proving", len(parts)) as began:
        proof = prove(analysis, parts, lambda part: began(part.replace("-", " ")))
    return proof, answers(analysis.estate, proof)


def with_years(proof: "Proof", analysis: "Analysis", years: Years) -> "Proof":
    """The proof with what simulated years show, beside the static figures where those were asked for."""
    from resilience.availability import beside, simulate
    from resilience.failure_logic import failure_logic

    with console.working(f"Simulating {years.count:g} years"):
        seen = simulate(
            failure_logic(analysis.graph),
            sorted(analysis.estate.services),
            blocks=_BLOCKS,
            years=years.count / _BLOCKS,
            crews=years.crews,
            seed=years.seed,
        )
    return replace(proof, simulation=beside(seen, proof.availability or ()))


def _verdict(told: "Sequence[Answer]") -> str:
    refuted = sum(one.holds == "no" for one in told)
    unknown = sum(one.holds == "unknown" for one in told)
    return f"{refuted} of {len(told)} answers do not hold, {unknown} are unknown"


def parts_without(left_out: "Sequence[str]") -> "tuple[Part, ...]":
    """The parts that are not left out; `all` leaves out every one."""
    from resilience.proof import PARTS

    names = [name for name in left_out if name != "all"]
    unwanted = _parts(names) if names else ()
    return () if "all" in left_out else tuple(part for part in PARTS if part not in unwanted)


def _parts(only: "Sequence[str]") -> "tuple[Part, ...]":
    from resilience.proof import PARTS
    from specs.text import did_you_mean

    for name in only:
        if name not in PARTS:
            raise Stop(USAGE, f"no part `{name}` of the proofs", did_you_mean(name, PARTS))
    return tuple(part for part in PARTS if not only or part in only)
