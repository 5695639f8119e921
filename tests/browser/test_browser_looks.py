"""How the page looks and whom it serves: light and dark, wide and narrow, and people who do not see it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.driven import App
from tests.browser.server import ROOT

pytestmark = pytest.mark.browser

SHOTS = ROOT / "docs/screenshots"
MOST_BYTES = 300_000
MOST_SHIFTED = 0.1
"""What of the window moves, times how far it moves: Chromium's measure, of which up to 0.1 is called good."""

QUESTION = "/?q=%3A22"


def serious(app: App) -> list[str]:
    """What axe finds that keeps people out, without what belongs to Streamlit's own parts."""
    found = Axe().run(app.page).response["violations"]
    return [
        f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def kept(app: App, name: str, width: int) -> Path:
    path = SHOTS / f"{name}.png"
    app.shot(path, width, 1900)
    assert path.stat().st_size < MOST_BYTES
    return path


def overflow(app: App) -> int:
    """Pixels by which the page is wider than its window."""
    script = "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    return int(app.page.evaluate(script))


def test_the_page_in_light_is_accessible_and_fits(app: App) -> None:
    app.goto(QUESTION)

    assert not serious(app)
    assert overflow(app) <= 0
    kept(app, "investigate", 1440)


def test_the_page_in_dark_is_accessible(app: App) -> None:
    app.page.emulate_media(color_scheme="dark")
    try:
        app.goto(QUESTION)

        assert not serious(app)
        kept(app, "investigate-dark", 1440)
    finally:
        app.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("width", [390, 2560])
def test_the_page_fits_narrow_and_wide_windows(app: App, width: int) -> None:
    app.page.set_viewport_size({"width": width, "height": 900})
    try:
        app.goto(QUESTION)

        assert overflow(app) <= 0
        if width == 390:
            kept(app, "investigate-phone", width)
    finally:
        app.page.set_viewport_size({"width": 1440, "height": 900})


def test_an_ambiguous_address_is_asked_about(app: App) -> None:
    app.goto("/?q=10.20.1.11")

    assert "which one?" in app.by_key("card_which").inner_text()
    kept(app, "which-network", 1440)


_WATCH_SHIFTS = """() => { window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shifted += entry.value; }))
    .observe({ type: 'layout-shift' }); }"""


def test_another_view_sends_no_chart_again_and_nothing_jumps(app: App) -> None:
    app.goto(QUESTION)
    app.page.evaluate(_WATCH_SHIFTS)
    app.received.clear()

    with app.rerun():
        app.by_key("view").get_by_text("Services", exact=True).click()
    assert app.received["ref_hash"] >= 6
    assert app.received["plotly_chart"] == 0

    app.fill("q", ":443")
    app.page.wait_for_timeout(500)
    assert app.received["plotly_chart"] == 6
    assert app.page.evaluate("window.shifted") < MOST_SHIFTED


@pytest.mark.parametrize("path", ["/", "/setup", "/page.js", "/app/static/favicon.svg", "/_stcore/health", "/nowhere"])
def test_every_response_carries_the_security_headers(app: App, path: str) -> None:
    response = app.page.request.get(app.base + path)

    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "unsafe-inline" not in response.headers["content-security-policy"].split("style-src")[0]
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["x-content-type-options"] == "nosniff"
