"""Perform one step of a plan: the calls, in an order that leaves something taggable and tagged wherever it is cut off."""

import json
from typing import Any, assert_never

from flowinsight.errors import AwsError
from flowinsight.provision import documents
from flowinsight.provision.account import Account
from flowinsight.provision.formats import specifications
from flowinsight.provision.perform_bucket import change_bucket, create_bucket, delete_bucket
from flowinsight.provision.policies import POLICY_NAME
from flowinsight.provision.settings import (
    BucketSettings,
    FlowLogSettings,
    GroupSettings,
    KeySettings,
    RoleSettings,
    Settings,
    Tags,
)
from flowinsight.provision.steps import Change, Delete


def tag_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def create(settings: Settings, account: Account) -> None:
    """Create a resource, tagged in the same call; AwsError when AWS refuses."""
    match settings:
        case GroupSettings():
            _create_group(settings, account)
        case RoleSettings():
            _create_role(settings, account)
        case BucketSettings():
            create_bucket(settings, account)
        case FlowLogSettings():
            create_flow_log(settings, account)
        case KeySettings():
            raise AwsError("FlowInsight does not create keys.")
        case _:
            assert_never(settings)


def change(step: Change, account: Account) -> None:
    """Change what differs and nothing else."""
    fields = {difference.field for difference in step.differences}
    match step.after:
        case GroupSettings() as group:
            _change_group(group, fields, account)
        case RoleSettings() as role:
            _change_role(role, fields, account)
        case BucketSettings() as bucket:
            change_bucket(bucket, fields, getattr(step.before, "tags", ()), account)
        case FlowLogSettings() as flow_log:
            doing = f"tag the flow log {step.flow_log_id}"
            account.call("ec2", "create_tags", doing, Resources=[step.flow_log_id], Tags=tag_list(flow_log.tags))
        case KeySettings():
            raise AwsError("FlowInsight does not change keys.")
        case _:
            assert_never(step.after)


def delete(step: Delete, account: Account) -> None:
    """Delete a resource of the setup, its data too where it holds any: the plan has said so."""
    match step.before:
        case GroupSettings() as group:
            doing = f"delete the log group {group.name}"
            account.call("logs", "delete_log_group", doing, logGroupName=group.name)
        case RoleSettings() as role:
            _delete_role(role, account)
        case BucketSettings() as bucket:
            delete_bucket(bucket, account)
        case FlowLogSettings():
            delete_flow_log(step.flow_log_id, account)
        case KeySettings():
            raise AwsError("FlowInsight does not delete keys.")
        case _:
            assert_never(step.before)


def _create_group(group: GroupSettings, account: Account) -> None:
    key = {"kmsKeyId": group.key} if group.key else {}
    doing = f"create the log group {group.name}"
    account.call("logs", "create_log_group", doing, logGroupName=group.name, tags=dict(group.tags), **key)
    if group.retention_days is not None:
        _change_group(group, {"retention_days"}, account)


def _change_group(group: GroupSettings, fields: set[str], account: Account) -> None:
    name = {"logGroupName": group.name}
    if "tags" in fields:
        arn = account.place.group_arn(group.name)
        doing = f"tag the log group {group.name}"
        account.call("logs", "tag_resource", doing, resourceArn=arn, tags=dict(group.tags))
    if "key" in fields:
        doing = f"set the key of the log group {group.name}"
        if group.key:
            account.call("logs", "associate_kms_key", doing, **name, kmsKeyId=group.key)
        else:
            account.call("logs", "disassociate_kms_key", doing, **name)
    if "retention_days" in fields:
        doing = f"set how long the log group {group.name} keeps records"
        if group.retention_days is None:
            account.call("logs", "delete_retention_policy", doing, **name)
        else:
            account.call("logs", "put_retention_policy", doing, **name, retentionInDays=group.retention_days)


