"""A person without an AWS account chooses the sandbox, creates a flow log there, and reads an answer."""

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App

pytestmark = pytest.mark.browser

SECONDS = 1000


def test_the_sandbox_is_chosen_given_a_flow_log_and_asked(app: App) -> None:
    app.goto("/?source=AWS+account")

    app.by_key("source").get_by_text("Sandbox AWS account").click()
    app.by_key("first_flow_log").get_by_role("button").click(timeout=40 * SECONDS)

    badge = app.by_key("asked_account")
    expect(badge).to_contain_text("SANDBOX", timeout=30 * SECONDS)
    expect(badge).to_contain_text("Account 111122223333")
    expect(badge).to_contain_text("/vpc/flow-logs")
    expect(app.by_key("card_answer")).to_contain_text("Port 22 of", timeout=30 * SECONDS)

    app.fill("q", ":443")
    expect(app.by_key("card_answer")).to_contain_text("Port 443 of", timeout=30 * SECONDS)

    app.click("sandbox_stop")
    expect(app.by_key("card_welcome")).to_contain_text("The sandbox is stopped")
