"""Opening the estate that a command works on: which one, as of which phase, and judged on which day."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from specs.text import did_you_mean
from thabat import console, settings
from thabat.exits import USAGE, Stop

if TYPE_CHECKING:
    from specs.loading import Loaded
    from specs.model import Estate


class Opened(NamedTuple):
    """An estate, ready to work on."""

    loaded: "Loaded"
    """The whole plan, with its places in files."""
    estate: "Estate"
    """As it stands in the phase."""
    phase: str
    """Name of that phase."""


def opened(argument: str | None, flag: str | None = None, phase: str | None = None) -> Opened:
    """The estate named by argument, flag or settings, as of a phase (None: the setting's, else the last).

    SpecError where it is faulty; Stop where there is no such estate or phase.
    """
    from specs.bundled import find_estate
    from specs.loading import load

    named = settings.estate(argument, flag)
    with console.working(f"Loading {named}"):
        loaded = load(find_estate(named))
        wanted = settings.value("phase", phase)
        return Opened(
            loaded,
            loaded.estate.as_of(known_phase(loaded.estate, wanted)),
            wanted or last_phase(loaded.estate),
        )


def last_phase(estate: "Estate") -> str:
    """The phase in which the plan ends; `today` where there is none."""
    from specs.header import TODAY

    phases = estate.estate.phases
    return phases[-1].id if phases else TODAY


def known_phase(estate: "Estate", phase: str | None) -> str | None:
    """The phase, if the estate has it; Stop otherwise."""
    from specs.header import TODAY

    names = [TODAY]
    for one in estate.estate.phases:
        names += [one.id, *(f"{one.id}/{step.id}" for step in one.steps)]
    if phase is not None and phase not in names:
        raise Stop(USAGE, f"the estate has no phase `{phase}`", did_you_mean(phase, names))
    return phase


def day(estate: "Estate", flag: str | None = None) -> date:
    """The day as at which rules judge: by flag or setting, else the estate's own, else today."""
    found = settings.value("date", flag)
    if found is None:
        return estate.estate.judged_on or date.today()
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise Stop(USAGE, f"`{found}` is no day", "write it as YYYY-MM-DD") from None
