"""A real Chromium, offline but for the service under test."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, expect, sync_playwright

from tests.browser.screens import DESKTOP

PATIENCE_MS = 120_000
"""No test is about speed: a busy machine and the first data quality check may take their time."""

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; a thread can have only one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests; the one of the distribution."""
    browser = launch_chromium(playwright)
    yield browser
    browser.close()


def launch_chromium(playwright: Playwright, *options: str) -> Browser:
    """A browser with further options."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-background-networking", *options],  # as root, and quietly
    )


@pytest.fixture
def page(chromium: Browser, live_server: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of 1366 px in Chinese, or as ``@pytest.mark.parametrize("page", …, indirect=True)``.

    Fails the test if the page sends a request to another host, or if its script fails.
    """
    options = {"viewport": DESKTOP, "locale": "zh-CN", **getattr(request, "param", {})}
    context = chromium.new_context(base_url=live_server, reduced_motion="reduce", **options)
    context.set_default_navigation_timeout(PATIENCE_MS)
    page = context.new_page()
    requested: list[str] = []
    failed: list[str] = []

    def note(sent: Request) -> None:
        requested.append(sent.url)

    page.on("request", note)
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    context.close()
    assert [url for url in requested if not url.startswith((live_server, "data:", "blob:"))] == []
    assert failed == []
