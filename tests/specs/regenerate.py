"""Write anew what is expected of the golden cases: `python -m tests.specs.regenerate`; then read the diff."""

from tests.specs.broken import BROKEN, cases, expected_of, issues_of


def regenerate() -> int:
    """How many files changed; those of cases that are gone are deleted."""
    changed = 0
    wanted = {expected_of(case): issues_of(case) for case in cases()}
    for path in BROKEN.glob("*.issues"):
        if path not in wanted:
            path.unlink()
            changed += 1
    for path, text in wanted.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed += 1
    return changed


if __name__ == "__main__":
    print(f"{regenerate()} changed")  # noqa: T201
