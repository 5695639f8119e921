"""Who needs which permissions: the person who provisions a setup, and the investigator in three sizes.

Sources: Service Authorization Reference (which actions take which resources); AWS VPC User Guide, "Control the use of flow
logs"; CloudWatch Logs User Guide, "Logs sent to Amazon S3".
"""

from dataclasses import dataclass
from typing import Any, Literal

from flowinsight.provision import desired, documents
from flowinsight.provision.formats import TAG_FIELDS
from flowinsight.provision.policies import FLOW_LOGS
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import Wanted

Size = Literal["local", "ask", "ask with names"]
Statement = dict[str, Any]


def _allow(actions: list[str], resource: str | list[str], **more: object) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def provisioner(wanted: Wanted, place: Place) -> str:
    """What the person needs who plans, applies, verifies and tears down this setup, and no more."""
    statements = [
        _allow(
            [
                "ec2:DescribeFlowLogs",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeInstances",
                "ec2:DescribeVpcs",
                "ec2:DescribeSubnets",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeTransitGateways",
                "ec2:DescribeTransitGatewayAttachments",
                "logs:DescribeLogGroups",
                "tag:GetResources",
                "iam:ListRoles",
            ],
            "*",
        ),
        _allow(["ec2:CreateFlowLogs"], [place.arn("ec2", f"{kind}/*") for kind in (*_kinds(wanted), "vpc-flow-log")]),
        _allow(["ec2:DeleteFlowLogs", "ec2:CreateTags"], place.arn("ec2", "vpc-flow-log/*")),
        *_for_fields(wanted.tokens, place),
    ]
    if wanted.to_cloudwatch:
        statements += _for_cloudwatch(wanted, place)
    if wanted.to_s3:
        statements += _for_s3(wanted, place)
    return documents.policy(*statements)


_OF_ECS = {
    "ecs-container-instance-": "ecs:ListContainerInstances",
    "ecs-service-": "ecs:ListServices",
    "ecs-task-definition-": "ecs:ListTaskDefinitions",
    "ecs-task-arn": "ecs:ListTasks",
    "ecs-task-id": "ecs:ListTasks",
}


def _for_fields(tokens: tuple[str, ...], place: Place) -> list[Statement]:
    """What AWS asks of whoever creates a flow log with such fields. Source: VPC User Guide, "Flow log records"."""
    statements = []
    ecs = [token for token in tokens if token.startswith("ecs-")]
    if ecs:
        lists = {action for token in ecs for start, action in _OF_ECS.items() if token.startswith(start)}
        statements.append(_allow(sorted({"ecs:ListClusters", *lists}), "*"))
    tagged = [token for token in tokens if token in TAG_FIELDS]
    if tagged:
        describe = {"autoscaling:DescribeTags" if token.startswith("asg-") else "ec2:DescribeTags" for token in tagged}
        role = place.role_arn(f"/aws-service-role/{FLOW_LOGS}/", "AWSServiceRoleForVPCFlowLogs")
        only = {"Condition": {"StringEquals": {"iam:AWSServiceName": FLOW_LOGS}}}
        statements += [_allow(sorted(describe), "*"), _allow(["iam:CreateServiceLinkedRole"], role, **only)]
    return statements


def _kinds(wanted: Wanted) -> list[str]:
    kinds = {
        "vpc": "vpc",
        "subnet": "subnet",
        "tgw": "transit-gateway",
        "tgw-attach": "transit-gateway-attachment",
    }
    return sorted({kinds.get(resource.rpartition("-")[0], "network-interface") for resource in wanted.resources})


