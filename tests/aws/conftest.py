"""One sandbox for the tests of what speaks to AWS: a company's flow logs delivered to a log group and a central bucket."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.engines import insights_budget, insights_query, insights_query_calls
from flowinsight.fetchers import log_events
from flowinsight.fetchers.formats import parsed
from flowinsight.sandbox.running import Running, start
from flowinsight.sandbox.settings import Settings

NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run
SECONDS = 3600
BUCKET = "larkfield-central"
GROUP = "/flow/shop"
MEMBER = "012345678910"
FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status} ${vpc-id} ${tcp-flags} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction}"
)
TOKENS = parsed(FORMAT)
ANYONE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
}
WRITE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
DELIVER = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["s3:PutObject", "s3:GetBucketAcl"],
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        }
    ],
}
HIVE = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        yield running


@pytest.fixture(scope="session")
def identity(sandbox: Running) -> aws.Identity:
    return aws.sandbox(sandbox.url)


@pytest.fixture
def fault(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Order a fault for one test; without arguments, take all of them back."""

    def order(**rule: Any) -> Any:
        return sandbox.control("faults", rule) if rule else sandbox.control("faults", method="DELETE")

    yield order
    order()


@pytest.fixture
def settings(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Change settings for one test."""
    yield lambda **changes: sandbox.control("settings", changes)
    sandbox.control("settings", {"scan_events_per_page": Settings().scan_events_per_page})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore retry at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture
def quick_queries(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs Insights queries that end at once, looked at often, by an identity that asked for nothing yet."""
    sandbox.control("settings", {"query_seconds": 0.1, "query_before_group": True})
    monkeypatch.setattr(insights_query_calls, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(insights_query_calls, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.03)
    insights_budget.budget_for.cache_clear()


@pytest.fixture
def slowly(quick_queries: None, sandbox: Running) -> Iterator[None]:  # noqa: ARG001 - it must come before
    """Let queries run for as long as a test needs to meet them running."""
    sandbox.control("settings", {"query_seconds": 30})
    yield
    sandbox.control("settings", {"query_seconds": 0.1})


@pytest.fixture
def in_one_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a range in one slice: fewer requests where the slices are not what is tested."""
    monkeypatch.setattr(log_events, "SHORTEST_SLICE", 86400)


@dataclass(frozen=True)
class Delivered:
    """An hour of the shop's flow logs: a log group, and a bucket with the same records as text and as Parquet; and a
    member account's in the bucket, hourly and in the default format.
    """

    group: str
    bucket: str
    shop: str
    flow_logs: tuple[str, ...]
    start: int
    end: int


@pytest.fixture(scope="session")
def delivered(sandbox: Running, identity: aws.Identity) -> Delivered:
    sandbox.control("settings", {"late": 0, "repeated": 0})
    role = _role(identity)
    aws.client(identity, "s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.client(identity, "s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(DELIVER))
    vpcs = sandbox.control("company")["vpcs"]
    to_bucket = {"LogDestinationType": "s3", "LogFormat": FORMAT}
    destination = f"arn:aws:s3:::{BUCKET}"
    made = [
        _flow_log(identity, vpcs["shop"], LogGroupName=GROUP, DeliverLogsPermissionArn=role, LogFormat=FORMAT),
        _flow_log(identity, vpcs["shop"], LogDestination=destination, **to_bucket),
        _flow_log(identity, vpcs["shop"], LogDestination=f"{destination}/lake/", DestinationOptions=HIVE, **to_bucket),
        _flow_log(
            aws.sandbox(sandbox.url, MEMBER),
            vpcs["research"],
            LogDestinationType="s3",
            LogDestination=destination,
            DestinationOptions={"PerHourPartition": True},
        ),
    ]
    sandbox.control("clock", {"advance": SECONDS})
    return Delivered(GROUP, BUCKET, vpcs["shop"], tuple(made), NOON, NOON + SECONDS)


def _role(identity: aws.Identity) -> str:
    iam = aws.client(identity, "iam")
    made = iam.create_role(RoleName="delivery", AssumeRolePolicyDocument=json.dumps(ANYONE))
    iam.put_role_policy(RoleName="delivery", PolicyName="write", PolicyDocument=json.dumps(WRITE))
    return str(made["Role"]["Arn"])


def _flow_log(identity: aws.Identity, vpc: str, **given: Any) -> str:
    answer = aws.client(identity, "ec2").create_flow_logs(
        ResourceType="VPC", ResourceIds=[vpc], TrafficType="ALL", **given
    )
    assert not answer.get("Unsuccessful"), answer
    return str(answer["FlowLogIds"][0])


@pytest.fixture(scope="session")
def downloaded(identity: aws.Identity, delivered: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shop's text files as they lie in the bucket."""
    folder, s3 = tmp_path_factory.mktemp("downloaded"), aws.client(identity, "s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=delivered.bucket, Prefix="AWSLogs/111122223333/")
    for item in (item for page in pages for item in page["Contents"]):
        body = s3.get_object(Bucket=delivered.bucket, Key=item["Key"])["Body"].read()
        (folder / item["Key"].rpartition("/")[2]).write_bytes(body)
    return folder
