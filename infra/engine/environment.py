"""The environment variables that make the plain `pulumi` command work on a checkout's own state."""

import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from infra.engine.versions import Engine
from specs.files import write_whole

PASSPHRASE_FILE = "passphrase"
PASSPHRASE_BYTES = 32
PROJECT_FILE = "Pulumi.yaml"
HOME_NAME = ".thabat"


def environment(
    engine: Engine,
    home: Path,
    *,
    state: str | Path | None = None,
    variables: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """What must be set for `engine`, over the variables that are set already.

    `home` is the folder, never committed, that all of the engine's own files go to (`.thabat`); it is made,
    for its owner alone, and so is a random passphrase in it. `state` is a folder or a backend's URL, instead
    of `state` in it.
    """
    home = home.absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    (home / "stacks").mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": path_with(engine.folder, variables.get("PATH", os.defpath)),
        "PULUMI_BACKEND_URL": backend_url(home / "state" if state is None else state),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase_file(home)),
        "PULUMI_HOME": str(home / "pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "THABAT_PYTHON": sys.executable,
    }


def path_with(folder: Path, path: str) -> str:
    """PATH with `folder` first in it, once.

    >>> path_with(Path("/e"), "/usr/bin:/e:/bin")
    '/e:/usr/bin:/bin'
    """
    rest = [entry for entry in path.split(os.pathsep) if entry and entry != str(folder)]
    return os.pathsep.join([str(folder), *rest])


def backend_url(state: str | Path) -> str:
    """The engine's URL for a folder of state, which is made if need be; a URL is returned as it is.

    A relative URL would mean another folder from wherever the command is called. The query leaves out the
    sidecar files of the file backend: they are not written whole, and a killed update leaves a state that no
    longer loads.
    """
    if "://" in str(state):
        return str(state)
    folder = Path(state).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"file://{quote(str(folder))}?metadata=skip"


def passphrase_file(home: Path) -> Path:
    """The file with the passphrase that secrets in the state are encrypted with; made at its first use."""
    file = home / PASSPHRASE_FILE
    if not file.exists():
        made = home / f".{PASSPHRASE_FILE}-{secrets.token_hex(8)}"
        write_whole(made, secrets.token_urlsafe(PASSPHRASE_BYTES) + "\n")
        # Of two processes that make one at once, the second takes the first one's: linking never replaces.
        with suppress(FileExistsError):
            file.hardlink_to(made)
        made.unlink()
    return file


def home_folder(start: Path) -> Path:
    """Where the engine's own files go: `.thabat` in the checkout around `start`, else in `start`."""
    start = start.absolute()
    project = next((at for at in (start, *start.parents) if (at / PROJECT_FILE).is_file()), start)
    return project / HOME_NAME
