"""The plan as Terraform configuration for the AWS provider (version 5 and later)."""

import json
import re
from collections.abc import Iterator, Mapping

from flowinsight.provision import documents
from flowinsight.provision.export_cloudformation import described_resources, existing, outside
from flowinsight.provision.formats import specifications
from flowinsight.provision.perform_bucket import PUBLIC_ACCESS
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
    Tags,
)

_RESOURCE_ARGUMENTS = {
    "VPC": "vpc_id",
    "Subnet": "subnet_id",
    "NetworkInterface": "eni_id",
    "TransitGateway": "transit_gateway_id",
    "TransitGatewayAttachment": "transit_gateway_attachment_id",
}


class Block(dict[str, object]):
    """A nested block: written without an equals sign."""


class Reference(str):
    """An expression, written without quotes."""

    __slots__ = ()


def terraform(plan: Plan) -> str:
    """One file: provider, then every resource of the setup."""
    head = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws", version = ">= 5.0" }\n  }\n}\n'
    provider = f'provider "aws" {{\n  region = "{plan.place.region}"\n}}\n'
    found = described_resources(plan)
    if any(isinstance(item, FlowLogSettings) and item.tag_fields for item in found):
        head = f"# tag_field_specification needs a provider of July 2026 or later.\n{head}"
    kinds = {type(item) for item in found}
    blocks = [_written(*block) for item in found for block in _resource(item, kinds, plan.place)]
    notes = [f"# {sentence}\n" for sentence in outside(plan)]
    return "\n".join([*notes, head, provider, *_imports(plan), *blocks])


def _imports(plan: Plan) -> Iterator[str]:
    """What is there already is taken over and not made again (Terraform 1.5 and later)."""
    there = existing(plan)
    for item in described_resources(plan):
        if (type(item), item.name) in there:
            kind, name, _ = next(_resource(item, set(), plan.place))
            identity = json.dumps(there[type(item), item.name])
            yield f"import {{\n  to = {kind}.{name}\n  id = {identity}\n}}\n"


Resource = tuple[str, str, Mapping[str, object]]


def _resource(item: Settings, kinds: set[type], place: Place) -> Iterator[Resource]:
    match item:
        case GroupSettings():
            optional = {"retention_in_days": item.retention_days, "kms_key_id": item.key}
            yield "aws_cloudwatch_log_group", "flow_logs", {"name": item.name, **optional, "tags": _tags(item.tags)}
        case RoleSettings():
            yield from _role(item)
        case BucketSettings():
            yield from _bucket(item)
        case FlowLogSettings():
            yield (
                "aws_flow_log",
                re.sub(r"\W", "_", f"{item.resource}_{item.destination_type}"),
                _flow_log(item, kinds, place),
            )
        case KeySettings():
            return


def _tags(tags: Tags) -> dict[str, object]:
    return dict(tags)


def _role(role: RoleSettings) -> Iterator[Resource]:
    yield (
        "aws_iam_role",
        "flow_logs",
        {
            "name": role.name,
            "path": role.path,
            "permissions_boundary": role.boundary,
            "assume_role_policy": _document(role.trust),
            "tags": _tags(role.tags),
        },
    )
    policy = {"name": POLICY_NAME, "role": Reference("aws_iam_role.flow_logs.id"), "policy": _document(role.policy)}
    yield "aws_iam_role_policy", "flow_logs", policy


