"""What the stacks of an estate are made from: the estate as of a phase, planned stack by stack."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from specs.bundled import bundled, find_estate
from specs.header import TODAY
from specs.issues import Issue, SpecError
from specs.loading import Loaded, load
from specs.model import Estate
from specs.planned import Planned, plan, stacks, unplannable
from specs.text import did_you_mean
from specs.tokens import NATIONAL

TARGET = "register"
"""What `up` makes, where nothing else is said."""

TARGETS = (TARGET,)
"""What `up` can make."""


@dataclass(frozen=True)
class Inputs:
    """An estate as of a phase, ready to be planned for a target."""

    loaded: Loaded
    """The whole plan, with the places of everything."""
    estate: Estate
    """The estate as of the phase."""
    path: Path
    """The estate's folder or file, absolute."""
    name: str
    """How configuration names it: a bundled estate, or an absolute path."""
    phase: str
    """Phase or step that it is looked at in; `today` before the first."""
    target: str
    """What is made."""

    @cached_property
    def planned(self) -> Mapping[str, tuple[Planned, ...]]:
        """By stack, in the order in which stacks are made: what it is to hold."""
        by_stack: dict[str, list[Planned]] = {name: [] for name in self.stacks}
        for one in plan(self.estate):
            by_stack[one.stack].append(one)
        return {name: tuple(members) for name, members in by_stack.items()}

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack that the estate has in any of its phases: sites by id, then `national`."""
        return stacks(self.loaded.estate)

    def record(self, stack: str) -> dict[str, Any]:
        """What the stack's Plan resource says."""
        return {
            "estate": str(self.path),
            "digest": self.loaded.digest,
            "phase": self.phase,
            "stack": stack,
            "target": self.target,
        }

    def outputs(self, stack: str) -> dict[str, Any]:
        """What the stack tells others: the phase it stands at, and how many elements of each collection."""
        counted = Counter(one.collection for one in self.planned[stack])
        return {"phase": self.phase, "elements": dict(sorted(counted.items()))}


def read(name: str, phase: str | None, target: str = TARGET, base: Path | None = None) -> Inputs:
    """Load and check the estate; SpecError with everything that is wrong with it, or with the call.

    A relative path is taken from `base` (absent: the current folder).
    """
    if target not in TARGETS:
        raise _refused("ARG-001", f"nothing can be made in `{target}`", did_you_mean(target, TARGETS))
    path = _path(name, base)
    loaded = load(path)
    settled = phase or _last_phase(loaded.estate)
    inputs = Inputs(loaded, loaded.estate.as_of(settled), path, _lasting_name(name, path), settled, target)
    faults = unplannable(one for members in inputs.planned.values() for one in members)
    if faults:
        raise SpecError(Issue(one.code, loaded.places.at(one.path), one.message, one.hint) for one in faults)
    return inputs


def no_such_stack(inputs: Inputs, stack: str) -> SpecError:
    """What to say to somebody who runs a stack that the estate does not have."""
    return _refused(
        "STK-001",
        f"stack `{stack}` is neither a site of this estate nor `{NATIONAL}`",
        did_you_mean(stack, inputs.stacks),
    )


def _path(name: str, base: Path | None) -> Path:
    if base is not None and (base / name).exists():
        return (base / name).resolve()
    return find_estate(name).resolve()


def _lasting_name(name: str, path: Path) -> str:
    """A name that means the same estate from any folder."""
    return name if name in bundled() and find_estate(name).resolve() == path else str(path)


def _last_phase(estate: Estate) -> str:
    return estate.estate.phases[-1].id if estate.estate.phases else TODAY


def _refused(code: str, message: str, hint: str) -> SpecError:
    return SpecError([Issue(code, None, message, hint)])
