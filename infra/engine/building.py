"""Builds the engine from its Go modules, whose sums stand in a `go.sum` of ours."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import count
from pathlib import Path
from typing import IO

from infra.engine.versions import COMMAND, VERSION, EngineMissing

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
TAGS = "osusergo"
"""Users are looked up without the C library, so that the binary needs none."""

MODULE = files("infra.engine").joinpath("build")
"""The module that pins the engine and all that it is made of: `go.mod` and `go.sum`."""

USUAL_PLACE = "/usr/local/go/bin/go"
LAST_LINES = 12
"""How much of the compiler's own words an error quotes."""

NETWORK = re.compile(
    r"dial tcp|proxyconnect|no such host|i/o timeout|TLS handshake|connection re|EOF|403 |502 "
)
OLD_GO = re.compile(r"requires go >= ([0-9.]+)")

Say = Callable[[str], None]


def go_command(variables: Mapping[str, str] = os.environ) -> Path | None:
    """The `go` command on PATH, or where its own package puts it."""
    found = shutil.which("go", path=variables.get("PATH"))
    if found is None and os.access(USUAL_PLACE, os.X_OK):
        found = USUAL_PLACE
    return None if found is None else Path(found)


def build(
    folder: Path,
    say: Say,
    variables: Mapping[str, str] = os.environ,
    module: Traversable = MODULE,
) -> None:
    """Build the CLI that `module` names into `folder`/bin; `EngineMissing` where that cannot be done."""
    go = go_command(variables)
    if go is None:
        raise EngineMissing(
            f"there is no Pulumi engine {VERSION} or newer here, and no `go` to build one with",
            "install Go (https://go.dev/dl), or Pulumi from its vendor, then run `thabat env --get`",
        )
    # Flags of the user's own, such as -mod=mod or -mod=vendor, would have go change or ignore our go.sum.
    environment = {**variables, "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}
    with tempfile.TemporaryDirectory(prefix="thabat-engine-") as work:
        for name in ("go.mod", "go.sum"):
            Path(work, name).write_bytes(module.joinpath(name).read_bytes())
        mod = "-mod=readonly"
        say("downloading the engine's Go modules")
        downloaded = count(1)

        def fetched(line: str) -> None:
            if line.startswith("go: downloading "):
                say(f"downloading the engine's Go modules, {next(downloaded)}")

        listed = _run([str(go), "list", mod, "-deps", "-tags", TAGS, PACKAGE], work, environment, fetched)
        compiled = count(1)

        def built(_line: str) -> None:
            say(f"compiling the engine, package {next(compiled)} of at most {len(listed)}")

        say("compiling the engine")
        binary = folder / "bin" / COMMAND
        flags = f"-s -w -X {VERSION_VARIABLE}=v{VERSION}"
        command = [str(go), "build", "-v", mod, "-trimpath", "-buildvcs=false", "-tags", TAGS]
        command += ["-ldflags", flags, "-o", str(binary), PACKAGE]
        _run(command, work, environment, built)


def _run(
    command: Sequence[str], folder: str, environment: Mapping[str, str], each: Callable[[str], None]
) -> list[str]:
    """Run go and return the lines of its standard output; `each` is told those of its standard error."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    with tempfile.TemporaryFile("w+") as output, _started(command, folder, environment, output) as child:
        for line in child.stderr or ():
            last.append(line.rstrip())
            each(line)
        if child.wait() != 0:
            raise _explained("\n".join(last))
        output.seek(0)
        return output.read().splitlines()


@contextmanager
def _started(
    command: Sequence[str], folder: str, environment: Mapping[str, str], output: IO[str]
) -> Iterator[subprocess.Popen[str]]:
    """A child in a process group of its own, which is ended as a whole when this one is interrupted."""
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise EngineMissing(f"{command[0]} cannot be run: {error.strerror}", "reinstall Go") from error
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if child.stderr is not None:
            child.stderr.close()


def _explained(said: str) -> EngineMissing:
    """What go said, and what mends it."""
    if old := OLD_GO.search(said):
        return EngineMissing(
            f"the installed Go is too old to build the engine, which needs {old[1]}",
            f"install Go {old[1]} or newer, then run `thabat env --get`",
        )
    if "checksum mismatch" in said or "SECURITY ERROR" in said:
        return EngineMissing(
            f"a Go module is not the one that Thabat knows (its sum differs); nothing was built:\n{said}",
            "find out who serves your Go modules (`go env GOPROXY`) before you try again",
        )
    if NETWORK.search(said):
        return EngineMissing(
            f"the engine's Go modules cannot be downloaded:\n{said}",
            "set GOPROXY to a mirror that can be reached; or copy the folder `engine` of Thabat's cache from "
            "a machine that has it (docs/how-to/engine.md)",
        )
    if "no space left" in said:
        return EngineMissing(
            f"the disk is full:\n{said}", "free 3 GB (or set GOCACHE, GOTMPDIR and THABAT_CACHE)"
        )
    return EngineMissing(f"go could not build the engine:\n{said}", "see the lines above")
