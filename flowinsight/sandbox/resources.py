"""Which permissions a call needs, on which resources.

Source: AWS service authorization reference. Calls whose resource is not worked out ask with a resource of None, which
any resource element of a policy fits: there the sandbox is more lenient than AWS.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends

from flowinsight.sandbox.deliverable import encryption_key, find_bucket
from flowinsight.sandbox.envelope import Call
from flowinsight.sandbox.permissions import Ask

_LOGS_UNSCOPED = {
    "DescribeLogGroups", "TestMetricFilter", "StopQuery", "DescribeQueries", "DescribeResourcePolicies",
    "DescribeQueryDefinitions", "PutResourcePolicy", "DeleteResourcePolicy",
}  # fmt: skip
_S3_NAMES = {
    "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket", "HeadObject": "GetObject", "DeleteObjects": "DeleteObject",
    "PutBucketEncryption": "PutEncryptionConfiguration", "GetBucketEncryption": "GetEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock", "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "DeleteBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls", "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
}  # fmt: skip
_FLOW_LOG_RESOURCES = {"VPC": "vpc", "Subnet": "subnet", "NetworkInterface": "network-interface"}


def asks_of(call: Call, account: str) -> list[Ask]:
    """Return every permission a call needs; all must be allowed."""
    match call.service:
        case "logs":
            return list(_logs(call, account))
        case "s3":
            return list(_s3(call))
        case "ec2":
            return list(_ec2(call, account))
        case "iam":
            return [Ask(f"iam:{call.action}", _iam_resource(call.form, account))]
        case "sts":
            return [Ask("sts:AssumeRole", call.form.get("RoleArn"))] if call.action == "AssumeRole" else []
        case "tagging":
            return [Ask(f"tag:{call.action}", "*")]
        case _:
            return [Ask(f"{call.service}:{call.action}", None)]


def _logs(call: Call, account: str) -> Iterator[Ask]:
    action = f"logs:{call.action}"
    if call.action in _LOGS_UNSCOPED:
        yield Ask(action, "*")
        return
    given = call.parameters
    if "resourceArn" in given:
        yield Ask(action, str(given["resourceArn"]))
        return
    one = given.get("logGroupName") or given.get("logGroupIdentifier")
    names = [one] if one else [*given.get("logGroupNames", []), *given.get("logGroupIdentifiers", [])]
    home = f"arn:aws:logs:{call.region}:{account}:log-group:"
    for name in names:
        yield Ask(action, f"{home}{str(name).removeprefix(home)}:log-stream:{given.get('logStreamName', '')}")
    if not names:
        yield Ask(action, None)


def _s3(call: Call) -> Iterator[Ask]:
    if call.action == "ListBuckets":
        yield Ask("s3:ListAllMyBuckets", "*")
        return
    bucket, _, key = call.path.lstrip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    resource = f"{arn}/*" if call.action == "DeleteObjects" else arn
    yield Ask(f"s3:{_S3_NAMES.get(call.action, call.action)}", resource)
    found = find_bucket(bucket) if call.action == "GetObject" else None
    encrypted_with = encryption_key(found) if found else None
    if encrypted_with:
        yield Ask("kms:Decrypt", encrypted_with, context={"kms:ViaService": f"s3.{call.region}.amazonaws.com"})


def _ec2(call: Call, account: str) -> Iterator[Ask]:
    action, form = f"ec2:{call.action}", call.form
    home = f"arn:aws:ec2:{call.region}:{account}"
    match call.action:
        case "CreateFlowLogs":
            kind = _FLOW_LOG_RESOURCES.get(form.get("ResourceType", ""))
            for resource in _numbered(form, "ResourceId"):
                yield Ask(action, f"{home}:{kind}/{resource}" if kind else None)
            yield Ask(action, f"{home}:vpc-flow-log/*")
            yield from _delivery(form)
        case "DeleteFlowLogs":
            for flow_log in _numbered(form, "FlowLogId"):
                yield Ask(action, f"{home}:vpc-flow-log/{flow_log}")
        case described if described.startswith("Describe"):
            yield Ask(action, "*")
        case _:
            yield Ask(action, None)


def _delivery(form: dict[str, str]) -> Iterator[Ask]:
    if form.get("LogDestinationType") == "s3":
        yield Ask("logs:CreateLogDelivery", "*")
    elif "DeliverLogsPermissionArn" in form:
        context = {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}
        yield Ask("iam:PassRole", form["DeliverLogsPermissionArn"], context=context)
    if any(name.startswith("TagSpecification") for name in form):
        yield Ask("ec2:CreateTags", None, context={"ec2:CreateAction": "CreateFlowLogs"})


def _iam_resource(form: dict[str, str], account: str) -> str | None:
    """The ARN, whose path only what exists knows; the call that creates it brings the path."""
    backend = iam_backends[account]["aws"]
    named: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
        ("RoleName", "role", backend.roles),
        ("UserName", "user", backend.users),
        ("PolicyName", "policy", {}),
    )
    for field, kind, known in named:
        if field in form:
            there = (one.arn for one in known.values() if one.name == form[field])
            return next(there, f"arn:aws:iam::{account}:{kind}{form.get('Path', '/')}{form[field]}")
    return form.get("PolicyArn")


def _numbered(form: dict[str, str], name: str) -> list[str]:
    """Return Name.1, Name.2, … of a form, in order."""
    found = [(key.rpartition(".")[2], value) for key, value in form.items() if key.rpartition(".")[0] == name]
    return [value for number, value in sorted((int(number), value) for number, value in found if number.isdigit())]
