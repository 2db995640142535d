"""Finds an engine that is there already: on PATH, else one that Thabat set up before."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from infra.engine.cache import cached, engine_folder
from infra.engine.versions import (
    COMMAND,
    LANGUAGE_HOST,
    VERSION,
    Engine,
    EngineMissing,
    asked_version,
    will_do,
)

GET = "run `thabat env --get` (in a checkout: `make setup`)"
"""What mends a missing engine."""


def find(variables: Mapping[str, str] = os.environ) -> Engine:
    """The engine to use; raises `EngineMissing` where none is there yet."""
    ours = engine_folder(variables) / "bin" / COMMAND
    there = shutil.which(COMMAND, path=variables.get("PATH"))
    objection = ""
    if there is not None and Path(there).resolve() != ours.resolve():
        found = usable(Path(there), variables)
        if isinstance(found, Engine):
            return found
        objection = found
    engine = cached(variables)
    if engine is not None:
        return engine
    reason = f"there is no Pulumi engine {VERSION} or newer here"
    raise EngineMissing(f"{reason} ({objection})" if objection else reason, GET)


def usable(binary: Path, variables: Mapping[str, str]) -> Engine | str:
    """The engine that stands on PATH, or what speaks against it."""
    version = asked_version(binary, variables)
    if version is None:
        return f"{binary} does not tell its version"
    if not will_do(version):
        return f"{binary} is {version}"
    beside = binary.resolve().parent / LANGUAGE_HOST
    if not os.access(beside, os.X_OK) and shutil.which(LANGUAGE_HOST, path=variables.get("PATH")) is None:
        return f"{binary} has no {LANGUAGE_HOST}"
    return Engine(binary=binary, folder=binary.parent, version=version, origin="path")
