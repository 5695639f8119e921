"""Where flow logs lie in a bucket: folders of accounts, regions, days and hours, plain or Hive, and what a name says.

Source: VPC User Guide, flow log files in S3 (path and name of an object).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flowinsight.conversations.matched import MARGIN
from flowinsight.question import TimeRange

SLOT = 300
"""A name's stamp is the beginning of five minutes in which its records end."""
DELIVERY_SLACK = 7200
"""How much later than a record's start it may be delivered: its interval, and late delivery."""

ROOT = "AWSLogs/"
_ACCOUNT = re.compile(r"(?:aws-account-id=)?(\d{12})/")
_NAME = re.compile(r"(\d{12})_vpcflowlogs_([a-z0-9-]+)_(fl-[0-9a-z]+)_(\d{8}T\d{4})Z_\w+\.(?:log\.)?\w[\w.]*")
_NUMBER = re.compile(r"(?:(?:year|month|day|hour)=)?(\d{2,4})/")


@dataclass(frozen=True)
class Location:
    """The folder of one account and region: `root` ends in AWSLogs/, `hive` says how the folders below it are called."""

    root: str
    account: str
    region: str
    hive: bool

    @property
    def prefix(self) -> str:
        service = service_folder(account_folder(self.root, self.account, hive=self.hive), hive=self.hive)
        return f"{service}aws-region={self.region}/" if self.hive else f"{service}{self.region}/"

    def day(self, day: date) -> str:
        """The folder of a day."""
        if self.hive:
            return f"{self.prefix}year={day:%Y}/month={day:%m}/day={day:%d}/"
        return f"{self.prefix}{day:%Y/%m/%d}/"


@dataclass(frozen=True)
class Named:
    """What the name of an object says; `stamp` in Unix seconds."""

    flow_log_id: str
    stamp: int


def account_folder(root: str, account: str, *, hive: bool) -> str:
    return f"{root}aws-account-id={account}/" if hive else f"{root}{account}/"


def service_folder(account: str, *, hive: bool) -> str:
    return f"{account}aws-service=vpcflowlogs/" if hive else f"{account}vpcflowlogs/"


def account_of(folder: str) -> tuple[str, bool] | None:
    """The account a folder (with its slash) is called after, and whether it is Hive's; None when it is none."""
    match = _ACCOUNT.fullmatch(folder)
    return (match[1], folder.startswith("aws-")) if match else None


def number_of(folder: str) -> int | None:
    """The year, month, day or hour a folder is called after."""
    match = _NUMBER.fullmatch(folder)
    return int(match[1]) if match else None


def named(key: str) -> Named | None:
    """What the name says; None when AWS did not name it."""
    match = _NAME.fullmatch(key.rpartition("/")[2])
    if match is None:
        return None
    try:
        stamp = datetime.strptime(match[4], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Named(match[3], int(stamp.timestamp()))


def delivered_within(time: TimeRange) -> TimeRange:
    """The stamps that objects with records of this range, and evidence beside it, may have."""
    start = None if time.start is None else time.start - MARGIN - SLOT
    return TimeRange(start, None if time.end is None else time.end + MARGIN + DELIVERY_SLACK)


def days(first: int, last: int) -> Iterator[date]:
    """The days, in UTC, from one Unix second to another, both included."""
    day, end = (datetime.fromtimestamp(second, UTC).date() for second in (first, last))
    while day <= end:
        yield day
        day += timedelta(days=1)


def hour_within(hour: int, day: date, time: TimeRange) -> bool:
    """Whether an hour of a day has any second in the range."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + hour * 3600
    return (time.end is None or start < time.end) and (time.start is None or start + 3600 > time.start)
