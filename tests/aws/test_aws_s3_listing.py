"""Objects in a central bucket: found without listing everything, and priced before anything is read."""

from typing import Any

import pytest

from flowinsight import aws, db
from flowinsight.errors import SourceError
from flowinsight.fetchers import s3_listing, s3_objects
from flowinsight.fetchers.s3_layout import Location
from flowinsight.fetchers.s3_listing import Listing
from flowinsight.fetchers.s3_objects import Collected
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import S3Objects
from tests.aws.central_bucket import EVERYTHING, HOME, LAKE, REGION, RESEARCH, SHOP, TEN_MINUTES, fetched, listing
from tests.aws.conftest import BUCKET, MEMBER, NOON, Delivered


@pytest.fixture(scope="module")
def s3(identity: aws.Identity, delivered: Delivered) -> Any:
    assert delivered.bucket == BUCKET
    return aws.client(identity, "s3")


def test_accounts_regions_and_layouts_of_a_central_bucket_are_found(s3: Any, sandbox: Running) -> None:
    before = len(sandbox.control("calls"))
    assert set(s3_listing.discover(EVERYTHING, s3)[0]) == {SHOP, LAKE, RESEARCH}
    listings = sandbox.control("calls")[before:]
    assert len(listings) < 15, "folders, and never objects"


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("lake/", {LAKE}),
        ("lake/AWSLogs/", {LAKE}),
        ("AWSLogs/", {SHOP, RESEARCH}),
        (f"AWSLogs/{MEMBER}/", {RESEARCH}),
        (f"AWSLogs/{HOME}/vpcflowlogs/{REGION}/2026/11/", {SHOP}),
        (f"lake/AWSLogs/aws-account-id={HOME}/aws-service=vpcflowlogs/aws-region={REGION}/", {LAKE}),
    ],
)
def test_a_prefix_may_lie_above_or_inside_the_folder_of_the_logs(s3: Any, prefix: str, found: set[Location]) -> None:
    assert set(s3_listing.discover(S3Objects(BUCKET, prefix), s3)[0]) == found


def test_accounts_and_regions_can_be_chosen(s3: Any) -> None:
    assert s3_listing.discover(S3Objects(BUCKET, accounts=(MEMBER,)), s3)[0] == (RESEARCH,)
    with pytest.raises(SourceError, match="There are no flow logs under s3://larkfield-central/"):
        s3_listing.discover(S3Objects(BUCKET, regions=("us-east-1",)), s3)


@pytest.mark.parametrize(
    ("folders", "told"),
    [(("a/b/c/d/e/f/x",), "Only 4 folders deep"), (tuple(f"team{n}/x" for n in range(210)), "Only 200 folders")],
)
def test_where_logs_were_not_looked_for_is_told_with_the_answer(
    folders: tuple[str, ...], told: str, s3: Any, identity: aws.Identity
) -> None:
    bucket = f"larkfield-{len(folders)}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for folder in folders:
        s3.put_object(Bucket=bucket, Key=folder, Body=b"else")
    (one, *_) = listing(s3, TEN_MINUTES, LAKE).objects
    body = s3.get_object(Bucket=BUCKET, Key=one.key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=one.key.removeprefix("lake/"), Body=body)
    read = s3_objects.load(Question(TEN_MINUTES), S3Objects(bucket), identity)
    assert read.loaded.tally.records > 0
    assert read.loaded.tally.problems[0].startswith(told)


@pytest.mark.parametrize("location", [SHOP, LAKE, RESEARCH])
def test_only_the_objects_of_a_range_are_listed_and_none_is_missed(s3: Any, location: Location) -> None:
    span = TimeRange(NOON + 1500, NOON + 1800)
    found = listing(s3, span, location)
    assert found.silent == ()
    every = listing(s3, TimeRange(NOON - 86400, NOON + 86400), location)
    assert len(found.objects) < len(every.objects)

    def inside(some: Listing) -> int:
        got = s3_objects.read(some, fetched(some, s3)).loaded
        sql = f"SELECT count(*) AS n FROM {db.RECORDS} WHERE start BETWEEN ? AND ?"
        return int(db.one(got.connection, sql, (NOON + 900, NOON + 2399))["n"])

    assert inside(found) == inside(every) > 0


def test_an_open_range_reaches_as_far_as_the_folders_do(s3: Any) -> None:
    every = listing(s3, TimeRange(NOON - 86400, NOON + 86400), LAKE)
    assert listing(s3, TimeRange(), LAKE).objects == every.objects


def test_an_account_that_delivered_nothing_in_the_range_is_named(s3: Any) -> None:
    found = listing(s3, TimeRange(NOON - 30 * 86400, NOON - 29 * 86400), SHOP)
    assert found.silent == (SHOP,)
    problems = s3_objects.read(found, Collected()).loaded.tally.problems
    assert problems == (f"Account {HOME} delivered nothing from {REGION} in this time range.",)


def test_the_price_is_known_before_anything_is_read(s3: Any) -> None:
    found = listing(s3, TEN_MINUTES, SHOP)
    told = s3_objects.price(found)
    assert (told.objects, told.bytes) == (len(found.objects), sum(one.size for one in found.objects))
    assert told.requests == pytest.approx(found.requests * 5e-6 + told.objects * 4e-7)
    assert "list prices of us-east-1, November 2026" in told.how
