"""The golden cases of faulty estates: a folder or a file each, with the issues expected beside it."""

from pathlib import Path

from specs.issues import SpecError
from specs.loading import load

BROKEN = Path(__file__).parents[1] / "golden" / "broken"
SHARED = ("device-types",)
"""Folders that the single files share; no cases themselves."""


def cases() -> list[Path]:
    """Every case, by name."""
    return sorted(
        entry
        for entry in BROKEN.iterdir()
        if (entry.is_dir() and entry.name not in SHARED) or entry.suffix == ".yaml"
    )


def expected_of(case: Path) -> Path:
    """The file that holds what is expected of a case."""
    return BROKEN / f"{case.stem}.issues"


def issues_of(case: Path) -> str:
    """Everything that loading says of a case, an issue a line; empty if it loads."""
    try:
        load(case)
    except SpecError as fault:
        return "".join(f"{issue}\n" for issue in fault.issues)
    return ""
