"""What the account's network looks like through EC2, as a name resolver or a set-up page asks."""

from collections.abc import Callable
from typing import Any

import pytest


def test_regions_and_zones_are_described(client: Callable[..., Any]) -> None:
    ec2 = client("ec2")
    regions = ec2.describe_regions()["Regions"]
    assert len(regions) >= 17
    assert all("OptInStatus" in region for region in regions)
    assert [r["RegionName"] for r in ec2.describe_regions(RegionNames=["eu-west-1"])["Regions"]] == ["eu-west-1"]
    assert all("ZoneId" in zone for zone in ec2.describe_availability_zones()["AvailabilityZones"])


def test_resources_are_found_by_filter(client: Callable[..., Any], company: dict[str, Any]) -> None:
    ec2, shop = client("ec2"), company["vpcs"]["shop"]

    def of_shop(method: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = getattr(ec2, method)(Filters=[{"Name": "vpc-id", "Values": [shop]}])[key]
        return found

    named = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["shop"]}])["Vpcs"]
    assert [vpc["VpcId"] for vpc in named] == [shop]
    assert len(ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.20.0.0/16"]}])["Vpcs"]) == 2
    subnets = {subnet["SubnetId"] for subnet in of_shop("describe_subnets", "Subnets")}
    assert subnets == {identifier for name, identifier in company["subnets"].items() if name.startswith("shop-")}
    interfaces = {item["NetworkInterfaceId"] for item in of_shop("describe_network_interfaces", "NetworkInterfaces")}
    assert interfaces == {item["id"] for item in company["interfaces"].values() if item["vpc"] == "shop"}
    groups = {group["GroupName"] for group in of_shop("describe_security_groups", "SecurityGroups")}
    assert {"default", "larkfield-web", "larkfield-db"} <= groups
    assert [acl["IsDefault"] for acl in of_shop("describe_network_acls", "NetworkAcls")] == [True]


def test_security_groups_say_what_they_let_in(client: Callable[..., Any]) -> None:
    found = client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": ["larkfield-bastion"]}])
    rules = found["SecurityGroups"][0]["IpPermissions"]
    ssh = next(rule for rule in rules if rule["FromPort"] == 22)
    assert (ssh["IpProtocol"], ssh["ToPort"]) == ("tcp", 22)
    assert [entry["CidrIp"] for entry in ssh["IpRanges"]] == ["0.0.0.0/0"]


@pytest.mark.parametrize(
    ("method", "parameter", "identifier", "code"),
    [
        ("describe_vpcs", "VpcIds", "vpc-0123456789abcdef0", "InvalidVpcID.NotFound"),
        ("describe_subnets", "SubnetIds", "subnet-0123456789abcdef0", "InvalidSubnetID.NotFound"),
        ("describe_instances", "InstanceIds", "i-0123456789abcdef0", "InvalidInstanceID.NotFound"),
        (
            "describe_network_interfaces",
            "NetworkInterfaceIds",
            "eni-0123456789abcdef0",
            "InvalidNetworkInterfaceID.NotFound",
        ),
    ],
)
def test_what_does_not_exist_is_an_error(
    method: str, parameter: str, identifier: str, code: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    refused(code, getattr(client("ec2"), method), **{parameter: [identifier]})
