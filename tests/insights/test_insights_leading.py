"""What leads, where a question is too wide for its records: the lists add up, and each costs one scan that is known before."""

from collections import Counter
from typing import Any

import pytest

from flowinsight import grammar
from flowinsight.engines.insights import leading
from flowinsight.engines.insights_query import InsightsQuery, QueryResult
from flowinsight.engines.insights_query_errors import QueryCancelledError
from flowinsight.errors import QuestionError, ThrottledError
from flowinsight.fetchers import insights, insights_leading
from flowinsight.fetchers.insights_ladder import MOST_SLICES, TooWideError
from flowinsight.fetchers.insights_leading import Lists
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from tests.insights.language import NOBODY, Language
from tests.insights.test_insights_slices import FORMAT, HOUR, NOON


def _line(number: int) -> tuple[int, str]:
    service, protocol = 443 if number % 4 else 22, 17 if number % 9 == 0 else 6
    ends = f"10.0.0.{number % 40} 10.0.1.{number % 7} {40000 + number} {service} {protocol}"
    action = "REJECT" if number % 5 == 0 else "ACCEPT"
    return NOON + number, f"eni-{number % 3} {ends} 2 {number * 10} {NOON + number} {NOON + number + 50} {action} OK"


LINES = [_line(number) for number in range(600)]


def test_the_lists_have_their_first_rows_and_all_others_together() -> None:
    language = Language(LINES)
    to_do = insights_leading.planned(
        Question(HOUR, tuple(grammar.parse("tcp"))), [LogGroup("flow", formats=(FORMAT,))], (), top=5
    )
    collected = Lists()
    insights_leading.lead(to_do, NOBODY, collected, run=language)
    found = {one.by: one for one in collected.found}

    of_tcp = [(at, text.split()) for at, text in LINES if " 6 2 " in text]
    total = sum(int(words[7]) for _, words in of_tcp)
    sources = Counter[str]()
    for _, words in of_tcp:
        sources[words[1]] += int(words[7])
    assert set(found) == {"protocol", "action", "interface-id", "srcaddr", "dstaddr", "service"}
    assert len(language.asked) == to_do.scans == 6
    assert [row["value"] for row in found["srcaddr"].rows] == [name for name, _ in sources.most_common(5)]
    for one in found.values():
        listed = sum(int(row["bytes"] or 0) for row in one.rows)
        assert listed + one.other["bytes"] == total
    assert {row["value"] for row in found["service"].rows} == {"22", "443"}
    assert found["service"].other == {"records": 0, "bytes": 0, "packets": 0}
    assert found["srcaddr"].other["records"] > 0
    assert [row["srcaddr"] for row in found["srcaddr"].table()][-1] == "Other"
    assert found["protocol"].table() == [
        {"protocol": "TCP", "records": len(of_tcp), "bytes": total, "packets": 2 * len(of_tcp)}
    ]
    assert collected.bytes_scanned == 6 * sum(len(text) for _, text in LINES)


def test_lists_that_are_not_wanted_are_not_paid_for() -> None:
    to_do = insights_leading.planned(Question(HOUR), [LogGroup("flow", formats=(FORMAT,))], (), by=["srcaddr"])
    assert [name for name, _ in to_do.statements] == ["protocol", "srcaddr"]


def test_what_only_conversations_can_tell_is_refused() -> None:
    question = Question(HOUR, tuple(grammar.parse("from 10.0.0.1")))
    with pytest.raises(QuestionError, match="ask by address or by port"):
        insights_leading.planned(question, [LogGroup("flow", formats=(FORMAT,))], ())


def _plan() -> insights_leading.LeadingPlan:
    return insights_leading.planned(Question(HOUR), [LogGroup("flow", formats=(FORMAT,))], (), top=5)


@pytest.mark.parametrize("error", [ThrottledError("CloudWatch asks for fewer requests."), QueryCancelledError(0)])
def test_lists_that_have_come_are_kept_and_going_on_asks_only_for_the_others(error: Exception) -> None:
    language, collected, to_do = Language(LINES), Lists(), _plan()

    def failing(query: InsightsQuery, *given: Any, **how: Any) -> QueryResult:
        if len(language.asked) == 2:
            raise error
        return language(query, *given, **how)

    if isinstance(error, QueryCancelledError):
        insights_leading.lead(to_do, NOBODY, collected, run=failing)
    else:
        with pytest.raises(ThrottledError):
            insights_leading.lead(to_do, NOBODY, collected, run=failing)
    assert len(collected.found) == 2
    insights_leading.lead(to_do, NOBODY, collected, run=language)

    assert [one.by for one in collected.found] == [name for name, _ in to_do.statements]
    assert len(language.asked) == to_do.scans


def test_what_arrives_between_two_scans_never_makes_others_negative() -> None:
    total = {"records": 1, "bytes": 10, "packets": 1}
    found = leading.told("srcaddr", [{"value": "10.0.0.1", "records": "2", "bytes": "20", "packets": "2"}], 5, total)

    assert found.other == {"records": 0, "bytes": 0, "packets": 0}
    assert len(found.table()) == 1


def test_a_question_too_wide_for_any_rollup_is_not_asked_unless_a_person_says_so() -> None:
    group, size = [LogGroup("flow", formats=(FORMAT,))], 100 * 10**9
    with pytest.raises(TooWideError, match="Ask for less, or for what leads") as caught:
        insights.planned(Question(HOUR), group, (), size=size)

    assert caught.value.slices > MOST_SLICES
    assert insights.planned(Question(HOUR), group, (), grain="apart", size=size).scans == 1
