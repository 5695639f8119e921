"""Who is new: told from the time before, as far as the logs reach back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flowinsight import columns, db, grammar
from flowinsight.fetchers.files import load
from flowinsight.investigation import investigate
from flowinsight.loaded import Loaded
from flowinsight.newness import compared, newness, reaches_back
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files

NOON, HOUR, DAY = 1793620800, 3600, 86400
ASKED = Question(TimeRange(NOON, NOON + HOUR), tuple(grammar.parse("to 10.0.3.7 to :22")))

Logs = Callable[..., Loaded]


def line(client: str, start: int, action: str = "ACCEPT") -> str:
    return f"2 111122223333 eni-0a1b2c3d {client} 10.0.3.7 40000 22 6 10 8400 {start} {start + 60} {action} OK"


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """Lines, and an interface that says in every ten minutes that it was there."""

    def write(*lines: str, since: int) -> Loaded:
        quiet = [
            f"2 111122223333 eni-0a1b2c3d - - - - - - - {start} {start + 60} - NODATA"
            for start in range(since, NOON + HOUR, 600)
        ]
        (tmp_path / "flows.log").write_text("\n".join([*lines, *quiet, ""]))
        return load(Files((tmp_path,)))

    return write


def test_a_client_without_a_record_in_a_covered_baseline_is_new(logs: Logs) -> None:
    loaded = logs(
        line("10.0.0.5", NOON - 60), line("10.0.0.6", NOON - 7 * DAY + 60), line("10.0.0.7", NOON - 2 * DAY - 120),
        *(line(f"10.0.0.{host}", NOON + 60) for host in (5, 6, 7, 8)), since=NOON - 7 * DAY - HOUR,
    )  # fmt: skip

    found = newness(ASKED, loaded)

    assert found.certain
    assert [row["client"] for row in found.new] == ["10.0.0.7", "10.0.0.8"]
    assert [found.of({"client": f"10.0.0.{host}"}) for host in (5, 6, 7, 8)] == ["no", "no", "new", "new"]


def test_where_the_logs_reach_back_less_far_it_is_new_in_these_logs(logs: Logs) -> None:
    loaded = logs(line("10.0.0.5", NOON - 60), line("10.0.0.5", NOON), line("10.0.0.8", NOON), since=NOON - HOUR)

    found = newness(ASKED, loaded)

    assert (found.covered, found.clients) == (1, 2)
    assert [found.of({"client": f"10.0.0.{host}"}) for host in (5, 8)] == ["no", "new in these logs"]


def test_logs_that_begin_with_the_range_tell_nothing_from_new(logs: Logs) -> None:
    loaded = logs(line("10.0.0.5", NOON), since=NOON)

    assert not reaches_back(ASKED.time, loaded)
    assert not reaches_back(TimeRange(NOON, None), loaded)
    assert reaches_back(TimeRange(NOON + 60, NOON + HOUR), loaded)


def test_a_question_that_was_prepared_need_not_be_prepared_again_and_tables_say_who_is_new(logs: Logs) -> None:
    loaded = logs(line("10.0.0.5", NOON - 60), line("10.0.0.5", NOON), line("10.0.0.8", NOON), since=NOON - HOUR)
    cursor: db.Connection = loaded.connection.cursor()
    found = investigate(ASKED, loaded, cursor)

    new = compared(ASKED, loaded, cursor)

    assert new == newness(ASKED, loaded)
    for table in (columns.conversations(found, new=new), columns.clients(found, new)):
        assert {row["Client"]: row["New"] for row in table.exported()} == {
            "10.0.0.5": "no",
            "10.0.0.8": "new in these logs",
        }
    assert "New" not in columns.clients(found).exported()[0]
