"""What the person needs who provisions a setup.

Sources: Service Authorization Reference (which actions take which resources); AWS VPC User Guide, "Control the use of flow
logs"; CloudWatch Logs User Guide, "Logs sent to Amazon S3".
"""

from typing import Any

from flowinsight.provision import desired, documents
from flowinsight.provision.formats import TAG_FIELDS
from flowinsight.provision.policies import FLOW_LOGS
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import Wanted

Statement = dict[str, Any]


def allowing(actions: list[str], resource: str | list[str], **more: object) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def decrypting(key: str | None, place: Place) -> list[Statement]:
    """What reading the objects of a bucket needs whose default encryption names a key. Source: S3 User Guide, SSE-KMS.

    In China names of services end in .com or in .com.cn, and which of them S3 brings is not documented: both fit.
    """
    via = {"StringLike": {"kms:ViaService": f"s3.{place.region}.amazonaws.com*"}}
    return [allowing(["kms:Decrypt"], key, Condition=via)] if key else []


def provisioner(wanted: Wanted, place: Place) -> str:
    """What the person needs who plans, applies, verifies and tears down this setup, and no more."""
    statements = [
        allowing(
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
        allowing(["ec2:CreateFlowLogs"], [place.arn("ec2", f"{kind}/*") for kind in (*_kinds(wanted), "vpc-flow-log")]),
        allowing(["ec2:DeleteFlowLogs", "ec2:CreateTags"], place.arn("ec2", "vpc-flow-log/*")),
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
        statements.append(allowing(sorted({"ecs:ListClusters", *lists}), "*"))
    tagged = [token for token in tokens if token in TAG_FIELDS]
    if tagged:
        describe = {"autoscaling:DescribeTags" if token.startswith("asg-") else "ec2:DescribeTags" for token in tagged}
        role = place.role_arn(f"/aws-service-role/{FLOW_LOGS}/", "AWSServiceRoleForVPCFlowLogs")
        only = {"Condition": {"StringEquals": {"iam:AWSServiceName": FLOW_LOGS}}}
        statements += [allowing(sorted(describe), "*"), allowing(["iam:CreateServiceLinkedRole"], role, **only)]
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
    group = place.group_arn(desired.every_group(wanted))
    role = desired.role_arn(wanted, place)
    only = {"Condition": {"StringEquals": {"iam:PassedToService": FLOW_LOGS}}}
    return [
        allowing(
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
        *_for_role(wanted, place, role),
        allowing(["iam:PassRole"], role, **only),
    ]


def _for_role(wanted: Wanted, place: Place, role: str) -> list[Statement]:
    """A role that is not there is asked for by its name alone, without the path it will have."""
    pathless = place.role_arn("/", desired.role_name(wanted, place))
    reading = allowing(["iam:GetRole", "iam:GetRolePolicy"], [role] if wanted.role.arn else sorted({role, pathless}))
    if wanted.role.arn:
        return [reading]
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
    return [reading, allowing(changes, role)]


def _for_s3(wanted: Wanted, place: Place) -> list[Statement]:
    bucket = place.bucket_arn(desired.bucket_name(wanted, place))
    return [
        allowing(["logs:CreateLogDelivery", "logs:DeleteLogDelivery"], "*"),
        allowing(
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
        allowing(["s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"], f"{bucket}/*"),
        *decrypting(wanted.bucket.key, place),
    ]
