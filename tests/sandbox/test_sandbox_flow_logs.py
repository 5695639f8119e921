"""Creating, describing and deleting flow logs as EC2 does."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight.sandbox.rules import RULES

Create = Callable[..., dict[str, Any]]
FULL = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${start} ${end} ${az-id} ${flow-direction}"


def one(client: Callable[..., Any], flow_log_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client("ec2").describe_flow_logs(FlowLogIds=[flow_log_id])["FlowLogs"][0]
    return found


def test_everything_a_cloudwatch_flow_log_was_created_with_is_described(
    client: Callable[..., Any], flow_log: Create, company: dict[str, Any], role: str
) -> None:
    tags = [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "Name", "Value": "shop"}]}]
    answer = flow_log(LogFormat=FULL, MaxAggregationInterval=60, TagSpecifications=tags, LogGroupName="/described")
    assert answer["Unsuccessful"] == []
    described = one(client, answer["FlowLogIds"][0])
    expected = {
        "LogFormat": FULL,
        "MaxAggregationInterval": 60,
        "LogGroupName": "/described",
        "DeliverLogsPermissionArn": role,
        "TrafficType": "ALL",
        "ResourceId": company["vpcs"]["shop"],
        "FlowLogStatus": "ACTIVE",
        "LogDestinationType": "cloud-watch-logs",
        "DeliverLogsStatus": "SUCCESS",
        "Tags": [{"Key": "Name", "Value": "shop"}],
    }
    assert {name: described.get(name) for name in expected} == expected
    assert "CreationTime" in described


def test_a_bucket_with_a_prefix_and_options_is_accepted_and_described(
    client: Callable[..., Any], to_bucket: Create, bucket: str
) -> None:
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}
    answer = to_bucket(LogDestination=f"arn:aws:s3:::{bucket}/team/", DestinationOptions=options)
    described = one(client, answer["FlowLogIds"][0])
    assert described["DestinationOptions"] == options
    assert described["LogDestination"] == f"arn:aws:s3:::{bucket}/team/"
    assert described["MaxAggregationInterval"] == 600
    assert described["LogFormat"].startswith("${version} ${account-id} ${interface-id} ${srcaddr}")


def test_the_same_client_token_answers_with_the_same_flow_log(flow_log: Create, refused: Callable[..., Any]) -> None:
    first = flow_log(LogGroupName="/token", ClientToken="token-1")
    assert flow_log(LogGroupName="/token", ClientToken="token-1")["FlowLogIds"] == first["FlowLogIds"]
    refused(RULES["client-token-changed"].code, flow_log, LogGroupName="/other", ClientToken="token-1")


def test_a_second_flow_log_to_the_same_place_is_refused(flow_log: Create, refused: Callable[..., Any]) -> None:
    flow_log(LogGroupName="/twice")
    refused("FlowLogAlreadyExists", flow_log, LogGroupName="/twice")
    flow_log(LogGroupName="/twice", TrafficType="REJECT")


def test_subnets_and_interfaces_can_be_watched_and_several_at_once(flow_log: Create, company: dict[str, Any]) -> None:
    subnets = [company["subnets"]["shop-web"], company["subnets"]["shop-app"]]
    assert len(flow_log(ResourceType="Subnet", ResourceIds=subnets)["FlowLogIds"]) == 2
    interface = company["interfaces"]["web-1"]["id"]
    answer = flow_log(ResourceType="NetworkInterface", ResourceIds=[interface], TrafficType="REJECT")
    assert len(answer["FlowLogIds"]) == 1


S3 = {"LogDestinationType": "s3", "LogGroupName": None, "LogDestination": "arn:aws:s3:::anything"}
TRANSIT = {"ResourceType": "TransitGateway", "ResourceIds": ["tgw-0123456789abcdef0"], "MaxAggregationInterval": 60}
BAD_REQUESTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("resource-type", {"ResourceType": "Vpc"}),
    ("resource-count", {**TRANSIT, "TrafficType": None, "ResourceIds": [f"tgw-{n:017x}" for n in range(26)]}),
    ("destination-type", {"LogDestinationType": "kafka"}),
    ("traffic-type-missing", {"TrafficType": None}),
    ("traffic-type", {"TrafficType": "SOME"}),
    ("traffic-type-transit", TRANSIT),
    ("destination-missing", {"LogGroupName": None}),
    ("destination-twice", {"LogDestination": "arn:aws:logs:eu-central-1:111122223333:log-group:/x"}),
    ("group-elsewhere", {"LogDestinationType": "s3"}),
    ("destination-arn", {**S3, "DeliverLogsPermissionArn": None, "LogDestination": "arn:aws:sns:eu-central-1:1:x"}),
    ("awslogs-prefix", {**S3, "DeliverLogsPermissionArn": None, "LogDestination": "arn:aws:s3:::anything/AWSLogs/"}),
    ("role-missing", {"DeliverLogsPermissionArn": None}),
    ("role-with-s3", S3),
    ("interval", {"MaxAggregationInterval": 120}),
    ("interval-transit", {**TRANSIT, "TrafficType": None, "MaxAggregationInterval": 600}),
    ("format-shape", {"LogFormat": "version srcaddr"}),
    ("format-field", {"LogFormat": "${version} ${foo-bar}"}),
    ("format-ecs", {"LogFormat": "${version} ${ecs-cluster-name}"}),
    ("options-not-s3", {"DestinationOptions": {"FileFormat": "parquet"}}),
    ("file-format", {**S3, "DeliverLogsPermissionArn": None, "DestinationOptions": {"FileFormat": "csv"}}),
    ("tag-resource-type", {"TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]}),
    ("tag-fields", {"TagFieldSpecifications": [{"ResourceType": "bucket", "TagKeys": ["Name"]}]}),
    ("dry-run", {"DryRun": True}),
)


@pytest.mark.parametrize(("rule", "changes"), BAD_REQUESTS, ids=[rule for rule, _ in BAD_REQUESTS])
def test_a_request_that_breaks_a_rule_is_refused_with_the_rules_code(
    rule: str, changes: dict[str, Any], flow_log: Create, refused: Callable[..., Any]
) -> None:
    refused(RULES[rule].code, flow_log, **changes)


def test_a_missing_vpc_a_missing_bucket_and_a_wrong_type_create_nothing(
    flow_log: Create, to_bucket: Create, refused: Callable[..., Any], company: dict[str, Any]
) -> None:
    refused("InvalidVpcID.NotFound", flow_log, ResourceIds=["vpc-0123456789abcdef0"])
    refused("InvalidSubnetID.NotFound", flow_log, ResourceType="Subnet", ResourceIds=[company["vpcs"]["shop"]])
    answer = to_bucket(LogDestination="arn:aws:s3:::no-such-bucket-at-all")
    assert answer["FlowLogIds"] == []
    assert answer["Unsuccessful"][0]["Error"]["Message"] == "LogDestination: no-such-bucket-at-all does not exist."


def test_a_role_younger_than_its_propagation_cannot_be_assumed_yet(
    settings: Callable[..., Any], flow_log: Create, refused: Callable[..., Any]
) -> None:
    settings(iam_propagation=10)
    error = refused("InvalidParameter", flow_log)
    assert error["Message"] == "Unable to assume given IAM role"


def test_every_filter_of_describe_flow_logs_filters(
    client: Callable[..., Any], flow_log: Create, to_bucket: Create, company: dict[str, Any]
) -> None:
    tags = [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "Name", "Value": "filtered"}]}]
    web, mine = company["subnets"]["shop-web"], set()
    mine |= set(flow_log(LogGroupName="/filtered", TagSpecifications=tags)["FlowLogIds"])
    mine |= set(flow_log(ResourceType="Subnet", ResourceIds=[web], TrafficType="REJECT")["FlowLogIds"])
    mine |= set(to_bucket()["FlowLogIds"])
    every = [one(client, flow_log_id) for flow_log_id in mine]

    def found(name: str, value: str) -> set[str]:
        page = client("ec2").describe_flow_logs(Filters=[{"Name": name, "Values": [value]}])
        return {item["FlowLogId"] for item in page["FlowLogs"]} & mine

    fields = {
        "flow-log-id": "FlowLogId",
        "log-destination-type": "LogDestinationType",
        "log-group-name": "LogGroupName",
        "resource-id": "ResourceId",
        "traffic-type": "TrafficType",
        "deliver-log-status": "DeliverLogsStatus",
    }
    for name, field in fields.items():
        for value in {item[field] for item in every if field in item}:
            assert found(name, value) == {item["FlowLogId"] for item in every if item.get(field) == value}
    assert found("deliver-log-status", "FAILED") == set()
    assert len(found("tag:Name", "filtered")) == len(found("tag-key", "Name")) == 1


def test_describing_pages_and_refuses_what_it_does_not_know(
    client: Callable[..., Any], flow_log: Create, refused: Callable[..., Any]
) -> None:
    ec2, ids = client("ec2"), [flow_log()["FlowLogIds"][0] for _ in range(3)]
    pages = list(ec2.get_paginator("describe_flow_logs").paginate(FlowLogIds=ids, MaxResults=2))
    assert [len(page["FlowLogs"]) for page in pages] == [2, 1]
    assert {item["FlowLogId"] for page in pages for item in page["FlowLogs"]} == set(ids)
    refused("InvalidFlowLogId.NotFound", ec2.describe_flow_logs, FlowLogIds=["fl-0123456789abcdef0"])
    refused("InvalidParameterValue", ec2.describe_flow_logs, Filters=[{"Name": "nope", "Values": ["x"]}])
    refused("InvalidNextToken", ec2.describe_flow_logs, NextToken="made-up")


def test_deleting_reports_unknown_ids_and_deletes_the_others(client: Callable[..., Any], flow_log: Create) -> None:
    ec2, known = client("ec2"), flow_log()["FlowLogIds"][0]
    answer = ec2.delete_flow_logs(FlowLogIds=["fl-0123456789abcdef0", known])
    assert [item["Error"]["Code"] for item in answer["Unsuccessful"]] == ["InvalidFlowLogId.NotFound"]
    assert known not in {item["FlowLogId"] for item in ec2.describe_flow_logs()["FlowLogs"]}


def test_tags_of_a_flow_log_can_be_changed(client: Callable[..., Any], flow_log: Create) -> None:
    flow_log_id = flow_log()["FlowLogIds"][0]
    client("ec2").create_tags(Resources=[flow_log_id], Tags=[{"Key": "z", "Value": "1"}])
    assert {"Key": "z", "Value": "1"} in one(client, flow_log_id)["Tags"]


def test_a_resource_takes_at_most_250_flow_logs(
    flow_log: Create, refused: Callable[..., Any], company: dict[str, Any]
) -> None:
    only = {"ResourceType": "NetworkInterface", "ResourceIds": [company["interfaces"]["staging-web-1"]["id"]]}
    for number in range(250):
        flow_log(**only, LogGroupName=f"/many/{number}")
    refused("FlowLogsLimitExceeded", flow_log, **only, LogGroupName="/many/250")


def test_a_gateway_that_does_not_exist_is_refused_and_one_that_does_is_watched(
    client: Callable[..., Any], flow_log: Create, refused: Callable[..., Any]
) -> None:
    refused("InvalidTransitGatewayID.NotFound", flow_log, **{**TRANSIT, "TrafficType": None})
    made = client("ec2").create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    given = {**TRANSIT, "TrafficType": None, "ResourceIds": [made], "LogFormat": "${version} ${tgw-id} ${srcaddr}"}
    assert one(client, flow_log(**given)["FlowLogIds"][0])["ResourceId"] == made
