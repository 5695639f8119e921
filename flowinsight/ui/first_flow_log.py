"""A first flow log in a sandbox that has none: a log group, a role that may write to it, and a flow log of every VPC."""

import json

from flowinsight import aws
from flowinsight.errors import AwsError
from flowinsight.sources import LogGroup

GROUP, ROLE = "/vpc/flow-logs", "flow-logs-delivery"
FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status} ${vpc-id} ${tcp-flags} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction}"
)

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
_WRITE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
            ],
            "Resource": "*",
        }
    ],
}
"""Source: VPC User Guide, IAM role for publishing flow logs to CloudWatch Logs."""


def create(identity: aws.Identity) -> LogGroup:
    """Create them and give the log group. AwsError when the identity is not the sandbox's, or the sandbox refuses."""
    if not identity.is_sandbox:
        raise AwsError("A first flow log is created in the sandbox only.")
    iam, logs, ec2 = (aws.client(identity, service) for service in ("iam", "logs", "ec2"))
    with aws.translated(doing="create the log group"):
        logs.create_log_group(logGroupName=GROUP)
    with aws.translated(doing="create the role that writes to it"):
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName=ROLE, PolicyName="write", PolicyDocument=json.dumps(_WRITE))
    with aws.translated(doing="create the flow log"):
        company = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
        answer = ec2.create_flow_logs(
            ResourceType="VPC", ResourceIds=[vpc["VpcId"] for vpc in company], TrafficType="ALL", LogFormat=FORMAT,
            LogGroupName=GROUP, DeliverLogsPermissionArn=role, MaxAggregationInterval=60,
        )  # fmt: skip
    if answer.get("Unsuccessful"):
        raise AwsError(f"Could not create the flow log: {answer['Unsuccessful'][0]['Error']['Message']}.")
    return LogGroup(GROUP)
