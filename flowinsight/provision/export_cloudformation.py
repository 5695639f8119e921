"""The plan as a CloudFormation template, in JSON or YAML. Groups and buckets outlive the stack: they hold records."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flowinsight.provision import documents
from flowinsight.provision.formats import specifications
from flowinsight.provision.perform import tag_list
from flowinsight.provision.perform_bucket import PUBLIC_ACCESS, default_encryption
from flowinsight.provision.plan import Plan
from flowinsight.provision.policies import POLICY_NAME
from flowinsight.provision.settings import (
    BucketSettings,
    FlowLogSettings,
    GroupSettings,
    KeySettings,
    Place,
    RoleSettings,
    Settings,
)
from flowinsight.provision.steps import Change, Create, Delete, Replace, Unchanged, about

Template = dict[str, Any]


def described_resources(plan: Plan) -> tuple[Settings, ...]:
    """What the setup owns once the plan is applied, each resource once and as it is at the end."""
    kept = [about(step) for step in plan.steps if isinstance(step, Create | Change | Replace | Unchanged)]
    return tuple({(item.label, item.name): item for item in kept}.values())


def existing(plan: Plan) -> dict[tuple[type[Settings], str], str]:
    """What the setup has already, by kind and name, with what names it for an import."""
    kept = [step for step in plan.steps if isinstance(step, Change | Unchanged)]
    return {(type(about(step)), about(step).name): step.flow_log_id or about(step).name for step in kept}


def outside(plan: Plan) -> tuple[str, ...]:
    """What a description of the end cannot do: sentences about what goes, which it does not delete."""
    return tuple(
        f"{step.before.id if isinstance(step, Replace) else step.flow_log_id or step.before.name} is not described here: "
        "delete it yourself when what replaces it has delivered."
        for step in plan.todo
        if isinstance(step, Replace | Delete)
    )


def _notes(plan: Plan) -> list[str]:
    there = sorted(set(existing(plan).values()))
    note = f"These are there already and have to be imported into the stack: {', '.join(there)}."
    return [*([note] if there else []), *outside(plan)]


def template(plan: Plan) -> Template:
    """The template as a value. Deploying it needs CAPABILITY_NAMED_IAM where it makes a role."""
    resources: Template = {}
    found = described_resources(plan)
    before = [logical for item in found for logical in _before_flow_logs(item)]
    for number, item in enumerate(found):
        resources.update(_resource(item, number, before, plan.place))
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"VPC flow logs of the FlowInsight setup {plan.setup}",
        **({"Metadata": {"BeforeDeploying": notes}} if (notes := _notes(plan)) else {}),
        "Resources": resources,
    }


def as_json(plan: Plan) -> str:
    return json.dumps(template(plan), indent=2) + "\n"


def as_yaml(plan: Plan) -> str:
    """The template as YAML; texts are written as JSON writes them, which YAML reads the same."""
    return "\n".join(_yaml(template(plan), 0)) + "\n"


def _before_flow_logs(item: Settings) -> list[str]:
    """Logical ids that must exist before a flow log is created."""
    match item:
        case GroupSettings():
            return ["Group"]
        case RoleSettings():
            return ["Role"]
        case BucketSettings():
            return ["BucketPolicy"]
        case _:
            return []


def _resource(item: Settings, number: int, before: list[str], place: Place) -> Iterator[tuple[str, Template]]:
    match item:
        case GroupSettings():
            yield "Group", _kept("AWS::Logs::LogGroup", _group(item))
        case RoleSettings():
            yield "Role", {"Type": "AWS::IAM::Role", "Properties": _role(item)}
        case BucketSettings():
            yield "Bucket", _kept("AWS::S3::Bucket", _bucket(item))
            policy = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": json.loads(item.policy)}
            yield "BucketPolicy", _kept("AWS::S3::BucketPolicy", policy)
        case FlowLogSettings():
            logical = re.sub(r"\W", "", f"FlowLog{number}{item.resource}")
            resource = {"Type": "AWS::EC2::FlowLog", "Properties": _flow_log(item, place)}
            needed = ["BucketPolicy"] if item.layout else ["Group", "Role"]
            yield logical, {**resource, "DependsOn": [name for name in needed if name in before]}
        case KeySettings():
            return


def _kept(kind: str, properties: Template) -> Template:
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}


def _group(group: GroupSettings) -> Template:
    retention = {"RetentionInDays": group.retention_days} if group.retention_days else {}
    key = {"KmsKeyId": group.key} if group.key else {}
    return {"LogGroupName": group.name, **retention, **key, "Tags": tag_list(group.tags)}


def _role(role: RoleSettings) -> Template:
    boundary = {"PermissionsBoundary": role.boundary} if role.boundary else {}
    return {
        "RoleName": role.name,
        "Path": role.path,
        **boundary,
        "AssumeRolePolicyDocument": json.loads(role.trust),
        "Policies": [{"PolicyName": POLICY_NAME, "PolicyDocument": json.loads(role.policy)}],
        "Tags": tag_list(role.tags),
    }


def _bucket(bucket: BucketSettings) -> Template:
    default = [{"ServerSideEncryptionByDefault": default_encryption(bucket)}]
    rules = [
        {
            "Id": rule["ID"],
            "Status": rule["Status"],
            "Prefix": rule["Filter"]["Prefix"],
            "ExpirationInDays": rule["Expiration"]["Days"],
        }
        for rule in documents.rules(bucket.lifecycle)
        if set(rule) == {"ID", "Status", "Filter", "Expiration"}
    ]
    lifecycle = {"LifecycleConfiguration": {"Rules": rules}} if rules else {}
    return {
        "BucketName": bucket.name,
        "PublicAccessBlockConfiguration": dict.fromkeys(PUBLIC_ACCESS, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": bucket.ownership}]},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": default},
        **lifecycle,
        "Tags": tag_list(bucket.tags),
    }


def _flow_log(item: FlowLogSettings, place: Place) -> Template:
    common = {
        "ResourceId": item.resource,
        "ResourceType": item.resource_type,
        "LogDestinationType": item.destination_type,
        "LogFormat": item.log_format,
        "MaxAggregationInterval": item.interval,
        **({"TrafficType": item.traffic} if item.traffic else {}),
        **({"TagFieldSpecifications": specifications(item.tag_fields)} if item.tag_fields else {}),
        "Tags": tag_list(item.tags),
    }
    if item.layout is None:
        return {**common, "LogGroupName": item.destination, "DeliverLogsPermissionArn": item.role}
    options = {
        "FileFormat": item.layout.file_format,
        "HiveCompatiblePartitions": item.layout.hive,
        "PerHourPartition": item.layout.hourly,
    }
    return {**common, "LogDestination": place.bucket_arn(item.destination), "DestinationOptions": options}


def _yaml(value: object, depth: int) -> Iterator[str]:
    """Lines of block style YAML for a dict or list that is not empty."""
    pad = "  " * depth
    pairs = value.items() if isinstance(value, dict) else (("-", item) for item in value)  # type: ignore[attr-defined]
    for name, item in pairs:
        head = f"{pad}-" if name == "-" and isinstance(value, list) else f"{pad}{_yaml_key(name)}:"
        if isinstance(item, dict | list) and item:
            yield head
            yield from _yaml(item, depth + 1)
        else:
            yield f"{head} {json.dumps(item)}"


def _yaml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name) else json.dumps(name)
