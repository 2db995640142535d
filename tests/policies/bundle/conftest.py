"""A bundle made once, and copies of it to spoil."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from tests.policies.bundle.made import packed, write_estate

Copy = Callable[[], Path]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without deep proofs that nobody touched."""
    folder = tmp_path_factory.mktemp("evidence")
    return packed(folder / "bundle", write_estate(folder / "small"))


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Copy:
    """Makes copies of it, each of its own."""
    count = 0

    def copied() -> Path:
        nonlocal count
        count += 1
        return copytree(whole, tmp_path / f"bundle-{count}")

    return copied
