"""One sandbox process for all of these tests, its clock standing still until a test turns it."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from flowinsight.sandbox.running import Running, start
from flowinsight.sandbox.settings import Settings

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
WRITE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_PROFILE", "production")
        environment.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
        running = start(speed=0, at=NOON)
    with running:
        yield running


@pytest.fixture(scope="session")
def client(sandbox: Running) -> Callable[..., Any]:
    """Make a boto3 client of the sandbox; it does not retry unless asked to."""
    made: dict[tuple[str, str], Any] = {}

    def make(service: str, **changes: Any) -> Any:
        key = service, json.dumps(changes, sort_keys=True)
        if key not in made:
            retries = {"mode": "standard", "total_max_attempts": changes.pop("attempts", 1)}
            config = Config(retries=retries, read_timeout=60, s3={"addressing_style": "path"})
            made[key] = boto3.client(service, **{**sandbox.credentials(), "config": config, **changes})
        return made[key]

    return make


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Make a name no other test uses."""
    return lambda name: f"{name}-{next(_NUMBERS)}"


@pytest.fixture
def now(sandbox: Running) -> int:
    """Sandbox time in whole Unix seconds."""
    return int(sandbox.control()["now"])


@pytest.fixture
def refused() -> Callable[..., dict[str, Any]]:
    """Assert that a call fails with an AWS error code; return the error (Code, Message)."""

    def check(code: str, call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        error: dict[str, Any] = caught.value.response["Error"]
        assert error["Code"] == code, error
        return error

    return check


@pytest.fixture
def settings(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Change settings for one test."""
    yield lambda **changes: sandbox.control("settings", changes)
    sandbox.control("settings", asdict(Settings()))


@pytest.fixture
def company(sandbox: Running) -> dict[str, Any]:
    inventory: dict[str, Any] = sandbox.control("company")
    return inventory


@pytest.fixture
def role(client: Callable[..., Any], unique: Callable[[str], str]) -> str:
    """Return the ARN of a role that may deliver flow logs to any log group."""
    name = unique("delivery")
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    client("iam").put_role_policy(RoleName=name, PolicyName="write", PolicyDocument=json.dumps(WRITE))
    return str(made["Role"]["Arn"])


@pytest.fixture
def bucket(client: Callable[..., Any], unique: Callable[[str], str]) -> str:
    name = unique("larkfield-logs")
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return name


@pytest.fixture
def flow_log(
    client: Callable[..., Any], company: dict[str, Any], role: str, unique: Callable[[str], str]
) -> Iterator[Callable[..., dict[str, Any]]]:
    """Call CreateFlowLogs with good parameters for CloudWatch, changed as given (None leaves one out)."""
    ec2, made = client("ec2"), []

    def create(**changes: Any) -> dict[str, Any]:
        good = {
            "ResourceType": "VPC",
            "ResourceIds": [company["vpcs"]["shop"]],
            "TrafficType": "ALL",
            "LogGroupName": unique("/flow"),
            "DeliverLogsPermissionArn": role,
        }
        given = {name: value for name, value in {**good, **changes}.items() if value is not None}
        answer: dict[str, Any] = ec2.create_flow_logs(**given)
        made.extend(answer["FlowLogIds"])
        return answer

    yield create
    if made:
        ec2.delete_flow_logs(FlowLogIds=made)


@pytest.fixture
def to_bucket(flow_log: Callable[..., dict[str, Any]], bucket: str) -> Callable[..., dict[str, Any]]:
    """Call CreateFlowLogs with good parameters for S3, changed as given."""
    good = {
        "LogGroupName": None,
        "DeliverLogsPermissionArn": None,
        "LogDestinationType": "s3",
        "LogDestination": f"arn:aws:s3:::{bucket}",
    }
    return lambda **changes: flow_log(**{**good, **changes})


@pytest.fixture
def turn(sandbox: Any) -> Callable[[float], int]:
    """Advance the clock and return how many records were delivered."""
    return lambda seconds: int(sandbox.control("clock", {"advance": seconds})["delivered"])


@pytest.fixture
def events(client: Callable[..., Any]) -> Callable[[str], list[dict[str, Any]]]:
    def read(group: str) -> list[dict[str, Any]]:
        pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event for page in pages for event in page["events"]]

    return read


@pytest.fixture
def objects(client: Callable[..., Any]) -> Callable[[str], dict[str, bytes]]:
    def read(bucket: str) -> dict[str, bytes]:
        s3 = client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    return read


@pytest.fixture
def status(client: Callable[..., Any]) -> Callable[[dict[str, Any]], tuple[str, str | None]]:
    def read(created: dict[str, Any]) -> tuple[str, str | None]:
        found = client("ec2").describe_flow_logs(FlowLogIds=created["FlowLogIds"])["FlowLogs"][0]
        return found["DeliverLogsStatus"], found.get("DeliverLogsErrorMessage")

    return read
