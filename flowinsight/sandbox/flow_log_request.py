"""A CreateFlowLogs request as a value, and what AWS refuses before it looks at any resource.

Source: EC2 API reference, CreateFlowLogs (botocore 1.44.5 model); every refusal is a row of `rules.csv`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flowinsight.fields import BY_TOKEN, DEFAULT_FORMAT

VPC_TYPES = ("VPC", "Subnet", "NetworkInterface")
TRANSIT_TYPES = (
    "TransitGateway",
    "TransitGatewayAttachment",
    "CoreNetwork",
    "CoreNetworkEdge",
    "CoreNetworkAttachment",
)
RESOURCE_TYPES = (*VPC_TYPES, *TRANSIT_TYPES, "RegionalNatGateway")
TRAFFIC_TYPES = ("ACCEPT", "REJECT", "ALL")
DESTINATION_TYPES = ("cloud-watch-logs", "s3", "kinesis-data-firehose")
DEFAULT_LOG_FORMAT = " ".join(f"${{{token}}}" for token in DEFAULT_FORMAT)
_FORMAT = re.compile(r"\$\{([a-z0-9-]+)\}(?: \$\{([a-z0-9-]+)\})*")
_ARNS = {
    "cloud-watch-logs": re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]+(:\*)?"),
    "s3": re.compile(r"arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?"),
    "kinesis-data-firehose": re.compile(r"arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/[\w.-]+"),
}
_TAG_FIELD_TYPES = ("network-interface", "instance", "auto-scaling-group")


@dataclass(frozen=True)
class FlowLogRequest:
    """The parameters as sent; None where a parameter is missing."""

    resource_ids: tuple[str, ...]
    resource_type: str | None
    traffic_type: str | None
    destination_type: str
    log_group_name: str | None
    log_destination: str | None
    role: str | None
    cross_account_role: str | None
    log_format: str | None
    interval: int
    options: dict[str, Any] | None
    tag_resource_types: tuple[str, ...]
    tag_fields: tuple[dict[str, Any], ...]

    @property
    def transit(self) -> bool:
        return self.resource_type in TRANSIT_TYPES

    @property
    def tokens(self) -> tuple[str, ...]:
        return format_tokens(self.log_format or DEFAULT_LOG_FORMAT)


def format_tokens(log_format: str) -> tuple[str, ...]:
    """Return the field tokens of a LogFormat, in order."""
    return tuple(re.findall(r"\$\{([^}]*)\}", log_format))


Problem = Callable[[FlowLogRequest], str | None]


def problem_of(request: FlowLogRequest) -> tuple[str, str] | None:
    """Return (rule id, sentence) of the first rule a request breaks, or None."""
    for rule, check in _CHECKS:
        sentence = check(request)
        if sentence:
            return rule, sentence
    return None


def _resource_count(request: FlowLogRequest) -> str | None:
    most = 25 if request.transit else 300
    given = len(request.resource_ids)
    return None if 1 <= given <= most else f"Between 1 and {most} resource ids are required, not {given}."


def _one_of(value: str | None, allowed: tuple[str, ...], name: str) -> str | None:
    if value in allowed:
        return None
    return f"Invalid value '{value}' for {name}. Allowed values: {', '.join(allowed)}"


def _traffic_type_missing(request: FlowLogRequest) -> str | None:
    missing = request.traffic_type is None and not request.transit
    return "The request must contain the parameter TrafficType" if missing else None


def _traffic_type(request: FlowLogRequest) -> str | None:
    given = request.traffic_type
    return None if given is None else _one_of(given, TRAFFIC_TYPES, "TrafficType")


def _traffic_type_transit(request: FlowLogRequest) -> str | None:
    wrong = request.transit and request.traffic_type is not None
    return "TrafficType is not supported for transit gateway resource types." if wrong else None


def _destination_missing(request: FlowLogRequest) -> str | None:
    missing = request.log_group_name is None and request.log_destination is None
    return "LogDestination can't be empty if LogGroupName is not provided." if missing else None


def _destination_twice(request: FlowLogRequest) -> str | None:
    both = request.log_group_name is not None and request.log_destination is not None
    return "Please only provide LogGroupName or only provide LogDestination." if both else None


def _group_elsewhere(request: FlowLogRequest) -> str | None:
    wrong = request.log_group_name is not None and request.destination_type != "cloud-watch-logs"
    return "LogDestination type must be cloud-watch-logs if LogGroupName is provided." if wrong else None


def _destination_arn(request: FlowLogRequest) -> str | None:
    arn = request.log_destination
    if arn is None or _ARNS[request.destination_type].fullmatch(arn):
        return None
    return f"LogDestination '{arn}' is no ARN for the log destination type {request.destination_type}."


def _awslogs_prefix(request: FlowLogRequest) -> str | None:
    if request.destination_type != "s3" or not request.log_destination:
        return None
    folders = request.log_destination.partition("/")[2].split("/")
    return (
        "AWSLogs is a reserved term and cannot be a sub-folder of the log destination."
        if "AWSLogs" in folders
        else None
    )


def _role_missing(request: FlowLogRequest) -> str | None:
    missing = request.destination_type == "cloud-watch-logs" and not request.role
    return "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs." if missing else None


def _role_with_s3(request: FlowLogRequest) -> str | None:
    wrong = request.destination_type == "s3" and request.role is not None
    return "DeliverLogsPermissionArn is not applicable for s3 delivery" if wrong else None


def _interval(request: FlowLogRequest) -> str | None:
    return None if request.interval in (60, 600) else "Invalid Flow Log Max Aggregation Interval"


def _interval_transit(request: FlowLogRequest) -> str | None:
    wrong = request.transit and request.interval != 60
    return "MaxAggregationInterval must be 60 for transit gateway resource types." if wrong else None


def _format_shape(request: FlowLogRequest) -> str | None:
    text = request.log_format
    if text is None or _FORMAT.fullmatch(text):
        return None
    return f"1 validation error detected: Value '{text}' at 'logFormat' has an invalid format"


def _format_field(request: FlowLogRequest) -> str | None:
    unknown = [token for token in request.tokens if not _exists(token, transit=request.transit)]
    return f"Unknown fields provided: {', '.join(unknown)}" if unknown and request.log_format else None


def _exists(token: str, *, transit: bool) -> bool:
    field = BY_TOKEN.get(token)
    return field is not None and (transit or field.version != 6)


def _format_ecs(request: FlowLogRequest) -> str | None:
    asked = any(token.startswith("ecs-") for token in request.tokens)
    sentence = "Caller is not authorized to obtain ECS field(s). The account needs a minimum of one ECS cluster."
    return sentence if asked else None


def _options_not_s3(request: FlowLogRequest) -> str | None:
    wrong = request.options is not None and request.destination_type != "s3"
    return "DestinationOptions are only supported for the log destination type s3." if wrong else None


def _file_format(request: FlowLogRequest) -> str | None:
    return _one_of((request.options or {}).get("FileFormat", "plain-text"), ("plain-text", "parquet"), "FileFormat")


def _tag_resource_type(request: FlowLogRequest) -> str | None:
    wrong = [name for name in request.tag_resource_types if name != "vpc-flow-log"]
    return f"'{wrong[0]}' is not a valid taggable resource type for this operation." if wrong else None


def _tag_fields(request: FlowLogRequest) -> str | None:
    good = len(request.tag_fields) <= 3 and all(
        entry.get("ResourceType") in _TAG_FIELD_TYPES and 1 <= len(entry.get("TagKeys", [])) <= 2
        for entry in request.tag_fields
    )
    return None if good else "TagFieldSpecifications take 1 to 3 entries with 1 or 2 tag keys each."


_CHECKS: tuple[tuple[str, Problem], ...] = (
    ("resource-type", lambda request: _one_of(request.resource_type, RESOURCE_TYPES, "ResourceType")),
    ("resource-count", _resource_count),
    ("destination-type", lambda request: _one_of(request.destination_type, DESTINATION_TYPES, "LogDestinationType")),
    ("traffic-type-missing", _traffic_type_missing),
    ("traffic-type", _traffic_type),
    ("traffic-type-transit", _traffic_type_transit),
    ("destination-missing", _destination_missing),
    ("destination-twice", _destination_twice),
    ("group-elsewhere", _group_elsewhere),
    ("destination-arn", _destination_arn),
    ("awslogs-prefix", _awslogs_prefix),
    ("role-missing", _role_missing),
    ("role-with-s3", _role_with_s3),
    ("interval", _interval),
    ("interval-transit", _interval_transit),
    ("format-shape", _format_shape),
    ("format-field", _format_field),
    ("format-ecs", _format_ecs),
    ("options-not-s3", _options_not_s3),
    ("file-format", _file_format),
    ("tag-resource-type", _tag_resource_type),
    ("tag-fields", _tag_fields),
)
