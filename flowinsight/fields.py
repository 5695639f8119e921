"""Every field a VPC or transit gateway flow log record can carry, once. Everything else is derived from this table.

Source: AWS VPC User Guide, "Flow log records" (versions 2 to 5, 7 to 11) and "Transit gateway flow log records" (version 6).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["address", "number", "text", "epoch"]


@dataclass(frozen=True)
class Field:
    """One field of a record.

    `token` is AWS's name in a LogFormat (`pkt-srcaddr`), `version` the first format version that has it, `kind` what its
    values are: an IP address, a whole number, text, or Unix seconds. `bits` is the width of the Parquet integer.
    """

    token: str
    version: int
    kind: Kind
    label: str
    help: str
    bits: Literal[32, 64] = 64

    @cached_property
    def name(self) -> str:
        """The column name: AWS's own rule for Parquet and Athena, underscores for hyphens."""
        return self.token.replace("-", "_")

    @cached_property
    def insights(self) -> str:
        """The name CloudWatch Logs Insights discovers: camel case, with the 5-tuple's words split as AWS splits them."""
        words = _INSIGHTS_WORDS.get(self.token, self.token).split("-")
        return words[0] + "".join(word.capitalize() for word in words[1:])

    @property
    def parquet(self) -> str:
        """The physical Parquet type AWS delivers."""
        return "STRING" if self.kind in {"address", "text"} else f"INT_{self.bits}"


_INSIGHTS_WORDS = {
    "srcaddr": "src-addr",
    "dstaddr": "dst-addr",
    "srcport": "src-port",
    "dstport": "dst-port",
    "pkt-srcaddr": "pkt-src-addr",
    "pkt-dstaddr": "pkt-dst-addr",
    "start": "start-time",
    "end": "end-time",
}


def _address(token: str, version: int, label: str, text: str) -> Field:
    return Field(token, version, "address", label, text)


def _int32(token: str, version: int, label: str, text: str) -> Field:
    return Field(token, version, "number", label, text, 32)


def _int64(token: str, version: int, label: str, text: str) -> Field:
    return Field(token, version, "number", label, text)


def _epoch(token: str, version: int, label: str, text: str) -> Field:
    return Field(token, version, "epoch", label, text)


def _text(token: str, version: int, label: str, text: str) -> Field:
    return Field(token, version, "text", label, text)


_OWN_PRIVATE = "For the interface's own side this is its primary private IPv4 address, never a public one."

