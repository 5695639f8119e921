"""What an answer will take is counted before it is computed."""

from pathlib import Path

import pytest

from flowinsight import effort, grammar
from flowinsight.effort import Effort
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers.files import load
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.records.files import found

DAY = TimeRange(1793577600, 1793664000)


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(EXAMPLES[0].source)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "PATIENCE", 0.15)


def _asked(query: str, loaded: Loaded, time: TimeRange = DAY) -> Effort:
    return effort.effort(Question(time, grammar.parse(query)), loaded, loaded.connection.cursor())


def test_what_nobody_waits_long_for_is_not_counted(loaded: Loaded) -> None:
    counted = _asked("", loaded)

    assert not counted.too_wide
    assert counted.matching == 0
    assert 39_000 < counted.records < 45_000


@pytest.mark.usefixtures("impatient")
def test_a_wide_question_is_counted_with_the_newest_parts_of_its_time(loaded: Loaded) -> None:
    everything, narrow = _asked("", loaded), _asked(":22 from 192.0.2.66", loaded)

    assert everything.too_wide
    assert 39_000 < everything.matching <= 39_105
    assert [part.start for part, _ in everything.parts] == [DAY.end - 3600, DAY.end - 6 * 3600]  # type: ignore[operator]
    assert 0 < everything.parts[0][1] < everything.parts[1][1] < everything.matching
    assert 0 < narrow.matching < 1000
    assert not narrow.too_wide


@pytest.mark.usefixtures("impatient")
def test_a_time_without_records_takes_nothing(loaded: Loaded) -> None:
    assert _asked("", loaded, TimeRange(1577836800, 1577923200)) == Effort(0, 0)


def test_files_are_weighed_before_they_are_read(tmp_path: Path) -> None:
    small = effort.reading(found(EXAMPLES[0].source.paths))
    (tmp_path / "large.log").touch()
    with (tmp_path / "large.log").open("r+b") as file:
        file.truncate(4_000_000_000)

    large = effort.reading(found((tmp_path,)))

    assert (small.files, small.too_wide) == (3, False)
    assert 25_000 < small.records < 120_000
    assert (large.files, large.bytes, large.too_wide) == (1, 4_000_000_000, True)
    assert large.memory > large.bytes
