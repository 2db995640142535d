"""One operation on one stack: through the automation API, with locks waited for and killed runs mended."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pulumi.automation import Stack
from pulumi.automation.errors import CommandError, ConcurrentUpdateError

from infra.stacks.agreement import register_agrees
from infra.stacks.events import Gathering
from infra.stacks.inputs import Inputs
from infra.stacks.locks import ASKED_AGAIN_EVERY_SECONDS, LockedError, holders_told, is_orphaned, is_stale
from infra.stacks.program import declared
from infra.stacks.results import Level, StackResult, Violation
from infra.stacks.workspace import Workshop, last_words
from specs.planned import Objection, PlannedResource

ORPHANS_END_WITHIN_SECONDS = 20.0
"""How long an engine whose caller was killed is given to end by itself."""


Judge = Callable[[str, Sequence[PlannedResource]], Sequence[Objection]]
"""Judges a stack, by name, as it is planned."""


@dataclass(frozen=True)
class Runner:
    """Runs operations on the stacks of one estate."""

    workshop: Workshop
    inputs: Inputs
    judge: Judge | None = None
    """What speaks against a stack as the engine plans it; None: nothing does."""
    packs: tuple[Path, ...] = ()
    """Policy packs that the engine judges every preview by, besides."""
    attached: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By stack: variables of its engine's environment by which it finds a provider that runs already."""
    lock_timeout_seconds: float = 0.0
    """How long somebody else's lock is waited for."""
    waiting: Callable[[str, LockedError], None] = field(default=lambda stack, fault: None)
    """Told once when a stack is waited for."""

    def preview(self, name: str, advance: Callable[[], None] = lambda: None) -> StackResult:
        """What `up` would do to the stack, and what policies say against it."""
        gathering = Gathering(advance)

        def act(stack: Stack) -> None:
            packs = [str(pack) for pack in self.packs]
            stack.preview(
                program=lambda: declared(self.inputs, name, together=True),
                policy_packs=packs,
                on_event=gathering.take,
                color="never",
            )

        result = self._attempted(name, gathering, act)
        if self.judge is None or result.ending not in ("done", "stopped"):
            return result
        said = tuple(map(_violation, self.judge(name, gathering.planned)))
        stopped = any(one.mandatory for one in said)
        return replace(
            result,
            ending="stopped" if stopped else result.ending,
            settled=result.settled and not stopped,
            violations=tuple(sorted({*result.violations, *said})),
        )

    def up(self, name: str, advance: Callable[[], None] = lambda: None) -> StackResult:
        """Bring the stack to what the estate says; what a killed run left behind is mended first."""
        gathering = Gathering(advance)
        mended: list[str] = []

        def act(stack: Stack) -> None:
            if self.needs_mending(name):
                self._mend(stack, mended)
            stack.up(program=lambda: declared(self.inputs, name), on_event=gathering.take, color="never")

        return self._attempted(name, gathering, act, mended)

    def preview_destroy(self, name: str, advance: Callable[[], None] = lambda: None) -> StackResult:
        """What `destroy` would do to the stack."""
        gathering = Gathering(advance)
        return self._attempted(
            name, gathering, lambda stack: stack.preview_destroy(on_event=gathering.take, color="never")
        )

    def destroy(self, name: str, advance: Callable[[], None] = lambda: None) -> StackResult:
        """Take everything in the stack out of service."""
        gathering = Gathering(advance)
        mended: list[str] = []

        def act(stack: Stack) -> None:
            if self.needs_mending(name):
                self._mend(stack, mended)
            stack.destroy(on_event=gathering.take, color="never")

        return self._attempted(name, gathering, act, mended)

    def _attempted(
        self, name: str, gathering: Gathering, act: Callable[[Stack], object], mended: list[str] | None = None
    ) -> StackResult:
        recovered = [] if mended is None else mended
        result = StackResult(name, "done")
        try:
            self._when_unlocked(name, act, recovered)
        except LockedError as fault:
            return replace(result, ending="locked", holders=fault.holders)
        except CommandError as fault:
            problems = gathering.problems or (last_words(str(fault)),)
            result = replace(
                result,
                ending="stopped" if gathering.stopped else "failed",
                problems=() if gathering.stopped else problems,
            )
        return replace(
            result,
            changes=gathering.changes,
            unchanged=gathering.unchanged,
            settled=result.ending == "done" and gathering.kept,
            violations=gathering.violations,
            warnings=gathering.warnings,
            recovered=tuple(recovered),
        )

    def _when_unlocked(self, name: str, act: Callable[[Stack], object], mended: list[str]) -> None:
        """Do it, once nobody else holds the stack; the lock of a process that is no more is taken away."""
        started = time.monotonic()
        told = False
        while True:
            try:
                act(self.workshop.stack(name, self.attached.get(name)))
                return
            except ConcurrentUpdateError as refusal:
                fault = LockedError(holders_told(str(refusal)))
            if fault.holders and all(map(is_stale, fault.holders)):
                self.workshop.call("cancel", "--yes", "--stack", name)
                mended.append(
                    f"took away the lock of {' and '.join(map(str, fault.holders))}, which is no more"
                )
                continue
            orphaned = bool(fault.holders) and all(map(is_orphaned, fault.holders))
            patience = max(self.lock_timeout_seconds, ORPHANS_END_WITHIN_SECONDS if orphaned else 0.0)
            if time.monotonic() - started >= patience:
                raise fault
            if not told:
                self.waiting(name, fault)
                told = True
            time.sleep(ASKED_AGAIN_EVERY_SECONDS)

    def needs_mending(self, name: str) -> bool:
        """Whether the stack's state is not what the register holds, as after a kill or a change by hand."""
        deployment = self.workshop.deployment(name)
        return bool(deployment.get("pending_operations")) or not register_agrees(
            self.workshop.register_location, name, deployment
        )

    def _mend(self, stack: Stack, mended: list[str]) -> None:
        stack.refresh(clear_pending_creates=True, color="never")
        mended.append("read back what the register holds, which was not what the engine's state says")


def _violation(objection: Objection) -> Violation:
    """The same as the policy pack's policies of these names report it."""
    level: Level = "mandatory" if objection.mandatory else "advisory"
    return Violation(f"thabat-{level}", level, objection.message)
