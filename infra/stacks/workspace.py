"""Where the engine works: its project folder, its environment, and the one way in which it is called."""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import yaml
from pulumi.automation import LocalWorkspace, OutputMap, PulumiCommand, Stack, UpdateSummary
from pulumi.automation._cmd import CommandResult
from pulumi.automation._stack import StackInitMode
from pulumi.automation.errors import CommandError, StackAlreadyExistsError, create_command_error
from semver import VersionInfo

from infra.engine import Engine, environment, home_folder
from infra.register.location import VARIABLE as REGISTER_VARIABLE
from infra.register.location import locate
from infra.register.register import UPDATE_VARIABLE
from specs.files import write_whole
from specs.text import plain

CHECKPOINTS = "THABAT_CHECKPOINTS"
"""Environment variable that has the engine save its state after every step, as it does by itself.

A run of ours saves it at the end: after every step takes time with the square of the resources. If the run
is killed, the state is behind the register's, which the next run sees and mends before anything else.
"""

PROJECT = "ndc"
"""Name of the Pulumi project; a part of every URN."""

_DEATH_SIGNAL_OPTION = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


class EngineError(Exception):
    """The engine cannot do what every run needs: its state cannot be reached, or written."""


@dataclass(frozen=True)
class Workshop:
    """An engine with the folder it works in."""

    engine: Engine
    start: Path
    """Folder that the command was called in."""
    state: str | None = None
    """Folder or URL of the engine's state, instead of the one in `home`."""
    register: str | None = None
    """File or URL of the asset register, instead of the one in `home`."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further variables of the engine's environment, as policy packs may read them."""

    @property
    def home(self) -> Path:
        """Folder of all files of the engine's and the register's own."""
        return home_folder(self.start)

    @property
    def register_location(self) -> str:
        """File or URL of the asset register."""
        return locate(self.register, self.home.parent)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Environment of every call of the engine in this run."""
        return {
            **environment(self.engine, self.home, state=self.state),
            REGISTER_VARIABLE: self.register_location,
            UPDATE_VARIABLE: os.environ.get(UPDATE_VARIABLE) or secrets.token_hex(8),
            **({} if os.environ.get(CHECKPOINTS) else {"PULUMI_SKIP_CHECKPOINTS": "true"}),
            **self.more,
        }

    @cached_property
    def project(self) -> Path:
        """Folder with the project's file: the checkout, else one that is made in `home`."""
        checkout = self.home.parent
        if _is_ours(checkout / "Pulumi.yaml"):
            return checkout
        made = self.home / "project"
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = {
            "name": PROJECT,
            "runtime": {"name": "python"},
            "stackConfigDir": "../stacks",
            "plugins": {"providers": [{"name": "thabat", "path": str(files("infra.provider") / "bin")}]},
        }
        write_whole(made / "Pulumi.yaml", yaml.safe_dump(settings))
        return made

    @cached_property
    def workspace(self) -> LocalWorkspace:
        """The automation API's view of that folder."""
        return self._workspace({})

    def _workspace(self, more: Mapping[str, str]) -> LocalWorkspace:
        return _Workspace(
            work_dir=str(self.project), env_vars={**self.variables, **more}, pulumi_command=self._command
        )

    @cached_property
    def _command(self) -> "_Command":
        return _Command(self.engine)

    def interrupt(self) -> None:
        """Have every engine that runs stop in good order."""
        self._command.interrupt()

    def stack(self, name: str, more: Mapping[str, str] | None = None) -> Stack:
        """A stack that is there; its engine finds `more` in its environment besides."""
        return _Stack(name, self._workspace(more or {}), StackInitMode.SELECT)

    def existing(self) -> frozenset[str]:
        """Names of the stacks that are there; EngineError where the engine cannot tell."""
        with _translated("the stacks cannot be listed"):
            return frozenset(one.name for one in self.workspace.list_stacks())

    def make(self, name: str) -> None:
        """Make a stack, unless another process has just made it; EngineError where it cannot be made."""
        with (
            _translated(f"stack {name} cannot be made"),
            contextlib.suppress(StackAlreadyExistsError),
        ):
            self.workspace.create_stack(name)

    def configuration(self, stack: str) -> Mapping[str, Any]:
        """The stack's configuration by the program's own names, as its file says it."""
        path = self.home / "stacks" / f"Pulumi.{stack}.yaml"
        try:
            read = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            return {}
        config = read.get("config") if isinstance(read, Mapping) else None
        if not isinstance(config, Mapping):
            return {}
        return {str(name).removeprefix(f"{PROJECT}:"): value for name, value in config.items()}

    def configure(self, stack: str, values: Mapping[str, str]) -> None:
        """Give the stack these values, so that the plain command makes it from the same."""
        found = self.configuration(stack)
        if any(found.get(name) != value for name, value in values.items()):
            pairs = [
                word
                for name, value in values.items()
                for word in ("--plaintext", f"{PROJECT}:{name}={value}")
            ]
            with _translated(f"stack {stack} cannot be configured"):
                self.call("config", "set-all", "--stack", stack, *pairs)

    def deployment(self, stack: str) -> Mapping[str, Any]:
        """What the engine knows of the stack, as its state says it; empty before its first update."""
        found = self._deployment_in_file(stack)
        return self.workspace.export_stack(stack).deployment or {} if found is None else found

    def _deployment_in_file(self, stack: str) -> Mapping[str, Any] | None:
        """The same, read from its file where state is a folder: asking the engine takes far longer."""
        url = self.variables["PULUMI_BACKEND_URL"]
        if not url.startswith("file://"):
            return None
        folder = Path(unquote(url.removeprefix("file://").partition("?")[0]))
        try:
            read = json.loads((folder / ".pulumi" / "stacks" / PROJECT / f"{stack}.json").read_bytes())
            latest = read["checkpoint"]["latest"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return latest if isinstance(latest, Mapping) else {}

    def call(self, *arguments: str) -> CommandResult:
        """Run the engine's command line; CommandError with what it said when it fails."""
        return self.workspace.pulumi_command.run(list(arguments), str(self.project), self.variables)


class _Workspace(LocalWorkspace):
    """One that leaves the stack alone that the user has selected."""

    def create_stack(self, stack_name: str) -> None:
        self._run_pulumi_cmd_sync(["stack", "init", stack_name, "--no-select"])

    def select_stack(self, stack_name: str) -> None:
        """Nothing: every call names its stack."""


class _Stack(Stack):
    """One that does not ask the engine three times more, after an update, for what nobody reads."""

    def outputs(self) -> OutputMap:
        """Nothing: outputs are read by other stacks, through the engine."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:
        """That it ended well, or else an error would have been raised; events told the rest."""
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


class _Command(PulumiCommand):
    """The engine that was found.

    Its children end when this process does; a terminal's interrupt reaches them through this process alone.
    """

    def __init__(self, engine: Engine) -> None:
        self.command = str(engine.binary)
        self.version = VersionInfo.parse(engine.version)
        self._running: set[subprocess.Popen[str]] = set()

    def interrupt(self) -> None:
        """Interrupt every child once: a second time would have it drop what it is doing."""
        for process in tuple(self._running):
            process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        with subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            process_group=0,
            preexec_fn=_end_with_parent,
        ) as process:
            self._running.add(process)
            assert process.stdout is not None
            assert process.stderr is not None
            told: list[str] = []
            reader = threading.Thread(target=_read, args=(process.stderr, on_error, told))
            reader.start()
            said: list[str] = []
            _read(process.stdout, on_output, said)
            reader.join()
            process.wait()
            self._running.discard(process)
        result = CommandResult(stdout="\n".join(said), stderr="\n".join(told), code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result


@contextlib.contextmanager
def _translated(what: str) -> Iterator[None]:
    """Say in a sentence what the engine said at length."""
    try:
        yield
    except CommandError as fault:
        raise EngineError(f"{what}: {last_words(str(fault))}") from fault


def last_words(said: str) -> str:
    """The engine's own last lines, of all that it said in an error."""
    lines = [
        line.strip().removeprefix("stderr:").removeprefix("error:").strip() for line in said.splitlines()
    ]
    told = [line for line in lines if line and not line.startswith(("code:", "stdout:"))]
    return plain("\n".join(told[-6:]))


def _read(stream: IO[str], callback: Callable[[str], Any] | None, into: list[str]) -> None:
    for line in stream:
        into.append(line.rstrip())
        if callback is not None:
            callback(into[-1])
    stream.close()


_LIBC = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def _end_with_parent() -> None:
    """Between fork and exec: have the kernel kill the engine when this process is killed.

    One that is only interrupted may wait for ever for a program that is gone, and keep its lock.
    """
    if _LIBC is not None and hasattr(_LIBC, "prctl"):
        _LIBC.prctl(_DEATH_SIGNAL_OPTION, signal.SIGKILL)


def _is_ours(path: Path) -> bool:
    try:
        read = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(read, Mapping) and read.get("name") == PROJECT
