"""From an account without flow logs to one whose records arrive, in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App
from tests.browser.test_browser_looks import serious

pytestmark = pytest.mark.browser


def test_an_empty_account_becomes_one_whose_records_arrive(app: App, tmp_path: Path) -> None:
    app.goto("/setup")
    expect(app.by_key("card_who_sandbox")).to_contain_text("SANDBOX", timeout=90_000)
    app.idle()
    assert not serious(app)

    app.click("setup_plan")
    plan = app.by_key("card_plan")
    expect(plan).to_contain_text("3 to create.")
    expect(plan).to_contain_text("Create log group /flowinsight/flow-logs/")

    app.click("setup_apply")
    expect(plan.get_by_text("Applied: 3 steps taken.")).to_be_visible(timeout=30_000)
    app.idle()
    expect(app.by_key("card_applying_setup")).to_contain_text("Applied: 3 steps taken.", timeout=30_000)
    expect(plan).to_contain_text("Nothing to do: 3 as wanted.")
    with app.rerun(120):
        app.by_key("sandbox_hour").get_by_role("button").click()
    verify = app.by_key("card_verify")
    expect(verify).to_contain_text("The setup works: records arrive from every flow log.", timeout=30_000)
    app.idle()
    expect(app.by_key("card_seen").get_by_text(re.compile("There is none"))).to_have_count(0)
    app.shot(tmp_path / "setup.png")

    with app.rerun(60):
        verify.get_by_role("link", name="Ask CloudWatch Logs").click()
    expect(app.by_key("asked_account")).to_contain_text("SANDBOX")
    expect(app.by_key("card_answer")).to_contain_text("Port 22", timeout=60_000)
