"""Where the register is: known without opening it, and without loading a database library."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "THABAT_REGISTER"
"""Environment variable that names the register."""

DEFAULT_LOCATION = Path(".thabat") / "register.sqlite"
"""Where it is, below the project's folder, when nothing else was said."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def locate(configured: str | None, root: Path, environment: Mapping[str, str] | None = None) -> str:
    """The register's URL or absolute path: as configured, else THABAT_REGISTER, else the default below root.

    >>> locate("planning.sqlite", Path("/estate"), {})
    '/estate/planning.sqlite'
    >>> locate(None, Path("/estate"), {"THABAT_REGISTER": "postgresql://ndc@db/register"})
    'postgresql://ndc@db/register'
    """
    variables = os.environ if environment is None else environment
    chosen = configured or variables.get(VARIABLE) or str(DEFAULT_LOCATION)
    if is_url(chosen):
        return chosen
    return str((root / Path(chosen).expanduser()).absolute())


def is_url(location: str) -> bool:
    """Whether that names a database rather than a file."""
    return _SCHEME.match(location) is not None


def is_absent(location: str) -> bool:
    """Whether no register can be there: a file that is not there or is empty. A server may have one."""
    if is_url(location) and not location.lower().startswith("sqlite:"):
        return False
    file = Path(re.sub(r"^sqlite[^:]*:///", "", location, flags=re.IGNORECASE)).expanduser()
    return not file.is_dir() and (not file.exists() or file.stat().st_size == 0)


def shown(location: str) -> str:
    """The location without a password, to be shown.

    >>> shown("postgresql://ndc:secret@db/register"), shown("sqlite:////estate/register.sqlite")
    ('postgresql://ndc:***@db/register', '/estate/register.sqlite')
    """
    hidden = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", location)
    return hidden.removeprefix("sqlite:///") if hidden.startswith("sqlite:////") else hidden
