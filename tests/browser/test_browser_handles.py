"""Every mark is a handle, and every step leads back."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect
from pyarrow import parquet

from tests.browser.conftest import CONTEXT
from tests.browser.driven import App

pytestmark = pytest.mark.browser


def asked(app: App) -> str:
    return app.by_key("q").locator("input").input_value()


def test_a_click_on_a_bar_narrows_and_back_leads_back(app: App) -> None:
    app.goto("/?q=%3A22")

    app.click_mark("chart_clients_0")
    assert asked(app) == ":22 from 192.0.2.66"
    expect(app.by_key("card_answer")).to_contain_text("As client, 192.0.2.66 used 1 server")

    with app.rerun():
        app.page.go_back()
    assert asked(app) == ":22"
    expect(app.by_key("card_answer")).to_contain_text("57 clients")

    with app.rerun():
        app.page.go_forward()
    assert asked(app) == ":22 from 192.0.2.66"


def test_a_click_can_leave_out_instead(app: App) -> None:
    app.goto("/?q=%3A22")
    with app.rerun():
        app.by_key("click").get_by_text("Leave it out", exact=True).click()

    app.click_mark("chart_clients_0")

    assert asked(app) == ":22 not from 192.0.2.66"
    expect(app.by_key("card_answer")).to_contain_text("56 clients")


def test_drawing_over_the_timeline_narrows_the_time(app: App) -> None:
    app.goto("/?q=%3A22")
    surface = app.by_key("chart_timeline_0").locator(".nsewdrag").first
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    left, right, middle = box["x"] + box["width"] * 0.1, box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2

    app.page.mouse.move(left, middle)
    app.page.mouse.down()
    with app.rerun():
        app.page.mouse.move(right, middle, steps=8)
        app.page.mouse.up()

    time = app.by_key("t").locator("input").input_value()
    assert time.startswith("2026-11-02T0"), time
    expect(app.by_key("chip_time")).to_contain_text("2 Nov 2026")
    app.click("time_later")
    assert app.by_key("t").locator("input").input_value() != time


def test_a_ticked_conversation_shows_its_records_and_leads_on(app: App) -> None:
    app.goto("/?q=%3A22+from+192.0.2.66")

    app.select_row("conversations_", 0)

    expect(app.by_key("card_conversation")).to_contain_text("192.0.2.66 → 10.20.0.40, 22/tcp ssh: data")
    expect(app.cell("table_records", 9, 0)).to_contain_text("ACCEPT")
    app.click("pivot_server")
    assert asked(app) == "10.20.0.40"


def test_the_link_opens_the_same_answer_elsewhere(app: App, browser: Browser) -> None:
    app.goto()
    app.fill("q", ":22 from 203.0.113.200")
    app.fill("t", "2026-11-02 08:00 - 2026-11-02 12:00")
    answer = app.by_key("card_answer").inner_text()

    context = browser.new_context(**{**CONTEXT, "timezone_id": "America/New_York"})
    elsewhere = App(context.new_page(), app.base)
    elsewhere.goto(app.page.url.removeprefix(app.base))

    assert elsewhere.by_key("card_answer").inner_text() == answer
    context.close()


def test_what_is_exported_is_what_is_shown(app: App, tmp_path: Path) -> None:
    app.goto("/?q=%3A22&view=Clients")
    app.by_key("export_clients").get_by_role("button").first.click()

    for kind in ("CSV", "JSON", "Parquet"):
        with app.page.expect_download() as download:
            app.page.get_by_role("button", name=kind, exact=True).click()
        download.value.save_as(tmp_path / kind)

    rows = list(csv.DictReader(io.StringIO((tmp_path / "CSV").read_text(encoding="utf-8-sig"))))
    assert rows[0]["Client"] == "192.0.2.66"
    assert rows[-1]["Client"] == "Other"
    assert sum(int(row["Conversations"]) for row in rows) == 103
    same = json.loads((tmp_path / "JSON").read_text())
    assert parquet.read_table(tmp_path / "Parquet").to_pylist() == same
    assert [{name: str(cell) for name, cell in row.items()} for row in same] == rows


def test_the_keyboard_reaches_the_box_and_shifts_the_window(app: App) -> None:
    app.goto("/?q=%3A22&t=2026-11-02T08%3A00Z%2F2026-11-02T10%3A00Z")

    app.page.keyboard.press("/")
    expect(app.by_key("q").locator("input")).to_be_focused()
    app.page.keyboard.type(":443")
    with app.rerun():
        app.page.keyboard.press("Enter")
    assert asked(app) == ":443"

    app.page.evaluate("document.activeElement.blur()")
    with app.rerun():
        app.page.keyboard.press("Alt+ArrowLeft")
    assert app.by_key("t").locator("input").input_value() == "2026-11-02T06:00Z/2026-11-02T08:00Z"


@pytest.mark.parametrize(
    ("view", "chart", "title"),
    [
        ("Conversations", "clients", "Top clients by bytes"),
        ("Who uses what", "uses", "Who uses what"),
        ("Coverage", "coverage", "What each interface wrote over time"),
    ],
)
def test_a_chart_is_saved_as_a_picture_by_the_browser(
    app: App, tmp_path: Path, view: str, chart: str, title: str
) -> None:
    app.goto(f"/?{urlencode({'q': ':22', 'view': view})}")

    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with app.page.expect_download() as download:
            app.by_key(f"title_{chart}").get_by_role("button", name=f"{title} as {kind}").click()
        download.value.save_as(tmp_path / kind)
        assert download.value.suggested_filename == f"flowinsight-{chart}.{kind.lower()}"
        assert (tmp_path / kind).read_bytes().startswith(begins)
