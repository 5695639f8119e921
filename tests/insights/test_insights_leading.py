"""What leads, where a question is too wide for its records: the lists add up, and each costs one scan that is known before."""

from collections import Counter

import pytest

from flowinsight import grammar
from flowinsight.errors import QuestionError
from flowinsight.fetchers import insights_leading
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
    found = {one.by: one for one in insights_leading.lead(to_do, NOBODY, run=language)}

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


def test_lists_that_are_not_wanted_are_not_paid_for() -> None:
    to_do = insights_leading.planned(Question(HOUR), [LogGroup("flow", formats=(FORMAT,))], (), by=["srcaddr"])
    assert [name for name, _ in to_do.statements] == ["protocol", "srcaddr"]


def test_what_only_conversations_can_tell_is_refused() -> None:
    question = Question(HOUR, tuple(grammar.parse("from 10.0.0.1")))
    with pytest.raises(QuestionError, match="ask by address or by port"):
        insights_leading.planned(question, [LogGroup("flow", formats=(FORMAT,))], ())
