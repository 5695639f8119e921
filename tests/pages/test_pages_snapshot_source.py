"""A snapshot on the Investigate page is a source like any other, with its own question."""

import re
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from flowinsight import grammar, snapshots
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances
from tests.pages.test_pages_investigate import text_of
from tests.snapshots.conftest import frozen, loaded, source
from tests.snapshots.test_snapshots_strangers import filled

__all__ = ["filled", "frozen", "loaded", "source"]

Opened = Callable[..., AppTest]
PLACE = "Files on this machine"


def _saved(folder: Path) -> Path:
    source = EXAMPLES[1].source
    loaded = files.load(source)
    found = investigate(Question(filters=grammar.parse(":443"), limit=1000), loaded)
    path = folder / "a.flowsnap"
    snapshots.save(snapshots.freeze(found, loaded, snapshots.of_files(source), Circumstances(0)), path)
    return path


def test_it_gives_the_answer_that_was_saved(opened: Opened, tmp_path: Path) -> None:
    path = _saved(tmp_path)
    page = opened(source=PLACE, path=str(path), q=":443")

    assert not page.exception
    saved = snapshots.open_snapshot(path)
    assert saved.first_line.startswith("All ")
    assert f"{saved.first_line} Snapshot id `{saved.id}`" in text_of(page)
    assert "Port 443 of 6 servers was used by 2 clients" in text_of(page)


def test_its_path_brings_its_question(opened: Opened, tmp_path: Path) -> None:
    page = opened(source=PLACE, q=":22")
    page.text_input(key="path").set_value(str(_saved(tmp_path))).run()

    assert page.text_input(key="q").value == ":443"
    assert "Port 443 of 6 servers was used by 2 clients" in text_of(page)


def test_another_question_than_its_own_is_refused_in_words(opened: Opened, tmp_path: Path) -> None:
    page = opened(source=PLACE, path=str(_saved(tmp_path)), q=":22")

    assert not page.exception
    assert "This snapshot holds only what its own question asked for" in text_of(page)


def test_one_that_was_altered_is_not_opened(opened: Opened, tmp_path: Path) -> None:
    path = _saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])

    assert "is not a snapshot, or only a piece of one" in text_of(opened(source=PLACE, path=str(path), q=":443"))


def test_script_and_formula_in_every_text_of_a_strangers_snapshot_stay_text(opened: Opened, filled: Path) -> None:
    page = opened(source=PLACE, path=str(filled), q="10.77.3.21")

    assert not page.exception
    assert "alert(1)" in page.dataframe[0].value.to_string(), "tables show text as it is"
    for one in page.markdown:
        assert not (one.allow_html and "alert(1)" in one.value)
        assert "](javascript" not in one.value
        assert not re.search(r"(?<!\\)<(script|img)", one.value)
