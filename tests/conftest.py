"""What tests may need beyond Python: skipped with a reason where it is absent, failed where demanded."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from infra.engine import Engine, EngineMissing, find

DEMANDED = "THABAT_REQUIRE"
"""Names, with commas between, the parts whose absence fails a test instead of skipping it (see `.ci/run`)."""

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


# How long an example takes says how busy the machine is. On CI the examples are the same ones every time.
settings.register_profile(
    "thabat",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("thabat")


def requires(part: str, *, found: bool, reason: str) -> None:
    """Go on if `found`; else fail the test where THABAT_REQUIRE names `part`, and skip it anywhere else."""
    if found:
        return
    if part in [name.strip() for name in os.environ.get(DEMANDED, "").split(",")]:
        pytest.fail(f"{reason}, but {DEMANDED} demands `{part}`", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The Pulumi engine, with its language host."""
    try:
        return find()
    except EngineMissing as missing:
        requires("engine", found=False, reason=f"{missing.reason}: {missing.mend}")
        raise


@pytest.fixture(scope="session")
def browser() -> str:
    """The path of a Chromium to look at reports with."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    requires("browser", found=found is not None, reason="there is no Chromium here (make setup)")
    return str(found)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published samples and schemas beside the checkout."""
    requires("data", found=SHARED_DATA.is_dir(), reason="there is no shared data beside the checkout")
    return SHARED_DATA


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use, so that `-m "not engine"` leaves out what it says."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        for part, marker in (("engine", pytest.mark.engine), ("browser", pytest.mark.browser)):
            if part in used:
                item.add_marker(marker)
