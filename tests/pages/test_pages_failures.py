"""An error that nobody foresaw is told without what it says."""

from streamlit.testing.v1 import AppTest

from tests.pages.live_pages import text_of


def _fails() -> None:
    from flowinsight.ui import shell  # noqa: PLC0415 AppTest runs the source of this function by itself

    shell.unforeseen(ValueError("10.0.0.5 and a secret"))


def _fails_in_words() -> None:
    from flowinsight.errors import QuestionError  # noqa: PLC0415 as above
    from flowinsight.ui import shell  # noqa: PLC0415 as above

    shell.unforeseen(QuestionError("ninety is not a port."))


def test_an_unforeseen_error_says_where_it_is_written_and_nothing_of_itself() -> None:
    page = AppTest.from_function(_fails).run()

    assert "Something failed that nobody foresaw" in text_of(page)
    assert "secret" not in text_of(page)
    assert page.button(key="failed_again").label == "Try again"


def test_an_error_with_a_sentence_is_told_by_it() -> None:
    assert "ninety is not a port." in text_of(AppTest.from_function(_fails_in_words).run())
