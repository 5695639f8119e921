"""Work that takes long says so, and can be stopped."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App

pytestmark = pytest.mark.browser

FILES = 3000
HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
LINE = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.3.7 40000 22 6 10 8400 1793577600 1793577660 ACCEPT OK"


@pytest.fixture
def many_files(tmp_path: Path) -> Path:
    for number in range(FILES):
        (tmp_path / f"{number:04}.log").write_text(f"{HEADER}\n{LINE}\n")
    return tmp_path


def test_reading_many_files_shows_progress_and_can_be_cancelled(app: App, many_files: Path) -> None:
    link = urlencode({"source": "Files on this machine", "path": str(many_files), "q": "10.0.3.7"})
    app.page.goto(f"{app.base}/?{link}", wait_until="domcontentloaded")

    working = app.by_key("card_working_source")
    expect(working).to_contain_text(re.compile(rf"file [\d,]+ of {FILES:,}"))
    app.by_key("cancel_source").get_by_role("button").click()

    expect(app.by_key("card_cancelled")).to_contain_text("Cancelled before it was answered")
    expect(working).to_have_count(0)
    app.by_key("again").get_by_role("button").click()
    expect(app.by_key("card_answer")).to_contain_text("As server, 10.0.3.7 was used by 1 client", timeout=60_000)
    app.idle()
