"""One server, one browser and one page for all browser tests: each `goto` is a new session of the product."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.driven import App
from tests.browser.server import serving

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip

CONTEXT: dict[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "timezone_id": "Europe/Berlin",
    "reduced_motion": "reduce",
    "color_scheme": "light",
    "accept_downloads": True,
    "permissions": ["clipboard-read", "clipboard-write"],
}


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("app") / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = chromium.find()
    assert found, "There is no Chromium: run python tests/browser/chromium.py"
    return {**browser_type_launch_args, "executable_path": str(found), "args": FLAGS}


@pytest.fixture(scope="session")
def shared_app(browser: Browser, app_url: str) -> Iterator[App]:
    context = browser.new_context(**CONTEXT)
    yield App(context.new_page(), app_url)
    context.close()


@pytest.fixture
def app(shared_app: App) -> Iterator[App]:
    """The page, which must end without an error in its console and without having asked another host for anything."""
    shared_app.console.clear()
    shared_app.foreign.clear()
    yield shared_app
    assert not shared_app.foreign, shared_app.foreign
    assert not shared_app.console, shared_app.console
