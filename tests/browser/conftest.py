"""One server, one browser and one page for all browser tests: each `goto` is a new session of the product."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium, provider
from tests.browser.driven import App
from tests.browser.server import free_port, serving

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
    with serving(tmp_path_factory.mktemp("app") / "log.txt") as served:
        yield served.url


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


@pytest.fixture
def without_sandbox(app: App) -> Iterator[None]:
    """The sandbox that a page starts ends with the test: who comes next finds none, and no flow log in it."""
    yield
    app.goto("/?source=Sandbox+AWS+account")
    app.by_key("sandbox_stop").get_by_role("button").click(timeout=30_000)
    expect(app.by_key("card_welcome")).to_contain_text("The sandbox is stopped")


@pytest.fixture(scope="session")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product on every address of this machine, its login configured as a person would: in the home folder's secrets."""
    home, port, issuer = tmp_path_factory.mktemp("home"), free_port(), free_port()
    (home / ".streamlit").mkdir()
    said = {
        "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback", "cookie_secret": secrets.token_hex(),
        "client_id": provider.CLIENT, "client_secret": provider.SECRET,
        "server_metadata_url": f"http://127.0.0.1:{issuer}/.well-known/openid-configuration",
    }  # fmt: skip
    lines = [f'{name} = "{text}"' for name, text in said.items()]
    (home / ".streamlit/secrets.toml").write_text("\n".join(["[auth]", *lines]))
    with (
        provider.providing(issuer),
        serving(home / "log.txt", "--address", "0.0.0.0", port=port, environment={"HOME": str(home)}) as served,
    ):
        yield served.url


@pytest.fixture
def stranger(browser: Browser, guarded_url: str) -> Iterator[App]:
    context = browser.new_context(**CONTEXT)
    app = App(context.new_page(), guarded_url)
    yield app
    assert not app.foreign
    assert not app.console
    context.close()
