"""A person looks through a library: finds, checks, opens, redacts, compares, deletes, and shares through S3."""

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from flowinsight import library, snapshots
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.grammar import parse
from flowinsight.investigation import investigate
from flowinsight.library import Folder
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances
from tests.browser.driven import App
from tests.browser.test_browser_looks import kept, overflow, serious

pytestmark = pytest.mark.browser

SECONDS = 1000
SAVED = 1_795_176_000
NOTE = "everybody, see https://example.org and www.example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Two answers about one day, and a file that is none."""
    made = Folder(tmp_path_factory.mktemp("library"))
    loaded = files.load(EXAMPLES[0].source)
    for number, (query, note) in enumerate(((":22", NOTE), (":22 rejected", "ticket 4711"))):
        found = investigate(Question(filters=parse(query), limit=1000), loaded)
        said = Circumstances(SAVED + number, note=note)
        one = snapshots.freeze(found, loaded, snapshots.of_files(EXAMPLES[0].source), said)
        made.save(library.name_for(one), snapshots.packed(one))
    (made.path / "strange.flowsnap").write_bytes(b"PK, and nothing else")
    return made


@pytest.fixture
def listed(app: App, folder: Folder) -> App:
    """The page with this library."""
    app.goto("/snapshots")
    app.fill("library_folder", str(folder.path))
    return app


def look_closer(app: App, words: str) -> None:
    """Find one snapshot by words, and look at it closely."""
    app.fill("library_search", words)
    with app.rerun():
        app.page.get_by_role("button", name="Look closer").click()


def unfold(app: App, name: str) -> None:
    """Open a part of the page, and wait until it stands still."""
    app.page.locator("summary").filter(has_text=name).click()
    part = app.page.locator("details").filter(has=app.page.locator("summary").filter(has_text=name))
    expect(part).to_have_attribute("open", "")
    app.page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")


def test_a_snapshot_is_found_checked_and_opened(listed: App, folder: Folder) -> None:
    cards = listed.by_key("card_library")
    expect(cards).to_contain_text("3 snapshots in")
    expect(cards).to_contain_text("strange.flowsnap is not a snapshot, or only a piece of one.")
    expect(cards).to_contain_text("everybody")
    assert listed.page.locator("a[href*='example.org']").count() == 0, "what a stranger wrote leads nowhere"
    assert not serious(listed)
    assert overflow(listed) <= 0

    look_closer(listed, "TICKET 4711")
    check = listed.by_key("library_check")
    expect(check).to_contain_text("Unaltered: every part is as it was when the snapshot was saved.")
    shown = check.locator("code").inner_text()
    (entry,) = [one for one in folder.listing().entries if "rejected" in one.name]
    assert shown == library.opened(folder.content(entry, lambda *_: None), entry.name).id
    listed.fill("library_told", "0" * 64)
    expect(check).to_contain_text("That is not its id.")
    assert not serious(listed)

    with listed.rerun():
        listed.page.get_by_role("link", name="Open", exact=True).click()
    expect(listed.by_key("card_answer")).to_contain_text("Port 22 of")
    assert "path=" in listed.page.url


def test_what_would_leave_is_shown_before_it_leaves_and_revealed_by_its_key(
    listed: App, folder: Folder, tmp_path: Path
) -> None:
    look_closer(listed, "ticket")
    unfold(listed, "Redact for others")
    listed.click("redact_key_new")
    with listed.page.expect_download() as key:
        listed.by_key("redact_key_save").get_by_role("button").click()
    key.value.save_as(tmp_path / "my.key")
    listed.click("redact_show")
    shown = listed.by_key("library_redact")
    expect(shown).to_contain_text("65 addresses and 48 identifiers would leave as something else.")
    expect(listed.cell("table_redact", 0, 0)).to_have_text("Line")
    assert not serious(listed)

    with listed.page.expect_download() as left:
        listed.by_key("redact_take").get_by_role("button").click()
    listed.click("redact_save")
    expect(shown).to_contain_text("Saved to")
    (entry,) = [one for one in folder.listing().entries if one.name.startswith("redacted-")]
    made = library.opened(left.value.path().read_bytes(), "the download")
    assert folder.content(entry, lambda *_: None) == left.value.path().read_bytes()
    assert made.facts.redaction is not None

    look_closer(listed, "redacted-")
    unfold(listed, "Reveal with the key")
    with listed.rerun():
        listed.by_key("reveal_key_file").locator("input[type=file]").set_input_files(tmp_path / "my.key")
    pseudonym = listed.cell("table_reveal", 0, 0).inner_text()
    assert pseudonym in {row["client"] for row in made.answer.clients}
    assert listed.cell("table_reveal", 1, 0).inner_text() != pseudonym
    folder.delete(entry).cancel()


