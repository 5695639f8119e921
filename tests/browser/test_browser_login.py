"""Who logs in at the provider sees the pages, until the logout."""

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App

pytestmark = pytest.mark.browser


def test_after_the_login_the_pages_open_and_after_the_logout_they_do_not(stranger: App) -> None:
    stranger.goto()
    stranger.by_key("login").get_by_role("button").click()

    expect(stranger.by_key("card_answer")).to_contain_text("57 clients", timeout=30_000)
    stranger.idle()
    leave = stranger.by_key("logout")
    expect(leave).to_contain_text("Log out ana@example.com")

    with stranger.page.expect_navigation():  # the provider's and back
        leave.get_by_role("button").click()
    expect(stranger.by_key("card_login")).to_be_visible(timeout=30_000)
    stranger.goto("/?q=%3A443")
    expect(stranger.by_key("card_login")).to_be_visible()
