"""The library: an answer is kept with one click, found, checked, and deleted when asked twice."""

import os
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws, grammar, library, paths, snapshots
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.library import Described, Entry, Folder, Library
from flowinsight.question import Question
from flowinsight.sandbox.running import Running
from flowinsight.snapshots import Circumstances, Snapshot
from flowinsight.sources import Files
from flowinsight.ui import login
from flowinsight.ui.library import shelf

Opened = Callable[..., AppTest]


def text_of(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown).replace("\\", "")


def test_an_empty_library_says_how_to_fill_it(opened: Opened) -> None:
    page = opened(q=":22").switch_page("pages/snapshots.py").run()

    assert not page.exception
    assert "No snapshot here yet" in text_of(page)


def test_an_answer_is_kept_found_unaltered_and_deleted_when_asked_twice(opened: Opened) -> None:
    page = opened(q=":22")
    page.text_area(key="keep_note").set_value("the start").run()
    page.button(key="keep_save").click().run()
    assert "Snapshot id" in text_of(page)
    (path,) = paths.snapshots_folder().iterdir()
    assert f"The report, with the snapshot's id {snapshots.open_snapshot(path).id[:12]}" in text_of(page)

    library = page.switch_page("pages/snapshots.py").run()
    assert not library.exception
    assert "the start" in text_of(library)
    library.button(key=f"closer_{path.name}").click().run()
    assert "Unaltered" in text_of(library)

    library.button(key=f"delete_{path.name}").click().run()
    assert path.exists()
    library.button(key=f"really_{path.name}").click().run()
    assert not path.exists()
    assert "No snapshot here yet" in text_of(library)
    library.button(key="library_undo").click().run()
    assert path.exists()
    assert "the start" in text_of(library)


LINE = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.1.7 40000 22 6 9 900 1795176000 1795176060 REJECT OK\n"


@pytest.fixture
def made() -> Callable[[str], Snapshot]:
    """A snapshot of one record, with a note."""
    folder = paths.data_home()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.log").write_text(LINE)
    source = Files((folder / "one.log",))
    loaded = files.load(source)
    found = investigate(Question(filters=grammar.parse(":22"), limit=1000), loaded)

    def freeze(note: str) -> Snapshot:
        return snapshots.freeze(found, loaded, snapshots.of_files(source), Circumstances(1_795_176_000, note=note))

    return freeze


Made = Callable[[str], Snapshot]


def kept(made: Made, *notes: str) -> Folder:
    folder = Folder(paths.snapshots_folder())
    for note in notes:
        one = made(note)
        folder.save(library.name_for(one), snapshots.packed(one))
    return folder


def library_of(opened: Opened) -> AppTest:
    page = opened(q=":22").switch_page("pages/snapshots.py").run()
    assert not page.exception
    return page


def test_a_beginning_is_read_once_and_again_when_the_file_changes(
    opened: Opened, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(place: Library, entry: Entry) -> Described:
        read.append(entry.name)
        return described(place, entry)

    described = library.described
    monkeypatch.setattr(library, "described", counted)
    folder = kept(made, "first", "second")
    page = library_of(opened)
    page.run()
    assert len(read) == 2

    entry = folder.listing().entries[0]
    os.utime(folder.file(entry), (1_795_176_000, 1_795_176_000))
    page.run()
    assert read[2:] == [entry.name]


def test_a_search_finds_notes_and_ids_and_pages_follow_each_other(
    opened: Opened, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE", 2)
    kept(made, "alpha", "beta", "gamma")
    page = library_of(opened)
    assert "3 snapshots in" in text_of(page)
    assert sum(note in text_of(page) for note in ("alpha", "beta", "gamma")) == 2

    page.text_input(key="library_search").set_value("BETA :22").run()
    assert "Found: 1." in text_of(page)
    assert "alpha" not in text_of(page)
    page.text_input(key="library_search").set_value(made("gamma").id[:16]).run()
    assert "gamma" in text_of(page)


def test_a_snapshot_that_was_sent_is_checked_before_it_is_kept(opened: Opened, made: Made) -> None:
    page = library_of(opened)
    page.file_uploader(key="library_file").upload("sent.flowsnap", snapshots.packed(made("from Erin"))).run()
    page.button(key="library_keep").click().run()
    assert "Checked, and kept as 20261120-120000-22-" in text_of(page)
    assert "from Erin" in text_of(page)

    page.file_uploader(key="library_file").upload("evil.flowsnap", b"PK and more").run()
    page.button(key="library_keep").click().run()
    assert "evil.flowsnap is not a snapshot" in page.error[0].value.replace("\\", "")
    assert len(Folder(paths.snapshots_folder()).listing().entries) == 1


def test_a_key_that_is_none_is_refused_in_words(opened: Opened, made: Made) -> None:
    folder = kept(made, "first")
    page = library_of(opened)
    page.button(key=f"closer_{folder.listing().entries[0].name}").click().run()
    page.file_uploader(key="redact_key_file").upload("my.key", b"not a key").run()

    assert not page.exception
    assert "does not hold a key for redaction" in page.error[0].value.replace("\\", "")


def test_where_others_log_in_no_folder_of_the_machine_can_be_named(
    opened: Opened, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(made, "first")
    page = library_of(opened)
    assert page.text_input(key="library_folder")

    monkeypatch.setattr(login, "configured", lambda: True)
    monkeypatch.setattr(login, "admitted", lambda: True)
    page.run()
    assert not page.exception
    assert "library_folder" not in {str(one.key) for one in page.text_input}
    assert "1 snapshot in" in text_of(page)


def test_a_library_in_s3_says_whose_account_it_is_and_which_permission_is_missing(
    opened: Opened, sandbox: Running, faults: Callable[..., None], made: Made
) -> None:
    s3 = aws.client(aws.sandbox(sandbox.url), "s3")
    page = library_of(opened)
    page.radio(key="library_source").set_value("Sandbox AWS account").run()
    page.button(key="library_bucket_create").click().run()
    assert "Account 111122223333" in text_of(page)
    assert "s3://snapshots-of-111122223333/" in text_of(page)
    assert "No snapshot here yet" in text_of(page)

    one = made("kept in S3")
    s3.put_object(Bucket="snapshots-of-111122223333", Key=library.name_for(one), Body=snapshots.packed(one))
    page.button(key="library_look").click().run()
    assert "kept in S3" in text_of(page)
    page.button(key=f"closer_{library.name_for(one)}").click().run()
    assert "Unaltered" in text_of(page)
    page.button(key=f"delete_{library.name_for(one)}").click().run()
    assert "It cannot be undone here" in text_of(page)
    page.button(key=f"really_{library.name_for(one)}").click().run()
    assert "No snapshot here yet" in text_of(page)

    faults(kind="error", action="ListObjectsV2", times=1, code="AccessDenied", message="Access Denied", status=403)
    page.button(key="library_look").click().run()
    assert "the permission s3:ListBucket is missing" in page.error[0].value.replace("\\", "")
    assert "Account 111122223333" in text_of(page)
