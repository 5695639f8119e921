"""A report opened from disk with the network off: sorted, filtered, hovered over, printed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from flowinsight import grammar
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers.files import load
from flowinsight.investigation import investigate
from flowinsight.question import Question
from flowinsight.reports import answers, writing
from flowinsight.reports.content import About
from flowinsight.snapshots import Name

pytestmark = pytest.mark.browser

NAMES = {"10.20.0.40": "bastion", "192.0.2.66": "the other office of the company"}
PAPERS = {"A4": (596, 843), "Letter": (612, 792)}
"""Points of 1/72 inch."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    found = investigate(Question(filters=grammar.parse(":22"), limit=1000), load(EXAMPLES[0].source))
    names = tuple(Name(one, called, 1793663000, "Amazon EC2") for one, called in NAMES.items())
    about = About(1793663998, EXAMPLES[0].name, note="Who is 192.0.2.66?", names=names)
    writing.write(answers.report(found, about), path)
    return path


@pytest.fixture(params=["light", "dark"])
def report(browser: Browser, written: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(offline=True, color_scheme=request.param, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(5000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if asked.url != written.as_uri() else None)
    page.goto(written.as_uri())
    page.wait_for_selector("html[data-ready='1']")
    yield page
    context.close()
    assert not said


def test_a_report_is_sorted_filtered_hovered_over_and_printed(report: Page) -> None:
    section = report.locator("section").filter(has=report.get_by_role("heading", name="Conversations", exact=True))
    clients = section.locator("tbody tr td:first-child")

    section.locator("thead button").first.click()
    assert clients.first.inner_text() == "10.20.0.40 bastion"
    section.locator("thead button").first.click()
    assert clients.first.inner_text() == "203.0.113.200"

    section.get_by_role("searchbox").fill("192.0.2.66 data")
    expect(section.get_by_role("status")).to_have_text("1 of 103 rows")
    assert clients.all_inner_texts() == [f"192.0.2.66 {NAMES['192.0.2.66']}"]

    report.locator("g[data-tip]").first.locator(".slot").hover(force=True)
    expect(report.locator("#tip")).to_contain_text("UTC, 10 minutes: 1 rejected")


@pytest.mark.parametrize("form", PAPERS)
def test_a_report_prints_on_paper_with_nothing_cut_off(report: Page, form: str) -> None:
    width, height = PAPERS[form]
    printed = report.pdf(format=form)
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)

    assert 3 < len(sheets) < 12
    assert {(round(float(wide)), round(float(high))) for wide, high in sheets} == {(width, height)}
    report.emulate_media(media="print")
    between = round((width / 72 - 2 * 11 / 25.4) * 96)
    report.set_viewport_size({"width": between, "height": 1000})
    assert report.evaluate("document.documentElement.scrollWidth") < 1.1 * between, (
        "more would be shrunk too far to be read"
    )
    assert report.get_by_role("searchbox").count() == 0
    assert report.evaluate("getComputedStyle(document.querySelector('.rows thead button')).display") == "contents", (
        "the head of a table stands on every page only where no button is drawn in it"
    )
    assert report.locator("g[data-tip]").first.is_visible()


def test_a_report_fits_a_phone_and_keeps_nobody_out(report: Page) -> None:
    found = Axe().run(report).response["violations"]
    assert not [one["id"] for one in found if one["impact"] in {"serious", "critical"}]

    report.set_viewport_size({"width": 390, "height": 800})
    assert report.evaluate("document.documentElement.scrollWidth") <= 390
