"""IAM and S3 refuse what AWS refuses, and new buckets begin as AWS's do."""

import json
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest

TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:Get*", "Resource": "*"}]}


def without_principal() -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]})


@pytest.mark.parametrize(
    "text",
    [
        "{nope",
        without_principal(),
        json.dumps({**TRUST, "Statement": [{**TRUST["Statement"][0], "Principal": "ec2"}]}),
        json.dumps({**TRUST, "Statement": [{**TRUST["Statement"][0], "Action": "s3:GetObject"}]}),
    ],
)
def test_a_malformed_trust_policy_is_refused_when_created_and_when_changed(
    text: str, client: Callable[..., Any], unique: Callable[[str], str], refused: Callable[..., Any]
) -> None:
    iam, name = client("iam"), unique("trusting")
    refused("MalformedPolicyDocument", iam.create_role, RoleName=name, AssumeRolePolicyDocument=text)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    refused("MalformedPolicyDocument", iam.update_assume_role_policy, RoleName=name, PolicyDocument=text)
    assert iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"] == TRUST
    refused("EntityAlreadyExists", iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))


def test_an_attached_policy_and_a_role_with_policies_cannot_be_deleted(
    client: Callable[..., Any], unique: Callable[[str], str], refused: Callable[..., Any]
) -> None:
    iam, name = client("iam"), unique("attached")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(READ))["Policy"]["Arn"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    refused("DeleteConflict", iam.delete_role, RoleName=name)
    iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(READ), SetAsDefault=True)
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    iam.delete_role(RoleName=name)
    refused("NoSuchEntity", iam.get_policy, PolicyArn=arn)


def statement(bucket: str, **changes: Any) -> dict[str, Any]:
    good = {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject"}
    return {**good, "Resource": f"arn:aws:s3:::{bucket}/*", **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"Resource": "arn:aws:s3:::another-bucket/*"},
        {"Effect": "Maybe"},
        {"Principal": "somebody"},
        {"Action": "logs:PutLogEvents"},
    ],
)
def test_a_bucket_policy_that_makes_no_sense_is_refused(
    changes: dict[str, Any], bucket: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(bucket, **changes)]})
    refused("MalformedPolicy", client("s3").put_bucket_policy, Bucket=bucket, Policy=text)
    refused("NoSuchBucketPolicy", client("s3").get_bucket_policy, Bucket=bucket)


def test_a_bucket_policy_is_kept_and_has_a_size(
    bucket: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    s3, policy = client("s3"), {"Version": "2012-10-17", "Statement": [statement(bucket)]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    refused("MalformedPolicy", s3.put_bucket_policy, Bucket=bucket, Policy="{nope")
    large = json.dumps({**policy, "Statement": [statement(bucket, Sid=f"s{n}") for n in range(150)]})
    refused("MalformedPolicy", s3.put_bucket_policy, Bucket=bucket, Policy=large)


def test_a_public_policy_is_refused_while_public_access_is_blocked(
    bucket: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    s3 = client("s3")
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(bucket, Principal="*", Action="s3:GetObject")]})
    refused("AccessDenied", s3.put_bucket_policy, Bucket=bucket, Policy=text)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=text)


def test_a_new_bucket_is_private_encrypted_and_owned(bucket: str, client: Callable[..., Any]) -> None:
    s3 = client("s3")
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    ownership = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_objects_are_put_listed_read_in_part_and_signed_for(bucket: str, client: Callable[..., Any]) -> None:
    s3 = client("s3")
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"AWSLogs/1/vpcflowlogs/a b {number}.log.gz", Body=b"0123456789abc")
    page = s3.list_objects_v2(Bucket=bucket, Prefix="AWSLogs/", MaxKeys=2)
    assert (page["KeyCount"], page["IsTruncated"]) == (2, True)
    folders = s3.list_objects_v2(Bucket=bucket, Prefix="AWSLogs/", Delimiter="/")["CommonPrefixes"]
    assert folders == [{"Prefix": "AWSLogs/1/"}]
    key = page["Contents"][0]["Key"]
    assert s3.get_object(Bucket=bucket, Key=key, Range="bytes=2-5")["Body"].read() == b"2345"
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 13
    signed = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    with urlopen(signed, timeout=10) as answer:
        assert answer.read() == b"0123456789abc"


def test_deleting_a_bucket_that_is_not_empty_is_refused(
    bucket: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    client("s3").put_object(Bucket=bucket, Key="k", Body=b"v")
    refused("BucketNotEmpty", client("s3").delete_bucket, Bucket=bucket)
    refused("NoSuchKey", client("s3").get_object, Bucket=bucket, Key="nope")


def test_a_bucket_name_that_s3_does_not_allow_is_refused(
    client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    for name in ("Bad_Name", "two..dots", "-hyphen"):
        refused("InvalidBucketName", client("s3", region_name="us-east-1").create_bucket, Bucket=name)
