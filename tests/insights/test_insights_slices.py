"""A range is asked for newest first, in slices that together read it once; what is lost or left is said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import db, grammar, rollups, views
from flowinsight.engines.insights_query import InsightsQuery, QueryResult
from flowinsight.engines.insights_query_errors import QueryCancelledError, RowsMissingError
from flowinsight.errors import ThrottledError
from flowinsight.fetchers import insights, insights_slices
from flowinsight.fetchers.insights_slices import Collected, Plan
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup
from tests.insights.language import NOBODY, Language

NOON = 1_795_176_000
FORMAT = (
    "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action",
    "log-status",
)  # fmt: skip
HOUR = TimeRange(NOON, NOON + 3600)


def _line(at: int, client: int) -> tuple[int, str]:
    return at, f"eni-1 10.0.0.{client} 10.0.1.1 {40000 + client} 22 6 2 200 {at} {at + 50} ACCEPT OK"


EVEN = [_line(NOON - 600 + minute * 60, client) for minute in range(80) for client in range(10)]
"""Ten clients a minute, over all of the time that is read for an hour."""


def _plan(query: str = ":22", grain: Any = "records", width: int = 100_000) -> Plan:
    question = Question(HOUR, tuple(grammar.parse(query)))
    return replace(insights.planned(question, [LogGroup("flow", formats=(FORMAT,))], (), grain=grain), width=width)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let a query return fewer rows than AWS does."""

    def allow(most: int) -> None:
        monkeypatch.setattr(insights_slices, "MOST_ROWS", most)
        monkeypatch.setattr(insights_slices, "TARGET", most // 2)

    return allow


def test_one_slice_reads_every_byte_once_and_answers_with_what_the_logs_covered() -> None:
    language, collected = Language(EVEN), Collected()
    insights.fetch(_plan(), NOBODY, collected, run=language)
    found = insights.read(_plan(), collected)

    assert len(language.asked) == 1
    assert found.bytes_scanned == sum(len(text) for _, text in EVEN)
    assert (language.asked[0].start, language.asked[0].end) == (NOON - 600, NOON + 3600 + 600 - 1)
    prepared = prepare(found.plan.question, found.loaded)
    assert prepared.verdict == "seen, coverage unknown"
    assert prepared.coverage.ok == 6


@pytest.mark.parametrize("grain", ["records", "binned", "apart"])
def test_slices_go_newest_first_never_overlap_and_end_on_bins(grain: Any, few: Callable[[int], None]) -> None:
    few(300)
    language, collected = Language(EVEN), Collected()
    to_do = _plan(grain=grain, width=600)
    insights.fetch(to_do, NOBODY, collected, run=language)

    kept = [scan.slice for scan in collected.scans if scan.complete]
    assert [one.end for one in kept[1:]] == [one.start for one in kept[:-1]]
    assert (kept[0].end, kept[-1].start) == (NOON + 4200, NOON - 600)
    assert all(one.start % to_do.step == 0 for one in kept if one.start is not None)
    whole = insights.read(to_do, collected)
    assert whole.complete
    assert len(views.conversations(prepare(to_do.question, whole.loaded)).rows) == 10


@pytest.mark.parametrize("grain", ["records", "binned", "apart"])
def test_one_page_costs_one_scan(grain: Any) -> None:
    language, collected = Language(EVEN), Collected()
    insights.fetch(_plan(grain=grain, width=900), NOBODY, collected, run=language)

    assert len(language.asked) > 1
    assert collected.bytes_scanned == sum(len(text) for _, text in EVEN)


def test_a_slice_that_overflows_is_asked_again_at_half_its_length_and_paid_twice(few: Callable[[int], None]) -> None:
    few(300)
    language, collected = Language(EVEN, most=300), Collected()
    to_do = _plan()
    insights.fetch(to_do, NOBODY, collected, run=language)
    found = insights.read(to_do, collected)

    again = [scan for scan in found.scans if not scan.complete]
    assert again
    assert again[0].slice == TimeRange(NOON - 600, NOON + 4200)
    assert found.bytes_scanned > sum(len(text) for _, text in EVEN)
    assert found.complete
    assert found.loaded.left_out == ()
    assert db.one(found.loaded.connection, "SELECT count(*) AS n FROM records")["n"] == len(EVEN)


def test_how_many_records_match_never_halves_a_slice_whose_rows_are_all_there(few: Callable[[int], None]) -> None:
    few(900)
    language, collected = Language(EVEN), Collected()

    def matching_very_many(query: InsightsQuery, identity: Any, **how: Any) -> QueryResult:
        return replace(language(query, identity, **how), records_matched=10**9)

    insights.fetch(_plan(), NOBODY, collected, run=matching_very_many)

    assert len(language.asked) == 1
    assert [scan.complete for scan in collected.scans] == [True]


@pytest.mark.parametrize("grain", ["records", "apart"])
def test_rows_that_aws_counts_and_does_not_give_are_never_taken_for_all(grain: Any) -> None:
    to_do, language, collected = _plan(grain=grain), Language(EVEN), Collected()

    def losing(query: InsightsQuery, identity: Any, **how: Any) -> QueryResult:
        found = language(query, identity, **how)
        return replace(found, rows=found.rows[:-1])

    with pytest.raises(RowsMissingError, match="ask again"):
        insights.fetch(to_do, NOBODY, collected, run=losing)
    assert collected.parts == []
    assert [scan.complete for scan in collected.scans] == [False]

    insights.fetch(to_do, NOBODY, collected, run=language)
    assert insights.read(to_do, collected).complete


def test_a_burst_in_the_shortest_slice_is_reported_and_never_taken_for_everything(few: Callable[[int], None]) -> None:
    few(150)
    burst = [_line(NOON + 1810, client) for client in range(250)]
    to_do, collected = _plan(), Collected()
    insights.fetch(to_do, NOBODY, collected, run=Language([*EVEN, *burst], most=150))
    found = insights.read(to_do, collected)

    assert not found.complete
    (said,) = found.loaded.left_out
    assert said.startswith("Between 2026-11-20 12:30:00 and 2026-11-20 12:31:00 UTC more than 99,999 rows match")
    assert said in prepare(to_do.question, found.loaded).reasons


def test_cancelled_it_keeps_the_newest_slices_and_says_what_was_not_read() -> None:
    language, collected = Language(EVEN), Collected()
    to_do = _plan(width=600)
    insights.fetch(to_do, NOBODY, collected, run=language, cancelled=lambda: len(language.asked) >= 2)
    found = insights.read(to_do, collected)

    assert not found.complete
    assert found.covered == TimeRange(NOON + 1200, NOON + 3600)
    assert found.loaded.left_out == (
        "What was logged between 2026-11-20 12:00:00 and 2026-11-20 12:20:00 UTC has not been read.",
    )
    narrower = replace(to_do.question, time=found.covered)
    assert len(views.conversations(prepare(narrower, found.loaded)).rows) == 10


def test_cancelled_before_anything_arrived_nothing_can_be_said() -> None:
    to_do, collected = _plan(), Collected()

    def ended(*_: object, **__: object) -> QueryResult:
        raise QueryCancelledError(0)

    insights.fetch(to_do, NOBODY, collected, run=ended)
    found = insights.read(to_do, collected)
    assert found.covered is None
    assert prepare(to_do.question, found.loaded).verdict == "cannot be seen in these logs"


def test_a_fetch_that_failed_goes_on_with_what_it_lacks() -> None:
    language, collected, to_do = Language(EVEN), Collected(), _plan(width=1200)

    def failing(query: InsightsQuery, *given: Any, **how: Any) -> QueryResult:
        if len(language.asked) == 1:
            raise ThrottledError("CloudWatch asks for fewer requests.")
        return language(query, *given, **how)

    with pytest.raises(ThrottledError):
        insights.fetch(to_do, NOBODY, collected, run=failing)
    insights.fetch(to_do, NOBODY, collected, run=language)

    assert insights.read(to_do, collected).complete
    assert collected.bytes_scanned == sum(len(text) for _, text in EVEN)


def test_lines_of_no_format_are_counted_as_unparsable() -> None:
    to_do, collected = _plan(), Collected()
    insights.fetch(to_do, NOBODY, collected, run=Language([*EVEN, (NOON + 5, "hello there"), (NOON + 6, "{}")]))
    tally = insights.read(to_do, collected).loaded.tally

    assert tally.unparsable == 2
    assert tally.lines == len(EVEN) + 2
    assert set(tally.reasons) == {"they fit none of the formats of these log groups"}


def test_a_rollup_refuses_records_other_questions_and_fields_it_did_not_keep() -> None:
    to_do, collected = _plan(grain="binned"), Collected()
    insights.fetch(to_do, NOBODY, collected, run=Language(EVEN))
    loaded = insights.read(to_do, collected).loaded
    prepared = prepare(to_do.question, loaded)

    with pytest.raises(Exception, match="This answer is a rollup"):
        views.records(prepared)
    with pytest.raises(Exception, match="added up for its own question"):
        prepare(Question(HOUR, tuple(grammar.parse(":22 10.0.0.5"))), loaded)
    with pytest.raises(Exception, match="no longer say end"):
        prepare(replace(to_do.question, dimensions=("end",)), loaded)


@pytest.mark.parametrize("grain", ["binned", "apart"])
@pytest.mark.parametrize(
    "dimensions", [("dstport",), ("srcaddr", "action"), ("srcport",), ("interface-id", "protocol")]
)
def test_rows_and_the_summary_of_a_rollup_are_those_of_its_records(grain: Any, dimensions: tuple[str, ...]) -> None:
    def answered(how: Any) -> tuple[Any, Any]:
        to_do, collected = _plan(":22 10.0.0.0/29", grain=how), Collected()
        question = replace(to_do.question, dimensions=dimensions, limit=1000)
        to_do = insights.planned(question, to_do.groups, (), grain=how)
        insights.fetch(to_do, NOBODY, collected, run=Language(EVEN))
        loaded = insights.read(to_do, collected).loaded
        return views.rows(prepare(question, loaded)).rows, views.summary(question, loaded)

    found = answered(grain)
    assert found == answered("records")
    assert found[0]


def test_where_a_record_is_not_taken_twice_in_one_scan_two_bring_the_same() -> None:
    def brought(*, twice: bool) -> insights.Fetched:
        question = Question(HOUR, tuple(grammar.parse(":22")))
        to_do = insights.planned(question, [LogGroup("flow", formats=(FORMAT,))], (), grain="apart", twice=twice)
        collected = Collected()
        insights.fetch(to_do, NOBODY, collected, run=Language(EVEN))
        return insights.read(to_do, collected)

    once, twice = brought(twice=False), brought(twice=True)
    assert (once.plan.scans, twice.plan.scans) == (1, 2)
    assert twice.bytes_scanned == 2 * once.bytes_scanned
    assert twice.loaded.tally == once.loaded.tally
    assert rollups.times(twice.loaded, 600) == rollups.times(once.loaded, 600)
    rows = [views.conversations(prepare(one.plan.question, one.loaded)).rows for one in (once, twice)]
    assert rows[0] == rows[1]
