"""The interfaces of an account and region with the names a person gave them, as they are now.

Source: EC2 API reference, DescribeNetworkInterfaces, DescribeInstances, DescribeAddresses.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flowinsight import aws
from flowinsight.addresses import format_address, parse_address
from flowinsight.errors import DeniedError

_BY_DESCRIPTION = (
    (re.compile(r"ELB (?:app|net|gwy)/([^/]+)/.*"), "load balancer {}"),
    (re.compile(r"ELB (.+)"), "load balancer {}"),
    (re.compile(r"Interface for NAT Gateway (nat-\w+)"), "NAT gateway {}"),
    (re.compile(r"RDSNetworkInterface()"), "database{}"),
    (re.compile(r"VPC Endpoint Interface (vpce-\w+)"), "endpoint {}"),
    (re.compile(r"AWS Lambda VPC ENI-(.+?)(?:-[0-9a-f-]{36})?"), "function {}"),
    (re.compile(r"Network Interface for Transit Gateway Attachment (tgw-attach-\w+)"), "attachment {}"),
)
"""What AWS's own services write into the description of their interfaces."""


@dataclass(frozen=True)
class Interface:
    """One interface. `addresses` are its private ones, the primary first, and IPv6; `public` pairs private with public ones.

    `name` is the Name tag of its instance, else its own, else what its description says; `since` when it was attached, in
    Unix seconds, where AWS says so.
    """

    id: str
    vpc: str
    subnet: str
    account: str
    addresses: tuple[str, ...]
    public: tuple[tuple[str, str], ...]
    name: str | None
    instance: str | None
    kind: str
    since: int | None

    @property
    def label(self) -> str:
        return self.name or self.instance or self.id


@dataclass(frozen=True)
class Inventory:
    """The interfaces of an account and region at `asked_at` (Unix seconds), and sentences about what could not be asked."""

    interfaces: tuple[Interface, ...]
    asked_at: int
    notes: tuple[str, ...] = ()

    @cached_property
    def _by_address(self) -> dict[str, list[Interface]]:
        found: dict[str, list[Interface]] = {}
        for interface in self.interfaces:
            for address in (*interface.addresses, *(public for _, public in interface.public)):
                found.setdefault(format_address(parse_address(address)), []).append(interface)
        return found

    def at(self, address: str, vpc: str | None = None) -> tuple[Interface, ...]:
        """The interfaces with this address, private or public; several where VPCs use the same one and `vpc` is not given."""
        found = self._by_address.get(address, [])
        return tuple(interface for interface in found if vpc in {None, interface.vpc})

    def name(self, address: str, vpc: str | None = None) -> str | None:
        """Who an address is, where that is one interface and no other."""
        found = self.at(address, vpc)
        return found[0].label if len(found) == 1 else None


def inventory(identity: aws.Identity, region: str | None = None, at: int | None = None) -> Inventory:
    """Ask for every interface; names and elastic addresses as far as they may be asked for.

    DeniedError without ec2:DescribeNetworkInterfaces. `at` is now where the clock is another.
    """
    ec2, notes = aws.client(identity, "ec2", region), list[str]()
    with aws.translated(doing="list the network interfaces"):
        found = _all(ec2, "describe_network_interfaces", "NetworkInterfaces")
    names = _tolerated(notes, "list the instances", lambda: _instance_names(ec2))
    elastic = _tolerated(notes, "list the elastic addresses", lambda: _elastic(ec2))
    interfaces = tuple(_interface(item, names, elastic) for item in found)
    return Inventory(interfaces, int(time.time()) if at is None else at, tuple(notes))


def _all(ec2: Any, call: str, key: str) -> list[dict[str, Any]]:  # noqa: ANN401
    return [item for page in ec2.get_paginator(call).paginate() for item in page[key]]


def _tolerated(notes: list[str], doing: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was asked, or nothing and a note: without it there are fewer names, and nothing is wrong."""
    try:
        with aws.translated(doing=doing):
            return ask()
    except DeniedError as error:
        notes.append(str(error))
        return {}


def _instance_names(ec2: Any) -> dict[str, str]:  # noqa: ANN401
    reservations = _all(ec2, "describe_instances", "Reservations")
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    return {item["InstanceId"]: name for item in instances if (name := _name_tag(item.get("Tags", [])))}


def _elastic(ec2: Any) -> dict[str, list[tuple[str, str]]]:  # noqa: ANN401
    """Private and public address of each association, by interface."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in ec2.describe_addresses()["Addresses"]:
        if item.get("NetworkInterfaceId") and item.get("PrivateIpAddress"):
            found.setdefault(item["NetworkInterfaceId"], []).append((item["PrivateIpAddress"], item["PublicIp"]))
    return found


def _interface(item: dict[str, Any], names: dict[str, str], elastic: dict[str, list[tuple[str, str]]]) -> Interface:
    attachment = item.get("Attachment", {})
    instance, since = attachment.get("InstanceId"), attachment.get("AttachTime")
    private = sorted(item.get("PrivateIpAddresses", []), key=lambda one: not one.get("Primary"))
    public = [
        (one["PrivateIpAddress"], one["Association"]["PublicIp"])
        for one in private
        if one.get("Association", {}).get("PublicIp")
    ]
    name = names.get(instance or "") or _name_tag(item.get("TagSet", [])) or _described(item.get("Description", ""))
    six = [one["Ipv6Address"] for one in item.get("Ipv6Addresses", [])]
    return Interface(
        item["NetworkInterfaceId"],
        item.get("VpcId", ""),
        item.get("SubnetId", ""),
        item.get("OwnerId", ""),
        tuple(dict.fromkeys([*(one["PrivateIpAddress"] for one in private), *six])),
        tuple(dict.fromkeys([*public, *elastic.get(item["NetworkInterfaceId"], [])])),
        name,
        instance,
        item.get("InterfaceType", "interface"),
        None if since is None else int(since.timestamp()),
    )


def _name_tag(tags: list[dict[str, str]]) -> str | None:
    return next((tag["Value"] for tag in tags if tag["Key"] == "Name" and tag["Value"]), None)


def _described(description: str) -> str | None:
    for pattern, label in _BY_DESCRIPTION:
        match = pattern.fullmatch(description)
        if match:
            return label.format(match[1])
    return description or None
