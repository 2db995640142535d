"""A browser to look at reports with, one for the tests of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator[Browser]:
    """Chromium, with nothing of its own that asks the network."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=browser,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield opened
        opened.close()
