"""The provider behind a real channel, and a register to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.register import Register
from tests.infra.provider.asking import Asking, asking


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    """Where the provider of a test keeps its register; not there yet."""
    return tmp_path / "register.sqlite"


@pytest.fixture
def ask(register_file: Path) -> Iterator[Asking]:
    """The provider, configured and asked as the engine does."""
    with asking(register_file) as client:
        yield client


@pytest.fixture
def register(register_file: Path) -> Iterator[Register]:
    """The register itself, opened beside the provider."""
    with Register.open(register_file) as opened:
        yield opened
