"""A person asks Logs Insights in the sandbox: the price, the query under way, its answer, and Cancel."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App
from tests.browser.test_browser_looks import overflow, serious

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("without_sandbox")]

SECONDS = 1000


def test_a_query_is_priced_run_and_answered_with_a_chart(app: App) -> None:
    _with_a_flow_log(app)
    app.goto("/insights")

    app.by_key("insights_account").get_by_text("Sandbox AWS account").click()
    start = app.by_key("insights_start").get_by_role("button")
    expect(start).to_contain_text("Run for less than 0.0001 USD", timeout=30 * SECONDS)
    expect(app.by_key("card_insights")).to_contain_text("USD a GB (list price us-east-1")
    start.click()

    answer = app.by_key("card_insights_answer")
    expect(answer).to_contain_text("15 rows", timeout=30 * SECONDS)
    expect(answer.locator(".js-plotly-plot .bars .point").first).to_be_attached(timeout=30 * SECONDS)
    with app.page.expect_download() as download:
        answer.get_by_role("button", name="as SVG").click()
    assert download.value.suggested_filename == "flowinsight-insights.svg"
    expect(app.by_key("asked_account")).to_contain_text("SANDBOX")
    expect(app.page.locator(".notifier-note")).to_have_count(
        0, timeout=10 * SECONDS
    )  # Plotly's word on the saved picture
    _accessible_and_fits(app)
    _picture(app, "insights")


def test_a_sample_is_taken_and_a_wrong_word_is_marked(app: App) -> None:
    _with_a_flow_log(app)
    app.goto("/insights")
    expect(app.by_key("insights_start")).to_be_visible(timeout=30 * SECONDS)

    app.by_key("insights_samples").get_by_role("button").click()
    app.page.get_by_text("Addresses that use UDP").click()
    expect(app.by_key("insights_text").locator("textarea")).to_have_value(
        "filter protocol=17\n| stats count(*) by srcAddr"
    )

    box = app.by_key("insights_text").locator("textarea")
    box.fill("stats count(*) by srcAddr | frobnicate")
    box.press("Control+Enter")
    expect(app.by_key("card_insights")).to_contain_text("cannot read this query", timeout=30 * SECONDS)


def test_a_question_is_asked_by_logs_insights_and_its_price_told(app: App) -> None:
    _with_a_flow_log(app)

    app.goto("/?source=Sandbox+AWS+account&q=%3A443&way=insights")
    expect(app.by_key("card_answer")).to_contain_text("Port 443 of", timeout=30 * SECONDS)
    expect(app.by_key("group_way")).to_contain_text("Logs Insights")
    app.by_key("fetched_way").get_by_role("button").click()
    expect(app.page.get_by_text("USD a GB")).to_be_visible()
    expect(app.page.get_by_text("limit 100000")).to_be_visible()
    app.page.keyboard.press("Escape")
    _picture(app, "by-insights")


def test_what_leads_is_agreed_to_and_shown_as_lists(app: App) -> None:
    _with_a_flow_log(app)

    app.goto("/?source=Sandbox+AWS+account&q=%3A443&way=leading")
    agree = app.by_key("leading_agree").get_by_role("button")
    expect(agree).to_contain_text("Run 6 scans for less than 0.0001 USD", timeout=30 * SECONDS)
    _accessible_and_fits(app)
    agree.click()

    expect(app.by_key("leading_anew")).to_be_visible(timeout=60 * SECONDS)
    expect(app.by_key("table_leading_service")).to_be_visible()
    _accessible_and_fits(app)
    _picture(app, "leading")


def _accessible_and_fits(app: App) -> None:
    """In light and dark, and on a phone."""
    before = app.page.viewport_size
    assert before is not None
    try:
        for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
            app.page.set_viewport_size({"width": width, "height": before["height"]})
            app.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            app.idle()
            assert not serious(app), (width, scheme)
            assert overflow(app) <= 0, (width, scheme)
    finally:
        app.page.emulate_media(color_scheme="light")
        app.page.set_viewport_size(before)


def _with_a_flow_log(app: App) -> None:
    """The sandbox of the pages, with flow logs of an hour."""
    app.goto("/?source=Sandbox+AWS+account")
    ready = app.by_key("card_answer").or_(app.by_key("first_flow_log"))
    expect(ready.first).to_be_visible(timeout=60 * SECONDS)
    if app.by_key("first_flow_log").is_visible():
        app.by_key("first_flow_log").get_by_role("button").click()
        expect(app.by_key("card_answer")).to_be_visible(timeout=60 * SECONDS)


def _picture(app: App, name: str) -> None:
    """For looking at, where FLOWINSIGHT_SHOTS names a folder."""
    if folder := os.environ.get("FLOWINSIGHT_SHOTS"):
        for width in (1440, 390):
            for scheme in ("light", "dark"):
                app.page.emulate_media(color_scheme=scheme)
                app.shot(Path(folder) / f"{name}-{width}-{scheme}.png", width)
        app.page.emulate_media(color_scheme="light")
