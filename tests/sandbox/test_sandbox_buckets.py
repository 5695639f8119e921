"""Buckets: their region, their owner, and the tags they are created with."""

from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

OREGON = "us-west-2"


@pytest.fixture
def far(client: Callable[..., Any], unique: Callable[[str], str]) -> str:
    """A bucket in another region than the company's."""
    name = unique("larkfield-far")
    s3 = client("s3", region_name=OREGON)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": OREGON})
    s3.put_object(Bucket=name, Key="a/b", Body=b"here")
    return name


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_an_sdk_that_asks_in_another_region_is_led_to_the_buckets_own(
    client: Callable[..., Any], sandbox: Any, far: str, region: str
) -> None:
    before = sandbox.control("calls")[-1]["number"]
    s3 = client("s3", region_name=region)

    assert [item["Key"] for item in s3.list_objects_v2(Bucket=far)["Contents"]] == ["a/b"]
    assert s3.get_object(Bucket=far, Key="a/b")["Body"].read() == b"here"
    assert s3.head_bucket(Bucket=far)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == OREGON

    errors = [call["error"] for call in sandbox.control(f"calls?after={before}") if call["error"]]
    assert set(errors) == {"AuthorizationHeaderMalformed" if region == "us-east-1" else "PermanentRedirect"}


def test_a_client_that_does_not_follow_is_told_the_region(
    client: Callable[..., Any], far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client("s3", region_name="eu-west-1")
    monkeypatch.setattr("botocore.utils.S3RegionRedirectorv2.get_bucket_region", lambda *_: None)

    with pytest.raises(ClientError) as caught:
        s3.list_objects_v2(Bucket=far)

    answer = caught.value.response
    assert answer["Error"]["Code"] == "PermanentRedirect"
    assert answer["Error"]["Endpoint"] == f"{far}.s3.{OREGON}.amazonaws.com"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 301
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == OREGON


def test_a_presigned_link_and_an_unsigned_request_need_no_second_try(client: Callable[..., Any], far: str) -> None:
    s3 = client("s3", region_name=OREGON)
    link = s3.generate_presigned_url("get_object", Params={"Bucket": far, "Key": "a/b"})
    with urlopen(Request(link)) as answer:
        assert answer.read() == b"here"


def test_another_owner_than_expected_is_denied(
    client: Callable[..., Any], bucket: str, refused: Callable[..., Any]
) -> None:
    s3 = client("s3")
    assert s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner="111122223333")["KeyCount"] == 0
    for call in (s3.list_objects_v2, s3.get_bucket_location, s3.get_bucket_policy):
        refused("AccessDenied", call, Bucket=bucket, ExpectedBucketOwner="012345678910")
    refused("403", s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="012345678910")
    refused("AccessDenied", s3.put_object, Bucket=bucket, Key="k", ExpectedBucketOwner="012345678910")


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_a_bucket_has_the_tags_it_was_created_with(
    client: Callable[..., Any], unique: Callable[[str], str], region: str
) -> None:
    s3, name = client("s3", region_name=region), unique("larkfield-tagged")
    where = {} if region == "us-east-1" else {"LocationConstraint": region}
    tags = [{"Key": "owner", "Value": "net & ops"}, {"Key": "team", "Value": ""}]

    s3.create_bucket(Bucket=name, CreateBucketConfiguration={**where, "Tags": tags})

    found = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    assert sorted(found, key=lambda tag: str(tag["Key"])) == tags
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags[1:]})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags[1:]


def test_a_bucket_that_is_refused_keeps_its_tags(
    client: Callable[..., Any], unique: Callable[[str], str], refused: Callable[..., Any]
) -> None:
    s3, name = client("s3"), unique("larkfield-tagged")
    for value in ("first", "second"):
        where = {"LocationConstraint": "eu-central-1", "Tags": [{"Key": "made", "Value": value}]}
        if value == "first":
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        else:
            refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket=name, CreateBucketConfiguration=where)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "made", "Value": "first"}]


def test_who_reads_a_bucket_of_another_account_pays_only_when_saying_so(
    client: Callable[..., Any], sandbox: Any, bucket: str, refused: Callable[..., Any]
) -> None:
    s3, member = client("s3"), client("s3", **sandbox.credentials("012345678910"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"here")
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    assert member.list_objects_v2(Bucket=bucket)["KeyCount"] == 1

    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})

    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1, "the owner pays anyway"
    refused("AccessDenied", member.list_objects_v2, Bucket=bucket)
    refused("AccessDenied", member.get_object, Bucket=bucket, Key="k")
    refused("AccessDenied", member.get_bucket_request_payment, Bucket=bucket)
    assert member.list_objects_v2(Bucket=bucket, RequestPayer="requester")["KeyCount"] == 1
    assert member.get_object(Bucket=bucket, Key="k", RequestPayer="requester")["Body"].read() == b"here"
    nobody = {"Payer": "Nobody"}
    refused("MalformedXML", s3.put_bucket_request_payment, Bucket=bucket, RequestPaymentConfiguration=nobody)