def test_two_snapshots_and_a_snapshot_and_its_files_are_compared(listed: App) -> None:
    look_closer(listed, "everybody")
    unfold(listed, "Compare")
    listed.click("compare")
    shown = listed.by_key("library_compare")
    expect(shown).to_contain_text("The two answer different questions")

    with listed.rerun():
        shown.get_by_text("The same question, asked again").click()
    listed.click("compare")
    expect(shown).to_contain_text("Conversations: 0 appeared, 0 vanished, 0 grew, 0 shrank, 0 turned out otherwise")
    assert not serious(listed)


def test_what_is_deleted_comes_back_until_the_page_is_left(listed: App, folder: Folder) -> None:
    look_closer(listed, "strange")
    listed.click("delete_strange-flowsnap")
    listed.click("really_strange-flowsnap")
    expect(listed.by_key("library_undo_row")).to_contain_text("strange.flowsnap is deleted.")
    assert len(folder.listing().entries) == 2
    listed.click("library_undo")
    assert len(folder.listing().entries) == 3

    listed.click("delete_strange-flowsnap")
    listed.click("really_strange-flowsnap")
    with listed.rerun():
        listed.page.get_by_role("link", name="Setup").click()
    expect(listed.page.get_by_text("Snapshots and cases")).to_be_hidden()
    assert len(list(folder.path.iterdir())) == 2
    (folder.path / "strange.flowsnap").write_bytes(b"PK, and nothing else")


@pytest.mark.usefixtures("without_sandbox")
def test_a_snapshot_goes_to_s3_and_out_by_a_link_that_expires(listed: App, folder: Folder) -> None:
    source = listed.by_key("library_source")
    source.get_by_text("Sandbox AWS account").click()
    listed.by_key("library_bucket_create").get_by_role("button").click(timeout=40 * SECONDS)
    badge = listed.by_key("asked_account")
    expect(badge).to_contain_text("s3://snapshots-of-111122223333/")
    expect(badge).to_contain_text("SANDBOX")
    listed.idle()

    with listed.rerun():
        source.get_by_text("Folder of this machine").click()
    look_closer(listed, "ticket")
    unfold(listed, "Share")
    listed.click("library_copy")
    expect(listed.by_key("library_share")).to_contain_text("Saved to s3://snapshots-of-111122223333/ in account 1111")

    with listed.rerun():
        source.get_by_text("Sandbox AWS account").click()
    look_closer(listed, "4711")
    assert not serious(listed)
    kept(listed, "snapshots", 1440)
    unfold(listed, "Share")
    listed.click("library_link_make")
    link = listed.by_key("library_share").locator("code").nth(1).inner_text()
    with urllib.request.urlopen(link) as answer:
        content = answer.read()
    (entry,) = [one for one in folder.listing().entries if "rejected" in one.name]
    assert content == folder.content(entry, lambda *_: None)

    with listed.rerun():
        listed.by_key("library_open").get_by_role("button").click()
    expect(listed.by_key("card_answer")).to_contain_text("Port 22 of")


def test_a_report_of_what_leads_is_made_beside_the_answer(app: App) -> None:
    app.goto("/?q=%3A22&t=2026-11-02T06:00Z/2026-11-02T12:00Z")
    app.page.get_by_role("button", name="Top sources").click()
    panel = app.page.get_by_test_id("stPopoverBody")
    with app.rerun():
        panel.get_by_text("network", exact=True).click()
    with app.rerun():
        panel.get_by_role("button", name="Make the report").click()
    expect(panel).to_contain_text("Since the period before (2 Nov 2026 00:00 – 06:00 UTC)")
    assert not serious(app)
    with app.page.expect_download() as report:
        app.by_key("leaders_Markdown").get_by_role("button").click()
    assert "# Top networks of clients by bytes" in report.value.path().read_text()


def test_the_report_beside_a_snapshot_that_was_saved_has_its_id_and_the_hash_of_every_part(app: App) -> None:
    app.goto("/?q=%3A22&t=2026-11-02T06:00Z/2026-11-02T12:00Z")
    app.page.get_by_role("button", name="Keep").click()
    app.by_key("keep_save").get_by_role("button").click()
    panel = app.page.get_by_test_id("stPopoverBody")
    expect(panel).to_contain_text("The report, with the snapshot's id", timeout=30 * SECONDS)
    (identity,) = re.findall(r"Snapshot id ([0-9a-f]{64})", panel.inner_text())

    with app.page.expect_download() as report:
        app.by_key("keep_HTML").get_by_role("button").click()

    text = report.value.path().read_text()
    assert f"<dt>Snapshot id</dt><dd><code>{identity}</code>" in text
    assert text.count("records.parquet") == 2, "in the table of hashes and in the data"
    with app.page.expect_download() as again:
        app.by_key("keep_Markdown").get_by_role("button").click()
    assert identity in again.value.path().read_text()


def test_the_library_fits_a_phone(listed: App) -> None:
    listed.page.set_viewport_size({"width": 390, "height": 900})
    try:
        look_closer(listed, "ticket")
        assert overflow(listed) <= 0
    finally:
        listed.page.set_viewport_size({"width": 1440, "height": 900})
