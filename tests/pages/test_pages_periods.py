"""Time ranges as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from flowinsight.errors import QuestionError
from flowinsight.periods import Reader, canonical, moved, said
from flowinsight.question import TimeRange

NEWEST = int(datetime(2026, 11, 3, tzinfo=UTC).timestamp())
READER = Reader(NEWEST)
BERLIN = Reader(NEWEST, ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("", ""),
        ("everything", ""),
        ("last 24h", "2026-11-02T00:00Z/2026-11-03T00:00Z"),
        ("last hour", "2026-11-02T23:00Z/2026-11-03T00:00Z"),
        ("30m", "2026-11-02T23:30Z/2026-11-03T00:00Z"),
        ("today", "2026-11-02T00:00Z/2026-11-03T00:00Z"),
        ("yesterday", "2026-11-01T00:00Z/2026-11-02T00:00Z"),
        ("yesterday 14:00-16:00", "2026-11-01T14:00Z/2026-11-01T16:00Z"),
        ("14:00 to 16:30", "2026-11-02T14:00Z/2026-11-02T16:30Z"),
        ("2026-11-01", "2026-11-01T00:00Z/2026-11-02T00:00Z"),
        ("2026-11-01 22:00-02:00", "2026-11-01T22:00Z/2026-11-02T02:00Z"),
        ("2026-11-02T08:00/2026-11-02T18:00", "2026-11-02T08:00Z/2026-11-02T18:00Z"),
        ("2026-11-02 08:00 - 2026-11-02 18:00", "2026-11-02T08:00Z/2026-11-02T18:00Z"),
        ("2026-11-02T08:00+02:00 to 2026-11-02T18:00:30Z", "2026-11-02T06:00Z/2026-11-02T18:00:30Z"),
        ("1793606400/1793610000", "2026-11-02T08:00Z/2026-11-02T09:00Z"),
        ("since 2026-11-02 08:00", "2026-11-02T08:00Z/.."),
        ("until yesterday 08:00", "../2026-11-01T08:00Z"),
    ],
)
def test_a_typed_range_has_one_meaning_in_utc(typed: str, means: str) -> None:
    assert canonical(READER.parse(typed)) == means


def test_a_canonical_range_reads_back_as_itself() -> None:
    for typed in ("last 24h", "since 2026-11-02 08:00", "until 2026-11-02", "2026-11-02T08:00:01Z/.."):
        period = READER.parse(typed)

        assert BERLIN.parse(canonical(period)) == period


def test_clock_times_and_days_are_read_in_the_zone_of_the_person() -> None:
    assert canonical(BERLIN.parse("yesterday 14:00-16:00")) == "2026-11-02T13:00Z/2026-11-02T15:00Z"


@pytest.mark.parametrize(
    "typed", ["soon", "last 0h", "25:00-26:00", "2026-13-01", "2026-11-02T09:00/2026-11-02T08:00", "a to b"]
)
def test_what_is_no_range_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(QuestionError, match=r"\w+ .*\.$"):
        READER.parse(typed)


def test_a_range_moves_by_its_own_length() -> None:
    assert moved(TimeRange(100, 160), -1) == TimeRange(40, 100)


def test_a_range_with_an_open_side_cannot_move() -> None:
    with pytest.raises(QuestionError):
        moved(TimeRange(100, None), 1)


def test_a_range_is_said_in_the_zone_asked_for() -> None:
    period = READER.parse("2026-11-02T08:00/2026-11-02T18:00")

    assert said(period, UTC) == "2 Nov 2026 08:00 – 18:00"
    assert said(period, ZoneInfo("Europe/Berlin")) == "2 Nov 2026 09:00 – 19:00"
