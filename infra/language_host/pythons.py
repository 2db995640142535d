"""Which Python a project's programs and plugins run in, and what is installed there."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from google.protobuf import struct_pb2


class NoPython(Exception):
    """The project asks for a Python that is not there, or in a way that this host does not know."""


@dataclass(frozen=True)
class Python:
    """One interpreter and the environment that belongs to it."""

    executable: Path
    """The interpreter."""
    environment: Path | None
    """The virtual environment it belongs to, or None for the interpreter that runs this host."""

    def variables(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The process environment with this Python's environment active in it."""
        found = dict(inherited)
        found["PYTHONUNBUFFERED"] = "1"
        if self.environment is not None:
            found.pop("PYTHONHOME", None)
            found["VIRTUAL_ENV"] = str(self.environment)
            found["PATH"] = os.pathsep.join([str(self.executable.parent), found.get("PATH", os.defpath)])
        return found

    def installed(self) -> Iterator[Distribution]:
        """What is installed there."""
        if self.environment is None:
            yield from distributions()
        else:
            yield from distributions(path=[str(folder) for folder in self.site_packages()])

    def site_packages(self) -> list[Path]:
        """The folders that hold its packages."""
        if self.environment is None:
            return [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
        return sorted(self.environment.glob("lib*/python3*/site-packages"))


def wanted_environment(root: Path, options: struct_pb2.Struct) -> Path | None:
    """The virtual environment that `runtime.options` name, if any; relative to the project."""
    values: dict[str, object] = dict(options.items())
    toolchain = values.get("toolchain", "pip")
    if toolchain not in ("", "pip"):
        raise NoPython(
            f"runtime.options.toolchain is {toolchain!r}, but this language host knows only 'pip'. Leave the "
            "option out, or install the vendor's Pulumi, which knows the others."
        )
    named = values.get("virtualenv")
    if not named:
        return None
    if not isinstance(named, str):
        raise NoPython(f"runtime.options.virtualenv must be a folder, not {named!r}.")
    return (root / named).absolute()


def python_for(root: Path, options: struct_pb2.Struct) -> Python:
    """The Python that a project's programs run in."""
    environment = wanted_environment(root, options)
    if environment is None:
        return Python(executable=Path(sys.executable), environment=None)
    executable = environment / "bin" / "python"
    if not executable.exists():
        raise NoPython(
            f"{environment}: there is no virtual environment here (runtime.options.virtualenv). "
            "Make it with `make setup`, or with `pulumi install`."
        )
    return Python(executable=executable, environment=environment)


@dataclass(frozen=True)
class NeededPlugin:
    """A resource plugin that an installed package says it needs."""

    name: str
    version: str
    server: str


def needed_plugins(python: Python) -> list[NeededPlugin]:
    """The resource plugins that installed packages name in their `pulumi-plugin.json`."""
    found = set()
    for folder in python.site_packages():
        for file in folder.glob("*/pulumi-plugin.json"):
            try:
                said = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(said, dict) and said.get("resource") is True and said.get("name"):
                version, server = said.get("version") or "", said.get("server") or ""
                found.add((str(said["name"]), str(version), str(server)))
    return [NeededPlugin(*each) for each in sorted(found)]


def dependencies(python: Python, *, transitive: bool) -> list[tuple[str, str]]:
    """Name and version of each package installed; without `transitive`, of those that no other needs."""
    versions: dict[str, str] = {}
    needed: set[str] = set()
    for each in python.installed():
        versions[_normal(each.metadata["Name"])] = each.version
        needed.update(_normal(_name(line)) for line in each.requires or () if "extra ==" not in line)
    return sorted((name, version) for name, version in versions.items() if transitive or name not in needed)


def _name(requirement: str) -> str:
    """The package's name at the head of a requirement line."""
    ends = [at for at, letter in enumerate(requirement) if letter in " <>=!~;[("]
    return requirement[: ends[0]] if ends else requirement


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
