"""Sets the engine up where there is none: by its vendor's installer if that can be reached, else from Go."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from infra.engine import vendor
from infra.engine.building import Say, build
from infra.engine.cache import cached, engine_folder, install, locked
from infra.engine.finding import find
from infra.engine.versions import COMMAND, VERSION, Engine, EngineMissing, Progress, asked_version

FROM_MODULES_ONLY = "THABAT_ENGINE_FROM_MODULES"
"""Set to 1, the vendor's installer is not even tried."""


def ensure(progress: Progress, variables: Mapping[str, str] = os.environ) -> Engine:
    """The engine, set up first where there is none; raises `EngineMissing` where that cannot be done.

    Of several processes that ask at once, one sets it up and the others wait for it.
    """
    try:
        return find(variables)
    except EngineMissing:
        pass
    started = time.monotonic()

    def say(what: str) -> None:
        progress(what, time.monotonic() - started)

    try:
        with locked(variables, waiting=lambda: say("waiting for another process that sets up the engine")):
            return cached(variables) or _set_up(say, variables)
    except OSError as error:
        raise EngineMissing(
            f"the engine cannot be set up in {engine_folder(variables)}: {error.strerror or error}",
            "make that folder writable, or name another with THABAT_CACHE",
        ) from error


def _set_up(say: Say, variables: Mapping[str, str]) -> Engine:
    refused = ""
    if variables.get(FROM_MODULES_ONLY, "") in ("", "0"):
        say("looking for the vendor's installer")
        if vendor.reachable():
            say("running the vendor's installer")
            try:
                return install("installer", _by_vendor, variables)
            except EngineMissing as error:
                refused = error.reason
    try:
        return install("modules", lambda folder: _by_modules(folder, say, variables), variables)
    except EngineMissing as error:
        if not refused:
            raise
        raise EngineMissing(f"{error.reason}\n({refused})", error.mend) from error


def _by_vendor(folder: Path) -> None:
    if fault := vendor.install(folder):
        raise EngineMissing(fault, "")
    _tried(folder, os.environ)


def _by_modules(folder: Path, say: Say, variables: Mapping[str, str]) -> None:
    (folder / "bin").mkdir()
    build(folder, say, variables)
    say("trying the engine")
    _tried(folder, variables)


def _tried(folder: Path, variables: Mapping[str, str]) -> None:
    """An engine is put in place only after it has answered."""
    if asked_version(folder / "bin" / COMMAND, variables) != VERSION:
        raise EngineMissing(
            f"the engine that was got does not answer as {VERSION}", "report this, with `go version`"
        )
