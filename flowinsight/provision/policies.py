"""The exact policy documents of a delivery: role, bucket, key. Pure text from a place and names.

Sources: AWS VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs", "Amazon S3 bucket permissions for flow
logs" and "Required key policy for use with SSE-KMS"; CloudWatch Logs User Guide, "Encrypt log data using AWS KMS".
"""

from collections.abc import Iterable
from typing import Any

from flowinsight.provision import documents
from flowinsight.provision.settings import Place

FLOW_LOGS = "vpc-flow-logs.amazonaws.com"
DELIVERY = "delivery.logs.amazonaws.com"
POLICY_NAME = "deliver-flow-logs"
"""The name of the role's one inline policy."""

Statement = dict[str, Any]


def trust(place: Place) -> str:
    """Who may assume the role: the flow logs service, for flow logs of this account and region only (confused deputy)."""
    return documents.policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": FLOW_LOGS},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": place.arn("ec2", "vpc-flow-log/*")},
            },
        }
    )


def delivery(place: Place, *groups: str) -> str:
    """What the role may do: write streams of existing groups. DescribeLogGroups knows no resource but `*`.

    A group's ARN ends in `:*`: without it no stream can be created and delivery fails with Access error.
    """
    return documents.policy(
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            "Resource": _one_or_all([f"{place.group_arn(group)}:*" for group in groups]),
        },
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    )


def _one_or_all(items: list[str]) -> str | list[str]:
    return items[0] if len(items) == 1 else items


def _source(place: Place) -> Statement:
    return {"ArnLike": {"aws:SourceArn": place.arn("logs", "*")}}


def bucket_statements(place: Place, bucket: str, written: Iterable[str], *, enforced: bool) -> list[Statement]:
    """The two documented statements. `written` are resources (see `write_resource`).

    `enforced` is for a bucket with ACLs disabled (BucketOwnerEnforced). There a delivery may carry no ACL header, which
    the documented StringEquals would deny without a word: it is asked for only where it is sent.
    """
    account = {"aws:SourceAccount": place.account}
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
    asked = {"StringEquals": account, "StringEqualsIfExists": acl} if enforced else {"StringEquals": {**account, **acl}}
    base = {"Effect": "Allow", "Principal": {"Service": DELIVERY}}
    return [
        {
            "Sid": "AWSLogDeliveryWrite",
            **base,
            "Action": "s3:PutObject",
            "Resource": _one_or_all(list(written)),
            "Condition": {**asked, **_source(place)},
        },
        {
            "Sid": "AWSLogDeliveryAclCheck",
            **base,
            "Action": "s3:GetBucketAcl",
            "Resource": place.bucket_arn(bucket),
            "Condition": {"StringEquals": account, **_source(place)},
        },
    ]


def write_resource(place: Place, bucket: str, prefix: str, *, hive: bool) -> str:
    """The objects of one account's flow logs."""
    folder = f"aws-account-id={place.account}" if hive else place.account
    return f"{place.bucket_arn('/'.join(part for part in (bucket, prefix, 'AWSLogs', folder) if part))}/*"


def tls_only(place: Place, bucket: str) -> Statement:
    """Refuse every request that is not encrypted on its way."""
    arn = place.bucket_arn(bucket)
    return {
        "Sid": "FlowInsightTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def key_for_delivery(place: Place) -> Statement:
    """What the policy of a bucket's key must hold: objects encrypted with AWS's own key cannot be read by anybody."""
    return {
        "Sid": "AWSLogDeliveryKey",
        "Effect": "Allow",
        "Principal": {"Service": DELIVERY},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": place.account}, **_source(place)},
    }


def key_for_group(place: Place, group: str) -> Statement:
    """What the policy of a log group's key must hold."""
    return {
        "Sid": "CloudWatchLogsKey",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{place.region}.{place.domain}"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": place.group_arn(group)}},
    }


def expiry(existing: str, where: str, days: int | None) -> str:
    """A bucket's lifecycle rules with the setup's own one: what lies below `where` goes after `days` (None: never)."""
    name = f"flowinsight-expire {where}"
    kept = [rule for rule in documents.rules(existing) if rule.get("ID") != name]
    if days is None:
        return documents.text(kept)
    rule = {"ID": name, "Status": "Enabled", "Filter": {"Prefix": where}, "Expiration": {"Days": days}}
    return documents.text([*kept, rule])
