"""A flow log record, and its text in any custom format.

Fields, versions and the shape of status rows after AWS's pages `flow-log-records` and `flow-logs-records-examples`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from flowinsight.scenario.config import ScenarioError
from flowinsight.scenario.network import Interface


class Record(NamedTuple):
    """One line: a 5-tuple in one direction, on one interface, in one aggregation window. None is written `-`."""

    interface: Interface
    srcaddr: str | None
    dstaddr: str | None
    srcport: int | None
    dstport: int | None
    protocol: int | None
    packets: int | None
    bytes: int | None
    start: int
    end: int
    action: str | None
    log_status: str
    tcp_flags: int | None
    type: str | None
    pkt_srcaddr: str | None
    pkt_dstaddr: str | None
    flow_direction: str | None
    traffic_path: int | None
    reject_reason: str | None


_INTRODUCED = {  # the record version that introduced which fields
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id "
    "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
    11: "instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 interface-type next-hop-interface-id "
    "next-hop-subnet-id next-hop-az-id next-hop-vpc-id next-hop-interface-type",
}
VERSIONS = {token: version for version, tokens in _INTRODUCED.items() for token in tokens.split()}

V2 = tuple(token for token, version in VERSIONS.items() if version == 2)
FULL = (
    *V2, "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr",
    "region", "flow-direction", "traffic-path", "reject-reason", "interface-type",
)  # fmt: skip
FORMATS = {"v2": V2, "full": FULL}

_OF_INTERFACE: dict[str, Callable[[Interface], str | None]] = {
    "account-id": lambda i: i.vpc.account,
    "interface-id": lambda i: i.id,
    "vpc-id": lambda i: i.vpc.id,
    "subnet-id": lambda i: i.subnet.id,
    "instance-id": lambda i: i.instance,
    "region": lambda i: i.vpc.region,
    "interface-type": lambda i: i.kind,
}


def header(tokens: Sequence[str]) -> str:
    """The first line of a delivered text file."""
    return " ".join(tokens)


def line(record: Record, tokens: Sequence[str]) -> str:
    """A record's text, without a line end. Tokens AWS does not know raise ScenarioError.

    Known fields the company has nothing to say about (containers, tags, next hops) are written `-`.
    """
    return writer(tuple(tokens))(record)


@lru_cache(maxsize=16)
def writer(tokens: tuple[str, ...]) -> Callable[[Record], str]:
    """`line` for one format, prepared once: what depends on the interface alone is rendered once per interface."""
    unknown = [token for token in tokens if token not in VERSIONS]
    if unknown or not tokens:
        raise ScenarioError(f"A format needs known fields; unknown: {', '.join(unknown) or 'it is empty'}.")
    pick = _picker(tokens)
    templates: dict[Interface, str] = {}

    def write(record: Record) -> str:
        template = templates.get(record[0])
        if template is None:
            template = templates[record[0]] = _template(record[0], tokens)
        return (template % pick(record)).replace("None", "-")  # no value contains the word; a test per field is slow

    return write


def _picker(tokens: tuple[str, ...]) -> Callable[[Record], tuple[object, ...]]:
    names = [token.replace("-", "_") for token in tokens]
    indices = [Record._fields.index(name) for name in names if name in Record._fields]
    match indices:
        case []:
            return lambda _: ()
        case [only]:
            return lambda record: (record[only],)
        case _:
            return itemgetter(*indices)


def _template(interface: Interface, tokens: tuple[str, ...]) -> str:
    version = str(max(VERSIONS[token] for token in tokens))
    fixed = {token: of(interface) or "-" for token, of in _OF_INTERFACE.items()} | {"version": version}
    varying = {token: "%s" for token in tokens if token.replace("-", "_") in Record._fields}
    return " ".join((fixed | varying).get(token, "-") for token in tokens)