FIELDS: tuple[Field, ...] = (
    # Version 2, the default format, in its fixed order.
    _int32("version", 2, "Version", "Highest version among the fields of the format."),
    _text("account-id", 2, "Account", "Owner of the interface; 'unknown' for interfaces that AWS services create."),
    _text("interface-id", 2, "Interface", "The interface that saw the traffic; absent for regional NAT gateways."),
    _address("srcaddr", 2, "Source", f"Sender of this direction. {_OWN_PRIVATE}"),
    _address("dstaddr", 2, "Destination", f"Receiver of this direction. {_OWN_PRIVATE}"),
    _int32("srcport", 2, "Source port", "0 for ICMP."),
    _int32("dstport", 2, "Destination port", "0 for ICMP."),
    _int32("protocol", 2, "Protocol", "IANA protocol number."),
    _int64("packets", 2, "Packets", "Packets of the flow in the aggregation interval."),
    _int64(
        "bytes", 2, "Bytes", "Bytes of the flow in the aggregation interval; absent for block public access records."
    ),
    _epoch("start", 2, "First packet", "Unix seconds of the first packet in the interval, up to 60 s off."),
    _epoch("end", 2, "Last packet", "Unix seconds of the last packet in the interval, up to 60 s late."),
    _text("action", 2, "Action", "ACCEPT or REJECT. REJECT also covers packets that arrive after a connection closed."),
    _text("log-status", 2, "Log status", "OK, NODATA (no traffic) or SKIPDATA (records lost)."),
    # Version 3.
    _text("vpc-id", 3, "VPC", "The VPC of the interface."),
    _text("subnet-id", 3, "Subnet", "The subnet of the interface."),
    _text("instance-id", 3, "Instance", "The instance of the interface, where it is yours."),
    _int32(
        "tcp-flags",
        3,
        "TCP flags",
        "FIN 1, SYN 2, RST 4, SYN-ACK 18, joined by OR over the interval; 0 means only ACKs.",
    ),
    _text("type", 3, "Type", "IPv4, IPv6 or EFA."),
    _address("pkt-srcaddr", 3, "Packet source", "Original sender, where a NAT gateway or a pod stands between."),
    _address("pkt-dstaddr", 3, "Packet destination", "Original receiver, where a NAT gateway or a pod stands between."),
    # Version 4.
    _text("region", 4, "Region", "The region of the interface."),
    _text("az-id", 4, "Availability zone", "The availability zone of the interface."),
    _text("sublocation-type", 4, "Sublocation type", "wavelength, outpost or localzone."),
    _text("sublocation-id", 4, "Sublocation", "Identifier of the sublocation."),
    # Version 5.
    _text("pkt-src-aws-service", 5, "Source AWS service", "AWS service whose published range holds pkt-srcaddr."),
    _text("pkt-dst-aws-service", 5, "Destination AWS service", "AWS service whose published range holds pkt-dstaddr."),
    _text(
        "flow-direction",
        5,
        "Direction",
        "ingress or egress, relative to the interface; says nothing about who started.",
    ),
    _int32(
        "traffic-path",
        5,
        "Traffic path",
        "How egress traffic leaves: 1 same VPC, 2 and 8 internet gateway, 3 VPN, 4 and 5 peering.",
    ),
    # Version 6, transit gateways only.
    _text("resource-type", 6, "Resource type", "TransitGateway or TransitGatewayAttachment."),
    _text("tgw-id", 6, "Transit gateway", "The transit gateway."),
    _text("tgw-attachment-id", 6, "Attachment", "The attachment the record is about."),
    _text("tgw-src-vpc-account-id", 6, "Source VPC account", "Owner of the source VPC."),
    _text("tgw-dst-vpc-account-id", 6, "Destination VPC account", "Owner of the destination VPC."),
    _text("tgw-src-vpc-id", 6, "Source VPC", "The source VPC."),
    _text("tgw-dst-vpc-id", 6, "Destination VPC", "The destination VPC."),
    _text("tgw-src-subnet-id", 6, "Source subnet", "The source subnet."),
    _text("tgw-dst-subnet-id", 6, "Destination subnet", "The destination subnet."),
    _text("tgw-src-eni", 6, "Source attachment interface", "Interface of the source attachment."),
    _text("tgw-dst-eni", 6, "Destination attachment interface", "Interface of the destination attachment."),
    _text("tgw-src-az-id", 6, "Source zone", "Availability zone of the source attachment."),
    _text("tgw-dst-az-id", 6, "Destination zone", "Availability zone of the destination attachment."),
    _text("tgw-pair-attachment-id", 6, "Pair attachment", "The other attachment: egress for ingress, and the reverse."),
    _int64("packets-lost-no-route", 6, "Lost, no route", "Packets lost because no route was found."),
    _int64("packets-lost-blackhole", 6, "Lost, blackhole", "Packets lost to a blackhole route."),
    _int64("packets-lost-mtu-exceeded", 6, "Lost, MTU", "Packets lost because they exceeded the MTU."),
    _int64("packets-lost-ttl-expired", 6, "Lost, TTL", "Packets lost because their time to live ran out."),
    # Version 7, ECS tasks with awsvpc networking.
    _text("ecs-cluster-arn", 7, "ECS cluster ARN", "Cluster of the task."),
    _text("ecs-cluster-name", 7, "ECS cluster", "Name of the cluster."),
    _text("ecs-container-instance-arn", 7, "ECS container instance ARN", "Absent on Fargate."),
    _text("ecs-container-instance-id", 7, "ECS container instance", "Absent on Fargate."),
    _text("ecs-container-id", 7, "ECS container", "Docker runtime id of the first container."),
    _text("ecs-second-container-id", 7, "ECS second container", "Docker runtime id of the second container."),
    _text("ecs-service-name", 7, "ECS service", "Absent when no service started the task."),
    _text("ecs-task-definition-arn", 7, "ECS task definition", "Definition of the task."),
    _text("ecs-task-arn", 7, "ECS task ARN", "The task."),
    _text("ecs-task-id", 7, "ECS task", "Identifier of the task."),
    # Versions 8 to 10.
    _text(
        "reject-reason",
        8,
        "Reject reason",
        "BPA (block public access) or EC (encryption controls); absent for groups and ACLs.",
    ),
    _text("resource-id", 9, "Resource", "The regional NAT gateway the record is about."),
    _int32("encryption-status", 10, "Encryption", "0 none, 1 by Nitro, 2 by the application, 3 both."),
    # Version 11.
    _text("instance-tag", 11, "Instance tag", "Value of the first instance tag asked for."),
    _text("instance-tag-2", 11, "Second instance tag", "Value of the second instance tag asked for."),
    _text("interface-tag", 11, "Interface tag", "Value of the first interface tag asked for."),
    _text("interface-tag-2", 11, "Second interface tag", "Value of the second interface tag asked for."),
    _text("asg-tag", 11, "Group tag", "Value of the first Auto Scaling group tag asked for."),
    _text("asg-tag-2", 11, "Second group tag", "Value of the second Auto Scaling group tag asked for."),
    _text(
        "interface-type",
        11,
        "Interface type",
        "nat_gateway, network_load_balancer, transit_gateway, vpc_endpoint and the like.",
    ),
    _text("next-hop-interface-id", 11, "Next hop interface", "Interface that receives or sends the traffic next."),
    _text("next-hop-subnet-id", 11, "Next hop subnet", "Subnet of the next hop."),
    _text("next-hop-az-id", 11, "Next hop zone", "Availability zone of the next hop."),
    _text("next-hop-vpc-id", 11, "Next hop VPC", "VPC of the next hop."),
    _text("next-hop-interface-type", 11, "Next hop type", "Type of the next hop's interface."),
)

BY_TOKEN = {field.token: field for field in FIELDS}
BY_NAME = {field.name: field for field in FIELDS}
ADDRESSES = tuple(field for field in FIELDS if field.kind == "address")

DEFAULT_FORMAT = tuple(field.token for field in FIELDS if field.version == 2)
"""The 14 tokens of the default format, in their fixed order."""


def find(word: str) -> Field | None:
    """The field that a person means by AWS's token, its column name, or the name Insights discovers."""
    return BY_TOKEN.get(word) or BY_NAME.get(word) or _BY_INSIGHTS.get(word)


_BY_INSIGHTS = {field.insights: field for field in FIELDS}
