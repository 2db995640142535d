"""What `preview`, `up` and `destroy` share: their options, progress, output and how they end."""

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thabat import console, output, settings
from thabat.exits import CLEAN, FINDINGS, INTERRUPTED, LOCKED, NOT_EVALUATED, USAGE, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from infra.stacks.inputs import Inputs
    from infra.stacks.locks import LockedError
    from infra.stacks.results import Ending, Operation, Run, StackResult
    from infra.stacks.running import Runner

TargetOption = Annotated[
    str | None, typer.Option("--target", metavar="TARGET", help="What is made; also THABAT_TARGET.")
]
PackOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack",
        metavar="FOLDER",
        help="Policy pack that the engine is to judge by, besides Thabat's own rules; repeatable.",
    ),
]
NoPoliciesOption = Annotated[
    bool, typer.Option("--no-policies", help="Plan without the judgement of any rule or policy.")
]
AllowUnknownOption = Annotated[
    bool,
    typer.Option("--allow-unknown", help="Let a mandatory rule pass that could not be decided."),
]
LockTimeoutOption = Annotated[
    str | None,
    typer.Option(
        "--lock-timeout",
        metavar="SECONDS",
        help="How long to wait for somebody else's lock.",
        show_default=False,
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before anything is changed.")]

FORMS = ("terminal", "json")

_CODES: "dict[Ending, int]" = {
    "done": CLEAN,
    "stopped": FINDINGS,
    "failed": NOT_EVALUATED,
    "not-run": NOT_EVALUATED,
    "locked": LOCKED,
    "interrupted": INTERRUPTED,
}


def read(estate: str | None, flag: str | None, phase: str | None, target: str | None) -> "Inputs":
    """The estate that is named, planned stack by stack."""
    from infra.stacks.inputs import read as read_inputs

    named = settings.estate(estate, flag)
    with console.working(f"Loading {named}"):
        return read_inputs(
            named, settings.value("phase", phase), settings.value("target", target) or "register"
        )


def runner(inputs: "Inputs", lock_timeout: str | None = None) -> "Runner":
    """What runs the stacks of that estate here, judged by nothing."""
    from infra.stacks.running import Runner
    from infra.stacks.workspace import Workshop
    from thabat.env import find_engine

    workshop = Workshop(
        find_engine(), Path.cwd(), state=settings.value("state"), register=settings.value("register")
    )
    return Runner(
        workshop, inputs, lock_timeout_seconds=_seconds(settings.value("lock_timeout", lock_timeout))
    )


def judged(running: "Runner", packs: list[Path] | None, *, allow_unknown: bool) -> "Runner":
    """The same, judged by Thabat's rules, which are worked out once for all stacks, and by those packs.

    They are worked out in a thread of their own, while engines and provider start.
    """
    from concurrent.futures import ThreadPoolExecutor

    from policies.planned_estate import ALLOW_UNKNOWN, allows_unknown, judged_ahead
    from thabat.rule_book import rule_book

    inputs, allowed = running.inputs, {ALLOW_UNKNOWN: "1"} if allow_unknown else {}
    thread = ThreadPoolExecutor(1, "judging")
    ahead = thread.submit(
        judged_ahead,
        inputs.loaded,
        inputs.phase,
        today=date.today(),
        allow_unknown=allows_unknown({**os.environ, **allowed}),
        rules=rule_book(),
    )
    thread.shutdown(wait=False)
    return replace(
        running,
        workshop=replace(running.workshop, more=allowed),
        judge=lambda stack, resources: ahead.result().objections(stack, resources),
        packs=tuple(_pack(pack) for pack in packs or ()),
    )


def conclude(run: "Run", inputs: "Inputs", wanted: "tuple[output.Output, ...]") -> int:
    """Put out what came of it; the number that the command ends with."""
    from infra.stacks.telling import as_json, as_text

    output.emit(
        wanted,
        {
            "terminal": lambda: as_text(run, inputs),
            "json": lambda: as_json(run, inputs, version("thabat")),
        },
    )
    return _CODES[run.ending]


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is changed; Stop where nobody can answer, or the answer is no."""
    import sys

    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Stop(USAGE, "nobody is there to confirm it", "add --yes to go ahead without being asked")
    if not typer.confirm(question, err=True):
        raise Stop(CLEAN, "")


@contextmanager
def working() -> "Iterator[None]":
    """Say in words what keeps engine, state or register from working: never a pass."""
    from infra.register.errors import RegisterError
    from infra.stacks.workspace import EngineError

    try:
        yield
    except EngineError as fault:
        raise Stop(NOT_EVALUATED, str(fault), "`thabat doctor` says what is missing") from fault
    except RegisterError as fault:
        raise Stop(NOT_EVALUATED, fault.message, fault.hint) from fault
    except OSError as fault:
        raise Stop(
            NOT_EVALUATED, str(fault), "check the folder's owner, its permissions and the space left"
        ) from fault


@contextmanager
def alone(running: "Runner", operation: "Operation") -> "Iterator[None]":
    """Hold the lock of this home's stacks; where another run holds it, the command says who and ends."""
    from infra.stacks.locks import LockedError, only_run

    def waiting(fault: LockedError) -> None:
        console.say(f"{fault}; waiting up to {running.lock_timeout_seconds:g} s")

    try:
        with only_run(running.workshop.home, running.lock_timeout_seconds, waiting):
            yield
    except LockedError as fault:
        raise Stop(
            LOCKED,
            f"{operation}: {fault}",
            "wait for that run to end, or let this one wait: --lock-timeout 600",
        ) from fault


@contextmanager
def watching(what: str, stacks: int) -> "Iterator[Watch]":
    """A watcher that shows how the work goes on: bars on a terminal, a line a stack elsewhere."""
    if console.is_quiet():
        yield Watch(what)
    elif not console.is_interactive():
        console.say(f"{what}: {stacks} stacks")
        yield Lines(what)
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console.stderr()) as progress:
            yield Bars(what, progress)


class Watch:
    """Watches without a word."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.lock = threading.Lock()

    def began(self, stack: str, resources: int | None) -> None:
        """A stack is begun."""

    def advanced(self, stack: str) -> None:
        """One more of its resources is done."""

    def ended(self, result: "StackResult") -> None:
        """It is done."""

    def waits(self, stack: str, fault: "LockedError") -> None:
        """It waits for somebody's lock."""
        console.say(f"{stack}: {fault}; waiting")


class Lines(Watch):
    """One line when a stack is begun, one when it is done."""

    def began(self, stack: str, resources: int | None) -> None:
        expected = "" if resources is None else f" ({resources} resources)"
        console.say(f"{self.what}: {stack}{expected} …")

    def ended(self, result: "StackResult") -> None:
        from infra.stacks.telling import ended

        console.say(f"{self.what}: {result.stack} {ended(result, done=self.what != 'preview')}")


class Bars(Watch):
    """A bar a stack."""

    def __init__(self, what: str, progress: "Progress") -> None:
        super().__init__(what)
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def began(self, stack: str, resources: int | None) -> None:
        with self.lock:
            self.tasks[stack] = self.progress.add_task(f"{self.what} {stack}", total=resources or None)

    def advanced(self, stack: str) -> None:
        self.progress.advance(self.tasks[stack])

    def ended(self, result: "StackResult") -> None:
        task = self.tasks[result.stack]
        total = self.progress.tasks[task].total or self.progress.tasks[task].completed or 1
        self.progress.update(task, total=total, completed=total)


def _pack(folder: Path) -> Path:
    if not (folder / "PulumiPolicy.yaml").is_file():
        raise Stop(USAGE, f"{folder} is no policy pack", "name a folder that holds a PulumiPolicy.yaml")
    return folder.resolve()


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text or "0")
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise Stop(USAGE, f"`{text}` is no number of seconds", "write --lock-timeout 600") from None
    return seconds
