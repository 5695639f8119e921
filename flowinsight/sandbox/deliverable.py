"""May the log services deliver there? The questions AWS asks of a role, a bucket policy and a key.

Sources: VPC guide, flow-logs-iam-role, flow-logs-s3-permissions and flow-logs-s3-cmk-policy; CloudWatch Logs guide,
AWS-logs-infrastructure-S3.
"""

import json
from dataclasses import dataclass
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends

from flowinsight.sandbox.keys import may_encrypt
from flowinsight.sandbox.permissions import Ask, Policy, Principal, decide, parse, statements

FLOW_LOGS = "vpc-flow-logs.amazonaws.com"
DELIVERY = "delivery.logs.amazonaws.com"
_ROLE_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")


@dataclass(frozen=True)
class Place:
    """The account and region of a flow log, which AWS puts into the context of its own requests."""

    account: str
    region: str


@dataclass(frozen=True)
class BucketPath:
    """A bucket destination: the name, the prefix (no slashes at the ends), and whether the folders are Hive's."""

    bucket: str
    prefix: str
    hive: bool

    def folder(self, account: str) -> str:
        """Return the folder one account's flow logs are written below."""
        name = f"aws-account-id={account}" if self.hive else account
        return "/".join(part for part in (self.prefix, "AWSLogs", name) if part)


def bucket_path(destination: str, options: dict[str, Any] | None) -> BucketPath:
    name, _, prefix = destination.split(":::", 1)[1].partition("/")
    return BucketPath(name, prefix.strip("/"), bool((options or {}).get("HiveCompatiblePartitions")))


def find_role(arn: str, place: Place) -> Role | None:
    """Return the role, which must be in the flow log's own account."""
    try:
        return iam_backends[place.account]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return None


def role_policies(role: Role) -> list[Policy]:
    """Return the role's inline policies and the default versions of its attached ones."""
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.is_default
    ]
    return [parse(text) for text in (*role.policies.values(), *attached)]


def may_assume(role: Role, place: Place, flow_log_id: str) -> bool:
    arn = f"arn:aws:ec2:{place.region}:{place.account}:vpc-flow-log/{flow_log_id}"
    context = {"aws:SourceAccount": place.account, "aws:SourceArn": arn}
    ask = Ask("sts:AssumeRole", None, Principal(service=FLOW_LOGS), context)
    return decide([parse(role.assume_role_policy_document)], ask) == "allow"


def may_write_group(role: Role, place: Place, group: str, *, creating: bool) -> bool:
    """Say whether the role may write streams of the group, and create the group where it is missing.

    The resource asked for is a stream's: a policy on the group's ARN without `:*` does not cover it.
    """
    home = f"arn:aws:logs:{place.region}:{place.account}:log-group:{group}"
    asks = [Ask(action, f"{home}:log-stream:eni-0") for action in _ROLE_ACTIONS]
    if creating:
        asks.append(Ask("logs:CreateLogGroup", f"{home}:*"))
    policies = role_policies(role)
    return all(decide(policies, ask) == "allow" for ask in asks)


def find_bucket(name: str) -> FakeBucket | None:
    """Return a bucket of any account."""
    partition, account = s3_backends.bucket_accounts.get(name, ("aws", ""))
    if not account:
        return None
    try:
        return s3_backends[account][partition].get_bucket(name)
    except MissingBucket:
        return None


def may_write_bucket(bucket: FakeBucket, path: BucketPath, place: Place) -> bool:
    """Say whether the bucket policy lets the delivery service put objects and read the bucket's ACL."""
    policy = parse(bucket.policy)
    context = {
        "aws:SourceAccount": place.account,
        "aws:SourceArn": f"arn:aws:logs:{place.region}:{place.account}:*",
    }
    who = Principal(service=DELIVERY)
    arn = f"arn:aws:s3:::{bucket.name}"
    acl = {**context, "s3:x-amz-acl": "bucket-owner-full-control"}
    put = Ask("s3:PutObject", f"{arn}/{path.folder(place.account)}/vpcflowlogs/{place.region}/object", who, acl)
    read_acl = Ask("s3:GetBucketAcl", arn, who, context)
    return all(decide([policy], ask) == "allow" for ask in (put, read_acl))


def attach_delivery_statements(bucket: FakeBucket, path: BucketPath, place: Place) -> bool:
    """Append the two documented statements, as AWS does for a bucket of the caller's own; say whether it could."""
    policy = dict(parse(bucket.policy)) or {"Version": "2012-10-17", "Statement": []}
    found = statements(policy)
    if bucket.account_id != place.account or any("NotAction" in item or "NotPrincipal" in item for item in found):
        return False
    source = {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:{place.region}:{place.account}:*"}}
    account = {"aws:SourceAccount": place.account}
    arn = f"arn:aws:s3:::{bucket.name}"
    base = {"Effect": "Allow", "Principal": {"Service": DELIVERY}}
    write = {
        "Sid": _fresh_sid("AWSLogDeliveryWrite", found),
        "Action": "s3:PutObject",
        "Resource": f"{arn}/{path.folder(place.account)}/*",
        "Condition": {"StringEquals": {**account, "s3:x-amz-acl": "bucket-owner-full-control"}, **source},
    }
    check = {
        "Sid": _fresh_sid("AWSLogDeliveryAclCheck", found),
        "Action": "s3:GetBucketAcl",
        "Resource": arn,
        "Condition": {"StringEquals": account, **source},
    }
    bucket.policy = json.dumps({**policy, "Statement": [*found, {**base, **write}, {**base, **check}]}).encode()
    return may_write_bucket(bucket, path, place)


def _fresh_sid(name: str, found: list[Any]) -> str:
    taken = {item.get("Sid") for item in found}
    return next(sid for sid in (name, *(f"{name}{number}" for number in range(1, 1000))) if sid not in taken)


def encryption_key(bucket: FakeBucket) -> str | None:
    """Return the KMS key the bucket encrypts with, None for SSE-S3, an empty text for AWS's own key."""
    rule = (bucket.encryption or {}).get("Rule", {})
    default = (rule[0] if isinstance(rule, list) else rule).get("ApplyServerSideEncryptionByDefault", {})
    if not str(default.get("SSEAlgorithm", "AES256")).startswith("aws:kms"):
        return None
    return str(default.get("KMSMasterKeyID") or "")


def may_use_key(key_arn: str, place: Place) -> bool:
    """Say whether the key exists, is enabled, and its policy lets the delivery service encrypt."""
    context = {"aws:SourceAccount": place.account, "aws:SourceArn": f"arn:aws:logs:{place.region}:{place.account}:*"}
    return may_encrypt(key_arn, DELIVERY, context)
