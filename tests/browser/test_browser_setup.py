"""From an account without flow logs to the first answer, and from a delivery that failed to one that works, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from flowinsight import aws
from tests.browser.driven import App
from tests.browser.test_browser_looks import MOST_BYTES, SHOTS, kept, overflow, serious

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("without_sandbox")]

WORKS = "The setup works: records arrive from every flow log."


def shown(app: App, card: str, name: str) -> None:
    """A picture of one card for the guide."""
    path = SHOTS / f"{name}.png"
    app.idle()
    app.by_key(card).screenshot(path=path, animations="disabled")
    assert path.stat().st_size < MOST_BYTES


def opened(app: App) -> None:
    app.goto("/setup")
    expect(app.by_key("card_who_sandbox")).to_contain_text("SANDBOX", timeout=90_000)
    app.idle()


def let_an_hour_pass(app: App) -> None:
    with app.rerun(120):
        app.by_key("sandbox_hour").get_by_role("button").click()


def test_an_empty_account_becomes_one_whose_records_answer(app: App) -> None:
    opened(app)
    assert not serious(app)

    app.click("setup_plan")
    plan = app.by_key("card_plan")
    expect(plan).to_contain_text("3 to create.")
    expect(plan).to_contain_text("Create log group /flowinsight/flow-logs/")
    kept(app, "setup", 1440)
    shown(app, "card_plan", "setup-plan")

    app.click("setup_apply")
    expect(plan.get_by_text("Applied: 3 steps taken.")).to_be_visible(timeout=30_000)
    app.idle()
    expect(app.by_key("card_applying_setup")).to_contain_text("Applied: 3 steps taken.", timeout=30_000)
    expect(plan).to_contain_text("Nothing to do: 3 as wanted.")
    let_an_hour_pass(app)
    verify = app.by_key("card_verify")
    expect(verify).to_contain_text(WORKS, timeout=30_000)
    app.idle()
    expect(app.by_key("card_seen").get_by_text(re.compile("There is none"))).to_have_count(0)
    shown(app, "card_verify", "setup-verified")

    with app.rerun(60):
        verify.get_by_role("link", name="Ask CloudWatch Logs").click()
    expect(app.by_key("asked_account")).to_contain_text("SANDBOX")
    expect(app.by_key("card_answer")).to_contain_text("Port 22", timeout=60_000)
    shown(app, "card_answer", "setup-first-answer")


def test_a_delivery_that_fails_is_named_and_repaired_on_the_page(app: App) -> None:
    opened(app)
    app.fill("setup_name", "breaks")
    app.click("setup_plan")
    app.click("setup_apply")
    expect(app.by_key("card_applying_setup")).to_contain_text("Applied: 3 steps taken.", timeout=60_000)
    verify = app.by_key("card_verify")
    expect(verify).to_contain_text(re.compile(f"not every flow log has delivered yet|{WORKS}"), timeout=60_000)
    sandbox = aws.sandbox(app.page.get_by_test_id("stSidebarContent").locator("code").inner_text())
    aws.client(sandbox, "iam").delete_role_policy(
        RoleName="flowinsight-breaks-eu-central-1", PolicyName="deliver-flow-logs"
    )

    let_an_hour_pass(app)
    expect(verify).to_contain_text("A delivery has failed.", timeout=60_000)
    expect(verify).to_contain_text("Delivery has failed (Access error). The flow logs service may not assume the role")
    with app.rerun(60):
        verify.get_by_role("button", name="Plan the repair").click()
    expect(app.by_key("card_plan")).to_contain_text("1 to change, 1 to replace, 1 as wanted.")
    app.click("setup_apply")
    expect(app.by_key("card_applying_setup")).to_contain_text("Applied: 2 steps taken.", timeout=60_000)
    let_an_hour_pass(app)
    expect(verify).to_contain_text(WORKS, timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_serves_everybody_on_a_phone_and_in_the_dark(app: App, scheme: str) -> None:
    app.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    app.page.set_viewport_size({"width": 390, "height": 900})
    try:
        opened(app)
        app.click("setup_plan_down")
        expect(app.by_key("card_down")).to_contain_text(re.compile("to delete|Nothing to do"))
        assert not serious(app)
        assert overflow(app) <= 0
    finally:
        app.page.emulate_media(color_scheme="light")
        app.page.set_viewport_size({"width": 1440, "height": 900})
