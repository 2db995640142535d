"""`thabat doctor`: what is installed, what is missing, and the command that mends it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import typer

from thabat import output
from thabat.exits import CLEAN, NOT_EVALUATED

LEAST_PYTHON = (3, 11)
STARTS_WITHIN_SECONDS = 20
SETUP = "make setup"
APT = "apt-get install --yes {package}"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: str
    """`ok`, `missing` or `wrong`."""
    required: bool
    """Whether Thabat cannot do all of its work without it."""
    found: str
    """What is there."""
    needed_for: str
    """What it serves."""
    mend: str = ""
    """The command that mends it, where something is to mend."""


def doctor(outputs: output.Outputs = None) -> None:
    """Say what is installed, what is missing, and the command that mends it.

    \b
    Example:
      thabat doctor
      thabat doctor -o json

    Ends with 0 when nothing that Thabat needs is missing, with 3 otherwise.
    """
    wanted = output.outputs(outputs, ("terminal", "json"))
    checks = [check for look in LOOKS for check in look()]
    ready = all(check.state == "ok" or not check.required for check in checks)
    output.emit(wanted, {"terminal": lambda: _table(checks), "json": lambda: _json(checks, ready)})
    raise typer.Exit(CLEAN if ready else NOT_EVALUATED)


def python() -> Iterator[Check]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info >= LEAST_PYTHON
    mend = "" if fits else f"install Python 3.11 or newer, then {SETUP}"
    yield Check(
        "python", "ok" if fits else "wrong", True, f"{version} ({sys.executable})", "everything", mend
    )


def packages() -> Iterator[Check]:
    """The packages that Thabat says it depends on."""
    wanted = [line for line in metadata.requires("thabat") or () if ";" not in line]
    faults = [fault for line in wanted if (fault := unmet(line))]
    found = "; ".join(faults) if faults else f"{len(wanted)} as required"
    state, mend = ("wrong", SETUP) if faults else ("ok", "")
    yield Check("packages", state, True, found, "everything", mend)


def unmet(requirement: str) -> str:
    """What is wrong with an installed package, against such as `pulumi==3.259.0`; empty where nothing is."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed"
    for relation, bound in re.findall(r"(>=|==|<)\s*([0-9][0-9.]*)", requirement):
        have, limit = _padded(version), _padded(bound)
        if not {">=": have >= limit, "==": have == limit, "<": have < limit}[relation]:
            return f"{name} is {version}, not {relation}{bound}"
    return ""


def _padded(version: str) -> tuple[int, ...]:
    found = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return tuple([*found, 0, 0, 0][:3])


def engine() -> Iterator[Check]:
    """The Pulumi engine, and whether its language host starts."""
    from infra.engine import EngineMissing, find

    purpose = "preview, up, destroy, verify"
    try:
        there = find()
    except EngineMissing as missing:
        yield Check("engine", "missing", True, missing.reason, purpose, "thabat env --get")
        return
    yield Check("engine", "ok", True, f"{there.version} ({there.binary})", purpose)
    fault = host_fault(there.folder)
    mend = "" if not fault else f"{SETUP}, or thabat env --get"
    yield Check(
        "language host",
        "wrong" if fault else "ok",
        True,
        fault or "answers",
        "the plain pulumi command",
        mend,
    )


def host_fault(folder: Path) -> str:
    """Start the language host as the engine does, and say what is wrong with it; empty where it answers."""
    path = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    host = shutil.which("pulumi-language-python", path=path)
    if host is None:
        return "pulumi-language-python is not on the engine's PATH"
    # It ends by itself once its standard input is closed, as it does when its engine is gone.
    try:
        with subprocess.Popen(
            [host, "127.0.0.1:1"],
            env={**os.environ, "PATH": path, "THABAT_PYTHON": sys.executable},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            try:
                port = child.stdout.readline().strip() if child.stdout else ""
                said, complaint = child.communicate(timeout=STARTS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                return f"{host} does not end"
    except OSError as fault:
        return f"{host}: {fault.strerror}"
    return "" if port.isdecimal() else (complaint or said or f"{host} says nothing").strip().splitlines()[-1]


def state() -> Iterator[Check]:
    """The folder for state, which is its owner's alone."""
    from infra.engine import home_folder

    home = home_folder(Path.cwd())
    purpose = "state, passphrase and register"
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield Check("state", "wrong", True, f"{nearest} cannot be written", purpose, f"chown $USER {nearest}")
        return
    for path in (home / "passphrase", home):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Check("state", "wrong", True, f"others may read {path}", purpose, f"chmod go= {path}")
            return
    yield Check("state", "ok", True, str(home) if home.exists() else f"{home} (not made yet)", purpose)


def tools() -> Iterator[Check]:
    """Programs that only some work needs."""
    looked_for = (
        ("go", ("go",), "building the engine where there is none", APT.format(package="golang")),
        ("git", ("git",), "working on Thabat itself", APT.format(package="git")),
        ("make", ("make",), "working on Thabat itself", APT.format(package="make")),
        (
            "chromium",
            ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
            "looking at reports in tests",
            APT.format(package="chromium"),
        ),
    )
    for name, commands, purpose, mend in looked_for:
        found = next(filter(None, map(shutil.which, commands)), None)
        yield Check(
            name, "ok" if found else "missing", False, found or "not found", purpose, "" if found else mend
        )


LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (python, packages, engine, state, tools)


def _table(checks: list[Check]) -> str:
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        sign = {"ok": "ok  ", "missing": "MISS", "wrong": "BAD "}[check.state]
        sign = sign if check.required or check.state == "ok" else "–   "
        lines.append(f"{sign}  {check.name:{width}}  {check.found}")
        if check.mend:
            indent = " " * (width + 8)
            lines.append(f"{indent}needed for {check.needed_for}; mend it: {check.mend}")
    return "\n".join(lines)


def _json(checks: list[Check], ready: bool) -> str:
    rows = [asdict(check) for check in checks]
    return json.dumps({"format_version": "1.0", "ready": ready, "checks": rows}, indent=2, ensure_ascii=False)
