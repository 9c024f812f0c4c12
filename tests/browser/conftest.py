"""Fixtures: a page in headless Chromium, and the accessibility checks of axe-core in it.

The browser is the machine's own (``CASETAB_BROWSER`` names another); where there is none, or no Playwright, the
tests are skipped, and with ``CASETAB_REQUIRE_BROWSER=1`` they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def _missing(what: str) -> NoReturn:
    if os.environ.get("CASETAB_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{what}, and CASETAB_REQUIRE_BROWSER is set")
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser."""
    named = os.environ.get("CASETAB_BROWSER")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        _missing(f"no browser: {named or ', '.join(_NAMES)} is not on the PATH")
    return found


@pytest.fixture(scope="module")  # Playwright's event loop must not outlive the module: it would stop asyncio elsewhere
def browser(chromium: str) -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a fresh page; the test fails where it told an error on its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """Return a function that lists what breaks WCAG 2.2 AA on a page, by axe-core: "rule: element"."""
    try:
        axe = import_module("axe_playwright_python.sync_playwright").Axe()
    except ImportError:
        _missing("axe-playwright-python is not installed")

    def check(page: Page) -> list[str]:
        options = {"runOnly": {"type": "tag", "values": _AA}, "resultTypes": ["violations"]}
        found = axe.run(page, options=options).response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    return check
