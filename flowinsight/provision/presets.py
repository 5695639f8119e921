"""Formats to choose from, what each makes answerable, and what each field costs."""

from flowinsight.fields import BY_TOKEN, DEFAULT_FORMAT, FIELDS, Field

INVESTIGATE = (
    *DEFAULT_FORMAT, "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr",
    "flow-direction", "traffic-path", "reject-reason",
)  # fmt: skip
FULL = tuple(field.token for field in FIELDS if field.version <= 5)
NEWEST = (
    *FULL, "reject-reason", "resource-id", "encryption-status", "interface-type", "next-hop-interface-id",
    "next-hop-subnet-id", "next-hop-az-id", "next-hop-vpc-id", "next-hop-interface-type",
)  # fmt: skip
TRANSIT = (
    "version", "resource-type", "account-id", "tgw-id", "tgw-attachment-id", "tgw-src-vpc-account-id",
    "tgw-dst-vpc-account-id", "tgw-src-vpc-id", "tgw-dst-vpc-id", "tgw-src-subnet-id", "tgw-dst-subnet-id", "tgw-src-eni",
    "tgw-dst-eni", "tgw-src-az-id", "tgw-dst-az-id", "tgw-pair-attachment-id", "srcaddr", "dstaddr", "srcport", "dstport",
    "protocol", "packets", "bytes", "start", "end", "log-status", "type", "packets-lost-no-route",
    "packets-lost-blackhole", "packets-lost-mtu-exceeded", "packets-lost-ttl-expired", "tcp-flags", "region",
    "flow-direction", "pkt-src-aws-service", "pkt-dst-aws-service",
)  # fmt: skip

PRESETS: dict[str, tuple[str, ...]] = {
    "default": DEFAULT_FORMAT,
    "investigate": INVESTIGATE,
    "full": FULL,
    "newest": NEWEST,
    "transit-gateway": TRANSIT,
}
"""Name to fields, in order. `default` is AWS's own; `investigate` is what FlowInsight suggests; `full` is versions 2 to 5;
`newest` is all that AWS fills in for everybody: fields of ECS and of tags need a cluster, or keys.
"""

QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Who talked to this address, and on which port?", ("srcaddr", "dstaddr", "srcport", "dstport", "protocol")),
    ("How much was transferred, and when?", ("packets", "bytes", "start", "end")),
    ("What was rejected?", ("action",)),
    ("Was there no traffic, or were records lost?", ("log-status",)),
    ("Which interface and which account saw it?", ("interface-id", "account-id")),
    ("Who opened the connection, and was it answered?", ("tcp-flags",)),
    ("Who is behind the NAT gateway, the load balancer or the node?", ("pkt-srcaddr", "pkt-dstaddr")),
    ("Which VPC, subnet and instance was it?", ("vpc-id", "subnet-id", "instance-id")),
    ("Was it on its way into the interface or out of it?", ("flow-direction",)),
    ("Did it leave by an internet gateway, a VPN or a peering?", ("traffic-path",)),
    ("Which AWS service was at the other end?", ("pkt-src-aws-service", "pkt-dst-aws-service")),
    ("Was it Block Public Access that refused it, not a group or an ACL?", ("reject-reason",)),
    ("Was it encrypted?", ("encryption-status",)),
    ("Where did it go next, and through what kind of interface?", ("next-hop-interface-id", "next-hop-interface-type")),
    ("What kind of interface saw it: a NAT gateway, a load balancer, an endpoint?", ("interface-type",)),
    ("Which regional NAT gateway was it?", ("resource-id",)),
    ("In which availability zones were both ends?", ("az-id", "next-hop-az-id")),
    ("What does a tag of the instance say?", ("instance-tag",)),
    ("What does a tag of the interface say?", ("interface-tag",)),
    ("What does a tag of the Auto Scaling group say?", ("asg-tag",)),
    ("Which attachment of the transit gateway did it enter by?", ("tgw-attachment-id", "tgw-pair-attachment-id")),
    ("Which ECS service and task was it?", ("ecs-service-name", "ecs-task-id")),
)
"""What a person may ask, and the fields a record must carry for it."""

_TYPICAL = {
    "version": 1, "protocol": 2, "srcport": 5, "dstport": 5, "packets": 3, "bytes": 5, "action": 6, "log-status": 2,
    "account-id": 12, "interface-id": 21, "vpc-id": 21, "subnet-id": 24, "instance-id": 19, "tcp-flags": 2, "type": 4,
    "region": 12, "az-id": 8, "sublocation-type": 1, "sublocation-id": 1, "flow-direction": 7, "traffic-path": 1,
    "reject-reason": 1, "pkt-src-aws-service": 4, "pkt-dst-aws-service": 4, "encryption-status": 1, "resource-type": 24,
    "resource-id": 1, "interface-type": 1, "next-hop-interface-id": 21, "next-hop-subnet-id": 24, "next-hop-az-id": 8,
    "next-hop-vpc-id": 21, "next-hop-interface-type": 1,
}  # fmt: skip


def fields_of(text: str) -> tuple[str, ...]:
    """The fields of a preset's name or of a LogFormat (`${version} ${srcaddr} …`)."""
    if text in PRESETS:
        return PRESETS[text]
    return tuple(token.removeprefix("${").removesuffix("}") for token in text.split())


def log_format(tokens: tuple[str, ...]) -> str:
    """AWS's text of a format."""
    return " ".join(f"${{{token}}}" for token in tokens)


def answerable(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The questions a format can answer."""
    return tuple(question for question, needed in QUESTIONS if set(needed) <= set(tokens))


def unanswerable(tokens: tuple[str, ...], possible: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """The questions a format can never answer, whatever is asked later: AWS cannot add a field afterwards.

    With `possible`, only those that a format of these fields could answer.
    """
    return tuple(
        question
        for question, needed in QUESTIONS
        if not set(needed) <= set(tokens) and (possible is None or set(needed) <= set(possible))
    )


def reason(token: str) -> str:
    """Why a field is there: the first question that needs it, else what it holds."""
    return next((question for question, needed in QUESTIONS if token in needed), BY_TOKEN[token].help)


def bytes_of(field: Field) -> int:
    """How much a field adds to a typical IPv4 TCP record, with the space before it."""
    usual = {"address": 11, "epoch": 10, "number": 3, "text": 12}[field.kind]
    return 1 + _TYPICAL.get(field.token, 60 if field.token.endswith("-arn") else usual)


def record_bytes(tokens: tuple[str, ...]) -> int:
    """Length of a typical IPv4 TCP record; measured lines of the default format have about 114 bytes."""
    return sum(bytes_of(BY_TOKEN[token]) for token in tokens) - 1
