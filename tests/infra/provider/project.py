"""A Pulumi project of a test's own: resources from a file, the real engine, the real provider."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from infra.engine import Engine, environment
from infra.register import PlannedRow, Register

PROVIDER = Path(__file__).parents[3] / "infra" / "provider" / "bin"
PATIENCE_SECONDS = 300

PROGRAM = '''"""Declares what a file lists."""

import json
from pathlib import Path

import pulumi

made = {}
for one in json.loads((Path(__file__).parent / f"{pulumi.get_stack()}.json").read_text()):
    made[one["key"]] = pulumi.CustomResource(f"thabat:index:{one['kind']}", one["key"], one["properties"])
'''

Resources = Mapping[str, Mapping[str, Any]]
"""By `Kind/key`: what else its properties hold."""


@dataclass
class Project:
    """A folder with a program, its state and its register."""

    folder: Path
    engine: Engine
    plugins: Path = PROVIDER
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.program = self.folder / "program"
        self.program.mkdir(parents=True, exist_ok=True)
        (self.program / "__main__.py").write_text(PROGRAM)
        self.provide(self.plugins)
        self.variables = {
            **os.environ,
            **environment(self.engine, self.folder / "home"),
            "THABAT_REGISTER": str(self.folder / "register.sqlite"),
        }

    def provide(self, plugins: Path) -> None:
        """Use the provider in that folder from now on."""
        (self.program / "Pulumi.yaml").write_text(
            json.dumps(
                {
                    "name": "bench",
                    "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
                    "plugins": {"providers": [{"name": "thabat", "path": str(plugins)}]},
                }
            )
        )

    def wants(self, resources: Resources, stack: str = "one") -> None:
        """Let the program declare these."""
        listed = [
            {
                "kind": name.partition("/")[0],
                "key": name.partition("/")[2],
                "properties": {"key": name.partition("/")[2], **properties},
            }
            for name, properties in resources.items()
        ]
        (self.program / f"{stack}.json").write_text(json.dumps(listed))

    def start(self, *arguments: str, stack: str | None = "one") -> subprocess.Popen[str]:
        """The engine, under way; in a session of its own, as from another terminal."""
        on_stack = [] if stack is None else ["--stack", stack]
        command = [str(self.engine.binary), *arguments, *on_stack, "--non-interactive"]
        process = subprocess.Popen(
            command, cwd=self.program, env=self.variables, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *arguments: str, stack: str | None = "one", expect: int = 0) -> str:
        """What the engine says."""
        process = self.start(*arguments, stack=stack)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == expect, said
        return said

    def init(self, stack: str = "one") -> None:
        """Make the stack."""
        self.run("stack", "init", stack=stack)

    def up(self, resources: Resources | None = None, stack: str = "one", *more: str) -> str:
        """Bring the stack to these resources, or to those of before."""
        if resources is not None:
            self.wants(resources, stack)
        return self.run("up", "--yes", "--skip-preview", *more, stack=stack)

    def unchanged(self, stack: str = "one") -> bool:
        """Whether neither state, register nor program has anything to change."""
        self.run("preview", "--refresh", "--expect-no-changes", stack=stack)
        return True

    def recover(self, stack: str = "one") -> None:
        """What follows a killed run, before the next `up`."""
        self.run("cancel", "--yes", stack=stack)
        self.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates", stack=stack)

    def urn(self, kind: str, key: str, stack: str = "one") -> str:
        """The engine's name of a resource."""
        return f"urn:pulumi:{stack}::bench::thabat:index:{kind}::{key}"

    def rows(self, stack: str | None = None, *, retired: bool = False) -> tuple[PlannedRow, ...]:
        """What stands in the register."""
        with self.register() as register:
            return register.planned(stack, retired=retired)

    def register(self) -> Register:
        """The register itself."""
        return Register.open(self.folder / "register.sqlite")

    def state_ids(self, stack: str = "one") -> dict[str, str]:
        """By URN: the ids that the engine's state holds, of our resources alone."""
        return ids_in_state(self.folder / "home" / "state", "bench", stack)


def ids_in_state(state: Path, project: str, stack: str) -> dict[str, str]:
    """By URN: the ids of our resources that a file backend in that folder holds."""
    file = state / ".pulumi" / "stacks" / project / f"{stack}.json"
    latest = json.loads(file.read_text())["checkpoint"]["latest"]
    return {
        one["urn"]: one["id"]
        for one in latest.get("resources", [])
        if one["type"].startswith("thabat:index:") and one["type"] != "thabat:index:Plan"
    }


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process and all that it started."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill_engine(process: subprocess.Popen[str], known: Sequence[psutil.Process]) -> list[psutil.Process]:
    """`kill -9` the engine alone; what of its family still runs ten seconds later."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs([one for one in known if one.pid != process.pid], timeout=10)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def await_file(file: Path) -> None:
    """Wait until the file is there."""
    for _ in range(PATIENCE_SECONDS * 20):
        if file.exists():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{file} never came")
