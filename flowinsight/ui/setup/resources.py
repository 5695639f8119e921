"""What can be recorded in an account: ids with the names people gave them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowinsight.provision.account import Account

_LISTS = {
    "VPC": ("describe_vpcs", "Vpcs", "VpcId"),
    "subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "interface": ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "security group": ("describe_security_groups", "SecurityGroups", "GroupId"),
    "transit gateway": ("describe_transit_gateways", "TransitGateways", "TransitGatewayId"),
}
KINDS = ("VPC", "subnet", "interface", "instance", "security group", "transit gateway")


@dataclass(frozen=True)
class Resource:
    """An id and what tells it apart: its name, or the range, address or description it has."""

    id: str
    label: str


def offered(account: Account, kind: str) -> tuple[Resource, ...]:
    """Every resource of a kind in the region, named ones first."""
    found = _instances(account) if kind == "instance" else _listed(account, kind)
    return tuple(sorted(found, key=lambda one: (one.label == one.id, one.label)))


def _listed(account: Account, kind: str) -> Iterator[Resource]:
    operation, key, name = _LISTS[kind]
    for page in account.pages("ec2", operation, f"list what can be recorded ({kind})", "NextToken"):
        yield from (Resource(item[name], _label(item, item[name])) for item in page[key])


def _instances(account: Account) -> Iterator[Resource]:
    pages = account.pages("ec2", "describe_instances", "list what can be recorded (instance)", "NextToken")
    for page in pages:
        for reservation in page["Reservations"]:
            yield from (
                Resource(item["InstanceId"], _label(item, item["InstanceId"])) for item in reservation["Instances"]
            )


def _label(item: dict[str, Any], identity: str) -> str:
    tags = {tag["Key"]: tag["Value"] for tag in [*item.get("Tags", []), *item.get("TagSet", [])]}
    told = (
        tags.get("Name")
        or item.get("GroupName")
        or item.get("Description")
        or ("default VPC" if item.get("IsDefault") else "")
    )
    where = item.get("CidrBlock") or item.get("PrivateIpAddress") or ""
    return " · ".join(part for part in (told, where, identity) if part)