def _create_role(role: RoleSettings, account: Account) -> None:
    boundary = {"PermissionsBoundary": role.boundary} if role.boundary else {}
    account.call(
        "iam",
        "create_role",
        f"create the role {role.name}",
        RoleName=role.name,
        Path=role.path,
        AssumeRolePolicyDocument=documents.compact(role.trust),
        Description="Delivers VPC flow logs to CloudWatch Logs",
        Tags=tag_list(role.tags),
        **boundary,
    )
    _change_role(role, {"policy"}, account)


def _change_role(role: RoleSettings, fields: set[str], account: Account) -> None:
    def call(operation: str, doing: str, **parameters: Any) -> None:  # noqa: ANN401 what the operation takes
        account.call("iam", operation, f"{doing} the role {role.name}", RoleName=role.name, **parameters)

    if "tags" in fields:
        call("tag_role", "tag", Tags=tag_list(role.tags))
    if "trust" in fields:
        call("update_assume_role_policy", "set who may assume", PolicyDocument=documents.compact(role.trust))
    if "policy" in fields:
        policy = documents.compact(role.policy)
        call("put_role_policy", "set the policy of", PolicyName=POLICY_NAME, PolicyDocument=policy)
    if "boundary" in fields and role.boundary:
        call("put_role_permissions_boundary", "set the boundary of", PermissionsBoundary=role.boundary)
    elif "boundary" in fields:
        call("delete_role_permissions_boundary", "remove the boundary of")


def _delete_role(role: RoleSettings, account: Account) -> None:
    name = {"RoleName": role.name}
    if role.policy:
        doing = f"delete the policy of the role {role.name}"
        account.call("iam", "delete_role_policy", doing, **name, PolicyName=POLICY_NAME)
    account.call("iam", "delete_role", f"delete the role {role.name}", **name)


def flow_log_request(settings: FlowLogSettings, account: str) -> dict[str, Any]:
    """The parameters of CreateFlowLogs. `account` is the ARN its destination begins with: a log group has none here."""
    request: dict[str, Any] = {
        "ResourceIds": [settings.resource],
        "ResourceType": settings.resource_type,
        "LogDestinationType": settings.destination_type,
        "LogFormat": settings.log_format,
        "MaxAggregationInterval": settings.interval,
        "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": tag_list(settings.tags)}],
    }
    if settings.tag_fields:
        request["TagFieldSpecifications"] = specifications(settings.tag_fields)
    if settings.traffic is not None:
        request["TrafficType"] = settings.traffic
    if settings.layout is None:
        return {**request, "LogGroupName": settings.destination, "DeliverLogsPermissionArn": settings.role}
    options = {
        "FileFormat": settings.layout.file_format,
        "HiveCompatiblePartitions": settings.layout.hive,
        "PerHourPartition": settings.layout.hourly,
    }
    return {**request, "LogDestination": f"{account}{settings.destination}", "DestinationOptions": options}


def create_flow_log(settings: FlowLogSettings, account: Account) -> str:
    """Create a flow log and return its id. AWS answers 200 to a request that failed: `Unsuccessful` is an AwsError here."""
    request = flow_log_request(settings, account.place.bucket_arn(""))
    doing = f"create the flow log of {settings.resource}"
    answer = account.call("ec2", "create_flow_logs", doing, **request)
    _refuse_unsuccessful(answer, doing)
    return str(answer["FlowLogIds"][0])


def delete_flow_log(flow_log_id: str, account: Account) -> None:
    """Delete a flow log; records that were delivered stay. One that is gone already is as good as deleted."""
    doing = f"delete the flow log {flow_log_id}"
    answer = account.call("ec2", "delete_flow_logs", doing, FlowLogIds=[flow_log_id])
    codes = {item["Error"]["Code"] for item in answer.get("Unsuccessful", [])}
    if codes - {"InvalidFlowLogId.NotFound"}:
        _refuse_unsuccessful(answer, doing)


def _refuse_unsuccessful(answer: dict[str, Any], doing: str) -> None:
    for item in answer.get("Unsuccessful", []):
        error = item.get("Error", {})
        said = str(error.get("Message", json.dumps(error))).rstrip(".")
        raise AwsError(f"Could not {doing}: {said}.", str(error.get("Code", "")))
