"""The baseline of `thabat check`: read, held against, told of, and written."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from thabat import console, output, settings
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from policies.baseline import Baseline
    from specs.findings import Judgement

_MOST_TOLD = 10
"""Of what is gone; the rest is counted."""


class Asked(NamedTuple):
    """A baseline, and the file that it came from."""

    path: Path
    known: "Baseline"


def asked_for(flag: Path | None) -> Asked | None:
    """The baseline that flag or settings name; None where none is named, Stop where it is no baseline."""
    from policies.baseline import MOST_BYTES, BaselineError, read

    named = settings.value("baseline", None if flag is None else str(flag))
    if named is None:
        return None
    path = Path(named)
    hint = "write one with `thabat check ESTATE --write-baseline FILE`"
    try:
        if not path.is_file():
            raise Stop(USAGE, f"there is no baseline {path}", hint)
        if path.stat().st_size > MOST_BYTES:
            raise Stop(USAGE, f"{path} is too large for a baseline", hint)
        return Asked(path, read(path.read_text("utf-8")))
    except OSError as fault:
        raise Stop(USAGE, f"cannot read {path}: {fault.strerror or fault}", hint) from fault
    except UnicodeDecodeError as fault:
        raise Stop(USAGE, f"{path} is no baseline: it is not UTF-8 text", hint) from fault
    except BaselineError as fault:
        raise Stop(USAGE, f"{path} is no baseline: {fault}", hint) from fault


def held(judgement: "Judgement", asked: Asked | None, never_waived: Iterable[str]) -> "Judgement":
    """The judgement with what the baseline knows marked; how it stands is said."""
    from policies.baseline import held_against

    if asked is None:
        return judgement
    found = held_against(judgement, asked.known, never_waived)
    console.say(f"baseline {asked.path}: {found.known} known, {len(found.gone)} no longer found")
    for entry in found.gone[:_MOST_TOLD]:
        console.say(f"  no longer found: {' '.join(part for part in entry.key if part)}")
    if len(found.gone) > _MOST_TOLD:
        console.say(f"  and {len(found.gone) - _MOST_TOLD} more")
    if found.gone:
        console.say("  write it anew with --write-baseline, so that they cannot come back unseen")
    return found.judgement


def written(
    path: Path, judgement: "Judgement", asked: Asked | None, never_waived: Iterable[str]
) -> "Judgement":
    """Write the findings of today, in a file for its owner alone, and hold the judgement against them.

    Where it was held against a baseline before, only what that one knows is written: it shrinks, and what is
    new stays new.
    """
    from policies.baseline import baseline, held_against
    from policies.baseline import written as as_text
    from policies.wording import counted

    never = frozenset(never_waived)
    known = baseline(judgement, never, only_known=asked is not None)
    output.write_file(path, as_text(known))
    console.say(f"{path}: {counted(len(known.findings), 'finding')}")
    left = [
        finding.key for finding in judgement.findings if finding.rule in never and finding.verdict.is_open
    ]
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        console.say(f"  left out, since nobody may waive them: {left[0]}{more}")
    return held_against(judgement, known, never).judgement
