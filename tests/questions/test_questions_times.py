"""Times and lengths of time that a person types."""

import pytest

from flowinsight.errors import QuestionError
from flowinsight.times import parse_length, parse_time


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("0", 0),
        ("1793577600", 1793577600),
        ("-5", -5),
        ("2026-11-02", 1793577600),
        ("2026-11-02T14:30", 1793629800),
        ("2026-11-02T14:30:15", 1793629815),
        ("2026-11-02T14:30:15Z", 1793629815),
        ("2026-11-02T14:30:15+02:00", 1793622615),
        ("2026-11-02 14:30", 1793629800),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, second: int) -> None:
    assert parse_time(text) == second


@pytest.mark.parametrize("text", ["", "yesterday-ish", "14:30", "2026-13-01", "1793577600000000", "1e9", "٣"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuestionError, match="write 2026-11-02T14:30"):
        parse_time(text)


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("5m", 300), ("1h", 3600), ("1d", 86400), ("2w", 1209600)])
def test_a_length_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_length(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "5 m", "5y", "1.5h"])
def test_what_is_no_length_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuestionError, match="write 60s, 5m, 1h or 1d"):
        parse_length(text)
