"""The page without a browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws
from flowinsight.sandbox.running import Running, start
from flowinsight.ui import first_flow_log, sandbox_process
from tests.pages.live_pages import HOUR, NOON

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What pages keep of parsed files is kept for these tests only."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(autouse=True)
def own_data_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a page keeps, it keeps in a folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def opened() -> Callable[..., AppTest]:
    """Open the product and then a link with these parts.

    AppTest names widgets differently in its first run, because there is a folder called pages; so a link is a second run.
    """

    def run(**parts: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
        page.query_params.clear()
        for key, text in parts.items():
            page.query_params[key] = text
        return page.run()

    return run


@pytest.fixture(scope="module")
def account() -> Iterator[Running]:
    """A sandbox with an hour of flow logs, in the place of the one that the page would start."""
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0})
        first_flow_log.create(aws.sandbox(running.url))
        running.control("clock", {"advance": HOUR})
        yield running


@pytest.fixture
def sandbox(account: Running) -> Iterator[Running]:
    host = sandbox_process.host()
    host.state, host.running = "running", account
    yield account
    host.state, host.running = "stopped", None


@pytest.fixture
def faults(account: Running) -> Iterator[Callable[..., None]]:
    """Order faults for one test."""

    def order(**rule: object) -> None:
        account.control("faults", rule)

    yield order
    account.control("faults", method="DELETE")
