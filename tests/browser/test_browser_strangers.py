"""Where others can reach the pages, a stranger sees a way to log in, and nothing else."""

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App
from tests.browser.server import ROOT

pytestmark = pytest.mark.browser


def test_a_stranger_sees_nothing_on_any_page_or_deep_link(stranger: App) -> None:
    pages = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
    for path in ("/?q=%3A22&view=Clients", *(f"/{page}" for page in pages)):
        stranger.goto(path)

        expect(stranger.by_key("card_login")).to_contain_text("FlowInsight needs to know who you are")
        shown = stranger.page.get_by_test_id("stMain").inner_text()
        assert "57 clients" not in shown
        assert stranger.page.locator("input").count() == 0
        assert stranger.page.get_by_role("link", name="Setup").count() == 0
