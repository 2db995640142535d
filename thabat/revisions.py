"""Estates of a git revision: the files as they were, in a folder that is removed afterwards."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from thabat.exits import USAGE, Stop

SECONDS_OF_GIT: Final = 60


@contextmanager
def estate_at(named: str, beside: str) -> Iterator[Path]:
    """Where the estate that is named lies: a folder, a bundled estate, `REVISION:PATH`, or a `REVISION`
    alone, which is the other side's folder (`beside`) as it was then.

    Stop where there is none; SpecError where a bundled estate or a folder is no estate.
    """
    from specs.bundled import bundled, find_estate

    revision, colon, path = named.partition(":")
    if Path(named).exists() or named in bundled():
        yield find_estate(named)
    elif colon:
        with _checked_out(revision, path) as found:
            yield found
    elif _is_revision(named):
        folder = beside.partition(":")[2] or beside
        with _checked_out(named, folder) as found:
            yield found
    else:
        yield find_estate(named)


@contextmanager
def _checked_out(revision: str, path: str) -> Iterator[Path]:
    """The folder or file as it was, and what lies beside it, as an estate may amend its neighbour."""
    top = Path(_git("rev-parse", "--show-toplevel").decode().strip())
    try:
        inner = (Path.cwd() / path).resolve().relative_to(top.resolve())
    except ValueError:
        raise Stop(USAGE, f"{path} lies outside the repository", "name a folder within it") from None
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise Stop(USAGE, f"git knows no revision `{revision}`", "name a branch, a tag or a commit")
    parent = inner.parent.as_posix()
    listed = _git("ls-tree", "--name-only", commit.decode().strip(), "--", inner.as_posix(), top=top)
    if inner.as_posix() != "." and not listed:
        raise Stop(USAGE, f"there is no {inner.as_posix()} in {revision}", "name a folder that was there")
    archive = _git("archive", "--format=tar", commit.decode().strip(), "--", parent, top=top)
    with TemporaryDirectory(prefix="thabat-") as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder, filter="data")
        except tarfile.FilterError as fault:
            raise Stop(
                USAGE, f"{revision} cannot be looked at: {fault}", "put the file itself there"
            ) from None
        yield Path(folder) / inner


def _is_revision(name: str) -> bool:
    try:
        return bool(_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"))
    except Stop:
        return False


def _git(*words: str, top: Path | None = None) -> bytes:
    """What git says; nothing where it refuses quietly. Stop where it fails, or where there is no git."""
    try:
        done = subprocess.run(
            ["git", *words], cwd=top, capture_output=True, check=False, timeout=SECONDS_OF_GIT
        )
    except FileNotFoundError:
        raise Stop(USAGE, "git is not installed", "name two folders, or install git") from None
    except subprocess.TimeoutExpired:
        raise Stop(USAGE, f"git did not answer within {SECONDS_OF_GIT} s", "try again") from None
    if done.returncode and "--quiet" not in words:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Stop(
            USAGE,
            f"git: {told[-1] if told else done.returncode}",
            "run it within the specs' repository",
        )
    return done.stdout
