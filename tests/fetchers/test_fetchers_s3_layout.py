"""Folders and names of flow logs in S3, as AWS documents them."""

from datetime import UTC, date, datetime

import pytest

from flowinsight.fetchers import s3_layout
from flowinsight.fetchers.s3_layout import Location, Named
from flowinsight.question import TimeRange

DAY = date(2026, 11, 2)
NAME = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20261102T1620Z_fe123456"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_folder_of_a_day_is_plain_or_hives() -> None:
    plain = Location("AWSLogs/", "123456789012", "us-east-1", hive=False)
    hive = Location("team/AWSLogs/", "123456789012", "us-east-1", hive=True)
    assert plain.day(DAY) == "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/02/"
    assert hive.day(DAY) == (
        "team/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=11/day=02/"
    )


@pytest.mark.parametrize("ending", [".log.gz", ".log.parquet", ".log"])
def test_a_name_says_the_flow_log_and_the_five_minutes_its_records_end_in(ending: str) -> None:
    assert s3_layout.named(f"any/folder/{NAME}{ending}") == Named("fl-1234abcd", seconds("2026-11-02T16:20"))


@pytest.mark.parametrize("key", ["records.gz", NAME, NAME.replace("20261102", "20261332") + ".log.gz", ""])
def test_a_name_that_aws_did_not_give_says_nothing(key: str) -> None:
    assert s3_layout.named(key) is None


def test_folders_of_accounts_and_of_times_are_told_from_others() -> None:
    assert s3_layout.account_of("123456789012/") == ("123456789012", False)
    assert s3_layout.account_of("aws-account-id=123456789012/") == ("123456789012", True)
    assert [s3_layout.account_of(name) for name in ("CloudTrail/", "o-abc/", "1234/", "123456789012")] == [None] * 4
    assert [s3_layout.number_of(name) for name in ("2026/", "month=11/", "hour=07/", "x/")] == [2026, 11, 7, None]


def test_a_range_reaches_as_far_as_its_records_may_be_delivered_late() -> None:
    start, end = seconds("2026-11-02T23:00"), seconds("2026-11-03T00:00")
    stamps = s3_layout.delivered_within(TimeRange(start, end))
    assert (seconds("2026-11-02T22:45") in stamps, seconds("2026-11-02T22:40") in stamps) == (True, False)
    assert seconds("2026-11-03T02:00") in stamps, "a record delivered two hours late, across midnight"
    assert list(s3_layout.days(stamps.start or 0, (stamps.end or 0) - 1)) == [date(2026, 11, 2), date(2026, 11, 3)]
    hours = [hour for hour in range(24) if s3_layout.hour_within(hour, date(2026, 11, 3), stamps)]
    assert hours == [0, 1, 2]
