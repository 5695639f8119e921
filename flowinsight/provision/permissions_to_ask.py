"""What an investigator needs, in three sizes: files on this machine, asking, and asking with names.

Source: Service Authorization Reference (which actions take which resources).
"""

from dataclasses import dataclass
from typing import Literal

from flowinsight.provision import desired, documents
from flowinsight.provision.permissions import Statement, allowing, decrypting
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import Wanted

Size = Literal["local", "ask", "ask with names"]


@dataclass(frozen=True)
class Investigator:
    """What an investigator asks of: groups by name, buckets with a prefix, Athena's workgroup and results."""

    place: Place
    groups: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    key: str | None = None
    """The key that the buckets' objects are encrypted with."""
    workgroup: str = ""
    database: str = ""
    results: str = ""
    """A bucket with a prefix that Athena writes its results below: `bucket/prefix`."""


def asks_of(wanted: Wanted, place: Place) -> Investigator:
    """What whoever investigates the setup's own logs asks of."""
    bucket = f"{desired.bucket_name(wanted, place)}/{desired.every_prefix(wanted)}".rstrip("/")
    groups = (desired.every_group(wanted),) if wanted.to_cloudwatch else ()
    return Investigator(place, groups, (bucket,) if wanted.to_s3 else (), wanted.bucket.key if wanted.to_s3 else None)


def investigator(size: Size, asks: Investigator) -> str:
    """The policy of one size; an empty text for local files, which need nothing of AWS."""
    match size:
        case "local":
            return ""
        case "ask":
            return documents.policy(*_asking(asks))
        case "ask with names":
            return documents.policy(*_asking(asks), allowing(list(_NAMES), "*"))


_NAMES = (
    "ec2:DescribeAddresses", "ec2:DescribeInstances", "ec2:DescribeManagedPrefixLists", "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRegions", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
    "ec2:DescribeTransitGatewayAttachments", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
    "elasticloadbalancing:DescribeLoadBalancers", "rds:DescribeDBInstances", "cloudtrail:LookupEvents",
)  # fmt: skip


def _asking(asks: Investigator) -> list[Statement]:
    statements = [allowing(["sts:GetCallerIdentity", "ec2:DescribeFlowLogs"], "*")]
    if asks.groups:
        statements += _asking_groups(asks)
    if asks.buckets:
        statements += _asking_buckets(asks)
    if asks.workgroup:
        statements += _asking_athena(asks)
    return statements


def _asking_groups(asks: Investigator) -> list[Statement]:
    groups = [asks.place.group_arn(group) for group in asks.groups]
    unscoped = [
        "logs:DescribeLogGroups",
        "logs:ListLogGroups",
        "logs:StopQuery",
        "logs:DescribeQueries",
        "logs:GetQueryResults",
        "logs:TestMetricFilter",
    ]
    scoped = [
        "logs:StartQuery",
        "logs:GetQueryResults",
        "logs:FilterLogEvents",
        "logs:DescribeLogStreams",
        "logs:GetLogGroupFields",
        "logs:GetLogRecord",
        "logs:DescribeFieldIndexes",
    ]
    return [allowing(unscoped, "*"), allowing(scoped, [arn for group in groups for arn in (group, f"{group}:*")])]


def _asking_buckets(asks: Investigator) -> list[Statement]:
    buckets = sorted({asks.place.bucket_arn(bucket.partition("/")[0]) for bucket in asks.buckets})
    objects = [f"{asks.place.bucket_arn(bucket)}/*" for bucket in asks.buckets]
    return [
        allowing(["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketRequestPayment"], buckets),
        allowing(["s3:GetObject"], objects),
        *decrypting(asks.key, asks.place),
    ]


def _asking_athena(asks: Investigator) -> list[Statement]:
    place = asks.place
    catalogue = [place.arn("glue", "catalog"), place.arn("glue", f"database/{asks.database}")]
    tables = place.arn("glue", f"table/{asks.database}/*")
    results = place.bucket_arn(asks.results)
    return [
        allowing(["athena:ListWorkGroups"], "*"),
        allowing(
            [
                "athena:StartQueryExecution",
                "athena:GetQueryExecution",
                "athena:BatchGetQueryExecution",
                "athena:GetQueryResults",
                "athena:StopQueryExecution",
                "athena:GetWorkGroup",
            ],
            place.arn("athena", f"workgroup/{asks.workgroup}"),
        ),
        allowing(["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"], [*catalogue, tables]),
        allowing(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], f"{results}/*"),
        allowing(["s3:ListBucket", "s3:GetBucketLocation"], place.bucket_arn(asks.results.partition("/")[0])),
    ]
