"""Delivery fails as AWS's does when a role, a bucket policy or a key does not allow it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Create = Callable[..., dict[str, Any]]
FAILED = ("FAILED", "Access error")
GROUP = "/denied/group"


def trust(**condition: Any) -> str:
    who = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{**who, **({"Condition": condition} if condition else {})}]}
    )


def writing(resource: str, *actions: str) -> str:
    wanted = actions or ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")
    statement = {"Effect": "Allow", "Action": list(wanted), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


HOME = f"arn:aws:logs:eu-central-1:111122223333:log-group:{GROUP}"
ARN_LIKE = {"aws:SourceArn": "arn:aws:ec2:eu-central-1:111122223333:vpc-flow-log/*"}
ROLES = (
    ("the documented conditions hold", trust(StringEquals={"aws:SourceAccount": "111122223333"}, ArnLike=ARN_LIKE),
     writing(f"{HOME}:*"), "SUCCESS"),
    ("another account is trusted for", trust(StringEquals={"aws:SourceAccount": "999999999999"}),
     writing(f"{HOME}:*"), "FAILED"),
    ("another service is trusted", trust().replace("vpc-flow-logs", "ec2"), writing(f"{HOME}:*"), "FAILED"),
    ("the resource lacks its :*", trust(), writing(HOME), "FAILED"),
    ("an action is missing", trust(), writing("*", "logs:CreateLogStream", "logs:DescribeLogStreams"), "FAILED"),
    ("another group is named", trust(), writing(HOME.replace("group", "other") + ":*"), "FAILED"),
)  # fmt: skip


@pytest.mark.parametrize(("_case", "trusting", "policy", "expected"), ROLES, ids=[role[0] for role in ROLES])
def test_a_role_delivers_only_when_it_is_trusted_and_may_write_the_group(
    _case: str,
    trusting: str,
    policy: str,
    expected: str,
    client: Callable[..., Any],
    flow_log: Create,
    unique: Callable[[str], str],
    turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:
    iam, name = client("iam"), unique("narrow")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=policy)
    group = [item["logGroupName"] for item in client("logs").describe_log_groups()["logGroups"]]
    if GROUP not in group:
        client("logs").create_log_group(logGroupName=GROUP)
    created = flow_log(LogGroupName=GROUP, DeliverLogsPermissionArn=arn)
    assert status(created)[0] == "SUCCESS"
    delivered = turn(120)
    assert status(created) == (FAILED if expected == "FAILED" else ("SUCCESS", None))
    assert (delivered > 0) == (expected == "SUCCESS")


def test_a_role_that_does_not_exist_fails_delivery(
    flow_log: Create, turn: Callable[[float], int], status: Callable[[dict[str, Any]], tuple[str, str | None]]
) -> None:
    created = flow_log(DeliverLogsPermissionArn="arn:aws:iam::111122223333:role/nobody")
    assert turn(120) == 0
    assert status(created) == FAILED


def test_a_missing_group_is_created_only_by_a_role_that_may(
    client: Callable[..., Any],
    flow_log: Create,
    role: str,
    unique: Callable[[str], str],
    turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:
    name = unique("no-create")
    narrow = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    client("iam").put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=writing("*"))
    denied = flow_log(LogGroupName="/denied/never-made", DeliverLogsPermissionArn=narrow)
    allowed = flow_log(LogGroupName="/denied/made", DeliverLogsPermissionArn=role)
    turn(120)
    groups = {item["logGroupName"] for item in client("logs").describe_log_groups()["logGroups"]}
    assert "/denied/made" in groups
    assert "/denied/never-made" not in groups
    assert (status(denied), status(allowed)) == (FAILED, ("SUCCESS", None))


def test_repairing_the_role_does_not_revive_a_flow_log_unless_healing_is_on(
    client: Callable[..., Any],
    flow_log: Create,
    unique: Callable[[str], str],
    turn: Callable[[float], int],
    settings: Callable[..., Any],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:
    iam, name = client("iam"), unique("repaired")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    created = flow_log(DeliverLogsPermissionArn=arn)
    turn(120)
    iam.put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=writing("*", "logs:*"))
    assert turn(120) == 0
    assert status(created) == FAILED
    settings(heal_delivery=True)
    assert turn(120) > 0
    assert status(created) == ("SUCCESS", None)


def test_a_bucket_of_ones_own_gets_the_statements_appended_and_keeps_its_others(
    client: Callable[..., Any], to_bucket: Create, bucket: str
) -> None:
    mine = {
        "Sid": "Mine",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [mine]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=text)
    assert to_bucket()["Unsuccessful"] == []
    policy = json.loads(client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    assert [item["Sid"] for item in policy["Statement"]] == ["Mine", "AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck"]


@pytest.mark.parametrize(
    "changes",
    [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}, {"NotAction": "s3:GetObject", "Principal": "*"}],
)
def test_a_bucket_that_forbids_or_cannot_be_amended_is_unsuccessful(
    changes: dict[str, Any], client: Callable[..., Any], to_bucket: Create, bucket: str
) -> None:
    client("s3").delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Deny", "Resource": f"arn:aws:s3:::{bucket}/*", **changes}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=text)
    answer = to_bucket()
    assert answer["FlowLogIds"] == []
    message = answer["Unsuccessful"][0]["Error"]["Message"]
    assert message == f"Access Denied for LogDestination: {bucket}. Please check LogDestination permission"


def test_a_bucket_that_stops_allowing_stops_getting(
    client: Callable[..., Any],
    to_bucket: Create,
    bucket: str,
    turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:
    created = to_bucket()
    assert turn(120) > 0
    client("s3").delete_bucket_policy(Bucket=bucket)
    assert turn(120) == 0
    assert status(created) == FAILED


def encrypt(client: Callable[..., Any], bucket: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)


def key_policy(service: str) -> str:
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:GenerateDataKey*", "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_key_named_by_id_makes_a_bucket_undeliverable(
    client: Callable[..., Any], to_bucket: Create, bucket: str
) -> None:
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    encrypt(client, bucket, key)
    message = to_bucket()["Unsuccessful"][0]["Error"]["Message"]
    assert message == f"LogDestination: {bucket} is undeliverable"


@pytest.mark.parametrize(
    ("service", "expected"), [("delivery.logs.amazonaws.com", "SUCCESS"), ("logs.eu-central-1.amazonaws.com", "FAILED")]
)
def test_a_key_must_let_the_delivery_service_encrypt(
    service: str, expected: str, client: Callable[..., Any], to_bucket: Create, bucket: str, turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:  # fmt: skip
    arn = client("kms").create_key(Policy=key_policy(service))["KeyMetadata"]["Arn"]
    encrypt(client, bucket, arn)
    created = to_bucket()
    assert (turn(120) > 0) == (expected == "SUCCESS")
    assert status(created) == (("SUCCESS", None) if expected == "SUCCESS" else FAILED)


def test_a_log_groups_key_must_exist_be_enabled_and_let_cloudwatch_logs_encrypt(
    client: Callable[..., Any], flow_log: Create, unique: Callable[[str], str], turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]], refused: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    logs, kms, name = client("logs"), client("kms"), unique("/encrypted")
    wrong = kms.create_key(Policy=key_policy("delivery.logs.amazonaws.com"))["KeyMetadata"]["Arn"]
    right = kms.create_key(Policy=key_policy("logs.eu-central-1.amazonaws.com"))["KeyMetadata"]["Arn"]
    missing = right.rpartition("/")[0] + "/0c8eab7a-0000-4000-8000-7aff7cff0311"
    for key in (wrong, missing, right.rpartition("/")[2]):
        refused("InvalidParameterException", logs.create_log_group, logGroupName=name, kmsKeyId=key)
    logs.create_log_group(logGroupName=name)
    refused("InvalidParameterException", logs.associate_kms_key, logGroupName=name, kmsKeyId=wrong)
    logs.associate_kms_key(logGroupName=name, kmsKeyId=right)
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["kmsKeyId"] == right
    created = flow_log(LogGroupName=name)
    assert turn(120) > 0
    kms.disable_key(KeyId=right)
    assert turn(120) == 0
    assert status(created) == FAILED
    kms.enable_key(KeyId=right)
    logs.disassociate_kms_key(resourceIdentifier=f"arn:aws:logs:eu-central-1:111122223333:log-group:{name}")
    assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]


def test_a_group_that_only_hands_on_takes_no_flow_logs(
    client: Callable[..., Any], flow_log: Create, unique: Callable[[str], str], turn: Callable[[float], int],
    status: Callable[[dict[str, Any]], tuple[str, str | None]],
) -> None:  # fmt: skip
    client("logs").create_log_group(logGroupName=(name := unique("/hands-on")), logGroupClass="DELIVERY")
    created = flow_log(LogGroupName=name)
    assert turn(120) == 0
    assert status(created) == FAILED


def test_a_key_is_scheduled_for_deletion_and_kept_by_its_arn(client: Callable[..., Any]) -> None:
    kms = client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=arn)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
