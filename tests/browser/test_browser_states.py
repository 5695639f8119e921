"""What the page shows in place of an answer: each says what it means and what to do next, to everybody, on a phone too."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from flowinsight.examples import EXAMPLES
from tests.browser.driven import App
from tests.browser.test_browser_looks import overflow, serious

pytestmark = pytest.mark.browser

OWN = "Files on this machine"
HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
LINE = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.3.7 40000 22 6 10 8400 {start} {end} ACCEPT OK"
NOON = 1793620800


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of one interface without a gap, and a file that is larger than anybody wants to read at once."""
    found = tmp_path_factory.mktemp("states")
    lines = [LINE.format(start=NOON + 60 * minute, end=NOON + 60 * minute + 60) for minute in range(60)]
    (found / "whole.log").write_text("\n".join([HEADER, *lines, ""]))
    (found / "large.log").touch()
    with (found / "large.log").open("r+b") as file:
        file.truncate(6_000_000_000)
    return found


@pytest.fixture
def phone(app: App) -> Iterator[App]:
    app.page.set_viewport_size({"width": 390, "height": 900})
    app.page.emulate_media(color_scheme="dark")
    yield app
    app.page.set_viewport_size({"width": 1440, "height": 900})
    app.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize(
    ("parts", "verdict", "meaning", "way"),
    [
        ({"q": ":4444"}, "None seen, partly covered", "the logs have gaps", "Show the coverage"),
        ({"q": "10.9.9.9", "source": OWN, "path": "whole.log"}, "None seen, coverage unknown", "wrote logs", "Show the coverage"),
        ({"q": "169.254.169.254"}, "Cannot be seen in these logs", "could not have shown it", "Show the coverage"),
        ({"q": ":22", "t": "2020-01-01T00:00Z/2020-01-02T00:00Z"}, "Cannot be seen in these logs", "nothing in this time",
         "Ask for all of the time"),
    ],
)  # fmt: skip
def test_an_empty_answer_says_what_it_means_and_what_to_do(
    phone: App, folder: Path, parts: dict[str, str], verdict: str, meaning: str, way: str
) -> None:
    link = {**parts, "path": str(folder / parts["path"])} if "path" in parts else parts
    phone.goto(f"/?{urlencode(link)}")

    card = phone.by_key("card_answer")
    expect(card).to_contain_text(verdict)
    expect(card).to_contain_text(meaning)
    assert overflow(phone) <= 0
    assert not serious(phone)
    with phone.rerun():
        card.get_by_role("button", name=way).click()
    shown = phone.by_key("card_view") if way == "Show the coverage" else card
    expect(shown).to_contain_text("interface-bins" if way == "Show the coverage" else "57 clients")


def test_what_could_not_be_opened_is_said_with_ways_out(phone: App, folder: Path) -> None:
    phone.goto(f"/?{urlencode({'source': OWN, 'path': str(folder / 'no_such.log'), 'q': '10.0.3.7'})}")

    expect(phone.by_key("card_failed")).to_contain_text(f"There is no file or folder {folder / 'no_such.log'}.")
    assert overflow(phone) <= 0
    assert not serious(phone)
    phone.click("failed_example")
    expect(phone.by_key("card_answer")).to_contain_text("57 clients")


def test_files_that_are_too_many_wait_for_a_person(app: App, folder: Path) -> None:
    app.goto(f"/?{urlencode({'source': OWN, 'path': str(folder / 'large.log'), 'q': '10.0.3.7'})}")

    expect(app.by_key("card_wide")).to_contain_text("1 file, 6.0 GB, about 54.5 million records")
    assert not serious(app)


def test_a_list_that_is_cut_says_so(app: App) -> None:
    app.goto(f"/?{urlencode({'source': EXAMPLES[0].name})}")

    expect(app.by_key("card_view")).to_contain_text("1,000 of 2,024 conversations")
    expect(app.by_key("card_view")).to_contain_text("The list is cut: narrow the question to see the rest.")


def test_a_gateway_is_said_to_stand_between(app: App) -> None:
    app.goto("/?q=10.20.0.30")

    expect(app.by_key("card_answer")).to_contain_text("In between: 63 conversations of others went through 10.20.0.30.")
