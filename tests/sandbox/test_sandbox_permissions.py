"""The policy evaluator, and callers who may or may not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight.sandbox.permissions import Ask, Principal, Verdict, decide
from tests.sandbox.conftest import TRUST

GROUP = "arn:aws:logs:eu-central-1:111122223333:log-group:/flow:log-stream:"
SERVICE = Principal(service="vpc-flow-logs.amazonaws.com")


def statement(**changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": "*", **changes}


def test_nothing_is_allowed_by_default_and_a_deny_wins() -> None:
    ask = Ask("logs:FilterLogEvents", GROUP)
    deny = {"Statement": statement(Effect="Deny")}
    assert decide([], ask) == "none"
    assert decide([{"Statement": statement()}], ask) == "allow"
    assert decide([{"Statement": [statement()]}, deny], ask) == "deny"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Action": "logs:*"}, "allow"),
        ({"Action": "LOGS:filterlogevents"}, "allow"),
        ({"Action": ["ec2:*", "logs:Filter???Events"]}, "allow"),
        ({"Action": "logs:Get*"}, "none"),
        ({"NotAction": "ec2:*", "Action": []}, "allow"),
        ({"Resource": "arn:aws:logs:eu-central-1:111122223333:log-group:/flow:*"}, "allow"),
        ({"Resource": "arn:aws:logs:eu-central-1:111122223333:log-group:/flow"}, "none"),
        ({"NotResource": "arn:aws:logs:*:*:log-group:/flow:*"}, "none"),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}, "allow"),
        ({"Condition": {"StringEquals": {"AWS:SOURCEACCOUNT": ["1", "111122223333"]}}}, "allow"),
        ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "111122223333"}}}, "none"),
        ({"Condition": {"StringEquals": {"aws:SourceOrgID": "o-1"}}}, "none"),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceOrgID": "o-1"}}}, "allow"),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ec2:*:111122223333:vpc-flow-log/*"}}}, "allow"),
        ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ec2:*:111122223333:vpc/*"}}}, "none"),
        ({"Condition": {"Null": {"aws:SourceOrgID": "true"}}}, "allow"),
        ({"Condition": {"NumericLessThan": {"aws:SourceAccount": "5"}}}, "none"),
        (
            {"Condition": {"StringLike": {"aws:SourceAccount": "1111*"}, "StringEquals": {"aws:SourceAccount": "2"}}},
            "none",
        ),
    ],
)
def test_a_statement_applies_when_all_its_elements_fit(changes: dict[str, Any], expected: Verdict) -> None:
    context = {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": "arn:aws:ec2:eu-central-1:111122223333:vpc-flow-log/fl-1",
    }
    assert (
        decide([{"Statement": statement(**changes)}], Ask("logs:FilterLogEvents", GROUP, context=context)) == expected
    )


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "vpc-flow-logs.amazonaws.com"}, "allow"),
        ({"Service": ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"]}, "allow"),
        ({"Service": "delivery.logs.amazonaws.com"}, "none"),
        ({"AWS": "*"}, "none"),
        ("*", "allow"),
    ],
)
def test_a_service_is_trusted_only_by_its_name(principal: Any, expected: Verdict) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    assert decide([policy], Ask("sts:AssumeRole", None, SERVICE)) == expected


@pytest.fixture
def caller(client: Callable[..., Any], unique: Callable[[str], str]) -> Callable[..., dict[str, str]]:
    """Make a user with these statements; return the keys to call with."""

    def make(*statements: dict[str, Any]) -> dict[str, str]:
        iam, name = client("iam"), unique("caller")
        iam.create_user(UserName=name)
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    return make


@pytest.fixture
def enforced(settings: Callable[..., Any]) -> Iterator[Callable[[], Any]]:
    """Switch enforcement on when called, off after the test."""
    yield lambda: settings(enforce_permissions=True)
    settings(enforce_permissions=False)


def test_each_service_denies_in_its_own_code(
    caller: Callable[..., dict[str, str]],
    enforced: Callable[[], Any],
    client: Callable[..., Any],
    refused: Callable[..., Any],
) -> None:
    keys = caller(statement(Action="ec2:DescribeVpcs"))
    enforced()
    client("ec2", **keys).describe_vpcs()
    client("sts", **keys).get_caller_identity()
    refused("UnauthorizedOperation", client("ec2", **keys).describe_subnets)
    refused("AccessDeniedException", client("logs", **keys).describe_log_groups)
    refused("AccessDenied", client("s3", **keys).list_buckets)
    refused("AccessDenied", client("iam", **keys).list_roles)
    client("iam").list_roles()


def test_a_policy_on_one_log_group_covers_that_group_alone(
    caller: Callable[..., dict[str, str]],
    enforced: Callable[[], Any],
    client: Callable[..., Any],
    refused: Callable[..., Any],
    unique: Callable[[str], str],
) -> None:
    mine, other = unique("/mine"), unique("/other")
    for name in (mine, other):
        client("logs").create_log_group(logGroupName=name)
    keys = caller(statement(Resource=f"arn:aws:logs:eu-central-1:111122223333:log-group:{mine}:*"))
    enforced()
    logs = client("logs", **keys)
    assert logs.filter_log_events(logGroupName=mine)["events"] == []
    refused("AccessDeniedException", logs.filter_log_events, logGroupName=other)
    refused("AccessDeniedException", logs.describe_log_groups)


def test_a_role_is_named_with_its_path_and_one_that_is_not_there_without(
    caller: Callable[..., dict[str, str]], enforced: Callable[[], Any], client: Callable[..., Any],
    refused: Callable[..., Any], unique: Callable[[str], str],
) -> None:  # fmt: skip
    name = unique("pathed")
    home = "arn:aws:iam::111122223333:role"
    keys = caller(statement(Action=["iam:CreateRole", "iam:GetRole"], Resource=f"{home}/flow/{name}"))
    enforced()
    iam = client("iam", **keys)
    refused("AccessDenied", iam.get_role, RoleName=name)
    refused("AccessDenied", iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_role(RoleName=name, Path="/flow/", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert iam.get_role(RoleName=name)["Role"]["Path"] == "/flow/"
    refused("AccessDenied", iam.delete_role, RoleName=name)


def test_objects_of_a_bucket_with_a_key_are_read_only_with_the_key_too(
    caller: Callable[..., dict[str, str]], enforced: Callable[[], Any], client: Callable[..., Any],
    refused: Callable[..., Any], bucket: str,
) -> None:  # fmt: skip
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypted = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3 = client("s3")
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [encrypted]})
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    reading = statement(Action="s3:*", Resource=f"arn:aws:s3:::{bucket}*")
    via = {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}
    without, with_it = caller(reading), caller(reading, statement(Action="kms:Decrypt", Resource=key, Condition=via))
    enforced()
    error = refused("AccessDenied", client("s3", **without).get_object, Bucket=bucket, Key="a")
    assert f"kms:Decrypt on resource: {key}" in error["Message"]
    assert client("s3", **with_it).get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"
    client("s3", **without).delete_bucket_lifecycle(Bucket=bucket)


def test_creating_a_flow_log_needs_passing_the_role_or_creating_a_delivery(
    caller: Callable[..., dict[str, str]],
    enforced: Callable[[], Any],
    client: Callable[..., Any],
    refused: Callable[..., Any],
    company: dict[str, Any],
    role: str,
    bucket: str,
) -> None:
    create = statement(Action="ec2:CreateFlowLogs")
    watch = {"ResourceType": "VPC", "ResourceIds": [company["vpcs"]["shop"]], "TrafficType": "ALL"}
    to_group = {**watch, "LogGroupName": "/permitted", "DeliverLogsPermissionArn": role}
    to_bucket = {**watch, "LogDestinationType": "s3", "LogDestination": f"arn:aws:s3:::{bucket}"}
    bare = caller(create)
    condition = {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}}
    passing = caller(create, statement(Action="iam:PassRole", Resource=role, Condition=condition))
    delivering = caller(create, statement(Action="logs:CreateLogDelivery"))
    enforced()
    refused("UnauthorizedOperation", client("ec2", **bare).create_flow_logs, **to_group)
    refused("UnauthorizedOperation", client("ec2", **passing).create_flow_logs, **to_bucket)
    made = client("ec2", **passing).create_flow_logs(**to_group)["FlowLogIds"]
    made += client("ec2", **delivering).create_flow_logs(**to_bucket)["FlowLogIds"]
    refused("UnauthorizedOperation", client("ec2", **bare).delete_flow_logs, FlowLogIds=made)
    assert client("ec2").delete_flow_logs(FlowLogIds=made)["Unsuccessful"] == []


def test_an_assumed_role_acts_in_its_account_with_its_permissions(
    sandbox: Any,
    enforced: Callable[[], Any],
    client: Callable[..., Any],
    refused: Callable[..., Any],
    company: dict[str, Any],
) -> None:
    account = "012345678910"
    iam = client("iam", **sandbox.credentials(account))
    trust = statement(Action="sts:AssumeRole", Principal={"AWS": "arn:aws:iam::111122223333:root"})
    del trust["Resource"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="visitor", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement(Action="ec2:Describe*")]})
    iam.put_role_policy(RoleName="visitor", PolicyName="look", PolicyDocument=policy)
    nobody = {"RoleArn": role.replace("visitor", "nobody"), "RoleSessionName": "visit"}
    refused("AccessDenied", client("sts").assume_role, **nobody)
    given = client("sts").assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    keys["aws_session_token"] = given["SessionToken"]
    enforced()
    closed = {**trust, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
    untrusting = json.dumps({"Version": "2012-10-17", "Statement": [closed]})
    iam.create_role(RoleName="closed", AssumeRolePolicyDocument=untrusting)
    no_trust = {"RoleArn": role.replace("visitor", "closed"), "RoleSessionName": "visit"}
    refused("AccessDenied", client("sts").assume_role, **no_trust)
    seen = client("ec2", **keys).describe_vpcs(VpcIds=[company["vpcs"]["research"]])["Vpcs"]
    assert seen[0]["OwnerId"] == account
    assert client("sts", **keys).get_caller_identity()["Account"] == account
    refused("AccessDeniedException", client("logs", **keys).describe_log_groups)
    refused("InvalidVpcID.NotFound", client("ec2", **keys).describe_vpcs, VpcIds=[company["vpcs"]["shop"]])


def test_isolation_refuses_keys_that_nobody_was_given(
    settings: Callable[..., Any], client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    stranger = {"aws_access_key_id": "AKIAUNKNOWN000000000", "aws_secret_access_key": "x"}
    assert client("sts", **stranger).get_caller_identity()["Account"] == "111122223333"
    settings(isolate_accounts=True)
    refused("InvalidClientTokenId", client("sts", **stranger).get_caller_identity)
    refused("AuthFailure", client("ec2", **stranger).describe_vpcs)
    refused("UnrecognizedClientException", client("logs", **stranger).describe_log_groups)
    refused("InvalidAccessKeyId", client("s3", **stranger).list_buckets)
    client("ec2").describe_vpcs()
