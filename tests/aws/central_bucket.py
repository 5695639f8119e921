"""The central bucket of the sandbox: who delivers to it, and its objects listed and fetched."""

from typing import Any

from flowinsight.fetchers import s3_listing, s3_objects
from flowinsight.fetchers.s3_layout import Location
from flowinsight.fetchers.s3_listing import Listing
from flowinsight.fetchers.s3_objects import Collected
from flowinsight.question import TimeRange
from flowinsight.sources import S3Objects
from tests.aws.conftest import BUCKET, MEMBER, NOON

HOME, REGION = "111122223333", "eu-central-1"
SHOP = Location("AWSLogs/", HOME, REGION, hive=False)
LAKE = Location("lake/AWSLogs/", HOME, REGION, hive=True)
RESEARCH = Location("AWSLogs/", MEMBER, REGION, hive=False)
EVERYTHING, LAKE_ONLY = S3Objects(BUCKET), S3Objects(BUCKET, "lake/")
TEN_MINUTES = TimeRange(NOON + 1500, NOON + 2100)


def listing(s3: Any, time: TimeRange, *locations: Location, source: S3Objects = EVERYTHING) -> Listing:
    return s3_listing.listing(locations, time, source, s3)


def fetched(found: Listing, s3: Any, source: S3Objects = EVERYTHING, **how: Any) -> Collected:
    collected = Collected()
    s3_objects.fetch(found, source, s3, collected, **how)
    return collected


def content(collected: Collected) -> dict[str, int]:
    return {key: sum(batch.table.num_rows for batch in batches) for key, batches in collected.batches.items()}
