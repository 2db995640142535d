"""The folder of engines that Thabat set up itself: one per version, put there whole or not at all."""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from infra.engine.versions import COMMAND, LANGUAGE_HOST, VERSION, Engine, Origin
from specs.files import write_whole

ORIGIN_FILE = "origin"
PYTHON_FILE = "python"
ORIGINS: dict[str, Origin] = {"installer": "installer", "modules": "modules"}
ASKED_AGAIN_EVERY_SECONDS = 0.5


def cache_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """`$THABAT_CACHE`, else `thabat` in the user's cache folder.

    >>> str(cache_folder({"XDG_CACHE_HOME": "/var/cache/me"}))
    '/var/cache/me/thabat'
    """
    if given := variables.get("THABAT_CACHE"):
        return Path(given).absolute()
    base = variables.get("XDG_CACHE_HOME") or Path(variables.get("HOME") or Path.home(), ".cache")
    return Path(base, "thabat")


def engine_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Where this version's engine stands once it is set up."""
    return cache_folder(variables) / "engine" / VERSION


def cached(variables: Mapping[str, str] = os.environ) -> Engine | None:
    """The engine that was set up before, if there is one; its language host is brought up to date."""
    folder = engine_folder(variables)
    try:
        origin = ORIGINS.get((folder / ORIGIN_FILE).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None
    binary = folder / "bin" / COMMAND
    if origin is None or not os.access(binary, os.X_OK):
        return None
    if origin == "modules":
        refresh_language_host(folder)
    if not os.access(folder / "bin" / LANGUAGE_HOST, os.X_OK):
        return None
    return Engine(binary=binary, folder=binary.parent, version=VERSION, origin=origin)


def refresh_language_host(folder: Path) -> None:
    """Put this Thabat's language host beside an engine that was built without one."""
    wanted = files("infra.engine").joinpath(LANGUAGE_HOST).read_bytes()
    there = folder / "bin" / LANGUAGE_HOST
    try:
        if not there.is_file() or there.read_bytes() != wanted or not os.access(there, os.X_OK):
            _write_executable(there, wanted)
        recorded = folder / PYTHON_FILE
        if not recorded.is_file() or not os.access(recorded.read_text("utf-8").strip(), os.X_OK):
            write_whole(recorded, sys.executable + "\n")
            recorded.chmod(0o644)
    except OSError:
        # A cache that several users share may be theirs to read alone; what stands there was put there whole.
        return


@contextmanager
def locked(variables: Mapping[str, str], waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the one place from which an engine is set up; call `waiting` while another process holds it."""
    home = engine_folder(variables).parent
    home.mkdir(parents=True, exist_ok=True)
    with Path(home, f"{VERSION}.lock").open("a", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(ASKED_AGAIN_EVERY_SECONDS)
        yield


def install(origin: Origin, make: Callable[[Path], None], variables: Mapping[str, str]) -> Engine:
    """Let `make` fill a new folder (with `bin/pulumi` in it), then put it in place in one step."""
    place = engine_folder(variables)
    making = Path(tempfile.mkdtemp(prefix=f".{VERSION}-", dir=place.parent))
    try:
        making.chmod(0o755)
        make(making)
        if origin == "modules":
            refresh_language_host(making)
        (making / ORIGIN_FILE).write_text(origin + "\n", encoding="utf-8")
        if place.exists():
            shutil.move(place, Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent)) / "engine")
        making.rename(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
        for old in place.parent.glob(".old-*"):
            shutil.rmtree(old, ignore_errors=True)
    engine = cached(variables)
    if engine is None:
        raise OSError(f"{place}: the engine that was just set up there cannot be run")
    return engine


def _write_executable(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o755)
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
