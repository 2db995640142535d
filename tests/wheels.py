"""The wheel of this checkout, and environments that hold other packages of this one but no checkout."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def built(folder: Path) -> Path:
    """The wheel, built into that folder without a download."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder)]
    subprocess.run([*command, str(CHECKOUT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def environment(folder: Path) -> Path:
    """The bin folder of a new environment with all that Thabat needs, and without Thabat."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    # Lines of a .pth file add folders, but not what those folders' own .pth files add: not the checkout.
    ours = [entry for entry in sys.path if entry.endswith("site-packages")]
    (site / "borrowed.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    return folder / "bin"
