"""The language host: real programs and policy packs, run by the real engine, end as they should."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from infra.engine import Engine, environment

PROGRAM = """
import os, sys, time
import pulumi

class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("test:index:Part", name)
        self.register_outputs({})

for number in range(int(pulumi.Config().get("parts") or 3)):
    Part(f"part-{number}")
"""

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def unwanted(args, report):
    if args.name == "part-1":
        report("part-1 is not wanted here")

PolicyPack(
    name="pack",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy(name="no-part-1", description="No part 1.", validate=unwanted)],
)
"""

OURS = ("infra.language_host", "language_host/executor.py")


class Project:
    """A Pulumi project in a folder of its own, and the plain command called on it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.pulumi = str(engine.binary)
        self.variables = {**os.environ, **environment(engine, folder / ".thabat")}
        (folder / "program").mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(
            "name: tried\nruntime: python\nmain: program\nstackConfigDir: .thabat/stacks\n"
        )
        self.write(PROGRAM)

    def write(self, program: str) -> None:
        (self.folder / "program" / "__main__.py").write_text(textwrap.dedent(program))

    def options(self, options: str) -> None:
        (self.folder / "Pulumi.yaml").write_text(
            f"name: tried\nruntime: {{name: python, options: {options}}}\nmain: program\n"
            "stackConfigDir: .thabat/stacks\n"
        )

    def pack(self, text: str) -> Path:
        folder = self.folder / "pack"
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 0.0.1\n")
        (folder / "__main__.py").write_text(text)
        return folder

    def __call__(self, *arguments: str, code: int | None = 0) -> str:
        command = [self.pulumi, *arguments, "--non-interactive", "--color", "never"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        said = done.stdout + done.stderr
        assert code is None or done.returncode == code, said
        return said

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command, running; what it prints goes to the file `said`."""
        with (self.folder / "said").open("w") as said:
            return subprocess.Popen(
                [self.pulumi, *arguments, "--non-interactive", "--color", "never"],
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )


@pytest.fixture
def project(tmp_path: Path, engine: Engine) -> Project:
    """A project with a stack, on the engine's file backend."""
    if engine.origin != "modules":
        pytest.skip("this engine brings its vendor's own language host")
    made = Project(tmp_path / "a project", engine)
    made("stack", "init", "one")
    return made


def wait_for(happened: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def below(command: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(command.pid).children(recursive=True)


def test_a_program_is_previewed_brought_up_found_unchanged_and_destroyed(project: Project) -> None:
    assert "+ 4 to create" in project("preview")
    assert "+ 4 created" in project("up", "--yes")
    assert "4 unchanged" in project("preview", "--expect-no-changes")
    assert "- 4 deleted" in project("destroy", "--yes")


def test_a_program_gets_its_config_project_stack_and_folders(project: Project) -> None:
    project.write(
        """
        import os, sys
        import pulumi
        config = pulumi.Config()
        pulumi.export("seen", {
            "text": config.require("text"),
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
            "root": pulumi.get_root_directory(),
            "here": os.getcwd(),
            "main": __name__,
            "input": sys.stdin.read(),
        })
        pulumi.export("hidden", config.require_secret("hidden"))
        """
    )
    project("config", "set", "text", "ثبات 'and' \"quotes\"")
    project("config", "set", "--secret", "hidden", "nobody sees this")
    said = project("up", "--yes")
    assert "nobody sees this" not in said
    assert json.loads(project("stack", "output", "--json"))["seen"] == {
        "text": "ثبات 'and' \"quotes\"",
        "project": "tried",
        "stack": "one",
        "root": str(project.folder),
        "here": str(project.folder / "program"),
        "main": "__main__",
        "input": "",
    }
    states = [path.read_text() for path in (project.folder / ".thabat" / "state").rglob("*.json")]
    assert states
    assert not [text for text in states if "nobody sees this" in text]


def test_what_a_program_prints_is_shown(project: Project) -> None:
    project.write("import sys\nprint('to output')\nprint('to error', file=sys.stderr)\n")
    said = project("preview")
    assert "to output" in said
    assert "to error" in said


def test_a_programs_own_error_is_shown_from_its_first_frame_on_and_once(project: Project) -> None:
    project.write("def inner():\n    return 1 / 0\n\n\ninner()\n")
    said = project("preview", code=1)
    assert said.count("ZeroDivisionError") == 1
    assert "in inner" in said
    assert "executor.py" not in said
    assert "runpy" not in said


def test_an_error_for_people_comes_without_a_traceback(project: Project) -> None:
    project.write("import pulumi\nraise pulumi.RunError('the estate is not there')\n")
    said = project("preview", code=1)
    assert said.count("the estate is not there") == 2  # as it happens, and in the summary
    assert "Traceback" not in said
    assert "exit code" not in said


def test_a_program_that_leaves_with_a_code_fails_the_preview(project: Project) -> None:
    project.write("import sys\nsys.exit(7)\n")
    assert "ended with exit code 7" in project("preview", code=1)


def test_a_program_that_is_killed_fails_the_preview(project: Project) -> None:
    project.write("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert "was ended by signal 11" in project("preview", code=1)


def test_a_folder_without_a_program_is_named(project: Project) -> None:
    (project.folder / "program" / "__main__.py").unlink()
    assert "no __main__.py" in project("preview", code=1)


def test_the_programs_folder_is_importable_and_the_hosts_own_is_not(project: Project) -> None:
    (project.folder / "program" / "beside.py").write_text("VALUE = 5\n")
    project.write(
        """
        import importlib.util
        import beside
        import pulumi
        pulumi.export("value", beside.VALUE)
        pulumi.export("leaked", importlib.util.find_spec("lifeline") is not None)
        """
    )
    project("up", "--yes")
    assert json.loads(project("stack", "output", "--json")) == {"value": 5, "leaked": False}


def test_a_virtual_environment_is_honoured(project: Project) -> None:
    environment_folder = project.folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment_folder)], check=True)
    site = next(environment_folder.glob("lib/python3*/site-packages"))
    # The packages of the environment that the tests run in, without a download.
    (site / "borrowed.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")) + "\n")
    project.options("{virtualenv: .venv}")
    project.write("import pulumi, sys\npulumi.export('prefix', sys.prefix)\n")
    project("up", "--yes")
    assert json.loads(project("stack", "output", "--json")) == {"prefix": str(environment_folder)}
    assert str(environment_folder) in project("about")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{virtualenv: absent}", "there is no virtual environment here"),
        ("{toolchain: poetry}", "knows only 'pip'"),
    ],
)
def test_a_python_that_is_not_to_be_had_is_told(project: Project, options: str, said: str) -> None:
    project.options(options)
    assert said in project("preview", code=1)


