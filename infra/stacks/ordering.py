"""Every stack of an estate in order: sites, two at a time, then what is national; undone the other way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from infra.register.register import Register
from infra.stacks.inputs import Inputs
from infra.stacks.locks import LockedError
from infra.stacks.program import uncollected
from infra.stacks.providers import provided
from infra.stacks.results import Run, StackResult
from infra.stacks.running import Runner
from infra.stacks.workspace import Workshop
from specs.tokens import NATIONAL

AT_ONCE = 2
"""Sites that are run at the same time."""


class Watcher(Protocol):
    """Is told how the work goes on, from any thread."""

    def began(self, stack: str, resources: int | None) -> None:
        """A stack is begun; so many resources are expected, None where nobody knows."""

    def advanced(self, stack: str) -> None:
        """One more of its resources is done."""

    def ended(self, result: StackResult) -> None:
        """It is done."""

    def waits(self, stack: str, fault: LockedError) -> None:
        """It waits for somebody's lock."""


Work = Callable[[str, Callable[[], None]], StackResult]
"""An operation on the stack of that name, which tells of each resource."""


def preview_all(runner: Runner, watcher: Watcher) -> Run:
    """What `up` would do to every stack, and what policies say; missing stacks are made, empty."""
    stacks = _stacks(runner, configure=False)
    with _provided(runner, stacks) as running:
        work = _by_stack(running.inputs, running.preview, running.preview_destroy)
        return Run("preview", _all(stacks, work, watcher, running))


def up_all(runner: Runner, previewed: Run, watcher: Watcher) -> Run:
    """Bring every stack to what the estate says, then retire what a killed run left in the register alone."""
    stacks = _stacks(runner, configure=True)
    kept = {result.stack: result for result in previewed.stacks}

    with _provided(runner, stacks) as running:

        def up(name: str, advance: Callable[[], None]) -> StackResult:
            before = kept.get(name)
            if before is not None and before.settled and not running.needs_mending(name):
                return before
            return running.up(name, advance)

        results = _all(stacks, _by_stack(running.inputs, up, running.destroy), watcher, running)
    return Run("up", results, _retired(runner, results))


def preview_destroy_all(runner: Runner, watcher: Watcher) -> Run:
    """What `destroy` would do to every stack that is there."""
    with _provided(runner, _ours(runner)) as running:
        return Run("preview", _backwards(running, running.preview_destroy, watcher))


def destroy_all(runner: Runner, watcher: Watcher) -> Run:
    """Take everything out of service, what is national first. The register keeps every row as retired."""
    with _provided(runner, _ours(runner)) as running:
        results = _backwards(running, running.destroy, watcher)
    return Run("destroy", results, _retired(runner, results, everything=True))


def _stacks(runner: Runner, *, configure: bool) -> tuple[str, ...]:
    """The estate's stacks in their order, made where they are missing, after those that it has no longer."""
    inputs, workshop = runner.inputs, runner.workshop
    existing = workshop.existing()
    missing = tuple(name for name in inputs.stacks if name not in existing)
    settings = {"estate": inputs.name, "phase": inputs.phase, "target": inputs.target}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(workshop.make, missing))
        wanted = inputs.stacks if configure else missing
        list(pool.map(lambda name: workshop.configure(name, settings), wanted))
    return (*_gone(runner, existing), *inputs.stacks)


def _gone(runner: Runner, existing: Iterable[str]) -> tuple[str, ...]:
    """Stacks that this estate had and has no longer; those of another estate are left alone."""
    inputs, workshop = runner.inputs, runner.workshop
    return tuple(
        name
        for name in sorted(existing)
        if name not in inputs.stacks and workshop.configuration(name).get("estate") == inputs.name
    )


def _by_stack(inputs: Inputs, wanted: Work, gone: Work) -> Work:
    """One work for the estate's stacks, another for those that it has no longer."""
    return lambda name, advance: (wanted if name in inputs.stacks else gone)(name, advance)


def _ours(runner: Runner) -> tuple[str, ...]:
    """Stacks of this estate that are there, those that it has no longer among them."""
    existing = runner.workshop.existing()
    ours = {*_gone(runner, existing), *(name for name in runner.inputs.stacks if name in existing)}
    return tuple(sorted(ours))


@contextmanager
def _provided(runner: Runner, stacks: Sequence[str]) -> Iterator[Runner]:
    """The same runner while one provider serves the engines of all those stacks."""
    with provided(runner.workshop, stacks) as attached:
        yield replace(runner, attached=attached)


def _backwards(runner: Runner, work: Work, watcher: Watcher) -> tuple[StackResult, ...]:
    ours = tuple(runner.attached)
    national = tuple(name for name in ours if name == NATIONAL)
    others = tuple(name for name in ours if name != NATIONAL)
    return _in_turn((national, others), work, watcher, runner)


def _all(stacks: Sequence[str], work: Work, watcher: Watcher, runner: Runner) -> tuple[StackResult, ...]:
    sites = tuple(name for name in stacks if name != NATIONAL)
    return _in_turn((sites, (NATIONAL,)), work, watcher, runner)


def _in_turn(
    groups: Iterable[Sequence[str]], work: Work, watcher: Watcher, runner: Runner
) -> tuple[StackResult, ...]:
    """Run group after group; once a stack of one has failed, the next groups are not run."""
    results: list[StackResult] = []
    for group in groups:
        if any(result.ending not in ("done", "stopped") for result in results):
            results += [StackResult(name, "not-run") for name in group]
            continue
        with ThreadPoolExecutor(AT_ONCE) as pool, uncollected():
            largest_first = sorted(group, key=lambda name: -len(runner.inputs.planned.get(name, ())))
            started = {name: pool.submit(_one, name, work, watcher, runner.inputs) for name in largest_first}
            try:
                results += [started[name].result() for name in group]
            except KeyboardInterrupt:
                _interrupt(runner.workshop, started.values())
                results += [_ended(name, started[name]) for name in group]
    return tuple(results)


def _one(name: str, work: Work, watcher: Watcher, inputs: Inputs) -> StackResult:
    watcher.began(name, len(inputs.planned[name]) if name in inputs.planned else None)
    result = work(name, lambda: watcher.advanced(name))
    watcher.ended(result)
    return result


def _interrupt(workshop: Workshop, started: Iterable["Future[StackResult]"]) -> None:
    """Begin nothing more, and have the engines that run put things in order and end."""
    for one in started:
        one.cancel()
    workshop.interrupt()


def _ended(name: str, one: "Future[StackResult]") -> StackResult:
    if one.cancelled():
        return StackResult(name, "not-run")
    result = one.result()
    return result if result.ending == "done" else StackResult(name, "interrupted", result.changes)


def _retired(runner: Runner, results: Iterable[StackResult], *, everything: bool = False) -> tuple[str, ...]:
    """Retire rows of stacks that are as they should be which no plan names: a killed run had made them."""
    retired: list[str] = []
    with Register.open(runner.workshop.register_location) as register:
        for result in results:
            if result.ending != "done":
                continue
            planned = () if everything else runner.inputs.planned.get(result.stack, ())
            wanted = {one.reference for one in planned}
            for row in register.planned(result.stack):
                if row.reference not in wanted and register.retire(row.token) is not None:
                    retired.append(row.reference)
    return tuple(sorted(retired))