def _bucket(bucket: BucketSettings) -> Iterator[Resource]:
    yield "aws_s3_bucket", "flow_logs", {"bucket": bucket.name, "tags": _tags(bucket.tags)}
    this = {"bucket": Reference("aws_s3_bucket.flow_logs.id")}
    blocked = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower(): True for name in PUBLIC_ACCESS}
    yield "aws_s3_bucket_public_access_block", "flow_logs", {**this, **blocked}
    rule = Block(object_ownership=bucket.ownership)
    yield "aws_s3_bucket_ownership_controls", "flow_logs", {**this, "rule": rule}
    default = Block(sse_algorithm="aws:kms" if bucket.key else "AES256", kms_master_key_id=bucket.key)
    encryption = {"rule": Block(apply_server_side_encryption_by_default=default)}
    yield "aws_s3_bucket_server_side_encryption_configuration", "flow_logs", {**this, **encryption}
    rules = [_rule(rule) for rule in documents.rules(bucket.lifecycle) if set(rule) >= {"Expiration", "Filter"}]
    if rules:
        yield "aws_s3_bucket_lifecycle_configuration", "flow_logs", {**this, "rule": rules}
    yield "aws_s3_bucket_policy", "flow_logs", {**this, "policy": _document(bucket.policy)}


def _rule(rule: Mapping[str, Mapping[str, object]]) -> Block:
    where = Block(prefix=rule["Filter"].get("Prefix", ""))
    expiration = Block(days=rule["Expiration"].get("Days"))
    return Block(id=rule["ID"], status=rule["Status"], filter=where, expiration=expiration)


def _flow_log(item: FlowLogSettings, kinds: set[type], place: Place) -> Mapping[str, object]:
    to_s3 = item.layout is not None
    own_role = RoleSettings in kinds and not to_s3
    destination = place.bucket_arn(item.destination) if to_s3 else place.group_arn(item.destination)
    needed = "aws_s3_bucket_policy" if to_s3 and BucketSettings in kinds else "aws_cloudwatch_log_group"
    settings: dict[str, object] = {
        _RESOURCE_ARGUMENTS[item.resource_type]: item.resource,
        "traffic_type": item.traffic,
        "log_destination_type": item.destination_type,
        "log_destination": destination,
        "iam_role_arn": Reference("aws_iam_role.flow_logs.arn") if own_role else item.role,
        "log_format": item.log_format,
        "max_aggregation_interval": item.interval,
    }
    if item.layout is not None:
        settings["destination_options"] = Block(
            file_format=item.layout.file_format,
            hive_compatible_partitions=item.layout.hive,
            per_hour_partition=item.layout.hourly,
        )
    if item.tag_fields:
        settings["tag_field_specification"] = [
            Block(resource_type=one["ResourceType"], tag_keys=one["TagKeys"]) for one in specifications(item.tag_fields)
        ]
    if (BucketSettings if to_s3 else GroupSettings) in kinds:
        settings["depends_on"] = [Reference(f"{needed}.flow_logs")]
    return {**settings, "tags": _tags(item.tags)}


def _document(policy: str) -> Reference:
    return Reference(f"jsonencode({_value(json.loads(policy), 1)})")


def _written(kind: str, name: str, arguments: Mapping[str, object]) -> str:
    return "\n".join([f'resource "{kind}" "{name}" {{', *_arguments(arguments, 1), "}", ""])


def _arguments(arguments: Mapping[str, object], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for name, value in arguments.items():
        blocks = value if isinstance(value, list) and value and isinstance(value[0], Block) else [value]
        for item in blocks:
            if isinstance(item, Block):
                yield f"{pad}{name} {{"
                yield from _arguments(item, depth + 1)
                yield f"{pad}}}"
            elif value is not None:
                yield f"{pad}{name} = {_value(value, depth)}"


def _value(value: object, depth: int) -> str:
    """An HCL expression. In a text `${` would begin a template, so it is doubled, and `%{` too."""
    pad, inner = "  " * depth, "  " * (depth + 1)
    match value:
        case Reference():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
        case dict():
            lines = [f"{inner}{json.dumps(key)} = {_value(item, depth + 1)}" for key, item in value.items()]
            return "\n".join(["{", *lines, f"{pad}}}"])
        case list():
            return "[" + ", ".join(_value(item, depth) for item in value) + "]"
        case _:
            return json.dumps(value)