def test_without_the_sdk_it_says_so(project: Project) -> None:
    environment_folder = project.folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment_folder)], check=True)
    project.options("{virtualenv: .venv}")
    assert "The Pulumi SDK is not installed" in project("preview", code=1)


def test_it_tells_what_the_program_depends_on(project: Project) -> None:
    about = json.loads(project("about", "--json", "--transitive"))
    assert about["runtime"]["executable"] == sys.executable
    versions = {each["name"]: each["version"] for each in about["dependencies"]}
    assert versions["pulumi"] == "3.259.0"
    assert versions["networkx"]


def test_installing_makes_the_environment_and_what_it_needs(project: Project) -> None:
    project.options("{virtualenv: .venv}")
    (project.folder / "requirements.txt").write_text("# nothing but what is there\n")
    project("install")
    python = project.folder / ".venv" / "bin" / "python"
    asked = [str(python), "-c", "import sys; print(sys.prefix)"]
    assert subprocess.check_output(asked, text=True).strip() == str(project.folder / ".venv")


def test_installing_what_is_not_to_be_had_fails_and_shows_why(project: Project) -> None:
    (project.folder / "requirements.txt").write_text("--no-index\nno-such-package-anywhere\n")
    said = project("install", code=1)
    assert "no-such-package-anywhere" in said
    assert "ended with 1" in said


def test_a_policy_pack_stops_a_preview_and_says_why(project: Project) -> None:
    pack = project.pack(PACK)
    said = project("preview", "--policy-pack", str(pack), code=1)
    assert "[mandatory]" in said
    assert "part-1 is not wanted here" in said
    project("preview", "--policy-pack", str(pack), "--config", "parts=1")


def test_a_policy_pack_that_cannot_be_loaded_fails_the_preview_with_its_error(project: Project) -> None:
    pack = project.pack("raise ValueError('the pack is broken')\n")
    assert "the pack is broken" in project("preview", "--policy-pack", str(pack), code=1)


SLOW = PROGRAM + "\nopen('started', 'w').close()\ntime.sleep(300)\n"


@pytest.fixture
def running(project: Project) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A preview with a policy pack, in the midst of its program, and the processes below it."""
    pack = project.pack(PACK)
    project.write(SLOW)
    command = project.start("preview", "--policy-pack", str(pack), "--config", "parts=1")
    wait_for((project.folder / "program" / "started").exists)
    children = below(command)
    lines = [" ".join(child.cmdline()) for child in children]
    assert sum(any(part in line for part in OURS) for line in lines) == 3, lines
    return command, children


def test_no_process_outlives_an_engine_that_was_killed(
    running: tuple[subprocess.Popen[str], list[psutil.Process]],
) -> None:
    command, children = running
    command.kill()
    command.wait(10)
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


def test_no_program_or_pack_outlives_a_language_host_that_was_killed(
    running: tuple[subprocess.Popen[str], list[psutil.Process]],
) -> None:
    command, children = running
    host = next(child for child in children if "infra.language_host" in child.cmdline())
    host.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    command.wait(30)
    assert alive == []


def test_an_interrupt_ends_all_and_prints_no_traceback(
    project: Project, running: tuple[subprocess.Popen[str], list[psutil.Process]]
) -> None:
    command, children = running
    command.send_signal(signal.SIGINT)
    command.wait(30)
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
    said = (project.folder / "said").read_text()
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said


def test_an_interrupted_program_is_no_error_of_its_own(project: Project) -> None:
    project.write("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    said = project("preview", code=1)
    assert "Traceback" not in said
