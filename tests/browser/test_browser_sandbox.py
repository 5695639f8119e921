"""A person without an AWS account chooses the sandbox, creates a flow log there, and reads an answer."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App

pytestmark = pytest.mark.browser

SECONDS = 1000


def test_the_sandbox_is_chosen_given_a_flow_log_and_asked_until_nothing_is_an_answer(app: App) -> None:
    app.goto("/?source=AWS+account")

    app.by_key("source").get_by_text("Sandbox AWS account").click()
    app.by_key("first_flow_log").get_by_role("button").click(timeout=120 * SECONDS)

    badge = app.by_key("asked_account")
    expect(badge).to_contain_text("SANDBOX", timeout=30 * SECONDS)
    expect(badge).to_contain_text("Account 111122223333")
    expect(badge).to_contain_text("/vpc/flow-logs", timeout=30 * SECONDS)
    expect(app.by_key("card_answer")).to_contain_text("Port 22 of", timeout=30 * SECONDS)

    app.fill("q", ":443")
    expect(app.by_key("card_answer")).to_contain_text("Port 443 of", timeout=30 * SECONDS)

    started = datetime.fromisoformat(app.by_key("t").locator("input").input_value().partition("/")[0])
    later = [started + timedelta(minutes=minutes) for minutes in (30, 50)]
    app.fill("t", "/".join(edge.isoformat() for edge in later))
    app.by_key("view").get_by_text("New", exact=True).click()
    offer = "To tell who is new, the time before has to be read too."
    expect(app.by_key("card_view")).to_contain_text(offer, timeout=30 * SECONDS)
    app.by_key("before_read").get_by_role("button").click()
    expect(app.by_key("card_view")).to_contain_text("clients are new", timeout=30 * SECONDS)
    expect(app.by_key("card_answer")).to_contain_text("Port 443 of")

    answer = app.by_key("card_answer")
    app.fill("q", ":4444")
    for minutes in (10, 20, 30, 40):  # records are lost now and then, so some ten minutes may be covered in part only
        edges = (started + timedelta(minutes=edge) for edge in (minutes, minutes + 10))
        app.fill("t", "/".join(edge.isoformat() for edge in edges))
        expect(answer).to_contain_text("None seen, ", timeout=30 * SECONDS)
        if "None seen, covered" in answer.inner_text():
            break
    expect(answer).to_contain_text("None seen, covered")
    expect(answer).to_contain_text("the logs are complete for this time")
    expect(answer.get_by_role("button", name="The 6 hours up to its end: 36 times as much to fetch")).to_be_visible()

    app.click("sandbox_stop")
    expect(app.by_key("card_welcome")).to_contain_text("The sandbox is stopped")