def _for_cloudwatch(wanted: Wanted, place: Place) -> list[Statement]:
    group = place.group_arn(desired.group_name(wanted))
    role = desired.role_arn(wanted, place)
    only = {"Condition": {"StringEquals": {"iam:PassedToService": FLOW_LOGS}}}
    changes = [
        "iam:CreateRole",
        "iam:TagRole",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:DeleteRole",
    ]
    return [
        _allow(
            [
                "logs:CreateLogGroup",
                "logs:PutRetentionPolicy",
                "logs:DeleteRetentionPolicy",
                "logs:TagResource",
                "logs:ListTagsForResource",
                "logs:AssociateKmsKey",
                "logs:DisassociateKmsKey",
                "logs:DescribeLogStreams",
                "logs:FilterLogEvents",
                "logs:DeleteLogGroup",
            ],
            [group, f"{group}:*"],
        ),
        _allow(["iam:GetRole", "iam:GetRolePolicy", *([] if wanted.role.arn else changes)], role),
        _allow(["iam:PassRole"], role, **only),
    ]


def _for_s3(wanted: Wanted, place: Place) -> list[Statement]:
    bucket = place.bucket_arn(desired.bucket_name(wanted, place))
    return [
        _allow(["logs:CreateLogDelivery", "logs:DeleteLogDelivery"], "*"),
        _allow(
            [
                "s3:CreateBucket",
                "s3:TagResource",
                "s3:DeleteBucket",
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:GetBucketLocation",
                "s3:GetBucketTagging",
                "s3:PutBucketTagging",
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
                "s3:DeleteBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:PutBucketPublicAccessBlock",
                "s3:GetBucketOwnershipControls",
                "s3:PutBucketOwnershipControls",
                "s3:GetEncryptionConfiguration",
                "s3:PutEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:PutLifecycleConfiguration",
            ],
            bucket,
        ),
        _allow(["s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"], f"{bucket}/*"),
    ]


@dataclass(frozen=True)
class Investigator:
    """What an investigator asks of: groups by name, buckets with a prefix, Athena's workgroup and results."""

    place: Place
    groups: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    workgroup: str = ""
    database: str = ""
    results: str = ""
    """A bucket with a prefix that Athena writes its results below: `bucket/prefix`."""


def investigator(size: Size, asks: Investigator) -> str:
    """The policy of one size; an empty text for local files, which need nothing of AWS."""
    match size:
        case "local":
            return ""
        case "ask":
            return documents.policy(*_asking(asks))
        case "ask with names":
            return documents.policy(*_asking(asks), _allow(list(_NAMES), "*"))


_NAMES = (
    "ec2:DescribeAddresses", "ec2:DescribeInstances", "ec2:DescribeManagedPrefixLists", "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRegions", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
    "ec2:DescribeTransitGatewayAttachments", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
    "elasticloadbalancing:DescribeLoadBalancers", "rds:DescribeDBInstances", "cloudtrail:LookupEvents",
)  # fmt: skip


def _asking(asks: Investigator) -> list[Statement]:
    statements = [_allow(["sts:GetCallerIdentity", "ec2:DescribeFlowLogs"], "*")]
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
    return [_allow(unscoped, "*"), _allow(scoped, [arn for group in groups for arn in (group, f"{group}:*")])]


def _asking_buckets(asks: Investigator) -> list[Statement]:
    buckets = sorted({asks.place.bucket_arn(bucket.partition("/")[0]) for bucket in asks.buckets})
    objects = [f"{asks.place.bucket_arn(bucket)}/*" for bucket in asks.buckets]
    return [
        _allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketRequestPayment"], buckets),
        _allow(["s3:GetObject"], objects),
    ]


def _asking_athena(asks: Investigator) -> list[Statement]:
    place = asks.place
    catalogue = [place.arn("glue", "catalog"), place.arn("glue", f"database/{asks.database}")]
    tables = place.arn("glue", f"table/{asks.database}/*")
    results = place.bucket_arn(asks.results)
    return [
        _allow(["athena:ListWorkGroups"], "*"),
        _allow(
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
        _allow(["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"], [*catalogue, tables]),
        _allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], f"{results}/*"),
        _allow(["s3:ListBucket", "s3:GetBucketLocation"], place.bucket_arn(asks.results.partition("/")[0])),
    ]
