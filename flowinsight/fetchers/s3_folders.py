"""Folders of a bucket, one level at a time, and the days that lie in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flowinsight import aws
from flowinsight.fetchers import s3_layout
from flowinsight.fetchers.s3_layout import Location
from flowinsight.question import TimeRange
from flowinsight.sources import S3Objects

SHORT = 40 * 86400
"""Seconds of a range whose days are asked for by name, without looking which folders there are."""


@dataclass
class Bucket:
    """The listings of one bucket, folder by folder."""

    source: S3Objects
    s3: Any
    requests: int = 0
    notes: list[str] = field(default_factory=list)

    def pages(self, prefix: str, *, delimiter: str = "/") -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {"Bucket": self.source.bucket, "Prefix": prefix, "Delimiter": delimiter}
        if self.source.requester_pays:
            request["RequestPayer"] = "requester"
        while True:
            with aws.translated(doing=f"list s3://{self.source.bucket}/{prefix}"):
                page = self.s3.list_objects_v2(**request)
            self.requests += 1
            yield page
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def folders(self, prefix: str) -> list[str]:
        """The folders directly below a prefix: their last part, with its slash."""
        found = [item["Prefix"] for page in self.pages(prefix) for item in page.get("CommonPrefixes", [])]
        return [folder[len(prefix) :] for folder in found]


def days_of(bucket: Bucket, location: Location, stamps: TimeRange) -> Iterator[date]:
    """The days of the range; an open side is closed by what the folders say."""
    if stamps.start is not None and stamps.end is not None and stamps.end - stamps.start < SHORT:
        yield from s3_layout.days(stamps.start, stamps.end - 1)
        return
    first = date.min if stamps.start is None else datetime.fromtimestamp(stamps.start, UTC).date()
    last = date.max if stamps.end is None else datetime.fromtimestamp(stamps.end - 1, UTC).date()
    for year_folder in bucket.folders(location.prefix):
        year = s3_layout.number_of(year_folder)
        if year is None or not first.year <= year <= last.year:
            continue
        for month_folder in bucket.folders(location.prefix + year_folder):
            month = s3_layout.number_of(month_folder)
            if month is None or not (first.year, first.month) <= (year, month) <= (last.year, last.month):
                continue
            for day_folder in bucket.folders(location.prefix + year_folder + month_folder):
                number = s3_layout.number_of(day_folder)
                if number is not None and first <= (day := date(year, month, number)) <= last:
                    yield day
