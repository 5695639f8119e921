"""Which times have to be read so that what is new can be told."""

from flowinsight.fetchers.before import spans
from flowinsight.newness import baseline
from flowinsight.question import TimeRange

NOON, HOUR, DAY = 1_795_176_000, 3600, 86400


def test_the_hour_before_and_the_same_hour_of_seven_days_are_read_newest_first() -> None:
    found = spans(baseline(TimeRange(NOON, NOON + HOUR)), NOON - 600)

    assert found[0] == TimeRange(NOON - HOUR, NOON - 600), (
        "what the question brought before its beginning is there already"
    )
    assert found[1:] == tuple(TimeRange(NOON - n * DAY, NOON - n * DAY + HOUR) for n in range(1, 8))


def test_periods_that_overlap_are_read_once() -> None:
    found = spans(baseline(TimeRange(NOON, NOON + 3 * DAY)), NOON - 600)

    assert found == (TimeRange(NOON - 7 * DAY, NOON - 600),)


def test_a_period_that_is_there_already_is_not_read() -> None:
    assert spans((TimeRange(NOON - 300, NOON),), NOON - 600) == ()
