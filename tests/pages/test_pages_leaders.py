"""The report of what leads, from the page: compared with the period before, or half with half where only one range is here."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from flowinsight import grammar, snapshots
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.periods import Reader
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances
from flowinsight.ui.sources import OWN_FILES
from tests.pages.live_pages import text_of

Opened = Callable[..., AppTest]

DAY = "2026-11-02T06:00Z/2026-11-02T12:00Z"


def test_what_leads_is_compared_with_the_period_before(opened: Opened) -> None:
    page = opened(q=":22", t=DAY)
    assert "Compared with the period before: 2 Nov 2026 00:00 – 06:00" in text_of(page)

    page.selectbox(key="leaders_measure").set_value("records").run()
    page.button(key="leaders_make").click().run()
    assert not page.exception
    assert "29 clients. Since the period before (2 Nov 2026 00:00 – 06:00 UTC): 26 new," in text_of(page)
    (rows,) = [frame.value for frame in page.dataframe if "Before" in frame.value]
    assert list(rows["Records"]) == sorted(rows["Records"], reverse=True)


def test_without_a_time_range_there_is_a_report_and_no_change(opened: Opened) -> None:
    page = opened(q=":22")
    page.button(key="leaders_make").click().run()

    assert not page.exception
    assert "A change needs a time range with a beginning and an end" in text_of(page)


def test_a_snapshot_is_compared_half_with_half(opened: Opened, tmp_path: Path) -> None:
    loaded = files.load(EXAMPLES[0].source)
    question = Question(Reader(0).parse(DAY), grammar.parse(":22"), limit=1000)
    made = snapshots.freeze(investigate(question, loaded), loaded, snapshots.Origin(), Circumstances(1_795_176_000))
    snapshots.save(made, tmp_path / "a.flowsnap")

    page = opened(source=OWN_FILES, path=str(tmp_path / "a.flowsnap"), q=":22", t=DAY)
    page.button(key="leaders_make").click().run()
    assert not page.exception
    assert "The report is about its second half, and compares it with its first: 2 Nov 2026 09:00 – 12:00" in text_of(
        page
    )
    assert "Since the period before (2 Nov 2026 06:00 – 09:00 UTC)" in text_of(page)
