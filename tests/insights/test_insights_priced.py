"""One price or two, and how many scans: chosen from what CloudWatch says that each query would read, before any is run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import aws, grammar, rollups, views
from flowinsight.engines import insights_price
from flowinsight.engines.insights_price import Estimate, Tariff
from flowinsight.engines.insights_query import InsightsQuery, QueryResult
from flowinsight.engines.insights_query_errors import MalformedQueryError
from flowinsight.fetchers import insights, insights_priced
from flowinsight.fetchers.insights_priced import KNOWN, Asking, Priced, priced
from flowinsight.fetchers.insights_slices import Collected, TakenOnceError
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from tests.insights.language import NOBODY, Language, names_of
from tests.insights.test_insights_slices import EVEN, FORMAT, HOUR, NOON

WHOLE, LESS = 10_000_000, 500_000
SETTLED = NOON + 86_400
TARIFF = Tariff(1000.0, "list price")
Reads = Callable[[InsightsQuery], int | None]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Reads], None]]:
    """Let CloudWatch say what queries would read, of a group whose fields it discovered."""
    names = names_of([FORMAT], FORMAT)
    monkeypatch.setattr(insights, "discovered", lambda *_: names)
    KNOWN.kept.clear()
    monkeypatch.setattr(insights_priced, "_TAKEN_ONCE", set[aws.Identity]())

    def say(how: Reads) -> None:
        def estimated(query: InsightsQuery, *_: object) -> Estimate:
            return Estimate(how(query), "CloudWatch's own estimate")

        monkeypatch.setattr(insights_price, "estimated", estimated)

    yield say
    say(lambda _: None)


def _indexed(query: InsightsQuery) -> int:
    """An index finds the records of a query that begins with a filter."""
    return LESS if query.text.startswith("filter ") else WHOLE


def _priced(text: str = ":22", **how: Any) -> Priced:
    question = Question(HOUR, tuple(grammar.parse(text)))
    return priced(question, [LogGroup("flow", formats=(FORMAT,))], NOBODY, SETTLED, Asking(**{"person": "ada", **how}))


def _answered(found: Priced, run: Any = None, present: int = SETTLED) -> Prepared:
    collected = Collected()
    insights.fetch(found.plan, NOBODY, collected, run=run or Language(EVEN, (FORMAT,)))
    KNOWN.remember(found.plan, NOBODY, "ada", collected, present)
    return prepare(found.plan.question, insights.read(found.plan, collected).loaded)


def test_what_the_logs_covered_comes_in_the_same_scan_where_no_index_makes_another_way_cheaper(
    reads: Callable[[Reads], None],
) -> None:
    reads(lambda _: WHOLE)
    found = _priced()

    assert not found.plan.scan.matching
    assert (found.plan.scans, found.estimate.bytes, found.alone) == (1, WHOLE, None)
    assert "index" not in found.said(TARIFF)


def test_both_prices_are_told_where_an_index_finds_the_matching_records(reads: Callable[[Reads], None]) -> None:
    reads(_indexed)
    found = _priced()

    assert not found.plan.scan.matching
    assert found.alone is not None
    assert found.alone.plan.statements[0].text.startswith("filter (srcPort = 22 or dstPort = 22)\n| fields floor(")
    said = found.said(TARIFF)
    assert "About 9.5 MB to read: 9.3132 USD" in said
    assert "The matching records alone cost 0.4657 USD, by an index; a second scan for what the logs covered" in said


def test_the_matching_records_alone_are_the_same_and_forbid_a_no(reads: Callable[[Reads], None]) -> None:
    reads(_indexed)
    whole, alone = _answered(_priced(), present=NOON), _answered(_priced(matching=True))

    assert alone.loaded.narrowed
    assert views.conversations(alone).rows == views.conversations(whole).rows
    reads(_indexed)
    nothing = _answered(_priced(":23", matching=True), present=NOON)
    assert nothing.verdict != "none seen"


def test_what_an_earlier_scan_of_the_same_time_told_is_used_again_where_an_index_makes_that_cheaper(
    reads: Callable[[Reads], None],
) -> None:
    reads(_indexed)
    whole = _answered(_priced(":22"))
    found = _priced(":22 10.0.0.5")

    assert found.plan.scan.matching
    assert found.estimate.bytes == LESS
    assert "What the logs covered is known from an earlier scan of this time." in found.said(TARIFF)
    alone, masked = _answered(found), _answered(Priced(_plan_of_all(":22 10.0.0.5"), found.estimate))
    assert alone.coverage == masked.coverage
    assert alone.reconciliation == masked.reconciliation
    assert alone.verdict == masked.verdict
    assert views.conversations(alone).rows == views.conversations(masked).rows
    assert whole.coverage == masked.coverage


def _plan_of_all(text: str) -> Any:
    question, names = Question(HOUR, tuple(grammar.parse(text))), names_of([FORMAT], FORMAT)
    return insights.planned(question, [LogGroup("flow", formats=(FORMAT,))], names)


def test_what_a_time_told_to_which_records_may_still_be_added_is_not_used_again(reads: Callable[[Reads], None]) -> None:
    reads(_indexed)
    _answered(_priced(":22"), present=NOON + 3600)

    assert not _priced(":22 10.0.0.5").plan.scan.matching


def test_what_a_scan_told_one_person_is_not_used_for_another(reads: Callable[[Reads], None]) -> None:
    reads(_indexed)
    _answered(_priced(":22"))

    assert _priced(":22 10.0.0.5").plan.scan.matching
    assert not _priced(":22 10.0.0.5", person="bob").plan.scan.matching


@pytest.mark.parametrize("text", ["", "rejected"])
def test_a_question_that_no_index_can_narrow_has_one_price(reads: Callable[[Reads], None], text: str) -> None:
    """A rejected record's own conversation is needed as evidence, accepted or not."""
    reads(_indexed)
    assert _priced(text).alone is None


