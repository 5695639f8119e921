"""The library: an answer is kept with one click, found, checked, and deleted when asked twice."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from flowinsight import paths

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
