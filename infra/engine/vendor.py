"""Gets the engine by its vendor's own installer, where the network reaches it."""

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from infra.engine.versions import VERSION

HOME = "https://get.pulumi.com/latest-version"
"""Where the installer comes from; a short answer tells that it can be reached."""
REACHED_WITHIN_SECONDS = 3
DONE_WITHIN_SECONDS = 900

INSTALL = (
    "import sys; from pulumi.automation import PulumiCommand; from semver import VersionInfo; "
    "PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))"
)
"""The SDK's own way of calling the installer, in a process of its own that can be given a time."""


def reachable() -> bool:
    """Whether the vendor's site answers at once."""
    try:
        with urllib.request.urlopen(HOME, timeout=REACHED_WITHIN_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def install(folder: Path) -> str:
    """Fill `folder` with the vendor's engine; what went wrong, or nothing."""
    try:
        subprocess.run(
            [sys.executable, "-c", INSTALL, str(folder), VERSION],
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=DONE_WITHIN_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"the vendor's installer was not done after {DONE_WITHIN_SECONDS} s"
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "no message").splitlines()[-1]
        return f"the vendor's installer failed: {last}"
    return ""