def test_fields_that_are_parsed_are_in_no_index(
    reads: Callable[[Reads], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads(_indexed)
    monkeypatch.setattr(insights, "discovered", lambda *_: frozenset())
    assert _priced().alone is None


def test_where_cloudwatch_cannot_read_the_query_that_takes_records_twice_two_scans_are_priced(
    reads: Callable[[Reads], None],
) -> None:
    def no_unnest(query: InsightsQuery) -> int:
        if "unnest" in query.text:
            raise MalformedQueryError("CloudWatch cannot read this query: unnest", 3, 9)
        return WHOLE

    reads(no_unnest)
    found = _priced(grain="apart")

    assert (found.plan.scans, found.estimate.bytes) == (2, 2 * WHOLE)
    assert "That is 2 scans: CloudWatch does not take a record twice in one." in found.said(TARIFF)


@pytest.mark.parametrize("parts", ["[1]", "[2]", "[]"])
def test_where_cloudwatch_does_not_take_records_twice_it_is_noticed_and_two_scans_are_priced(
    reads: Callable[[Reads], None], parts: str
) -> None:
    """Whatever it does instead: only one of the two, or neither."""
    reads(lambda _: WHOLE)
    language = Language(EVEN, (FORMAT,))

    def once(query: InsightsQuery, *given: Any, **how: Any) -> QueryResult:
        return language(replace(query, text=query.text.replace('"[1, 2]"', f'"{parts}"')), *given, **how)

    with pytest.raises(TakenOnceError, match="at twice the price"):
        _answered(_priced(grain="apart"), once)
    insights_priced.taken_once(NOBODY)
    again = _priced(grain="apart")

    assert (again.plan.scans, again.estimate.bytes) == (2, 2 * WHOLE)
    prepared = _answered(again)
    assert rollups.times(prepared.loaded, 600) is not None
    assert len(views.conversations(prepared).rows) == 10
