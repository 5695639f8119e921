"""Objects in a central bucket: read once, and told apart when they cannot be read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, db
from flowinsight.errors import AwsError, DeniedError, ExpiredError, SourceError, ThrottledError, UnreachableError
from flowinsight.fetchers import files, s3_listing, s3_objects, s3_saved
from flowinsight.fetchers.s3_objects import Collected
from flowinsight.fields import DEFAULT_FORMAT
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import Files, S3Objects
from tests.aws.central_bucket import (
    EVERYTHING,
    HOME,
    LAKE,
    LAKE_ONLY,
    REGION,
    RESEARCH,
    SHOP,
    TEN_MINUTES,
    content,
    fetched,
    listing,
)
from tests.aws.conftest import BUCKET, MEMBER, NOON, TOKENS, Delivered
from tests.aws.striking import ALWAYS, Striking


@pytest.fixture(scope="module")
def s3(identity: aws.Identity, delivered: Delivered) -> Any:
    assert delivered.bucket == BUCKET
    return aws.client(identity, "s3")


@pytest.fixture
def copied(s3: Any, identity: aws.Identity) -> Callable[[str, str], S3Objects]:
    """Copy the shop's text objects to a bucket of their own with a storage class."""

    def copy(bucket: str, storage_class: str) -> S3Objects:
        place = {"LocationConstraint": REGION}
        aws.client(identity, "s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for one in listing(s3, TEN_MINUTES, SHOP).objects[:4]:
            body = s3.get_object(Bucket=BUCKET, Key=one.key)["Body"].read()
            s3.put_object(Bucket=bucket, Key=one.key, Body=body, StorageClass=storage_class)
        return S3Objects(bucket)

    return copy


def test_the_same_bytes_delivered_twice_are_read_once(s3: Any) -> None:
    found = listing(s3, TEN_MINUTES, SHOP)
    one = found.objects[0]
    again = one.key[: -len("00000000.log.gz")] + "deadbeef.log.gz"
    s3.copy_object(Bucket=BUCKET, Key=again, CopySource={"Bucket": BUCKET, "Key": one.key})
    try:
        assert len(listing(s3, TEN_MINUTES, SHOP).objects) == len(found.objects)
    finally:
        s3.delete_object(Bucket=BUCKET, Key=again)


def test_objects_kept_as_files_are_the_same_records_and_are_not_fetched_again(
    s3: Any, sandbox: Running, tmp_path: Path
) -> None:
    found = listing(s3, TEN_MINUTES, SHOP)
    whole = s3_objects.read(found, fetched(found, s3)).loaded
    s3_saved.save(found, EVERYTHING, s3, tmp_path)
    assert files.load(Files((tmp_path,))).tally == whole.tally
    path = s3_saved.path_of(tmp_path, BUCKET, found.objects[0].key)
    assert path.stat().st_size == found.objects[0].size
    path.write_bytes(b"half of it")
    before = len(sandbox.control("calls"))
    again = s3_saved.save(found, EVERYTHING, s3, tmp_path)
    assert [call["action"] for call in sandbox.control("calls")[before:]] == ["GetObject"]
    assert again.bytes == found.bytes
    assert files.load(Files((tmp_path,))).tally == whole.tally


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    for key in ("../../x", "/etc/x", "a/./b", "a//b", "..", "a\x00b", "a\\..\\b", "a/..b/c"):
        path = s3_saved.path_of(tmp_path, BUCKET, key)
        assert path.resolve().is_relative_to(tmp_path / BUCKET)
        assert "\x00" not in str(path)
    assert s3_saved.path_of(tmp_path, BUCKET, "AWSLogs/year=2026/a.log.gz").parts[-3:] == (
        "AWSLogs",
        "year=2026",
        "a.log.gz",
    )


def test_a_folder_that_cannot_be_written_is_told(s3: Any, tmp_path: Path) -> None:
    (tmp_path / BUCKET).write_text("in the way")
    with pytest.raises(SourceError, match="cannot be written"):
        s3_saved.save(listing(s3, TEN_MINUTES, SHOP), EVERYTHING, s3, tmp_path)


def test_a_cancelled_fetch_goes_on_later(s3: Any) -> None:
    found = listing(s3, TimeRange(NOON, NOON + 3600), SHOP, LAKE)
    whole, told = fetched(found, s3), list[int]()
    collected = fetched(found, s3, progress=lambda done, _: told.append(done), cancelled=lambda: bool(told))
    assert 0 < len(collected.batches) < len(whole.batches)
    assert not s3_objects.read(found, collected).complete
    s3_objects.fetch(found, EVERYTHING, s3, collected)
    assert content(collected) == content(whole)
    assert collected.bytes == found.bytes


KINDS: dict[str, type[AwsError]] = {
    "throttling": ThrottledError,
    "server-error": UnreachableError,
    "expired-token": ExpiredError,
    "timeout": UnreachableError,
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_object_is_told_and_nothing_is_lost_or_doubled(
    s3: Any, fault: Callable[..., Any], kind: str
) -> None:
    found = listing(s3, TEN_MINUTES, LAKE)
    whole = fetched(found, s3)
    for strike in range(0, len(found.objects), 5):
        collected = Collected()
        striking = Striking(s3, "get_object", strike, lambda: fault(kind=kind, service="s3", times=ALWAYS))
        with pytest.raises(KINDS[kind], match="Could not read s3://larkfield-central/lake/AWSLogs/"):
            s3_objects.fetch(found, EVERYTHING, striking, collected)
        fault()
        assert len(collected.batches) < len(found.objects)
        s3_objects.fetch(found, EVERYTHING, s3, collected)
        assert content(collected) == content(whole)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("kind", "expected"), [*KINDS.items(), ("denied", DeniedError)])
def test_a_fault_at_any_listing_is_told(
    s3: Any, fault: Callable[..., Any], kind: str, expected: type[AwsError]
) -> None:
    calls = Striking(s3, "list_objects_v2", -1, lambda: None)
    locations, _ = s3_listing.discover(LAKE_ONLY, calls)
    s3_listing.listing(locations, TEN_MINUTES, LAKE_ONLY, calls)
    assert calls.calls == 5
    for strike in range(calls.calls):
        striking = Striking(
            s3, "list_objects_v2", strike, lambda: fault(kind=kind, action="ListObjectsV2", times=ALWAYS)
        )
        with pytest.raises(expected, match="Could not list s3://larkfield-central/"):
            s3_listing.listing(s3_listing.discover(LAKE_ONLY, striking)[0], TEN_MINUTES, LAKE_ONLY, striking)
        fault()


def test_archived_objects_are_not_asked_for_and_not_covered(
    s3: Any, copied: Callable[[str, str], S3Objects], sandbox: Running
) -> None:
    source = copied("larkfield-cold", "GLACIER")
    found = listing(s3, TEN_MINUTES, SHOP, source=source)
    before = len(sandbox.control("calls"))
    got = s3_objects.read(found, fetched(found, s3, source))
    assert len(sandbox.control("calls")) == before
    assert [item.why for item in got.unread] == ["archived"] * 4
    assert not got.complete
    assert "archived in S3 Glacier: restore them first (4)" in got.loaded.tally.problems[0]


@pytest.mark.parametrize(
    ("code", "message", "why", "sentence"),
    [
        ("InvalidObjectState", "The operation is not valid for the object's access tier", "archived", "restore them"),
        ("AccessDenied", "Access Denied", "denied", "s3:GetObject is missing"),
        (
            "AccessDenied",
            "User: arn:aws:iam::111122223333:user/a is not authorized to perform: kms:Decrypt on resource: key",
            "encrypted",
            "kms:Decrypt is missing",
        ),
        ("NoSuchKey", "The specified key does not exist.", "gone", "were deleted"),
        ("PreconditionFailed", "At least one of the pre-conditions did not hold", "changed", "fetch again"),
    ],
)
def test_an_object_that_cannot_be_read_is_told_and_stops_nothing_else(
    s3: Any, fault: Callable[..., Any], code: str, message: str, why: str, sentence: str
) -> None:
    found = listing(s3, TEN_MINUTES, LAKE)
    fault(kind="error", action="GetObject", times=1, code=code, message=message, status=403)
    got = s3_objects.read(found, fetched(found, s3))
    assert [item.why for item in got.unread] == [why]
    assert sentence in got.loaded.tally.problems[0]
    assert not got.complete
    assert got.loaded.tally.records > 0


def test_when_every_object_is_denied_the_fetch_stops(s3: Any, fault: Callable[..., Any], sandbox: Running) -> None:
    found = listing(s3, TimeRange(NOON, NOON + 3600), SHOP, LAKE, RESEARCH)
    assert len(found.objects) > 32
    fault(kind="denied", action="GetObject")
    before, collected = len(sandbox.control("calls")), Collected()
    with pytest.raises(DeniedError, match="s3:GetObject is missing"):
        s3_objects.fetch(found, EVERYTHING, s3, collected)
    assert len(sandbox.control("calls")) - before < len(found.objects)
    fault()
    s3_objects.fetch(found, EVERYTHING, s3, collected)
    assert s3_objects.read(found, collected).complete


@pytest.fixture
def paid_by_its_reader(s3: Any) -> Iterator[None]:
    s3.put_bucket_request_payment(Bucket=BUCKET, RequestPaymentConfiguration={"Payer": "Requester"})
    yield
    s3.put_bucket_request_payment(Bucket=BUCKET, RequestPaymentConfiguration={"Payer": "BucketOwner"})


@pytest.mark.usefixtures("paid_by_its_reader")
def test_a_bucket_whose_reader_pays_is_read_only_after_agreement(s3: Any, sandbox: Running) -> None:
    reader = aws.client(aws.sandbox(sandbox.url, MEMBER), "s3")
    agreed = S3Objects(BUCKET, "lake/", requester_pays=True)
    assert s3_listing.discover(agreed, reader)[0] == (LAKE,)
    found = listing(reader, TEN_MINUTES, LAKE, source=agreed)
    assert len(fetched(found, reader, agreed).batches) == len(found.objects) > 0
    assert s3_listing.discover(LAKE_ONLY, s3)[0] == (LAKE,), "its owner need not agree"

    with pytest.raises(s3_listing.ReaderMayPayError, match=r"s3:ListBucket is missing.* \(requester pays\)") as caught:
        s3_listing.discover(LAKE_ONLY, reader)
    assert caught.value.action == "s3:ListBucket"


@pytest.mark.usefixtures("paid_by_its_reader")
def test_where_s3_says_who_pays_nothing_else_is_blamed(s3: Any, fault: Callable[..., Any]) -> None:
    fault(kind="denied", action="ListObjectsV2")
    with pytest.raises(s3_listing.ReaderPaysError, match="Whoever reads larkfield-central pays for the requests"):
        s3_listing.discover(EVERYTHING, s3)


def test_the_whole_of_a_central_bucket_is_one_answer(identity: aws.Identity, delivered: Delivered) -> None:
    got = s3_objects.load(Question(TEN_MINUTES), S3Objects(delivered.bucket), identity)
    assert got.complete
    assert set(got.loaded.formats) == {" ".join(TOKENS), " ".join(DEFAULT_FORMAT)}
    accounts = db.rows(got.loaded.connection, f"SELECT DISTINCT account_id AS a FROM {db.ROWS}")
    assert {row["a"] for row in accounts} >= {HOME, MEMBER}


@pytest.mark.parametrize("asked_in", ["eu-central-1", "us-east-1"])
def test_a_bucket_of_another_region_is_read_like_one_of_this(s3: Any, sandbox: Running, asked_in: str) -> None:
    bucket, far = f"larkfield-far-{asked_in}", "us-west-2"
    there = aws.client(aws.sandbox(sandbox.url, region=far), "s3")
    there.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": far})
    objects = listing(s3, TEN_MINUTES, SHOP).objects[:3]
    for one in objects:
        there.put_object(Bucket=bucket, Key=one.key, Body=s3.get_object(Bucket=BUCKET, Key=one.key)["Body"].read())

    found = s3_objects.load(Question(TEN_MINUTES), S3Objects(bucket), aws.sandbox(sandbox.url, region=asked_in))

    assert found.complete
    assert len(found.listing.objects) == 3
    assert found.loaded.tally.records


def test_a_bucket_elsewhere_that_one_is_not_led_to_is_said_with_its_region(
    sandbox: Running, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3
    monkeypatch.setattr("botocore.utils.S3RegionRedirectorv2.get_bucket_region", lambda *_: None)
    away = aws.sandbox(sandbox.url, region="eu-west-3")

    with pytest.raises(AwsError, match=r"the bucket is in the region eu-central-1: choose it\."):
        s3_listing.discover(EVERYTHING, aws.client(away, "s3"))
