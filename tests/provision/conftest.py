"""One sandbox account for these tests, its clock standing still until a test turns it, and what stands in it already."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.provision.account import Account, open_account
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.settings import Place
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import Wanted
from flowinsight.sandbox.running import Running, start

NOON = 1_795_176_000  # 2026-11-20: the same traffic in every run
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        yield running


@pytest.fixture(scope="session")
def company(sandbox: Running) -> dict[str, Any]:
    """The VPCs, subnets and interfaces of the account, by name."""
    inventory: dict[str, Any] = sandbox.control("company")
    return inventory


@pytest.fixture(scope="session")
def identity(sandbox: Running) -> aws.Identity:
    return aws.sandbox(sandbox.url)


@pytest.fixture
def client(identity: aws.Identity) -> Callable[[str], Any]:
    return lambda service: aws.client(identity, service)


@pytest.fixture
def account(identity: aws.Identity, tmp_path: Path) -> Iterator[Account]:
    """The account with an audit file of its own, for a setup no other test uses; its flow logs and roles go with the test."""
    name = f"test-{next(_NUMBERS)}"
    yield open_account(identity, tmp_path / "audit.jsonl", name)
    ec2 = aws.client(identity, "ec2")
    mine = ec2.describe_flow_logs(Filters=[{"Name": "tag:flowinsight:setup", "Values": [f"{name}*"]}])["FlowLogs"]
    if mine:
        ec2.delete_flow_logs(FlowLogIds=[item["FlowLogId"] for item in mine])
    iam = aws.client(identity, "iam")
    for role in (item["RoleName"] for page in iam.get_paginator("list_roles").paginate() for item in page["Roles"]):
        if role.startswith(f"flowinsight-{name}-"):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                iam.delete_role_policy(RoleName=role, PolicyName=policy)
            iam.delete_role(RoleName=role)


@pytest.fixture
def wanted(account: Account, company: dict[str, Any]) -> Wanted:
    """A setup on one VPC, to CloudWatch."""
    return Wanted(account.setup, (company["vpcs"]["shop"],))


@pytest.fixture
def waiting(sandbox: Running) -> Waiting:
    """Time that passes in the sandbox only."""
    return Waiting(
        sleep=lambda seconds: sandbox.control("clock", {"advance": seconds}),
        now=lambda: float(sandbox.control()["now"]),
    )


@pytest.fixture
def planned(account: Account) -> Callable[[Wanted], Plan]:
    """Read and plan."""
    return lambda wanted: plan(wanted, read(wanted, account))


@pytest.fixture
def place() -> Place:
    return Place("111122223333", "eu-central-1")


@pytest.fixture(scope="session")
def foreign(identity: aws.Identity, company: dict[str, Any]) -> dict[str, str]:
    """What somebody else set up: a group, a role, a bucket with a policy, and a flow log."""
    logs, iam, s3, ec2 = (aws.client(identity, service) for service in ("logs", "iam", "s3", "ec2"))
    logs.create_log_group(logGroupName="/theirs", tags={"team": "them"}, logGroupClass="INFREQUENT_ACCESS")
    trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    s3.create_bucket(Bucket="theirs-of-old", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Audit",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::theirs-of-old/*",
            }
        ],
    }
    s3.put_bucket_policy(Bucket="theirs-of-old", Policy=json.dumps(policy))
    made = ec2.create_flow_logs(
        ResourceIds=[company["subnets"]["shop-web"]],
        ResourceType="Subnet",
        TrafficType="REJECT",
        LogGroupName="/theirs",
        DeliverLogsPermissionArn=arn,
    )
    return {"group": "/theirs", "role": "theirs", "bucket": "theirs-of-old", "flow_log": made["FlowLogIds"][0]}


@pytest.fixture
def inventory(client: Callable[[str], Any]) -> Callable[[str], dict[str, Any]]:
    """What a setup and nobody has: every resource but other tests' own, with every setting that could change."""

    def look(setup: str) -> dict[str, Any]:
        def counts(name: str) -> bool:
            return setup in name or not re.search(r"test-\d", name)

        logs, iam, s3, ec2 = (client(service) for service in ("logs", "iam", "s3", "ec2"))
        groups = {
            item["logGroupName"]: (
                item.get("retentionInDays"),
                logs.list_tags_for_resource(resourceArn=item["logGroupArn"])["tags"],
            )
            for page in logs.get_paginator("describe_log_groups").paginate()
            for item in page["logGroups"]
            if counts(item["logGroupName"])
        }
        roles = {
            item["RoleName"]: (
                item["AssumeRolePolicyDocument"],
                iam.list_role_policies(RoleName=item["RoleName"])["PolicyNames"],
                iam.list_role_tags(RoleName=item["RoleName"])["Tags"],
            )
            for item in iam.list_roles()["Roles"]
            if counts(item["RoleName"])
        }
        buckets = {
            item["Name"]: _bucket(s3, item["Name"]) for item in s3.list_buckets()["Buckets"] if counts(item["Name"])
        }
        flow_logs = {
            item["FlowLogId"]: {key: value for key, value in item.items() if not key.startswith("DeliverLogs")}
            for item in ec2.describe_flow_logs()["FlowLogs"]
        }
        return {"groups": groups, "roles": roles, "buckets": buckets, "flow logs": flow_logs}

    return look


def _bucket(s3: Any, name: str) -> tuple[Any, ...]:
    found: list[Any] = []
    for operation in ("get_bucket_policy", "get_bucket_tagging", "get_bucket_lifecycle_configuration"):
        try:
            found.append({**getattr(s3, operation)(Bucket=name), "ResponseMetadata": None})
        except s3.exceptions.ClientError as error:
            found.append(error.response["Error"]["Code"])
    return tuple(found)


@pytest.fixture
def as_setup(account: Account) -> Callable[[str], Account]:
    """The same account and audit file for another setup."""
    return lambda name: replace(account, setup=name)
