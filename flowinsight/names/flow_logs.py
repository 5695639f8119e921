"""The flow logs of an account and region, as DescribeFlowLogs tells them. Source: EC2 API reference, FlowLog."""

from dataclasses import dataclass
from typing import Any, Literal

from flowinsight import aws

Kind = Literal["cloud-watch-logs", "s3", "kinesis-data-firehose"]


@dataclass(frozen=True)
class FlowLog:
    """One flow log. `resource` is the id of a VPC, a subnet, an interface or a gateway; `destination` the name of a log group
    (its ARN in another account), or `bucket/prefix`; `log_format` None is the default format; `created` in Unix seconds;
    `problem` is AWS's own word for why delivery fails.
    """

    id: str
    resource: str
    kind: Kind
    destination: str
    traffic_type: str
    log_format: str | None
    interval: int | None
    created: int | None
    problem: str | None


def flow_logs(identity: aws.Identity, region: str | None = None) -> tuple[FlowLog, ...]:
    """Every flow log of the account and region; DeniedError without ec2:DescribeFlowLogs."""
    with aws.translated(doing="list the flow logs"):
        pages = aws.client(identity, "ec2", region).get_paginator("describe_flow_logs").paginate()
        return tuple(_flow_log(item) for page in pages for item in page["FlowLogs"])


def _flow_log(item: dict[str, Any]) -> FlowLog:
    kind: Kind = item.get("LogDestinationType", "cloud-watch-logs")
    created = item.get("CreationTime")
    return FlowLog(
        item["FlowLogId"],
        item["ResourceId"],
        kind,
        _destination(kind, item),
        item.get("TrafficType", "ALL"),
        item.get("LogFormat"),
        item.get("MaxAggregationInterval"),
        None if created is None else int(created.timestamp()),
        item.get("DeliverLogsErrorMessage"),
    )


def _destination(kind: Kind, item: dict[str, Any]) -> str:
    arn = str(item.get("LogDestination", "")).removesuffix(":*")
    match kind:
        case "cloud-watch-logs" if item.get("DeliverCrossAccountRole") and arn:
            return arn
        case "cloud-watch-logs":
            return str(item.get("LogGroupName") or arn.partition(":log-group:")[2])
        case _:
            return arn.partition(":::")[2] or arn
