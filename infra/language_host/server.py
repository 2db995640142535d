"""The `LanguageRuntime` service: the engine's questions about Python programs, and their running."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import IO

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from infra.language_host import executor
from infra.language_host.pythons import (
    NoPython,
    Python,
    dependencies,
    needed_plugins,
    python_for,
    wanted_environment,
)

EXECUTOR = Path(executor.__file__)
PATIENCE_SECONDS = 3.0
"""How long a child may take to end by itself once it was asked to."""

Answer = language_pb2.RunPluginResponse


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine, and holds the children that it runs programs in."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._children: set[subprocess.Popen[bytes]] = set()
        self._ending = False
        self._lock = threading.Lock()

    # The engine's own names, so not ours to choose.

    def Handshake(  # noqa: N802
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Learn the engine's address."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The version of this host: that of the SDK whose protocol it speaks."""
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def About(  # noqa: N802
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        """The interpreter that the project's programs run in."""
        python = self._python(request.info, context)
        asked = [str(python.executable), "-c", "import platform; print(platform.python_version())"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        return language_pb2.AboutResponse(executable=str(python.executable), version=said.stdout.strip())

    def GetRequiredPlugins(  # noqa: N802
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """The plugins that the installed packages need, for engines that ask the old question."""
        python = self._python(request.info, context)
        return language_pb2.GetRequiredPluginsResponse(
            plugins=[
                plugin_pb2.PluginDependency(name=n.name, kind="resource", version=n.version, server=n.server)
                for n in needed_plugins(python)
            ]
        )

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """The plugins that the installed packages need."""
        python = self._python(request.info, context)
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(name=n.name, kind="resource", version=n.version, server=n.server)
                for n in needed_plugins(python)
            ]
        )

    def GetProgramDependencies(  # noqa: N802
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """The packages installed where the program runs."""
        found = dependencies(self._python(request.info, context), transitive=request.transitiveDependencies)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=release) for name, release in found]
        )

    def InstallDependencies(  # noqa: N802
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the project's environment and install what its requirements name, as `pulumi install` asks."""
        root = Path(request.info.root_directory or request.directory)
        try:
            environment = wanted_environment(root, request.info.options)
        except NoPython as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        steps: list[list[str]] = []
        python = sys.executable
        if environment is not None:
            python = str(environment / "bin" / "python")
            if not Path(python).exists():
                steps.append([sys.executable, "-m", "venv", str(environment)])
        pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        folders = [Path(request.info.program_directory or request.directory), root]
        named = [folder / "requirements.txt" for folder in folders]
        found = next((file for file in named if file.is_file()), None)
        if (root / "requirements.lock").is_file():
            steps.append([*pip, "--require-hashes", "-r", str(root / "requirements.lock")])
        elif found is not None:
            steps.append([*pip, "-r", str(found)])
        if (root / "pyproject.toml").is_file():
            steps.append([*pip, "--no-deps", "-e", str(root)])
        for step in steps:
            child = self._start(step, cwd=root, environment=dict(os.environ), piped=True)
            for stream, text in _output(child):
                if stream == "stdout":
                    yield language_pb2.InstallDependenciesResponse(stdout=text)
                else:
                    yield language_pb2.InstallDependenciesResponse(stderr=text)
            if code := self._wait(child):
                context.abort(grpc.StatusCode.UNKNOWN, f"`{' '.join(step)}` ended with {code}")

    def Run(  # noqa: N802
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run a program to its end; its output is this process's own, which the engine shows."""
        try:
            python = python_for(Path(request.info.root_directory), request.info.options)
        except NoPython as error:
            return language_pb2.RunResponse(error=str(error))
        environment = python.variables(os.environ)
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        options = {
            "project": request.project,
            "root": request.info.root_directory,
            "stack": request.stack,
            "monitor": request.monitor_address,
            "engine": self._engine,
            "organization": request.organization,
            "pwd": request.info.program_directory or request.pwd,
            "parallel": str(request.parallel),
        }
        command = [str(python.executable), "-u", str(EXECUTOR), "program"]
        command += [f"--{name}={value}" for name, value in options.items()]
        command += ["--dry-run"] if request.dryRun else []
        command += ["--", request.info.entry_point or request.program, *request.args]
        child = self._start(command, cwd=Path(request.pwd), environment=environment, piped=False)
        context.add_callback(lambda: self._end(child))
        code = self._wait(child)
        if code == 0:
            return language_pb2.RunResponse()
        if code == executor.BAIL:
            return language_pb2.RunResponse(bail=True)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return language_pb2.RunResponse(error=f"the program {how}")

    def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[Answer]:
        """Run a plugin that is written in Python, such as a policy pack, and pass on what it prints."""
        python = self._python(request.info, context)
        inherited = dict(entry.split("=", 1) for entry in request.env if "=" in entry)
        command = [str(python.executable), "-u", str(EXECUTOR), "plugin", f"--kind={request.kind}", "--"]
        command += [request.info.program_directory or request.program, *request.args]
        child = self._start(
            command,
            cwd=Path(request.pwd),
            environment=python.variables(inherited or os.environ),
            piped=True,
        )
        context.add_callback(lambda: self._end(child))
        for stream, text in _output(child):
            yield Answer(stdout=text) if stream == "stdout" else Answer(stderr=text)
        yield Answer(exitcode=self._wait(child))

    def Cancel(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """End what runs."""
        for child in self._living():
            self._end(child)
        return empty_pb2.Empty()

    def end_all(self) -> None:
        """End every child at once, and start no other."""
        with self._lock:
            self._ending = True
        for child in self._living():
            child.kill()

    def _python(self, info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> Python:
        try:
            return python_for(Path(info.root_directory), info.options)
        except NoPython as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))

    def _start(
        self, command: Sequence[str], *, cwd: Path, environment: dict[str, str], piped: bool
    ) -> subprocess.Popen[bytes]:
        """Start a child whose standard input is a pipe that only this process holds: its lifeline."""
        output = subprocess.PIPE if piped else None
        with self._lock:
            if self._ending:
                raise RuntimeError("the language host is ending")
            child = subprocess.Popen(
                command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output
            )
            self._children.add(child)
        return child

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        code = child.wait()
        if child.stdin is not None:
            child.stdin.close()
        with self._lock:
            self._children.discard(child)
        return code

    def _living(self) -> list[subprocess.Popen[bytes]]:
        with self._lock:
            return [child for child in self._children if child.poll() is None]

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """Ask a child to end, and end it when it does not."""
        if child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _output(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """What a child prints, piece by piece as it comes, until both its streams are closed."""
    pieces: SimpleQueue[tuple[str, bytes]] = SimpleQueue()

    def read(name: str, stream: IO[bytes]) -> None:
        with stream:
            while piece := os.read(stream.fileno(), 65536):
                pieces.put((name, piece))
        pieces.put((name, b""))

    streams = {"stdout": child.stdout, "stderr": child.stderr}
    open_streams = {name: stream for name, stream in streams.items() if stream is not None}
    for name, stream in open_streams.items():
        threading.Thread(target=read, args=(name, stream), daemon=True).start()
    left = len(open_streams)
    while left:
        name, piece = pieces.get()
        if piece:
            yield name, piece
        else:
            left -= 1
